#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Benchmarks against Lua, LuaJIT, Python and Node: the same program in each language.

    bench/run.py [--pairs 5] [--peers lua5.4,luajit,python3,node] [program…]

Runs are alternated, because a shared machine drifts: in each round ours and every peer run once.
The figure is CPU time (user + system) of the whole process, start included; a ratio is the median
over the rounds of peer / ours, so above 1 we are faster. All must print the same line. Without
program names the table also goes to bench/RESULTS.md.
"""
import argparse
import datetime
import math
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "bench" / "programs"
ORDER = ["fib", "loop", "sieve", "nbody", "closure", "method", "string", "split", "dict", "sort",
         "bytes", "sip", "trees"]
# Peer -> file endings in order of preference, and how to ask its version.
PEERS = {
    "lua5.4": ([".lua"], ["-v"]),
    "luajit": ([".jit.lua", ".lua"], ["-v"]),
    "python3": ([".py"], ["--version"]),
    "node": ([".js"], ["--version"]),
}


def cpu_run(argv):
    """Run to the end: (CPU seconds, stdout)."""
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as child:
        out = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: exit status {child.returncode}")
    return usage.ru_utime + usage.ru_stime, out.decode().strip()


def commands(name, binary, peers):
    """{who: argv} of one program."""
    found = {"mdhavers": [binary, "run", str(PROGRAMS / f"{name}.braw")]}
    for peer in peers:
        for ending in PEERS[peer][0]:
            if (PROGRAMS / (name + ending)).exists():
                found[peer] = [peer, str(PROGRAMS / (name + ending))]
                break
    return found


def measure(name, binary, peers, pairs):
    """{who: [CPU seconds of each round]}; refuses differing results."""
    argv = commands(name, binary, peers)
    times, lines = {who: [] for who in argv}, {}
    for _ in range(pairs):
        for who, command in argv.items():
            seconds, line = cpu_run(command)
            times[who].append(seconds)
            lines[who] = line
    for who, line in lines.items():
        if line != lines["mdhavers"]:
            raise RuntimeError(f"{name}: {who} prints {line!r}, mdhavers {lines['mdhavers']!r}")
    return times


def ratio(times, peer):
    """Median over the rounds of peer / ours, or None."""
    if peer not in times:
        return None
    return statistics.median(p / o for p, o in zip(times[peer], times["mdhavers"]))


def table(results, peers):
    """Markdown rows: our seconds, then how many times slower each peer is."""
    rows = [["program", "mdhavers, CPU s", *(f"{peer} ÷ ours" for peer in peers)]]
    for name, times in results.items():
        cells = [name, f"{statistics.median(times['mdhavers']):.3f}"]
        for peer in peers:
            value = ratio(times, peer)
            cells.append("–" if value is None else f"{value:.2f}")
        rows.append(cells)
    means = ["geometric mean", ""]
    for peer in peers:
        logs = [math.log(r) for t in results.values() if (r := ratio(t, peer)) is not None]
        means.append(f"{math.exp(statistics.fmean(logs)):.2f}" if logs else "–")
    rows.append(means)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for number, row in enumerate(rows):
        cells = [cell.ljust(w) if i == 0 else cell.rjust(w)
                 for i, (cell, w) in enumerate(zip(row, widths))]
        lines.append("| " + " | ".join(cells) + " |")
        if number == 0:
            lines.append("|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":"
                                        for i, w in enumerate(widths)) + "|")
    return "\n".join(lines)


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


def version(argv):
    """The first line that a program says about itself."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[0]


def report(results, peers, options):
    """The text of bench/RESULTS.md."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True,
                            capture_output=True, check=False).stdout.strip()
    versions = "\n".join(f"- {peer}: {version([peer, *PEERS[peer][1]])}" for peer in peers)
    return f"""# Benchmarks

CPU time (user + system) of the whole process, medians of {options.pairs} alternating rounds. A ratio
is the median over the rounds of *peer ÷ ours*: above 1 mdhavers is faster. Compare columns of one
run, not figures of two machines.

{table(results, peers)}

- command: `bench/run.py --pairs {options.pairs}`
- machine: {machine()}
- date: {datetime.date.today().isoformat()}, commit {commit or "unknown"}
- {version([options.bin, "--version"])}
{versions}

The programs are in `bench/programs`, one file a language, each in the manner that is quickest there
(a comment says so where it is not the plain one).
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build" / "bin" / "mdhavers"))
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("program", nargs="*")
    options = parser.parse_args()
    peers = [peer for peer in options.peers.split(",") if shutil.which(peer)]
    missing = [peer for peer in options.peers.split(",") if peer not in peers]
    if missing:
        print(f"not installed, left out: {', '.join(missing)}")
    results, failed = {}, 0
    for name in options.program or ORDER:
        try:
            results[name] = measure(name, options.bin, peers, options.pairs)
        except (RuntimeError, OSError) as problem:
            failed += 1
            print(f"FAIL {problem}", flush=True)
            continue
        ours = statistics.median(results[name]["mdhavers"])
        ratios = "  ".join(f"{peer} {ratio(results[name], peer):.2f}" for peer in peers
                           if ratio(results[name], peer) is not None)
        print(f"{name:10} {ours:.3f} s   {ratios}", flush=True)
    if results:
        print(table(results, peers))
    if results and not options.program:
        path = ROOT / "bench" / "RESULTS.md"
        others = path.read_text().partition("\n## ") if path.exists() else ("", "", "")
        path.write_text(report(results, peers, options) + others[1] + others[2])
    print(f"bench: {len(results)} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
