// SPDX-License-Identifier: MIT
// What abi/opcodes.def says of each instruction, as tables; and a module's end.
#include <string.h>

#include "lang/bytecode/proto.h"

static const struct {
    const char *name, *operands, *extra, *doc;
} ops[] = {
#define OP(name, operands, extra, doc) {#name, operands, extra, doc},
#include "abi/opcodes.def"
#undef OP
};

const char *bc_op_name(Opcode op) { return op < OP_COUNT ? ops[op].name : "?"; }
const char *bc_op_operands(Opcode op) { return op < OP_COUNT ? ops[op].operands : "---"; }
const char *bc_op_extra(Opcode op) { return op < OP_COUNT ? ops[op].extra : ""; }
const char *bc_op_doc(Opcode op) { return op < OP_COUNT ? ops[op].doc : ""; }

uint32_t bc_op_length(const BcProto *p, const uint32_t *code)
{
    Opcode op = BC_OP(*code);
    if (op >= OP_COUNT) return 1;
    if (op == OP_NEWFN) {
        uint32_t i = BC_BX(*code);
        return 1 + (i < p->protos.len ? p->protos.items[i]->nups : 0);
    }
    return 1 + (uint32_t)strlen(ops[op].extra);
}

void bc_module_free(BcModule *m)
{
    if (m) arena_free(m->arena);
}
