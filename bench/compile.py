#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long compiling takes: made-up programs of 1 000 lines, each of one sort.

    bench/compile.py [--bin build/bin/mdhavers] [--rounds 3] [--lines 1000] [--keep FOLDER] [sort…]

Figures are wall clock and CPU time (user + system) of a whole `mdhavers build`, linking included, the
medians of the rounds; wall clock means little while others work on the machine. Each program is run
too, and must print what the interpreter prints. Without names of sorts the table also goes to
bench/RESULTS.md.
"""
import argparse
import datetime
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import results

HEAD = "## Compiling"
WAYS = {"-O 2": ["-O", "2"], "--fast": ["--fast"]}


# ---- the programs --------------------------------------------------------------------------------
# Each gives pieces of some lines until there are enough, and then what comes at the end.

def ordinary(i):
    """Functions with loops, tests, lists, dicts and texts, a class now and then."""
    piece = f"""
dae total{i}(rows, limit) {{
    ken sum = 0
    ken seen = {{}}
    fer row in rows {{
        gin row["size"] > limit {{ haud }}
        sum = sum + row["size"] * {i % 7 + 2}
        seen[row["name"]] = dict_get(seen, row["name"], 0) + 1
    }}
    gin sum % 2 == 0 {{ gie sum / 2 }}
    ken i = 0
    whiles i < len(rows) {{
        sum += rows[i]["size"]
        i += 1
    }}
    gie sum + len(keys(seen))
}}

dae label{i}(name, n) {{
    gin n == 0 {{ gie f"nae {{name}}" }}
    ken text = upper(name) + ": " + n
    gin len(text) > 8 {{ gie text[:8] + "…" }}
    gie text
}}
"""
    if i % 3 == 0:
        piece += f"""
kin Store{i} {{
    dae init(name) {{
        masel.name = name
        masel.items = []
        masel.count = 0
    }}
    dae add(name, size) {{
        shove(masel.items, {{"name": name, "size": size}})
        masel.count = masel.count + 1
        gie masel.count
    }}
    dae total(limit) {{ gie total{i}(masel.items, limit) }}
}}
ken store{i} = Store{i}("s{i}")
fer k in 0..6 {{ store{i}.add("n" + (k % 3), k * {i + 1}) }}
blether label{i}(store{i}.name, store{i}.total(40))
"""
    return piece


def tiny(i):
    """Functions of one line, each called by the next."""
    inner = f"t{i - 1}(x)" if i % 50 else "x"
    return f"dae t{i}(x) {{\n    gie {inner} + {i} * x\n}}\n"


def tiny_end(n):
    return "\n".join(f"blether t{i}(3)" for i in range(0, n, 50))


def script(i):
    """Statements at top level, one after another."""
    k = i // 4
    return [f"ken a{k} = {k} * 3 + len(\"x\")",
            f"ken d{k} = {{\"id\": {k}, \"name\": \"n{k}\", \"on\": aye}}",
            f"gin d{k}[\"id\"] % 2 == 0 {{ blether d{k}[\"name\"] + f\": {{a{k}}}\" }}",
            f"d{k}[\"sum\"] = a{k} + d{k}[\"id\"] * 2"][i % 4] + "\n"


def one_function(i):
    """The same within one function."""
    return ("dae main() {\n" if i == 0 else "") + "    " + script(i)


def one_function_end(_):
    return "}\nmain()"


def classes(i):
    """A class and what inherits from it, six deep."""
    above = f" fae K{i - 1}" if i % 6 else ""
    begin = "auld.init(x)" if i % 6 else "masel.x = x"
    return f"""
kin K{i}{above} {{
    dae init(x) {{
        {begin}
        masel.y{i} = x * 2
        masel.log = []
    }}
    dae step(n) {{
        masel.x = (masel.x + n * masel.y{i}) % 1000003
        gin masel.x > 500 {{ shove(masel.log, masel.x) }}
        gie masel.x
    }}
    dae name{i}() {{ gie "K{i}:" + masel.x }}
    dae both(o) {{ gie masel.step(3) + o.step(4) }}
}}
"""


def classes_end(n):
    return "\n".join(f"ken k{i} = K{i}({i})\nblether k{i}.both(K{i}(7)) + k{i}.step(2)"
                     for i in range(n))


def sip(i):
    """A server's text: headers taken apart and put together, a case for each method."""
    begin = 'fetch "stdlib/sip" tae sip\nfetch "stdlib/rtp" tae rtp\n' if i == 0 else ""
    return begin + f"""
dae handle{i}(state, text) {{
    ken rows = split(text, "\\r\\n")
    ken start = split(rows[0], " ")
    ken headers = {{}}
    fer at in 1..len(rows) {{
        ken row = rows[at]
        gin row == "" {{ brak }}
        ken colon = index_of(row, ":")
        gin colon < 0 {{ hurl f"bad header: {{row}}" }}
        headers[lower(wheesht(row[:colon]))] = wheesht(row[colon + 1:])
    }}
    ken method = start[0]
    gin method == "REGISTER" {{
        state["aor{i}"] = headers["to"]
        gie reply{i}(200, "OK", headers)
    }}
    gin method == "INVITE" an len(keys(state)) > {i + 2} {{
        state["calls"] = dict_get(state, "calls", 0) + 1
        gie reply{i}(486, "Busy Here", headers)
    }}
    gie reply{i}(405, "Method Not Allowed", headers)
}}

dae reply{i}(code, why, headers) {{
    ken out = [f"SIP/2.0 {{code}} {{why}}"]
    fer name in ["via", "from", "to", "call-id", "cseq"] {{
        gin contains(headers, name) {{ shove(out, name + ": " + headers[name]) }}
    }}
    shove(out, "Content-Length: 0")
    gie join(out, "\\r\\n") + "\\r\\n\\r\\n"
}}

hae_a_bash {{
    ken answer = handle{i}({{}}, "REGISTER sip:x SIP/2.0\\r\\nTo: <sip:u{i}@x>\\r\\nCSeq: {i} R\\r\\n")
    blether split(answer, "\\r\\n")[0]
    handle{i}({{}}, "INVITE sip:x SIP/2.0\\r\\nbroken\\r\\n")
}} gin_it_gangs_wrang e {{
    blether e
}}
"""


def closures(i):
    """Functions that make functions, and lists put through lambdas."""
    return f"""
dae make{i}(start) {{
    ken n = start
    ken twice = |x| x * 2 + n
    gie |by| {{
        n = (n + twice(by)) % 1009
        gie n
    }}
}}
ken f{i} = make{i}({i})
f{i}(3)
ken xs{i} = gaun([1, 2, 3, {i}], |x| x * {i} + 1)
blether tumble(sieve(xs{i}, |x| x % 2 == 1), 0, |a, b| a + b) + f{i}(4)
blether xs{i} |> sort |> reverse |> len
"""


def literals(i):
    """Tables: lists of dicts of lists."""
    row = (f'    {{"id": {i}, "name": "row {i}", "tags": ["a{i % 5}", "b{i % 7}"], '
           f'"at": [{i}, {i}.5, -{i}], "more": {{"k{i % 3}": naething, "on": aye}}}}')
    return ("ken TABLE = [\n" if i == 0 else "") + row + ",\n"


def literals_end(_):
    return ('    {"id": -1, "name": "last", "tags": [], "at": [], "more": {}}\n]\n'
            'blether tumble(gaun(TABLE, |r| r["id"] + len(r["tags"])), 0, |a, b| a + b)')


SORTS = {"ordinary": (ordinary, None), "tiny": (tiny, tiny_end), "script": (script, None),
         "one function": (one_function, one_function_end), "classes": (classes, classes_end),
         "sip": (sip, None), "closures": (closures, None), "literals": (literals, literals_end)}


def program(sort, lines):
    piece, end = SORTS[sort]
    text, n = "", 0
    while True:
        last = end(n) if end else ""
        if text.count("\n") + last.count("\n") >= lines:
            return text + last + "\n"
        text += piece(n)
        n += 1


# ---- measuring -----------------------------------------------------------------------------------

def timed(argv, folder):
    """(wall, CPU) seconds; raises when it fails. Run beside the program, so that it finds no module
    in the working folder."""
    began = time.monotonic()
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, cwd=folder) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(map(str, argv))}: exit status {child.returncode}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime


def output(argv, folder):
    run = subprocess.run(argv, capture_output=True, timeout=60, cwd=folder)
    return run.returncode, run.stdout, run.stderr


def measure(options, sort, folder):
    """{way: (wall, CPU, octets)} of one sort."""
    source, product = folder / f"{sort.replace(' ', '_')}.braw", folder / "product"
    source.write_text(program(sort, options.lines))
    expected, found = output([options.bin, "run", source], folder), {}
    if expected[0]:
        sys.exit(f"{sort}: {expected[2].decode()}")
    for way in options.ways:
        runs = [timed([options.bin, "build", source, *WAYS[way], "-o", product], folder)
                for _ in range(options.rounds)]
        if output([product], folder) != expected:
            sys.exit(f"{sort} {way}: it does not print what the interpreter does")
        found[way] = (*(statistics.median(x) for x in zip(*runs)), product.stat().st_size)
    return found


def table(found, ways):
    columns = [f"{way}, {what}" for way in ways for what in ("wall s", "CPU s", "MB")]
    rows = [f"| program | {' | '.join(columns)} |", "|---|" + "--:|" * len(columns)]
    for sort, figures in found.items():
        cells = [f"{w:.2f} | {c:.2f} | {size / 1e6:.1f}" for w, c, size in figures.values()]
        rows.append(f"| {sort} | {' | '.join(cells)} |")
    return "\n".join(rows)


def commit():
    run = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True,
                         cwd=results.PATH.parent)
    return run.stdout.strip() or "?"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/bin/mdhavers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--keep", help="a folder for the programs")
    parser.add_argument("--way", choices=list(WAYS), action="append", dest="ways")
    parser.add_argument("sorts", nargs="*")
    options = parser.parse_args()
    options.bin = str(pathlib.Path(options.bin).resolve())
    options.ways = options.ways or list(WAYS)
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(options.keep or made)
        found = {sort: measure(options, sort, folder) for sort in options.sorts or SORTS}
    text = table(found, options.ways)
    print(text)
    if options.sorts or options.lines != 1000 or len(options.ways) != len(WAYS):
        return
    results.keep(HEAD, f"""{HEAD}

A whole `mdhavers build` of made-up programs of {options.lines} lines, linking included; the bars are 5 s
at `-O 2` and 1.5 s with `--fast`, wall clock on two free cores. `bench/compile.py` says what each is.
A big program is compiled by as many threads as there are processors.

{text}

- command: `bench/compile.py --rounds {options.rounds}`, medians
- load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; beyond 1 the wall clock is waiting for others' work, and CPU
  time is the better figure: what one core would take
- date: {datetime.date.today()}, commit {commit()}
""")


if __name__ == "__main__":
    main()
