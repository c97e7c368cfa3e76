// SPDX-License-Identifier: MIT
// Upper and lower case, and what kind of characters a text is made of. Most text is ASCII, where
// a letter changes case by one bit; everything else goes through the tables of base/utf8.
#include "abi/abi.h"
#include "runtime/builtins/strings.h"

enum { CHUNK = 1024 };

typedef size_t (*PutCase)(uint32_t cp, char out[UTF8_CASE_MAX]);

// Flips the case bit of the octets in [low, low + 25].
static void flip_ascii(char *out, const char *in, size_t n, unsigned char low)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)in[i];
        out[i] = (char)(c ^ ((unsigned char)(c - low) < 26 ? 0x20 : 0));
    }
}

static void put_flipped(MdhSb *sb, Slice s, unsigned char low)
{
    char chunk[CHUNK];
    for (size_t at = 0; at < s.len; at += CHUNK) {
        size_t n = s.len - at < CHUNK ? s.len - at : CHUNK;
        flip_ascii(chunk, s.ptr + at, n, low);
        mdh_sb_put(sb, chunk, n);
    }
}

// Any text: ASCII runs at once, other characters one by one.
static void put_mapped(MdhSb *sb, Slice s, PutCase put, unsigned char low)
{
    size_t at = 0;
    while (at < s.len) {
        size_t run = at;
        while (run < s.len && !(s.ptr[run] & 0x80)) run++;
        put_flipped(sb, slice_sub(s, at, run), low);
        for (at = run; at < s.len && (s.ptr[at] & 0x80);) {
            char out[UTF8_CASE_MAX];
            size_t used, n = put(utf8_decode(s.ptr + at, s.len - at, &used), out);
            mdh_sb_put(sb, out, n);
            at += used;
        }
    }
}

void mdh_text_put_upper(MdhSb *sb, Slice s)
{
    put_mapped(sb, s, utf8_put_upper, 'a');
}

void mdh_text_put_lower(MdhSb *sb, Slice s)
{
    put_mapped(sb, s, utf8_put_lower, 'A');
}

static bool has_in_range(Slice s, unsigned char low)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)((unsigned char)s.ptr[i] - low) < 26) return true;
    return false;
}

static MdhValue map_case(MdhThread *t, MdhValue v, PutCase put, unsigned char low)
{
    Slice s = mdh_str_slice(v);
    if (mdh_str_is_ascii(v)) {
        if (!has_in_range(s, low)) return v;
        if (s.len <= CHUNK) {
            char chunk[CHUNK];
            flip_ascii(chunk, s.ptr, s.len, low);
            return mdh_str_new(t, chunk, s.len);
        }
    }
    MdhSb sb;
    mdh_sb_init(&sb);
    put_mapped(&sb, s, put, low);
    return mdh_sb_finish(t, &sb);
}

MdhValue __mdh_upper(MdhThread *t, int argc, const MdhArgs_upper *a)
{
    (void)argc;
    return map_case(t, a->s, utf8_put_upper, 'a');
}

MdhValue __mdh_lower(MdhThread *t, int argc, const MdhArgs_lower *a)
{
    (void)argc;
    return map_case(t, a->s, utf8_put_lower, 'A');
}

MdhValue __mdh_capitalize(MdhThread *t, int argc, const MdhArgs_capitalize *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s);
    if (s.len == 0) return a->s;
    size_t first = mdh_text_next(s, 0);
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_text_put_upper(&sb, slice_sub(s, 0, first));
    mdh_sb_put(&sb, s.ptr + first, s.len - first);
    return mdh_sb_finish(t, &sb);
}

MdhValue __mdh_title(MdhThread *t, int argc, const MdhArgs_title *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s);
    size_t at = 0, from, to;
    MdhSb sb;
    mdh_sb_init(&sb);
    while (mdh_text_next_word(s, &at, &from, &to)) {
        size_t first = mdh_text_next(s, from);
        if (sb.len) mdh_sb_putc(&sb, ' ');
        mdh_text_put_upper(&sb, slice_sub(s, from, first));
        mdh_text_put_lower(&sb, slice_sub(s, first, to));
    }
    return mdh_sb_finish(t, &sb);
}

MdhValue __mdh_swapcase(MdhThread *t, int argc, const MdhArgs_swapcase *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s);
    MdhSb sb;
    mdh_sb_init(&sb);
    for (size_t at = 0, used; at < s.len; at += used) {
        uint32_t cp = utf8_decode(s.ptr + at, s.len - at, &used);
        char out[UTF8_CASE_MAX];
        size_t n = utf8_is_upper(cp) ? utf8_put_lower(cp, out) : utf8_put_upper(cp, out);
        mdh_sb_put(&sb, out, n);
    }
    return mdh_sb_finish(t, &sb);
}

// Whole-string tests ----------------------------------------------------------------------

static bool is_alnum(uint32_t cp)
{
    return utf8_is_alpha(cp) || utf8_is_digit(cp);
}

static bool all_are(MdhValue v, bool (*is)(uint32_t cp))
{
    Slice s = mdh_str_slice(v);
    for (size_t at = 0, used; at < s.len; at += used)
        if (!is(utf8_decode(s.ptr + at, s.len - at, &used))) return false;
    return true;
}

// At least one letter, and every letter is; what is no letter does not matter.
static bool letters_are(MdhValue v, bool (*is)(uint32_t cp))
{
    Slice s = mdh_str_slice(v);
    bool any = false;
    for (size_t at = 0, used; at < s.len; at += used) {
        uint32_t cp = utf8_decode(s.ptr + at, s.len - at, &used);
        if (!utf8_is_alpha(cp)) continue;
        if (!is(cp)) return false;
        any = true;
    }
    return any;
}

#define TEXT_TEST(id, condition)                                                           \
    MdhValue __mdh_##id(MdhThread *t, int argc, const MdhArgs_##id *a)                     \
    {                                                                                      \
        (void)t, (void)argc;                                                               \
        return mdh_bool(condition);                                                        \
    }

TEXT_TEST(is_upper, letters_are(a->s, utf8_is_upper))
TEXT_TEST(is_lower, letters_are(a->s, utf8_is_lower))
TEXT_TEST(is_alpha, mdh_str(a->s)->len > 0 && all_are(a->s, utf8_is_alpha))
TEXT_TEST(is_digit, mdh_str(a->s)->len > 0 && all_are(a->s, utf8_is_digit))
TEXT_TEST(is_alnum, mdh_str(a->s)->len > 0 && all_are(a->s, is_alnum))
TEXT_TEST(is_space, mdh_str(a->s)->len > 0 && all_are(a->s, utf8_is_space))
TEXT_TEST(is_blank, all_are(a->s, utf8_is_space))
