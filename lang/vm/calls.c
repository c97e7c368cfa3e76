// SPDX-License-Identifier: MIT
// Every call that a back end does not make itself: other kinds of callee, defaults, rest and
// named parameters, methods on things that are no instances. Script functions are entered by
// vm_push, which is the back end's own (frames.c, native_calls.c): the interpreter's pushes a
// frame and returns, so that script recursion never uses the C stack.
//
// A window is w[0] callee, w[1..argc] arguments, with VM_SLACK free words above.
#include "abi/abi.h"
#include "lang/vm/vm_priv.h"
#include "runtime/core/ops.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"

MdhValue vm_throw_arity(MdhThread *t, const MdhFnInfo *info, int argc)
{
    MdhValue name = mdh_str_c(t, info->name);
    if (mdh_is_exc(name)) return name;
    if (info->has_rest)
        return mdh_throw_type(
            t, "Function '%v' expects %d or mair arguments but ye gave it %d", name,
            (int64_t)info->nrequired, (int64_t)argc);
    if (info->nrequired == info->nparams)
        return mdh_throw_error(t, MDH_E_ARITY, name, (int64_t)info->nparams, (int64_t)argc);
    return mdh_throw_type(t, "Function '%v' expects %d tae %d arguments but ye gave it %d", name,
                          (int64_t)info->nrequired, (int64_t)info->nparams, (int64_t)argc);
}

bool vm_arrange(MdhThread *t, const MdhFnInfo *info, int argc, const MdhValue *from,
                MdhValue *args, bool strict)
{
    int n = info->nparams;
    if (strict && (argc < info->nrequired || (argc > n && !info->has_rest))) {
        vm_throw_arity(t, info, argc);
        return false;
    }
    for (int i = 0; from != args && i < argc && i < n; i++) args[i] = from[i];
    for (int i = argc; i < n; i++) args[i] = i < info->nrequired ? MDH_NAETHING : MDH_ABSENT;
    if (!info->has_rest) return true;
    MdhValue rest = argc > n ? mdh_list_of(t, (uint64_t)(argc - n), from + n) : mdh_list_new(t, 0);
    if (mdh_is_exc(rest)) return false;
    args[n] = rest;
    return true;
}

// ---- calling a value ------------------------------------------------------------------------

static void shift_up(MdhValue *w, int from, int to, int n)
{
    for (int i = n - 1; i >= 0; i--) w[to + i] = w[from + i];
}

static VmCall call_builtin(MdhThread *t, MdhValue *w, int argc)
{
    MdhValue v = mdh_builtin_call(t, ((MdhNativeFn *)mdh_ptr(w[0]))->row, argc, w);
    if (mdh_is_exc(v)) return VM_THREW;
    w[0] = v;
    return VM_DONE;
}

// The instance stays in w[0]; init's own window lies one above, so its result is dropped.
static VmCall call_class(MdhThread *t, MdhValue *w, int argc)
{
    MdhClass *cls = mdh_ptr(w[0]);
    MdhValue obj = mdh_instance_new(t, cls);
    if (mdh_is_exc(obj)) return VM_THREW;
    MdhValue init = cls->init;
    if (mdh_is_absent(init)) {
        w[0] = obj;
        return VM_DONE;
    }
    shift_up(w, 1, 3, argc);
    w[0] = obj;
    w[1] = init;
    w[2] = obj;
    return vm_push(t, mdh_ptr(init), argc + 1, w + 2, false);
}

MdhValue vm_make_struct(MdhThread *t, MdhStruct *s, int argc, const MdhValue *args)
{
    if ((uint32_t)argc != s->n)
        return mdh_throw_error(t, MDH_E_ARITY, s->name, (int64_t)s->n, (int64_t)argc);
    return mdh_dict_of(t, s->n, s->fields, args);
}

static VmCall call_struct(MdhThread *t, MdhValue *w, int argc)
{
    MdhValue v = vm_make_struct(t, mdh_ptr(w[0]), argc, w + 1);
    if (mdh_is_exc(v)) return VM_THREW;
    w[0] = v;
    return VM_DONE;
}

static VmCall call_function(MdhThread *t, MdhValue *w, int argc)
{
    MdhFn *fn = mdh_ptr(w[0]);
    if (fn->info->is_method) { // called without its object: masel is unset
        shift_up(w, 1, 2, argc);
        w[1] = MDH_ABSENT;
        argc++;
    }
    return vm_push(t, fn, argc, w + 1, true);
}

VmCall vm_call(MdhThread *t, MdhValue *w, int argc)
{
    switch (mdh_tag(w[0])) {
    case MDH_TAG_FUNCTION: return call_function(t, w, argc);
    case MDH_TAG_NATIVE_FUNCTION: return call_builtin(t, w, argc);
    case MDH_TAG_CLASS: return call_class(t, w, argc);
    case MDH_TAG_STRUCT: return call_struct(t, w, argc);
    default: mdh_throw_error(t, MDH_E_NOT_CALLABLE, w[0]); return VM_THREW;
    }
}

// ---- methods --------------------------------------------------------------------------------

MdhValue vm_callee_of(MdhThread *t, MdhValue recv, MdhValue name, uint64_t *ic)
{
    MdhValue f = MDH_ABSENT;
    if (mdh_is_absent(recv)) return mdh_throw_error(t, MDH_E_UNDEFINED, mdh_str_c(t, "masel"));
    if (mdh_is_instance(recv)) f = mdh_instance_get(t, recv, name, NULL);
    else if (mdh_is_dict(recv)) f = mdh_dict_get_cached(recv, name, ic);
    else return __mdh_op_get_prop(t, recv, name, NULL);
    return mdh_is_absent(f) ? mdh_throw_error(t, MDH_E_UNDEFINED, name) : f;
}

static VmCall push_method(MdhThread *t, MdhValue m, MdhValue *w, int argc, bool strict)
{
    w[0] = m;
    if (!mdh_is_fn(m) || !((MdhFn *)mdh_ptr(m))->info->is_method) {
        for (int i = 0; i < argc; i++) w[1 + i] = w[2 + i];
        return vm_call(t, w, argc);
    }
    return vm_push(t, mdh_ptr(m), argc + 1, w + 1, strict);
}

VmCall vm_call_method(MdhThread *t, MdhValue *w, int argc, MdhValue name, uint64_t *ic)
{
    MdhValue recv = w[1];
    if (mdh_is_instance(recv)) {
        MdhValue m = mdh_instance_method(recv, name, ic);
        if (!mdh_is_absent(m)) return push_method(t, m, w, argc, false);
    }
    MdhValue f = vm_callee_of(t, recv, name, ic);
    if (mdh_is_exc(f)) return VM_THREW;
    w[0] = f;
    for (int i = 0; i < argc; i++) w[1 + i] = w[2 + i];
    return vm_call(t, w, argc);
}

MdhValue vm_auld_method(MdhThread *t, MdhValue cls, MdhValue name)
{
    int i = mdh_class_find(mdh_ptr(cls), name);
    if (i < 0) return mdh_throw_error(t, MDH_E_UNDEFINED, name);
    return ((MdhClass *)mdh_ptr(cls))->methods[i];
}

VmCall vm_call_auld(MdhThread *t, MdhValue *w, int argc, MdhValue name)
{
    MdhValue m = vm_auld_method(t, w[0], name);
    return mdh_is_exc(m) ? VM_THREW : push_method(t, m, w, argc, false);
}

// ---- spread and named arguments -------------------------------------------------------------

static MdhValue callable_name(MdhThread *t, MdhValue f)
{
    switch (mdh_tag(f)) {
    case MDH_TAG_FUNCTION: return mdh_str_c(t, ((MdhFn *)mdh_ptr(f))->info->name);
    case MDH_TAG_NATIVE_FUNCTION: return mdh_str_c(t, ((MdhNativeFn *)mdh_ptr(f))->row->name);
    case MDH_TAG_STRUCT: return ((MdhStruct *)mdh_ptr(f))->name;
    case MDH_TAG_CLASS: return ((MdhClass *)mdh_ptr(f))->name;
    default: return f;
    }
}

static int param_index(const MdhFnInfo *info, MdhValue name)
{
    for (int i = 0; i < info->nparams; i++)
        if (mdh_str_is(name, info->param_names[i])) return i;
    return -1;
}

// Puts named values where their parameters are; argc positional ones stand at args already.
// Returns how many arguments there are now, -1 when it threw.
static int place_named(MdhThread *t, MdhValue f, bool strict, int argc, MdhValue *args, int n,
                       const MdhValue *names, const MdhValue *vals)
{
    const MdhFnInfo *info = mdh_is_fn(f) ? ((MdhFn *)mdh_ptr(f))->info : NULL;
    if (!n || mdh_has_tag(f, MDH_TAG_CLASS)) return argc; // no init: arguments are ignored
    if (!mdh_is_callable(f)) {
        mdh_throw_error(t, MDH_E_NOT_CALLABLE, f);
        return -1;
    }
    if (!info || info->is_lambda) {
        mdh_throw_type(t, "Function '%v' takes nae named arguments", callable_name(t, f));
        return -1;
    }
    for (int i = argc; i < info->nparams; i++) args[i] = MDH_ABSENT;
    for (int k = 0; k < n; k++) {
        int i = param_index(info, names[k]);
        if (i < 0) {
            mdh_throw_type(t, "Function '%s' has nae parameter '%v'", info->name, names[k]);
            return -1;
        }
        if (!mdh_is_absent(args[i])) {
            mdh_throw_type(t, "Function '%s' gets '%v' twice", info->name, names[k]);
            return -1;
        }
        args[i] = vals[k];
    }
    for (int i = argc; i < info->nrequired; i++) {
        if (!mdh_is_absent(args[i])) continue;
        if (strict) {
            vm_throw_arity(t, info, argc + n);
            return -1;
        }
        args[i] = MDH_NAETHING;
    }
    return argc > info->nparams ? argc : info->nparams;
}

// The function that a class's call with arguments goes to, or f itself.
static MdhValue init_of(MdhValue f)
{
    if (!mdh_has_tag(f, MDH_TAG_CLASS)) return f;
    MdhValue init = ((MdhClass *)mdh_ptr(f))->init;
    return mdh_is_absent(init) ? f : init;
}

// The positional arguments out of their list, into `args`.
static bool unlist(MdhThread *t, const MdhListBuf *items, uint64_t n, MdhValue *args)
{
    for (uint64_t i = 0; i < n; i++) {
        args[i] = mdh_listbuf_get(t, items, i);
        if (mdh_is_exc(args[i])) return false;
    }
    return true;
}

// More arguments than a window holds: they stay on the heap, the call goes through C.
static VmCall call_with_many(MdhThread *t, MdhValue *w, MdhValue self, const MdhListBuf *items,
                             uint64_t argc)
{
    MdhValue *args = mdh_new(t, argc * sizeof *args);
    if (!args || argc > INT32_MAX) {
        mdh_throw_oom(t, argc * sizeof *args);
        return VM_THREW;
    }
    if (!unlist(t, items, argc, args)) return VM_THREW;
    MdhValue v = mdh_is_absent(self) ? mdh_call(t, w[0], (int)argc, args)
                                     : mdh_call_method(t, w[0], self, (int)argc, args, false);
    if (mdh_is_exc(v)) return VM_THREW;
    w[0] = v;
    return VM_DONE;
}

static VmCall call_with_list(MdhThread *t, MdhValue *w, MdhValue self, MdhValue list, int n_named,
                             const MdhValue *names, const MdhValue *vals)
{
    MdhValue named[MDH_MAX_PARAMS];
    uint64_t argc;
    const MdhListBuf *items = mdh_list_freeze(list, &argc);
    if (argc > MDH_MAX_PARAMS && !n_named) return call_with_many(t, w, self, items, argc);
    if (argc > MDH_MAX_PARAMS) argc = MDH_MAX_PARAMS; // no function takes these and named ones
    for (int k = 0; k < n_named; k++) named[k] = vals[k];
    bool method = !mdh_is_absent(self);
    MdhValue *args = w + 1 + method;
    if (!unlist(t, items, argc, args)) return VM_THREW;
    MdhValue f = init_of(w[0]);
    bool strict = !method && mdh_same(f, w[0]);
    int n = place_named(t, f, strict, (int)argc, args, n_named, names, named);
    if (n < 0) return VM_THREW;
    if (!method) return vm_call(t, w, n);
    w[1] = self;
    return push_method(t, w[0], w, n, false);
}

VmCall vm_call_general(MdhThread *t, MdhValue *w, uint32_t how, int n_named, MdhValue name,
                       const MdhValue *names)
{
    MdhValue recv = w[1], list = w[2], self = MDH_ABSENT;
    uint64_t ic = 0;
    if (how == BC_CALL_AULD) {
        w[0] = vm_auld_method(t, w[0], name);
        if (mdh_is_exc(w[0])) return VM_THREW;
        self = recv;
    } else if (how == BC_CALL_METHOD) {
        MdhValue m = MDH_ABSENT;
        if (mdh_is_instance(recv)) m = mdh_instance_method(recv, name, &ic);
        if (!mdh_is_absent(m)) self = recv;
        else m = vm_callee_of(t, recv, name, &ic);
        if (mdh_is_exc(m)) return VM_THREW;
        w[0] = m;
    }
    return call_with_list(t, w, self, list, n_named, names, w + 3);
}
