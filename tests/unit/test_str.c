// SPDX-License-Identifier: MIT
#include "base/num.h"
#include "runtime/data/str.h"
#include "tests/unit/rt.h"

static MdhValue repeated(const char *text, int64_t n)
{
    return mdh_str_repeat(rt(), rt_str(text), n);
}

static bool is_big(MdhValue v)
{
    return mdh_str(v)->h.flags & MDH_STR_BIG;
}

TEST(empty_and_single_ascii_strings_are_static)
{
    CHECK(mdh_same(rt_str(""), mdh_str_empty));
    CHECK(mdh_same(rt_str("a"), rt_str("a")));
    CHECK(mdh_same(mdh_str_from_cp(rt(), 'a'), rt_str("a")));
    CHECK(mdh_same(mdh_str_char(rt(), rt_str("banana"), 3), rt_str("a")));
    CHECK(mdh_same(mdh_str_intern(rt(), "a", 1), rt_str("a")));
    CHECK(mdh_same(mdh_str_intern(rt(), "", 0), mdh_str_empty));
}

TEST(concatenation)
{
    CHECK_SHOWN(mdh_str_concat(rt(), rt_str("ab"), rt_str("cd")), "abcd");
    CHECK_SHOWN(mdh_str_concat(rt(), rt_str(""), rt_str("cd")), "cd");
    CHECK_SHOWN(mdh_str_concat(rt(), rt_str("ab"), rt_str("")), "ab");
    MdhValue a = rt_str("é"), b = rt_str("x");
    CHECK_EQ(mdh_str_nchars(a), 1);
    CHECK_EQ(mdh_str_nchars(b), 1);
    MdhValue both = mdh_str_concat(rt(), a, b);
    CHECK_EQ(mdh_str_nchars(both), 2);
    CHECK(!mdh_str_is_ascii(both));
}

TEST(appending_leaves_older_values_alone)
{
    MdhValue s = repeated("x", 300);
    MdhValue a = mdh_str_concat(rt(), s, rt_str("a"));  // moves to a buffer with room
    MdhValue ab = mdh_str_concat(rt(), a, rt_str("b")); // takes the tail
    MdhValue ac = mdh_str_concat(rt(), a, rt_str("c")); // finds it taken: copies
    CHECK(mdh_str(ab)->data == mdh_str(a)->data);
    CHECK(mdh_str(ac)->data != mdh_str(a)->data);
    CHECK_EQ(mdh_str(a)->len, 301);
    CHECK_MEM(mdh_str(a)->data + 299, 2, "xa");
    CHECK_MEM(mdh_str(ab)->data + 299, 3, "xab");
    CHECK_MEM(mdh_str(ac)->data + 299, 3, "xac");
}

TEST(a_loop_of_appends_is_linear)
{
    MdhValue s = mdh_str_empty, x = rt_str("xyz");
    for (int i = 0; i < 300000; i++) s = mdh_str_concat(rt(), s, x);
    CHECK_EQ(mdh_str(s)->len, 900000);
    CHECK_EQ(mdh_str_nchars(s), 900000);
    CHECK_MEM(mdh_str(s)->data + 899996, 4, "zxyz");
}

TEST(slices_are_views_of_long_text)
{
    MdhValue s = repeated("0123456789", 100);
    MdhValue part = mdh_str_sub(rt(), s, 5, 605);
    CHECK(is_big(part));
    CHECK(mdh_str(part)->data == mdh_str(s)->data + 5);
    CHECK_MEM(mdh_str(part)->data, 6, "567890");
    CHECK(!is_big(mdh_str_sub(rt(), s, 5, 25)));
    CHECK(mdh_same(mdh_str_sub(rt(), s, 0, 1000), s));
    CHECK(mdh_same(mdh_str_sub(rt(), s, 9, 9), mdh_str_empty));
}

TEST(a_view_does_not_hold_much_more_than_itself)
{
    MdhValue s = repeated("x", 100000);
    MdhValue small = mdh_str_sub(rt(), s, 0, 1000);
    CHECK(mdh_str(small)->data != mdh_str(s)->data);
    MdhValue half = mdh_str_sub(rt(), s, 0, 20000);
    CHECK(mdh_str(half)->data == mdh_str(s)->data);
    MdhValue own = mdh_str_detach(rt(), half);
    CHECK(mdh_str(own)->data != mdh_str(s)->data);
    CHECK(mdh_str_eq(own, half));
    CHECK(mdh_same(mdh_str_detach(rt(), s), s));
}

TEST(appending_to_a_view_does_not_touch_the_text_behind_it)
{
    MdhValue s = repeated("0123456789", 100);
    MdhValue head = mdh_str_sub(rt(), s, 0, 600);
    MdhValue more = mdh_str_concat(rt(), head, rt_str("!"));
    CHECK_MEM(mdh_str(s)->data + 600, 1, "0");
    CHECK_MEM(mdh_str(more)->data + 599, 2, "9!");
    MdhValue tail = mdh_str_sub(rt(), s, 400, 1000);
    more = mdh_str_concat(rt(), tail, rt_str("?"));
    CHECK_MEM(mdh_str(more)->data + 599, 2, "9?");
    CHECK_EQ(mdh_str(s)->len, 1000);
}

TEST(characters_of_mixed_text)
{
    MdhValue s = rt_str("añ€😀z");
    CHECK_EQ(mdh_str_nchars(s), 5);
    CHECK_EQ(mdh_str(s)->len, 11);
    CHECK_SHOWN(mdh_str_char(rt(), s, 0), "a");
    CHECK_SHOWN(mdh_str_char(rt(), s, 1), "ñ");
    CHECK_SHOWN(mdh_str_char(rt(), s, 2), "€");
    CHECK_SHOWN(mdh_str_char(rt(), s, 3), "😀");
    CHECK_SHOWN(mdh_str_char(rt(), s, 4), "z");
    CHECK_SHOWN(mdh_str_sub_chars(rt(), s, 1, 4), "ñ€😀");
    CHECK_SHOWN(mdh_str_sub_chars(rt(), s, 5, 5), "");
    CHECK_SHOWN(mdh_str_sub_chars(rt(), s, 3, 1), "");
    CHECK_EQ(mdh_str_offset(s, 5), 11);
}

TEST(long_mixed_text_is_indexed)
{
    MdhValue s = repeated("añ€", 1000);
    CHECK_EQ(mdh_str_nchars(s), 3000);
    for (uint32_t i = 0; i < 3000; i++) {
        static const char *const want[] = {"a", "ñ", "€"};
        CHECK(mdh_str_is(mdh_str_char(rt(), s, i), want[i % 3]));
    }
    CHECK(((MdhBigStr *)mdh_ptr(s))->index != NULL);
    CHECK_EQ(mdh_str_offset(s, 3000), 6000);
    CHECK_EQ(mdh_str_offset(s, 64), 21 * 6 + 1);
}

TEST(broken_utf8_is_safe)
{
    static const char *const broken[] = {"\x80", "\xC3", "a\xE2\x82", "\xFF\xFE",
                                         "\x80\x80\xC3z"};
    for (size_t i = 0; i < countof(broken); i++) {
        MdhValue s = rt_str(broken[i]);
        uint32_t n = mdh_str_nchars(s);
        CHECK(!mdh_str_is_ascii(s));
        CHECK(n <= mdh_str(s)->len);
        for (uint32_t k = 0; k < n; k++) {
            CHECK(mdh_str_offset(s, k) <= mdh_str(s)->len);
            CHECK(mdh_str(mdh_str_char(rt(), s, k))->len <= mdh_str(s)->len);
        }
        CHECK(mdh_str_offset(s, n) <= mdh_str(s)->len);
    }
}

TEST(equality_and_hash)
{
    MdhValue a = mdh_str_concat(rt(), rt_str("foo"), rt_str("bar")), b = rt_str("foobar");
    CHECK(mdh_str_eq(a, b));
    CHECK_EQ(mdh_str_hash(a), mdh_str_hash(b));
    CHECK(mdh_str_hash(a) != 0);
    CHECK(!mdh_str_eq(a, rt_str("foobaz")));
    CHECK(!mdh_str_eq(a, rt_str("fooba")));
    CHECK(mdh_str_cmp(rt_str("a"), rt_str("ab")) < 0);
    CHECK(mdh_str_cmp(rt_str("z"), rt_str("é")) < 0);
    CHECK(mdh_str_cmp(a, b) == 0);
    CHECK(mdh_str_is(a, "foobar") && !mdh_str_is(a, "foo"));
}

TEST(interned_strings_are_one)
{
    MdhValue a = mdh_str_intern(rt(), "whatever", 8),
             b = mdh_str_intern(rt(), "whatever", 8);
    CHECK(mdh_same(a, b));
    CHECK(!mdh_same(a, mdh_str_intern(rt(), "whatevel", 8)));
    CHECK(mdh_str_eq(a, rt_str("whatever")));
    char text[32];
    for (int i = 0; i < 5000; i++) {
        int n = snprintf(text, sizeof text, "name%d", i);
        mdh_str_intern(rt(), text, (size_t)n);
    }
    CHECK(mdh_same(a, mdh_str_intern(rt(), "whatever", 8)));
    MdhValue last = mdh_str_intern_c("name4999");
    CHECK(mdh_same(last, mdh_str_intern_c("name4999")));
}

TEST(keys_from_data_are_shared_but_not_kept)
{
    MdhValue a = mdh_str_key(rt(), "cseq-x", 6), b = mdh_str_key(rt(), "cseq-x", 6);
    CHECK(mdh_same(a, b));
    CHECK(!(mdh_str(a)->h.flags & MDH_STR_INTERNED));
    MdhValue known = mdh_str_intern_c("via-y");
    CHECK(mdh_same(mdh_str_key(rt(), "via-y", 5), known));
    char text[32];
    for (int i = 0; i < 100000; i++) {
        int n = snprintf(text, sizeof text, "key%d", i);
        CHECK(mdh_str_is(mdh_str_key(rt(), text, (size_t)n), text));
    }
    CHECK(mdh_str_is(a, "cseq-x"));
    CHECK(mdh_str_eq(a, mdh_str_key(rt(), "cseq-x", 6)));
}

TEST(repetition)
{
    CHECK_SHOWN(repeated("ab", 3), "ababab");
    CHECK_SHOWN(repeated("ab", 0), "");
    CHECK_SHOWN(repeated("", 1000000000000), "");
    CHECK_EQ(mdh_str(repeated("é", 500))->len, 1000);
    CHECK_EQ(mdh_str_nchars(repeated("é", 500)), 500);
    CHECK_SHOWN(
        repeated("x", INT64_MAX),
        "Jings! Something went awfy wrang: Nae memory left fer 9223372036854775807 bytes");
    CHECK(mdh_is_exc(repeated("xyz", INT64_MAX)));
    mdh_take_error(rt());
}

TEST(the_builder)
{
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_sb_puts(&sb, "n=");
    mdh_sb_put_int(&sb, INT64_MIN);
    mdh_sb_putc(&sb, ' ');
    mdh_sb_put_float(&sb, 0.5);
    mdh_sb_put_cp(&sb, 0x20AC);
    mdh_sb_printf(&sb, "[%05d]", 42);
    CHECK_SHOWN(mdh_sb_finish(rt(), &sb), "n=-9223372036854775808 0.5€[00042]");
    for (int i = 0; i < 10000; i++) mdh_sb_puts(&sb, "0123456789");
    MdhValue s = mdh_sb_finish(rt(), &sb);
    CHECK_EQ(mdh_str(s)->len, 100000);
    CHECK_MEM(mdh_str(s)->data + 99990, 10, "0123456789");
    mdh_sb_puts(&sb, "thrown away");
    mdh_sb_deinit(&sb);
    CHECK_EQ(sb.len, 0);
}

static void check_float_text(double d)
{
    char quick[40], general[NUM_DOUBLE_MAX];
    quick[mdh_float_text(d, quick)] = '\0';
    general[num_format_double(d, general)] = '\0';
    CHECK_STR(quick, general);
}

TEST(the_quick_way_to_float_text_agrees)
{
    static const double some[] = {
        0.0,    -0.0,       0.1,  0.3,   0.1 + 0.2, 1e15,    999999999999999.0,  1e-4,
        9.9e-5, 123456.789, -2.5, 1e300, 5e-324,    1.0 / 3, 0.30000000000000004};
    for (size_t i = 0; i < countof(some); i++) check_float_text(some[i]);
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 50000; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        check_float_text((double)(x >> 40) / 1000);
        check_float_text((double)(int64_t)x * 1e-12);
        check_float_text((double)(x >> 20) / (double)(x % 10007 + 1));
    }
}

TEST(appending_ascii)
{
    CHECK_SHOWN(mdh_str_append_ascii(rt(), mdh_str_empty, "12", 2), "12");
    CHECK_SHOWN(mdh_str_append_ascii(rt(), rt_str("ab"), "", 0), "ab");
    MdhValue s = rt_str("é");
    CHECK_EQ(mdh_str_nchars(s), 1);
    s = mdh_str_append_ascii(rt(), s, "123", 3);
    CHECK_EQ(mdh_str_nchars(s), 4);
    CHECK(!mdh_str_is_ascii(s));
    s = repeated("x", 300);
    CHECK_EQ(mdh_str(mdh_str_append_ascii(rt(), s, "yz", 2))->len, 302);
}

TEST(the_builder_without_memory)
{
    MdhSb sb;
    rt();
    mdh_sb_init(&sb);
    mdh_gc_fail_after(1);
    for (int i = 0; i < 1000; i++) mdh_sb_puts(&sb, "0123456789");
    CHECK(!mdh_gc_fail_pending());
    CHECK(sb.failed);
    CHECK(mdh_is_exc(mdh_sb_finish(rt(), &sb)));
    CHECK(strstr(rt_text(MDH_EXC), "Nae memory left fer") != NULL);
}

// Every operation either works or throws, whichever allocation fails.
TEST(any_allocation_may_fail)
{
    MdhThread *t = rt();
    for (uint64_t k = 1; k < 40; k++) {
        mdh_gc_fail_after(k);
        MdhValue s = mdh_str_new(t, "0123456789", 10);
        if (!mdh_is_exc(s)) s = mdh_str_repeat(t, s, 40);
        if (!mdh_is_exc(s)) s = mdh_str_concat(t, s, s);
        if (!mdh_is_exc(s))
            s = mdh_str_concat(t, s, mdh_str_ascii['x'].len ? rt_str("x") : s);
        if (!mdh_is_exc(s)) s = mdh_str_sub(t, s, 1, 700);
        if (!mdh_is_exc(s)) s = mdh_str_intern(t, "some interned text", 18);
        CHECK_EQ(mdh_is_exc(s), !mdh_gc_fail_pending() && k < 10 && mdh_is_exc(s));
        if (mdh_is_exc(s)) CHECK(mdh_is_str(mdh_take_error(t)));
        mdh_gc_fail_after(0);
    }
}
