#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Throws mutated SIP and RTP datagrams at the echo server over loopback, for a bounded time.

    tests/fuzz_echo.py MDHAVERS [--seconds 60] [--seed N]

The server must go on answering (a well formed OPTIONS, every 500 datagrams), must not grow without
bound, must have had no fault of its own, and must end in order when asked to.
"""
import argparse
import os
import random
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SERVER = os.path.join(ROOT, "examples/showcases/sip_rtp_echo.braw")
MOST_GROWTH_KB = 300_000  # 20 000 transactions and 500 calls: it levels off at 200 MB after half a minute

SDP = ("v=0\r\no=f 1 1 IN IP4 127.0.0.1\r\ns=f\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {rtp} RTP/AVP 0 8 101\r\n"
       "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n")


def request(method, port, number, body="", to_tag="", extra=""):
    """A well formed request, each with a branch and call of its own."""
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return (f"{method} sip:echo@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};rport;branch=z9hG4bKf{number}\r\n"
            f"Max-Forwards: 70\r\nFrom: \"F, G\" <sip:f@127.0.0.1>;tag=f{number}\r\nTo: <sip:echo@127.0.0.1>{to_tag}\r\n"
            f"Call-ID: fuzz-{number}\r\nCSeq: 1 {method}\r\nContact: <sip:f@127.0.0.1:{port}>;expires=60\r\n{extra}{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


def rtp(rng):
    head = bytes([rng.choice((0x80, 0x80, 0x90, 0xA0, 0xBF, rng.randrange(256))), rng.choice((0, 8, 101, rng.randrange(256)))])
    return head + rng.randbytes(10) + rng.randbytes(rng.choice((0, 1, 4, 160, 160, 1400)))


TOKENS = [b"\r\n", b"\r\n\r\n", b"\0", b"\xff\xfe", b";", b",", b"\"", b"<", b">", b":", b" ", b"%", b"%zz", b"=", b"[", b"]",
          b"SIP/2.0", b"sip:", b"z9hG4bK", b"99999999999999999999", b"-1", b"4294967296", b"tag=", b"v: ", b"Via: ", b"l: 65535\r\n",
          b"Contact: *\r\n", b"Expires: 0\r\n", b"Require: x\r\n", b"m=audio 0 RTP/AVP 0\r\n", b"A" * 5000, b",<sip:a@b>" * 200]


def mutate(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice((0, 1, 1, 2, 3, 8))):
        at = rng.randrange(len(data) + 1)
        choice = rng.randrange(6)
        if choice == 0 and data:
            data[at % len(data)] = rng.randrange(256)
        elif choice == 1:
            del data[at:at + rng.randrange(1, 40)]
        elif choice == 2:
            data[at:at] = rng.choice(TOKENS)
        elif choice == 3:
            piece = data[at:at + rng.randrange(1, 80)]
            data[at:at] = piece * rng.randrange(1, 4)
        elif choice == 4:
            del data[at:]
        else:
            rows = bytes(data).split(b"\r\n")
            rng.shuffle(rows)
            data = bytearray(b"\r\n".join(rows))
    return bytes(data[:65000])


def memory_kb(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))


def answered(sock, server, number):
    """Does a fresh OPTIONS get its 200 within five seconds? It is asked again, as the buffers are full."""
    wanted = f"Call-ID: fuzz-{number}\r\n".encode()
    port = sock.getsockname()[1]
    for attempt in range(10):
        sock.sendto(request("OPTIONS", port, number), server)
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            if not select.select([sock], [], [], 0.05)[0]:
                continue
            reply = sock.recv(65535)
            if reply.startswith(b"SIP/2.0 200") and wanted in reply:
                return True
    return False


def drain(sock, streams):
    """Reads what came; learns the RTP ports and dialogs of the calls that were answered."""
    while select.select([sock], [], [], 0)[0]:
        reply = sock.recv(65535)
        media = re.search(rb"m=audio (\d+)", reply)
        if reply.startswith(b"SIP/2.0 200") and media and int(media.group(1)):
            tag = re.search(rb"\r\nTo: [^\r]*;tag=([0-9a-f]+)", reply)
            call = re.search(rb"\r\nCall-ID: fuzz-(\d+)\r", reply)
            if tag and call:
                streams.append((int(media.group(1)), int(call.group(1)), tag.group(1).decode()))
    del streams[:-50]


def attack(server, pid, seconds, rng):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.bind(("127.0.0.1", 0))
    port = sock.getsockname()[1]
    rtp_port = stranger.getsockname()[1]
    streams = []
    number = sent = 0
    most = start = memory_kb(pid)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        number += 1
        method = rng.choice(("OPTIONS", "REGISTER", "INVITE", "ACK", "BYE", "CANCEL", "INFO", "M@D"))
        to_tag = ""
        call = number
        if streams and method in ("INVITE", "ACK", "BYE") and rng.random() < 0.6:
            _, call, tag = rng.choice(streams)
            to_tag = f";tag={tag}"
        body = SDP.format(rtp=rtp_port) if method == "INVITE" else ""
        data = request(method, port, call, body, to_tag)
        sock.sendto(data if rng.random() < 0.1 else mutate(rng, data), server)
        if rng.random() < 0.05:
            sock.sendto(rng.randbytes(rng.choice((0, 1, 20, 500, 60000))), server)
        if streams:
            target = ("127.0.0.1", rng.choice(streams)[0])
            rng.choice((sock, stranger)).sendto(mutate(rng, rtp(rng)) if rng.random() < 0.5 else rtp(rng), target)
        sent += 1
        if sent % 50 == 0:
            drain(sock, streams)
            while select.select([stranger], [], [], 0)[0]:
                stranger.recv(65535)
            time.sleep(0.002)
        if sent % 500 == 0:
            number += 1
            if not answered(sock, server, number):
                return f"no answer to OPTIONS after {sent} datagrams"
            most = max(most, memory_kb(pid))
    print(f"     {sent} SIP datagrams; memory {start} KB, at most {most} KB")
    return f"memory grew by {most - start} KB" if most - start > MOST_GROWTH_KB else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mdhavers")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4), "big")
    command = [options.mdhavers, "run", SERVER, "--", "--sip", "127.0.0.1:0", "--rtp-ports", "25000-25998"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    # The log goes through a pipe that somebody must read, or the server would wait for its reader.
    lines = [server.stdout.readline()]
    reader = threading.Thread(target=lambda: lines.extend(server.stdout), daemon=True)
    reader.start()
    problem = None
    try:
        match = re.search(r"udp 127\.0\.0\.1:(\d+),", lines[0])
        if not match:
            problem = f"the server did not start: {lines[0]}"
        else:
            problem = attack(("127.0.0.1", int(match.group(1))), server.pid, options.seconds, random.Random(seed))
    except (OSError, AttributeError) as error:
        problem = f"the server is gone: {error}"
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
    try:
        status = server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        status = server.wait()
        problem = problem or "the server did not end when asked to"
    reader.join(timeout=5)
    tail = [line for line in lines if line.startswith("summary") or line.startswith("FAUT")]
    for line in tail[-8:]:
        print("     " + line.rstrip())
    if problem is None and status != 0:
        problem = f"the server ended with status {status}: {lines[-1].rstrip()}"
    if problem is None and not any(line.rstrip().endswith("faults 0") for line in tail):
        problem = "the server had faults of its own"
    if problem:
        print(f"FAIL fuzz_echo (seed {seed}): {problem}")
        print("fuzz_echo: 0 passed, 1 failed")
        return 1
    print(f"ok   fuzz_echo: {options.seconds:.0f} s of garbage (seed {seed}), the server went on and ended in order")
    print("fuzz_echo: 1 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
