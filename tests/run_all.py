#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Everything that must hold, behind `make test`.

    tests/run_all.py [--soak] [--seconds-each N] [step…]      default: all steps but the tsan ones

Each step prints its own counts (`name: N passed, N failed`); the last line is the total, `N passed,
N failed`. The exit status is not 0 when anything failed, when a step broke off or printed no count,
or when there were fewer tests than tests/MINIMUM knows of.
"""
import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
COUNT = re.compile(r"^(?:(\S.*): )?(\d+) passed, (\d+) failed")
JOBS = len(os.sched_getaffinity(0))
STEP_LIMIT_S = 1500

# Leaks count, except where the plain collector holds everything until the end by design.
SANITIZER_ENV = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1",
    "MDH_TEST_LIMIT_S": "60",
}


class Step:
    """A step: its name, what it needs to have gone well, and the work, which yields its counts."""

    def __init__(self, name, needs, work):
        self.name, self.needs, self.work = name, needs, work


def stream(argv, env=None, limit=STEP_LIMIT_S):
    """Run a child, passing its output on: (exit status or None when too slow, its counts)."""
    counts, slow = [], threading.Event()
    child = subprocess.Popen([str(a) for a in argv], cwd=ROOT, env={**os.environ, **(env or {})},
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             errors="backslashreplace", start_new_session=True)

    def stop():
        slow.set()
        os.killpg(child.pid, signal.SIGKILL)  # our own child: it leads its session

    timer = threading.Timer(limit, stop)
    timer.start()
    try:
        for line in child.stdout:
            print(line, end="", flush=True)
            found = COUNT.match(line)
            if found:
                counts.append((found[1], int(found[2]), int(found[3])))
        status = child.wait()
    finally:
        timer.cancel()
    if slow.is_set():
        print(f"{argv[0]}: still running after {limit} s")
    return (None if slow.is_set() else status), counts


def build(preset, targets):
    """Configure and build: one test, that it works."""
    def work(_options):
        folder = ROOT / ("build" if preset == "release" else f"build-{preset}")
        status = 0
        if not (folder / "build.ninja").exists():
            status, _ = stream(["cmake", "--preset", preset])
        if not status:
            status, _ = stream(["cmake", "--build", folder, "-j", JOBS, "--target", *targets])
        yield f"build({preset})", int(status == 0), int(status != 0)
    return work


def script(path, *args, env=None):
    """A script that prints its own counts."""
    def work(_options):
        if not (ROOT / path).exists():
            print(f"{path} is missing")
            yield path, 0, 1
            return
        status, counts = stream([ROOT / path, *args], env)
        if status != 0 and not any(failed for _, _, failed in counts):
            print(f"{path}: exit status {status}")
            counts.append((path, 0, 1))
        yield from counts
    return work


def unit(folder, env=None):
    """All the unit-test programs of a build folder, added up."""
    def work(_options):
        passed = failed = 0
        for program in sorted((ROOT / folder / "tests").glob("test_*")):
            # Each test in it has a limit of its own.
            result = subprocess.run([program], cwd=ROOT, env={**os.environ, **(env or {})},
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                    errors="backslashreplace", check=False)
            lines = result.stdout.splitlines()
            found = COUNT.match(lines[-1]) if lines else None
            good, bad = (int(found[2]), int(found[3])) if found else (0, 1)
            if bad or result.returncode:
                bad = bad or 1
                print(result.stdout, end="")
                print(f"    again: {program.relative_to(ROOT)}")
            passed, failed = passed + good, failed + bad
        name = f"unit({folder})"
        print(f"{name}: {passed} passed, {failed} failed")
        yield name, passed, failed
    return work


def fuzz(options):
    """Each fuzzer for a few seconds from its corpus; a crash keeps its input in build-fuzz/."""
    passed = failed = 0
    for program in sorted((ROOT / "build-fuzz" / "fuzz").glob("fuzz_*")):
        corpus = ROOT / "fuzz" / "corpus" / program.name.removeprefix("fuzz_")
        grown = ROOT / "build-fuzz" / "corpus" / program.name
        grown.mkdir(parents=True, exist_ok=True)
        argv = [program, grown, *([corpus] if corpus.is_dir() else []),
                f"-max_total_time={options.seconds_each}", "-timeout=10", "-rss_limit_mb=2048",
                f"-artifact_prefix={grown.parent}/{program.name}-", "-print_final_stats=0",
                "-verbosity=0"]
        status, _ = stream(argv, SANITIZER_ENV, limit=options.seconds_each + 120)
        good = status == 0
        passed, failed = passed + good, failed + (not good)
        print(f"{program.name}: {'ok' if good else 'FAILED'} ({options.seconds_each} s)")
    print(f"fuzz: {passed} passed, {failed} failed")
    yield "fuzz", passed, failed


GOLDEN = "tests/run.py"
STEPS = [
    Step("lint", None, script("scripts/lint.py")),
    Step("floors", None, script("scripts/floors.py")),
    Step("build", None, build("release", ["all"])),
    Step("unit", "build", unit("build")),
    Step("golden", "build", script(GOLDEN, "--bin", "build/bin/mdhavers", "--mode", "interp",
                                   "--mode", "gc-stress")),
    Step("builtins", "build", script("tests/builtins_test.py", "--bin", "build/bin/mdhavers")),
    Step("cli", "build", script("tests/cli_test.py", "--bin", "build/bin/mdhavers")),
    Step("oracle", "build", script("tests/oracle_test.py", "--bin", "build/bin/mdhavers")),
    Step("build-asan", None, build("asan", ["all"])),
    Step("unit-asan", "build-asan", unit("build-asan", SANITIZER_ENV)),
    Step("golden-asan", "build-asan", script(GOLDEN, "--bin", "build-asan/bin/mdhavers", "--mode",
                                             "interp", "--limit", "60", env=SANITIZER_ENV)),
    Step("build-fuzz", None, build("fuzz", ["fuzzers"])),
    Step("fuzz", "build-fuzz", fuzz),
]
EXTRA = [
    Step("build-tsan", None, build("tsan", ["all"])),
    Step("unit-tsan", "build-tsan", unit("build-tsan", SANITIZER_ENV)),
]


def read_minimum():
    """tests/MINIMUM: lines of `name: number`, the tests known to exist under each count's name."""
    known = {}
    for line in (ROOT / "tests" / "MINIMUM").read_text().splitlines():
        name, _, number = line.rpartition(":")
        if name and not line.startswith("#"):
            known[name.strip()] = int(number)
    return known


def run_step(step, options, minimum):
    """The counts of one step, with a failure added for what it should have said and did not."""
    print(f"--- {step.name}", flush=True)
    counts = list(step.work(options))
    if not counts:
        print(f"{step.name}: printed no count")
        counts.append((step.name, 0, 1))
    for name, passed, failed in list(counts):
        if passed + failed < minimum.get(name, 0):
            print(f"{name}: {passed + failed} tests, but tests/MINIMUM knows of {minimum[name]}")
            counts.append((name, 0, 1))
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--soak", action="store_true", help="gc-stress at every allocation, long fuzzing")
    parser.add_argument("--seconds-each", type=int, default=10, help="for each fuzzer")
    parser.add_argument("step", nargs="*", help=" ".join(s.name for s in STEPS + EXTRA))
    options = parser.parse_args()
    if options.soak:
        os.environ["MDH_STRESS_EVERY"] = "1"
        options.seconds_each = 600
    unknown = set(options.step) - {step.name for step in STEPS + EXTRA}
    if unknown:
        sys.exit(f"tests/run_all.py: no such step: {' '.join(sorted(unknown))}")
    chosen = [s for s in STEPS + EXTRA if s.name in options.step] if options.step else STEPS

    minimum, total, broken, summary = read_minimum(), [0, 0], set(), []
    for step in chosen:
        if step.needs in broken:
            print(f"--- {step.name}: not run, {step.needs} failed")
            broken.add(step.name)
            total[1] += 1
            continue
        start = time.monotonic()
        counts = run_step(step, options, minimum)
        passed, failed = sum(c[1] for c in counts), sum(c[2] for c in counts)
        total[0] += passed
        total[1] += failed
        if failed:
            broken.add(step.name)
        summary.append(f"  {step.name:12} {passed:6} passed {failed:4} failed"
                       f" {time.monotonic() - start:7.1f} s")
    print("--- summary")
    print("\n".join(summary))
    print(f"{total[0]} passed, {total[1]} failed")
    sys.exit(1 if total[1] or not total[0] else 0)


if __name__ == "__main__":
    main()
