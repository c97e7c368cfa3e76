// SPDX-License-Identifier: MIT
// Calls of functions of the same module that are known: the body is called with its arguments in
// registers, and LLVM may put it in place. A look says whether the callee is the known one; else
// the call is made as any other.
#include "lang/aot/gen.h"

// Does it look at its own function value? Methods are called without having theirs at hand.
static bool needs_self(const BcProto *p)
{
    for (uint32_t at = 0; at < p->code.len; at += bc_op_length(p, p->code.items + at)) {
        uint32_t w = p->code.items[at];
        switch (BC_OP(w)) {
        case OP_GETUP: case OP_GETUPC: case OP_SETUPC: case OP_LOADSELF: return true;
        case OP_CALLB:
            if (builtin_asks(p->code.items[at + 1])) return true;
            break;
        case OP_NEWFN:
            for (uint32_t i = 0; i < p->protos.items[BC_BX(w)]->nups; i++) {
                uint32_t kind = BC_UP_KIND(p->code.items[at + 1 + i]);
                if (kind != BC_UP_REG && kind != BC_UP_ROOM) return true;
            }
            break;
        default: break;
        }
    }
    return false;
}

typedef struct Direct {
    const FnPlan *callee;
    uint32_t first, argc;    // registers of the arguments, without masel
    LLVMValueRef self;       // the function
    LLVMValueRef object;     // masel, or NULL
    LLVMValueRef known;      // i1: it is the known one
} Direct;

#define COPY_WORDS 60

static LLVMValueRef call_body(FnGen *f, const Direct *d)
{
    const BcProto *p = d->callee->p;
    LLVMValueRef args[2 + AOT_MAX_BY_VALUE] = {f->t, d->self};
    unsigned n = 2;
    if (d->object) args[n++] = d->object;
    for (uint32_t i = 0; i < p->nparams; i++)
        args[n++] = i < d->argc         ? reg_get(f, d->first + i)
                    : i < p->nrequired ? const_i64(f, MDH_BITS_NAETHING)
                                       : const_i64(f, MDH_BITS_ABSENT);
    if (d->callee->elsewhere && p->code.len <= COPY_WORDS && !heat_is_low(f))
        f->m->plans[d->callee->index].wanted = true;
    LLVMTypeRef type = d->callee->body_type;
    return heat_call(f, LLVMBuildCall2(f->g->b, type, d->callee->body, args, n, ""));
}

static bool can_call(const FnPlan *callee, bool method, uint32_t argc)
{
    const BcProto *p = callee->p;
    if (!callee->by_value || p->has_rest || p->is_method != method) return false;
    return method || (argc >= p->nrequired && argc <= p->nparams);
}

// The two ways and their common result.
static void emit(FnGen *f, uint32_t w, const Direct *d)
{
    LLVMBuilderRef b = f->g->b;
    uint32_t a = BC_A(w);
    // As values on both ways, so that both leave the registers alike.
    for (uint32_t i = 0; i < d->argc; i++) reg_get(f, d->first + i);
    if (BC_OP(w) == OP_CALLM) reg_get(f, a + 1);
    LLVMBasicBlockRef direct = new_block(f, ""), other = new_block(f, ""), join = new_block(f, "");
    LLVMValueRef br = LLVMBuildCondBr(b, d->known, direct, other);
    LLVMSetMetadata(br, f->g->prof_kind, f->g->likely);
    go_on_in(f, direct);
    LLVMValueRef x = call_body(f, d);
    LLVMBasicBlockRef from_direct = LLVMGetInsertBlock(b);
    LLVMBuildBr(b, join);
    go_on_in(f, other);
    if (BC_OP(w) == OP_CALLG)
        window_put(f, 0, checked(f, NATIVE(f, vm_n_getg, fn_global(f, extra(f, 0)))));
    bool method = BC_OP(w) == OP_CALLM;
    LLVMValueRef y = method ? call_method_window(f, a, d->argc, extra(f, 0), true)
                            : call_window(f, a, d->argc, BC_OP(w) == OP_CALLG, true);
    LLVMBasicBlockRef from_other = LLVMGetInsertBlock(b);
    LLVMBuildBr(b, join);
    go_on_in(f, join);
    LLVMValueRef v = LLVMBuildPhi(b, f->g->i64, "");
    LLVMAddIncoming(v, (LLVMValueRef[]){x, y}, (LLVMBasicBlockRef[]){from_direct, from_other}, 2);
    reg_set(f, a, checked(f, v));
}

static bool call_function(FnGen *f, uint32_t w, uint32_t index, uint32_t global)
{
    LLVMBuilderRef b = f->g->b;
    Direct d = {.callee = &f->m->plans[index], .first = BC_A(w) + 1, .argc = BC_B(w)};
    if (!can_call(d.callee, false, d.argc)) return false;
    LLVMValueRef set = NATIVE(f, vm_n_known, fn_global(f, global));
    if (BC_OP(w) == OP_CALL) {
        d.known = LLVMBuildICmp(b, LLVMIntEQ, set, reg_get(f, BC_A(w)), "");
    } else {
        d.known = LLVMBuildICmp(b, LLVMIntNE, set, const_i64(f, MDH_BITS_ABSENT), "");
    }
    d.self = LLVMBuildIntToPtr(b, set, f->g->ptr, "");
    emit(f, w, &d);
    return true;
}

// It was made of that function, whatever it has captured: nothing need be looked at.
static bool call_closure(FnGen *f, uint32_t w, uint32_t index)
{
    Direct d = {.callee = &f->m->plans[index], .first = BC_A(w) + 1, .argc = BC_B(w)};
    if (!can_call(d.callee, false, d.argc)) return false;
    d.self = LLVMBuildIntToPtr(f->g->b, reg_get(f, BC_A(w)), f->g->ptr, "");
    reg_set(f, BC_A(w), checked(f, call_body(f, &d)));
    return true;
}

static bool call_method(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w);
    const Type *t = &f->types[a + 1];
    if (t->kind != TYPE_VALUE || t->what != WHAT_OBJECT) return false;
    Slice name = f->p->consts.items[f->p->ic_names.items[extra(f, 0)]].s;
    uint32_t index = infer_method(f->m->infer, t->ref, name);
    if (!index || f->g->program->frames) return false;
    Direct d = {.callee = &f->m->plans[index], .first = a + 2, .argc = BC_B(w)};
    if (f->g->program->frames || needs_self(d.callee->p)) return false;
    if (!can_call(d.callee, true, d.argc)) return false;
    LLVMValueRef object = reg_get(f, a + 1);
    LLVMValueRef is = NATIVE(f, vm_n_is_of, object, fn_global(f, t->global));
    d.known = LLVMBuildICmp(f->g->b, LLVMIntNE, is, const_i32(f, 0), "");
    d.object = object;
    d.self = LLVMConstNull(f->g->ptr);
    emit(f, w, &d);
    return true;
}

// ---- callees that are not known -----------------------------------------------------------------

// Arguments from register `first` on go straight into the body that `word` is the address of; the
// window is only filled where it is 0.
static void emit_by_body(FnGen *f, uint32_t w, LLVMValueRef word, LLVMValueRef fn, uint32_t first,
                         uint32_t n)
{
    LLVMBuilderRef b = f->g->b;
    uint32_t a = BC_A(w);
    LLVMTypeRef types[2 + AOT_MAX_BY_VALUE] = {f->g->ptr, f->g->ptr};
    LLVMValueRef args[2 + AOT_MAX_BY_VALUE] = {f->t, LLVMBuildIntToPtr(b, fn, f->g->ptr, "")};
    for (uint32_t i = 0; i < n; i++) {
        types[2 + i] = f->g->i64;
        args[2 + i] = reg_get(f, first + i);
    }
    LLVMBasicBlockRef direct = new_block(f, ""), other = new_block(f, ""), join = new_block(f, "");
    LLVMValueRef has = LLVMBuildICmp(b, LLVMIntNE, word, const_i64(f, 0), "");
    LLVMSetMetadata(LLVMBuildCondBr(b, has, direct, other), f->g->prof_kind, f->g->likely);
    go_on_in(f, direct);
    LLVMTypeRef type = LLVMFunctionType(f->g->i64, types, 2 + n, false);
    LLVMValueRef body = LLVMBuildIntToPtr(b, word, f->g->ptr, "");
    LLVMValueRef x = LLVMBuildCall2(b, type, body, args, 2 + n, "");
    LLVMBuildBr(b, join);
    go_on_in(f, other);
    LLVMValueRef y;
    if (BC_OP(w) == OP_CALLM) {
        y = call_method_window(f, a, BC_B(w), extra(f, 0), true);
    } else {
        window_put(f, 0, fn);
        y = call_window(f, a, BC_B(w), 1, true);
    }
    LLVMBasicBlockRef from_other = LLVMGetInsertBlock(b);
    LLVMBuildBr(b, join);
    go_on_in(f, join);
    LLVMValueRef v = LLVMBuildPhi(b, f->g->i64, "");
    LLVMAddIncoming(v, (LLVMValueRef[]){x, y}, (LLVMBasicBlockRef[]){direct, from_other}, 2);
    reg_set(f, a, checked(f, v));
}

bool body_call(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w), argc = BC_B(w);
    if (argc + 1 > AOT_MAX_BY_VALUE) return false;
    LLVMValueRef fn, word, n = const_i32(f, argc);
    if (BC_OP(w) == OP_CALLM) {
        fn = NATIVE(f, vm_n_method, reg_get(f, a + 1), fn_cache(f, extra(f, 0)));
        word = NATIVE(f, vm_n_method_body, fn, n);
        emit_by_body(f, w, word, fn, a + 1, argc + 1);
        return true;
    }
    fn = BC_OP(w) == OP_CALL ? reg_get(f, a)
                             : checked(f, NATIVE(f, vm_n_getg, fn_global(f, extra(f, 0))));
    word = NATIVE(f, vm_n_body, fn, n);
    emit_by_body(f, w, word, fn, a + 1, argc);
    return true;
}

bool direct_call(FnGen *f, uint32_t w)
{
    if (BC_OP(w) == OP_CALLM) return call_method(f, w);
    if (BC_OP(w) == OP_CALLG) {
        uint32_t g = extra(f, 0);
        const KnownGlobal *k = &f->m->infer->globals[g];
        return k->what == WHAT_FUNCTION && call_function(f, w, k->ref, g);
    }
    const Type *t = &f->types[BC_A(w)];
    if (t->kind != TYPE_VALUE) return false;
    if (t->what == WHAT_CLOSURE) return call_closure(f, w, t->ref);
    if (t->what != WHAT_FUNCTION) return false;
    return call_function(f, w, t->ref, t->global);
}
