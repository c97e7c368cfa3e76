# SPDX-License-Identifier: MIT
"""The other languages of the benchmarks: how their programs are compiled and started."""
import functools
import pathlib
import shutil
import subprocess
import sys

# Without busy waiting, which would be counted as work.
ERL = ["erl", "-noinput", "-boot", "start_clean", "+sbwt", "none", "+sbwtdcpu", "none",
       "+sbwtdio", "none"]


class Broken(Exception):
    """A program that cannot be compiled or run."""


def call(argv, **more):
    """Run to the end and quietly; Broken with what it said when that fails."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, **more)
    except OSError as problem:
        raise Broken(f"{argv[0]}: {problem.strerror}") from problem
    said = (done.stdout + done.stderr).strip()
    if done.returncode:
        line = said.splitlines()[0] if said else f"exit status {done.returncode}"
        raise Broken(f"{' '.join(argv[:2])}: {line}")
    return said


@functools.cache
def python():
    """The interpreter itself: what is in the path may be a script that looks for it."""
    try:
        return call(["python3", "-c", "import sys; print(sys.executable)"])
    except Broken:
        return sys.executable


def c_program(source, work, name):
    out = work / f"{name}.gcc"
    call(["gcc", "-O2", "-pthread", "-o", str(out), str(source), "-lm"])
    return [str(out)]


def go_program(source, work, name):
    out = work / f"{name}.go.out"
    call(["go", "build", "-o", str(out), str(source)], cwd=work)
    return [str(out)]


def erlang_program(source, work, name):
    """The module is called bench_<name>: Erlang has modules of its own called string and dict."""
    copy = work / f"bench_{name}.erl"
    shutil.copyfile(source, copy)
    call(["erlc", "+inline", "-o", str(work), str(copy)])
    return [*ERL, "-pa", str(work), "-s", f"bench_{name}", "main", "-s", "init", "stop"]


def script(*argv):
    return lambda source, work, name: [*argv, str(source)]


# Peer -> (file endings in order of preference, what must be in the path, argv that says the
# version, how a program is made ready, whether the language is a dynamic one).
PEERS = {
    "gcc": ([".c"], "gcc", ["gcc", "--version"], c_program, False),
    "go": ([".go"], "go", ["go", "version"], go_program, False),
    "lua5.4": ([".lua"], "lua5.4", ["lua5.4", "-v"], script("lua5.4"), True),
    "luajit": ([".jit.lua", ".lua"], "luajit", ["luajit", "-v"], script("luajit"), True),
    "python3": ([".py"], "python3", ["python3", "--version"],
                lambda source, work, name: [python(), str(source)], True),
    "node": ([".js"], "node", ["node", "--version"], script("node"), True),
    "erlang": ([".erl"], "erlc", ["erl", "-noinput", "-eval",
               'io:format("Erlang/OTP ~s", [erlang:system_info(otp_release)]), halt().'],
               erlang_program, True),
}


def installed(wanted):
    """Those of the peers that can be run here; says which cannot."""
    there = [peer for peer in wanted if shutil.which(PEERS[peer][1])]
    missing = [peer for peer in wanted if peer not in there]
    if missing:
        print(f"not installed, left out: {', '.join(missing)}")
    return there


def dynamic(peers):
    return [peer for peer in peers if PEERS[peer][4]]


def version(peer):
    """The first line that a peer says about itself."""
    said = call(PEERS[peer][2]).splitlines()[0]
    return said if said[:3].lower() == peer[:3] else f"{peer}: {said}"


def command(peer, folder, work, name):
    """argv of the program in that language, compiled if it must be; None: there is none."""
    endings, _, _, prepare, _ = PEERS[peer]
    for ending in endings:
        source = pathlib.Path(folder) / (name + ending)
        if source.exists():
            return prepare(source, work, name)
    return None


def native(binary, source, out, level=2):
    """argv of a program of ours, compiled natively."""
    call([str(binary), "build", "-O", str(level), str(source), "-o", str(out)])
    return [str(out)]


def why_no_native(binary, work):
    """None when `mdhavers build` works here, or why not."""
    source = work / "probe.braw"
    source.write_text("blether 1\n")
    try:
        native(binary, source, work / "probe")
        return None if call([str(work / "probe")]) == "1" else "its programs do not work"
    except Broken as problem:
        return str(problem)
