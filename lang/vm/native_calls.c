// SPDX-License-Identifier: MIT
// Calls between native functions, and from them to everything else. A function's own entry does
// what its parameters ask for; here is only who is called, and with what masel.
#include "abi/abi.h"
#include "lang/vm/exec_inline.h"
#include "lang/vm/native.h"
#include "runtime/core/ops.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"

#define FEW 16 // arguments copied to a small frame; more than that take a big one

MdhValue vm_native_too_deep(MdhThread *t)
{
    return mdh_throw_error(t, MDH_E_STACK);
}

bool vm_native_arrange(MdhThread *t, const MdhFn *fn, int argc, const MdhValue *argv,
                       MdhValue *out)
{
    if (!fn->info->is_method) return vm_arrange(t, fn->info, argc, argv, out, true);
    out[0] = argv[0];
    return vm_arrange(t, fn->info, argc - 1, argv + 1, out + 1, true);
}

// ---- lenient calls: methods and constructors ------------------------------------------------

// Missing arguments are naething as far as they are required, surplus ones are dropped.
static int lenient_count(const MdhFnInfo *info, int argc)
{
    if (argc < info->nrequired) return info->nrequired;
    return argc > info->nparams && !info->has_rest ? info->nparams : argc;
}

static MDH_NOINLINE MdhValue enter_padded(MdhThread *t, MdhFn *fn, int argc, int n,
                                          const MdhValue *argv)
{
    MdhValue args[MDH_MAX_PARAMS + 1];
    for (int i = 0; i <= argc; i++) args[i] = argv[i];
    for (int i = argc; i < n; i++) args[i + 1] = MDH_NAETHING;
    return fn->entry(t, fn, n + 1, args);
}

// argv[0] is the object, argc arguments follow.
static MdhValue enter_method(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    int n = lenient_count(fn->info, argc);
    if (MDH_UNLIKELY(n > argc)) return enter_padded(t, fn, argc, n, argv);
    return fn->entry(t, fn, n + 1, argv);
}

// ---- calling a value ------------------------------------------------------------------------

static MDH_NOINLINE MdhValue call_big_builtin(MdhThread *t, const MdhBuiltin *row, int argc,
                                              const MdhValue *argv)
{
    MdhValue w[MDH_MAX_PARAMS + 1];
    for (int i = 0; i <= argc; i++) w[i] = argv[i];
    return mdh_builtin_call(t, row, argc, w);
}

static MDH_NOINLINE MdhValue call_builtin(MdhThread *t, MdhValue *argv, int argc)
{
    const MdhBuiltin *row = ((MdhNativeFn *)mdh_ptr(argv[0]))->row;
    MdhValue w[FEW + 1];
    int most = argc;
    for (const MdhBuiltin *f = row; f; f = mdh_builtin_next_form(f))
        if (f->nmax > most) most = f->nmax;
    if (most > FEW) return call_big_builtin(t, row, argc, argv);
    for (int i = 0; i <= argc; i++) w[i] = argv[i];
    return mdh_builtin_call(t, row, argc, w);
}

// The object takes the place of its class in the window, and so stands before the arguments.
static MdhValue call_class(MdhThread *t, MdhValue *w, int argc)
{
    MdhClass *cls = mdh_ptr(w[0]);
    MdhValue obj = mdh_instance_new(t, cls);
    if (mdh_is_exc(obj) || mdh_is_absent(cls->init)) return obj;
    w[0] = obj;
    MdhValue ignored = enter_method(t, mdh_ptr(cls->init), argc, w);
    return mdh_is_exc(ignored) ? ignored : obj;
}

MdhValue vm_native_call(MdhThread *t, MdhValue *w, int argc)
{
    if (MDH_LIKELY(mdh_is_fn(w[0]))) {
        MdhFn *fn = mdh_ptr(w[0]);
        if (MDH_LIKELY(!fn->info->is_method)) return fn->entry(t, fn, argc, w + 1);
        w[0] = MDH_ABSENT; // called without its object: masel is unset
        return fn->entry(t, fn, argc + 1, w);
    }
    switch (mdh_tag(w[0])) {
    case MDH_TAG_CLASS: return call_class(t, w, argc);
    case MDH_TAG_NATIVE_FUNCTION: return call_builtin(t, w, argc);
    case MDH_TAG_STRUCT: return vm_make_struct(t, mdh_ptr(w[0]), argc, w + 1);
    default: return mdh_throw_error(t, MDH_E_NOT_CALLABLE, w[0]);
    }
}

// Runs m on the object in w[1]; a function that is no method gets the arguments alone.
static MdhValue enter_found(MdhThread *t, MdhValue m, MdhValue *w, int argc)
{
    if (MDH_LIKELY(mdh_is_fn(m)) && MDH_LIKELY(((MdhFn *)mdh_ptr(m))->info->is_method))
        return enter_method(t, mdh_ptr(m), argc, w + 1);
    w[1] = m;
    return vm_native_call(t, w + 1, argc);
}

MdhValue vm_native_call_method(MdhThread *t, MdhValue *w, int argc, VmCache *ic)
{
    MdhValue recv = w[1];
    if (MDH_LIKELY(mdh_is_instance(recv))) {
        MdhValue m = cached_method(recv, ic);
        if (MDH_LIKELY(!mdh_is_absent(m))) return enter_found(t, m, w, argc);
    }
    MdhValue f = vm_callee_of(t, recv, ic->name, &ic->word);
    if (mdh_is_exc(f)) return f;
    w[1] = f;
    return vm_native_call(t, w + 1, argc);
}

MdhValue vm_native_call_auld(MdhThread *t, MdhValue *w, int argc, MdhValue name)
{
    MdhValue m = vm_auld_method(t, w[0], name);
    return mdh_is_exc(m) ? m : enter_found(t, m, w, argc);
}

// ---- the general call, which calls.c arranges in a window with room -------------------------

VmCall vm_push(MdhThread *t, MdhFn *fn, int argc, MdhValue *base, bool strict)
{
    int self = fn->info->is_method;
    if (!strict) {
        int n = lenient_count(fn->info, argc - self);
        for (int i = argc - self; i < n; i++) base[i + self] = MDH_NAETHING;
        argc = n + self;
    }
    MdhValue v = fn->entry(t, fn, argc, base);
    if (mdh_is_exc(v)) return VM_THREW;
    base[-1] = v;
    return VM_DONE;
}

MdhValue vm_native_call_general(MdhThread *t, MdhValue *w, uint32_t how, int n_named,
                                MdhValue name, const MdhValue *names)
{
    MdhValue window[3 + MDH_MAX_PARAMS + VM_SLACK];
    for (int i = 0; i < 3 + n_named; i++) window[i] = w[i];
    VmCall did = vm_call_general(t, window, how, n_named, name, names);
    return did == VM_THREW ? MDH_EXC : window[0];
}

// ---- builtins that look at their caller -----------------------------------------------------

MdhValue vm_native_builtin_at(MdhThread *t, MdhFn *fn, const VmCode *code, uint32_t pc, uint32_t id,
                              int argc, MdhValue *w)
{
    MdhFrame *f = t->fp + 1, *top = t->fp;
    if (f < t->frames_end) {
        *f = (MdhFrame){fn, NULL, code->info.code + pc + 1, 1};
        __atomic_store_n(&t->fp, f, __ATOMIC_RELEASE);
    }
    MdhValue v = mdh_builtin_call(t, &mdh_builtins[id], argc, w);
    __atomic_store_n(&t->fp, top, __ATOMIC_RELEASE);
    return v;
}

bool vm_native_enter(MdhThread *t, MdhFn *fn)
{
    MdhFrame *f = t->fp + 1;
    if (f >= t->frames_end) return false;
    *f = (MdhFrame){fn, NULL, fn->info->code + 1, 1};
    MDH_PTR_PUBLISH(&t->fp, f);
    return true;
}

// ---- throws and closures --------------------------------------------------------------------

bool vm_native_left(MdhThread *t, const VmCode *code, uint32_t pc)
{
    vm_throw_at(t, code, pc);
    return !t->exiting;
}

MdhValue vm_native_closure(MdhThread *t, VmCode *code, const MdhValue *up)
{
    uint32_t n = code->bc->nups;
    MdhFn *fn = mdh_new(t, sizeof *fn + n * sizeof(MdhValue));
    if (!fn) return mdh_throw_oom(t, sizeof *fn);
    fn->h.tag = MDH_TAG_FUNCTION;
    fn->entry = code->entry;
    fn->info = &code->info;
    for (uint32_t i = 0; i < n; i++) fn->up[i] = up[i];
    return mdh_from_ptr(fn);
}
