// SPDX-License-Identifier: MIT
// What tests of the runtime share: a running runtime, values from C text, and the printed form
// of a result or of the error it ended in (completed with line 7).
#ifndef MDH_TESTS_UNIT_RT_H
#define MDH_TESTS_UNIT_RT_H

#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "runtime/core/fn.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"
#include "tests/unit/harness.h"

static MdhThread *rt_thread;

static inline MdhThread *rt(void)
{
    if (rt_thread) return rt_thread;
    REQUIRE(mdh_runtime_init());
    rt_thread = mdh_thread_new("main");
    REQUIRE(rt_thread);
    return rt_thread;
}

static inline MdhValue rt_str(const char *text)
{
    return mdh_str_c(rt(), text);
}

static inline const char *rt_text(MdhValue v)
{
    static char text[4][4000];
    static int at;
    char *out = text[at++ & 3];
    if (mdh_is_exc(v)) {
        mdh_throw_at(rt(), "f", "x.braw", 7);
        v = mdh_take_error(rt());
    }
    v = mdh_show(rt(), v);
    if (mdh_is_exc(v)) return "(cannot be shown)";
    snprintf(out, sizeof text[0], "%.*s", SLICE_ARG(mdh_str_slice(v)));
    return out;
}

#define CHECK_SHOWN(v, text) CHECK_STR(rt_text(v), text)

// A function value whose body is C.
static inline MdhValue rt_fn(const MdhFnInfo *info, MdhEntry entry)
{
    MdhFn *fn = mdh_new(rt(), sizeof *fn);
    REQUIRE(fn);
    fn->h = (MdhObj){MDH_TAG_FUNCTION, 0, 0, 0};
    fn->entry = entry;
    fn->info = info;
    return mdh_from_ptr(fn);
}

#endif
