#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests generated from the table of builtins, and every example of it.

`mdhavers dump --builtins=json` gives an array of rows
  {name, module, forms: [{params: [{name, types: […], required, rest, error}]}], flags, doc,
   examples: [{code, shown}], alias_of?}
For every row: a call with too few arguments, with too many, and with an argument of a wrong kind
in every position; each must throw the right error, catchable. Every example must print what the
row says.

Many cases share a process; a case that ends its process fails alone, the rest run in another.
Prints `builtins: N passed, N failed` and `doctests: N passed, N failed`.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import Callable

ROOT = pathlib.Path(__file__).resolve().parent.parent
BATCH = 150
NATIVE = []  # options of `build`: every program is built and run by itself (--native)
LIMIT = 60  # seconds a batch

# A value of each kind, as source text; how it prints is asked from the binary only where needed.
SAMPLES = {
    "integer": "1", "float": "1.5", "string": '"a"', "bool": "aye", "naething": "naething",
    "list": "[1]", "dict": '{"a": 1}', "creel": "creel([1])", "bytes": "bytes(1)",
    "function": "(|x| x)", "native function": "len", "class": "SampleKin",
    "instance": "SampleKin()", "struct": "SampleThing", "native": 'log_span("sample")',
}
SHOWN = {
    "integer": "1", "float": "1.5", "string": "a", "bool": "aye", "naething": "naething",
    "list": "[1]", "dict": '{"a": 1}', "creel": 'creel{"1"}', "bytes": "bytes[1]",
    "function": "<dae <lambda>>", "native function": "<native dae len>",
    "class": "<kin SampleKin>", "instance": "<SampleKin instance>",
    "struct": "<thing SampleThing>", "native": "<native log_span>",
}
GROUPS = {
    "ANY": list(SAMPLES),
    "NUM": ["integer", "float"],
    "INTISH": ["integer", "float"],
    "SEQ": ["list", "string"],
    "CALLABLE": ["function", "native function", "class", "struct"],
}
SETUP = "kin SampleKin { }\nthing SampleThing { a }\n"
# Wrong kinds are tried in this order; two are enough for each position.
WRONG = ["naething", "string", "integer", "dict", "list", "function", "bool", "float", "bytes"]
JINGS = "Jings! Something went awfy wrang: "
MINCE = "That's pure mince! Type error at line "


@dataclass
class Case:
    """One program fragment and the judge of its output."""
    name: str
    code: str            # statements; prints what is judged
    judge: Callable      # output -> complaint or None
    setup: str = ""      # fetches


def kinds_of(types):
    """The kinds that a parameter accepts."""
    found = []
    for word in types if isinstance(types, list) else re.split(r"\s*\|\s*", types):
        found += GROUPS.get(word) or [word.lower().replace("_", " ")]
    return found


def forms_of(row):
    return [form["params"] for form in row["forms"]]


def accepts(params, kinds):
    """Does a form take arguments of these kinds?"""
    fixed = [p for p in params if not p.get("rest")]
    rest = [p for p in params if p.get("rest")]
    if len(kinds) < sum(bool(p["required"]) for p in fixed):
        return False
    if len(kinds) > len(fixed) and not rest:
        return False
    return all(kind in kinds_of((fixed[i] if i < len(fixed) else rest[0])["types"])
               for i, kind in enumerate(kinds))


def caught(call):
    return f'hae_a_bash {{ {call}; blether "nae error" }} gin_it_gangs_wrang e {{ blether e }}'


def call_of(name, kinds):
    return f"{name}({', '.join(SAMPLES[kind] for kind in kinds)})"


def sample_kinds(params):
    """A kind for each fixed parameter."""
    return [kinds_of(p["types"])[0] for p in params if not p.get("rest")]


def count_cases(row):
    """Too few and too many arguments."""
    name, forms = row["name"], forms_of(row)
    least = min(sum(bool(p["required"]) for p in params) for params in forms)
    most = max(len(params) for params in forms)
    endless = any(p.get("rest") for params in forms for p in params)
    owner = row.get("alias_of") or name

    def judge(output):
        if any(f"Function '{n}' expects" in output for n in (name, owner)):
            return None
        return f"expected an arity error of '{name}', got: {output}"

    pad = (sample_kinds(max(forms, key=len)) + ["integer"] * (most + 1))[:most + 1]
    if least > 0:
        kinds = sample_kinds(forms[0])[:least - 1]
        yield Case(f"{name}: too few", caught(call_of(name, kinds)), judge)
    if not endless:
        yield Case(f"{name}: too many", caught(call_of(name, pad)), judge)


def expected_error(row, param, kind):
    """The whole text that the row promises, or None when it leaves it open."""
    text = param.get("error") or ""
    if not text or len(row["forms"]) > 1 or row.get("alias_of"):
        return None
    if text.startswith("…"):
        text = f"{row['name']}() {text[1:]}"
    return text.replace("%k", kind_name(kind)).replace("%v", SHOWN[kind])


def kind_name(kind):
    return "log_span" if kind == "native" else kind


def type_cases(row):
    """A wrong kind in each position of each form."""
    name, forms = row["name"], forms_of(row)
    for number, params in enumerate(forms):
        good = sample_kinds(params)
        for place, param in enumerate(p for p in params if not p.get("rest")):
            tried = 0
            for kind in WRONG:
                kinds = good[:place] + [kind] + good[place + 1:]
                if tried == 2 or kind in kinds_of(param["types"]):
                    continue
                if any(accepts(other, kinds) for other in forms):
                    continue
                tried += 1
                want = expected_error(row, param, kind)
                title = f"{name}: form {number + 1}, {kind} as {param['name']}"
                yield Case(title, caught(call_of(name, kinds)), type_judge(row, want))


def type_judge(row, want):
    flags = row.get("flags", [])

    def judge(output):
        start = MINCE if "TYPE_ERRORS" in flags else JINGS
        if not output.startswith(start):
            return f"expected {start}…, got: {output}"
        if want is not None and not output.endswith(want):
            return f"expected …{want}, got: {output}"
        return None
    return judge


def doc_case(where, number, code, shown, setup=""):
    def judge(output):
        return None if output == shown else f"{code}\n  says:   {shown}\n  printed: {output}"
    return Case(f"{where}: example {number}", f"blether {code}", judge, setup)


def program_of(cases):
    """One program that runs all cases, each in its own function, after a mark of its own."""
    parts = [SETUP, cases[0].setup]
    for number, case in enumerate(cases):
        parts.append(f'blether "\\x1e{number}"\ndae case_{number}() {{\n{case.code}\n}}\n'
                     f'hae_a_bash {{ case_{number}() }} gin_it_gangs_wrang e '
                     f'{{ blether f"threw: {{e}}" }}\n')
    return "".join(parts)


def run_program(binary, text):
    """stdout, stderr and a word about the end of one program."""
    with tempfile.TemporaryDirectory(prefix="mdh-builtins-") as folder:
        (pathlib.Path(folder) / "cases.braw").write_text(text)
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("MDH_") or k == "MDH_STRESS"}
        env |= {"TZ": "UTC", "HOME": folder}
        argv = [binary, "run", "cases.braw"]
        if NATIVE:
            argv = [f"{folder}/cases"]
            built = subprocess.run([binary, "build", *NATIVE, "cases.braw"], cwd=folder, env=env,
                                   capture_output=True, text=True, check=False)
            if built.returncode:
                return "", built.stderr, "it does not build"
        child = subprocess.Popen(argv, cwd=folder, text=True, env=env, errors="replace",
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, start_new_session=True)
        try:
            out, err = child.communicate(timeout=LIMIT)
            return out, err, f"exit status {child.returncode}"
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)  # our own child leads its session
            out, err = child.communicate()
            return out, err, f"no end within {LIMIT} s"


def run_batch(binary, cases):
    """[(case, complaint or None)]: a case that ends the process is judged alone."""
    if not cases:
        return []
    out, err, end = run_program(binary, program_of(cases))
    pieces = out.split("\x1e")[1:]
    if not pieces and len(cases) > 1:  # did not compile: find out which
        half = len(cases) // 2
        return run_batch(binary, cases[:half]) + run_batch(binary, cases[half:])
    results = []
    done = min(len(pieces), len(cases))
    if not pieces:
        return [(cases[0], f"{end}: {err.strip()[:400]}")]
    for number in range(done):
        output = pieces[number].split("\n", 1)[1].removesuffix("\n")
        complaint = cases[number].judge(output)
        if number == done - 1 and end != "exit status 0":
            complaint = f"{end}: {err.strip()[:400]}"
        results.append((cases[number], complaint))
    return results + run_batch(binary, cases[done:])


def run_cases(binary, cases, jobs, title):
    """Run all, print failures and the closing line; the number of failures."""
    groups = {}
    for case in cases:
        groups.setdefault(case.setup, []).append(case)
    batches = [group[i:i + BATCH] for group in groups.values() for i in range(0, len(group), BATCH)]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        results = [r for batch in pool.map(lambda b: run_batch(binary, b), batches) for r in batch]
    failed = 0
    for case, complaint in results:
        if complaint:
            failed += 1
            print(f"FAIL {case.name}\n    {complaint}".replace("\n", "\n    "))
            print(f"    code: {case.code}")
    print(f"{title}: {len(results) - failed} passed, {failed} failed")
    return failed + (not results)


def use_native(native):
    """From now on; gives the names of the counts."""
    NATIVE[:] = ["-O0"] if native else []
    return (lambda name: f"{name}(native)") if native else str


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build" / "bin" / "mdhavers"))
    parser.add_argument("-j", "--jobs", type=int, default=(os.cpu_count() or 2))
    parser.add_argument("filter", nargs="*", help="names of builtins")
    parser.add_argument("--native", action="store_true", help="built, not interpreted")
    options = parser.parse_args()
    title = use_native(options.native)
    binary = str(pathlib.Path(options.bin).resolve())
    dump = subprocess.run([binary, "dump", "--builtins=json"], capture_output=True, text=True)
    if dump.returncode != 0:
        sys.exit(f"tests/builtins_test.py: no table from {binary}: {dump.stderr.strip()}")
    rows = [row for row in json.loads(dump.stdout)
            if not options.filter or row["name"] in options.filter]
    arity_and_kinds = [case for row in rows for case in [*count_cases(row), *type_cases(row)]]
    examples = [doc_case(row["name"], number, ex["code"], ex["shown"])
                for row in rows if not row.get("alias_of")
                for number, ex in enumerate(row.get("examples", []), 1)]
    failures = run_cases(binary, arity_and_kinds, options.jobs, title("builtins"))
    failures += run_cases(binary, examples, options.jobs, title("doctests"))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
