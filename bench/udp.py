#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""UDP echo: CPU per datagram of the interpreter beside a C loop that does nothing else.

    bench/udp.py [--binary build/bin/mdhavers] [--rounds 5] [--count 300000] [--window 256] [--size 172]

Rounds alternate between the servers, because a shared machine drifts. The figure is CPU time (user
+ system) of the server's process per echoed datagram; on loopback it includes the delivery of its
own replies.
"""
import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

BENCH = pathlib.Path(__file__).resolve().parent


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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default="build/bin/mdhavers")
    for name, value in (("rounds", 5), ("count", 300000), ("window", 256), ("size", 172)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mdh-bench-") as work:
        for name in ("udp_client", "udp_floor"):
            subprocess.run([os.environ.get("CC", "cc"), "-O2", "-Wall", "-o", f"{work}/{name}",
                            str(BENCH / f"{name}.c")], check=True)
        echo = [options.binary, "run", str(BENCH / "udp_echo.braw"), "--"]
        servers = {"C floor": [f"{work}/udp_floor"], "mdhavers, batches": [*echo, "many"],
                   "mdhavers, one by one": [*echo, "one"]}
        figures = {name: [] for name in servers}
        for _ in range(options.rounds):
            for name, argv in servers.items():
                figures[name].append(serve(argv, f"{work}/udp_client", options.count,
                                           options.window, options.size))
    print(f"load average {os.getloadavg()[0]:.1f}, {options.size} octets, window {options.window}")
    floor = statistics.median(cpu for cpu, _ in figures["C floor"])
    for name, rows in figures.items():
        cpu = statistics.median(cpu for cpu, _ in rows)
        rate = statistics.median(rate for _, rate in rows)
        print(f"{name:22} {cpu:6.2f} us CPU a datagram ({cpu / floor:.2f} of the floor), "
              f"{rate:8.0f} a second, {1e6 / cpu:8.0f} a second and core")


if __name__ == "__main__":
    main()
