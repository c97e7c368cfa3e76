// SPDX-License-Identifier: MIT
// What the variables of a module are for good: functions and classes that are defined once, at
// top level, and that nothing assigns to. Such a variable, once it is set, holds that.
#include <string.h>

#include "lang/aot/infer.h"

static uint32_t count(const BcProto *p)
{
    uint32_t n = 1;
    for (uint32_t i = 0; i < p->protos.len; i++) n += count(p->protos.items[i]);
    return n;
}

static uint32_t function_index(const BcProto *main, uint32_t child)
{
    uint32_t index = 1;
    for (uint32_t c = 0; c < child; c++) index += count(main->protos.items[c]);
    return index;
}

// The top level, read from its start: what the registers hold along straight code.
typedef struct Top {
    Infer *in;
    const InferFn *fn;
    uint32_t *stores;        // per variable: definitions and assignments, these counting double
    uint32_t child[256];     // NEWFN's function + 1
    uint32_t from[256];      // GETG's variable + 1
    uint32_t kin[256];       // KIN's number + 1
} Top;

static void forget(Top *top)
{
    memset(top->child, 0, sizeof top->child);
    memset(top->from, 0, sizeof top->from);
    memset(top->kin, 0, sizeof top->kin);
}

// Is the instruction reached by everything that comes after it?
static bool always_passed(const InferFn *fn, uint32_t at)
{
    const BcProto *p = fn->p;
    for (uint32_t i = 0; i < p->handlers.len; i++)
        if (p->handlers.items[i].start <= at && at < p->handlers.items[i].end) return false;
    for (uint32_t i = 0; i < at; i += bc_op_length(p, p->code.items + i)) {
        const char *more = bc_op_extra(BC_OP(p->code.items[i])), *j = strchr(more, 'j');
        if (!j) continue;
        uint32_t word = i + 1 + (uint32_t)(j - more);
        uint32_t to = word + 1 + p->code.items[word];
        if (to > at && to <= p->code.len) return false;
    }
    return true;
}

static void make_kin(Top *top, uint32_t at)
{
    const BcProto *p = top->fn->p;
    uint32_t a = BC_A(p->code.items[at]), i = p->code.items[at + 1];
    const BcKin *kin = &p->kins.items[i];
    KnownKin *known = &top->in->kins[i];
    for (uint32_t m = 0; m < kin->n_methods && a + 1 + m < 256; m++) {
        if (!top->child[a + 1 + m]) continue;
        known->methods[m] = function_index(p, top->child[a + 1 + m] - 1);
        top->in->fns[known->methods[m]].kin = i;
    }
    if (top->from[a]) known->super = top->from[a] - 1;
}

static void define(Top *top, uint32_t at)
{
    const BcProto *p = top->fn->p;
    uint32_t a = BC_A(p->code.items[at]), g = p->code.items[at + 1];
    if (g >= top->in->m->n_own) return;
    if (top->child[a]) {
        top->in->globals[g] = (KnownGlobal){WHAT_FUNCTION, function_index(p, top->child[a] - 1)};
    } else if (top->kin[a] && always_passed(top->fn, at)) {
        top->in->globals[g] = (KnownGlobal){WHAT_CLASS, top->kin[a] - 1};
        top->in->kins[top->kin[a] - 1].global = g;
    }
}

static void read_top(Top *top)
{
    const BcProto *p = top->fn->p;
    for (uint32_t at = 0; at < p->code.len; at += bc_op_length(p, p->code.items + at)) {
        uint32_t w = p->code.items[at], r;
        if (top->fn->leads[at]) forget(top);
        if (BC_OP(w) == OP_DEFG) define(top, at);
        if (BC_OP(w) == OP_KIN) make_kin(top, at);
        if (bc_op_operands(BC_OP(w))[0] == 'x') forget(top);
        if (!writes_register(w, &r)) continue;
        top->child[r] = BC_OP(w) == OP_NEWFN ? BC_BX(w) + 1 : 0;
        top->from[r] = BC_OP(w) == OP_GETG ? p->code.items[at + 1] + 1 : 0;
        top->kin[r] = BC_OP(w) == OP_KIN ? p->code.items[at + 1] + 1 : 0;
    }
}

static void count_stores(Top *top)
{
    const Infer *in = top->in;
    for (uint32_t i = 0; i < in->n_fns; i++) {
        const BcProto *p = in->fns[i].p;
        for (uint32_t at = 0; at < p->code.len; at += bc_op_length(p, p->code.items + at)) {
            Opcode op = BC_OP(p->code.items[at]);
            if (op == OP_DEFG) top->stores[p->code.items[at + 1]]++;
            if (op == OP_SETG) top->stores[p->code.items[at + 1]] += 2;
            for (uint32_t g = 0; op == OP_IMPORT && g < in->m->globals.len; g++)
                top->stores[g] += 2;
        }
    }
}

bool known_find(Infer *in, bool (*stored_elsewhere)(void *ctx, Slice name), void *ctx)
{
    const BcProto *main = in->fns[0].p;
    Top *top = ARENA_NEW(in->arena, Top);
    uint32_t n = in->m->globals.len;
    in->kins = arena_alloc_array(in->arena, main->kins.len + 1, sizeof *in->kins);
    if (!top || !in->kins) return false;
    *top = (Top){.in = in, .fn = &in->fns[0]};
    top->stores = arena_alloc_array(in->arena, n + 1, sizeof *top->stores);
    if (!top->stores) return false;
    for (uint32_t i = 0; i < main->kins.len; i++) {
        uint32_t methods = main->kins.items[i].n_methods;
        in->kins[i] = (KnownKin){.global = UINT32_MAX, .super = UINT32_MAX};
        in->kins[i].methods = arena_alloc_array(in->arena, methods + 1, sizeof(uint32_t));
        if (!in->kins[i].methods) return false;
    }
    read_top(top);
    count_stores(top);
    for (uint32_t g = 0; g < n; g++)
        if (top->stores[g] != 1 || stored_elsewhere(ctx, in->m->globals.items[g].name))
            in->globals[g] = (KnownGlobal){0};
    for (uint32_t i = 0; i < main->kins.len; i++) {
        uint32_t g = in->kins[i].global;
        if (g != UINT32_MAX && in->globals[g].what != WHAT_CLASS) in->kins[i].global = UINT32_MAX;
    }
    return true;
}

uint32_t infer_method(const Infer *in, uint32_t kin, Slice name)
{
    const BcProto *main = in->fns[0].p;
    for (uint32_t depth = 0; depth < 64; depth++) {
        const BcKin *k = &main->kins.items[kin];
        for (uint32_t m = k->n_methods; m-- > 0;) // of two with one name the later wins
            if (slice_eq(main->consts.items[k->first_method_k + m].s, name))
                return in->kins[kin].methods[m];
        uint32_t super = in->kins[kin].super;
        if (super == UINT32_MAX || in->globals[super].what != WHAT_CLASS) return 0;
        kin = in->globals[super].ref;
    }
    return 0;
}
