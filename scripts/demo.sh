#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `make demo`: starts the SIP and RTP echo server on loopback, calls it with the caller written in
# mdhavers and with sipp, records everything with tshark, prints the ladders and the RTP figures.
# Exit status 0 only if all of it was right. Needs sipp and tshark, and the right to record (root).
#   scripts/demo.sh [--brief]     MDH_ECHO_BREAK=via|cseq|totag|octet breaks the server (demo_selftest.sh)
# With NATIVE=1 server and caller are built first and run by themselves.
set -euo pipefail
cd "$(dirname "$0")/.."
mdhavers=${MDHAVERS:-$PWD/build/bin/mdhavers}
showcases=$PWD/examples/showcases
seconds=3
brief=${1:-}
failures=0
run=$(mktemp -d)
started=()

finish() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$run"
}
trap finish EXIT

wrong() {
    echo "demo: $*" >&2
    failures=$((failures + 1))
}

give_up() {
    wrong "$@"
    exit 1
}

# Waits until a command succeeds, six seconds at most.
until_true() {
    for _ in $(seq 120); do
        "$@" && return 0
        sleep 0.05
    done
    return 1
}

for tool in sipp tshark; do
    command -v "$tool" >/dev/null || give_up "$tool is missing: scripts/setup.sh demo"
done

server_program=("$mdhavers" run "$showcases/sip_rtp_echo.braw" --)
call_program=("$mdhavers" run "$showcases/sip_call.braw" --)
if [[ ${NATIVE:-} == 1 ]]; then
    for name in sip_rtp_echo sip_call; do
        "$mdhavers" build "$showcases/$name.braw" -o "$run/$name" >"$run/build.log" 2>&1 ||
            give_up "$name does not build: $(cat "$run/build.log")"
    done
    server_program=("$run/sip_rtp_echo")
    call_program=("$run/sip_call")
fi

# Free ports: the system chooses the SIP port; a range of RTP ports by chance, so that two demos at once
# do not record each other. The server takes the next free one of it for each call.
media=$((10000 + 100 * (RANDOM % 100)))
range=$media-$((media + 98))
timeout 50 "${server_program[@]}" --sip 127.0.0.1:0 --rtp-ports "$range" \
    --calls 3 >"$run/server.log" 2>&1 &
server=$!
started+=("$server")
until_true grep -q '^listenin' "$run/server.log" || {
    cat "$run/server.log" >&2
    give_up "the server did not start"
}
port=$(sed -n 's/^listenin SIP udp 127\.0\.0\.1:\([0-9]*\),.*/\1/p' "$run/server.log")

timeout 50 tshark -q -i lo -f "udp port $port or udp portrange $range" -w "$run/demo.pcap" 2>"$run/tshark.log" &
tshark=$!
started+=("$tshark")
until_true test -s "$run/demo.pcap" || {
    cat "$run/tshark.log" >&2
    give_up "tshark cannot record on loopback"
}

# Three calls at once: ours, ours with a late ACK (the server must repeat its 200), sipp's.
head -c $((seconds * 8000)) /dev/urandom >"$run/tone.ulaw"
timeout 30 "${call_program[@]}" --sip "127.0.0.1:$port" --seconds $seconds \
    >"$run/call.log" 2>&1 &
first=$!
timeout 30 "${call_program[@]}" --sip "127.0.0.1:$port" --seconds $seconds \
    --user hamish --late-ack 700 >"$run/late.log" 2>&1 &
second=$!
(cd "$run" && timeout 30 sipp "127.0.0.1:$port" -sf "$OLDPWD/interop/scen/echo_call.xml" -s echo -i 127.0.0.1 \
    -mi 127.0.0.1 -mp 21000 -m 1 -nostdin -trace_err -error_file sipp.err) >"$run/sipp.log" 2>&1 &
third=$!
started+=("$first" "$second" "$third")
wait "$first" || wrong "sip_call.braw: $(tail -n 1 "$run/call.log")"
wait "$second" || wrong "sip_call.braw --late-ack: $(tail -n 1 "$run/late.log")"
wait "$third" || wrong "sipp: $(tail -n 1 "$run/sipp.err" 2>/dev/null || tail -n 1 "$run/sipp.log")"

# The server ends after the third call; a failed one it cannot know of is ended here.
((failures)) && kill -INT "$server" 2>/dev/null
wait "$server" || wrong "the server ended with status $?"
grep -q ', faults 0$' "$run/server.log" || wrong "the server had faults of its own"
sleep 0.5 # what dumpcap still holds
kill -INT "$tshark" 2>/dev/null || true
wait "$tshark" || true

if [[ $brief != --brief ]]; then
    echo "--- the server"
    cat "$run/server.log"
    echo "--- the caller"
    cat "$run/call.log"
fi
scripts/demo_check.py "$run/demo.pcap" "$port" "$range" 3 140 ${brief:+"$brief"} || wrong "the recording is not right"
if ((failures)); then
    echo "demo: $failures things were wrong" >&2
    exit 1
fi
echo "demo${NATIVE:+ (native)}: three calls, registered, answered, echoed bit-exact and hung up; nothing malformed."
