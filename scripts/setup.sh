#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs the Debian packages that are missing, and says which. Quick, silent and without root when
# there is nothing to do.
#   scripts/setup.sh [build] [demo] [test] [bench] [interop]   default: build
#   scripts/setup.sh --interop                             the same as build test interop
set -euo pipefail

build=(make cmake ninja-build gcc libc6-dev libgc-dev libpcre2-dev libedit-dev libc-ares-dev libssl-dev python3
    llvm-19-dev clang-19 lld)
test=("${build[@]}" clang libclang-rt-14-dev llvm git knot)
bench=(gcc golang-go lua5.4 luajit python3 nodejs erlang-base)
demo=(sip-tester tshark)
interop=(sipsak sip-tester baresip-core linphone-cli ffmpeg tshark
    gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good)

wanted=()
for group in "${@:-build}"; do
    case $group in
    build) wanted+=("${build[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    demo) wanted+=("${demo[@]}") ;;
    bench) wanted+=("${bench[@]}") ;;
    interop) wanted+=("${interop[@]}") ;;
    --interop) wanted+=("${test[@]}" "${interop[@]}") ;;
    *) echo "usage: scripts/setup.sh [build] [demo] [test] [bench] [interop]" >&2; exit 2 ;;
    esac
done

# A command that is there, however it came there, is as good as its package.
is_there() {
    case $1 in
    make | gcc | cmake | clang | clang-19 | git | python3 | luajit | tshark | sipsak | ffmpeg)
        command -v "$1" >/dev/null && return 0 ;;
    lld) command -v ld.lld >/dev/null && return 0 ;;
    ninja-build) command -v ninja >/dev/null && return 0 ;;
    nodejs) command -v node >/dev/null && return 0 ;;
    golang-go) command -v go >/dev/null && return 0 ;;
    erlang-base) command -v erlc >/dev/null && return 0 ;;
    sip-tester) command -v sipp >/dev/null && return 0 ;;
    knot) [[ -x /usr/sbin/knotd ]] && return 0 ;;
    llvm) compgen -c llvm-symbolizer >/dev/null && return 0 ;;
    esac
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

missing=()
for package in $(printf '%s\n' "${wanted[@]}" | sort -u); do
    is_there "$package" || missing+=("$package")
done
((${#missing[@]})) || exit 0

if ! command -v apt-get >/dev/null; then
    echo "setup: no apt-get here; please install what corresponds to: ${missing[*]}" >&2
    exit 1
fi
as_root=()
if ((EUID != 0)); then
    command -v sudo >/dev/null || {
        echo "setup: these packages are missing, and there is no sudo: ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi
echo "setup: installing ${missing[*]}"
quietly=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive) # sudo would drop an exported one
"${quietly[@]}" apt-get update -q >/dev/null
# Without LLVM everything but the native compiler is built, so a system that lacks it is no failure.
for package in llvm-19-dev clang-19; do
    [[ " ${missing[*]} " == *" $package "* ]] || continue
    apt-cache show "$package" >/dev/null 2>&1 && continue
    echo "setup: there is no $package here; mdhavers build will not work" >&2
    missing=("${missing[@]/#$package/}")
done
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | grep .)
((${#missing[@]})) || exit 0
"${quietly[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
# The tests start a name server of their own; the package's service is not wanted.
if [[ " ${missing[*]} " == *" knot "* ]] && command -v systemctl >/dev/null; then
    "${as_root[@]}" systemctl disable --now knot >/dev/null 2>&1 || true
fi
