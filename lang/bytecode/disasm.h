// SPDX-License-Identifier: MIT
// A readable listing of a module: each function with its instructions, constants written out,
// jumps as targets, captured variables, handlers. Safe on modules that bc_verify accepts.
#ifndef MDH_LANG_BYTECODE_DISASM_H
#define MDH_LANG_BYTECODE_DISASM_H

#include "base/buf.h"
#include "lang/bytecode/proto.h"

void bc_disasm(const BcModule *m, Buf *out);

// One instruction without its newline, for tests and traces.
void bc_disasm_instruction(const BcModule *m, const BcProto *p, uint32_t at, Buf *out);
#endif
