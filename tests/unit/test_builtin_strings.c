// SPDX-License-Identifier: MIT
// The corners of the string builtins: characters of several octets, empty text, ends, limits.
#include <stdlib.h>

#include "runtime/core/throw.h" // what the test links with
#include "tests/unit/call_builtin.h"

TEST(case_mapping_is_unicode)
{
    CHECK_CALL("ABC DÉ", "upper", S("abc dé"));
    CHECK_CALL("STRASSE", "upper", S("straße"));
    CHECK_CALL("àÇ1", "swapcase", S("Àç1"));
    CHECK_CALL("", "upper", S(""));
    CHECK_CALL("Éa B", "capitalize", S("éa B"));
    CHECK_CALL("The Wee Dug", "title", S("  the\twee \n DUG "));
    MdhValue same = S("NAE LETTER TAE CHANGE 1");
    CHECK(mdh_same(CALL("upper", same), same));
}

TEST(long_text_changes_case_across_chunks)
{
    MdhValue s = CALL("repeat", S("ab£"), I(1000));
    MdhValue up = CALL("upper", s);
    CHECK_EQ(mdh_str(up)->len, 4000);
    CHECK(mdh_str_eq(CALL("lower", up), s));
    CHECK(mdh_str_eq(CALL("repeat", S("AB£"), I(1000)), up));
    MdhValue ascii = CALL("repeat", S("xyz"), I(1000));
    CHECK(mdh_str_eq(CALL("upper", ascii), CALL("repeat", S("XYZ"), I(1000))));
}

TEST(whole_string_tests_are_nae_for_empty)
{
    static const char *const names[] = {"is_digit", "is_alpha", "is_space",
                                        "is_alnum", "is_upper", "is_lower"};
    for (size_t i = 0; i < countof(names); i++) CHECK_CALL("nae", names[i], S(""));
    CHECK_CALL("aye", "is_blank", S(""));
    CHECK_CALL("aye", "is_blank", S(" \t\n\xC2\xA0"));
    CHECK_CALL("aye", "is_upper", S("AB 1!"));
    CHECK_CALL("nae", "is_upper", S("12"));
    CHECK_CALL("aye", "is_alpha", S("éß"));
    CHECK_CALL("nae", "is_digit", S("-1"));
}

TEST(trim_takes_unicode_blanks)
{
    CHECK_CALL("a b", "wheesht", S("\xC2\xA0 a b\xE2\x80\x83\n"));
    CHECK_CALL("", "wheesht", S(" \n"));
    CHECK_CALL("", "trim", S(""));
    CHECK_CALL("a ", "trim_start", S(" a "));
    CHECK_CALL(" a", "trim_end", S(" a "));
    CHECK_CALL("é", "wheesht", S("é"));
    CHECK_CALL("a b c", "wheesht_aw", S(" a\n\n b \tc "));
    CHECK_CALL("[1, a]", "wheesht", L(I(1), I(0), S(""), S("a"), MDH_NAETHING));
    CHECK_CALL(JINGS "wheesht() expects a string", "wheesht", I(1));
    CHECK_CALL("ab£", "strip_left", S("££ab£"), S("£"));
    CHECK_CALL("££ab", "strip_right", S("££ab£x"), S("x£"));
    CHECK_CALL("", "strip_left", S("aaa"), S("a"));
    CHECK_CALL("a", "strip_left", S("a"), S(""));
}

TEST(split_keeps_empty_pieces)
{
    CHECK_CALL("[, a, , b, ]", "split", S(",a,,b,"), S(","));
    CHECK_CALL("[a, b]", "split", S("a::b"), S("::"));
    CHECK_CALL("[]", "words", S(" \n "));
    CHECK_EQ(mdh_list_len(CALL("split", S(""), S(","))), 1);
    CHECK_EQ(mdh_list_len(CALL("split", S(""), S(""))), 2);
    CHECK_CALL("[, h, é, ]", "split", S("hé"), S(""));
    CHECK_CALL("[a, é]", "chars", S("aé"));
    CHECK_CALL(JINGS "split() expects two strings", "split", S("a"), I(1));
}

TEST(join_shows_every_item)
{
    CHECK_CALL("1, a, aye, [2]", "join", L(I(1), S("a"), MDH_AYE, L(I(2))), S(", "));
    CHECK_CALL("", "join", mdh_list_new(the_thread(), 0), S(", "));
    CHECK_CALL("12", "join", L(I(1), I(2)), S(""));
}

TEST(lines_end_in_lf_or_crlf)
{
    CHECK_CALL("[a, b, , c]", "lines", S("a\r\nb\n\nc\n"));
    CHECK_CALL("[]", "lines", S(""));
    CHECK_EQ(mdh_str(mdh_list_get(the_thread(), CALL("lines", S("a\nb\r")), 1))->len, 2);
    CHECK_CALL("[a, b, ]", "split_lines", S("a\nb\n"));
    CHECK_CALL("[/nae/sic/file]", "lines", S("/nae/sic/file"));
    CHECK_CALL("[/]", "lines", S("/"));
}

TEST(lines_reads_a_file_it_is_given_the_name_of)
{
    char path[] = "/tmp/mdh_lines_XXXXXX";
    int fd = mkstemp(path);
    REQUIRE(fd >= 0);
    FILE *f = fdopen(fd, "w");
    REQUIRE(f != NULL);
    fputs("ane\ntwa\xFF\n", f);
    fclose(f);
    CHECK_CALL("[ane, twa\xEF\xBF\xBD]", "lines", S(path));
    remove(path);
}

TEST(replace_of_nothing_finds_every_gap)
{
    CHECK_CALL("-a-é-", "replace", S("aé"), S(""), S("-"));
    CHECK_CALL("-", "replace", S(""), S(""), S("-"));
    CHECK_CALL("-ab", "replace_first", S("ab"), S(""), S("-"));
    CHECK_CALL("xx", "replace", S("aaaa"), S("aa"), S("x"));
    CHECK_CALL("bc", "replace", S("abc"), S("a"), S(""));
    CHECK_CALL("a-bXb", "replace_first", S("aXbXb"), S("X"), S("-"));
}

TEST(positions_count_characters)
{
    CHECK_CALL("é", "char_at", S("aéb"), I(1));
    CHECK_CALL("b", "char_at", S("aéb"), I(-1));
    CHECK_CALL(JINGS "Index 3 oot o' bounds fer string o' length 3", "char_at", S("aéb"),
               I(3));
    CHECK_CALL(JINGS "Index -4 oot o' bounds fer string o' length 3", "char_at", S("aéb"),
               I(-4));
    CHECK_CALL("éb", "substring", S("aéb"), I(1), I(99));
    CHECK_CALL("aé", "substring", S("aéb"), I(INT64_MIN), I(2));
    CHECK_CALL("", "substring", S("aéb"), I(2), I(1));
    CHECK_CALL("", "substring", S("aéb"), I(5), I(INT64_MAX));
    CHECK_CALL("3", "last_index_of", S("éaé"), S("é"));
    CHECK_CALL("4", "last_index_of", S("aéb"), S(""));
    CHECK_CALL("b", "substr_between", S("a((b))c"), S("(("), S("))"));
    CHECK_CALL("naething", "substr_between", S("a((b"), S("(("), S("))"));
    CHECK_CALL("", "substr_between", S("ab"), S(""), S(""));
}

TEST(ord_and_chr_are_inverse)
{
    CHECK_CALL("128512", "ord", S("\xF0\x9F\x98\x80!"));
    CHECK_CALL("\xF0\x9F\x98\x80", "chr", I(128512));
    CHECK_CALL(JINGS "Cannae get ord o' empty string!", "ord", S(""));
    CHECK_CALL(JINGS "Invalid Unicode codepoint: 55296", "chr", I(0xD800));
    CHECK_CALL(JINGS "chr() needs a valid Unicode codepoint (0 to 1114111), got -1", "chr",
               I(-1));
    CHECK_CALL(JINGS "chr() needs a valid Unicode codepoint (0 to 1114111), got 1114112",
               "chr", I(1114112));
}

TEST(pieces_and_windows)
{
    CHECK_CALL("[aé, bc, d]", "skelp", S("aébcd"), I(2));
    CHECK_CALL("[ab]", "skelp", S("ab"), I(INT64_MAX));
    CHECK_CALL("[]", "skelp", S(""), I(2));
    CHECK_CALL(JINGS "skelp() size must be positive", "skelp", S("ab"), I(0));
    CHECK_CALL("[aé, éb]", "window", S("aéb"), I(2));
    CHECK_CALL("[ab]", "window", S("ab"), I(2));
    CHECK_CALL("[]", "window", S("ab"), I(INT64_MAX));
    CHECK_CALL("[[1, 2], [2, 3]]", "window", L(I(1), I(2), I(3)), I(2));
    CHECK_CALL("[]", "window", L(I(1)), I(2));
}

TEST(padding_counts_octets_but_centring_characters)
{
    CHECK_CALL("007", "pad_left", S("7"), I(3), S("0x"));
    CHECK_CALL("  7", "pad_left", S("7"), I(3), S(""));
    CHECK_CALL("é..", "pad_right", S("é"), I(4), S("."));
    CHECK_CALL("££a", "pad_left", S("a"), I(3), S("£"));
    CHECK_CALL("abc", "pad_left", S("abc"), I(-5));
    CHECK_CALL("*é**", "center", S("é"), I(4), S("*"));
    CHECK_CALL(" a ", "centre", S("a"), I(3));
    CHECK_CALL(JINGS "sporran_fill needs a fill character", "sporran_fill", S("a"), I(3),
               I(1));
    CHECK_CALL(JINGS "Nae memory left fer 9223372036854775806 bytes", "pad_left", S("a"),
               I(INT64_MAX));
}

TEST(repetition_is_limited)
{
    CHECK_CALL("", "repeat", S("a"), I(0));
    CHECK_CALL("", "repeat", S(""), I(INT64_MAX));
    CHECK_CALL(JINGS "Cannae repeat a negative number o' times!", "repeat", S("a"), I(-1));
    CHECK_CALL("", "repeat_say", S("a"), I(-1));
    CHECK(strstr(SHOWN("repeat", S("abc"), I(INT64_MAX)), "Nae memory left fer") != NULL);
    CHECK(strstr(SHOWN("tattie_scone", S("abc"), I(INT64_MAX)), "Nae memory left fer") !=
          NULL);
    CHECK_CALL("a | a", "tattie_scone", S("a"), I(2));
}

TEST(backwards_goes_by_characters)
{
    CHECK_CALL("béa", "backside_forrit", S("aéb"));
    CHECK_CALL("[2, 1]", "backwards", L(I(1), I(2)));
    CHECK_CALL("a1é2b", "banter", S("aéb"), S("12"));
    CHECK_CALL("éé", "geggie", S("é"));
    CHECK_CALL("", "geggie", S(""));
    CHECK_EQ(mdh_str(CALL("blooter", S("aé£")))->len, 5);
}

TEST(format_fills_braces_in_turn)
{
    CHECK_CALL("1 and [2]", "format", S("{} and {}"), I(1), L(I(2)));
    CHECK_CALL("1 and {}", "format", S("{} and {}"), I(1));
    CHECK_CALL("nane", "format", S("nane"), I(1));
    CHECK_CALL("{}", "format", S("{}"));
}

TEST(hunting_a_haggis_ends)
{
    CHECK_CALL("[0, 2]", "haggis_hunt", S("aaaa"), S("aa"));
    CHECK_CALL("[0, 2, 3]", "haggis_hunt", S("éb"), S(""));
    CHECK_CALL("[0]", "haggis_hunt", S(""), S(""));
    CHECK_CALL("[]", "haggis_hunt", S("abc"), S("x"));
}

TEST(scottify_goes_row_by_row)
{
    CHECK_CALL("aye, fae the wee hoose", "scottify", S("yes, from the small house"));
    CHECK_CALL("naething", "scottify", S("naething"));
}

// Every allocation of a call fails once: the error is thrown, nothing else happens.
static int failures_until_success(const char *name, size_t argc, const MdhValue *args)
{
    for (int k = 1; k < 200; k++) {
        mdh_gc_fail_after((uint64_t)k);
        MdhValue v = call_builtin(name, argc, args);
        mdh_gc_fail_after(0);
        if (!mdh_is_exc(v)) return k - 1;
        CHECK(strstr(SHOWN("tae_string", mdh_take_error(the_thread())), "Nae memory") !=
              NULL);
    }
    return -1;
}

#define FAILURES(name, ...)                                                                \
    failures_until_success(name, COUNT(__VA_ARGS__), VALUES(__VA_ARGS__))

TEST(a_failing_allocation_is_thrown)
{
    CHECK(FAILURES("split", S("ab,cd,ef"), S(",")) >= 4);
    CHECK(FAILURES("split", S("abc"), S("")) >= 1);
    CHECK(FAILURES("chars", S("aéb")) >= 2);
    CHECK(FAILURES("lines", S("ab\ncd")) >= 3);
    CHECK(FAILURES("words", S("ab cd")) >= 3);
    CHECK(FAILURES("window", S("abc"), I(2)) >= 3);
    CHECK(FAILURES("join", L(S("ab"), S("cd")), S("-")) >= 1);
    CHECK(FAILURES("replace", S("abc"), S("b"), S("x")) >= 1);
    CHECK(FAILURES("upper", S("abc")) >= 1);
    CHECK(FAILURES("blooter", S("abc")) >= 1);
    CHECK(FAILURES("scottify", S("yes")) >= 1);
    CHECK(FAILURES("clype", S("yes")) >= 1);
    CHECK(FAILURES("pad_left", S("abc"), I(300)) >= 1);
    CHECK(FAILURES("wheesht", L(S("ab"), I(0))) >= 1);
}
