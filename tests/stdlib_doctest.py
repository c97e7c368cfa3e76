#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The examples of the standard library, run as tests, and the presence of its documentation.

An example is a line `## @ex code => shown` above a definition (or `##! @ex …` at the head) of a module
in stdlib/: `blether code` must print exactly `shown`. The code may use the module's names bare or
through an alias that is the last part of its path (`rtp/packet` is `packet`). The examples of one
module share a process; one that ends its process fails alone. Every function of a module that is not
private (a leading `_`) must have a doc comment with an example, and every module its head.

Prints `stdlib-doctests: N passed, N failed` and `stdlib-docs: N passed, N failed`.
"""
import argparse
import os
import pathlib
import re
import sys

from builtins_test import ROOT, doc_case, run_cases, use_native

EXAMPLE = re.compile(r"^##!? @ex (.*) => (.*)$", re.M)
FUNCTION = re.compile(r"^dae (?!_)(\w+)", re.M)
STDLIB = ROOT / "stdlib"


def modules(filters):
    """(name, path) of the bundled modules."""
    for path in sorted(STDLIB.rglob("*.braw")):
        name = str(path.relative_to(STDLIB).with_suffix(""))
        if not filters or name in filters:
            yield name, path


def examples_of(name, text):
    """The examples of one module; the prelude needs no fetch."""
    alias = name.rpartition("/")[2]
    setup = f'fetch "lib/{name}"\nfetch "lib/{name}" tae {alias}\n' if name != "prelude" else ""
    for number, (code, shown) in enumerate(EXAMPLE.findall(text), 1):
        yield doc_case(f"stdlib/{name}", number, code, shown, setup)


def doc_above(text, start):
    """The doc comment that ends right above an offset."""
    lines = text[:start].rstrip("\n").split("\n") if text[:start].endswith("\n") else []
    block = []
    while lines and lines[-1].startswith("## "):
        block.insert(0, lines.pop())
    return "\n".join(block)


def complaints_of(name, text):
    """(what, complaint or None) for the head and every public function."""
    yield f"stdlib/{name}: head", None if re.search(r"^##! ", text, re.M) else "no ##! head"
    for match in FUNCTION.finditer(text):
        doc = doc_above(text, match.start())
        plain = name == "prelude" or EXAMPLE.search(doc)  # some of the prelude only print
        wrong = "no doc comment" if not doc else None if plain else "no @ex"
        yield f"stdlib/{name}: {match[1]}", wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build" / "bin" / "mdhavers"))
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("module", nargs="*", help="names of modules, like rtp/packet")
    parser.add_argument("--native", action="store_true", help="built, not interpreted")
    options = parser.parse_args()
    title = use_native(options.native)
    texts = {name: path.read_text() for name, path in modules(options.module)}
    cases = [case for name, text in texts.items() for case in examples_of(name, text)]
    failures = run_cases(str(pathlib.Path(options.bin).resolve()), cases, options.jobs,
                         title("stdlib-doctests"))
    docs = [pair for name, text in texts.items() for pair in complaints_of(name, text)]
    wrong = [pair for pair in docs if pair[1]]
    for what, complaint in wrong:
        print(f"FAIL {what}: {complaint}")
    print(f"stdlib-docs: {len(docs) - len(wrong)} passed, {len(wrong)} failed")
    sys.exit(1 if failures or wrong or not docs else 0)


if __name__ == "__main__":
    main()
