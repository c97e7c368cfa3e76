#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hostile sources: whatever the file holds, a report and exit 1, or success; never a signal, a hang,
a sanitizer report.

    tests/hostile_test.py [--bin build/bin/mdhavers] [--seed 1] [--limit 10] [--only shapes|programs]
                          [--max-octets N] [part of a name…]

Three families: shapes made here (deep nesting, long chains, long lines, bad text), every golden
program cut off at a random octet, every golden program with a few octets changed. The shapes go
through check, tokens, ast, disasm and run; the others through check. Deterministic for a seed.
Prints `hostile(all): N passed, N failed`.
"""
import argparse
import concurrent.futures
import os
import pathlib
import random
import resource
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMANDS = ("check", "tokens", "ast", "disasm", "run")
DEEP, MEGA = 100_000, 1_000_000
PATIENCE = 6  # wall clock, as a multiple of the limit


def shapes():
    """(name, source) of every shape."""
    for name, left, middle, right in [
            ("parens", "(", "1", ")"), ("lists", "[", "", "]"), ("unary_minus", "-", "1", ""),
            ("unary_not", "nae ", "aye", ""), ("lambdas", "|x| ", "x", ""),
            ("dicts", '{"a": ', "1", "}"), ("calls", "len(", "1", ")"),
            ("indexes", "x[", "0", "]"), ("ternaries", "gin aye than 1 ither ", "2", ""),
            ("assignments", "x = ", "1", ""), ("interpolations", 'f"{', "1", '}"')]:
        yield f"deep_{name}", "ken x = [0]\nblether " + left * DEEP + middle + right * DEEP + "\n"
        yield f"deep_{name}_unclosed", "ken x = [0]\nblether " + left * DEEP
    for name, left, right in [
            ("blocks", "gin aye {\n", "}\n"), ("loops", "fer i in [1] {\n", "}\n"),
            ("functions", "dae f() {\n", "}\n"), ("tries", "hae_a_bash {\n", "} gin_it_gangs_wrang e { }\n"),
            ("classes", "kin A { dae f() {\n", "} }\n"), ("matches", "keek 1 { whan 1 -> {\n", "} }\n"),
            ("bare_blocks", "{\n", "}\n")]:
        yield f"nested_{name}", left * DEEP + "blether 1\n" + right * DEEP
        yield f"nested_{name}_unclosed", left * DEEP
    yield "deep_patterns", "ken " + "[" * DEEP + "a" + "]" * DEEP + " = 1\n"
    yield "else_arms", ("ken x = 5\ngin x == 1 { blether 1 }" + " ither gin x == 2 { blether 2 }" * DEEP + "\n")
    for operator in ("+", "-", "*", "**", "and", "or", "==", "<", "|>", "..", "??"):
        yield f"chain_{operator}", "ken x = 1\nblether 1" + f" {operator} 1" * DEEP + "\n"
    yield "chain_calls", "dae f() { gie f }\nken y = f" + "()" * DEEP + "\n"
    yield "chain_members", "ken x = {}\nblether x" + ".a" * DEEP + "\n"
    yield "chain_indexes", "ken x = []\nblether x" + "[0]" * DEEP + "\n"
    yield "chain_assignments", "ken x = 0\n" + "x = " * DEEP + "1\n"
    yield "megabyte_of_brackets", "[" * MEGA
    yield "megabyte_of_braces", "{" * MEGA
    yield "megabyte_of_closing", ")" * MEGA
    yield "megabyte_of_quotes", '"' * MEGA
    yield "megabyte_of_newlines", "\n" * MEGA
    yield "megabyte_of_bars", "|" * MEGA
    yield "megabyte_of_minus", "-" * MEGA
    yield "long_line_of_items", "ken x = [" + "1," * (5 * MEGA) + "1]\n"
    yield "long_string", 'blether len("' + "a" * (10 * MEGA) + '")\n'
    yield "long_name", "ken " + "a" * (10 * MEGA) + " = 1\n"
    yield "long_number", "ken x = " + "9" * (10 * MEGA) + "\n"
    yield "long_fraction", "ken x = 0." + "1" * MEGA + "\n"
    yield "long_comment", "# " + "x" * (10 * MEGA) + "\nblether 1\n"
    yield "long_escapes", 'ken s = "' + "\\u{41}" * MEGA + '"\n'
    yield "many_statements", "ken x = 1\n" * 200_000
    yield "many_names", "".join(f"ken v{i} = {i}\n" for i in range(100_000))
    yield "many_strings", "".join(f'ken v = "s{i}"\n' for i in range(50_000))
    yield "many_functions", "".join(f"dae f{i}() {{ gie {i} }}\n" for i in range(50_000))
    yield "many_parameters", "dae f(" + ", ".join(f"a{i}" for i in range(DEEP)) + ") { }\n"
    yield "many_arguments", "blether max(" + ", ".join(["1"] * DEEP) + ")\n"
    yield "many_locals", "dae f() {\n" + "".join(f"ken v{i} = {i}\n" for i in range(5_000)) + "}\nf()\n"
    yield "many_captures", ("dae f() {\n" + "".join(f"ken v{i} = {i}\n" for i in range(2_000)) + "gie || "
                            + " + ".join(f"v{i}" for i in range(2_000)) + "\n}\nf()()\n")
    yield "many_match_arms", "keek 1 {\n" + "".join(f"whan {i} -> blether {i}\n" for i in range(50_000)) + "}\n"
    yield "many_fields", "thing T { " + ", ".join(f"a{i}" for i in range(50_000)) + " }\n"
    yield "many_dict_keys", "ken d = {" + ", ".join(f'"k{i}": {i}' for i in range(100_000)) + "}\n"
    yield "many_errors", "ken = \n" * 100_000
    yield "many_fetches", 'fetch "nope"\n' * 10_000
    yield "fetch_self", 'fetch "prog"\nblether 1\n'
    yield "fetch_long", 'fetch "' + "a" * MEGA + '"\n'
    yield "fetch_device", 'fetch "/dev/zero"\n'
    yield "nul_octets", "blether 1\0\0\0blether 2\n" * 1000
    yield "control_octets", "".join(map(chr, range(1, 32))) * 1000
    for name, octets in [("lone_continuation", b"\x80"), ("overlong", b"\xc0\xaf"), ("surrogate", b"\xed\xa0\x80"),
                         ("beyond_unicode", b"\xf4\x90\x80\x80"), ("cut_sequence", b"\xe2\x82"), ("ff", b"\xff")]:
        yield f"utf8_{name}", octets
        yield f"utf8_{name}_in_a_string", b'blether "' + octets + b'"\n'
        yield f"utf8_{name}_in_an_f_string", b'blether f"' + octets + b"{1}" + octets + b'"\n'
        yield f"utf8_{name}_in_a_name", b"ken a" + octets + b" = 1\n"
        yield f"utf8_{name}_in_a_comment", b"# " + octets + b"\nblether 1\n"
        yield f"utf8_{name}_megabyte", octets * (MEGA // len(octets))
    yield "bidi_and_joiners", 'ken a\u202e\u200d\ufeff = "\u202e"\n' * 1000
    yield "combining_marks", "blether \"" + "e\u0301" * 100_000 + "\n"
    yield "random_octets", random.Random(7).randbytes(MEGA)
    yield "empty", ""
    yield "no_newline", "blether 1"
    yield "only_a_mark", b"\xef\xbb\xbf"
    yield "utf16", "blether 1\n".encode("utf-16")


def golden_texts():
    """(name, octets) of every golden program."""
    folder = ROOT / "tests" / "golden"
    for path in sorted(folder.rglob("*.braw")):
        yield str(path.relative_to(folder).with_suffix("")), path.read_bytes()


def mutate(octets, dice):
    """A few octets changed, doubled, moved or lost."""
    text = bytearray(octets)
    for _ in range(dice.randint(1, 6)):
        if not text:
            break
        at = dice.randrange(len(text))
        kind = dice.randrange(4)
        if kind == 0:
            text[at] = dice.choice(b"(){}[]\"'|,.;:=+-*/%<>!?#\\\n\0\xff f0aetr$@&^~")
        elif kind == 1:
            del text[at:at + dice.randint(1, 8)]
        elif kind == 2:
            text[at:at] = text[at:at + dice.randint(1, 40)]
        else:
            to = dice.randrange(len(text))
            text[to:to] = text[at:at + dice.randint(1, 20)]
    return bytes(text)


def cases(options):
    """(name, octets, commands) of everything that was asked for."""
    for name, text in shapes() if options.only != "programs" else ():
        octets = text if isinstance(text, bytes) else text.encode()
        if len(octets) <= options.max_octets:
            yield name, octets, COMMANDS
    dice = random.Random(options.seed)
    for name, octets in golden_texts() if options.only != "shapes" else ():
        yield f"cut {name}", octets[:dice.randrange(len(octets))], ("check",)
        yield f"mutated {name}", mutate(octets, dice), ("check",)


def set_limits(seconds):
    """In the child: no core files, and the limit of CPU time, which a busy machine does not shorten."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def complaint(binary, command, octets, limit):
    """What is wrong with one run, or None."""
    with tempfile.TemporaryDirectory(prefix="mdh-hostile-") as work:
        (pathlib.Path(work) / "prog.braw").write_bytes(octets)
        env = {**os.environ, "HOME": work, "LC_ALL": "C.UTF-8"}
        with open(pathlib.Path(work) / "stderr", "w+b") as err:
            child = subprocess.Popen([binary, command, "prog.braw"], cwd=work, env=env, stdin=subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL, stderr=err, start_new_session=True,
                                     preexec_fn=lambda: set_limits(limit))
            try:
                status = child.wait(timeout=limit * PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)  # our own child leads its session
                child.wait()
                return f"did not end within {limit * PATIENCE} s"
            size = err.seek(0, os.SEEK_END)
            err.seek(0)
            said = err.read(20_000).decode("utf-8", "backslashreplace")
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"took more than {limit} s of CPU time"
    if status < 0:
        return f"killed by signal {-status}\n{said[:1500]}"
    if "Sanitizer" in said or "runtime error:" in said:
        return f"sanitizer report\n{said[:3000]}"
    if status not in (0, 1):
        return f"exit status {status}\n{said[:500]}"
    if status == 1 and not said.strip():
        return "exit status 1 without a report"
    if size > 1 << 20:
        return f"a report of {size} octets"
    return None


def run_case(options, case):
    name, octets, commands = case
    return [(name, command, complaint(options.bin, command, octets, options.limit)) for command in commands]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build" / "bin" / "mdhavers"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, default=10, help="seconds of CPU time a run")
    parser.add_argument("--only", choices=["shapes", "programs"])
    parser.add_argument("--max-octets", type=int, default=1 << 30, help="leave out greater shapes")
    parser.add_argument("-j", "--jobs", type=int, default=(os.cpu_count() or 2))
    parser.add_argument("filter", nargs="*", help="part of a name")
    options = parser.parse_args()
    options.bin = str(pathlib.Path(options.bin).resolve())
    if not os.access(options.bin, os.X_OK):
        sys.exit(f"tests/hostile_test.py: no such program: {options.bin}")
    todo = [c for c in cases(options) if not options.filter or any(f in c[0] for f in options.filter)]
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for results in pool.map(lambda case: run_case(options, case), todo):
            for name, command, bad in results:
                passed, failed = passed + (bad is None), failed + (bad is not None)
                if bad:
                    print(f"FAIL {name} ({command}): {bad}")
    print(f"hostile({options.only or 'all'}): {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
