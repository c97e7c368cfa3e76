// SPDX-License-Identifier: MIT
// Values, variables, containers.
#include "lang/aot/gen.h"

static void set(FnGen *f, uint32_t r, LLVMValueRef v)
{
    reg_set(f, r, checked(f, v));
}

static void fail_unless_zero(FnGen *f, LLVMValueRef i32)
{
    fail_if(f, LLVMBuildICmp(f->g->b, LLVMIntNE, i32, const_i32(f, 0), ""));
}

static bool op_load(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w), b = BC_B(w);
    switch (BC_OP(w)) {
    case OP_LOADK: reg_set(f, a, fn_constant(f, BC_BX(w))); return true;
    case OP_LOADKX: reg_set(f, a, fn_constant(f, extra(f, 0))); return true;
    case OP_LOADI:
        reg_set(f, a, const_i64(f, (uint64_t)(int64_t)BC_SBX(w) << 1 | 1));
        return true;
    case OP_LOADNIL: reg_set(f, a, const_i64(f, MDH_BITS_NAETHING)); return true;
    case OP_LOADBOOL: reg_set(f, a, const_i64(f, b ? MDH_BITS_AYE : MDH_BITS_NAE)); return true;
    case OP_UNSET: reg_set(f, a, const_i64(f, MDH_BITS_ABSENT)); return true;
    case OP_MOVE: reg_set(f, a, reg_get(f, b)); return true;
    case OP_LOADSELF:
        reg_set(f, a, LLVMBuildPtrToInt(f->g->b, f->self, f->g->i64, ""));
        return true;
    case OP_LOADB: set(f, a, NATIVE(f, vm_n_builtin, const_i32(f, extra(f, 0)))); return true;
    default: return false;
    }
}

static LLVMValueRef up(FnGen *f, uint32_t i)
{
    return NATIVE(f, vm_n_up, f->self, const_i32(f, i));
}

static bool op_variable(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w), b = BC_B(w);
    switch (BC_OP(w)) {
    case OP_GETG: set(f, a, NATIVE(f, vm_n_getg, fn_global(f, extra(f, 0)))); return true;
    case OP_SETG:
        fail_unless_zero(f, NATIVE(f, vm_n_setg, fn_global(f, extra(f, 0)), reg_get(f, a)));
        return true;
    case OP_DEFG: NATIVE(f, vm_n_defg, fn_global(f, extra(f, 0)), reg_get(f, a)); return true;
    case OP_NEWCELL:
        set(f, a, NATIVE(f, vm_n_new_cell, const_i64(f, MDH_BITS_ABSENT)));
        return true;
    case OP_BOX: set(f, a, NATIVE(f, vm_n_new_cell, reg_get(f, a))); return true;
    case OP_GETCELL: reg_set(f, a, NATIVE(f, vm_n_getcell, reg_get(f, b))); return true;
    case OP_SETCELL: NATIVE(f, vm_n_setcell, reg_get(f, a), reg_get(f, b)); return true;
    case OP_GETUP: reg_set(f, a, up(f, b)); return true;
    case OP_GETUPC: reg_set(f, a, NATIVE(f, vm_n_getcell, up(f, b))); return true;
    case OP_SETUPC: NATIVE(f, vm_n_setcell, up(f, a), reg_get(f, b)); return true;
    case OP_ROOM: set(f, a, NATIVE(f, vm_n_room_new, const_i32(f, extra(f, 0)))); return true;
    case OP_GETROOM:
        reg_set(f, a, NATIVE(f, vm_n_getroom, reg_get(f, b), const_i32(f, extra(f, 0))));
        return true;
    case OP_SETROOM:
        NATIVE(f, vm_n_setroom, reg_get(f, a), const_i32(f, extra(f, 0)), reg_get(f, b));
        return true;
    default: return false;
    }
}

// How many registers the STASH that belongs to an UNSTASH of register r put aside: the last one
// before it with that register, since they are nested.
static uint32_t stashed(const FnGen *f, uint32_t r)
{
    uint32_t n = 0;
    for (uint32_t at = 0; at < f->at; at += bc_op_length(f->p, f->words + at)) {
        uint32_t w = f->words[at];
        if (BC_OP(w) == OP_STASH && BC_A(w) == r) n = BC_B(w);
    }
    return n;
}

static bool op_stash(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w), b = BC_B(w);
    if (BC_OP(w) == OP_STASH) {
        window_fill(f, a, b);
        set(f, a, NATIVE(f, vm_n_stash, f->window, const_i32(f, b)));
        return true;
    }
    if (BC_OP(w) != OP_UNSTASH) return false;
    uint32_t n = stashed(f, b);
    window_fill(f, b, 2);
    LLVMValueRef v = NATIVE(f, vm_n_unstash, f->window);
    for (uint32_t i = 0; i < n; i++) reg_set(f, b + i, window_get(f, i));
    reg_set(f, a, v);
    return true;
}

static bool op_make(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w), b = BC_B(w), c = BC_C(w);
    switch (BC_OP(w)) {
    case OP_NEWLIST:
        window_fill(f, b, c);
        set(f, a, NATIVE(f, vm_n_new_list, const_i32(f, c), f->window));
        return true;
    case OP_APPEND:
        window_fill(f, b, c);
        fail_unless_zero(f, NATIVE(f, vm_n_append, reg_get(f, a), const_i32(f, c), f->window));
        return true;
    case OP_SPREAD:
        checked(f, NATIVE(f, vm_n_spread, reg_get(f, a), reg_get(f, b), const_i32(f, c)));
        return true;
    case OP_NEWDICT: set(f, a, NATIVE0(f, vm_n_new_dict)); return true;
    case OP_DICTPUT:
        fail_unless_zero(f, NATIVE(f, vm_n_dict_put, reg_get(f, a), reg_get(f, b),
                                   reg_get(f, c)));
        return true;
    case OP_DICTK:
        window_fill(f, b, c);
        set(f, a, NATIVE(f, vm_n_dict_of, const_i32(f, c), fn_constants_at(f, extra(f, 0)),
                         f->window));
        return true;
    case OP_RANGE:
        set(f, a, NATIVE(f, vm_n_range, reg_get(f, b), reg_get(f, b + 1), const_i32(f, c)));
        return true;
    case OP_UNPACK: set(f, a, NATIVE(f, vm_n_unpack, reg_get(f, b), const_i32(f, c))); return true;
    default: return false;
    }
}

static LLVMValueRef property(FnGen *f, uint32_t r, uint32_t ic)
{
    Slice name = f->p->consts.items[f->p->ic_names.items[ic]].s;
    if (f->m->infer && shape_any_raw(f->m->infer, name))
        return NATIVE(f, vm_n_getp_raw, reg_get(f, r), fn_cache(f, ic));
    return NATIVE(f, vm_n_getp, reg_get(f, r), fn_cache(f, ic));
}

static bool op_access(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w), b = BC_B(w), c = BC_C(w);
    switch (BC_OP(w)) {
    case OP_GETI: set(f, a, NATIVE(f, vm_n_geti, reg_get(f, b), reg_get(f, c))); return true;
    case OP_GETII:
        set(f, a, NATIVE(f, vm_n_geti, reg_get(f, b),
                         const_i64(f, (uint64_t)(int64_t)BC_SC(w) << 1 | 1)));
        return true;
    case OP_GETIK:
        set(f, a, NATIVE(f, vm_n_getik, reg_get(f, b), fn_cache(f, extra(f, 0))));
        return true;
    case OP_SETI:
        checked(f, NATIVE(f, vm_n_seti, reg_get(f, a), reg_get(f, b), reg_get(f, c)));
        return true;
    case OP_SLICE:
        set(f, a, NATIVE(f, vm_n_slice, reg_get(f, b), reg_get(f, b + 1), reg_get(f, b + 2),
                         reg_get(f, b + 3)));
        return true;
    case OP_GETP: set(f, a, property(f, b, extra(f, 0))); return true;
    case OP_SETP:
        checked(f, NATIVE(f, vm_n_setp, reg_get(f, a), reg_get(f, b), fn_cache(f, extra(f, 0))));
        return true;
    case OP_BGET:
        set(f, a, NATIVE(f, vm_n_bget, reg_get(f, b), reg_get(f, c), const_i32(f, extra(f, 0))));
        return true;
    case OP_BPUT:
        checked(f, NATIVE(f, vm_n_bput, reg_get(f, a), reg_get(f, b), reg_get(f, c),
                          const_i32(f, extra(f, 0))));
        return true;
    case OP_LEN: set(f, a, NATIVE(f, vm_n_len, reg_get(f, b))); return true;
    case OP_DGET:
        set(f, a, NATIVE(f, vm_n_dget, reg_get(f, b), reg_get(f, c), reg_get(f, a)));
        return true;
    case OP_PUSH: checked(f, NATIVE(f, vm_n_push, reg_get(f, a), reg_get(f, b))); return true;
    default: return false;
    }
}

bool op_data(FnGen *f, uint32_t w)
{
    return op_load(f, w) || op_variable(f, w) || op_access(f, w) || op_make(f, w) ||
           op_stash(f, w);
}
