#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden programs with memory running out at allocation k, for many k: a report, or success in spite
of it; never a signal, a hang, a leak or a sanitizer report.

    tests/failing_test.py [--bin build-asan/bin/failing_mdhavers] [--programs 40] [part of a name…]

The programs are taken evenly from tests/golden. For each, k starts at 0 and grows by steps that grow
too, until the program makes fewer allocations than that; once with only allocation k failing, once
with all from k on. Prints `failing: N passed, N failed`.
"""
import argparse
import concurrent.futures
import os
import pathlib
import random
import shutil
import sys
import tempfile

from run import ROOT, find_programs, run_limited

LIMIT = 60  # seconds a run
DENSE, GROWTH, MOST = 4, 1.7, 10_000_000


def attempts(name, later):
    """The ks of one program: a few small ones, then ever fewer, not the same for every program."""
    dice = random.Random(f"{name} {later}")
    k = 0
    while k < MOST:
        yield k
        k += 1 if k < DENSE else max(1, int(k * (GROWTH - 1) * dice.uniform(0.5, 1.5)))


def run_failing(binary, prog, k, later):
    """One run: (was there such an allocation, complaint or None)."""
    with tempfile.TemporaryDirectory(prefix="mdh-failing-") as work:
        if prog.folder:
            shutil.copytree(prog.path.parent, work, dirs_exist_ok=True)
        else:
            shutil.copy(prog.path, work)
        mark = pathlib.Path(work) / "mark"
        env = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8", **prog.env,
               "MDH_FAIL_ALLOC": f"{k}{'+' if later else ''}", "MDH_FAIL_MARK": str(mark)}
        stdin = "".join(line + "\n" for line in prog.stdin).encode()
        _, err, status = run_limited([binary, "run", prog.path.name, "--", *prog.args], LIMIT, work, env, stdin)
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
    return reached, None


def run_program(binary, prog):
    """All the runs of one program: (how many, [complaints])."""
    runs, bad = 0, []
    for later in (False, True):
        for k in attempts(prog.name, later):
            reached, complaint = run_failing(binary, prog, k, later)
            runs += 1
            if complaint:
                bad.append(f"FAIL {prog.name} MDH_FAIL_ALLOC={k}{'+' if later else ''}: {complaint}")
            if not reached:
                break
    return runs, bad


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build-asan" / "bin" / "failing_mdhavers"))
    parser.add_argument("--programs", type=int, default=40)
    parser.add_argument("-j", "--jobs", type=int, default=(os.cpu_count() or 2))
    parser.add_argument("filter", nargs="*", help="part of a name")
    options = parser.parse_args()
    binary = str(pathlib.Path(options.bin).resolve())
    if not os.access(binary, os.X_OK):
        sys.exit(f"tests/failing_test.py: no such program: {binary}")
    programs = [p for p in find_programs(options.filter) if not p.skips]
    chosen = programs[::max(1, len(programs) // options.programs)] if programs else []
    runs = failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for count, bad in pool.map(lambda prog: run_program(binary, prog), chosen):
            runs, failed = runs + count, failed + len(bad)
            if bad:
                print("\n".join(bad), flush=True)
    print(f"failing: {runs - failed} passed, {failed} failed")
    sys.exit(1 if failed or not runs else 0)


if __name__ == "__main__":
    main()
