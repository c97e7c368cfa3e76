#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `make demo-selftest`: does the demo notice a broken server? One thing is broken at a time, and the demo
# must fail and name it. Then single rules of the RFCs, and a while of garbage from the network, that must end nothing.
#   scripts/demo_selftest.sh [SECONDS of garbage, 60]
set -euo pipefail
cd "$(dirname "$0")/.."
export MDHAVERS=${MDHAVERS:-$PWD/build/bin/mdhavers}
failures=0

# What the demo says when the one thing is wrong.
declare -A complaint=([via]='Via' [cseq]='CSeq' [totag]='To tag' [octet]='echoes are right')

output=$(scripts/demo.sh --brief 2>&1) || {
    echo "$output"
    echo "demo-selftest: the demo itself fails" >&2
    exit 1
}
echo "ok   demo of the unbroken server passes"
for thing in via cseq totag octet; do
    if output=$(MDH_ECHO_BREAK=$thing scripts/demo.sh --brief 2>&1); then
        echo "FAIL demo passes with a broken $thing"
        failures=$((failures + 1))
    elif ! grep -q "${complaint[$thing]}" <<<"$output"; then
        echo "FAIL demo fails with a broken $thing, but for another reason:"
        echo "$output"
        failures=$((failures + 1))
    else
        echo "ok   broken $thing is noticed: $(grep -m 1 "${complaint[$thing]}" <<<"$output")"
    fi
done
tests/echo_rules.py "$MDHAVERS" || failures=$((failures + 1))
tests/echo_attacks.py "$MDHAVERS" || failures=$((failures + 1))
tests/fuzz_echo.py "$MDHAVERS" --seconds "${1:-60}" || failures=$((failures + 1))
((failures == 0))
