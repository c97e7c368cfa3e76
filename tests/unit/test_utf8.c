// SPDX-License-Identifier: MIT

#include "base/utf8.h"

#include <string.h>

#include "tests/unit/harness.h"

TEST(utf8_round_trip_of_every_code_point)
{
    for (uint32_t cp = 0; cp <= UTF8_MAX; cp++) {
        if (!utf8_is_scalar(cp)) continue;
        char text[4];
        size_t used = 0, len = utf8_encode(cp, text);
        if (utf8_decode_strict(text, len, &used) != (int32_t)cp || used != len ||
            utf8_len_of_lead((unsigned char)text[0]) != len) {
            CHECK_EQ(cp, -1);
            return;
        }
    }
    CHECK(true);
}

TEST(utf8_impossible_code_points_become_the_replacement)
{
    char text[4];
    CHECK_EQ(utf8_encode(0xD800, text), 3);
    CHECK_MEM(text, 3, "\xEF\xBF\xBD");
    CHECK_EQ(utf8_encode(0x110000, text), 3);
}

// Each bad sequence, how many octets its longest valid beginning has, and what follows it.
TEST(utf8_invalid_sequences)
{
    static const struct {
        const char *text;
        size_t len, used;
    } rows[] = {
        {"\x80", 1, 1},                 // continuation without a lead
        {"\xC0\x80", 2, 1},             // overlong NUL
        {"\xC1\xBF", 2, 1},             // overlong
        {"\xC3", 1, 1},                 // cut short
        {"\xC3(", 2, 1},                // no continuation
        {"\xE0\x80\x80", 3, 1},         // overlong
        {"\xE2\x82", 2, 2},             // cut short
        {"\xE2\x82(", 3, 2},            //
        {"\xED\xA0\x80", 3, 1},         // surrogate
        {"\xF0\x80\x80\x80", 4, 1},     // overlong
        {"\xF0\x9F\x8F", 3, 3},         // cut short
        {"\xF4\x90\x80\x80", 4, 1},     // above U+10FFFF
        {"\xF5\x80\x80\x80", 4, 1},     //
        {"\xFF", 1, 1},                 //
        {"\xF8\x88\x80\x80\x80", 5, 1}, // five octets
    };
    for (size_t i = 0; i < countof(rows); i++) {
        size_t used = 99;
        CHECK_EQ(utf8_decode(rows[i].text, rows[i].len, &used), UTF8_REPLACEMENT);
        CHECK_EQ(used, rows[i].used);
        CHECK(!utf8_is_valid(rows[i].text, rows[i].len));
        CHECK_EQ(utf8_decode_strict(rows[i].text, rows[i].len, &used), -1);
    }
}

TEST(utf8_first_invalid_gives_the_place)
{
    const char *text = "plain ascii and \xC3\xA9 then \xFF";
    CHECK_EQ(utf8_first_invalid(text, strlen(text)), strlen(text) - 1);
    CHECK_EQ(utf8_first_invalid(text, strlen(text) - 1), UTF8_INVALID);
    CHECK(utf8_is_valid("", 0));
}

// The word-at-a-time loops, at every length and alignment around their edges.
TEST(utf8_counting_agrees_with_the_obvious_way)
{
    char text[120];
    size_t len = 0;
    for (uint32_t i = 0; len < sizeof text - 4; i++) {
        static const uint32_t mix[] = {'a', 0xE9, 0x20AC, 0x1F3F4, 'b', 'c', 'd'};
        len += utf8_encode(mix[i % countof(mix)], text + len);
    }
    for (size_t start = 0; start < 20; start++) {
        if ((text[start] & 0xC0) == 0x80) continue;
        for (size_t end = start; end <= len; end++) {
            if (end < len && (text[end] & 0xC0) == 0x80) continue;
            size_t n = end - start, count = 0;
            for (size_t i = start; i < end; i++) count += (text[i] & 0xC0) != 0x80;
            CHECK_EQ(utf8_count(text + start, n), count);
            size_t nth = 0;
            for (size_t i = start; i < end; i++) {
                if ((text[i] & 0xC0) != 0x80)
                    CHECK_EQ(utf8_offset(text + start, n, nth++), i - start);
            }
            CHECK_EQ(utf8_offset(text + start, n, count), n);
            CHECK_EQ(utf8_offset(text + start, n, count + 50), n);
        }
    }
}

TEST(utf8_ascii_check_sees_every_place)
{
    char text[100];
    for (size_t n = 0; n <= sizeof text; n++) {
        memset(text, 'x', sizeof text);
        CHECK(utf8_is_ascii(text, n));
        for (size_t bad = 0; bad < n; bad++) {
            text[bad] = '\x80';
            CHECK(!utf8_is_ascii(text, n));
            text[bad] = 'x';
        }
    }
}

TEST(utf8_case_mapping)
{
    static const uint32_t pairs[][2] = {
        {'a', 'A'},       {'z', 'Z'},         {0xE9, 0xC9},   {0xFF, 0x178},
        {0x101, 0x100},   {0x3B1, 0x391},     {0x3C9, 0x3A9}, {0x430, 0x410},
        {0x44F, 0x42F},   {0x451, 0x401},     {0x561, 0x531}, {0x1E01, 0x1E00},
        {0xFF41, 0xFF21}, {0x10428, 0x10400}, {0x17E, 0x17D},
    };
    for (size_t i = 0; i < countof(pairs); i++) {
        CHECK_EQ(utf8_to_upper(pairs[i][0]), pairs[i][1]);
        CHECK_EQ(utf8_to_lower(pairs[i][1]), pairs[i][0]);
        CHECK(utf8_is_lower(pairs[i][0]) && !utf8_is_upper(pairs[i][0]));
        CHECK(utf8_is_upper(pairs[i][1]) && !utf8_is_lower(pairs[i][1]));
    }
    CHECK_EQ(utf8_to_upper('1'), '1');
    CHECK_EQ(utf8_to_upper(0x4E2D), 0x4E2D);
    CHECK_EQ(utf8_to_upper(0x3C2), 0x3A3); // final sigma
    CHECK_EQ(utf8_to_lower(UTF8_MAX + 1), UTF8_MAX + 1);
}

TEST(utf8_full_case_mapping)
{
    char out[UTF8_CASE_MAX];
    size_t n = utf8_put_upper(0xDF, out);
    CHECK_MEM(out, n, "SS");
    n = utf8_put_upper(0xFB03, out); // ffi ligature
    CHECK_MEM(out, n, "FFI");
    n = utf8_put_lower(0x130, out);
    CHECK_MEM(out, n, "i\xCC\x87");
    n = utf8_put_upper('q', out);
    CHECK_MEM(out, n, "Q");
    for (uint32_t cp = 0; cp <= UTF8_MAX; cp += 3) {
        CHECK(utf8_put_upper(cp, out) <= UTF8_CASE_MAX &&
              utf8_put_lower(cp, out) <= UTF8_CASE_MAX);
    }
}

TEST(utf8_classes)
{
    CHECK(utf8_is_alpha('a') && utf8_is_alpha(0xE9) && utf8_is_alpha(0x4E2D) &&
          utf8_is_alpha(0x3B1));
    CHECK(!utf8_is_alpha('1') && !utf8_is_alpha('_') && !utf8_is_alpha(0xD7) &&
          !utf8_is_alpha('['));
    CHECK(utf8_is_digit('0') && utf8_is_digit(0x663) && utf8_is_digit(0xBD));
    CHECK(!utf8_is_digit('a') && !utf8_is_digit(0xE9));
    CHECK(utf8_is_space(' ') && utf8_is_space('\n') && utf8_is_space(0xA0) &&
          utf8_is_space(0x3000));
    CHECK(!utf8_is_space(0x200B) && !utf8_is_space('a') && !utf8_is_space(0));
}
