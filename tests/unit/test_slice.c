// SPDX-License-Identifier: MIT

#include "base/slice.h"

#include <stdlib.h>

#include "tests/unit/harness.h"

TEST(slice_equality_looks_at_octets)
{
    CHECK(slice_eq(SLICE_LIT("abc"), slice_make("abcd", 3)));
    CHECK(!slice_eq(SLICE_LIT("abc"), SLICE_LIT("abd")));
    CHECK(slice_eq(SLICE_NONE, SLICE_LIT("")));
    CHECK(slice_eq_cstr(SLICE_LIT("abc"), "abc"));
    CHECK(slice_eq(slice_from_cstr(NULL), SLICE_NONE));
    CHECK(slice_eq_nocase(SLICE_LIT("Call-ID"), SLICE_LIT("cAlL-id")));
    CHECK(!slice_eq_nocase(SLICE_LIT("[a"), SLICE_LIT("{a")));
}

TEST(slice_sub_is_clamped)
{
    Slice s = SLICE_LIT("hello");
    CHECK(slice_eq_cstr(slice_sub(s, 1, 3), "el"));
    CHECK(slice_eq_cstr(slice_sub(s, 3, 99), "lo"));
    CHECK_EQ(slice_sub(s, 4, 2).len, 0);
    CHECK_EQ(slice_sub(s, 99, 100).len, 0);
    CHECK(slice_eq_cstr(slice_from(s, 2), "llo"));
    CHECK_EQ(slice_sub(SLICE_NONE, 0, 1).len, 0);
}

TEST(slice_prefix_and_suffix)
{
    CHECK(slice_starts_with(SLICE_LIT("sip:bob"), SLICE_LIT("sip:")));
    CHECK(!slice_starts_with(SLICE_LIT("si"), SLICE_LIT("sip:")));
    CHECK(slice_ends_with(SLICE_LIT("a.braw"), SLICE_LIT(".braw")));
    CHECK(slice_starts_with(SLICE_LIT("x"), SLICE_NONE));
    CHECK(slice_ends_with(SLICE_NONE, SLICE_NONE));
}

TEST(slice_order_is_by_octets_and_prefix_first)
{
    CHECK(slice_compare(SLICE_LIT("a"), SLICE_LIT("b")) < 0);
    CHECK(slice_compare(SLICE_LIT("ab"), SLICE_LIT("a")) > 0);
    CHECK(slice_compare(SLICE_LIT("\xff"), SLICE_LIT("a")) > 0);
    CHECK_EQ(slice_compare(SLICE_NONE, SLICE_NONE), 0);
}

TEST(slice_find_forward)
{
    Slice s = SLICE_LIT("abcabc");
    CHECK_EQ(slice_find(s, SLICE_LIT("ca")), 2);
    CHECK_EQ(slice_find_from(s, SLICE_LIT("abc"), 1), 3);
    CHECK_EQ(slice_find_from(s, SLICE_LIT("abc"), 4), SLICE_NOT_FOUND);
    CHECK_EQ(slice_find_from(s, SLICE_NONE, 6), 6);
    CHECK_EQ(slice_find_from(s, SLICE_NONE, 7), SLICE_NOT_FOUND);
    CHECK_EQ(slice_find_char(s, 'c'), 2);
    CHECK_EQ(slice_find_char(SLICE_NONE, 'c'), SLICE_NOT_FOUND);
    CHECK(slice_contains(s, SLICE_LIT("bca")));
}

TEST(slice_find_backward)
{
    CHECK_EQ(slice_rfind(SLICE_LIT("abcabc"), SLICE_LIT("abc")), 3);
    CHECK_EQ(slice_rfind(SLICE_LIT("abcabc"), SLICE_LIT("abcabc")), 0);
    CHECK_EQ(slice_rfind(SLICE_LIT("abcabc"), SLICE_LIT("x")), SLICE_NOT_FOUND);
    CHECK_EQ(slice_rfind(SLICE_LIT("ab"), SLICE_LIT("abc")), SLICE_NOT_FOUND);
    CHECK_EQ(slice_rfind(SLICE_LIT("abc"), SLICE_NONE), 3);
    CHECK_EQ(slice_rfind(SLICE_LIT("aaaa"), SLICE_LIT("aa")), 2);
}

// Every short needle in every position, against the obvious search.
TEST(slice_rfind_agrees_with_the_obvious_search)
{
    const char *texts[] = {"abaabaaab", "aaaaaaa", "abcabcabcd", "\x01\xff\x01\xff\xff"};
    for (size_t k = 0; k < countof(texts); k++) {
        Slice s = slice_from_cstr(texts[k]);
        for (size_t a = 0; a < s.len; a++) {
            for (size_t b = a + 1; b <= s.len; b++) {
                Slice needle = slice_sub(s, a, b);
                size_t want = SLICE_NOT_FOUND;
                for (size_t at = 0; at + needle.len <= s.len; at++) {
                    if (slice_eq(slice_sub(s, at, at + needle.len), needle)) want = at;
                }
                CHECK_EQ(slice_rfind(s, needle), want);
            }
        }
    }
}

TEST(slice_trim_takes_blanks_at_both_ends)
{
    CHECK(slice_eq_cstr(slice_trim(SLICE_LIT(" \t a b\r\n")), "a b"));
    CHECK_EQ(slice_trim(SLICE_LIT("  \v\f ")).len, 0);
    CHECK_EQ(slice_trim(SLICE_NONE).len, 0);
}
