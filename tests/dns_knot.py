# SPDX-License-Identifier: MIT
"""A real name server, knot, with a zone of its own, on loopback."""
import pathlib
import shutil
import socket
import subprocess
import time

MANY = "\n".join(f"many AAAA 2001:db8:1::{i:x}" for i in range(1, 121))
ZONE = f"""$ORIGIN example.test.
$TTL 300
@ SOA ns admin 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
www A 192.0.2.10
www AAAA 2001:db8::10
alias CNAME www
*.wild A 192.0.2.12
txt TXT "nae address"
here A 127.0.0.1
@ NAPTR 50 51 "s" "SIP+D2U" "" _sip._udp
_sip._udp SRV 10 60 5060 sip1
_sip._udp SRV 20 0 5062 sip2
sip1 A 192.0.2.21
sip2 AAAA 2001:db8::22
{MANY}
"""
CONF = """server:
    rundir: "{folder}"
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "{folder}"
log:
  - target: "{folder}/knot.log"
    any: info
zone:
  - domain: example.test
    file: "{folder}/example.test.zone"
    zonefile-load: whole
    journal-content: none
"""


def free_port():
    """A port that nobody holds for either transport, a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as tcp:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind(tcp.getsockname())
            return tcp.getsockname()[1]


class Knot:
    """Answers until `close`."""

    @staticmethod
    def program():
        return shutil.which("knotd") or shutil.which("/usr/sbin/knotd")

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "knot"
        self.folder.mkdir()
        (self.folder / "example.test.zone").write_text(ZONE)
        for _ in range(5):  # somebody may have taken the port since
            self.port = free_port()
            if self.start():
                return
        raise RuntimeError((self.folder / "knot.log").read_text())

    def start(self):
        conf = self.folder / "knot.conf"
        conf.write_text(CONF.format(folder=self.folder, port=self.port))
        self.child = subprocess.Popen([self.program(), "-c", conf], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while time.monotonic() < end and self.child.poll() is None:
            if self.answers():
                return True
            time.sleep(0.02)
        self.close()
        return False

    def answers(self):
        """Does it know its zone already?"""
        ask = bytes.fromhex("0007 0000 0001 0000 0000 0000 03777777 076578616d706c65 0474657374 00 0001 0001")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.2)
            try:
                sock.sendto(ask, ("127.0.0.1", self.port))
                return sock.recv(512)[3] & 15 == 0
            except OSError:
                return False

    def close(self):
        self.child.terminate()
        self.child.wait()
