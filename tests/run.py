#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden runner: runs every program under tests/golden and compares what it does with what it says.

A program is one `.braw` file, or a folder that holds `main.braw` and its modules. The expectations
stand in its own comments (of main.braw), anywhere on a line:

  # expect: text         one line of stdout, in order; stdout must be exactly these lines
  # expect throws: text  an uncaught error: exit 1 and stderr contains text
  # expect error: text   a compile error reported for this line: exit 1 and stderr contains text
  # stderr: text         stderr contains text
  # no stderr: text      stderr does not contain text
  # exit: n              exit status (default 0, or 1 with `throws` and `error`)
  # stdin: text          one line of input
  # args: a b 'c d'      arguments of the script
  # env: NAME=value      environment
  # files: a/b           a file or folder of the repository, copied beside the program
  # skip: reason         not run at all; the reason is compulsory
  # skip-MODE: reason    not run in that mode

A program without any expectation is an error of the runner.
"""
import argparse
import concurrent.futures
import difflib
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
DIRECTIVE = re.compile(
    r"# (expect throws|expect error|expect|no stderr|stderr|exit|stdin|args|env"
    r"|files|skip(?:-[\w-]+)?):(?: (.*))?$")

# At the head of a report, one of a few at random.
EXCLAMATION = re.compile(r"^(?:Och naw|Jings|Crivvens|Help ma boab|Michty me|Losh|Ach|Haud the bus)"
                         r"(?=: | in thread )")
DEPTH = re.compile(r"  \.\.\. and \d+ mair\n")
THREADED = ["threads", "channels", "loop_threads"]
LOGGED = re.compile(r"^mdhavers |^\S+T\S+Z |^\[")   # with the time


@dataclass
class Mode:
    """How a program is run: `command` makes the argument list, given the binary and the file."""
    name: str
    limit: int  # seconds
    env: dict = field(default_factory=dict)
    build: tuple = ()  # options of `build`: the program is built first, then run by itself

    def command(self, binary, source, args):
        dashes = ["--", *args] if args else []
        return [binary, "run", source, *dashes]


MODES = {mode.name: mode for mode in [
    Mode("interp", 10),
    Mode("gc-stress", 60, {"MDH_STRESS": "gc"}),
    Mode("gc-every", 120, {"MDH_STRESS": "gc-every"}),  # a collection at every allocation: soak
    Mode("aot-O0", 20, build=("-O0",)),
    Mode("aot-O2", 30, build=("-O2",)),
    Mode("aot-gc-stress", 60, {"MDH_STRESS": "gc"}, build=("-O2",)),
]}


class BadProgram(Exception):
    """A golden program whose comments make no sense."""


@dataclass
class Program:
    name: str            # path below tests/golden without .braw
    path: pathlib.Path   # the .braw file to run
    folder: bool         # main.braw with modules beside it
    stdout: list = field(default_factory=list)
    throws: list = field(default_factory=list)
    errors: list = field(default_factory=list)   # (line, text)
    stderr: list = field(default_factory=list)
    no_stderr: list = field(default_factory=list)
    stdin: list = field(default_factory=list)
    args: list = field(default_factory=list)
    env: dict = field(default_factory=dict)
    files: list = field(default_factory=list)    # paths below the root
    exit: int = 0
    skips: dict = field(default_factory=dict)    # mode or "" -> reason


def read_program(path):
    """Parse the expectations of one program."""
    folder = path.name == "main.braw"
    name = str((path.parent if folder else path.with_suffix("")).relative_to(GOLDEN))
    prog = Program(name, path, folder)
    seen, code = False, None
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        match = DIRECTIVE.search(line.decode("utf-8", "surrogateescape").rstrip("\r"))
        if not match:
            continue
        key, text = match.group(1), match.group(2) or ""
        if key == "expect":
            prog.stdout.append(text)
        elif key == "expect throws":
            prog.throws.append(text)
        elif key == "expect error":
            prog.errors.append((number, text))
        elif key == "stderr":
            prog.stderr.append(text)
        elif key == "no stderr":
            prog.no_stderr.append(text)
        elif key == "stdin":
            prog.stdin.append(text)
        elif key == "args":
            prog.args += shlex.split(text)
        elif key == "env":
            var, _, value = text.partition("=")
            prog.env[var] = value
        elif key == "files":
            prog.files.append(ROOT / text)
        elif key == "exit":
            code = int(text)
        else:
            if not text.strip():
                raise BadProgram(f"{path}:{number}: a skip needs a reason")
            prog.skips[key[5:]] = text
        seen = seen or key.startswith(("expect", "stderr", "no stderr", "exit"))
    if not seen:
        raise BadProgram(f"{path}: no expectation")
    prog.exit = code if code is not None else int(bool(prog.throws or prog.errors))
    return prog


def find_programs(filters):
    """All programs whose name contains one of the filters (all when there are none)."""
    found = []
    for path in sorted(GOLDEN.rglob("*.braw")):
        if path.name != "main.braw" and (path.parent / "main.braw").exists():
            continue  # a module of a multi-file case
        if any(p != path.parent and (p / "main.braw").exists()
               for p in path.parents if GOLDEN in p.parents):
            continue  # a module in a sub-folder of a multi-file case
        prog = read_program(path)
        if not filters or any(f in prog.name for f in filters):
            found.append(prog)
    return found


def run_limited(argv, limit, cwd, env, stdin, executable=None):
    """Run a child with a time limit: (stdout, stderr, exit status or None when too slow)."""
    child = subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             start_new_session=True, executable=executable)
    try:
        out, err = child.communicate(stdin, timeout=limit)
        return out, err, child.returncode
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)  # our own child: it leads its session
        out, err = child.communicate()
        return out, err, None


def error_is_on_line(stderr, line):
    """Does a report name this line, in the sentence, as file:line:column, or in the excerpt?"""
    return re.search(rf"line {line}\b|:{line}:|^> *{line} \|", stderr, re.M) is not None


def judge(prog, out, err, status, limit):
    """Compare one run with the expectations: a list of complaints."""
    bad = []
    if status is None:
        bad.append(f"did not end within {limit} s")
    elif status < 0:
        bad.append(f"killed by signal {-status}")
    elif status != prog.exit:
        bad.append(f"exit status {status}, expected {prog.exit}")
    want = "".join(line + "\n" for line in prog.stdout)
    if out != want:
        diff = difflib.unified_diff(want.splitlines(), out.splitlines(), "expected", "stdout",
                                    lineterm="", n=2)
        text = list(diff)[:60]
        bad.append("\n".join(text) if text else
                   f"the last line end differs: {want[-20:]!r} against {out[-20:]!r}")
    for text in [*prog.throws, *prog.stderr, *(text for _, text in prog.errors)]:
        if text not in err:
            bad.append(f"stderr lacks: {text}")
    for text in prog.no_stderr:
        if text in err:
            bad.append(f"stderr should not have: {text}")
    for line, _ in prog.errors:
        if not error_is_on_line(err, line):
            bad.append(f"stderr does not name line {line}")
    if bad and err:
        bad.append("stderr was:\n" + "\n".join(err.splitlines()[:20]))
    return bad


def build_and_run(prog, mode, binary, limit, work, env, stdin):
    """As run_limited, natively. What does not compile is judged by what `build` says of it."""
    with tempfile.TemporaryDirectory(prefix="mdh-native-") as folder:
        program = pathlib.Path(folder) / "program"
        argv = [binary, "build", *mode.build, "-o", program, prog.path.name]
        _, err, status = run_limited(argv, 3 * limit, work, os.environ | {"LC_ALL": "C.UTF-8"}, b"")
        if status != 0:
            return b"", err, status
        # It is named as the source is, as the interpreter's programs are.
        return run_limited([prog.path.name, *prog.args], limit, work, env, stdin, program)


def report_of(prog, err, work):
    """What an uncaught error is told with, trace included, without what differs from run to run: the
    exclamation, the folder, how deep the stack was; who of several threads speaks."""
    if prog.name.split("/")[0] in THREADED:
        return ""
    text = DEPTH.sub("", err.replace(os.path.realpath(work), ".").replace(work, "."))
    return "".join(EXCLAMATION.sub("", line) for line in text.splitlines(True)
                   if not LOGGED.match(line))


def run_one(prog, mode, binary, limit):
    """Run a program in its own temporary folder: (complaints, what it did)."""
    with tempfile.TemporaryDirectory(prefix="mdh-golden-") as work:
        if prog.folder:
            shutil.copytree(prog.path.parent, work, dirs_exist_ok=True)
        else:
            shutil.copy(prog.path, work)
        for path in prog.files:
            copy = shutil.copytree if path.is_dir() else shutil.copy
            copy(path, pathlib.Path(work) / path.name)
        env = {key: value for key, value in os.environ.items() if not key.startswith("MDH_")}
        env.update({"TZ": "UTC", "LC_ALL": "C.UTF-8", **mode.env, **prog.env})
        stdin = "".join(line + "\n" for line in prog.stdin).encode()
        if mode.build:
            out, err, status = build_and_run(prog, mode, binary, limit, work, env, stdin)
        else:
            argv = mode.command(binary, prog.path.name, prog.args)
            out, err, status = run_limited(argv, limit, work, env, stdin)
    out = out.decode("utf-8", "backslashreplace")
    err = err.decode("utf-8", "backslashreplace")
    return judge(prog, out, err, status, limit), (out, report_of(prog, err, work), status)


def run_mode(programs, mode, options):
    """Run all programs in one mode: {name: what it did}, number of failures."""
    done, failed, skipped = {}, [], []
    todo = []
    for prog in programs:
        reason = prog.skips.get("") or prog.skips.get(mode.name)
        if reason:
            skipped.append((prog, reason))
        else:
            todo.append(prog)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        limit = options.limit or mode.limit
        runs = pool.map(lambda prog: run_one(prog, mode, options.bin, limit), todo)
        for prog, (complaints, did) in zip(todo, runs):
            done[prog.name] = did
            if complaints:
                failed.append(prog.name)
                print(f"FAIL {prog.name} ({mode.name})")
                for line in "\n".join(complaints).splitlines():
                    print(f"    {line}")
                print(f"    again: tests/run.py --bin {options.bin} --mode {mode.name} "
                      f"{prog.name}")
    for prog, reason in skipped:
        print(f"skip {prog.name} ({mode.name}): {reason}")
    print(f"golden({mode.name}): {len(todo) - len(failed)} passed, {len(failed)} failed"
          + (f", {len(skipped)} skipped" if skipped else ""))
    return done, len(failed)


def compare_modes(results):
    """Programs that behave differently in two modes; prints each."""
    names, differing = list(results), 0
    for other in names[1:]:
        for prog, did in results[other].items():
            if results[names[0]].get(prog, did) != did:
                differing += 1
                print(f"DIFFER {prog}: {names[0]} and {other}")
    if len(names) > 1:
        print(f"parity({' '.join(names)}): {differing} differ")
    return differing


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build" / "bin" / "mdhavers"))
    parser.add_argument("--mode", action="append", choices=list(MODES))
    parser.add_argument("-j", "--jobs", type=int, default=(os.cpu_count() or 2))
    parser.add_argument("--limit", type=int, help="seconds a program, instead of the mode's")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    parser.add_argument("filter", nargs="*", help="part of a name")
    options = parser.parse_args()
    options.bin = str(pathlib.Path(options.bin).resolve())
    try:
        programs = find_programs(options.filter)
    except BadProgram as problem:
        sys.exit(f"tests/run.py: {problem}")
    if options.list:
        print("\n".join(prog.name for prog in programs))
        return
    if not os.access(options.bin, os.X_OK):
        sys.exit(f"tests/run.py: no such program: {options.bin}")
    minimum = int((GOLDEN / "MINIMUM").read_text())
    short = not options.filter and len(programs) < minimum
    results, failures = {}, 0
    for name in options.mode or ["interp"]:
        results[name], failed = run_mode(programs, MODES[name], options)
        failures += failed
    failures += compare_modes(results)
    if short:
        print(f"tests/run.py: {len(programs)} programs, but tests/golden/MINIMUM says {minimum}")
    if not programs:
        print("tests/run.py: no program has such a name")
    sys.exit(1 if failures or short or not programs else 0)


if __name__ == "__main__":
    main()
