// SPDX-License-Identifier: MIT
#include "runtime/data/bytes.h"
#include "tests/unit/rt.h"

static MdhValue filled(uint64_t n)
{
    MdhValue b = mdh_bytes_new(rt(), n);
    uint8_t *p = mdh_bytes_window(b)->data;
    for (uint64_t i = 0; i < n; i++) p[i] = (uint8_t)i;
    return b;
}

static void put(MdhValue b, uint64_t i, uint8_t v)
{
    MdhWindow *w = mdh_bytes_write_begin(rt(), b);
    REQUIRE(w && i < w->len);
    w->data[i] = v;
    mdh_bytes_write_end(b);
}

static int at(MdhValue b, uint64_t i)
{
    return mdh_bytes_window(b)->data[i];
}

TEST(new_bytes_are_zero)
{
    MdhValue b = mdh_bytes_new(rt(), 1000);
    for (uint64_t i = 0; i < 1000; i++) CHECK_EQ(at(b, i), 0);
    CHECK_EQ(mdh_bytes_len(mdh_bytes_new(rt(), 0)), 0);
}

TEST(appending_grows)
{
    MdhValue b = mdh_bytes_new(rt(), 0);
    for (int i = 0; i < 10000; i++) {
        uint8_t octet = (uint8_t)i;
        CHECK(mdh_bytes_append(rt(), b, &octet, 1));
    }
    CHECK_EQ(mdh_bytes_len(b), 10000);
    for (uint64_t i = 0; i < 10000; i++) CHECK_EQ(at(b, i), i & 255);
}

TEST(appending_bytes_to_themselves)
{
    MdhValue b = mdh_bytes_from(rt(), "abcdefg", 7);
    for (int i = 0; i < 5; i++) {
        Slice s = mdh_bytes_slice_of(b);
        CHECK(mdh_bytes_append(rt(), b, s.ptr, s.len));
    }
    CHECK_EQ(mdh_bytes_len(b), 224);
    CHECK_MEM(mdh_bytes_slice_of(b).ptr + 217, 7, "abcdefg");
}

TEST(a_slice_behaves_like_a_copy)
{
    for (uint64_t n = 10; n <= 100000; n *= 100) {
        MdhValue b = filled(n);
        MdhValue s = mdh_bytes_sub(rt(), b, 1, n - 1);
        CHECK_EQ(mdh_bytes_len(s), n - 2);
        put(b, 5, 200);
        CHECK_EQ(at(b, 5), 200);
        CHECK_EQ(at(s, 4), 5);
        put(s, 0, 99);
        CHECK_EQ(at(s, 0), 99);
        CHECK_EQ(at(b, 1), 1);
        CHECK(mdh_bytes_append(rt(), s, "x", 1));
        CHECK_EQ(at(b, n - 1), (n - 1) & 255);
    }
}

TEST(long_slices_share_until_written)
{
    MdhValue b = filled(10000);
    MdhValue s = mdh_bytes_sub(rt(), b, 0, 9000), s2 = mdh_bytes_sub(rt(), s, 10, 8000);
    CHECK(mdh_bytes_window(s)->owner == mdh_bytes_window(b)->owner);
    CHECK(mdh_bytes_window(s2)->owner == mdh_bytes_window(b)->owner);
    put(s, 20, 1);
    CHECK_EQ(at(s2, 10), 20);
    CHECK_EQ(at(b, 20), 20);
    const MdhWindow *own = mdh_bytes_window(s);
    put(s, 21, 1);
    CHECK(mdh_bytes_window(s) == own); // once un-shared it stays in place
}

TEST(slices_are_clipped)
{
    MdhValue b = filled(10);
    CHECK_EQ(mdh_bytes_len(mdh_bytes_sub(rt(), b, 8, 100)), 2);
    CHECK_EQ(mdh_bytes_len(mdh_bytes_sub(rt(), b, 50, 100)), 0);
    CHECK_EQ(mdh_bytes_len(mdh_bytes_sub(rt(), b, 5, 3)), 0);
}

TEST(a_view_shares_both_ways)
{
    MdhValue b = filled(10000);
    MdhValue v = mdh_bytes_view(rt(), b, 100, 200);
    put(b, 100, 7);
    CHECK_EQ(at(v, 0), 7);
    put(v, 1, 8);
    CHECK_EQ(at(b, 101), 8);
    CHECK_EQ(mdh_bytes_len(v), 100);
}

TEST(a_slice_of_viewed_bytes_is_still_a_copy)
{
    MdhValue b = filled(10000);
    MdhValue before = mdh_bytes_sub(rt(), b, 0, 10000);
    MdhValue v = mdh_bytes_view(rt(), b, 0, 10000);
    MdhValue after = mdh_bytes_sub(rt(), b, 0, 10000);
    put(v, 3, 77);
    CHECK_EQ(at(b, 3), 77);
    CHECK_EQ(at(before, 3), 3);
    CHECK_EQ(at(after, 3), 3);
    put(b, 4, 78);
    CHECK_EQ(at(v, 4), 78);
    CHECK_EQ(at(before, 4), 4);
    CHECK_EQ(at(after, 4), 4);
}

TEST(appending_to_a_view_leaves_what_lies_behind_it)
{
    MdhValue b = filled(100);
    MdhValue v = mdh_bytes_view(rt(), b, 0, 10);
    CHECK(mdh_bytes_append(rt(), v, "xyz", 3));
    CHECK_EQ(mdh_bytes_len(v), 13);
    CHECK_EQ(at(b, 10), 10);
}

TEST(resizing)
{
    MdhValue b = filled(100);
    CHECK(mdh_bytes_resize(rt(), b, 50));
    CHECK_EQ(mdh_bytes_len(b), 50);
    CHECK(mdh_bytes_resize(rt(), b, 80));
    CHECK_EQ(at(b, 49), 49);
    CHECK_EQ(at(b, 50), 0);
    CHECK(mdh_bytes_resize(rt(), b, 100000));
    CHECK_EQ(at(b, 99999), 0);
    CHECK_EQ(at(b, 49), 49);
    CHECK(!mdh_bytes_resize(rt(), b, UINT64_MAX));
    mdh_take_error(rt());
    CHECK_EQ(mdh_bytes_len(b), 100000);
}

TEST(resizing_shared_bytes_keeps_the_slice)
{
    MdhValue b = filled(10000);
    MdhValue s = mdh_bytes_sub(rt(), b, 0, 5000);
    CHECK(mdh_bytes_resize(rt(), b, 100));
    CHECK(mdh_bytes_resize(rt(), b, 6000));
    CHECK_EQ(at(s, 200), 200);
    CHECK_EQ(at(b, 200), 0);
    CHECK_EQ(at(b, 99), 99);
}

TEST(equality_of_bytes)
{
    CHECK(mdh_bytes_equal(filled(10), filled(10)));
    CHECK(!mdh_bytes_equal(filled(10), filled(11)));
    MdhValue other = filled(10);
    put(other, 9, 0);
    CHECK(!mdh_bytes_equal(filled(10), other));
    CHECK(mdh_bytes_equal(filled(0), filled(0)));
}

TEST(too_big_is_refused)
{
    CHECK(mdh_is_exc(mdh_bytes_new(rt(), UINT64_MAX)));
    CHECK(strstr(rt_text(MDH_EXC), "Nae memory left fer 18446744073709551615 bytes") !=
          NULL);
    MdhValue b = filled(10);
    CHECK(!mdh_bytes_append(rt(), b, "x", MDH_MAX_OBJECT_BYTES));
    mdh_take_error(rt());
    CHECK_EQ(mdh_bytes_len(b), 10);
}

TEST(any_allocation_of_bytes_may_fail)
{
    MdhThread *t = rt();
    for (uint64_t k = 1; k < 30; k++) {
        mdh_gc_fail_after(k);
        MdhValue b = mdh_bytes_new(t, 2000), s = MDH_EXC;
        bool fine = !mdh_is_exc(b);
        if (fine) fine = !mdh_is_exc(s = mdh_bytes_sub(t, b, 0, 1500));
        if (fine) fine = mdh_bytes_append(t, b, "abc", 3);
        if (fine) fine = mdh_bytes_unshare(t, s);
        if (fine) fine = mdh_bytes_resize(t, s, 5000);
        if (fine) fine = !mdh_is_exc(mdh_bytes_view(t, s, 0, 10));
        CHECK_EQ(fine, mdh_gc_fail_pending());
        mdh_gc_fail_after(0);
        CHECK(mdh_is_exc(b) || mdh_obj(b)->lock == 0);
        if (!fine) mdh_take_error(t);
    }
}
