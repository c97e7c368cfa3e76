// SPDX-License-Identifier: MIT
// How often code runs. Putting the usual case of an instruction in place of its call makes code
// quick and compiling slow; where code runs once, or after a wrong guess, the call stays.
//
// The top level runs once, and so does a function that is only called from such code outside
// loops, by its name. Loops within are another matter.
#include <string.h>

#include "lang/aot/gen.h"

#define MANY_CALLS 4         // places; a function called from more is not counted as run once
#define MANY_ROUNDS 64

// Words between a jump back and where it leads to.
static uint8_t *find_loops(Gen *g, const BcProto *p)
{
    uint8_t *looped = arena_alloc_array(g->arena, p->code.len + 1, 1);
    if (!looped) return NULL;
    for (uint32_t at = 0; at < p->code.len; at += bc_op_length(p, p->code.items + at)) {
        const char *more = bc_op_extra(BC_OP(p->code.items[at])), *j = strchr(more, 'j');
        if (!j) continue;
        uint32_t word = at + 1 + (uint32_t)(j - more), to = word + 1 + p->code.items[word];
        if (to <= at) memset(looped + to, 1, at - to + 1);
    }
    return looped;
}

// Does another module of the program know the variable?
static bool seen_elsewhere(const ModGen *mg, uint32_t global)
{
    Slice name = mg->m->bc->globals.items[global].name;
    for (uint32_t i = 0; i < mg->g->program->n_modules; i++) {
        const BcModule *bc = mg->g->program->modules[i].bc;
        for (uint32_t k = bc->n_own; bc != mg->m->bc && k < bc->globals.len; k++)
            if (slice_eq(bc->globals.items[k].name, name)) return true;
    }
    return false;
}

// Counts into calls[] per variable: each call that runs once as one, all else as too many.
static void count_mentions(const FnPlan *plan, uint32_t *calls)
{
    const BcProto *p = plan->p;
    for (uint32_t at = 0; at < p->code.len; at += bc_op_length(p, p->code.items + at)) {
        Opcode op = BC_OP(p->code.items[at]);
        if (op != OP_CALLG && op != OP_GETG) continue;
        bool once = op == OP_CALLG && plan->looped && !plan->looped[at];
        calls[p->code.items[at + 1]] += once ? 1 : MANY_CALLS + 1;
    }
}

static bool one_round(ModGen *mg, uint32_t *calls, bool *more)
{
    uint32_t n = mg->m->bc->globals.len;
    memset(calls, 0, (n + 1) * sizeof *calls);
    for (uint32_t i = 0; i < mg->n_functions; i++) count_mentions(&mg->plans[i], calls);
    *more = false;
    for (uint32_t k = 0; k < mg->m->bc->n_own; k++) {
        const KnownGlobal *known = &mg->infer->globals[k];
        FnPlan *plan = &mg->plans[known->ref];
        if (known->what != WHAT_FUNCTION || calls[k] > MANY_CALLS || plan->looped) continue;
        if (seen_elsewhere(mg, k)) continue;
        plan->looped = find_loops(mg->g, plan->p);
        if (!plan->looped) return false;
        *more = true;
    }
    return true;
}

bool heat_find(ModGen *mg)
{
    const char *main = mg->g->program->main;
    bool more = main && mg->infer && !strcmp(main, mg->m->symbol); // nobody fetches the main one
    uint32_t *calls = arena_alloc_array(mg->g->arena, mg->m->bc->globals.len + 1, sizeof *calls);
    mg->plans[0].looped = find_loops(mg->g, mg->plans[0].p);
    if (!calls || !mg->plans[0].looped) return gen_fail(mg->g, "out of memory");
    for (int round = 0; more && round < MANY_ROUNDS; round++)
        if (!one_round(mg, calls, &more)) return gen_fail(mg->g, "out of memory");
    return true;
}

bool heat_is_low(const FnGen *f)
{
    if (f->plain && f->inf) return true; // the copy for wrong guesses
    if (f->plan->looped) return !f->plan->looped[f->at];
    return f->p->code.len > AOT_HUGE && !(f->inf && f->inf->hot[f->at]);
}

LLVMValueRef heat_call(const FnGen *f, LLVMValueRef call)
{
    if (heat_is_low(f)) mark(f->g, call, "noinline");
    return call;
}
