#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Everything that must hold, behind `make test`.

    tests/run_all.py [--soak] [--seconds-each N] [step…]      default: all steps of `make test`

Each step prints its own counts (`name: N passed, N failed`); the last line is the total, `N passed,
N failed`. The exit status is not 0 when anything failed, when a step broke off or printed no count,
or when there were fewer tests than tests/MINIMUM knows of.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
COUNT = re.compile(r"^(\S.*): (\d+) passed, (\d+) failed")
PROGRESS = re.compile(r"^(\[\d+/\d+\] |ninja: |-- )")
JOBS = len(os.sched_getaffinity(0))
STEP_LIMIT_S = 1500

# Leaks count, except where the plain collector holds everything until the end by design.
SANITIZER_ENV = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": f"halt_on_error=1:suppressions={ROOT}/tests/tsan.supp",
    "MDH_TEST_LIMIT_S": "60",
}
# Sanitizers make frames of C many times as big; the language's depth limits are to stay what they are.
SANITIZER_STACK = 64 << 20


class Step:
    """A step: its name, what it needs to have gone well, and the work, which yields its counts."""

    def __init__(self, name, needs, work):
        self.name, self.needs, self.work = name, needs, work


def set_stack():
    """In the child that is to run sanitized programs."""
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    room = SANITIZER_STACK if most == resource.RLIM_INFINITY else min(SANITIZER_STACK, most)
    resource.setrlimit(resource.RLIMIT_STACK, (room, most))


def start(argv, env):
    """A child that leads a session of its own, its two outputs in one pipe."""
    return subprocess.Popen([str(a) for a in argv], cwd=ROOT, env={**os.environ, **(env or {})},
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            errors="backslashreplace", start_new_session=True,
                            preexec_fn=set_stack if env is SANITIZER_ENV else None)


def lines_of(child, limit):
    """The lines that a child prints; it is stopped when it takes too long."""
    def stop():
        os.killpg(child.pid, signal.SIGKILL)  # our own child: it leads its session

    timer = threading.Timer(limit, stop)
    timer.start()
    try:
        yield from child.stdout
        if child.wait() == -signal.SIGKILL:
            yield f"{child.args[0]}: stopped, perhaps after {limit} s\n"
    finally:
        timer.cancel()


def stream(argv, env=None, limit=STEP_LIMIT_S, show=lambda line: True):
    """Run a child, passing its output on: (exit status, all of its lines)."""
    child, lines = start(argv, env), []
    for line in lines_of(child, limit):
        lines.append(line)
        if show(line):
            print(line, end="", flush=True)
    return child.returncode, lines


def counts_in(lines):
    """The counts that a script printed: (name, passed, failed)."""
    found = filter(None, map(COUNT.match, lines))
    return [(match[1], int(match[2]), int(match[3])) for match in found]


def build(preset, *targets):
    """Configure and build: two tests, that it works and that the compiler has nothing to say."""
    def work(_options):
        folder = ROOT / ("build" if preset == "release" else f"build-{preset}")
        status, lines = 0, []
        if not (folder / "build.ninja").exists():
            status, _ = stream(["cmake", "--preset", preset], show=lambda line: False)
        if not status:
            status, lines = stream(["cmake", "--build", folder, "-j", JOBS, "--target", *targets],
                                   show=lambda line: not PROGRESS.match(line))
        noisy = any("warning:" in line for line in lines)
        for name, bad in ((f"build({preset})", status != 0), (f"warnings({preset})", noisy)):
            print(f"{name}: {int(not bad)} passed, {int(bad)} failed")
            yield name, int(not bad), int(bad)
    return work


def script(path, *args, env=None):
    """A script that prints its own counts."""
    def work(_options):
        status, lines = stream([ROOT / path, *args], env)
        counts = counts_in(lines)
        if status != 0 and not any(failed for _, _, failed in counts):
            print(f"{path}: exit status {status}")
            counts.append((path, 0, 1))
        yield from counts
    return work


def unit(folder, pattern="test_*", env=None):
    """All the unit-test programs of a build folder, added up. Each test has a limit of its own."""
    def work(_options):
        programs = sorted((ROOT / folder / "tests").glob(pattern))
        passed = failed = 0
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            runs = list(pool.map(lambda program: stream([program], env, show=lambda line: False),
                                 programs))
        for program, (status, lines) in zip(programs, runs):
            counts = counts_in([f"all: {line}" for line in lines[-1:]])
            good, bad = counts[0][1:] if counts else (0, 1)
            if bad or status:
                bad = bad or 1
                print("".join(lines), end="")
                print(f"    again: {program.relative_to(ROOT)}")
            passed, failed = passed + good, failed + bad
        name = pattern.strip("*_") if pattern != "test_*" else f"unit({folder})"
        if env and "MDH_STRESS" in env:
            name = "unit(gc-stress)"
        print(f"{name}: {passed} passed, {failed} failed")
        yield name, passed, failed
    return work


# Fuzzers of what is written in the language (fuzz/wire): they hold all that they ever used. One start
# takes a second.
FULL = ("rtp", "rtcp", "sip", "stream")
WORDS = {"stream": "sip"}
TORTURE = [ROOT / "tests" / "vectors" / "torture" / part for part in ("rfc4475", "rfc5118")]
SEEDS = {"sip": TORTURE, "stream": TORTURE}


def fuzz_one(program, seconds):
    """One fuzzer from its corpus; what makes it crash is kept in build-fuzz/corpus."""
    name = program.name.removeprefix("fuzz_")
    words = ROOT / "fuzz" / f"{WORDS.get(name, name)}.dict"
    grown = ROOT / "build-fuzz" / "corpus" / program.name
    grown.mkdir(parents=True, exist_ok=True)
    seeds = [path for path in (ROOT / "fuzz" / "corpus" / name, *SEEDS.get(name, ())) if path.is_dir()]
    argv = [program, grown, *seeds, *([f"-dict={words}"] if words.exists() else []),
            "-timeout=10", "-rss_limit_mb=2048", f"-artifact_prefix={grown.parent}/{program.name}-",
            "-print_final_stats=0", "-verbosity=0"]
    end, said = time.monotonic() + seconds, ""
    while (left := int(end - time.monotonic())) > 0:
        # Those that cannot free memory end in good order when they have used much, and go on here.
        leaks = ["-detect_leaks=0"] if name in FULL else []
        status, lines = stream([*argv, *leaks, f"-max_total_time={left}"], SANITIZER_ENV, left + 120,
                               show=lambda line: False)
        said = "".join(lines)
        if status:
            return False, said
    return bool(said), said


def fuzz(options):
    """Each fuzzer for a few seconds, as many at a time as there are processors."""
    programs = sorted((ROOT / "build-fuzz" / "fuzz").glob("fuzz_*"))
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        runs = pool.map(lambda program: fuzz_one(program, options.seconds_each), programs)
        for program, (good, said) in zip(programs, runs):
            passed, failed = passed + good, failed + (not good)
            print(f"{program.name}: {'ok' if good else 'FAILED'} ({options.seconds_each} s)")
            print("" if good else said[-8000:], end="", flush=True)
    print(f"fuzz: {passed} passed, {failed} failed")
    yield "fuzz", passed, failed


def golden_races(_options):
    """The golden programs with threads and loops, under ThreadSanitizer."""
    work = script(GOLDEN, "--bin", TSAN, "--mode", "interp", "--limit", "60", "threads/", "channels/",
                  "concurrency/", "net/loop/", env=SANITIZER_ENV)
    for _, passed, failed in work(_options):
        yield "golden(races)", passed, failed


def stress(binary, *more, env=None):
    """Eight threads at one thing; longer in a soak, where the collector frees what they leave."""
    def work(options):
        seconds = 60 if options.soak and not env else 3
        flat = [] if env else ["--flat"]
        yield from script("tests/stress_test.py", "--bin", binary, "--seconds", seconds, *flat, *more,
                          env=env)(options)
    return work


def diff_fuzz(options):
    """Random programs in both back ends, new ones every time."""
    _, lines = stream([ROOT / "tests/diff_fuzz.py", "--bin", RELEASE, "--count", 10**9, "--seconds",
                       options.seconds_each], limit=options.seconds_each + 900)
    yield from counts_in(lines)


def install(_options):
    """Installed elsewhere, it finds its standard library, runs and builds."""
    good = 0
    with tempfile.TemporaryDirectory(prefix="mdh-install-") as folder:
        prefix, program = pathlib.Path(folder) / "prefix", pathlib.Path(folder) / "try.braw"
        program.write_text('fetch "maths" tae m\nblether m.square(7)\n')
        binary, built = prefix / "bin" / "mdhavers", program.with_suffix("")
        stream(["cmake", "--install", "build", "--prefix", prefix], show=lambda line: False)
        for argv in ([[binary, "run", program]], [[binary, "build", program, "-o", built], [built]]):
            lines = []
            for command in argv:
                status, said = stream(command, show=lambda line: False)
                lines += said
            good += status == 0 and lines[-1:] == ["49\n"]
            print("" if status == 0 else "".join(lines), end="")
    print(f"install: {good} passed, {2 - good} failed")
    yield "install", good, 2 - good


def forgotten(_options):
    """A script of tests that no step runs would never be missed."""
    scripts = sorted((ROOT / "tests").glob("*_test.py")) + sorted((ROOT / "tests").glob("*_doctest.py"))
    text = pathlib.Path(__file__).read_text()
    missing = [path.name for path in scripts if f'"tests/{path.name}"' not in text]
    for name in missing:
        print(f"tests/{name}: no step of tests/run_all.py runs it")
    print(f"steps: {len(scripts) - len(missing)} passed, {len(missing)} failed")
    yield "steps", len(scripts) - len(missing), len(missing)


GOLDEN, RELEASE, ASAN = "tests/run.py", "build/bin/mdhavers", "build-asan/bin/mdhavers"
TSAN = "build-tsan/bin/mdhavers"
STEPS = [
    Step("lint", None, script("scripts/lint.py")),
    Step("floors", None, script("scripts/floors.py")),
    Step("steps", None, forgotten),
    Step("build", None, build("release", "all")),
    Step("unit", "build", unit("build")),
    Step("unit-stress", "build", unit("build", env={"MDH_STRESS": "gc"})),
    Step("golden", "build", script(GOLDEN, "--bin", RELEASE, "--mode", "interp", "--mode", "gc-stress")),
    Step("golden-native", "build", script(GOLDEN, "--bin", RELEASE, "--mode", "interp", "--mode", "aot-O0",
                                           "--mode", "aot-O2")),
    Step("cli", "build", script("tests/cli_test.py", "--bin", RELEASE)),
    Step("native", "build", script("tests/native_test.py", "--bin", RELEASE)),
    Step("native code", "build", script("tests/aot_ir_test.py", "--bin", RELEASE)),
    Step("repl", "build", script("tests/repl_test.py", "--bin", RELEASE)),
    Step("builtins", "build", script("tests/builtins_test.py", "--bin", RELEASE)),
    Step("stdlib", "build", script("tests/stdlib_doctest.py", "--bin", RELEASE)),
    Step("builtins-native", "build", script("tests/builtins_test.py", "--bin", RELEASE, "--native")),
    Step("stdlib-native", "build", script("tests/stdlib_doctest.py", "--bin", RELEASE, "--native")),
    Step("oracle", "build", script("tests/oracle_test.py", "--bin", RELEASE)),
    Step("dns", "build", script("tests/dns_test.py", "--bin", RELEASE)),
    Step("wire", "build", script("tests/wire_test.py", "--bin", RELEASE)),
    Step("echo-rules", "build", script("tests/echo_rules.py", RELEASE)),
    Step("echo-attacks", "build", script("tests/echo_attacks.py", RELEASE)),
    Step("echo-fuzz", "build", script("tests/fuzz_echo.py", RELEASE, "--seconds", "5")),
    Step("diff-fuzz", "build", script("tests/diff_fuzz.py", "--bin", RELEASE, "--seed", "1", "--count", "24",
                                      "--random", "1")),
    Step("hostile", "build", script("tests/hostile_test.py", "--bin", RELEASE, "--only", "shapes")),
    Step("stress", "build", stress(RELEASE)),
    Step("stress-native", "build", stress(RELEASE, "--native")),
    Step("failing-native", "build", script("tests/failing_test.py", "--native", "--bin", RELEASE)),
    Step("docs", "build", script("scripts/gen_docs.py", "--check")),
    Step("install", "build", install),
    Step("build-asan", None, build("asan", "all", "failing_mdhavers")),
    Step("unit-asan", "build-asan", unit("build-asan", env=SANITIZER_ENV)),
    Step("golden-asan", "build-asan", script(GOLDEN, "--bin", ASAN, "--mode", "interp",
                                             "--limit", "60", env=SANITIZER_ENV)),
    Step("dns-asan", "build-asan", script("tests/dns_test.py", "--bin", ASAN, env=SANITIZER_ENV)),
    Step("failing", "build-asan", script("tests/failing_test.py", env=SANITIZER_ENV)),
    # Without the big shapes, which take minutes here (make asan).
    Step("hostile-asan", "build-asan", script("tests/hostile_test.py", "--bin", ASAN, "--limit", "60",
                                              "--max-octets", "100000", env=SANITIZER_ENV)),
    Step("stress-asan", "build-asan", stress(ASAN, env=SANITIZER_ENV)),
    Step("build-races", None, build("tsan", "unit_races", "mdhavers")),
    Step("races", "build-races", unit("build-tsan", "test_race_*", env=SANITIZER_ENV)),
    Step("golden-races", "build-races", golden_races),
    Step("stress-races", "build-races", stress(TSAN, env=SANITIZER_ENV)),
    Step("build-fuzz", None, build("fuzz", "fuzzers")),
    Step("fuzz", "build-fuzz", fuzz),
]
# Not part of `make test`.
EXTRA = [
    Step("shapes-asan", "build-asan", script("tests/hostile_test.py", "--bin", ASAN, "--limit", "60",
                                             "--only", "shapes", env=SANITIZER_ENV)),
    Step("diff-shapes", "build", script("tests/diff_fuzz.py", "--bin", RELEASE, "--shapes")),
    Step("diff-fuzz-long", "build", diff_fuzz),
    Step("golden-every", "build", script(GOLDEN, "--bin", RELEASE, "--mode", "gc-every")),
    Step("golden-native-stress", "build", script(GOLDEN, "--bin", RELEASE, "--mode", "aot-gc-stress")),
    Step("build-tsan", None, build("tsan", "all")),
    Step("unit-tsan", "build-tsan", unit("build-tsan", env=SANITIZER_ENV)),
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
    parser.add_argument("--soak", action="store_true",
                        help="all steps, a collection at every allocation, long fuzzing")
    parser.add_argument("--seconds-each", type=int, default=10, help="for each fuzzer")
    parser.add_argument("step", nargs="*", help=" ".join(s.name for s in STEPS + EXTRA))
    options = parser.parse_args()
    if options.soak:
        options.step = [s.name for s in STEPS + EXTRA]
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
        if counts[0][2]:
            broken.add(step.name)
        summary.append(f"  {step.name:12} {passed:6} passed {failed:4} failed"
                       f" {time.monotonic() - start:7.1f} s")
    print("--- summary")
    print("\n".join(summary))
    print(f"{total[0]} passed, {total[1]} failed")
    sys.exit(1 if total[1] or not total[0] else 0)


if __name__ == "__main__":
    main()
