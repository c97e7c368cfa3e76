// SPDX-License-Identifier: MIT
// Is a module such that running it cannot reach outside its registers, constants and code? The
// compiler's always are (debug builds look); those read from images must be.
#ifndef MDH_LANG_BYTECODE_VERIFY_H
#define MDH_LANG_BYTECODE_VERIFY_H

#include "base/buf.h"
#include "lang/bytecode/proto.h"

#define BC_MAX_REGISTERS 256
#define BC_MAX_CAPTURED 255
#define BC_MAX_NESTING 1200   // functions in functions

// False: `why` (may be NULL) says what is wrong and where. *no_memory (may be NULL) tells whether
// it is only that there was no memory for looking.
bool bc_verify(const BcModule *m, Buf *why, bool *no_memory);
#endif
