#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The resolver against a name server of the tests' own, on loopback (dns_server.py), and against
knot, when it is installed (dns_knot.py).

    tests/dns_test.py [--bin build/bin/mdhavers] [part of a name…]

Each test is a function `test_…(dns)`, or `knot_…(dns)` with knot behind it; the last lines are
`dns: N passed, N failed` and `knot: N passed, N failed`.
"""
import argparse
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import traceback

from dns_knot import Knot
from dns_server import A, AAAA, Server

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEAD = "dns_set_servers(args()[1:])\n"
LIMIT_S = 30


class Dns:
    """A server, and programs that ask it."""

    def __init__(self, binary, folder, server):
        self.binary, self.folder, self.server = binary, pathlib.Path(folder), server
        self.address = f"127.0.0.1:{self.server.port}"

    def lines(self, program, *servers):
        """What a program prints; it asks `servers`, or ours."""
        path = self.folder / "prog.braw"
        path.write_text(HEAD + program)
        child = subprocess.Popen([self.binary, "run", path, "--", *(servers or [self.address])],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                 start_new_session=True)
        try:
            out, _ = child.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)  # our own child leads its session
            child.communicate()
            raise AssertionError(f"did not end within {LIMIT_S} s") from None
        assert child.returncode == 0, out
        return out.splitlines()

    def value(self, expression, *servers):
        """The value of one expression, through JSON."""
        return json.loads("\n".join(self.lines(f"blether tae_json({expression})\n", *servers)))

    def kind(self, name, *servers):
        """The kind of a lookup that fails, with the contract of its text."""
        result = self.value(f'dns_lookup("{name}", "any", 2000)', *servers)
        assert result["ok"] is False and result["code"] == -1, result
        assert result["error"].startswith("dns_lookup() DNS lookup failed: "), result
        return result["kind"]


def equal(got, want):
    assert got == want, f"got {got!r}, want {want!r}"


def test_addresses_of_both_families(dns):
    got = dns.value('dns_lookup("host.test")')
    equal(got["ok"], True)
    equal(sorted(got["value"]), ["192.0.2.1", "2001:db8::1"])
    equal(dns.value('dns_lookup("host.test", "ipv4")["value"]'), ["192.0.2.1"])
    equal(dns.value('dns_lookup("HOST.Test.", "ipv6")["value"]'), ["2001:db8::1"])


def test_one_family_is_enough(dns):
    equal(dns.value('dns_lookup("v4only.test")["value"]'), ["192.0.2.1"])
    equal(dns.value('dns_lookup("v4only.test", "ipv6")["kind"]'), "no_data")


def test_aliases(dns):
    equal(dns.value('dns_lookup("cname.test", "ipv4")["value"]'), ["192.0.2.1"])
    equal(dns.kind("loop.test"), "no_data")


def test_kinds_of_failure(dns):
    for name in ("nodata", "servfail", "refused"):
        equal(dns.kind(f"{name}.test"), {"nodata": "no_data"}.get(name, name))
    equal(dns.kind("missing.test"), "nxdomain")
    equal(dns.kind("bad name.test"), "bad_name")


def test_messages_that_lie(dns):
    for name in ("lying", "short", "selfpointer"):
        equal(dns.kind(f"{name}.test"), "malformed")


def test_noise_before_the_answer(dns):
    equal(dns.value('dns_lookup("otherid.test", "ipv4")["value"]'), ["192.0.2.1"])


def test_garbage_is_no_answer(dns):
    equal(dns.value('dns_lookup("garbage.test", "ipv4", 200)["kind"]'), "timeout")


def test_time_limits(dns):
    got = dns.lines('ken start = mono_ms()\n'
                    'blether dns_lookup("silent.test", "any", 150)["kind"]\n'
                    'blether mono_ms() - start >= 150\n')
    equal(got, ["timeout", "aye"])


def test_slow_answers(dns):
    equal(dns.value('dns_lookup("slow.test", "ipv4", 5000)["value"]'), ["192.0.2.1"])


def test_nobody_there(dns):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    got = dns.value('dns_lookup("host.test", "ipv4", 2000)["kind"]', f"127.0.0.1:{port}")
    equal(got, "no_server")


def test_truncated_answers_come_by_tcp(dns):
    got = dns.value('dns_lookup("big.test", "ipv4")["value"]')
    equal(len(got), 60)
    equal(dns.server.count("big.test", A, "tcp"), 1)


def test_answers_are_remembered(dns):
    got = dns.lines('fer i in 0..20 { dns_lookup("n1.test") }\n'
                    'fer i in 0..20 { dns_lookup("missing1.test") }\n'
                    'dns_cache_flush()\n'
                    'dns_lookup("n1.test")\n'
                    'blether dns_lookup("N1.test")["ok"]\n')
    equal(got, ["aye"])
    equal(dns.server.count("n1.test", A), 2)
    equal(dns.server.count("n1.test", AAAA), 2)
    equal(dns.server.count("missing1.test", A), 1)


def test_no_ttl_no_memory(dns):
    dns.lines('fer i in 0..5 { dns_lookup("brief.test", "ipv4") }\n')
    equal(dns.server.count("brief.test", A), 5)


def test_the_second_server_helps(dns):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dead:
        dead.bind(("127.0.0.1", 0))
        closed = f"127.0.0.1:{dead.getsockname()[1]}"
    got = dns.value('dns_lookup("host.test", "ipv4")["value"]', closed, dns.address)
    equal(got, ["192.0.2.1"])
    equal(dns.kind("servfail.test", dns.address, dns.address), "servfail")


def test_settings_count_at_once(dns):
    got = dns.lines('dns_set_servers([])\n'
                    'dns_set_servers(args()[1:])\n'
                    'blether dns_lookup("host.test", "ipv4")["value"]\n'
                    'blether dns_set_servers(["127.0.0.1:99999"])["kind"]\n'
                    'blether dns_set_servers(["1.1.1.1", 7])["ok"]\n'
                    'blether dns_set_servers(["a", "b", "c", "d", "e", "f", "g", "h", "i"])["ok"]\n'
                    'blether dns_lookup("host.test", "ipv4")["value"]\n')
    equal(got, ["[192.0.2.1]", "invalid", "nae", "nae", "[192.0.2.1]"])


def test_srv(dns):
    got = dns.value('dns_srv("_sip._udp.", ".test")["value"]')
    equal([(r["priority"], r["weight"], r["port"], r["target"]) for r in got],
          [(10, 60, 5060, "sip1.test."), (20, 0, 5062, "SIP2.test.")])
    equal(dns.value('dns_srv("", "_sip._tcp.test")["value"]')[0]["ttl"], 60)
    equal(dns.value('dns_srv("_sip._udp", "missing.invalid")["kind"]'), "nxdomain")


def test_naptr(dns):
    got = dns.value('dns_naptr("naptr.test")["value"]')
    equal([(r["order"], r["preference"], r["flags"], r["service"], r["replacement"]) for r in got],
          [(50, 51, "s", "SIP+D2U", "_sip._udp.test."), (60, 61, "u", "E2U+sip", ".")])
    equal(got[1]["regexp"], "!^.*$!sip:a\ufffd@b!")


def test_sockets_ask_the_same_servers(dns):
    got = dns.lines('blether addr_resolve("host.test", 5060, "ipv4")["value"]\n'
                    'blether addr_resolve("missing.test", 5060)["kind"]\n'
                    'blether addr_resolve("servfail.test", 5060)["kind"]\n')
    equal(got, ["[192.0.2.1:5060]", "nxdomain", "servfail"])


def test_the_limit_of_a_connection_counts_the_asking(dns):
    got = dns.lines('ken start = mono_ms()\n'
                    'blether socket_connect(socket_tcp()["value"], "silent.test", 5060, 150)["kind"]\n'
                    'blether mono_ms() - start >= 150\n'
                    'blether mono_ms() - start < 5000\n')  # 10 s is what asking may take by itself
    equal(got, ["timeout", "aye", "aye"])


def test_a_connection_gives_each_address_its_turn(dns):
    """127.0.0.2 has a full queue and answers nobody; 127.0.0.3 listens."""
    got = dns.lines('''
ken good = socket_tcp("ipv4")["value"]
socket_bind(good, "127.0.0.3", 0)
ken port = socket_local_addr(good)["value"].port
ken deaf = socket_tcp("ipv4")["value"]
socket_bind(deaf, "127.0.0.2", port)
socket_listen(deaf, 0)
ken waiting = []
fer i in 0..4 {
    ken c = socket_tcp("ipv4")["value"]
    shove(waiting, c)
    socket_connect(c, "127.0.0.2", port, 100)
}
ken start = mono_ms()
blether socket_connect(socket_tcp("ipv4")["value"], "loopbacks.test", port, 400)["kind"]
blether mono_ms() - start < 5000
socket_listen(good, 5)
ken c = socket_tcp()["value"]
blether socket_connect(c, "loopbacks.test", port, 2000)["ok"]
blether socket_peer_addr(c)["value"].host
''')
    equal(got, ["conn_refused", "aye", "aye", "127.0.0.3"])


def test_queries_on_the_loop(dns):
    got = dns.lines('''
ken loop = event_loop_new()
ken got = {}
dae ask(name, kind) {
    dae keep(r) { got[name + " " + kind] = r["ok"] an len(r["value"]) or r["kind"] }
    dns_query(loop, name, kind, keep, 500)
}
fer name in ["host.test", "missing.test", "silent.test", "servfail.test", "bad name", "localhost"] { ask(name, "A") }
ask("host.test", "aaaa")
ask("_sip._udp.test", "SRV")
ask("naptr.test", "NAPTR")
event_loop_run(loop)
fer k in sort(keys(got)) { blether f"{k}: {got[k]}" }
'''.replace('r["ok"] an len(r["value"]) or r["kind"]', 'tae_json(r["ok"])'))
    equal(got, ["_sip._udp.test SRV: true", "bad name A: false", "host.test A: true",
                "host.test aaaa: true", "localhost A: true", "missing.test A: false",
                "naptr.test NAPTR: true", "servfail.test A: false", "silent.test A: false"])


def test_the_loop_runs_while_a_question_waits(dns):
    got = dns.lines('''
ken loop = event_loop_new()
ken ticks = [0]
dae tick(e) { ticks[0] = ticks[0] + 1 }
ken timer = timer_every(loop, 5, tick)
dae done(r) { blether r["value"][0]["address"]
    blether ticks[0] > 3
    event_loop_stop(loop) }
dns_query(loop, "slow.test", "A", done)
event_loop_run(loop)
''')
    equal(got, ["192.0.2.1", "aye"])


def test_one_question_for_many_askers(dns):
    got = dns.lines('''
ken loop = event_loop_new()
ken n = [0]
dae done(r) { n[0] = n[0] + 1 }
fer i in 0..100 { dns_query(loop, "slow.n2.test", "A", done) }
event_loop_run(loop)
blether n[0]
''')
    equal(got, ["100"])
    equal(dns.server.count("slow.n2.test", A), 1)


def test_cancelled_questions(dns):
    got = dns.lines('''
ken loop = event_loop_new()
dae never(r) { blether "called" }
ken waiting = dns_query(loop, "silent.test", "A", never)["value"]
ken known = dns_query(loop, "a.invalid", "A", never)["value"]
blether dns_query_cancel(waiting)["value"]
blether dns_query_cancel(waiting)["value"]
blether dns_query_cancel(known)["value"]
event_loop_run(loop)
dae once(r) { blether r["kind"] }
ken done = dns_query(loop, "a.invalid", "A", once)["value"]
event_loop_run(loop)
blether dns_query_cancel(done)["value"]
hae_a_bash { dns_query_cancel(loop) } gin_it_gangs_wrang e { blether e }
''')
    equal(got, ["aye", "nae", "aye", "nxdomain", "nae",
                "Jings! Something went awfy wrang: Unknown dns query handle"])


def test_a_closed_loop_gets_no_answers(dns):
    got = dns.lines('''
ken loop = event_loop_new()
dae never(r) { blether "called" }
fer i in 0..50 { dns_query(loop, "slow.test", "A", never) }
fer i in 0..50 { dns_query(loop, "a.invalid", "A", never) }
event_loop_close(loop)
blether dns_lookup("slow.test", "ipv4")["ok"]
hae_a_bash { dns_query(loop, "a.invalid", "A", never) } gin_it_gangs_wrang e { blether e }
''')
    equal(got, ["aye", "Jings! Something went awfy wrang: Unknown event loop handle"])


def test_a_callback_that_throws(dns):
    got = dns.lines('''
ken loop = event_loop_new()
dae bad(r) { hurl "in the callback" }
dae good(r) { blether r["kind"] }
dae report(e) { blether "reported" }
event_loop_on_error(loop, report)
dns_query(loop, "a.invalid", "A", bad)
dns_query(loop, "a.invalid", "A", good)
event_loop_run(loop)
''')
    equal(got, ["reported", "nxdomain"])


def knot_addresses(dns):
    equal(sorted(dns.value('dns_lookup("www.example.test")["value"]')), ["192.0.2.10", "2001:db8::10"])
    equal(dns.value('dns_lookup("WWW.Example.TEST.", "ipv4")["value"]'), ["192.0.2.10"])
    equal(dns.value('dns_lookup("alias.example.test", "ipv4")["value"]'), ["192.0.2.10"])
    equal(sorted(dns.value('dns_lookup("any.wild.example.test")["value"]')), ["192.0.2.12"])


def knot_failures(dns):
    equal(dns.kind("missing.example.test"), "nxdomain")
    equal(dns.kind("txt.example.test"), "no_data")
    equal(dns.kind("example.org"), "refused")


def knot_big_answers(dns):
    """Too big for a datagram; of 120 addresses the first 64 are kept (DNS_RECORDS_MAX)."""
    equal(len(dns.value('dns_lookup("many.example.test", "ipv6")["value"]')), 64)


def knot_services(dns):
    got = dns.value('dns_srv("_sip._udp", "example.test")["value"]')
    equal(sorted((r["priority"], r["weight"], r["port"], r["target"], r["ttl"]) for r in got),
          [(10, 60, 5060, "sip1.example.test.", 300), (20, 0, 5062, "sip2.example.test.", 300)])
    got = dns.value('dns_naptr("example.test")["value"]')
    equal([(r["order"], r["flags"], r["service"], r["replacement"]) for r in got],
          [(50, "s", "SIP+D2U", "_sip._udp.example.test.")])


def knot_the_way_of_rfc_3263(dns):
    got = dns.lines('fetch "sip" tae sip\n'
                    'fer hop in sip.sip_resolve("example.test", "udp") '
                    '{ blether f"{hop[\'target\']} {hop[\'port\']}" }\n')
    equal(got, ["sip1.example.test 5060", "sip2.example.test 5062"])


def knot_a_question_on_the_loop(dns):
    got = dns.lines('''
ken loop = event_loop_new()
dae show(r) { blether r["value"][0]["address"] }
dns_query(loop, "www.example.test", "AAAA", show)
event_loop_run(loop)
''')
    equal(got, ["2001:db8::10"])


def knot_a_datagram_to_a_name(dns):
    got = dns.lines('''
ken a = socket_udp("ipv4")["value"]
socket_bind(a, "here.example.test", 0)
ken b = socket_udp("ipv4")["value"]
blether udp_send_to(b, bytes_from_string("haw"), "here.example.test", socket_local_addr(a)["value"]["port"])["value"]
blether bytes_to_string(udp_recv_from(a, 99)["value"]["buf"])
''')
    equal(got, ["3", "haw"])


def run_all(dns, prefix, words):
    """(tests, failures) of the functions whose name begins so."""
    tests = [(name, work) for name, work in globals().items() if name.startswith(prefix)
             and (not words or any(word in name for word in words))]
    failed = 0
    for name, work in tests:
        try:
            work(dns)
        except Exception:  # every test is heard
            failed += 1
            print(f"FAIL {name}\n{traceback.format_exc()}")
    dns.server.close()
    return len(tests), failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default="build/bin/mdhavers")
    parser.add_argument("word", nargs="*")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mdh-dns-") as folder:
        n, failed = run_all(Dns(ROOT / options.bin, folder, Server()), "test_", options.word)
        more = bad = 0
        if Knot.program():
            more, bad = run_all(Dns(ROOT / options.bin, folder, Knot(folder)), "knot_", options.word)
            print(f"knot: {more - bad} passed, {bad} failed")
        else:
            print("skip knot: knotd is not installed (scripts/setup.sh test)")
    print(f"dns: {n - failed} passed, {failed} failed")
    sys.exit(1 if failed or bad or not n + more else 0)


if __name__ == "__main__":
    main()
