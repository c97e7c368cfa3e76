// SPDX-License-Identifier: MIT
// Octets as text and text as octets: encodings, hex, lists.
#include "base/utf8.h"
#include "runtime/builtins/bytes_priv.h"
#include "runtime/data/list.h"
#include "runtime/data/str.h"
#include "runtime/data/text.h"

static MdhValue throw_octet(MdhThread *t, Slice s, size_t at, const char *encoding)
{
    return mdh_throw_native(t, "%s() octet %d at offset %d isnae %s",
                            MDH_NAME(bytes_to_string), (int64_t)(uint8_t)s.ptr[at],
                            (int64_t)at, encoding);
}

// Another thread may write to the buffer meanwhile, so it is the copy that is checked.
static MdhValue from_utf8(MdhThread *t, Slice s, bool strict)
{
    MdhValue v = mdh_str_new(t, s.ptr, s.len);
    if (mdh_is_exc(v)) return v;
    Slice copy = mdh_str_slice(v);
    size_t bad = utf8_first_invalid(copy.ptr, copy.len);
    if (bad == UTF8_INVALID) return v;
    return strict ? throw_octet(t, copy, bad, "utf-8")
                  : mdh_text_lossy(t, copy.ptr, copy.len);
}

// Each octet below `limit` is its code point.
static MdhValue from_single(MdhThread *t, Slice s, unsigned limit, bool strict)
{
    MdhSb sb;
    mdh_sb_init(&sb);
    for (size_t i = 0; i < s.len; i++) {
        unsigned c = (uint8_t)s.ptr[i];
        if (c >= limit && strict) {
            mdh_sb_deinit(&sb);
            return throw_octet(t, s, i, "ascii");
        }
        if (c < 0x80) mdh_sb_putc(&sb, (char)c);
        else mdh_sb_put_cp(&sb, c < limit ? c : UTF8_REPLACEMENT);
    }
    return mdh_sb_finish(t, &sb);
}

static bool is_any(MdhValue s, const char *a, const char *b, const char *c)
{
    Slice text = mdh_str_slice(s);
    return slice_eq_nocase(text, slice_from_cstr(a)) ||
           slice_eq_nocase(text, slice_from_cstr(b)) ||
           slice_eq_nocase(text, slice_from_cstr(c));
}

MdhValue __mdh_bytes_to_string(MdhThread *t, int argc, const MdhArgs_bytes_to_string *a)
{
    (void)argc;
    const char *name = MDH_NAME(bytes_to_string);
    Slice s = mdh_bytes_slice_of(a->b);
    bool strict = mdh_str_is(a->mode, "strict");
    if (!strict && !mdh_str_is(a->mode, "replace"))
        return mdh_throw_native(t, "%s() mode must be strict or replace, no '%v'", name,
                                a->mode);
    if (is_any(a->encoding, "utf-8", "utf8", "utf_8")) return from_utf8(t, s, strict);
    if (is_any(a->encoding, "latin1", "latin-1", "iso-8859-1"))
        return from_single(t, s, 256, strict);
    if (is_any(a->encoding, "ascii", "us-ascii", "ascii"))
        return from_single(t, s, 128, strict);
    return mdh_throw_native(t, "%s() encoding must be utf-8, latin1 or ascii, no '%v'",
                            name, a->encoding);
}

MdhValue __mdh_bytes_to_list(MdhThread *t, int argc, const MdhArgs_bytes_to_list *a)
{
    (void)argc;
    Slice s = mdh_bytes_slice_of(a->b);
    MdhValue list = mdh_list_new(t, s.len);
    if (mdh_is_exc(list)) return list;
    for (size_t i = 0; i < s.len; i++)
        if (!mdh_list_push(t, list, mdh_fix((uint8_t)s.ptr[i]))) return MDH_EXC;
    return list;
}

// Hex ------------------------------------------------------------------------------------------

MdhValue __mdh_bytes_hex(MdhThread *t, int argc, const MdhArgs_bytes_hex *a)
{
    static const char digits[] = "0123456789abcdef";
    (void)argc;
    Slice s = mdh_bytes_slice_of(a->b);
    MdhSb sb;
    mdh_sb_init(&sb);
    for (size_t i = 0; i < s.len && !sb.failed; i++) {
        uint8_t c = (uint8_t)s.ptr[i];
        if (i) mdh_sb_put_str(&sb, a->separator);
        mdh_sb_put(&sb, (const char[2]){digits[c >> 4], digits[c & 15]}, 2);
    }
    return mdh_sb_finish(t, &sb);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_between(char c)
{
    return c == ' ' || c == ':' || (c >= '\t' && c <= '\r');
}

MdhValue __mdh_bytes_unhex(MdhThread *t, int argc, const MdhArgs_bytes_unhex *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->text);
    MdhValue b = mdh_bytes_new(t, s.len / 2);
    if (mdh_is_exc(b)) return b;
    uint8_t *out = mdh_bytes_window(b)->data;
    uint64_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (is_between(s.ptr[i])) continue;
        int high = hex_digit(s.ptr[i]), low = i + 1 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
        if (high < 0 || low < 0)
            return mdh_throw_native(t, "%s() expects pairs o' hex digits (offset %d)",
                                    MDH_NAME(bytes_unhex), (int64_t)i);
        out[n++] = (uint8_t)(high << 4 | low);
        i++;
    }
    return mdh_bytes_resize(t, b, n) ? b : MDH_EXC;
}
