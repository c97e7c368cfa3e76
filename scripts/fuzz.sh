#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# scripts/fuzz.sh [seconds]: every fuzzer for that long, and as long programs in both back ends.
set -euo pipefail
cd "$(dirname "$0")/.."
exec tests/run_all.py --seconds-each "${1:-1800}" build-fuzz fuzz build diff-fuzz-long
