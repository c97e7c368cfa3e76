// SPDX-License-Identifier: MIT

#include "base/diag.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "tests/unit/harness.h"

static Buf out;

// Renders one error at a place of a source.
static const char *shown(Slice source, uint32_t line, uint32_t column, uint32_t length)
{
    DiagList list;
    diag_init(&list, 0);
    DiagSpot spot = {"a.braw", source, line, column, length};
    diag_hint(diag_add(&list, DIAG_ERROR, "E0102", spot, "bad %s", "thing"), "try %d", 7);
    buf_deinit(&out);
    buf_init(&out, 1 << 20);
    diag_render_all(&list, false, &out);
    diag_deinit(&list);
    return out.data;
}

TEST(diag_shows_line_caret_and_hint)
{
    CHECK_STR(shown(SLICE_LIT("one\nken = 4\nthree"), 2, 5, 3),
              "a.braw:2:5: error E0102: bad thing\n"
              "  2 | ken = 4\n"
              "    |     ^^^\n"
              "  hint: try 7\n");
    buf_deinit(&out);
}

TEST(diag_expands_tabs_under_the_caret)
{
    CHECK_STR(shown(SLICE_LIT("\ta\tb"), 1, 4, 1), "a.braw:1:4: error E0102: bad thing\n"
                                                   "  1 |     a   b\n"
                                                   "    |         ^\n"
                                                   "  hint: try 7\n");
    buf_deinit(&out);
}

TEST(diag_points_past_the_end)
{
    CHECK_STR(shown(SLICE_LIT("ken x =\r\n"), 1, 8, 0),
              "a.braw:1:8: error E0102: bad thing\n"
              "  1 | ken x =\n"
              "    |        ^\n"
              "  hint: try 7\n");
    buf_deinit(&out);
}

TEST(diag_without_source_has_no_excerpt)
{
    CHECK_STR(shown(SLICE_NONE, 3, 4, 1),
              "a.braw:3:4: error E0102: bad thing\n  hint: try 7\n");
    CHECK_STR(shown(SLICE_LIT("x"), 30, 4, 1),
              "a.braw:30:4: error E0102: bad thing\n  hint: try 7\n");
    buf_deinit(&out);
}

// Control characters, escapes, invalid octets, bidirectional overrides: shown, never sent on.
TEST(diag_makes_hostile_octets_harmless)
{
    const char *text = shown(SLICE_LIT("a\033[2J\xFF\xC3\x9B\xE2\x80\xAE z"), 1, 10, 1);
    CHECK(utf8_is_valid(text, out.len));
    CHECK(!strchr(text, '\033'));
    CHECK(!strstr(text, "\xE2\x80\xAE"));
    CHECK(strstr(text, "        ^\n") != NULL);
    buf_deinit(&out);
}

TEST(diag_shows_a_window_of_a_long_line)
{
    size_t size = 10 << 20;
    char *big = malloc(size);
    REQUIRE(big != NULL);
    memset(big, 'x', size);
    big[5000000] = '@';
    const char *text = shown(slice_make(big, size), 1, 5000001, 1);
    CHECK(out.len < 1000);
    const char *line = strstr(text, "1 | "), *at = strchr(text, '@'),
               *caret = strchr(text, '^');
    REQUIRE(line && at && caret);
    CHECK_EQ(utf8_count(line, (size_t)(at - line)),
             (size_t)(caret - strrchr(text, '|')) + strlen("1 ")); // straight under it
    CHECK(strstr(text, "…") != NULL);
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, "\n");
        CHECK(utf8_count(p, len) <= 135);
        p += len + (p[len] == '\n');
    }
    buf_deinit(&out);
    free(big);
}

TEST(diag_list_is_capped_and_counts_on)
{
    DiagList list;
    diag_init(&list, 5);
    DiagSpot spot = {"a.braw", SLICE_NONE, 1, 1, 1};
    for (int i = 0; i < 10; i++) diag_add(&list, DIAG_WARNING, "W1", spot, "w");
    CHECK_EQ(list.len, 3); // warnings leave room for errors
    for (int i = 0; i < 100; i++) diag_add(&list, DIAG_ERROR, "E1", spot, "e");
    CHECK_EQ(list.len, 5);
    CHECK_EQ(list.n_errors, 100);
    CHECK(diag_full(&list));
    buf_init(&out, 1 << 20);
    diag_render_all(&list, false, &out);
    CHECK(strstr(out.data, "and 105 more") != NULL);
    buf_deinit(&out);
    diag_deinit(&list);
    CHECK_EQ(list.len, 0);
}

TEST(diag_cuts_huge_messages)
{
    DiagList list;
    diag_init(&list, 0);
    size_t size = 1 << 20;
    char *big = malloc(size + 1);
    REQUIRE(big != NULL);
    memset(big, 'y', size);
    big[size] = '\0';
    Diag *diag = diag_add(&list, DIAG_ERROR, "E1", (DiagSpot){0}, "%s", big);
    REQUIRE(diag != NULL);
    CHECK(strlen(diag->message) < 20000);
    diag_deinit(&list);
    free(big);
}

TEST(diag_survives_out_of_memory)
{
    for (long n = 0; n < 20; n++) {
        test_fail_alloc_after(n);
        DiagList list;
        diag_init(&list, 0);
        for (int i = 0; i < 5; i++) {
            diag_hint(diag_add(&list, DIAG_ERROR, "E1", (DiagSpot){0}, "m%d", i), "h");
        }
        bool failed = test_alloc_failed();
        test_fail_alloc_after(-1);
        CHECK_EQ(list.n_errors, 5);
        CHECK(failed || list.len == 5);
        diag_deinit(&list);
    }
}

TEST(diag_locates_offsets)
{
    Slice s = SLICE_LIT("ab\n\xC3\xA9x\n");
    uint32_t line = 0, column = 0;
    diag_locate(s, 0, &line, &column);
    CHECK_EQ(line * 100 + column, 101);
    diag_locate(s, 2, &line, &column);
    CHECK_EQ(line * 100 + column, 103);
    diag_locate(s, 5, &line, &column);
    CHECK_EQ(line * 100 + column, 202);
    diag_locate(s, 999, &line, &column);
    CHECK_EQ(line * 100 + column, 301);
}
