// SPDX-License-Identifier: MIT
// Which registers are still read after each point of a function: only those have to be carried
// from one representation to another.
#include <string.h>

#include "lang/aot/infer.h"

static void add_range(RegSet *s, uint32_t first, uint32_t n)
{
    for (uint32_t i = 0; i < n && first + i < 256; i++) regset_add(s, first + i);
}

// Registers that are read beyond those which the operands name one by one.
static void add_more_reads(const BcProto *p, uint32_t at, RegSet *s)
{
    const uint32_t *words = p->code.items;
    uint32_t w = words[at], a = BC_A(w), b = BC_B(w), c = BC_C(w);
    switch (BC_OP(w)) {
    case OP_CONCAT: case OP_NEWLIST: case OP_APPEND: case OP_DICTK: case OP_LOG:
        add_range(s, b, c);
        break;
    case OP_RANGE: case OP_UNSTASH: add_range(s, b, 2); break;
    case OP_SLICE: add_range(s, b, 4); break;
    case OP_FORPREP: add_range(s, a, 2); break;
    case OP_FORLOOP: case OP_ITERNEXT: add_range(s, a, 3); break;
    case OP_STASH: add_range(s, a, b); break;
    case OP_CALL: add_range(s, a, 1 + b); break;
    case OP_CALLG: case OP_CALLB: add_range(s, a + 1, b); break;
    case OP_CALLM: add_range(s, a + 1, b + 1); break;
    case OP_CALLA: add_range(s, a, b + 2); break;
    case OP_CALLX: add_range(s, a, 3 + c); break;
    case OP_KIN: add_range(s, a, 1 + p->kins.items[words[at + 1]].n_methods); break;
    case OP_NEWFN:
        for (uint32_t i = 0; i < p->protos.items[BC_BX(w)]->nups; i++) {
            uint32_t kind = BC_UP_KIND(words[at + 1 + i]);
            if (kind == BC_UP_REG || kind == BC_UP_ROOM) regset_add(s, words[at + 1 + i] & 255);
        }
        break;
    default: break;
    }
}

bool writes_register(uint32_t w, uint32_t *r)
{
    *r = BC_A(w);
    switch (BC_OP(w)) {
    case OP_CALL: case OP_CALLG: case OP_CALLB: case OP_CALLM: case OP_CALLA: case OP_CALLX:
    case OP_KIN: case OP_DGET:
        return true;
    case OP_HASKEY: return false; // only where it falls through
    default: return bc_op_operands(BC_OP(w))[0] == 'd';
    }
}

static void step_back(const BcProto *p, uint32_t at, RegSet *s)
{
    uint32_t w = p->code.items[at], r;
    const char *operands = bc_op_operands(BC_OP(w));
    if (writes_register(w, &r)) s->bits[r >> 6] &= ~(UINT64_C(1) << (r & 63));
    for (int i = 0; i < 3; i++)
        if (operands[i] == 's' || operands[i] == 'x') regset_add(s, w >> (8 + 8 * i) & 255);
    add_more_reads(p, at, s);
}

static bool ends(Opcode op)
{
    switch (op) {
    case OP_JMP: case OP_LOOP: case OP_FORPREP: case OP_ITERPREP: case OP_RET: case OP_RETNIL:
    case OP_HURL: case OP_ASSERT: case OP_STRAY: case OP_RETHROW: case OP_NOMATCH:
        return true;
    default: return false;
    }
}

static void add_all(RegSet *to, const RegSet *from)
{
    for (int i = 0; i < 4; i++) to->bits[i] |= from->bits[i];
}

// What is live after the instruction: at its ways on, and at the handler that may take over.
static RegSet live_after(const InferFn *fn, uint32_t at, uint32_t next)
{
    const BcProto *p = fn->p;
    uint32_t w = p->code.items[at];
    const char *more = bc_op_extra(BC_OP(w)), *j = strchr(more, 'j');
    RegSet s = {{0}};
    if (!ends(BC_OP(w))) add_all(&s, &fn->live[next]);
    if (j) {
        uint32_t word = at + 1 + (uint32_t)(j - more);
        add_all(&s, &fn->live[word + 1 + p->code.items[word]]);
    }
    return s;
}

static void add_handler(const InferFn *fn, uint32_t at, RegSet *s)
{
    for (uint32_t i = 0; i < fn->p->handlers.len; i++) {
        const BcHandler *h = &fn->p->handlers.items[i];
        if (at < h->start || at >= h->end) continue;
        add_all(s, &fn->live[h->target]);
        return;
    }
}

bool liveness(Infer *in, InferFn *fn)
{
    const BcProto *p = fn->p;
    uint32_t n = 0, *starts = arena_alloc_array(in->arena, p->code.len + 1, sizeof *starts);
    fn->live = arena_alloc_array(in->arena, p->code.len + 1, sizeof *fn->live);
    if (!starts || !fn->live) return false;
    for (uint32_t at = 0; at < p->code.len; at += bc_op_length(p, p->code.items + at))
        starts[n++] = at;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = n; i-- > 0;) {
            uint32_t at = starts[i], next = i + 1 < n ? starts[i + 1] : p->code.len;
            RegSet s = live_after(fn, at, next);
            step_back(p, at, &s);
            add_handler(fn, at, &s);
            if (memcmp(&s, &fn->live[at], sizeof s) == 0) continue;
            fn->live[at] = s;
            changed = true;
        }
    }
    for (uint32_t i = 0; i < p->handlers.len; i++) {
        add_all(&fn->pinned, &fn->live[p->handlers.items[i].target]);
        regset_add(&fn->pinned, p->handlers.items[i].reg);
    }
    return true;
}
