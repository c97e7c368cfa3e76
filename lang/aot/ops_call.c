// SPDX-License-Identifier: MIT
// Functions made and called.
#include "abi/abi.h"
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

bool builtin_asks(uint32_t id)
{
    const uint32_t looks = MDH_B_IO | MDH_B_BLOCKS | MDH_B_CALLS;
    return mdh_builtins[id].flags & looks || id == MDH_B_ID_stacktrace ||
           id == MDH_B_ID_log_event || id == MDH_B_ID_log_span;
}

static void call_builtin(FnGen *f, uint32_t w)
{
    uint32_t n = BC_B(w);
    window_put(f, 0, const_i64(f, MDH_BITS_NAETHING));
    for (uint32_t i = 1; i <= n; i++) window_put(f, i, reg_get(f, BC_A(w) + i));
    LLVMValueRef id = const_i32(f, extra(f, 0)), argc = const_i32(f, n), v;
    if (!f->g->program->frames && builtin_asks(extra(f, 0)))
        v = NATIVE(f, vm_n_call_builtin_at, f->self, fn_code(f, f->plan->index),
                   const_i32(f, f->at), id, argc, f->window);
    else v = NATIVE(f, vm_n_call_builtin, id, argc, f->window);
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

LLVMValueRef call_window(FnGen *f, uint32_t a, uint32_t argc, uint32_t from)
{
    for (uint32_t i = from; i <= argc; i++) window_put(f, i, reg_get(f, a + i));
    return NATIVE(f, vm_n_call, f->window, const_i32(f, argc));
}

LLVMValueRef call_method_window(FnGen *f, uint32_t a, uint32_t argc, uint32_t ic)
{
    window_put(f, 0, const_i64(f, MDH_BITS_ABSENT));
    for (uint32_t i = 1; i <= argc + 1; i++) window_put(f, i, reg_get(f, a + i));
    return NATIVE(f, vm_n_call_method, f->window, const_i32(f, argc), fn_cache(f, ic));
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
        window_put(f, 0, checked(f, NATIVE(f, vm_n_getg, fn_global(f, extra(f, 0)))));
        reg_set(f, a, checked(f, call_window(f, a, b, 1)));
        return true;
    case OP_CALL: reg_set(f, a, checked(f, call_window(f, a, b, 0))); return true;
    case OP_CALLB: call_builtin(f, w); return true;
    case OP_CALLM:
        reg_set(f, a, checked(f, call_method_window(f, a, b, extra(f, 0))));
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
