// SPDX-License-Identifier: MIT
// Calling any callable value from C.
//
// Back ends call script functions directly; this is the way in for builtins with callbacks,
// operator methods, classes and structs used as values. It may nest (a comparator that sorts),
// on the C stack, so depth is limited. Arguments are copied only where the callee's window
// differs from the caller's: masel in front, or a builtin's window with room for defaults.
#include "abi/abi.h"
#include "runtime/core/fn.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict.h"
#include "runtime/data/object.h"

#define WINDOW (MDH_MAX_PARAMS + 1)
#define FEW    16 // arguments copied to the C stack; more than that go to the heap

bool mdh_is_callable(MdhValue v)
{
    unsigned tag = mdh_tag(v);
    return tag == MDH_TAG_FUNCTION || tag == MDH_TAG_NATIVE_FUNCTION ||
           tag == MDH_TAG_CLASS || tag == MDH_TAG_STRUCT;
}

static int builtin_max(const MdhBuiltin *row)
{
    int max = 0;
    for (; row; row = mdh_builtin_next_form(row)) {
        if (row->rest) return -1;
        if (row->nmax > max) max = row->nmax;
    }
    return max;
}

int mdh_max_params(MdhValue fn)
{
    switch (mdh_tag(fn)) {
    case MDH_TAG_FUNCTION: {
        const MdhFnInfo *info = ((MdhFn *)mdh_ptr(fn))->info;
        return info->has_rest ? -1 : info->nparams;
    }
    case MDH_TAG_NATIVE_FUNCTION: return builtin_max(((MdhNativeFn *)mdh_ptr(fn))->row);
    case MDH_TAG_CLASS: {
        MdhValue init = ((MdhClass *)mdh_ptr(fn))->init;
        return mdh_is_absent(init) ? -1 : mdh_max_params(init);
    }
    case MDH_TAG_STRUCT: return (int)((MdhStruct *)mdh_ptr(fn))->n;
    default: return 0;
    }
}

// Room for n values: `few` when they fit, else scanned heap. NULL: threw.
static MdhValue *room_for(MdhThread *t, size_t n, MdhValue *few, size_t n_few)
{
    if (n <= n_few) return few;
    MdhValue *many =
        n <= MDH_MAX_OBJECT_BYTES / sizeof *many ? mdh_new(t, n * sizeof *many) : NULL;
    if (!many) mdh_throw_oom(t, n * sizeof *many);
    return many;
}

static void copy_values(MdhValue *to, const MdhValue *from, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] = from[i];
}

// How many arguments a lenient call passes: surplus ones dropped, missing required ones added.
static int lenient_count(const MdhFnInfo *info, int argc)
{
    if (argc < info->nrequired) return info->nrequired;
    if (argc > info->nparams && !info->has_rest) return info->nparams;
    return argc;
}

static MdhValue call_with_self(MdhThread *t, MdhFn *fn, MdhValue self, int argc,
                               const MdhValue *argv, bool strict)
{
    MdhValue few[FEW];
    int n = strict ? argc : lenient_count(fn->info, argc);
    int given = argc < n ? argc : n;
    MdhValue *args = room_for(t, (size_t)n + 1, few, countof(few));
    if (!args) return MDH_EXC;
    args[0] = self;
    copy_values(args + 1, argv, (size_t)given);
    for (int i = given; i < n; i++) args[i + 1] = MDH_NAETHING;
    return fn->entry(t, fn, n + 1, args);
}

// A function that takes no masel: still lenient where the call is.
static MdhValue call_without_self(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv,
                                  bool strict)
{
    int n = strict ? argc : lenient_count(fn->info, argc);
    if (n <= argc) return fn->entry(t, fn, n, argv);
    MdhValue few[FEW];
    MdhValue *args = room_for(t, (size_t)n, few, countof(few));
    if (!args) return MDH_EXC;
    copy_values(args, argv, (size_t)argc);
    for (int i = argc; i < n; i++) args[i] = MDH_NAETHING;
    return fn->entry(t, fn, n, args);
}

static MdhValue call_function(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    if (MDH_LIKELY(!fn->info->is_method)) return fn->entry(t, fn, argc, argv);
    return call_with_self(t, fn, MDH_ABSENT, argc, argv, true);
}

static MdhValue call_builtin(MdhThread *t, MdhValue fn, int argc, const MdhValue *argv)
{
    MdhValue few[WINDOW];
    MdhValue *w = room_for(t, (size_t)argc + 1, few, countof(few));
    if (!w) return MDH_EXC;
    w[0] = fn;
    copy_values(w + 1, argv, (size_t)argc);
    return mdh_builtin_call(t, ((MdhNativeFn *)mdh_ptr(fn))->row, argc, w);
}

static MdhValue call_class(MdhThread *t, MdhClass *cls, int argc, const MdhValue *argv)
{
    MdhValue obj = mdh_instance_new(t, cls);
    if (mdh_is_exc(obj) || mdh_is_absent(cls->init)) return obj;
    MdhValue ignored = mdh_call_method(t, cls->init, obj, argc, argv, false);
    return mdh_is_exc(ignored) ? ignored : obj;
}

static MdhValue call_struct(MdhThread *t, MdhStruct *s, int argc, const MdhValue *argv)
{
    if ((uint32_t)argc != s->n)
        return mdh_throw_error(t, MDH_E_ARITY, s->name, (int64_t)s->n, (int64_t)argc);
    return mdh_dict_of(t, s->n, s->fields, argv);
}

static MdhValue call_any(MdhThread *t, MdhValue fn, int argc, const MdhValue *argv)
{
    switch (mdh_tag(fn)) {
    case MDH_TAG_FUNCTION: return call_function(t, mdh_ptr(fn), argc, argv);
    case MDH_TAG_NATIVE_FUNCTION: return call_builtin(t, fn, argc, argv);
    case MDH_TAG_CLASS: return call_class(t, mdh_ptr(fn), argc, argv);
    case MDH_TAG_STRUCT: return call_struct(t, mdh_ptr(fn), argc, argv);
    default: return mdh_throw_error(t, MDH_E_NOT_CALLABLE, fn);
    }
}

// Nested too often, or too little C stack left (the sanitizers make frames many times as big).
MDH_INLINE bool too_deep(const MdhThread *t)
{
    return t->depth >= MDH_MAX_REENTRY ||
           (char *)__builtin_frame_address(0) < t->c_stack_limit;
}

MdhValue mdh_call(MdhThread *t, MdhValue fn, int argc, const MdhValue *argv)
{
    if (MDH_UNLIKELY(too_deep(t))) return mdh_throw_error(t, MDH_E_STACK);
    t->depth++;
    MdhValue v = call_any(t, fn, argc, argv);
    t->depth--;
    return v;
}

MdhValue mdh_call_method(MdhThread *t, MdhValue fn, MdhValue self, int argc,
                         const MdhValue *argv, bool strict)
{
    if (!mdh_is_fn(fn)) return mdh_call(t, fn, argc, argv);
    if (MDH_UNLIKELY(too_deep(t))) return mdh_throw_error(t, MDH_E_STACK);
    t->depth++;
    MdhFn *f = mdh_ptr(fn);
    MdhValue v = f->info->is_method ? call_with_self(t, f, self, argc, argv, strict)
                                    : call_without_self(t, f, argc, argv, strict);
    t->depth--;
    return v;
}
