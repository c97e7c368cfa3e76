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

// What the table gives a parameter that is left out, where that is a plain word.
static bool default_word(const MdhParam *p, uint64_t *bits)
{
    switch (p->dflt) {
    case MDH_D_NAETHING: *bits = MDH_BITS_NAETHING; return true;
    case MDH_D_ABSENT: *bits = MDH_BITS_ABSENT; return true;
    case MDH_D_INT: *bits = (uint64_t)p->dflt_int << 1 | 1; return true;
    case MDH_D_BOOL: *bits = p->dflt_int ? MDH_BITS_AYE : MDH_BITS_NAE; return true;
    default: return false;
    }
}

static uint32_t kinds_of(const Type *t)
{
    if (t->kind == TYPE_INT) return 1u << MDH_TAG_INTEGER;
    if (t->kind == TYPE_FLOAT) return 1u << MDH_TAG_FLOAT;
    return t->kind == TYPE_VALUE && t->what == WHAT_TEXT ? 1u << MDH_TAG_STRING : 0;
}

#define ANY_KIND ((1u << MDH_TAG_CELL) - 2) // of those that programs see

// i1: every argument is of a kind that the first form takes. NULL when it need not be asked.
static LLVMValueRef arguments_fit(FnGen *f, const MdhBuiltin *row, uint32_t a, uint32_t n)
{
    LLVMValueRef all = NULL;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t kinds = row->params[i].types, known = kinds_of(&f->types[a + 1 + i]);
        if ((kinds & ANY_KIND) == ANY_KIND || (known && (known & ~kinds) == 0)) continue;
        LLVMValueRef fits = NATIVE(f, vm_n_fits, reg_get(f, a + 1 + i), const_i32(f, kinds));
        fits = LLVMBuildICmp(f->g->b, LLVMIntNE, fits, const_i32(f, 0), "");
        all = all ? LLVMBuildAnd(f->g->b, all, fits, "") : fits;
    }
    return all;
}

static LLVMValueRef call_implementation(FnGen *f, const MdhBuiltin *row, uint32_t n)
{
    Gen *g = f->g;
    LLVMTypeRef type = LLVMFunctionType(g->i64, (LLVMTypeRef[]){g->ptr, g->i32, g->ptr}, 3, false);
    LLVMValueRef fn = LLVMGetNamedFunction(g->llvm, row->symbol);
    if (!fn) fn = LLVMAddFunction(g->llvm, row->symbol, type);
    LLVMValueRef args[] = {f->t, const_i32(f, n), f->window};
    return LLVMBuildCall2(g->b, type, fn, args, 3, "");
}

// The builtin itself, when the arguments are as its row's first form wants them.
static LLVMValueRef call_builtin_fast(FnGen *f, const MdhBuiltin *row, uint32_t a, uint32_t n)
{
    LLVMBuilderRef b = f->g->b;
    if (row->rest || n < row->nreq || n > row->nmax || builtin_asks(row->id)) return NULL;
    uint64_t words[MDH_MAX_PARAMS];
    for (uint32_t i = n; i < row->nmax; i++)
        if (!default_word(&row->params[i], &words[i])) return NULL;
    for (uint32_t i = n; i < row->nmax; i++) window_put(f, i + 1, const_i64(f, words[i]));
    LLVMValueRef fit = arguments_fit(f, row, a, n);
    if (!fit) return call_implementation(f, row, n);
    LLVMBasicBlockRef direct = new_block(f, ""), other = new_block(f, ""), join = new_block(f, "");
    LLVMValueRef br = LLVMBuildCondBr(b, fit, direct, other);
    LLVMSetMetadata(br, f->g->prof_kind, f->g->likely);
    go_on_in(f, direct);
    LLVMValueRef x = call_implementation(f, row, n);
    LLVMBuildBr(b, join);
    go_on_in(f, other);
    LLVMValueRef y =
        NATIVE(f, vm_n_call_builtin, const_i32(f, row->id), const_i32(f, n), f->window);
    LLVMBuildBr(b, join);
    go_on_in(f, join);
    LLVMValueRef v = LLVMBuildPhi(b, f->g->i64, "");
    LLVMAddIncoming(v, (LLVMValueRef[]){x, y}, (LLVMBasicBlockRef[]){direct, other}, 2);
    return v;
}

static void call_builtin(FnGen *f, uint32_t w)
{
    uint32_t n = BC_B(w), which = extra(f, 0);
    LLVMValueRef v = NULL;
    window_put(f, 0, const_i64(f, MDH_BITS_NAETHING));
    for (uint32_t i = 1; i <= n; i++) window_put(f, i, reg_get(f, BC_A(w) + i));
    if (is_typed(f)) v = call_builtin_fast(f, &mdh_builtins[which], BC_A(w), n);
    LLVMValueRef id = const_i32(f, which), argc = const_i32(f, n);
    if (!v && !f->g->program->frames && builtin_asks(which))
        v = NATIVE(f, vm_n_call_builtin_at, f->self, fn_code(f, f->plan->index),
                   const_i32(f, f->at), id, argc, f->window);
    else if (!v) v = NATIVE(f, vm_n_call_builtin, id, argc, f->window);
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

LLVMValueRef call_window(FnGen *f, uint32_t a, uint32_t argc, uint32_t from, bool seldom)
{
    for (uint32_t i = from; i <= argc; i++) window_put(f, i, reg_get(f, a + i));
    if (seldom) return NATIVE(f, vm_n_call_cold, f->window, const_i32(f, argc));
    return NATIVE(f, vm_n_call, f->window, const_i32(f, argc));
}

LLVMValueRef call_method_window(FnGen *f, uint32_t a, uint32_t argc, uint32_t ic, bool seldom)
{
    window_put(f, 0, const_i64(f, MDH_BITS_ABSENT));
    for (uint32_t i = 1; i <= argc + 1; i++) window_put(f, i, reg_get(f, a + i));
    if (seldom)
        return NATIVE(f, vm_n_call_method_cold, f->window, const_i32(f, argc), fn_cache(f, ic));
    return NATIVE(f, vm_n_call_method, f->window, const_i32(f, argc), fn_cache(f, ic));
}

// Fields that the inference expects to hold floats are to lie in the objects as doubles.
static void raw_fields(FnGen *f, uint32_t r, uint32_t kin)
{
    if (!f->m->infer || f->plan->index != 0 || !f->m->infer->kins[kin].raw) return;
    const KnownKin *k = &f->m->infer->kins[kin];
    checked_truth(f, NATIVE(f, vm_n_raw_fields, reg_get(f, r), module_fields(f->m, kin),
                            const_i32(f, k->n_fields), const_i64(f, k->raw)));
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
        raw_fields(f, a, i);
        return true;
    }
    case OP_THING:
        reg_set(f, a, checked(f, NATIVE(f, vm_n_thing, fn_code(f, f->plan->index),
                                        const_i32(f, extra(f, 0)))));
        return true;
    case OP_CALLG:
        window_put(f, 0, checked(f, NATIVE(f, vm_n_getg, fn_global(f, extra(f, 0)))));
        reg_set(f, a, checked(f, call_window(f, a, b, 1, false)));
        return true;
    case OP_CALL: reg_set(f, a, checked(f, call_window(f, a, b, 0, false))); return true;
    case OP_CALLB: call_builtin(f, w); return true;
    case OP_CALLM:
        reg_set(f, a, checked(f, call_method_window(f, a, b, extra(f, 0), false)));
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
