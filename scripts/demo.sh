#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `make demo`: runs the showcase that exists today and checks what it prints, line by line. The SIP and
# RTP echo server, the real demonstration, comes with sockets.
set -euo pipefail
cd "$(dirname "$0")/.."
mdhavers=build/bin/mdhavers
program=examples/hello.braw
expected=examples/hello.expected

"$mdhavers" --version
echo "--- $program"
cat "$program"
echo "--- mdhavers run $program"
output=$("$mdhavers" run "$program")
echo "$output"
echo "---"
if [[ $output == "$(cat "$expected")" ]]; then
    echo "demo: every line as expected. (The language, interpreted; SIP and RTP are not there yet.)"
else
    echo "demo: the output differs from $expected" >&2
    diff <(echo "$output") "$expected" >&2 || true
    exit 1
fi
