// SPDX-License-Identifier: MIT
// Jumps, loops, and the statements that only throw or speak.
#include "lang/aot/gen.h"

// ---- loops -----------------------------------------------------------------------------------
// A loop's state is three registers; the helpers change it in the window.

static void state_out(FnGen *f, uint32_t r)
{
    for (uint32_t i = 0; i < 3; i++) reg_set(f, r + i, window_get(f, i));
}

static void loop_prep(FnGen *f, uint32_t w)
{
    uint32_t r = BC_A(w);
    bool counted = BC_OP(w) == OP_FORPREP;
    window_fill(f, r, counted ? 2 : 1);
    LLVMValueRef threw = counted ? NATIVE(f, vm_n_for_prep, f->window, const_i32(f, BC_B(w)))
                                 : NATIVE(f, vm_n_iter_prep, f->window, const_i32(f, BC_B(w)));
    checked_truth(f, threw);
    state_out(f, r);
    branch(f, jump_block(f, 0));
}

// The helper's answer: 1 an item, 0 the end.
static void next_slowly(FnGen *f, uint32_t w, uint32_t nvars)
{
    uint32_t r = BC_A(w), out = BC_B(w);
    window_fill(f, r, 3);
    LLVMValueRef more = checked_truth(
        f, NATIVE(f, vm_n_iter_next, f->window, window_at(f, 3), const_i32(f, nvars)));
    LLVMBasicBlockRef item = new_block(f, "");
    branch_if(f, LLVMBuildICmp(f->g->b, LLVMIntNE, more, const_i32(f, 0), ""), item,
              next_block(f));
    go_on_in(f, item);
    state_out(f, r);
    for (uint32_t i = 0; i < nvars; i++) reg_set(f, out + i, window_get(f, 3 + i));
    branch(f, jump_block(f, 0));
}

static LLVMValueRef next_small(FnGen *f, LLVMValueRef v)
{
    return LLVMBuildAdd(f->g->b, v, const_i64(f, 2), "");
}

static void for_loop(FnGen *f, uint32_t w)
{
    LLVMBuilderRef b = f->g->b;
    uint32_t r = BC_A(w);
    LLVMValueRef at = reg_get(f, r), end = reg_get(f, r + 1);
    LLVMBasicBlockRef slow = new_block(f, ""), count = new_block(f, ""), more = new_block(f, "");
    LLVMValueRef both = LLVMBuildAnd(b, LLVMBuildAnd(b, at, end, ""), const_i64(f, 1), "");
    LLVMValueRef br = LLVMBuildCondBr(
        b, LLVMBuildICmp(b, LLVMIntNE, both, const_i64(f, 0), ""), count, slow);
    LLVMSetMetadata(br, f->g->prof_kind, f->g->likely);
    go_on_in(f, count);
    branch_if(f, LLVMBuildICmp(b, LLVMIntSLE, at, end, ""), more, next_block(f));
    go_on_in(f, more);
    reg_set(f, BC_B(w), at);
    reg_set(f, r, next_small(f, at));
    branch(f, jump_block(f, 0));
    go_on_in(f, slow);
    next_slowly(f, w, 1);
}

static void iter_next(FnGen *f, uint32_t w)
{
    LLVMBuilderRef b = f->g->b;
    uint32_t r = BC_A(w), out = BC_B(w);
    LLVMBasicBlockRef slow = new_block(f, ""), item = new_block(f, "");
    LLVMValueRef at = reg_get(f, r + 1);
    LLVMValueRef v = NATIVE(f, vm_n_iter_item, reg_get(f, r), at, reg_get(f, r + 2));
    branch_if(f, LLVMBuildICmp(b, LLVMIntNE, v, const_i64(f, MDH_BITS_ABSENT), ""), item, slow);
    go_on_in(f, item);
    if (BC_C(w) == 2) reg_set(f, out, at);
    reg_set(f, out + (BC_C(w) == 2), v);
    reg_set(f, r + 1, next_small(f, at));
    branch(f, jump_block(f, 0));
    go_on_in(f, slow);
    next_slowly(f, w, BC_C(w));
}

// ---- jumps -----------------------------------------------------------------------------------

// Jumps unless the truth holds.
static void jump_unless(FnGen *f, LLVMValueRef i32)
{
    branch_if(f, LLVMBuildICmp(f->g->b, LLVMIntNE, i32, const_i32(f, 0), ""), next_block(f),
              jump_block(f, 0));
}

static LLVMValueRef is_set(FnGen *f, LLVMValueRef v)
{
    return LLVMBuildICmp(f->g->b, LLVMIntNE, v, const_i64(f, MDH_BITS_ABSENT), "");
}

static void has_key(FnGen *f, uint32_t w)
{
    LLVMValueRef v = NATIVE(f, vm_n_haskey, reg_get(f, BC_B(w)), const_i32(f, BC_C(w)),
                            fn_cache(f, extra(f, 0)));
    LLVMBasicBlockRef has = new_block(f, "");
    branch_if(f, is_set(f, v), has, jump_block(f, 1));
    go_on_in(f, has);
    reg_set(f, BC_A(w), v);
    branch(f, next_block(f));
}

static void check_self(FnGen *f, uint32_t w)
{
    LLVMBasicBlockRef fine = new_block(f, ""), unset = new_block(f, "");
    branch_if(f, is_set(f, reg_get(f, BC_A(w))), fine, unset);
    go_on_in(f, unset);
    NATIVE0(f, vm_n_throw_masel);
    fail_now(f);
    go_on_in(f, fine);
}

static bool op_jump(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w), b = BC_B(w), c = BC_C(w);
    switch (BC_OP(w)) {
    case OP_JMP: case OP_LOOP: branch(f, jump_block(f, 0)); return true;
    case OP_JSET:
        branch_if(f, is_set(f, reg_get(f, a)), jump_block(f, 0), next_block(f));
        return true;
    case OP_CHKSELF: check_self(f, w); return true;
    case OP_FORPREP: case OP_ITERPREP: loop_prep(f, w); return true;
    case OP_FORLOOP: for_loop(f, w); return true;
    case OP_ITERNEXT: iter_next(f, w); return true;
    case OP_ISLIST:
        jump_unless(f, NATIVE(f, vm_n_is_list, reg_get(f, a), const_i32(f, b), const_i32(f, c)));
        return true;
    case OP_ISINT:
        jump_unless(f, NATIVE(f, vm_n_in_range, reg_get(f, a), reg_get(f, b), reg_get(f, c)));
        return true;
    case OP_HASKEY: has_key(f, w); return true;
    case OP_RET:
        give_back(f, reg_get(f, a));
        f->ended = true;
        return true;
    case OP_RETNIL:
        give_back(f, const_i64(f, MDH_BITS_NAETHING));
        f->ended = true;
        return true;
    default: return false;
    }
}

static bool op_throw(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w);
    switch (BC_OP(w)) {
    case OP_HURL: NATIVE(f, vm_n_hurl, reg_get(f, a)); break;
    case OP_ASSERT: NATIVE(f, vm_n_assert, reg_get(f, a)); break;
    case OP_STRAY: NATIVE(f, vm_n_stray, const_i32(f, a)); break;
    case OP_RETHROW: NATIVE(f, vm_n_rethrow, reg_get(f, a)); break;
    case OP_NOMATCH: NATIVE(f, vm_n_nomatch, reg_get(f, a)); break;
    default: return false;
    }
    fail_now(f);
    return true;
}

static bool op_statement(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w), b = BC_B(w), c = BC_C(w);
    switch (BC_OP(w)) {
    case OP_PRINT: checked(f, NATIVE(f, vm_n_print, reg_get(f, a))); return true;
    case OP_SPEIR: reg_set(f, a, checked(f, NATIVE(f, vm_n_speir, reg_get(f, b)))); return true;
    case OP_LOG:
        window_fill(f, b, c);
        checked(f, NATIVE(f, vm_n_log, fn_code(f, f->plan->index), const_i32(f, f->at),
                          const_i32(f, a), const_i32(f, c), f->window));
        return true;
    case OP_FETCH:
        reg_set(f, a, checked(f, NATIVE(f, vm_n_fetch, fn_code(f, f->plan->index),
                                        fn_constant(f, BC_BX(w)))));
        return true;
    case OP_IMPORT:
        checked_truth(f, NATIVE(f, vm_n_import, fn_code(f, f->plan->index), reg_get(f, a)));
        return true;
    case OP_IMPORTED:
        reg_set(f, a, NATIVE(f, vm_n_imported, reg_get(f, b), fn_constant(f, extra(f, 0))));
        return true;
    case OP_CATCHALL: reg_set(f, a, checked(f, NATIVE0(f, vm_n_catch_all))); return true;
    default: return false;
    }
}

bool op_flow(FnGen *f, uint32_t w)
{
    return op_jump(f, w) || op_throw(f, w) || op_statement(f, w);
}
