// SPDX-License-Identifier: MIT
#include "runtime/data/list.h"
#include "tests/unit/rt.h"

TEST(texts_get_their_line_from_the_first_dispatcher)
{
    MdhThread *t = rt();
    CHECK(mdh_is_exc(mdh_throw_error(t, MDH_E_DIV_ZERO)));
    mdh_throw_at(t, "inner", "a.braw", 12);
    mdh_throw_at(t, "outer", "a.braw", 40);
    CHECK_EQ(t->exc_line, 12);
    CHECK_EQ(t->ntrace, 2);
    CHECK_STR(t->trace[0].fn_name, "inner");
    CHECK_EQ(t->trace[1].line, 40);
    CHECK(!t->exc_hurled);
    CHECK_SHOWN(mdh_take_error(t), "Ye numpty! Tryin' tae divide by zero at line 12");
    CHECK(mdh_is_absent(t->exc));
}

TEST(arguments_of_the_templates)
{
    MdhThread *t = rt();
    CHECK_SHOWN(
        mdh_throw_error(t, MDH_E_ARITY, rt_str("f"), (int64_t)2, (int64_t)3),
        "Yer bum's oot the windae! Function 'f' expects 2 arguments but ye gave it 3 at "
        "line 7");
    CHECK_SHOWN(mdh_throw_error(t, MDH_E_INDEX, (int64_t)-4, (int64_t)3),
                "Hoachin'! Index -4 is oot o' bounds (size is 3) at line 7");
    CHECK_SHOWN(mdh_throw_error(t, MDH_E_UNDEFINED, mdh_list_of_ints(t, 1, 2)),
                "Awa' an bile yer heid! '[1, 2]' hasnae been defined yet at line 7");
    CHECK_SHOWN(mdh_throw_error(t, MDH_E_READ, rt_str("x"), "nae such file"),
                "Dinnae be daft! Cannae read 'x': nae such file");
    CHECK_SHOWN(mdh_throw_type(t, "Cannae add %k an' %k", rt_str("a"), mdh_fix(1)),
                "That's pure mince! Type error at line 7: Cannae add string an' integer");
    CHECK_SHOWN(mdh_throw_type(t, "100%% %s %d", "o'", (int64_t)5),
                "That's pure mince! Type error at line 7: 100% o' 5");
    CHECK_SHOWN(mdh_throw_native(t, "Cannae turn '%v' intae a float", rt_str("x%vy")),
                "Jings! Something went awfy wrang: Cannae turn 'x%vy' intae a float");
}

TEST(hurling_keeps_the_value)
{
    MdhThread *t = rt();
    MdhValue list = mdh_list_of_ints(t, 1, 3);
    CHECK(mdh_is_exc(mdh_throw(t, list)));
    CHECK(t->exc_hurled);
    mdh_throw_at(t, "f", "x.braw", 3);
    CHECK(mdh_same(mdh_take_error(t), list));
    MdhValue text = rt_str("plain");
    mdh_throw(t, text);
    mdh_throw_at(t, "f", "x.braw", 3);
    CHECK(mdh_same(mdh_take_error(t), text));
}

TEST(a_long_trace_is_cut)
{
    MdhThread *t = rt();
    mdh_throw(t, MDH_NAETHING);
    for (uint32_t i = 0; i < 1000; i++) mdh_throw_at(t, "f", "x.braw", i + 1);
    CHECK_EQ(t->ntrace, MDH_TRACE_MAX);
    CHECK_EQ(t->ntrace_dropped, 1000 - MDH_TRACE_MAX);
    CHECK_EQ(t->exc_line, 1);
    mdh_take_error(t);
    CHECK_EQ(t->ntrace, 0);
}

TEST(out_of_memory_without_any_memory)
{
    MdhThread *t = rt();
    // Each takes the one string kept for it, or the static text when that is given away.
    mdh_gc_fail_after(1);
    mdh_throw_oom(t, 123);
    CHECK(!mdh_gc_fail_pending());
    MdhValue first = t->exc;
    mdh_gc_fail_after(1);
    mdh_throw_oom(t, 456);
    MdhValue second = t->exc;
    mdh_gc_fail_after(0);
    CHECK_SHOWN(first, "Jings! Something went awfy wrang: Nae memory left fer 123 bytes");
    CHECK_SHOWN(second, "Jings! Something went awfy wrang: Nae memory left");
    mdh_take_error(t);
    mdh_gc_fail_after(1);
    mdh_throw_oom(t, 789);
    CHECK_SHOWN(t->exc, "Jings! Something went awfy wrang: Nae memory left fer 789 bytes");
    CHECK_SHOWN(first, "Jings! Something went awfy wrang: Nae memory left fer 123 bytes");
}

TEST(throwing_without_memory_throws_that)
{
    MdhThread *t = rt();
    for (uint64_t k = 1; k < 4; k++) {
        mdh_gc_fail_after(k);
        CHECK(mdh_is_exc(mdh_throw_error(t, MDH_E_UNDEFINED, rt_str("x"))));
        mdh_throw_at(t, "f", "x.braw", 9);
        mdh_gc_fail_after(0);
        CHECK_EQ(t->exc_line, 9);
        CHECK(mdh_is_str(mdh_take_error(t)));
    }
}

TEST(values_too_deep_to_print_do_not_hide_the_error)
{
    MdhThread *t = rt();
    MdhValue deep = mdh_list_new(t, 0);
    for (int i = 0; i < 2000; i++) {
        MdhValue outer = mdh_list_new(t, 1);
        mdh_list_push(t, outer, deep);
        deep = outer;
    }
    const char *text = rt_text(mdh_throw_error(t, MDH_E_NOT_CALLABLE, deep));
    CHECK(strstr(text, "isnae a function at line 7") != NULL);
    CHECK_EQ(t->data_depth, 0);
}
