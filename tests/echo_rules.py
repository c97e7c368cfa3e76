#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the echo server to single rules of the RFCs, with datagrams written by hand.

    tests/echo_rules.py MDHAVERS

One line for each rule that is broken; exit status 0 when none is.
"""
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SERVER = os.path.join(ROOT, "examples/showcases/sip_rtp_echo.braw")
SDP = "v=0\r\no=t 1 1 IN IP4 127.0.0.1\r\ns=t\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP {formats}\r\n"


class Peer:
    """A socket with the habits of a caller."""

    def __init__(self, server):
        self.server = server
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        self.count = 0

    def fresh(self):
        self.count += 1
        return f"{self.port}-{self.count}"

    def message(self, method, call, seq=1, to_tag="", branch=None, body="", via=None, drop=(), extra="", uri="sip:echo@127.0.0.1"):
        branch = branch or "z9hG4bK" + self.fresh()
        rows = [("Via", via or f"SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch={branch}"), ("Max-Forwards", "70"),
                ("From", f"<sip:t@127.0.0.1>;tag=t{call}"), ("To", "<sip:echo@127.0.0.1>" + (to_tag and f";tag={to_tag}")),
                ("Call-ID", call), ("CSeq", f"{seq} {method}"), ("Contact", f"<sip:t@127.0.0.1:{self.port}>"),
                ("Content-Length", str(len(body)))]
        head = "".join(f"{name}: {value}\r\n" for name, value in rows if name not in drop)
        return f"{method} {uri} SIP/2.0\r\n{head}{extra}\r\n{body}"

    def send(self, text):
        self.sock.sendto(text.encode() if isinstance(text, str) else text, self.server)

    def answer(self, seconds=2.0, final=True):
        """The next answer (a final one), or an empty text."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.sock], [], [], left)[0]:
                text = self.sock.recv(65535).decode()
                if not final or not text.startswith("SIP/2.0 1"):
                    return text
        return ""

    def ask(self, method, call=None, **options):
        call = call or self.fresh()
        branch = "z9hG4bK" + self.fresh()
        self.send(self.message(method, call, **{"branch": branch, **options}))
        reply = self.answer()
        if method == "INVITE" and reply:
            self.send(self.message("ACK", call, branch=branch, to_tag=tag_of(reply)))
        return reply

    def invite(self, call, formats="0", port=40000, **options):
        body = SDP.format(port=port, formats=formats)
        return self.message("INVITE", call, body=body, extra="Content-Type: application/sdp\r\n", **options)


def status(text):
    return int(text.split()[1]) if text.startswith("SIP/2.0 ") else None


def tag_of(text):
    return re.search(r"\r\nTo: [^\r]*;tag=([^;\r]+)", text).group(1)


def answers(peer, expect):
    """What a request gets when it is not a plain call."""
    expect("OPTIONS: 200", status(peer.ask("OPTIONS")), 200)
    reply = peer.ask("SUBSCRIBE")
    expect("unknown method: 405", status(reply), 405)
    expect("405 has Allow", "\r\nAllow: " in reply, True)
    expect("BYE of no call: 481", status(peer.ask("BYE", to_tag="none")), 481)
    expect("CANCEL of no INVITE: 481", status(peer.ask("CANCEL")), 481)
    expect("re-INVITE of no call: 481", status(peer.ask("INVITE", to_tag="none")), 481)
    expect("no From: 400", status(peer.ask("OPTIONS", drop=("From",))), 400)
    expect("no Call-ID: 400", status(peer.ask("OPTIONS", drop=("Call-ID",))), 400)
    expect("CSeq of another method: 400", status(peer.ask("OPTIONS", drop=("CSeq",), extra="CSeq: 1 BYE\r\n")), 400)
    expect("short body: 400", status(peer.ask("OPTIONS", drop=("Content-Length",), extra="Content-Length: 99\r\n")), 400)
    expect("Require: 420", status(peer.ask("OPTIONS", extra="Require: unheard-of\r\n")), 420)
    expect("strange scheme: 416", status(peer.ask("OPTIONS", uri="mailto:a@b")), 416)
    via = f"SIP/2.0/UDP 127.0.0.1:{peer.port};branch=z9hG4bKtwo,SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKone"
    reply = peer.ask("OPTIONS", via=via, extra="Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKzero\r\n")
    order = re.findall(r"branch=z9hG4bK(two|one|zero)", reply)
    expect("all Vias in order", order, ["two", "one", "zero"])
    expect("no received where host and source agree", "received" in reply, False)
    reply = peer.ask("OPTIONS", via=f"SIP/2.0/UDP pc.example.com:{peer.port};branch=z9hG4bKname")
    expect("received where they do not", "received=127.0.0.1" in reply, True)
    expect("an answer without rport goes to the sent-by port", status(reply), 200)
    body = "v=0\r\n"
    reply = peer.ask("INVITE", body=body, extra="Content-Type: text/plain\r\n")
    expect("INVITE with another body: 415", status(reply), 415)


def registering(peer, expect):
    call = peer.fresh()
    reply = peer.ask("REGISTER", call, extra="Expires: 60\r\n")
    expect("REGISTER: the 200 lists the Contact", bool(re.search(rf"Contact: <sip:t@127.0.0.1:{peer.port}>;expires=(60|59)", reply)), True)
    expect("the same CSeq again: 500", status(peer.ask("REGISTER", call, seq=1)), 500)
    reply = peer.ask("REGISTER", call, seq=2, drop=("Contact",), extra="Contact: *\r\nExpires: 0\r\n")
    expect("Contact: * takes all out", (status(reply), "Contact:" in reply), (200, False))
    expect("Contact: * without Expires 0: 400", status(peer.ask("REGISTER", call, seq=3, drop=("Contact",), extra="Contact: *\r\n")), 400)


def calling(peer, stranger, expect):
    call = peer.fresh()
    media = Peer(peer.server)
    invite = peer.invite(call, port=media.port, branch="z9hG4bK" + peer.fresh())
    peer.send(invite)
    first = peer.answer()
    expect("INVITE: 200 with SDP", (status(first), "m=audio" in first), (200, True))
    peer.send(invite)
    expect("a repeated INVITE gets the same 200", peer.answer(), first)
    expect("the 200 is repeated without ACK", peer.answer(), first)
    tag = tag_of(first)
    peer.send(peer.message("ACK", call, to_tag=tag))
    expect("an ACK has no answer and ends the repeats", peer.answer(1.4), "")
    rtp = ("127.0.0.1", int(re.search(r"m=audio (\d+)", first).group(1)))
    packet = bytes([0x80, 0]) + bytes(range(10)) + b"tone" * 40
    media.sock.sendto(packet, rtp)
    expect("RTP comes back", select.select([media.sock], [], [], 1)[0] != [] and media.sock.recv(2000)[12:], packet[12:])
    stranger.sock.sendto(packet, rtp)
    expect("RTP of a stranger does not", select.select([stranger.sock, media.sock], [], [], 0.3)[0], [])
    media.sock.sendto(bytes([0x80, 99]) + packet[2:], rtp)
    expect("nor a payload type that was not agreed", select.select([media.sock], [], [], 0.3)[0], [])
    peer.send(peer.invite(call, seq=2, to_tag=tag))
    reply = peer.answer()
    expect("re-INVITE: 200, the same port", (status(reply), f"m=audio {rtp[1]} " in reply), (200, True))
    peer.send(peer.message("ACK", call, seq=2, to_tag=tag))
    expect("BYE with an old CSeq: 500", status(peer.ask("BYE", call, seq=1, to_tag=tag)), 500)
    bye = peer.message("BYE", call, seq=3, to_tag=tag)
    peer.send(bye)
    expect("BYE: 200", status(peer.answer()), 200)
    peer.send(bye)
    expect("the same BYE again: 200", status(peer.answer()), 200)
    expect("another BYE: 481", status(peer.ask("BYE", call, seq=4, to_tag=tag)), 481)
    call = peer.fresh()
    peer.send(peer.invite(call, formats="18 3", branch="z9hG4bKno" + call))
    reply = peer.answer()
    expect("no G.711 in the offer: 488", status(reply), 488)
    expect("the 488 is repeated without ACK", peer.answer(), reply)
    peer.send(peer.message("ACK", call, to_tag=tag_of(reply), branch="z9hG4bKno" + call))
    expect("until the ACK", peer.answer(1.4), "")


def cancelling(peer, expect):
    """Against a server that rings for a while."""
    call, branch = peer.fresh(), "z9hG4bK" + peer.fresh()
    peer.send(peer.invite(call, branch=branch))
    expect("a ringing server says 180", status(peer.answer(final=False)), 180)
    peer.send(peer.message("CANCEL", call, branch=branch))
    got = sorted([status(peer.answer()), status(peer.answer())])
    expect("CANCEL: 200, and 487 to the INVITE", got, [200, 487])
    peer.send(peer.message("ACK", call, branch=branch))
    expect("nothing after the ACK", peer.answer(1.4), "")


def serve(mdhavers, options, run):
    command = [mdhavers, "run", SERVER, "--", "--sip", "127.0.0.1:0", "--rtp-ports", "24000-24998", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        line = server.stdout.readline()
        try:
            run(("127.0.0.1", int(re.search(r"udp 127\.0\.0\.1:(\d+),", line).group(1))))
        finally:
            server.send_signal(signal.SIGINT)
            output = server.communicate(timeout=20)[0]
    return server.returncode, output


def main():
    passed = []
    broken = []

    def expect(rule, got, wanted):
        (passed if got == wanted else broken).append(rule)
        if got != wanted:
            print(f"FAIL {rule}: expected {wanted!r}, got {str(got)[:300]!r}")

    def plain(server):
        peer = Peer(server)
        answers(peer, expect)
        registering(peer, expect)
        calling(peer, Peer(server), expect)

    status_code, output = serve(sys.argv[1], [], plain)
    expect("the server ends in order, without faults", (status_code, ", faults 0\n" in output), (0, True))
    serve(sys.argv[1], ["--ring", "5000"], lambda server: cancelling(Peer(server), expect))
    print(f"echo_rules: {len(passed)} passed, {len(broken)} failed")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
