// SPDX-License-Identifier: MIT
#include "lang/bytecode/disasm.h"

void bc_disasm(const BcModule *m, Buf *out)
{
    (void)m;
    (void)out;
}
