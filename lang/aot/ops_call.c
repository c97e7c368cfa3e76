// SPDX-License-Identifier: MIT
// Functions made and called.
#include "lang/aot/gen.h"

static void new_function(FnGen *f, uint32_t w)
{
    const BcProto *inner = f->p->protos.items[BC_BX(w)];
    for (uint32_t i = 0; i < inner->nups; i++) {
        uint32_t x = extra(f, i);
        LLVMValueRef v;
        switch (BC_UP_KIND(x)) {
        case BC_UP_REG: v = reg_get(f, x & 255); break;
        case BC_UP_ROOM:
            v = NATIVE(f, vm_n_getroom, reg_get(f, x & 255), const_i32(f, BC_UP_PLACE(x)));
            break;
        case BC_UP_PARENT: v = NATIVE(f, vm_n_up, f->self, const_i32(f, x & 255)); break;
        default: v = LLVMBuildPtrToInt(f->g->b, f->self, f->g->i64, "");
        }
        window_put(f, i, v);
    }
    LLVMValueRef code = fn_code(f, module_child(f->m, f->plan, BC_BX(w)));
    reg_set(f, BC_A(w), checked(f, NATIVE(f, vm_n_closure, code, f->window)));
}

static void call_builtin(FnGen *f, uint32_t w)
{
    uint32_t n = BC_B(w);
    window_put(f, 0, const_i64(f, MDH_BITS_NAETHING));
    for (uint32_t i = 1; i <= n; i++) window_put(f, i, reg_get(f, BC_A(w) + i));
    LLVMValueRef v =
        NATIVE(f, vm_n_call_builtin, const_i32(f, extra(f, 0)), const_i32(f, n), f->window);
    reg_set(f, BC_A(w), checked(f, v));
}

static void call_general(FnGen *f, uint32_t w)
{
    uint32_t how = BC_B(w), ic = extra(f, 0);
    LLVMValueRef name = const_i64(f, MDH_BITS_ABSENT);
    if (how != BC_CALL_PLAIN)
        name = load_invariant(f, f->g->i64, fn_constants_at(f, f->p->ic_names.items[ic]));
    window_put(f, 0, const_i64(f, MDH_BITS_ABSENT)); // a method call looks the callee up
    for (uint32_t i = how == BC_CALL_METHOD; i < 3 + BC_C(w); i++)
        window_put(f, i, reg_get(f, BC_A(w) + i));
    LLVMValueRef v = NATIVE(f, vm_n_call_general, f->window, const_i32(f, how),
                            const_i32(f, BC_C(w)), name, fn_constants_at(f, extra(f, 1)));
    reg_set(f, BC_A(w), checked(f, v));
}

bool op_call(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w), b = BC_B(w);
    switch (BC_OP(w)) {
    case OP_NEWFN: new_function(f, w); return true;
    case OP_KIN: {
        uint32_t i = extra(f, 0);
        window_fill(f, a, f->p->kins.items[i].n_methods + 1);
        LLVMValueRef code = fn_code(f, f->plan->index);
        reg_set(f, a, checked(f, NATIVE(f, vm_n_class, code, const_i32(f, i), f->window)));
        return true;
    }
    case OP_THING:
        reg_set(f, a, checked(f, NATIVE(f, vm_n_thing, fn_code(f, f->plan->index),
                                        const_i32(f, extra(f, 0)))));
        return true;
    case OP_CALLG:
        reg_set(f, a, checked(f, NATIVE(f, vm_n_getg, fn_global(f, extra(f, 0)))));
        MDH_FALLTHROUGH;
    case OP_CALL:
        window_fill(f, a, b + 1);
        reg_set(f, a, checked(f, NATIVE(f, vm_n_call, f->window, const_i32(f, b))));
        return true;
    case OP_CALLB: call_builtin(f, w); return true;
    case OP_CALLM:
        window_put(f, 0, const_i64(f, MDH_BITS_ABSENT));
        for (uint32_t i = 1; i <= b + 1; i++) window_put(f, i, reg_get(f, a + i));
        reg_set(f, a, checked(f, NATIVE(f, vm_n_call_method, f->window, const_i32(f, b),
                                        fn_cache(f, extra(f, 0)))));
        return true;
    case OP_CALLA:
        window_fill(f, a, b + 2);
        reg_set(f, a, checked(f, NATIVE(f, vm_n_call_auld, f->window, const_i32(f, b),
                                        fn_constant(f, extra(f, 0)))));
        return true;
    case OP_CALLX: call_general(f, w); return true;
    default: return false;
    }
}
