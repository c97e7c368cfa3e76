#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Programs with memory running out at allocation k, for many k: a report, or success in spite of it;
never a signal, a hang, a leak, a lock that stays taken or a sanitizer report.

    tests/failing_test.py [--bin build-asan/bin/failing_mdhavers] [--programs 40] [part of a name…]
    tests/failing_test.py --native [--bin build/bin/mdhavers] [part of a name…]

The programs are taken evenly from tests/golden; all those of tests/failing/programs are run too, which
use threads and look themselves at what is left in the end: they print `fine`, `broken…`, or end with
an error. For each, k starts at 0 and grows by steps that grow too, until the program makes fewer
allocations than that; once with only allocation k failing, once with all from k on. In programs of
tests/stress, where threads race, each k-th allocation fails. With --native those of the last two kinds
are built first; there the collector's own allocations fail.

Prints `failing: N passed, N failed`.
"""
import argparse
import concurrent.futures
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from run import ROOT, Program, find_programs, run_limited

FOLDER, STRESS = ROOT / "tests" / "failing", ROOT / "tests" / "stress"
LIMIT = 30  # seconds a run
DENSE, GROWTH, OWN_GROWTH, MOST = 4, 1.7, 1.4, 10_000_000
RACING = ("9973%", "997%")
REPORTS = ("memory", "Cannae", "cannae be compiled", "Whit a fankle")
WAITING = "net/loop/"  # they go on only when each callback has done its part
WRAPPED = "malloc calloc realloc mdh_mem_hook mdh_mem_configure".split()


def own_programs(filters):
    """Those of tests/failing/programs."""
    found = [Program(f"failing/{path.stem}", path, False) for path in sorted(FOLDER.glob("programs/*.braw"))]
    return [prog for prog in found if not filters or any(f in prog.name for f in filters)]


def racing_programs(filters):
    """Those of tests/stress, for a second each."""
    found = [Program(f"stress/{path.stem}", path, True, args=["1"])
             for path in sorted(STRESS.glob("*.braw")) if path.stem not in ("crew", "spawns")]
    return [prog for prog in found if not filters or any(f in prog.name for f in filters)]


def is_own(prog):
    """Does it say itself whether it went well?"""
    return FOLDER in prog.path.parents


def is_racing(prog):
    """Is it one of tests/stress?"""
    return STRESS in prog.path.parents


def attempts(prog, later, growth):
    """The ks of one program: a few small ones, then ever fewer, not the same for every program."""
    dice = random.Random(f"{prog.name} {later}")
    k = 0
    while k < MOST:
        yield k
        k += 1 if k < DENSE else max(1, int(k * (growth - 1) * dice.uniform(0.5, 1.5)))


def build_native(binary, folder):
    """A C compiler that links the failing allocator in, and the programs built with it: their folder."""
    subprocess.run(["cc", "-O1", f"-I{ROOT}", "-DMDH_FAIL_COLLECTOR", "-c", FOLDER / "failing_alloc.c",
                    "-o", folder / "failing.o"], check=True)
    linker = folder / "cc"
    wraps = ",".join(f"--wrap={name}" for name in WRAPPED)
    linker.write_text(f'#!/bin/sh\nexec cc "{folder}/failing.o" "-Wl,{wraps}" "$@"\n')
    linker.chmod(0o755)
    for prog in own_programs([]) + racing_programs([]):
        subprocess.run([binary, "build", "-O2", "-o", folder / prog.path.stem, prog.path], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "CC": str(linker)})
    return folder


def command(binary, prog):
    """The words that run it: `binary` is a folder of built programs, or the command line."""
    if pathlib.Path(binary).is_dir():
        return [pathlib.Path(binary) / prog.path.stem, *prog.args]
    return [binary, "run", prog.path.name, "--", *prog.args]


def judge_own(out, err, status):
    """What is wrong, by what the program found itself; an error that ends it is one of memory."""
    if "broken" in out or (status == 0 and out != "fine\n"):
        return f"said {out[:1000]!r}\n{err[:2000]}"
    if status == 1 and not any(text in err for text in REPORTS):
        return f"ended with another error\n{err[:2000]}"
    return None


def run_failing(binary, prog, when):
    """One run: (was there such an allocation, complaint or None)."""
    with tempfile.TemporaryDirectory(prefix="mdh-failing-") as work:
        if prog.folder:
            shutil.copytree(prog.path.parent, work, dirs_exist_ok=True)
        else:
            shutil.copy(prog.path, work)
        mark = pathlib.Path(work) / "mark"
        env = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8", **prog.env,
               "MDH_FAIL_ALLOC": when, "MDH_FAIL_MARK": str(mark)}
        stdin = "".join(line + "\n" for line in prog.stdin).encode()
        out, err, status = run_limited(command(binary, prog), LIMIT, work, env, stdin)
        reached = mark.exists()
    err = err.decode("utf-8", "backslashreplace")
    if status is None:
        return reached, f"did not end within {LIMIT} s"
    if status < 0:
        return reached, f"killed by signal {-status}\n{err[:3000]}"
    if "Sanitizer" in err or "runtime error:" in err:
        return reached, f"sanitizer report\n{err[:3000]}"
    if status not in (0, 1, prog.exit):
        return reached, f"exit status {status}\n{err[:1000]}"
    if status == 1 and not err.strip() and prog.exit != 1:
        return reached, "exit status 1 without a report"
    return reached, judge_own(out.decode("utf-8", "backslashreplace"), err, status) if is_own(prog) else None


def run_program(binary, prog, growth):
    """All the runs of one program: (how many, [complaints])."""
    runs, bad = 0, []

    def goes_on(when):
        nonlocal runs
        reached, complaint = run_failing(binary, prog, when)
        runs += 1
        if complaint:
            bad.append(f"FAIL {prog.name} MDH_FAIL_ALLOC={when}: {complaint}")
        return reached

    if is_racing(prog):
        for when in RACING:
            goes_on(when)
        return runs, bad
    for later in (False, True):
        for k in attempts(prog, later, growth or (OWN_GROWTH if is_own(prog) else GROWTH)):
            if not goes_on(f"{k}{'+' if later else ''}"):
                break
    return runs, bad


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin")
    parser.add_argument("--native", action="store_true")
    parser.add_argument("--programs", type=int, default=40)
    parser.add_argument("--growth", type=float, help="of k, for all programs; 1: each k")
    parser.add_argument("-j", "--jobs", type=int, default=(os.cpu_count() or 2))
    parser.add_argument("filter", nargs="*", help="part of a name")
    options = parser.parse_args()
    default = "build/bin/mdhavers" if options.native else "build-asan/bin/failing_mdhavers"
    binary = str(pathlib.Path(options.bin or ROOT / default).resolve())
    if not os.access(binary, os.X_OK):
        sys.exit(f"tests/failing_test.py: no such program: {binary}")
    chosen = own_programs(options.filter) + racing_programs(options.filter)
    programs = [] if options.native else [
        p for p in find_programs(options.filter) if not p.skips and not p.name.startswith(WAITING)]
    if programs:
        chosen += programs[::max(1, len(programs) // options.programs)]
    runs = failed = 0
    with tempfile.TemporaryDirectory(prefix="mdh-failing-") as folder, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        if options.native:
            binary = build_native(binary, pathlib.Path(folder))
        for count, bad in pool.map(lambda prog: run_program(binary, prog, options.growth), chosen):
            runs, failed = runs + count, failed + len(bad)
            if bad:
                print("\n".join(bad), flush=True)
    print(f"failing{'(native)' if options.native else ''}: {runs - failed} passed, {failed} failed")
    sys.exit(1 if failed or not runs else 0)


if __name__ == "__main__":
    main()
