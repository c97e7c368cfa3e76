// SPDX-License-Identifier: MIT
#include "runtime/data/regex.h"

#include <pthread.h>
#include <stdlib.h>

#include "tests/unit/call_builtin.h"

static const char *test(const char *text, const char *pattern)
{
    return SHOWN("regex_test", S(text), S(pattern));
}

static const char *all(const char *text, const char *pattern)
{
    static char out[1024];
    MdhThread *t = the_thread();
    MdhRegex re;
    size_t n = 0;
    out[0] = 0;
    REQUIRE(mdh_regex_open(t, &re, S(text), S(pattern)));
    while (mdh_regex_next(t, &re) > 0 && n < sizeof out - 40)
        n += (size_t)snprintf(out + n, sizeof out - n, "%zu-%zu ", mdh_regex_start(&re),
                              mdh_regex_end(&re));
    mdh_regex_close(&re);
    return out;
}

TEST(matching)
{
    CHECK_STR(test("haggis 42", "[0-9]+"), "aye");
    CHECK_STR(test("haggis", "^h.*s$"), "aye");
    CHECK_STR(test("haggis", "x"), "nae");
    CHECK_STR(test("HAGGIS", "(?i)haggis"), "aye");
    CHECK_STR(test("a\nb", "a.b"), "nae");
    CHECK_STR(test("a\nb", "(?s)a.b"), "aye");
    CHECK_STR(test("a\nb", "(?m)^b$"), "aye");
    CHECK_STR(test("a\n", "a$"), "nae");
    CHECK_STR(test("É", "(?i)é"), "aye");
    CHECK_STR(test("é", "^\\w$"), "aye");
    CHECK_STR(test("", ""), "aye");
    CHECK_STR(test("a\vb", "a\\vb"), "aye");
    CHECK_STR(test("€", "^\\u20ac\\u{20AC}*$"), "aye");
    CHECK_STR(test("A", "^\\x41+$"), "aye");
    CHECK_STR(test("AAA", "^\\x{41}+$"), "aye");
    CHECK_STR(test("é", "^\\p{L}+$"), "aye");
    CHECK_STR(test("a.b", "^\\Qa.b\\E$"), "aye");
    CHECK_CALL("{\"match\": 42, \"start\": 8, \"end\": 10}", "regex_match", S("hàggis 42"),
               S("\\d+"));
    CHECK_CALL("naething", "regex_match", S("x"), S("y"));
}

TEST(walking_over_empty_matches)
{
    CHECK_STR(all("abc", ""), "0-0 1-1 2-2 3-3 ");
    CHECK_STR(all("é€", ""), "0-0 2-2 5-5 ");
    CHECK_STR(all("baac", "a*"), "0-0 1-3 4-4 ");
    CHECK_STR(all("a b", "\\b"), "0-0 1-1 2-2 3-3 ");
    CHECK_STR(all("", "x*"), "0-0 ");
    CHECK_STR(all("aaa", "a"), "0-1 1-2 2-3 ");
    CHECK_STR(all("ab\nab", "^ab"), "0-2 ");
}

TEST(refused_syntax)
{
    static const char *const bad[] = {
        "(?=a)",         "(?!a)",          "(?<=a)b",   "(?<!a)b", "(a)\\1",
        "(?<n>a)\\k<n>", "(?P<n>a)(?P=n)", "(?>a)",     "a++",     "a*+",
        "(?R)",          "(a)(?1)",        "(?(1)a|b)", "(*UTF)a", "(?|a|b)",
        "\\Ka",          "\\Ga",           "\\X",       "\\C",     "(?C1)a",
        "[\\1]",         "\\g{1}",         "(?&n)",     "\\R",
    };
    for (size_t i = 0; i < countof(bad); i++) {
        const char *text = test("a", bad[i]);
        if (strncmp(text, JINGS "Invalid regex '", strlen(JINGS) + 15))
            CHECK_STR(text, bad[i]);
    }
    CHECK(strstr(test("a", "(?=a)"), "Invalid regex '(?=a)': look-around"));
    CHECK(strstr(test("a", "(a)\\1"), "backreferences"));
}

TEST(malformed_patterns)
{
    static const char *const bad[] = {"(",     ")",     "[a",     "a{2,1}",    "*",
                                      "\\",    "(?P<n", "[z-a]",  "\\p{Nope}", "(?",
                                      "\\u12", "\\u{",  "\\x{zz}"};
    for (size_t i = 0; i < countof(bad); i++)
        CHECK(!strncmp(test("a", bad[i]), JINGS "Invalid regex '", strlen(JINGS) + 15));
}

TEST(kinds)
{
    CHECK_CALL(JINGS "regex_test() needs a string", "regex_test", I(1), S("a"));
    CHECK_CALL(JINGS "regex_test() needs a pattern string", "regex_test", S("a"), I(1));
    CHECK_CALL(JINGS "regex_replace() needs a replacement string", "regex_replace", S("a"),
               S("a"), I(1));
}

TEST(replacing)
{
    CHECK_CALL("b+a d+c", "regex_replace", S("a-b c-d"), S("(\\w)-(\\w)"), S("$2+$1"));
    CHECK_CALL("<a> <b>", "regex_replace", S("a b"), S("(?P<x>\\w)"), S("<${x}>"));
    CHECK_CALL("<a>", "regex_replace", S("a"), S("(?<x>\\w)"), S("<$x>"));
    CHECK_CALL("$1", "regex_replace", S("a"), S("(a)"), S("$$1"));
    CHECK_CALL("[] $ ${", "regex_replace", S("a"), S("(a)"), S("[$9$nope] $ ${"));
    CHECK_CALL("aa0", "regex_replace", S("a"), S("(a)"), S("$0${1}0"));
    CHECK_CALL("-a-b-", "regex_replace", S("ab"), S(""), S("-"));
    CHECK_CALL("-é-€-", "regex_replace", S("é€"), S(""), S("-"));
    CHECK_CALL("bab", "regex_replace_first", S("aab"), S("a"), S("b"));
    CHECK_CALL("xyz", "regex_replace", S("xyz"), S("q"), S("-"));
    CHECK_CALL("", "regex_replace", S(""), S("a"), S("-"));
}

TEST(splitting)
{
    CHECK_CALL("[a, b, c]", "regex_split", S("a, b;c"), S("[,;] *"));
    CHECK_CALL("[, a, b, ]", "regex_split", S("ab"), S(""));
    CHECK_CALL("[]", "regex_split", S(""), S("a"));
    CHECK_EQ(mdh_list_len(CALL("regex_split", S(""), S("a"))), 1);
    CHECK_CALL("[, ]", "regex_split", S("a"), S("a"));
}

TEST(groups)
{
    CHECK_CALL("[ab, a, naething, b]", "regex_groups", S("ab"), S("(a)(x)?(b)"));
    CHECK_CALL("naething", "regex_groups", S("ab"), S("(x)"));
}

// Backtracking without end is cut off.
TEST(exploding_patterns_are_an_error)
{
    char text[41];
    memset(text, 'a', 40);
    text[40] = 0;
    CHECK(strstr(test(text, "^(a+)+$|x"), "aye"));
    text[39] = '!';
    CHECK(strstr(test(text, "^(a+)+$"), "match limit"));
    CHECK(strstr(test(text, "^(a|aa)+$"), "match limit"));
}

// Quadratic work in a long text: each beginning is below the limit of steps.
TEST(a_long_walk_ends_by_the_clock)
{
    size_t n = 3000000;
    char *text = malloc(n + 1);
    REQUIRE(text);
    memset(text, 'a', n);
    text[n] = 0;
    CHECK(strstr(test(text, "a[ab]{0,9000}[cd]e?[cd]"), "match limit"));
    memset(text, ' ', n);
    memcpy(text + n - 3, "x y", 3);
    CHECK_STR(test(text, "x y"), "aye");
    CHECK_STR(test(text, "\\S"), "aye");
    CHECK_STR(test(text, "^x"), "nae");
    free(text);
}

// Characters of several octets at the ends of the pieces that a search is made of.
TEST(pieces_end_on_characters)
{
    char text[900], pattern[16];
    for (int shift = 0; shift < 4; shift++) {
        size_t n = (size_t)shift;
        memset(text, 'a', n);
        while (n < 800) n += (size_t)snprintf(text + n, sizeof text - n, "€");
        snprintf(text + n, sizeof text - n, "xé");
        snprintf(pattern, sizeof pattern, "xé|a{9}");
        CHECK_STR(test(text, pattern), "aye");
        CHECK_STR(test(text, "[^€a]\\w$"), "aye");
        CHECK_STR(test(text, "^é"), "nae");
    }
}

TEST(long_texts_do_not_overflow_the_stack)
{
    size_t n = 500000;
    char *text = malloc(n + 1);
    REQUIRE(text);
    memset(text, 'a', n);
    text[n] = 0;
    const char *answer = test(text, "^(a|b)*$");
    CHECK(!strcmp(answer, "aye") || strstr(answer, "match limit"));
    free(text);
}

TEST(the_cache_is_bounded)
{
    char pattern[32];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 300; i++) {
            snprintf(pattern, sizeof pattern, "^a%d$", i);
            CHECK_STR(test(pattern + 1, pattern), "nae");
            pattern[strlen(pattern) - 1] = 0;
        }
    }
}

// Many uses at once: more walks than the cache has places, all the same or all different.
TEST(open_walks_keep_their_pattern)
{
    enum { WALKS = 100 };
    MdhRegex re[WALKS]; // on the stack, where the collector looks
    char pattern[32];
    for (int i = 0; i < WALKS; i++) {
        snprintf(pattern, sizeof pattern, "x%d", i);
        REQUIRE(mdh_regex_open(the_thread(), &re[i], S(pattern), S(pattern)));
    }
    for (int i = 0; i < WALKS; i++) {
        CHECK_EQ(mdh_regex_next(the_thread(), &re[i]), 1);
        mdh_regex_close(&re[i]);
    }
}
