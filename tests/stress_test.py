#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The race guarantee: eight threads do everything they can to one thing (tests/stress/*.braw), and
nothing tears, nothing that was stored is lost, and the process lives.

    tests/stress_test.py --bin build/bin/mdhavers [--seconds 3] [--flat] [name…]

With --flat also what the process keeps is looked at; not where a sanitizer's collector keeps all.

Prints `stress: N passed, N failed`.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent / "stress"


def run(binary, program, seconds, flat):
    """One program for so many seconds: (did it go well, what it said)."""
    argv = [binary, "run", program, "--", str(seconds), *(["flat"] if flat else [])]
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="backslashreplace", timeout=seconds * 10 + 120, check=False)
    except subprocess.TimeoutExpired as late:
        return False, f"still running after {late.timeout} s\n{late.stdout or ''}"
    return done.returncode == 0 and done.stdout == "fine\n", f"exit status {done.returncode}\n{done.stdout}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--flat", action="store_true")
    parser.add_argument("name", nargs="*")
    options = parser.parse_args()
    programs = [p for p in sorted(FOLDER.glob("*.braw"))
                if p.stem != "crew" and (not options.name or p.stem in options.name)]
    passed = 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        runs = pool.map(lambda p: run(options.bin, p, options.seconds, options.flat), programs)
        for program, (fine, said) in zip(programs, runs):
            passed += fine
            if not fine:
                print(f"FAIL {program.stem}\n{said[-6000:]}")
                print(f"    again: {options.bin} run {program} -- {options.seconds}")
    print(f"stress: {passed} passed, {len(programs) - passed} failed")
    sys.exit(passed != len(programs) or not programs)


if __name__ == "__main__":
    main()
