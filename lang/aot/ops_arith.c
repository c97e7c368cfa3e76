// SPDX-License-Identifier: MIT
// Operators: arithmetic, comparison and the jumps fused with it, texts.
#include "lang/aot/gen.h"

static LLVMValueRef small(const FnGen *f, int64_t i)
{
    return const_i64(f, (uint64_t)i << 1 | 1);
}

static NativeFn arith_of(Opcode op)
{
    switch (op) {
    case OP_ADD: case OP_ADDI: case OP_ADDK: return NATIVE_vm_n_add;
    case OP_SUB: case OP_SUBI: case OP_SUBK: return NATIVE_vm_n_sub;
    case OP_MUL: case OP_MULI: case OP_MULK: return NATIVE_vm_n_mul;
    case OP_DIV: case OP_DIVI: case OP_DIVK: return NATIVE_vm_n_div;
    case OP_MOD: case OP_MODI: case OP_MODK: return NATIVE_vm_n_mod;
    default: return NATIVE_COUNT;
    }
}

static LLVMValueRef second_operand(FnGen *f, uint32_t w)
{
    switch (BC_OP(w)) {
    case OP_ADDI: case OP_SUBI: case OP_MULI: case OP_DIVI: case OP_MODI:
        return small(f, BC_SC(w));
    case OP_ADDK: case OP_SUBK: case OP_MULK: case OP_DIVK: case OP_MODK:
        return fn_constant(f, BC_C(w));
    default: return reg_get(f, BC_C(w));
    }
}

static NativeFn compare_of(Opcode op)
{
    switch (op) {
    case OP_EQ: case OP_JEQ: case OP_JEQI: case OP_JEQK: return NATIVE_vm_n_eq;
    case OP_NE: case OP_JNE: case OP_JNEI: case OP_JNEK: return NATIVE_vm_n_ne;
    case OP_LT: case OP_JLT: case OP_JLTI: case OP_JLTK: return NATIVE_vm_n_lt;
    case OP_LE: case OP_JLE: case OP_JLEI: case OP_JLEK: return NATIVE_vm_n_le;
    case OP_GT: case OP_JGT: case OP_JGTI: case OP_JGTK: return NATIVE_vm_n_gt;
    case OP_GE: case OP_JGE: case OP_JGEI: case OP_JGEK: return NATIVE_vm_n_ge;
    default: return NATIVE_COUNT;
    }
}

static LLVMValueRef truth_as_value(FnGen *f, LLVMValueRef i1)
{
    return LLVMBuildSelect(f->g->b, i1, const_i64(f, MDH_BITS_AYE), const_i64(f, MDH_BITS_NAE),
                           "");
}

// An operator method's answer is a value: == and the others give it as it is.
static LLVMValueRef compared(FnGen *f, NativeFn which, LLVMValueRef a, LLVMValueRef b)
{
    LLVMValueRef args[] = {f->t, a, b};
    return native_call(f, which, args, 3);
}

static NativeFn compare_value_of(Opcode op)
{
    switch (op) {
    case OP_EQ: return NATIVE_vm_n_veq;
    case OP_NE: return NATIVE_vm_n_vne;
    case OP_LT: return NATIVE_vm_n_vlt;
    case OP_LE: return NATIVE_vm_n_vle;
    case OP_GT: return NATIVE_vm_n_vgt;
    case OP_GE: return NATIVE_vm_n_vge;
    default: return NATIVE_COUNT;
    }
}

static void compare_jump(FnGen *f, uint32_t w)
{
    LLVMValueRef a = reg_get(f, BC_A(w)), b;
    uint32_t jump = 0;
    switch (BC_OP(w)) {
    case OP_JEQI: case OP_JNEI: case OP_JLTI: case OP_JLEI: case OP_JGTI: case OP_JGEI:
        b = small(f, BC_SB(w));
        break;
    case OP_JEQK: case OP_JNEK: case OP_JLTK: case OP_JLEK: case OP_JGTK: case OP_JGEK:
        b = fn_constant(f, extra(f, 0));
        jump = 1;
        break;
    default: b = reg_get(f, BC_B(w));
    }
    LLVMValueRef r = checked_truth(f, compared(f, compare_of(BC_OP(w)), a, b));
    LLVMValueRef yes = LLVMBuildICmp(f->g->b, LLVMIntEQ, r, const_i32(f, BC_C(w)), "");
    branch_if(f, yes, jump_block(f, jump), next_block(f));
}

static LLVMValueRef truthy(FnGen *f, uint32_t r)
{
    return LLVMBuildICmp(f->g->b, LLVMIntNE, NATIVE(f, vm_n_truthy, reg_get(f, r)),
                         const_i32(f, 0), "");
}

static void jump_on_truth(FnGen *f, uint32_t w)
{
    LLVMBasicBlockRef yes = jump_block(f, 0), no = next_block(f);
    bool sense = BC_OP(w) == OP_JT;
    branch_if(f, truthy(f, BC_A(w)), sense ? yes : no, sense ? no : yes);
}

bool op_arith(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w), b = BC_B(w), c = BC_C(w);
    NativeFn which = arith_of(BC_OP(w));
    if (which != NATIVE_COUNT) {
        LLVMValueRef args[] = {f->t, reg_get(f, b), second_operand(f, w)};
        reg_set(f, a, checked(f, native_call(f, which, args, 3)));
        return true;
    }
    which = compare_value_of(BC_OP(w));
    if (which != NATIVE_COUNT) {
        reg_set(f, a, checked(f, compared(f, which, reg_get(f, b), reg_get(f, c))));
        return true;
    }
    if (compare_of(BC_OP(w)) != NATIVE_COUNT) {
        compare_jump(f, w);
        return true;
    }
    switch (BC_OP(w)) {
    case OP_NEG: reg_set(f, a, checked(f, NATIVE(f, vm_n_neg, reg_get(f, b)))); return true;
    case OP_NOT:
        reg_set(f, a, truth_as_value(f, LLVMBuildNot(f->g->b, truthy(f, b), "")));
        return true;
    case OP_JT: case OP_JF: jump_on_truth(f, w); return true;
    case OP_CONCAT:
        window_fill(f, b, c);
        reg_set(f, a, checked(f, NATIVE(f, vm_n_concat, f->window, const_i32(f, c))));
        return true;
    case OP_FORMAT:
        reg_set(f, a, checked(f, NATIVE(f, vm_n_format, fn_code(f, f->plan->index),
                                        const_i32(f, extra(f, 0)), reg_get(f, b))));
        return true;
    default: return false;
    }
}
