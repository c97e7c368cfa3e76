#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What broke SIP and RTP programs of other people, sent to the echo server.

    tests/echo_attacks.py MDHAVERS

After each input the server must answer as it should, be alive, hold a bounded number of descriptors and
little memory, and must not have touched a call that is up. One line for each that failed; the last line
is `echo_attacks: N passed, N failed`.
"""
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time

from echo_rules import SDP, SERVER, Peer, status, tag_of

MOST_DESCRIPTORS = 600   # 500 calls, and what the program needs anyway
MOST_GROWTH_KB = 200_000
LINE = 16384             # stdlib/sip/parser.braw: the longest line it takes

OK, BAD, REFUSED = {200}, {400}, {400, 405, 413, 414, 513}
NOTHING, ANY = {None}, {None, 200, 400, 405, 413, 414, 415, 416, 420, 481, 482, 488, 500, 501, 503, 505, 513}


def fields(peer):
    """Every field that the server reads, at the lengths where buffers end."""
    for name in ("Via", "From", "To", "Call-ID", "CSeq", "Max-Forwards", "Contact", "Content-Length", "Content-Type",
                 "Require", "Expires", "Timestamp", "Record-Route", "User-Agent", "X-Unheard-Of"):
        for size in (0, 1, 255, 256, 257, LINE - len(name) - 2, LINE, LINE + 1, 40000):
            drop = (name,) if name != "Via" else ()
            row = f"{name}: {'a' * size}\r\n"
            yield f"{name} of {size}", peer.message("OPTIONS", peer.fresh(), drop=drop, extra=row), ANY
    for size in (1, 2, 255, 1000, 16000):
        method = "M" * size
        yield f"a method of {size}", peer.message(method, peer.fresh()), {405}
    yield "an empty CSeq method", peer.message("OPTIONS", peer.fresh(), drop=("CSeq",), extra="CSeq: 1 \r\n"), BAD
    yield "CSeq 2^32", peer.message("OPTIONS", peer.fresh(), seq=2**32), BAD
    yield "CSeq -1", peer.message("OPTIONS", peer.fresh(), seq=-1), BAD
    yield "CSeq of 400 digits", peer.message("OPTIONS", peer.fresh(), seq=10**400), BAD
    for size in (1, 100, 8000, 8193, 30000):
        yield (f"a URI of {size}", peer.message("OPTIONS", peer.fresh(), uri="sip:" + "u" * size + "@h"),
               OK if size < 8000 else {414, 513, 400, 200})
    for size in (1, 8, 255, 256, 4096, 16000):
        yield f"a branch of {size}", peer.message("OPTIONS", peer.fresh(), branch="z9hG4bK" + "b" * size), OK
        call, tag = peer.fresh(), "t" * size
        text = peer.message("OPTIONS", call, drop=("From",), extra=f"From: <sip:a@b>;tag={tag}\r\n")
        yield f"a From tag of {size}", text, OK


def repeats(peer):
    for n in (33, 100, 1000):
        for row in ("Accept: application/sdp", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx", "Record-Route: <sip:p;lr>",
                    "Allow: INVITE", "X-Y: z", "Subject: s\r\n folded"):
            # A thousand Vias that come back make an answer of 50 kB, which is still a datagram.
            yield (f"{n} times {row[:12]}", peer.message("OPTIONS", peer.fresh(), extra=(row + "\r\n") * n),
                   BAD if row.startswith("Subject") else OK)
    for row in ("From: <sip:x@y>;tag=1", "To: <sip:x@y>", "Call-ID: x", "CSeq: 1 OPTIONS", "Max-Forwards: 1",
                "Content-Length: 0", "Content-Length: 1", "Expires: 1"):
        wanted = OK if row == "Content-Length: 0" or row.startswith("Expires") else BAD
        yield f"a second {row}", peer.message("OPTIONS", peer.fresh(), extra=row + "\r\n"), wanted | {400}
    yield "3000 fields", peer.message("OPTIONS", peer.fresh(), extra="A: b\r\n" * 3000), {513, 400}
    yield "a list of 5000", peer.message("OPTIONS", peer.fresh(), extra="Allow: " + "A," * 5000 + "B\r\n"), ANY


def lies(peer):
    for length in ("-1", "1", "99", "65536", "2147483648", "4294967296", "99999999999999999999", "1e3", "0x10", "", " ", "1,1"):
        yield (f"Content-Length {length}",
               peer.message("OPTIONS", peer.fresh(), drop=("Content-Length",), extra=f"Content-Length: {length}\r\n"), BAD)
    blank = peer.message("OPTIONS", peer.fresh(), drop=("Content-Length",), extra="Content-Length : 5\r\n")
    yield "a name with a blank behind it means the same", blank, BAD
    yield "a compact name means the same", blank.replace("Content-Length :", "l:"), BAD
    yield "a blank before a name", peer.message("OPTIONS", peer.fresh(), extra="A: b\r\n Via: x\r\n"), OK
    yield "a lone CR", peer.message("OPTIONS", peer.fresh(), extra="A: b\rVia: x\r\n"), ANY
    yield "a lone LF", peer.message("OPTIONS", peer.fresh(), extra="A: b\nVia: x\r\n"), ANY
    yield "a NUL", peer.message("OPTIONS", peer.fresh(), extra="A: b\0c\r\n"), ANY
    yield "not UTF-8", peer.message("OPTIONS", peer.fresh()).encode() .replace(b"tag=t", b"tag=\xff\xfe"), ANY
    yield "escaped line ends in a URI", peer.message("OPTIONS", peer.fresh(), uri="sip:a%0d%0aX:%20y@b"), OK
    yield "a version of the future", peer.message("OPTIONS", peer.fresh()).replace("SIP/2.0\r", "SIP/7.0\r", 1), {505}
    yield "a response of nobody", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x\r\n\r\n", NOTHING
    yield "a 401 of the callee", peer.message("ACK", peer.fresh()).replace("ACK sip:echo@127.0.0.1 SIP/2.0", "SIP/2.0 401 No", 1), NOTHING


def bodies(peer):
    for kind, body in (("multipart/mixed;boundary=x", "--x\r\n--x\r\n--x--"), ("multipart/mixed", "--"),
                       ("multipart/mixed;boundary=" + "b" * 5000, "--b"), ("multipart/mixed;boundary=\"", ""),
                       ("", "v=0"), ("application/sdp;;;", "v=0")):
        yield (f"INVITE with {kind[:30]}",
               peer.message("INVITE", peer.fresh(), body=body, extra=f"Content-Type: {kind}\r\n"), {400, 415, 488} if body else OK)
    sdp = SDP.format(port=40000, formats="0")
    for port in ("-1", "65536", "4294967296", "18446744073709551616", "9" * 400, "", "1.5", "0x50"):
        yield f"m= port {port[:24]}", invite(peer, sdp.replace("40000", port)), {400, 488}
    for formats in ("4294967296", "-1", "256", "9" * 400, "0 " * 5000, ""):
        yield f"m= formats {formats[:24]}", invite(peer, SDP.format(port=40000, formats=formats)), {400, 488, 200}
    for row in ("a=fmtp:4294967296 x", "a=fmtp:", "a=fmtp", "a=rtpmap:0", "a=rtpmap:x PCMU/-1", "a=ptime:-5",
                "a=rtpmap:0 PCMU/99999999999999999999", "a=" + "x" * 9000, "b=AS:-1", "k=", "z=0 0 0", "t=-1 99999999999999999999"):
        yield f"SDP with {row[:30]}", invite(peer, sdp + row + "\r\n"), {200, 400, 488}
    for host in ("0.0.0.0", "255.255.255.255", "224.0.0.1", "1.2.3", "localhost", "a" * 9000, "-1", "::1"):
        yield f"c= {host[:20]}", invite(peer, sdp.replace("c=IN IP4 127.0.0.1", f"c=IN IP4 {host}")), {200, 400, 488}
    yield "1000 streams", invite(peer, sdp + "m=audio 40002 RTP/AVP 0\r\n" * 1000), {200, 400, 488}


def invite(peer, body):
    return peer.message("INVITE", peer.fresh(), body=body, extra="Content-Type: application/sdp\r\n")


def scanners(peer):
    """What svmap, svwar and svcrack send, near enough."""
    port = peer.port
    for method, user, wanted in (("OPTIONS", "100", OK), ("REGISTER", "1000", OK), ("INVITE", "9011972595", BAD | {200, 415})):
        yield f"svmap {method}", (
            f"{method} sip:{user}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.1.1:{port};branch=z9hG4bK-{peer.fresh()};rport\r\n"
            f"Content-Length: 0\r\nFrom: \"sipvicious\"<sip:100@1.1.1.1>;tag=3762383064\r\nAccept: application/sdp\r\n"
            f"User-Agent: friendly-scanner\r\nTo: \"sipvicious\"<sip:100@1.1.1.1>\r\nContact: sip:100@127.0.1.1:{port}\r\n"
            f"CSeq: 1 {method}\r\nCall-ID: {peer.fresh()}\r\nMax-Forwards: 70\r\n\r\n"), wanted
    auth = 'Authorization: Digest username="1",realm="",nonce="' + "n" * 3000 + '",uri="sip:x",response="",algorithm=MD5\r\n'
    yield "svcrack", peer.message("REGISTER", peer.fresh(), extra=auth), OK
    yield "a binding for loopback", peer.message("REGISTER", peer.fresh(), drop=("Contact",), extra="Contact: <sip:x@127.0.0.1:1>\r\n"), OK
    yield "a script for a page", peer.message("OPTIONS", peer.fresh(), extra="User-Agent: <script>alert(1)</script>\r\n"), OK
    for method in ("MESSAGE", "SUBSCRIBE", "NOTIFY", "REFER", "PUBLISH", "UPDATE", "PRACK", "INFO"):
        yield f"{method} of nobody", peer.message(method, peer.fresh()), {405}
    yield "maddr of another", peer.message("OPTIONS", peer.fresh(), via=f"SIP/2.0/UDP 127.0.0.1:{port};rport;maddr=192.0.2.1;branch=z9hG4bKm{peer.fresh()}"), OK


def datagrams(peer):
    yield "an empty datagram", b"", NOTHING
    for octets in (b"\r\n\r\n", b"\0", b"\r", b"\n", b"GET / HTTP/1.1\r\n\r\n", b"\x80\xc9\0\1\0\0\0\0", b"\0\1\0\0\x21\x12\xa4\x42" + bytes(12),
                   bytes(range(256)) * 255, b"a" * 65507, b"\n" * 65507, b"\r\n" * 32000, b"A:" * 32000, b" " * 65507):
        yield f"{len(octets)} octets of {octets[:8]!r}", octets, NOTHING | BAD
    big = peer.message("OPTIONS", peer.fresh(), extra=f"Subject: {'s' * 16000}\r\nX-A: {'a' * 16000}\r\nX-B: {'b' * 16000}\r\n")
    yield "48 kB of fields", big, OK
    yield "64 kB of fields", peer.message("OPTIONS", peer.fresh(), extra="X-A: " + "a" * 60000 + "\r\n"), {513, 400, 413}
    quoted = peer.message("OPTIONS", peer.fresh(), drop=("From",), extra='From: "' + '\\"' * 8000 + '" <sip:a@b>;tag=1\r\n')
    yield "a display name of quotes", quoted, OK
    yield "an open quote", peer.message("OPTIONS", peer.fresh(), drop=("From",), extra='From: "' + "<sip:a@b>;" * 1000 + "\r\n"), BAD
    for nest in ("(" * 8000, "<" * 8000, ";" * 8000, "," * 8000, "%" * 8000, "[" * 8000):
        yield f"8000 times {nest[0]}", peer.message("OPTIONS", peer.fresh(), drop=("Contact",), extra=f"Contact: {nest}\r\n"), BAD


GROUPS = (fields, repeats, lies, bodies, scanners, datagrams)


# For the media port of a call: RTCP whose counts lie, STUN and DTLS that want to be first, too short, too long.
MEDIA = [bytes.fromhex("81c9000100000000"), bytes.fromhex("9fc80006") + bytes(24), bytes.fromhex("81caffff") + bytes(8),
         bytes.fromhex("bfcb0001") + bytes(4), bytes.fromhex("80c90001") * 300, bytes.fromhex("000100002112a442") + bytes(12),
         bytes.fromhex("16feff0000000000000000") + bytes(200), b"", b"\x80", bytes(11), b"\x80" + bytes(11), b"\x8f" + bytes(20),
         b"\x90" + bytes(11) + bytes.fromhex("beddffff"), b"\xa0" + bytes(20) + b"\xff", b"\xff" * 1500, bytes(65507),
         b"\x80" + bytes(65506)]


class Server:
    def __init__(self, mdhavers):
        self.child = subprocess.Popen([mdhavers, "run", SERVER, "--", "--sip", "127.0.0.1:0", "--rtp-ports", "26000-27998",
                                       "--quiet"], stdout=subprocess.PIPE, text=True)
        line = self.child.stdout.readline()
        self.address = ("127.0.0.1", int(re.search(r"udp 127\.0\.0\.1:(\d+),", line)[1]))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.child.pid}/fd"))

    def memory_kb(self):
        with open(f"/proc/{self.child.pid}/status", encoding="ascii") as text:
            return int(re.search(r"VmRSS:\s+(\d+)", text.read())[1])

    def end(self):
        self.child.send_signal(signal.SIGINT)
        output = self.child.communicate(timeout=30)[0]
        return self.child.returncode == 0 and ", faults 0\n" in output


class Bystander:
    """A call that is up all the while, and must go on."""

    def __init__(self, address, call="bystander"):
        self.peer, self.call, self.count = Peer(address), call, 0
        self.media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.media.bind(("127.0.0.1", 0))
        branch = "z9hG4bK" + self.peer.fresh()
        self.peer.send(self.peer.invite(self.call, port=self.media.getsockname()[1], branch=branch))
        reply = self.peer.answer()
        self.tag, self.port = tag_of(reply), int(re.search(r"m=audio (\d+)", reply)[1])
        self.peer.send(self.peer.message("ACK", self.call, to_tag=self.tag))

    def echoes(self):
        self.count += 1
        packet = bytes([0x80, 0, 0, self.count % 256]) + bytes(8) + os.urandom(160)
        self.media.sendto(packet, ("127.0.0.1", self.port))
        ready = select.select([self.media], [], [], 2)[0]
        return bool(ready) and self.media.recv(2048)[12:] == packet[12:]

    def strangers(self):
        """Sends what does not belong to the call, from elsewhere and from its own address: does anybody get an answer?"""
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        stranger.bind(("127.0.0.1", 0))
        for octets in MEDIA:
            stranger.sendto(octets, ("127.0.0.1", self.port))
        stranger.sendto(bytes([0x80, 0]) + bytes(170), ("127.0.0.1", self.port))
        return bool(select.select([stranger], [], [], 0.2)[0])

    def noise(self):
        """The same from its own address; what came back is thrown away."""
        for octets in MEDIA:
            self.media.sendto(octets, ("127.0.0.1", self.port))
        while select.select([self.media], [], [], 0.2)[0]:
            self.media.recv(65535)

    def hang_up(self):
        return status(self.peer.ask("BYE", self.call, seq=2, to_tag=self.tag))


def bleed(address, expect):
    """Somebody on the caller's host is first at the port: the caller gets the call all the same."""
    thief, call = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), Bystander(address, "stolen")
    thief.bind(("127.0.0.1", 0))
    packet = bytes([0x80, 0]) + bytes(170)
    thief.sendto(packet, ("127.0.0.1", call.port))
    select.select([thief], [], [], 1)
    expect("who is first does not keep the caller out", call.echoes(), True)
    while select.select([thief], [], [], 0)[0]:
        thief.recv(2048)
    thief.sendto(packet, ("127.0.0.1", call.port))
    expect("and hears no more", bool(select.select([thief], [], [], 0.2)[0]), False)
    expect("the caller goes on", call.echoes(), True)
    call.hang_up()


def flood(address, expect, server):
    """Calls that nobody acknowledges: a clear refusal when it is full, and everything given back."""
    peer, answers = Peer(address), []
    for i in range(700):
        peer.send(peer.invite(peer.fresh(), port=40000))
        if i % 20 == 19:
            while reply := peer.answer(0.02):
                answers.append(status(reply))
    while reply := peer.answer(0.3):
        answers.append(status(reply))
    expect("a flood of INVITEs: 503 when it is full", {503} < set(answers) <= {200, 503}, True)
    expect("a flood of INVITEs: bounded descriptors", server.descriptors() <= MOST_DESCRIPTORS, True)


def main():
    passed, broken = [], []

    def expect(what, got, wanted):
        (passed if got == wanted else broken).append(what)
        if got != wanted:
            print(f"FAIL {what}: expected {wanted!r}, got {str(got)[:200]!r}")

    server = Server(sys.argv[1])
    bystander, before = Bystander(server.address), server.memory_kb()
    for group in GROUPS:
        for name, text, wanted in group(Peer(server.address)):
            peer = Peer(server.address)
            data = text.encode() if isinstance(text, str) else text
            peer.send(data)
            reply = status(peer.answer(0.15 if None in wanted else 2.0))
            expect(f"{name}: one of {sorted(wanted, key=str)} not {reply}", reply in wanted, True)
        alive = status(Peer(server.address).ask("OPTIONS"))
        expect(f"{group.__name__}: the server answers", alive, 200)
        expect(f"{group.__name__}: the call that is up goes on", bystander.echoes(), True)
    expect("no echo for a stranger", bystander.strangers(), False)
    bystander.noise()
    expect("noise on its port: the call goes on", bystander.echoes(), True)
    expect("bounded descriptors", server.descriptors() <= MOST_DESCRIPTORS, True)
    bleed(server.address, expect)
    flood(server.address, expect, server)
    expect("after the flood the call that is up goes on", bystander.echoes(), True)
    expect("its BYE: 200", bystander.hang_up(), 200)
    expect("bounded memory", server.memory_kb() - before <= MOST_GROWTH_KB, True)
    expect("it ends in order, without faults", server.end(), True)
    print(f"echo_attacks: {len(passed)} passed, {len(broken)} failed")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
