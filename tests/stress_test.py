#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The race guarantee: eight threads do everything they can to one thing (tests/stress/*.braw), and
nothing tears, nothing that was stored is lost, and the process lives.

    tests/stress_test.py --bin build/bin/mdhavers [--seconds 3] [--native] [--flat] [name…]

With --native the programs are built first. With --flat also what the process keeps is looked at; not where a sanitizer's collector keeps all.

Prints `stress: N passed, N failed`.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent / "stress"


def command(options, program, folder):
    """How the program is run: its first words, after building it if need be."""
    if not options.native:
        return [options.bin, "run", program, "--"]
    out = pathlib.Path(folder) / program.stem
    subprocess.run([options.bin, "build", program, "-o", out], check=True, stdout=subprocess.DEVNULL)
    return [out]


def run(options, program, folder):
    """One program for so many seconds: (did it go well, what it said)."""
    seconds = options.seconds
    argv = [*command(options, program, folder), str(seconds), *(["flat"] if options.flat else [])]
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
    parser.add_argument("--native", action="store_true")
    parser.add_argument("--flat", action="store_true")
    parser.add_argument("name", nargs="*")
    options = parser.parse_args()
    programs = [p for p in sorted(FOLDER.glob("*.braw"))
                if p.stem != "crew" and (not options.name or p.stem in options.name)]
    passed = 0
    jobs = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="mdh-stress-") as folder, \
            concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        runs = pool.map(lambda p: run(options, p, folder), programs)
        for program, (fine, said) in zip(programs, runs):
            passed += fine
            if not fine:
                print(f"FAIL {program.stem}\n{said[-6000:]}")
                print(f"    again: tests/stress_test.py --bin {options.bin} --seconds {options.seconds}"
                      f"{' --native' if options.native else ''} {program.stem}")
    name = "stress(native)" if options.native else "stress"
    print(f"{name}: {passed} passed, {len(programs) - passed} failed")
    sys.exit(passed != len(programs) or not programs)


if __name__ == "__main__":
    main()
