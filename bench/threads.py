#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Threads: what two do quicker than one, and what a message through a channel costs.

    bench/threads.py [--bin build/bin/mdhavers] [--rounds 5] [--messages 1000000]

The programs are bench/threads/threads.*; the same work is shared out among 1 or 2 threads. The
speed-up is of wall-clock time and says something only when nothing else runs, so the processor time
of both stands beside it: where that does not grow, two threads on two free processors take half as
long. Runs alternate. The table also goes to bench/RESULTS.md.
"""
import argparse
import datetime
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import peers as languages
import results
from peers import Broken

BENCH = pathlib.Path(__file__).resolve().parent
FOLDER = BENCH / "threads"
HEAD = "## Threads"
ONE_MARKER = "native, one marker"
CASES = [("free", 1), ("free", 2), ("alloc", 1), ("alloc", 2), ("stream", 0)]


def subjects(options, work):
    """{who: (argv, more environment)}."""
    source = FOLDER / "threads.braw"
    found = {"interpreted": ([options.bin, "run", str(source)], {})}
    if why := languages.why_no_native(options.bin, work):
        print(f"no native code, left out: {why}")
    else:
        argv = languages.native(options.bin, source, work / "threads")
        found["native"] = (argv, {})
        found[ONE_MARKER] = (argv, {"GC_MARKERS": "1"})
    for peer in languages.installed(["go", "erlang", "node"]):
        argv = languages.command(peer, FOLDER, work, "threads")
        found[peer] = (argv + (["-extra"] if peer == "erlang" else []), {})
    return found


def run(argv, more):
    """(wall seconds, CPU seconds, what it prints)."""
    began = time.monotonic()
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          env={**os.environ, **more}) as child:
        out = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise Broken(f"{' '.join(argv)}: exit status {child.returncode}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, out.decode().strip()


def measure(who, options):
    """{who: {case: [(wall, CPU) of each round]}}; refuses differing results."""
    figures = {name: {case: [] for case in CASES + [("stream", 1)]} for name in who}
    said = {}
    for _ in range(options.rounds):
        for kind, n in CASES + [("stream", 1)]:
            count = n * options.messages if kind == "stream" else n
            for name, (argv, more) in who.items():
                wall, cpu, text = run([*argv, kind, str(count)], more)
                figures[name][kind, n].append((wall, cpu))
                if said.setdefault((kind, n if kind == "stream" else 0), text) != text:
                    raise Broken(f"{kind} {count}: {name} prints {text!r}, others {said}")
    return figures


def ratio(above, below, column):
    return statistics.median(a[column] / b[column] for a, b in zip(above, below))


def row(name, figures, options):
    """A line of the table."""
    stream = statistics.median(full[1] - empty[1] for full, empty in
                               zip(figures["stream", 1], figures["stream", 0]))
    cells = [name]
    for kind in ("free", "alloc"):
        one, two = figures[kind, 1], figures[kind, 2]
        cells += [f"{statistics.median(r[0] for r in one):.3f}",
                  f"{statistics.median(r[0] for r in two):.3f}",
                  f"{ratio(one, two, 0):.2f}", f"{ratio(two, one, 1):.2f}"]
    cells.append(f"{stream / options.messages * 1e9:.0f}")
    return "| " + " | ".join(cells) + " |"


def report(figures, options):
    """The section of bench/RESULTS.md."""
    rows = "\n".join(row(name, f, options) for name, f in figures.items())
    return f"""{HEAD}

The same work on one thread and on two, wall-clock seconds; the speed-up is one ÷ two; CPU is the
processor time of two threads ÷ that of one: where it stays 1, nothing is lost to sharing. "free"
allocates nothing, "alloc" makes dicts and strings. A message is an integer through a channel of 1 024
between two threads (Erlang's and Node's have no bound), in ns of processor time. Medians of {options.rounds}
alternating rounds.

| | free, 1 | free, 2 | speed-up | CPU | alloc, 1 | alloc, 2 | speed-up | CPU | message, ns |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
{rows}

- command: `bench/threads.py --rounds {options.rounds}`, load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors
- "one marker": `GC_MARKERS=1`; by default the collector marks on every processor
- date: {datetime.date.today().isoformat()}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(BENCH.parent / "build" / "bin" / "mdhavers"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=1000000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mdh-bench-") as folder:
        try:
            section = report(measure(subjects(options, pathlib.Path(folder)), options), options)
        except Broken as problem:
            sys.exit(f"FAIL {problem}")
    print(section)
    results.keep(HEAD, section)


if __name__ == "__main__":
    main()
