// SPDX-License-Identifier: MIT
// For tests of the data kinds: a thread, values from C, functions with a body in C.
#ifndef MDH_TESTS_UNIT_DATA_HELPERS_H
#define MDH_TESTS_UNIT_DATA_HELPERS_H

#include <stdio.h>
#include <string.h>

#include "runtime/core/fn.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"
#include "tests/unit/harness.h"

static inline MdhThread *the_thread(void)
{
    static MdhThread *t;
    if (!t && mdh_runtime_init()) t = mdh_thread_new("test");
    return t;
}

static inline MdhValue intern(const char *text)
{
    return mdh_str_intern(the_thread(), text, strlen(text));
}

// A new string that is not interned.
static inline MdhValue loose(const char *text)
{
    return mdh_str_c(the_thread(), text);
}

static inline MdhValue float_of(double d)
{
    return mdh_float(the_thread(), d);
}

// The printed form, in one of a few static buffers.
static inline const char *printed(MdhValue v)
{
    static char texts[4][2048];
    static unsigned next;
    char *text = texts[next++ % 4];
    MdhThread *t = the_thread();
    MdhValue s = mdh_show(t, mdh_is_exc(v) ? mdh_take_error(t) : v);
    snprintf(text, sizeof texts[0], "%.*s", SLICE_ARG(mdh_str_slice(s)));
    return text;
}

// A function value whose body is C.
static inline MdhValue c_function(MdhEntry entry, uint8_t nparams)
{
    static MdhFnInfo infos[16];
    static unsigned n;
    MdhFnInfo *info = &infos[n++ % 16];
    *info =
        (MdhFnInfo){.name = "test", .file = "", .nparams = nparams, .nrequired = nparams};
    MdhFn *fn = mdh_new(the_thread(), sizeof *fn);
    fn->h.tag = MDH_TAG_FUNCTION;
    fn->entry = entry;
    fn->info = info;
    return mdh_from_ptr(fn);
}

static inline MdhValue ints(int64_t from, int64_t to)
{
    MdhValue list = mdh_list_new(the_thread(), 0);
    for (int64_t i = from; i < to; i++) mdh_list_push(the_thread(), list, mdh_fix(i));
    return list;
}

#endif
