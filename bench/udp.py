#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""UDP echo: CPU per datagram, interpreted and native, beside a C loop that does nothing else.

    bench/udp.py [--bin build/bin/mdhavers] [--rounds 5] [--count 300000] [--window 256] [--size 172]

Rounds alternate between the servers, because a shared machine drifts. The figure is CPU time (user
+ system) of the server's process per echoed datagram; on loopback it includes the delivery of its
own replies. The table also goes to bench/RESULTS.md.
"""
import argparse
import datetime
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import peers as languages
import results

BENCH = pathlib.Path(__file__).resolve().parent
HEAD = "## UDP echo"


def serve(argv, client, count, window, size):
    """One server, one client: (µs of CPU per datagram, datagrams a second)."""
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as server:
        port = server.stdout.readline().decode().strip()
        run = subprocess.run([client, port, str(count), str(window), str(size)],
                             capture_output=True, text=True, check=False)
        _, status, usage = os.wait4(server.pid, 0)
        server.returncode = os.waitstatus_to_exitcode(status)
    found = re.match(r"(\d+) echoed, (\d+) lost, (\d+) wrong, (\d+) a second", run.stdout)
    if run.returncode or server.returncode or not found:
        sys.exit(f"{' '.join(argv)}: {run.stdout}{run.stderr} status {server.returncode}")
    echoed, rate = int(found.group(1)), int(found.group(4))
    return (usage.ru_utime + usage.ru_stime) / echoed * 1e6, rate


def native_rows(options, work):
    """The echo compiled natively, or nothing, said why."""
    if why := languages.why_no_native(options.bin, work):
        print(f"no native code, left out: {why}")
        return {}
    echo = languages.native(options.bin, BENCH / "udp_echo.braw", work / "udp_echo")
    return {"native, batches": [*echo, "many"], "native, one by one": [*echo, "one"]}


def measure(options):
    """{server: [(CPU, rate) of each round]}."""
    with tempfile.TemporaryDirectory(prefix="mdh-bench-") as work:
        for name in ("udp_client", "udp_floor"):
            subprocess.run([os.environ.get("CC", "cc"), "-O2", "-Wall", "-o", f"{work}/{name}",
                            str(BENCH / f"{name}.c")], check=True)
        echo = [options.bin, "run", str(BENCH / "udp_echo.braw")]
        servers = {"C, recvmmsg and sendmmsg": [f"{work}/udp_floor"],
                   "interpreted, batches": [*echo, "many"],
                   "interpreted, one by one": [*echo, "one"],
                   **native_rows(options, pathlib.Path(work))}
        figures = {name: [] for name in servers}
        for _ in range(options.rounds):
            for name, argv in servers.items():
                figures[name].append(serve(argv, f"{work}/udp_client", options.count,
                                           options.window, options.size))
    return figures


def report(figures, options):
    """The section of bench/RESULTS.md."""
    medians = {name: tuple(statistics.median(column) for column in zip(*rows))
               for name, rows in figures.items()}
    floor = next(iter(medians.values()))[0]
    lines = [f"| {name} | {cpu:.2f} | {cpu / floor:.2f} | {rate:.0f} | {1e6 / cpu:.0f} |"
             for name, (cpu, rate) in medians.items()]
    return f"""{HEAD}

Datagrams of {options.size} octets on the loopback, {options.window} in flight, medians of {options.rounds} alternating
rounds of {options.count}. CPU is user + system of the server; it includes the delivery of its own replies.

| server | CPU us a datagram | of the floor | a second, as it came | a second and core |
|---|--:|--:|--:|--:|
{chr(10).join(lines)}

- command: `bench/udp.py`, load average {os.getloadavg()[0]:.1f}
- date: {datetime.date.today().isoformat()}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(BENCH.parent / "build" / "bin" / "mdhavers"))
    for name, value in (("rounds", 5), ("count", 300000), ("window", 256), ("size", 172)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    section = report(measure(options), options)
    print(section)
    results.keep(HEAD, section)


if __name__ == "__main__":
    main()
