#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `make interop`: SIP programs of other people against our echo server, on loopback. One line for each
# (peer, scenario): ok, FAIL or skip with the reason. STRICT=1: a skip fails as well.
# `scripts/setup.sh --interop` installs the peers.
#   interop/run.sh [REGEX on "peer scenario"]
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
root=$PWD
mdhavers=${MDHAVERS:-$root/build/bin/mdhavers}
regex=${1:-.}
run=$(mktemp -d)
passed=0 failed=0 skipped=0
started=()

finish() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null; done
    rm -rf "$run"
}
trap finish EXIT

until_true() {
    for _ in $(seq 120); do
        "$@" && return 0
        sleep 0.05
    done
    return 1
}

"$mdhavers" run examples/showcases/sip_rtp_echo.braw -- --sip 127.0.0.1:0 >"$run/server.log" 2>&1 &
server=$!
started+=("$server")
until_true grep -q '^listenin' "$run/server.log" || {
    cat "$run/server.log"
    exit 1
}
port=$(sed -n 's/^listenin SIP udp 127\.0\.0\.1:\([0-9]*\),.*/\1/p' "$run/server.log")

recording=
if command -v tshark >/dev/null; then
    timeout 300 tshark -q -i lo -f "udp port $port or udp portrange 4000-4999" -w "$run/all.pcap" 2>"$run/tshark.log" &
    tshark=$!
    started+=("$tshark")
    until_true test -s "$run/all.pcap" && recording=yes
fi

sipp_runs() { # SCENARIO PORT [more options]
    local scenario=$1 own=$2
    shift 2
    timeout 20 sipp "127.0.0.1:$port" -sf "$root/interop/scen/$scenario.xml" -s echo -i 127.0.0.1 -mi 127.0.0.1 -p "$own" \
        -nostdin "$@"
}

# --- the scenarios: scenario_PEER_NAME; the first word after scenario_ is the program --------------

scenario_sipsak_options() { timeout 20 sipsak -vv -s "sip:ping@127.0.0.1:$port"; }
scenario_sipsak_register() { timeout 20 sipsak -vvv -i -U -s "sip:alice@127.0.0.1:$port" -C sip:alice@127.0.0.1:6099 -x 60; }
scenario_sipp_options() { sipp_runs options 6172 -m 10 -r 10; }
scenario_sipp_register() { sipp_runs register 6175 -m 20 -r 20; }
scenario_sipp_calls() { sipp_runs uac_call 6178 -mp 26010 -m 20 -r 10 -d 200; }
scenario_sipp_echo() {
    head -c 24000 /dev/urandom >tone.ulaw
    sipp_runs echo_call 6180 -mp 26050 -m 1
}
scenario_baresip_echo() {
    tone_wav
    mkdir -p baresip
    sed "s#@RUN@#$run#" "$root/interop/baresip/config" >baresip/config
    cp "$root/interop/baresip/accounts" "$root/interop/baresip/contacts" baresip/
    mkfifo stdin 2>/dev/null # baresip ends with its standard input
    timeout 8 baresip -f baresip -e "/dial sip:echo@127.0.0.1:$port" -t 4 <>stdin
    grep -qi 'bitrate\|established' "$log" || { echo "not established"; return 1; }
    calls_with_media 'baresip'
}
scenario_linphonec_echo() {
    mkdir -p home/.local/share/linphone
    tone_wav
    printf '[sip]\nsip_port=6197\nsip_tcp_port=0\nsip_tls_port=0\nuse_ipv6=0\nguess_hostname=0\ncontact=sip:l@127.0.0.1:6197\n[net]\nmtu=1300\n' >linphonerc
    (
        sleep 1
        echo 'soundcard use files'
        echo "play $run/tone8k.wav"
        sleep 0.5
        echo "call sip:echo@127.0.0.1:$port"
        sleep 3
        echo terminate
        sleep 1
        echo quit
    ) | HOME=$run/home timeout 14 linphonec -c linphonerc
    grep -qiE 'connected|media streams established' "$log" || { echo "call not connected"; return 1; }
    calls_with_media 'linphonec'
}
media_through_echo() { mkdir -p "media.$1" && timeout 20 "$root/interop/media_peer.py" "$1" "$port" "$run/media.$1"; }
scenario_ffmpeg_echo() { media_through_echo ffmpeg; }
scenario_gst-launch-1.0_echo() { media_through_echo gst-launch-1.0; }
scenario_tshark_malformed() {
    [[ -n $recording ]] || { echo "no right to record on loopback"; return 77; }
    local bad
    bad=$(tshark -r "$run/all.pcap" -d "udp.port==$port,sip" -Y _ws.malformed 2>/dev/null | wc -l)
    tshark -r "$run/all.pcap" -d "udp.port==$port,sip" -q -z sip,stat
    ((bad == 0)) || { echo "$bad malformed packets"; return 1; }
}

# Did the server echo RTP in its last call?
calls_with_media() {
    sleep 0.3
    local line
    line=$(grep ' end ' "$run/server.log" | tail -n 1)
    echo "$line"
    [[ $line =~ ([0-9]+)\ echoed ]] && ((BASH_REMATCH[1] >= 50)) || { echo "$1 got no echo: $line"; return 1; }
}

tone_wav() {
    [[ -f tone8k.wav ]] || python3 - <<'P'
import math, struct, wave
w = wave.open("tone8k.wav", "wb")
w.setnchannels(1), w.setsampwidth(2), w.setframerate(8000)
w.writeframes(b"".join(struct.pack("<h", int(8000 * math.sin(i * 2 * math.pi * 440 / 8000))) for i in range(40000)))
P
}

check() { # PEER SCENARIO
    local peer=$1 scenario=$2 status
    [[ "$peer $scenario" =~ $regex ]] || return 0
    log=$run/$peer.$scenario.log
    if ! command -v "$peer" >/dev/null; then
        echo "skip $peer $scenario: $peer is not installed"
        skipped=$((skipped + 1))
        return 0
    fi
    (cd "$run" && "scenario_${peer}_$scenario") >"$log" 2>&1 &
    local job=$!
    (
        sleep 25
        kill "$job"
    ) >/dev/null 2>&1 &
    local alarm=$!
    wait "$job"
    status=$?
    kill "$alarm" 2>/dev/null
    wait "$alarm" 2>/dev/null
    case $status in
    0) echo "ok   $peer $scenario"; passed=$((passed + 1)) ;;
    77) echo "skip $peer $scenario: $(tail -n 1 "$log")"; skipped=$((skipped + 1)) ;;
    *) echo "FAIL $peer $scenario: $(tail -n 1 "$log" | tr -cd '[:print:]' | cut -c1-150)"; failed=$((failed + 1)) ;;
    esac
}

check sipsak options
check sipsak register
check sipp options
check sipp register
check sipp calls
check sipp echo
check baresip echo
check linphonec echo
check ffmpeg echo
check gst-launch-1.0 echo
if [[ -n $recording ]]; then # its process is a child of this shell, so it is asked here
    sleep 0.5
    kill -INT "$tshark"
    wait "$tshark"
fi
check tshark malformed

kill -INT "$server"
if wait "$server" && grep -q ', faults 0$' "$run/server.log"; then
    echo "ok   server ended in order, no faults"
    passed=$((passed + 1))
else
    echo "FAIL server: $(tail -n 1 "$run/server.log")"
    failed=$((failed + 1))
fi
echo "interop: $passed passed, $failed failed, $skipped skipped"
((failed == 0)) || exit 1
[[ ${STRICT:-0} != 1 ]] || ((skipped == 0))
