#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A UDP echo server on one thread and on two: what the second one brings, and what it costs.

    bench/shards.py [--bin build/bin/mdhavers] [--rounds 5] [--work 33000] [--packets 10000] [--rate 40000]
                    [--seconds 4]

First a handler that works some 200 us in script for each packet (--work rounds of a small sum),
as many packets as come back; then the plain echo at a fixed rate, where CPU per packet is what
counts. Rounds alternate between one and two threads, because a shared machine drifts. Packets come
from 64 ports, the system deals them out by SO_REUSEPORT. The table also goes to bench/RESULTS.md.
"""
import argparse
import datetime
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile

import peers
import results

BENCH = pathlib.Path(__file__).resolve().parent
HEAD = "## Sharding"


def serve(server, client):
    """One server, one client: (µs of CPU per packet, packets a second, packets of each thread)."""
    with subprocess.Popen(server, stdout=subprocess.PIPE, text=True) as process:
        port = process.stdout.readline().strip()
        run = subprocess.run([client[0], port, *client[1:]], capture_output=True, text=True, check=False)
        process.send_signal(signal.SIGTERM)
        shares = [int(word) for word in process.stdout.read().split()]
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    found = re.match(r"(\d+) echoed, (\d+) lost, (\d+) wrong, (\d+) a second", run.stdout)
    if run.returncode or process.returncode or not found:
        sys.exit(f"{' '.join(server)}: {run.stdout}{run.stderr} status {process.returncode}")
    cpu = (usage.ru_utime + usage.ru_stime) / int(found.group(1)) * 1e6
    return cpu, int(found.group(4)), shares


def measure(options):
    """{(who, work, threads): [(CPU, rate, shares) of each round]}."""
    figures = {}
    with tempfile.TemporaryDirectory(prefix="mdh-bench-") as folder:
        folder = pathlib.Path(folder)
        client = str(folder / "udp_client")
        subprocess.run([os.environ.get("CC", "cc"), "-O2", "-Wall", "-o", client,
                        str(BENCH / "udp_client.c")], check=True)
        source = BENCH / "shards.braw"
        subjects = {"interpreted": [options.bin, "run", str(source), "--"]}
        if why := peers.why_no_native(options.bin, folder):
            print(f"no native code, left out: {why}")
        else:
            subjects["native"] = peers.native(options.bin, source, folder / "shards")
        for _ in range(options.rounds):
            for who, argv in subjects.items():
                for work in (options.work, 0):
                    load = [str(options.packets), "2048", "172", "64"] if work else \
                        [str(options.rate * options.seconds), "1024", "172", "64", str(options.rate)]
                    for threads in (1, 2):
                        row = serve([*argv, str(threads), str(work)], [client, *load])
                        figures.setdefault((who, bool(work), threads), []).append(row)
    return figures


def share(rows):
    """The least and the most that one of two threads served, percent, over all rounds."""
    parts = [100 * part / sum(shares) for _, _, shares in rows for part in shares]
    return f"{min(parts):.0f}–{max(parts):.0f} %"


def report(figures, options):
    """The section of bench/RESULTS.md."""
    lines = []
    for who, work in dict.fromkeys((who, work) for who, work, _ in figures):
        one, two = figures[who, work, 1], figures[who, work, 2]
        speed = statistics.median(b[1] / a[1] for a, b in zip(one, two))
        cost = statistics.median(b[0] / a[0] for a, b in zip(one, two))
        cpu, rate = ([statistics.median(row[i] for row in rows) for rows in (one, two)] for i in (0, 1))
        name = f"{who}, {cpu[0]:.0f} us of work" if work else f"{who}, plain echo of {options.rate} a second"
        lines.append(f"| {name} | {rate[0]:.0f} | {rate[1]:.0f} | {speed:.2f} | {cpu[0]:.2f} | {cpu[1]:.2f} "
                     f"| {cost:.2f} | {share(two)} |")
    return f"""{HEAD}

A UDP echo server by `serve_on_threads`: a loop and a socket for each thread, packets of 172
octets from 64 ports. Medians of {options.rounds} alternating rounds; the ratios are medians of the pairs. CPU is user +
system of the server for each packet. The client runs on the same two cores. Rates say something only on an
idle machine; where CPU does not grow, two threads on two free processors serve twice as much.

| handler | a second, 1 thread | 2 threads | ratio | CPU us, 1 thread | 2 threads | ratio | of one thread |
|---|--:|--:|--:|--:|--:|--:|--:|
{chr(10).join(lines)}

- command: `bench/shards.py`, load average {os.getloadavg()[0]:.1f}
- date: {datetime.date.today().isoformat()}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(BENCH.parent / "build" / "bin" / "mdhavers"))
    parser.add_argument("--dry", action="store_true", help="leave bench/RESULTS.md alone")
    for name, value in (("rounds", 5), ("work", 33000), ("packets", 10000), ("rate", 40000), ("seconds", 4)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    section = report(measure(options), options)
    print(section)
    if not options.dry:
        results.keep(HEAD, section)


if __name__ == "__main__":
    main()
