// SPDX-License-Identifier: MIT
// Lists: growth, kinds and widening, freezing, parts, failure of memory.
#include "runtime/data/list.h"

#include "tests/unit/data_helpers.h"

static unsigned kind(MdhValue list)
{
    return mdh_list_buf(list)->h.flags;
}

TEST(an_empty_list_has_no_room_of_its_own)
{
    MdhThread *t = the_thread();
    MdhValue a = mdh_list_new(t, 0), b = mdh_list_of(t, 0, NULL);
    CHECK(mdh_list_buf(a) == mdh_list_buf(b));
    CHECK(mdh_list_push(t, a, MDH_AYE));
    CHECK_EQ(mdh_list_len(a), 1);
    CHECK_EQ(mdh_list_len(b), 0);
}

TEST(pushes_are_read_back_across_growth)
{
    MdhThread *t = the_thread();
    MdhValue list = mdh_list_new(t, 0);
    for (int64_t i = 0; i < 100000; i++) REQUIRE(mdh_list_push(t, list, mdh_fix(i * 3)));
    CHECK_EQ(mdh_list_len(list), 100000);
    for (int64_t i = 0; i < 100000; i++)
        REQUIRE(mdh_int_of(mdh_list_get(t, list, (uint64_t)i)) == i * 3);
    for (int64_t i = 100000; i-- > 0;) REQUIRE(mdh_int_of(mdh_list_pop(t, list)) == i * 3);
    CHECK(mdh_is_absent(mdh_list_pop(t, list)));
    CHECK_EQ(mdh_list_len(list), 0);
}

TEST(fast_paths_answer_only_the_usual_case)
{
    MdhThread *t = the_thread();
    MdhValue list = mdh_list_new(t, 2), range = mdh_list_of_ints(t, 0, 3);
    uint64_t n;
    CHECK(mdh_list_push_fast(list, mdh_fix(1)));
    CHECK(mdh_list_push_fast(list, mdh_fix(2)));
    CHECK(!mdh_list_push_fast(list, mdh_fix(3)));
    CHECK(mdh_list_set_fast(list, 1, mdh_fix(9)));
    CHECK(!mdh_list_set_fast(list, 2, mdh_fix(9)));
    CHECK_STR(printed(list), "[1, 9]");
    mdh_list_freeze(list, &n);
    CHECK(!mdh_list_set_fast(list, 0, mdh_fix(9)));
    CHECK(mdh_is_absent(mdh_list_get_fast(range, 0)));
    CHECK(!mdh_list_set_fast(range, 0, mdh_fix(9)));
    CHECK(!mdh_list_push_fast(range, mdh_fix(9)));
    CHECK(mdh_is_absent(mdh_list_get_fast(list, 2)));
}

TEST(setting_beyond_the_end_throws)
{
    MdhThread *t = the_thread();
    MdhValue list = ints(0, 3);
    CHECK(mdh_list_set(t, list, 2, MDH_NAE));
    CHECK(!mdh_list_set(t, list, 3, MDH_NAE));
    CHECK(strstr(printed(MDH_EXC), "Index 3 is oot o' bounds (size is 3)") != NULL);
    CHECK_STR(printed(list), "[0, 1, nae]");
}

TEST(a_range_is_a_list_of_i64_until_something_else_comes)
{
    MdhThread *t = the_thread();
    MdhValue list = mdh_list_of_ints(t, INT64_MAX - 2, 2);
    CHECK_EQ(kind(list), MDH_LIST_I64);
    CHECK_STR(printed(list), "[9223372036854775805, 9223372036854775806]");
    CHECK(mdh_list_push(t, list, mdh_fix(-1)));
    CHECK(mdh_list_set(t, list, 0, mdh_int(t, INT64_MIN)));
    CHECK_EQ(kind(list), MDH_LIST_I64);
    CHECK(mdh_list_push(t, list, intern("x")));
    CHECK_EQ(kind(list), MDH_LIST_VALUES);
    CHECK_STR(printed(list), "[-9223372036854775808, 9223372036854775806, -1, x]");
}

TEST(setting_widens)
{
    MdhThread *t = the_thread();
    MdhValue list = mdh_list_of_ints(t, 5, 3);
    CHECK(mdh_list_set(t, list, 1, float_of(0.5)));
    CHECK_EQ(kind(list), MDH_LIST_VALUES);
    CHECK_STR(printed(list), "[5, 0.5, 7]");
}

TEST(floats_and_octets_have_kinds_too)
{
    MdhThread *t = the_thread();
    MdhValue f = mdh_list_new_kind(t, MDH_LIST_F64, 2),
             u = mdh_list_new_kind(t, MDH_LIST_U8, 2);
    CHECK(mdh_list_push(t, f, float_of(-0.0)) && mdh_list_push(t, f, float_of(1e300)));
    CHECK_EQ(kind(f), MDH_LIST_F64);
    CHECK_STR(printed(f), "[-0, 1e+300]");
    CHECK(mdh_list_push(t, f, mdh_fix(1)));
    CHECK_EQ(kind(f), MDH_LIST_VALUES);
    CHECK(mdh_list_push(t, u, mdh_fix(0)) && mdh_list_push(t, u, mdh_fix(255)));
    CHECK_EQ(kind(u), MDH_LIST_U8);
    CHECK_STR(printed(mdh_list_slice(t, u, 1, 9)), "[255]");
    CHECK(mdh_list_push(t, u, mdh_fix(256)));
    CHECK_EQ(kind(u), MDH_LIST_I64);
    CHECK(mdh_list_set(t, u, 0, MDH_NAETHING));
    CHECK_STR(printed(u), "[naething, 255, 256]");
}

TEST(concatenation_keeps_a_common_kind)
{
    MdhThread *t = the_thread();
    MdhValue a = mdh_list_of_ints(t, 1, 2), b = mdh_list_of_ints(t, 3, 2), c = ints(5, 7);
    MdhValue ab = mdh_list_concat(t, a, b), bc = mdh_list_concat(t, b, c);
    MdhValue none = mdh_list_new(t, 0);
    CHECK_EQ(kind(ab), MDH_LIST_I64);
    CHECK_STR(printed(ab), "[1, 2, 3, 4]");
    CHECK_EQ(kind(bc), MDH_LIST_VALUES);
    CHECK_STR(printed(bc), "[3, 4, 5, 6]");
    CHECK_EQ(kind(mdh_list_concat(t, none, a)), MDH_LIST_I64);
    CHECK_EQ(mdh_list_len(mdh_list_concat(t, none, none)), 0);
}

TEST(extending_with_itself_doubles)
{
    MdhThread *t = the_thread();
    MdhValue list = ints(0, 3);
    CHECK(mdh_list_extend(t, list, list));
    CHECK(mdh_list_extend(t, list, list));
    CHECK_STR(printed(list), "[0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]");
    CHECK(mdh_list_extend(t, list, mdh_list_of_ints(t, 7, 1)));
    CHECK_EQ(mdh_list_len(list), 13);
}

TEST(slices_are_cut_to_the_list)
{
    MdhThread *t = the_thread();
    MdhValue list = ints(0, 5);
    CHECK_STR(printed(mdh_list_slice(t, list, 1, 3)), "[1, 2]");
    CHECK_STR(printed(mdh_list_slice(t, list, 3, 99)), "[3, 4]");
    CHECK_STR(printed(mdh_list_slice(t, list, 9, 99)), "[]");
    CHECK_STR(printed(mdh_list_slice(t, list, 3, 2)), "[]");
    MdhValue copy = mdh_list_copy(t, list);
    CHECK(mdh_list_set(t, copy, 0, MDH_AYE));
    CHECK_STR(printed(list), "[0, 1, 2, 3, 4]");
}

// A walker of the first three items sees them whatever is done to the list.
TEST(a_frozen_buffer_keeps_its_items)
{
    MdhThread *t = the_thread();
    for (int what = 0; what < 5; what++) {
        MdhValue list = ints(0, 3);
        uint64_t n;
        const MdhListBuf *b = mdh_list_freeze(list, &n);
        CHECK_EQ(n, 3);
        switch (what) {
        case 0: CHECK(mdh_list_set(t, list, 0, MDH_AYE)); break;
        case 1: CHECK_EQ(mdh_int_of(mdh_list_pop(t, list)), 2); break;
        case 2: CHECK(mdh_list_clear(t, list)); break;
        case 3: CHECK(mdh_list_push(t, list, MDH_AYE)); break;
        default: CHECK(mdh_list_extend(t, list, list)); break;
        }
        for (int64_t i = 0; i < 3; i++)
            CHECK_EQ(mdh_int_of(mdh_listbuf_get(t, b, (uint64_t)i)), i);
    }
}

TEST(appending_to_a_frozen_list_does_not_copy_it)
{
    MdhThread *t = the_thread();
    MdhValue list = mdh_list_new(t, 8);
    uint64_t n;
    CHECK(mdh_list_push(t, list, mdh_fix(1)));
    MdhListBuf *b = mdh_list_freeze(list, &n);
    CHECK(mdh_list_push(t, list, mdh_fix(2)));
    CHECK(mdh_list_buf(list) == b);
    CHECK_EQ(mdh_int_of(mdh_list_pop(t, list)), 2); // not frozen: in place
    CHECK(mdh_list_buf(list) == b);
    CHECK(mdh_list_set(t, list, 0, mdh_fix(7)));
    CHECK(mdh_list_buf(list) != b);
    b = mdh_list_buf(list);
    CHECK(mdh_list_set(t, list, 0, mdh_fix(8))); // only the first write copies
    CHECK(mdh_list_buf(list) == b);
}

TEST(a_list_beyond_the_object_limit_is_refused)
{
    MdhThread *t = the_thread();
    CHECK(mdh_is_exc(mdh_list_new(t, UINT64_C(1) << 28)));
    CHECK(strstr(printed(MDH_EXC), "Nae memory left fer") != NULL);
    CHECK(mdh_is_exc(mdh_list_of_ints(t, 0, UINT64_MAX)));
    CHECK(strstr(printed(MDH_EXC), "Nae memory left fer") != NULL);
    CHECK(mdh_is_exc(mdh_list_new_kind(t, MDH_LIST_U8, UINT64_MAX - 3)));
    mdh_take_error(t);
}

// Every operation with its k-th allocation failing: it throws, and the list is as it was.
TEST(a_failed_allocation_leaves_the_list_alone)
{
    MdhThread *t = the_thread();
    for (uint64_t k = 1; k <= 4; k++) {
        for (int what = 0; what < 6; what++) {
            MdhValue list = mdh_list_of_ints(t, 0, 4), r = MDH_AYE;
            uint64_t n;
            bool ok = true;
            mdh_list_freeze(list, &n);
            mdh_gc_fail_after(k);
            switch (what) {
            case 0: ok = mdh_list_push(t, list, MDH_AYE); break;
            case 1: ok = mdh_list_set(t, list, 0, MDH_AYE); break;
            case 2: ok = mdh_list_extend(t, list, list); break;
            case 3: r = mdh_list_pop(t, list); break;
            case 4: r = mdh_list_slice(t, list, 1, 3); break;
            default: r = mdh_list_sort(t, list, MDH_ABSENT); break;
            }
            mdh_gc_fail_after(0);
            if (ok && !mdh_is_exc(r)) continue;
            mdh_take_error(t);
            CHECK_STR(printed(list), "[0, 1, 2, 3]");
        }
    }
}
