#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The committed files that are made from the tables, by the command line itself, and from the comments
of the standard library.

    scripts/gen_docs.py [--bin build/bin/mdhavers]            writes them
    scripts/gen_docs.py [--bin build/bin/mdhavers] --check    `docs: N passed, N failed`, 1 if stale
"""
import argparse
import pathlib
import subprocess
import sys

import stdlib_docs

ROOT = pathlib.Path(__file__).resolve().parent.parent
GENERATED = {
    "docs/src/reference/builtins.md": ["doc", "--builtins"],
    "docs/mdhavers.1": ["doc", "--man"],
    "docs/src/reference/stdlib.md": stdlib_docs.render,
}


def made(command, binary):
    """What a file should hold."""
    if callable(command):
        return command(ROOT)
    return subprocess.run([binary, *command], check=True, capture_output=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build" / "bin" / "mdhavers"))
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    stale = 0
    for name, command in GENERATED.items():
        text = made(command, options.bin)
        path = ROOT / name
        if options.check:
            if not path.exists() or path.read_bytes() != text:
                stale += 1
                print(f"{name} is stale: make docs, and commit it")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
    if options.check:
        print(f"docs: {len(GENERATED) - stale} passed, {stale} failed")
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
