// SPDX-License-Identifier: MIT
// Registers that hold machine integers and doubles: reading and setting them, tests of guesses,
// and the ways between places that hold a register differently.
#include "lang/aot/gen.h"

bool is_typed(const FnGen *f)
{
    return f->inf && !f->plain;
}

// ---- reading and setting ---------------------------------------------------------------------

static LLVMValueRef int_slot(FnGen *f, uint32_t r)
{
    if (!f->ints[r]) f->ints[r] = alloca_at_entry(f, f->g->i64);
    return f->ints[r];
}

static LLVMValueRef float_slot(FnGen *f, uint32_t r)
{
    if (!f->floats[r]) f->floats[r] = alloca_at_entry(f, f->g->f64);
    return f->floats[r];
}

LLVMValueRef int_get(FnGen *f, uint32_t r)
{
    return LLVMBuildLoad2(f->g->b, f->g->i64, int_slot(f, r), "");
}

LLVMValueRef float_get(FnGen *f, uint32_t r)
{
    if (f->types[r].kind == TYPE_INT)
        return LLVMBuildSIToFP(f->g->b, int_get(f, r), f->g->f64, "");
    return LLVMBuildLoad2(f->g->b, f->g->f64, float_slot(f, r), "");
}

void int_set(FnGen *f, uint32_t r, LLVMValueRef i64, Type t)
{
    LLVMBuildStore(f->g->b, i64, int_slot(f, r));
    t.synced = false;
    f->types[r] = t;
}

void float_set(FnGen *f, uint32_t r, LLVMValueRef f64)
{
    LLVMBuildStore(f->g->b, f64, float_slot(f, r));
    f->types[r] = type_float();
}

LLVMValueRef box_int(FnGen *f, LLVMValueRef i64, const Type *t)
{
    LLVMBuilderRef b = f->g->b;
    if (!fits_63(t)) return checked(f, NATIVE(f, vm_n_box_int, i64));
    LLVMValueRef twice = LLVMBuildShl(b, i64, const_i64(f, 1), "");
    return LLVMBuildOr(b, twice, const_i64(f, 1), "");
}

LLVMValueRef box_float(FnGen *f, LLVMValueRef f64)
{
    return checked(f, NATIVE(f, vm_n_box_float, f64));
}

static void unbox_known(FnGen *f, uint32_t r, const Type *as)
{
    LLVMValueRef v = LLVMBuildLoad2(f->g->b, f->g->i64, reg_slot(f, r), "");
    if (as->kind == TYPE_INT) int_set(f, r, NATIVE(f, vm_n_int_of, v), *as);
    else float_set(f, r, NATIVE(f, vm_n_float_of, v));
    f->types[r].synced = true;
}

// ---- the other copy --------------------------------------------------------------------------

LLVMBasicBlockRef plain_block(FnGen *f, uint32_t at)
{
    if (!f->plain_blocks[at]) {
        f->plain_blocks[at] = new_block(f, "plain");
        f->more_plain = true;
    }
    return f->plain_blocks[at];
}

// Everything that position reads becomes a value, as the other copy has it.
static void go_plain(FnGen *f, uint32_t at)
{
    for (uint32_t r = 0; r < f->p->nregs; r++)
        if (regset_has(&f->inf->live[at], r) && f->types[r].kind != TYPE_NONE) reg_get(f, r);
    LLVMBuildBr(f->g->b, plain_block(f, at));
}

static LLVMBasicBlockRef leave_to(FnGen *f, uint32_t at)
{
    LLVMBasicBlockRef here = LLVMGetInsertBlock(f->g->b), b = new_block(f, "wrong_guess");
    Type kept[256];
    for (uint32_t r = 0; r < f->p->nregs; r++) kept[r] = f->types[r];
    LLVMPositionBuilderAtEnd(f->g->b, b);
    go_plain(f, at);
    for (uint32_t r = 0; r < f->p->nregs; r++) f->types[r] = kept[r];
    LLVMPositionBuilderAtEnd(f->g->b, here);
    return b;
}

LLVMBasicBlockRef leave_typed(FnGen *f)
{
    return leave_to(f, f->at);
}

// ---- guesses ---------------------------------------------------------------------------------

static void guard_at(FnGen *f, uint32_t r, TypeKind kind, LLVMBasicBlockRef wrong)
{
    LLVMBuilderRef b = f->g->b;
    LLVMValueRef v = LLVMBuildLoad2(b, f->g->i64, reg_slot(f, r), ""), right;
    LLVMBasicBlockRef fine = new_block(f, "");
    if (kind == TYPE_INT)
        right = LLVMBuildTrunc(b, v, f->g->i1, "");
    else
        right = LLVMBuildICmp(b, LLVMIntNE, NATIVE(f, vm_n_is_float, v), const_i32(f, 0), "");
    LLVMValueRef br = LLVMBuildCondBr(b, right, fine, wrong);
    LLVMSetMetadata(br, f->g->prof_kind, f->g->likely);
    LLVMPositionBuilderAtEnd(b, fine);
    if (kind == TYPE_INT)
        int_set(f, r, LLVMBuildAShr(b, v, const_i64(f, 1), ""),
                type_int(MDH_INT_MIN63, MDH_INT_MAX63));
    else
        float_set(f, r, NATIVE(f, vm_n_float_of, v));
    f->types[r].synced = true;
}

static void guard_shape(FnGen *f, uint32_t r, uint32_t kin, LLVMBasicBlockRef wrong)
{
    LLVMBasicBlockRef fine = new_block(f, "");
    LLVMValueRef v = LLVMBuildLoad2(f->g->b, f->g->i64, reg_slot(f, r), "");
    LLVMValueRef n = const_i32(f, f->m->infer->kins[kin].n_fields);
    LLVMValueRef raw = const_i64(f, f->m->infer->kins[kin].raw);
    LLVMValueRef has =
        NATIVE(f, vm_n_shaped, v, module_shape(f->m, kin), module_fields(f->m, kin), n, raw);
    LLVMValueRef right = LLVMBuildICmp(f->g->b, LLVMIntNE, has, const_i32(f, 0), "");
    LLVMValueRef br = LLVMBuildCondBr(f->g->b, right, fine, wrong);
    LLVMSetMetadata(br, f->g->prof_kind, f->g->likely);
    LLVMPositionBuilderAtEnd(f->g->b, fine);
    f->types[r].shape = kin + 1;
}

void guard(FnGen *f, const Guard *g)
{
    if (g->kind == GUARD_SHAPE) guard_shape(f, g->reg, g->kin, leave_typed(f));
    else guard_at(f, g->reg, (TypeKind)g->kind, leave_typed(f));
}

// ---- ways between places ---------------------------------------------------------------------

static bool is_number(const Type *t)
{
    return t->kind == TYPE_INT || t->kind == TYPE_FLOAT;
}

static bool must_change(const Type *have, const Type *want)
{
    if (want->kind == TYPE_NONE || have->kind == TYPE_NONE) return false;
    if (want->shape && want->shape != have->shape) return true;
    if (want->kind == TYPE_VALUE) return is_number(have) && !have->synced;
    if (want->kind != have->kind) return true;
    return want->synced && !have->synced;
}

static void change(FnGen *f, uint32_t r, const Type *want, uint32_t to)
{
    Type *have = &f->types[r];
    if (is_number(have)) {
        reg_get(f, r); // stores it as a value
        if (want->kind == have->kind || (want->kind == TYPE_VALUE && !want->shape)) return;
        *have = type_value(0);
    }
    if (want->shape) {
        guard_shape(f, r, want->shape - 1, leave_to(f, to));
        return;
    }
    // The inference says that this is such a number; should it not be one, the other copy knows.
    guard_at(f, r, (TypeKind)want->kind, leave_to(f, to));
}

// A block of its own when something has to be converted on the way.
LLVMBasicBlockRef edge(FnGen *f, uint32_t to)
{
    if (!is_typed(f)) return plain_block(f, to);
    const Type *in = f->inf->in[to];
    const RegSet *live = &f->inf->live[to];
    uint32_t n = f->p->nregs;
    bool any = false;
    for (uint32_t r = 0; r < n && in && !any; r++)
        any = regset_has(live, r) && must_change(&f->types[r], &in[r]);
    if (!any) return f->blocks[to];
    LLVMBasicBlockRef here = LLVMGetInsertBlock(f->g->b), b = new_block(f, "");
    Type kept[256];
    for (uint32_t r = 0; r < n; r++) kept[r] = f->types[r];
    LLVMPositionBuilderAtEnd(f->g->b, b);
    for (uint32_t r = 0; r < n; r++)
        if (regset_has(live, r) && must_change(&f->types[r], &in[r])) change(f, r, &in[r], to);
    LLVMBuildBr(f->g->b, f->blocks[to]);
    for (uint32_t r = 0; r < n; r++) f->types[r] = kept[r];
    LLVMPositionBuilderAtEnd(f->g->b, here);
    return b;
}

void settle(FnGen *f, const Type *after)
{
    for (uint32_t r = 0; r < f->p->nregs; r++) {
        Type *have = &f->types[r];
        bool synced = have->synced;
        if (is_number(&after[r]) && have->kind == TYPE_VALUE) {
            unbox_known(f, r, &after[r]);
            continue;
        }
        if (after[r].kind == TYPE_VALUE && is_number(have)) reg_get(f, r);
        else if (after[r].kind != have->kind && after[r].kind != TYPE_NONE &&
                 have->kind != TYPE_NONE) {
            gen_fail(f->g, "register %u is of another kind than inferred; ", r);
        }
        *have = after[r];
        if (is_number(have)) have->synced = synced;
    }
}
