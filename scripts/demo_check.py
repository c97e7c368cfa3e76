#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Judges a recording of the echo server with tshark's dissectors, that know nothing of ours.

    demo_check.py FILE.pcap SIP_PORT RTP_FROM-TO CALLS LEAST_PACKETS [--brief]

Prints the ladder of each dialog and the RTP figures of each call. Exit status 0 when there were CALLS
calls, each answered request has an answer with the same Via branch and CSeq, the tags are those of the
dialog, each call echoed LEAST_PACKETS or more with the payload that was sent, and nothing is malformed.
"""
import collections
import subprocess
import sys

SIP_FIELDS = ["frame.time_relative", "udp.srcport", "udp.dstport", "sip.Request-Line", "sip.Status-Line",
              "sip.Call-ID", "sip.Via.branch", "sip.CSeq", "sip.from.tag", "sip.to.tag"]
RTP_FIELDS = ["frame.time_epoch", "udp.srcport", "udp.dstport", "rtp.ssrc", "rtp.seq", "rtp.payload"]


def dissect(path, port, display_filter, fields):
    """The fields of the packets that a filter lets through, as dicts."""
    command = ["tshark", "-r", path, "-d", f"udp.port=={port},sip", "-Y", display_filter, "-T", "fields"]
    command += ["-E", "separator=/t", "-E", "occurrence=f"]
    for field in fields:
        command += ["-e", field]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    return [dict(zip(fields, line.split("\t"))) for line in output.splitlines()]


def ladders(messages, port, brief):
    """Prints who said what; gives the complaints."""
    wrong = []
    dialogs = collections.OrderedDict()
    for message in messages:
        dialogs.setdefault(message["sip.Call-ID"], []).append(message)
    calls = 0
    for call_id, rows in dialogs.items():
        asked = {}
        tag = None
        methods = []
        if not brief:
            print(f"--- {call_id[:40]}\n{'caller':>16}{'':20}server")
        for row in rows:
            request = row["sip.Request-Line"]
            label = request.split()[0] if request else row["sip.Status-Line"].removeprefix("SIP/2.0 ")
            arrow = f"|{label:-^26}>|" if row["udp.dstport"] == port else f"|<{label:-^26}|"
            if not brief:
                print(f"{float(row['frame.time_relative']):9.3f} s {row['udp.srcport']:>5} {arrow}"
                      f" CSeq {row['sip.CSeq']}")
            key = (row["sip.Via.branch"], row["sip.CSeq"])
            if request:
                asked[key] = row
                methods.append(label)
                if label == "BYE" and row["sip.to.tag"] != tag:
                    wrong.append(f"{call_id}: BYE for another dialog")
            elif key not in asked:
                wrong.append(f"{call_id}: '{label}' has a Via branch or CSeq that nobody sent")
            else:
                wrong += judge_answer(call_id, label, row, asked[key], tag)
                if row["sip.CSeq"].endswith("INVITE") and label.startswith("200"):
                    tag = row["sip.to.tag"]
        calls += {"INVITE", "ACK", "BYE"} <= set(methods)
    return calls, wrong


def judge_answer(call_id, label, row, request, tag):
    wrong = []
    if row["sip.from.tag"] != request["sip.from.tag"]:
        wrong.append(f"{call_id}: '{label}' has another From tag")
    if not row["sip.to.tag"]:
        wrong.append(f"{call_id}: '{label}' has no To tag")
    elif tag and row["sip.to.tag"] != tag:
        wrong.append(f"{call_id}: '{label}' has another To tag than the dialog")
    return wrong


def figures(packets, ports, least):
    """Prints what came and went on each RTP port of the server; gives the complaints."""
    wrong = []
    came = collections.defaultdict(dict)
    went = collections.defaultdict(list)
    for packet in packets:
        to, fro = int(packet["udp.dstport"]), int(packet["udp.srcport"])
        if to in ports:
            came[to][packet["rtp.seq"]] = packet
        elif fro in ports:
            went[fro].append(packet)
    for server_port, sent in sorted(came.items()):
        echoes = went[server_port]
        exact = 0
        delays = []
        for echo in echoes:
            original = sent.get(echo["rtp.seq"])
            if original and original["rtp.payload"] == echo["rtp.payload"]:
                exact += 1
                delays.append(1000 * (float(echo["frame.time_epoch"]) - float(original["frame.time_epoch"])))
        delays.sort()
        median = delays[len(delays) // 2] if delays else 0.0
        print(f"RTP port {server_port}: {len(sent)} in, {len(echoes)} echoed, {exact} bit-exact,"
              f" {len(sent) - len(echoes)} lost, echo after {median:.2f} ms (median)")
        if exact < least or exact != len(echoes):
            wrong.append(f"port {server_port}: {exact} of {len(echoes)} echoes are right, {least} expected")
    return len(came), wrong


def main():
    path, port = sys.argv[1:3]
    first, last = map(int, sys.argv[3].split("-"))
    expected, least = map(int, sys.argv[4:6])
    brief = "--brief" in sys.argv
    calls, wrong = ladders(dissect(path, port, "sip", SIP_FIELDS), port, brief)
    streams, bad_media = figures(dissect(path, port, "rtp", RTP_FIELDS), range(first, last + 1), least)
    wrong += bad_media
    malformed = len(dissect(path, port, "_ws.malformed", ["frame.number"]))
    print(f"tshark: {calls} calls, {streams} media ports, {malformed} malformed packets")
    if calls != expected or streams != expected:
        wrong.append(f"{expected} calls with media were expected")
    if malformed:
        wrong.append(f"{malformed} malformed packets")
    for complaint in wrong[:20]:
        print(f"demo: {complaint}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
