#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A media program of other people through the echo server.

    interop/media_peer.py ffmpeg|gst-launch-1.0 SIP_PORT FOLDER

We make the call; the peer sends three seconds of G.711 to a port of ours, which passes them on to the
server from the address of our offer, and what the server sends back goes to the peer's receiver, which
decodes it into FOLDER. Right is: every packet came back with the octets it went out with, and what the
peer decoded is its tone.
"""
import array
import pathlib
import re
import select
import signal
import socket
import subprocess
import sys
import time
import wave

HOST = "127.0.0.1"
FFMPEG = ["ffmpeg", "-nostdin", "-y", "-loglevel", "error"]
CAPS = "application/x-rtp,media=audio,clock-rate=8000,encoding-name=PCMU,payload=0"


def ffmpeg(to, own, folder):
    """(sender, receiver)"""
    sdp = folder / "ffmpeg.sdp"
    sdp.write_text(f"v=0\no=- 0 0 IN IP4 {HOST}\ns=x\nc=IN IP4 {HOST}\nt=0 0\nm=audio {own} RTP/AVP 0\n"
                   "a=rtpmap:0 PCMU/8000\n")
    return ([*FFMPEG, "-re", "-f", "lavfi", "-i", "sine=440:r=8000", "-t", "3", "-ac", "1", "-c:a", "pcm_mulaw",
             "-f", "rtp", f"rtp://{HOST}:{to}?pkt_size=172"],
            [*FFMPEG, "-protocol_whitelist", "file,udp,rtp", "-i", sdp, "-t", "1", "-c:a", "pcm_s16le",
             folder / "out.wav"])


def gstreamer(to, own, folder):
    tone = ("audiotestsrc is-live=true freq=440 num-buffers=150 samplesperbuffer=160 ! audio/x-raw,rate=8000,channels=1 "
            f"! mulawenc ! rtppcmupay min-ptime=20000000 max-ptime=20000000 ! udpsink host={HOST} port={to}")
    back = (f"udpsrc address={HOST} port={own} num-buffers=100 caps={CAPS} ! rtpjitterbuffer latency=50 "
            f"! rtppcmudepay ! mulawdec ! wavenc ! filesink location={folder / 'out.wav'}")
    return (["gst-launch-1.0", "-q", *tone.split()], ["gst-launch-1.0", "-q", "-e", *back.split()])


PEERS = {"ffmpeg": ffmpeg, "gst-launch-1.0": gstreamer}


def udp(port=0):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((HOST, port))
    return sock


def even_port():
    """An even port that was free a moment ago, with the one above it for RTCP."""
    while True:
        with udp() as sock:
            port = sock.getsockname()[1]
        if port % 2 == 0:
            try:
                udp(port).close()
                udp(port + 1).close()
                return port
            except OSError:
                pass


def is_bound(port):
    text = pathlib.Path("/proc/net/udp").read_text() + pathlib.Path("/proc/net/udp6").read_text()
    return f":{port:04X} 0000" in text


class Call:
    """A caller with one dialog."""

    def __init__(self, server, media):
        self.sock = udp()
        self.sock.connect((HOST, server))
        self.sock.settimeout(5)
        self.server, self.media, self.to = server, media, f"<sip:echo@{HOST}:{server}>"
        self.seq, self.id = 0, f"{time.time_ns()}@{HOST}"

    def request(self, method, body=""):
        own = self.sock.getsockname()[1]
        self.seq += method != "ACK"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.sock.send((f"{method} sip:echo@{HOST}:{self.server} SIP/2.0\r\n"
                        f"Via: SIP/2.0/UDP {HOST}:{own};rport;branch=z9hG4bK{time.time_ns()}\r\nMax-Forwards: 70\r\n"
                        f"From: <sip:media@{HOST}>;tag=m1\r\nTo: {self.to}\r\nCall-ID: {self.id}\r\n"
                        f"CSeq: {self.seq} {method}\r\nContact: <sip:media@{HOST}:{own}>\r\n{kind}"
                        f"Content-Length: {len(body)}\r\n\r\n{body}").encode())

    def answer(self):
        while True:
            text = self.sock.recv(65535).decode()
            if not text.startswith("SIP/2.0 1"):
                if not text.startswith("SIP/2.0 200"):
                    raise SystemExit(f"the server says {text.splitlines()[0]}")
                return text

    def begin(self):
        """The port that the server wants RTP on."""
        self.request("INVITE", f"v=0\r\no=m 1 1 IN IP4 {HOST}\r\ns=m\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
                               f"m=audio {self.media} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n")
        text = self.answer()
        self.to = re.search(r"(?m)^To: (.*)\r", text)[1]
        self.request("ACK")
        return int(re.search(r"m=audio (\d+) ", text)[1])

    def end(self):
        self.request("BYE")
        self.answer()


def relay(from_peer, media, server_rtp, back, sender):
    """Until the sender has ended and the last echo came: (packets sent, echoed, wrong)."""
    sent, echoed, wrong, quiet = {}, 0, 0, 0.0
    while sender.poll() is None or quiet < 0.5:
        ready, _, _ = select.select([from_peer, media], [], [], 0.1)
        quiet = 0.0 if ready else quiet + 0.1
        if from_peer in ready:
            packet = from_peer.recv(2048)
            sent[packet[2:4]] = packet[12:]
            media.sendto(packet, (HOST, server_rtp))
        if media in ready:
            packet = media.recv(2048)
            echoed += 1
            wrong += sent.get(packet[2:4]) != packet[12:]
            media.sendto(packet, (HOST, back))
    return len(sent), echoed, wrong


def tone_of(path):
    """(seconds, cycles a second) of a recording."""
    with wave.open(str(path)) as recording:
        rate, samples = recording.getframerate(), array.array("h", recording.readframes(1 << 20))
    seconds = len(samples) / rate
    crossings = sum(a < 0 <= b for a, b in zip(samples, samples[1:]))
    return seconds, crossings / seconds if seconds else 0


def main():
    peer, server, folder = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
    media, from_peer, back = udp(), udp(even_port()), even_port()
    make_sender, make_receiver = PEERS[peer](from_peer.getsockname()[1], back, folder)
    call = Call(server, media.getsockname()[1])
    server_rtp = call.begin()
    receiver = subprocess.Popen(make_receiver)
    try:
        end = time.monotonic() + 5
        while not is_bound(back) and time.monotonic() < end:
            time.sleep(0.02)
        sent, echoed, wrong = relay(from_peer, media, server_rtp, back, subprocess.Popen(make_sender))
        call.end()
        receiver.send_signal(signal.SIGINT)
        receiver.wait(5)
    finally:
        receiver.kill()
    seconds, cycles = tone_of(folder / "out.wav")
    print(f"{sent} packets, {echoed} echoed, {wrong} wrong; decoded {seconds:.2f} s of {cycles:.0f} Hz")
    sys.exit(0 if sent >= 100 and echoed == sent and not wrong and seconds >= 0.8 and 400 < cycles < 480 else 1)


if __name__ == "__main__":
    main()
