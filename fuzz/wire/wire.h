// SPDX-License-Identifier: MIT
// Fuzzing what is written in the language: the interpreter runs once, a file of checks beside this
// one exports `check(octets)`, every input is one call of it. What it throws is a finding.
#ifndef MDH_FUZZ_WIRE_H
#define MDH_FUZZ_WIRE_H

#include <stddef.h>
#include <stdint.h>

// The largest datagram and a little more; longer inputs are left alone.
#define WIRE_MAX_INPUT 70000

// One input for the checks of fuzz/wire/check_<name>.braw, which may take at most
// `fixed + per_octet * size` instructions of the interpreter: work grows with the input, no faster.
void wire_check(const char *name, const uint8_t *data, size_t size, uint64_t fixed,
                uint64_t per_octet);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
