// SPDX-License-Identifier: MIT
// For tests of builtins: calls one by name through its row, as a program would, and gives the
// printed result or the text of the error.
#ifndef MDH_TESTS_UNIT_CALL_BUILTIN_H
#define MDH_TESTS_UNIT_CALL_BUILTIN_H

#include <stdio.h>
#include <string.h>

#include "abi/abi.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/list.h"
#include "runtime/data/str.h"
#include "tests/unit/harness.h"

#define JINGS "Jings! Something went awfy wrang: "

static MdhThread *the_thread(void)
{
    static MdhThread *t;
    if (!t && mdh_runtime_init()) t = mdh_thread_new("test");
    return t;
}

static inline MdhValue S(const char *text)
{
    return mdh_str_c(the_thread(), text);
}
static inline MdhValue I(int64_t i)
{
    return mdh_int(the_thread(), i);
}
static inline MdhValue F(double d)
{
    return mdh_float(the_thread(), d);
}

static inline MdhValue list_of(size_t n, const MdhValue *items)
{
    return mdh_list_of(the_thread(), n, items);
}

static inline MdhValue call_builtin(const char *name, size_t argc, const MdhValue *args)
{
    MdhThread *t = the_thread();
    MdhValue window[MDH_MAX_PARAMS + 1] = {MDH_NAETHING};
    const MdhBuiltin *row = mdh_builtin_find(name, strlen(name));
    REQUIRE(row != NULL);
    for (size_t i = 0; i < argc; i++) window[i + 1] = args[i];
    return mdh_builtin_call(t, row, (int)argc, window);
}

// The printed result, or the error's text. In a static buffer.
static inline const char *shown(const char *name, size_t argc, const MdhValue *args)
{
    static char text[4096];
    MdhThread *t = the_thread();
    MdhValue v = call_builtin(name, argc, args);
    if (mdh_is_exc(v)) v = mdh_take_error(t);
    MdhValue s = mdh_show(t, v);
    snprintf(text, sizeof text, "%.*s", SLICE_ARG(mdh_str_slice(s)));
    return text;
}

#define VALUES(...)                                                                        \
    (MdhValue[])                                                                           \
    {                                                                                      \
        __VA_ARGS__                                                                        \
    }
#define COUNT(...)                  (sizeof(VALUES(__VA_ARGS__)) / sizeof(MdhValue))
#define L(...)                      list_of(COUNT(__VA_ARGS__), VALUES(__VA_ARGS__))
#define CALL(name, ...)             call_builtin(name, COUNT(__VA_ARGS__), VALUES(__VA_ARGS__))
#define SHOWN(name, ...)            shown(name, COUNT(__VA_ARGS__), VALUES(__VA_ARGS__))
#define CHECK_CALL(want, name, ...) CHECK_STR(SHOWN(name, __VA_ARGS__), want)
#define CHECK_OVERFLOW(name, ...)                                                          \
    CHECK(strncmp(SHOWN(name, __VA_ARGS__), "Wheesht! Yer number's too muckle", 32) == 0)

#endif
