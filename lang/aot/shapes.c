// SPDX-License-Identifier: MIT
// Objects whose fields lie where their class's init put them: one look at the shape, then plain
// loads and stores for as long as the register keeps the object. Slots never move, so nothing that
// happens in between can make the look void.
#include "lang/aot/infer.h"

#define MAX_FIELDS 64

static Slice name_of(const BcProto *p, uint32_t ic)
{
    return p->consts.items[p->ic_names.items[ic]].s;
}

// The fields that init sets one after another from its start, before it branches or calls.
static bool read_init(Infer *in, KnownKin *kin)
{
    const InferFn *fn = &in->fns[kin->init];
    const BcProto *p = fn->p;
    kin->fields = arena_alloc_array(in->arena, MAX_FIELDS, sizeof *kin->fields);
    if (!kin->fields) return false;
    for (uint32_t at = 0; at < p->code.len && kin->n_fields < MAX_FIELDS;
         at += bc_op_length(p, p->code.items + at)) {
        uint32_t w = p->code.items[at];
        if (at > 0 && fn->leads[at]) break;
        switch (BC_OP(w)) {
        case OP_CALL: case OP_CALLG: case OP_CALLM: case OP_CALLA: case OP_CALLX: return true;
        case OP_SETP: break;
        default: continue;
        }
        if (BC_A(w) != 0) continue;
        uint32_t ic = p->code.items[at + 1];
        bool known = false;
        for (uint32_t i = 0; i < kin->n_fields; i++)
            known |= slice_eq(name_of(p, kin->fields[i]), name_of(p, ic));
        if (!known) kin->fields[kin->n_fields++] = ic;
    }
    return true;
}

bool shapes_find(Infer *in)
{
    const BcProto *main = in->fns[0].p;
    for (uint32_t i = 0; i < main->kins.len; i++) {
        const BcKin *k = &main->kins.items[i];
        KnownKin *kin = &in->kins[i];
        for (uint32_t m = 0; m < k->n_methods; m++)
            if (slice_eq_cstr(main->consts.items[k->first_method_k + m].s, "init"))
                kin->init = kin->methods[m];
        if (kin->init && !read_init(in, kin)) return false;
    }
    return true;
}

void shapes_find_raw(Infer *in, bool (*floats)(Infer *in, Slice name))
{
    for (uint32_t i = 0; i < in->fns[0].p->kins.len; i++) {
        KnownKin *k = &in->kins[i];
        for (uint32_t f = 0; f < k->n_fields; f++)
            if (floats(in, name_of(in->fns[k->init].p, k->fields[f]))) k->raw |= UINT64_C(1) << f;
    }
}

bool shape_raw(const Infer *in, uint32_t kin, uint32_t slot)
{
    return in->kins[kin].raw >> slot & 1;
}

int shape_slot(const Infer *in, uint32_t kin, Slice name)
{
    const KnownKin *k = &in->kins[kin];
    for (uint32_t i = 0; i < k->n_fields; i++)
        if (slice_eq(name_of(in->fns[k->init].p, k->fields[i]), name)) return (int)i;
    return -1;
}

bool shape_any_raw(const Infer *in, Slice name)
{
    for (uint32_t i = 0; i < in->fns[0].p->kins.len; i++) {
        int slot = in->kins[i].raw ? shape_slot(in, i, name) : -1;
        if (slot >= 0 && shape_raw(in, i, (uint32_t)slot)) return true;
    }
    return false;
}

// The one class of the module that has such a field.
static uint32_t only_owner(const Infer *in, Slice name)
{
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < in->fns[0].p->kins.len; i++) {
        if (shape_slot(in, i, name) < 0) continue;
        if (found != UINT32_MAX) return UINT32_MAX;
        found = i;
    }
    return found;
}

// Its own init's fields, or those of the class above whose init it has.
static uint32_t owner_above(const Infer *in, uint32_t kin, Slice name)
{
    for (uint32_t depth = 0; depth < 64; depth++) {
        if (in->kins[kin].init) return shape_slot(in, kin, name) < 0 ? UINT32_MAX : kin;
        uint32_t super = in->kins[kin].super;
        if (super == UINT32_MAX || in->globals[super].what != WHAT_CLASS) break;
        kin = in->globals[super].ref;
    }
    return UINT32_MAX;
}

// How many fields of that shape are read or set in register r from here on, in straight code.
static uint32_t uses(const Infer *in, const InferFn *fn, uint32_t at, uint32_t r, uint32_t kin)
{
    const BcProto *p = fn->p;
    uint32_t n = 0, first = at, written;
    for (; at < p->code.len; at += bc_op_length(p, p->code.items + at)) {
        uint32_t w = p->code.items[at];
        if (at > first && fn->leads[at]) break;
        bool get = BC_OP(w) == OP_GETP && BC_B(w) == r;
        bool set = BC_OP(w) == OP_SETP && BC_A(w) == r;
        if ((get || set) && shape_slot(in, kin, name_of(p, p->code.items[at + 1])) >= 0) n++;
        if (writes_register(w, &written) && written == r) break;
    }
    return n;
}

uint32_t shape_worth(const Infer *in, const InferFn *fn, const Type *t, uint32_t at, uint32_t r)
{
    Slice name = name_of(fn->p, fn->p->code.items[at + 1]);
    if (t->shape && shape_slot(in, t->shape - 1, name) >= 0) return UINT32_MAX; // known already
    for (uint32_t i = 0; i < in->fns[0].p->kins.len; i++)
        if (in->kins[i].init == fn->index && fn->index) return UINT32_MAX; // it is being made
    if (t->what != WHAT_ANY && t->what != WHAT_OBJECT) return UINT32_MAX;
    uint32_t kin = t->what == WHAT_OBJECT ? owner_above(in, t->ref, name) : only_owner(in, name);
    if (kin == UINT32_MAX) return UINT32_MAX;
    // A raw slot is not in the inline caches' way: one use is enough.
    bool raw = shape_raw(in, kin, (uint32_t)shape_slot(in, kin, name));
    return raw || uses(in, fn, at, r, kin) >= 2 ? kin : UINT32_MAX;
}
