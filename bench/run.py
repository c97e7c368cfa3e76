#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Benchmarks: the same program interpreted, compiled natively, and in other languages.

    bench/run.py [--pairs 5] [--peers gcc,go,lua5.4,luajit,python3,node,erlang] [program…]

Runs are alternated, because a shared machine drifts: in each round ours and every peer run once.
The figure is CPU time (user + system) of the whole process, start included; a ratio is the median
over the rounds of the ratios of one round. All must print the same line. Compiling is not counted.
Without program names the tables also go to bench/RESULTS.md.
"""
import argparse
import datetime
import math
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

import peers as languages
import results
from peers import Broken

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "bench" / "programs"
ORDER = ["fib", "loop", "sieve", "nbody", "closure", "method", "string", "split", "dict", "sort",
         "bytes", "sip", "trees"]
OURS, NATIVE = "interpreter", "native"
NOTES = {
    "go": "garbage collection on its own threads is counted",
    "erlang": "the start of its virtual machine is counted like everybody's; without busy waiting, "
              "`+sbwt none`; programs that would only measure another algorithm are left out",
    "gcc": "`-O2`",
}


def cpu_run(argv):
    """Run to the end: (CPU seconds, stdout)."""
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as child:
        out = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise Broken(f"{' '.join(argv)}: exit status {child.returncode}")
    return usage.ru_utime + usage.ru_stime, out.decode().strip()


def commands(name, options, work):
    """{who: argv} of one program; what does not compile is reported and left out."""
    source = PROGRAMS / f"{name}.braw"
    found, failed = {OURS: [options.bin, "run", str(source)]}, 0
    makers = {peer: lambda peer=peer: languages.command(peer, PROGRAMS, work, name)
              for peer in options.peers}
    if options.native:
        makers = {NATIVE: lambda: languages.native(options.bin, source, work / name), **makers}
    for who, make in makers.items():
        try:
            argv = make()
        except Broken as problem:
            failed += 1
            print(f"FAIL {name}: {who}: {problem}", flush=True)
            continue
        if argv:
            found[who] = argv
    return found, failed


def measure(name, argv, pairs):
    """{who: [CPU seconds of each round]}; refuses differing results."""
    times, lines = {who: [] for who in argv}, {}
    for _ in range(pairs):
        for who, command in argv.items():
            seconds, line = cpu_run(command)
            times[who].append(seconds)
            lines[who] = line
    for who, line in lines.items():
        if line != lines[OURS]:
            raise Broken(f"{name}: {who} prints {line!r}, ours {lines[OURS]!r}")
    return times


def ratio(times, above, below):
    """Median over the rounds of above / below, or None."""
    if above not in times or below not in times:
        return None
    return statistics.median(a / max(b, 1e-4) for a, b in zip(times[above], times[below]))


def best_dynamic(times, peers):
    """(ratio, peer): the dynamic peer that is nearest to native or furthest ahead of it."""
    found = [(value, peer) for peer in languages.dynamic(peers)
             if (value := ratio(times, peer, NATIVE)) is not None]
    return min(found, default=(None, None))


def mean(values):
    logs = [math.log(v) for v in values if v]
    return math.exp(statistics.fmean(logs)) if logs else None


def number(value, more=""):
    return "–" if value is None else f"{value:.2f}{more}"


def seconds(times, who):
    return f"{statistics.median(times[who]):.3f}" if who in times else "–"


def markdown(rows):
    """A table; the first row is its head, the first column flush left."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for at, row in enumerate(rows):
        cells = [cell.ljust(w) if i == 0 else cell.rjust(w)
                 for i, (cell, w) in enumerate(zip(row, widths))]
        lines.append("| " + " | ".join(cells) + " |")
        if at == 0:
            lines.append("|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":"
                                        for i, w in enumerate(widths)) + "|")
    return "\n".join(lines)


def peer_table(measured, peers, ours):
    """Our seconds, then how many times slower each peer is."""
    rows = [["program", f"{ours}, CPU s", *(f"{peer} ÷ ours" for peer in peers)]]
    for name, times in measured.items():
        rows.append([name, seconds(times, ours),
                     *(number(ratio(times, peer, ours)) for peer in peers)])
    rows.append(["geometric mean", "", *(number(mean(ratio(t, peer, ours) for t in measured.values()))
                                         for peer in peers)])
    return markdown(rows)


def native_table(measured, peers):
    """How far native code is from C and from the best of the dynamic languages."""
    rows = [["program", "native, CPU s", "interpreter ÷ native", "gcc, CPU s", "native ÷ gcc",
             "best dynamic ÷ native", "which"]]
    for name, times in measured.items():
        best, which = best_dynamic(times, peers)
        rows.append([name, seconds(times, NATIVE), number(ratio(times, OURS, NATIVE)),
                     seconds(times, "gcc"), number(ratio(times, NATIVE, "gcc")), number(best),
                     which or "–"])
    rows.append(["geometric mean", "", number(mean(ratio(t, OURS, NATIVE) for t in measured.values())),
                 "", number(mean(ratio(t, NATIVE, "gcc") for t in measured.values())),
                 number(mean(best_dynamic(t, peers)[0] for t in measured.values())), ""])
    return markdown(rows)


def tables(measured, options):
    """Both tables, each under its heading."""
    text = f"### Interpreter\n\n{peer_table(measured, options.peers, OURS)}\n"
    if not any(NATIVE in times for times in measured.values()):
        return text
    return f"""{text}
### Native code

`mdhavers build -O 2`. Below 1 in *native ÷ gcc* we are faster, above 1 in the other columns.

{native_table(measured, options.peers)}

{peer_table(measured, options.peers, NATIVE)}
"""


def machine():
    """What it ran on."""
    model = "unknown processor"
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
        model = next(line.split(":", 1)[1].strip() for line in text.splitlines()
                     if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def report(measured, options):
    """The text of bench/RESULTS.md, as far as it is ours."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True,
                            capture_output=True, check=False).stdout.strip()
    versions = "\n".join(f"- {languages.version(peer)}"
                         + (f"; {NOTES[peer]}" if peer in NOTES else "") for peer in options.peers)
    return f"""# Benchmarks

CPU time (user + system) of the whole process, medians of {options.pairs} alternating rounds. A ratio
is the median over the rounds of *peer ÷ ours*: above 1 mdhavers is faster. Compare columns of one
run, not figures of two machines.

{tables(measured, options)}
- command: `bench/run.py --pairs {options.pairs}`, load average {os.getloadavg()[0]:.1f}
- machine: {machine()}
- date: {datetime.date.today().isoformat()}, commit {commit or "unknown"}
- {languages.call([options.bin, "--version"]).splitlines()[0]}
{versions}

The programs are in `bench/programs`, one file a language, each in the manner that is quickest there
(a comment says so where it is not the plain one).
"""


def line(name, times, options):
    """What is said as soon as a program is measured."""
    subject = NATIVE if NATIVE in times else OURS
    told = [f"{name:8} {OURS} {seconds(times, OURS)} s"]
    if subject == NATIVE:
        told.append(f"{NATIVE} {seconds(times, NATIVE)} s")
    told += [f"{peer} {value:.2f}" for peer in options.peers
             if (value := ratio(times, peer, subject)) is not None]
    return "  ".join(told)


def run_all(options, work):
    """({program: {who: times}}, how many failed)."""
    measured, failed = {}, 0
    for name in options.program or ORDER:
        argv, broken = commands(name, options, work)
        failed += broken
        try:
            measured[name] = measure(name, argv, options.pairs)
        except (Broken, OSError) as problem:
            failed += 1
            print(f"FAIL {problem}", flush=True)
            continue
        print(line(name, measured[name], options), flush=True)
    return measured, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build" / "bin" / "mdhavers"))
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--peers", default=",".join(languages.PEERS))
    parser.add_argument("--no-native", action="store_true", help="the interpreter alone")
    parser.add_argument("program", nargs="*")
    options = parser.parse_args()
    wanted = [peer for peer in options.peers.split(",") if peer]
    if unknown := [peer for peer in wanted if peer not in languages.PEERS]:
        parser.error(f"unknown peer {unknown[0]}; there are {', '.join(languages.PEERS)}")
    options.peers = languages.installed(wanted)
    with tempfile.TemporaryDirectory(prefix="mdh-bench-") as folder:
        work = pathlib.Path(folder)
        why = None if options.no_native else languages.why_no_native(options.bin, work)
        options.native = not options.no_native and why is None
        if why:
            print(f"no native code, left out: {why}")
        measured, failed = run_all(options, work)
    if measured:
        print("\n" + tables(measured, options))
    if measured and not options.program:
        results.keep_first(report(measured, options))
    print(f"bench: {len(measured)} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
