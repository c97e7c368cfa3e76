#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A UDP echo server on one thread and on two: what the second one brings, and what it costs.

    bench/shards.py [--bin build/bin/mdhavers] [--rounds 5] [--work 200] [--packets 10000] [--rate 40000]
                    [--seconds 4]

First a handler that works --work us in script for each packet (rounds of a small sum, as many as take
so long on this machine), at saturation: each of 64 peers keeps 8 packets in flight, so both threads
always have some, however unevenly the peers are theirs. The rate is that of the replies until the last
packet was sent. Then the plain echo at a fixed rate, where CPU per packet is what counts, and the share
of each thread when all peers send the same. Rounds alternate between one and two threads, because a
shared machine drifts. The system deals the peers out by SO_REUSEPORT, a hash of addresses and ports:
of 64 peers a thread gets between 24 and 40 in 97 of 100 cases. The table also goes to bench/RESULTS.md.

Processors used (CPU per packet times rate) tell where a lost part is: below 2 the client, which runs on
the same processors, or the rest of the machine has it; else the CPU per packet has grown.
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

PEERS, IN_FLIGHT, SIZE = 64, 8, 172
TRIAL_ROUNDS, TRIAL_PACKETS = 33000, 2000
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


def loads(options):
    """What the client is told: (to saturate the server, for a fixed rate)."""
    return ([str(options.packets), str(PEERS * IN_FLIGHT), str(SIZE), str(PEERS)],
            [str(options.rate * options.seconds), str(PEERS * 16), str(SIZE), str(PEERS), str(options.rate)])


def rounds_for(argv, client, options):
    """How many rounds of the handler's sum take --work us."""
    load = [str(TRIAL_PACKETS), *loads(options)[0][1:]]
    cpu, _, _ = serve([*argv, "1", str(TRIAL_ROUNDS)], [client, *load])
    return round(TRIAL_ROUNDS * options.work / cpu)


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
        rounds = {who: rounds_for(argv, client, options) for who, argv in subjects.items()}
        saturating, steady = loads(options)
        for _ in range(options.rounds):
            for who, argv in subjects.items():
                for work, load in ((rounds[who], saturating), (0, steady)):
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
        cpu, rate, used = ([statistics.median(map(of, rows)) for rows in (one, two)]
                           for of in (lambda row: row[0], lambda row: row[1], lambda row: row[0] * row[1] / 1e6))
        name = f"{who}, {cpu[0]:.0f} us of work" if work else f"{who}, plain echo of {options.rate} a second"
        lines.append(f"| {name} | {rate[0]:.0f} | {rate[1]:.0f} | {speed:.2f} | {cpu[0]:.2f} | {cpu[1]:.2f} "
                     f"| {cost:.2f} | {used[0]:.2f} | {used[1]:.2f} | {share(two)} |")
    return f"""{HEAD}

A UDP echo server by `serve_on_threads`: a loop and a socket for each thread, packets of {SIZE}
octets from {PEERS} peers. With work, each peer keeps {IN_FLIGHT} packets in flight, so all threads are busy; the plain
echo has a fixed rate. Medians of {options.rounds} alternating rounds; the ratios are medians of the pairs. CPU is user +
system of the server for each packet. The client runs on the same two cores. Rates say something only on an
idle machine; where CPU does not grow, two threads on two free processors serve twice as much.

| handler | a second, 1 thread | 2 threads | ratio | CPU us, 1 thread | 2 threads | ratio | processors, 1 thread | 2 threads | of one thread |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
{chr(10).join(lines)}

- command: `bench/shards.py`, load average {os.getloadavg()[0]:.1f}
- date: {datetime.date.today().isoformat()}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(BENCH.parent / "build" / "bin" / "mdhavers"))
    parser.add_argument("--dry", action="store_true", help="leave bench/RESULTS.md alone")
    for name, value in (("rounds", 5), ("work", 200), ("packets", 10000), ("rate", 40000), ("seconds", 4)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    section = report(measure(options), options)
    print(section)
    if not options.dry:
        results.keep(HEAD, section)


if __name__ == "__main__":
    main()
