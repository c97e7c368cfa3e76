# SPDX-License-Identifier: MIT
"""A small authoritative name server on loopback for tests, over UDP and TCP on one port.

Zone: answers by the first label of the name (see `answer`); every question is counted, by name and
type and transport, so that tests can tell what was asked and what came from a cache.
"""
import collections
import ipaddress
import socket
import struct
import threading
import time

A, CNAME, SOA, AAAA, SRV, NAPTR = 1, 5, 6, 28, 33, 35
OK, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5


def encode_name(name):
    """A name on the wire, uncompressed."""
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def read_question(message):
    """(name, type, offset after the question); questions are never compressed."""
    at, labels = 12, []
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("latin1"))
        at += 1 + message[at]
    kind, _ = struct.unpack_from(">HH", message, at + 1)
    return ".".join(labels).lower(), kind, at + 5


def row(name, kind, ttl, data):
    """A record of class IN."""
    return encode_name(name) + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data


def text(string):
    return bytes([len(string)]) + string


def address(literal):
    return ipaddress.ip_address(literal).packed


def soa(ttl):
    return row("test", SOA, ttl, encode_name("ns.test") + encode_name("admin.test")
               + struct.pack(">IIIII", 1, 2, 3, 4, ttl))


class Server:
    """Answers until `close`; `port` was chosen by the system."""

    def __init__(self):
        self.asked = collections.Counter()
        self.lock = threading.Lock()
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.threads = [threading.Thread(target=work, daemon=True)
                        for work in (self.serve_udp, self.serve_tcp)]
        for thread in self.threads:
            thread.start()

    def close(self):
        self.udp.close()
        self.tcp.close()

    def count(self, name, kind, transport="udp"):
        with self.lock:
            return self.asked[name, kind, transport]

    def serve_udp(self):
        while True:
            try:
                message, sender = self.udp.recvfrom(4096)
            except OSError:
                return
            for reply in self.replies(message, "udp"):
                self.udp.sendto(reply, sender)

    def serve_tcp(self):
        while True:
            try:
                connection, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_connection, args=(connection,), daemon=True).start()

    def serve_connection(self, connection):
        with connection, connection.makefile("rb") as stream:
            while True:
                head = stream.read(2)
                if len(head) < 2:
                    return
                message = stream.read(struct.unpack(">H", head)[0])
                for reply in self.replies(message, "tcp"):
                    connection.sendall(struct.pack(">H", len(reply)) + reply)

    def replies(self, message, transport):
        """The messages to send back: usually one."""
        try:
            name, kind, end = read_question(message)
        except (IndexError, struct.error):
            return []
        with self.lock:
            self.asked[name, kind, transport] += 1
        return self.answer(message, name, kind, end, transport)

    def answer(self, message, name, kind, end, transport):
        label = name.split(".")[0]
        question = message[12:end]

        def reply(rcode=OK, answers=(), authority=(), flags=0x8580, counts=None):
            n = counts or (len(answers), len(authority))
            return [message[:2] + struct.pack(">HHHHH", flags | rcode, 1, *n, 0) + question
                    + b"".join(answers) + b"".join(authority)]

        def addresses(owner, ttl, v4="192.0.2.1", v6="2001:db8::1"):
            return {A: [row(owner, A, ttl, address(v4))],
                    AAAA: [row(owner, AAAA, ttl, address(v6))]}.get(kind, [])

        if label == "silent":
            return []
        if label == "slow":
            time.sleep(0.3)  # lint: allow — the resolver must not answer before its server
            return reply(answers=addresses(name, 60))
        if label in ("servfail", "refused"):
            return reply(SERVFAIL if label == "servfail" else REFUSED)
        if label == "garbage":
            return [b"\xff" * 40, message[:2], message[:2] + b"\xff" * 200]
        if label == "lying":
            return reply(answers=addresses(name, 60), counts=(60000, 9))
        if label == "short":
            return reply(answers=[row(name, kind, 60, b"\1\2")])
        if label == "loop":
            return reply(answers=[b"\xc0\x0c" + struct.pack(">HHIH", CNAME, 1, 60, 2) + b"\xc0\x0c"])
        if label == "selfpointer":
            at = struct.pack(">H", 0xc000 | end)
            return reply(answers=[at + struct.pack(">HHIH", A, 1, 60, 4) + b"\1\2\3\4"])
        if label == "otherid":
            wrong = reply(answers=addresses(name, 60, v4="6.6.6.6"))[0]
            return [bytes([wrong[0] ^ 1]) + wrong[1:]] + reply(answers=addresses(name, 60))
        if label == "big":
            many = [row(name, A, 60, bytes([198, 51, 100, i])) for i in range(60)]
            if kind != A:
                return reply(authority=[soa(60)])
            return reply(flags=0x8780) if transport == "udp" else reply(answers=many)
        if label == "cname":
            target = [row(name, CNAME, 60, encode_name("host.test"))]
            return reply(answers=target + addresses("host.test", 60))
        if label == "loopbacks":
            both = [row(name, A, 60, address(literal)) for literal in ("127.0.0.2", "127.0.0.3")]
            return reply(answers=both if kind == A else [], authority=[soa(60)])
        if label == "nodata":
            return reply(authority=[soa(60)])
        if label == "v4only":
            return reply(answers=addresses(name, 60) if kind == A else [], authority=[soa(60)])
        if label == "brief":
            return reply(answers=addresses(name, 0))
        if label == "_sip" and kind == SRV:
            return reply(answers=[
                row(name, SRV, 60, struct.pack(">HHH", 10, 60, 5060) + encode_name("sip1.test")),
                row("sip1.test", A, 60, address("192.0.2.1")),
                row(name, SRV, 60, struct.pack(">HHH", 20, 0, 5062) + encode_name("SIP2.test"))])
        if label == "naptr" and kind == NAPTR:
            return reply(answers=[row(name, NAPTR, 60, struct.pack(">HH", 50, 51) + text(b"s")
                                      + text(b"SIP+D2U") + text(b"") + encode_name("_sip._udp.test")),
                                  row(name, NAPTR, 60, struct.pack(">HH", 60, 61) + text(b"u")
                                      + text(b"E2U+sip") + text(b"!^.*$!sip:a\xff@b!") + b"\0")])
        if label in ("host", "n1"):
            return reply(answers=addresses(name, 60), authority=[] if kind in (A, AAAA) else [soa(60)])
        return reply(NXDOMAIN, authority=[soa(60)])


if __name__ == "__main__":
    server = Server()
    print(server.port, flush=True)
    threading.Event().wait()
