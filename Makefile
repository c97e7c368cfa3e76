# SPDX-License-Identifier: MIT
# The front door. The build itself is CMake + Ninja (CMakePresets.json); this only names the usual errands.
PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?=
BUILD = cmake --build $(1) $(if $(JOBS),-j $(JOBS))

.PHONY: all setup build test demo demo-selftest interop bench fuzz asan tsan soak docs install hooks lint format clean help

all: build

build:
	@test -f build/build.ninja || cmake --preset release
	@$(call BUILD,build)

setup:
	@scripts/setup.sh

test:
	@scripts/setup.sh test
	@tests/run_all.py

demo:
	@scripts/setup.sh build demo
	@$(MAKE) --no-print-directory build
	@NATIVE=$(NATIVE) scripts/demo.sh

demo-selftest:
	@scripts/setup.sh build demo
	@$(MAKE) --no-print-directory build
	@scripts/demo_selftest.sh

interop:
	@scripts/setup.sh build
	@$(MAKE) --no-print-directory build
	@interop/run.sh

bench:
	@scripts/setup.sh build bench
	@$(MAKE) --no-print-directory build
	@bench/run.py
	@bench/udp.py
	@bench/threads.py
	@bench/shards.py
	@bench/compile.py

fuzz:
	@scripts/setup.sh test
	@scripts/fuzz.sh $(or $(SECONDS_EACH),1800)

asan:
	@scripts/setup.sh test
	@tests/run_all.py lint build-asan unit-asan golden-asan failing shapes-asan

tsan:
	@scripts/setup.sh test
	@tests/run_all.py build-tsan unit-tsan

soak:
	@scripts/setup.sh test
	@tests/run_all.py --soak

docs: build
	@scripts/gen_docs.py

install: build
	@DESTDIR=$(DESTDIR) cmake --install build --prefix $(PREFIX)

hooks:
	@ln -sf ../../scripts/pre-commit .git/hooks/pre-commit && echo "pre-commit hook installed"

lint:
	@scripts/lint.py && scripts/floors.py

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	@rm -rf build build-*/

help:
	@echo "make            build/bin/mdhavers, optimised"
	@echo "make demo       a SIP and RTP server at work: our calls, sipp's calls, tshark's verdict; NATIVE=1"
	@echo "make demo-selftest   the demo notices a broken server; a minute of garbage ends nothing"
	@echo "make interop    real SIP programs against the server; STRICT=1 fails on a skip"
	@echo "make test       everything that must hold, about ten minutes"
	@echo "make bench      against C, Go, Lua, LuaJIT, Python, Node, Erlang -> bench/RESULTS.md"
	@echo "make fuzz       each fuzzer for SECONDS_EACH (1800)"
	@echo "make asan tsan soak lint docs format hooks clean"
	@echo "make install PREFIX=/usr/local DESTDIR="
