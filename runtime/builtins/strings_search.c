// SPDX-License-Identifier: MIT
// Finding and replacing text, and reaching characters by position. Searching goes by octets,
// which is safe in UTF-8: one character's octets never begin inside another's.
#include "abi/abi.h"
#include "runtime/builtins/strings.h"

// `to` before every character and at the end.
static MdhValue replace_nothing(MdhThread *t, Slice s, Slice to)
{
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_sb_put(&sb, to.ptr, to.len);
    for (size_t at = 0, next; at < s.len && !sb.failed; at = next) {
        next = mdh_text_next(s, at);
        mdh_sb_put(&sb, s.ptr + at, next - at);
        mdh_sb_put(&sb, to.ptr, to.len);
    }
    return mdh_sb_finish(t, &sb);
}

static MdhValue replace(MdhThread *t, MdhValue v, Slice from, Slice to, bool all)
{
    Slice s = mdh_str_slice(v);
    if (from.len == 0 && all) return replace_nothing(t, s, to);
    size_t hit = slice_find(s, from), at = 0;
    if (hit == SLICE_NOT_FOUND) return v;
    MdhSb sb;
    mdh_sb_init(&sb);
    do {
        mdh_sb_put(&sb, s.ptr + at, hit - at);
        mdh_sb_put(&sb, to.ptr, to.len);
        at = hit + from.len;
        hit = all ? slice_find_from(s, from, at) : SLICE_NOT_FOUND;
    } while (hit != SLICE_NOT_FOUND && !sb.failed);
    mdh_sb_put(&sb, s.ptr + at, s.len - at);
    return mdh_sb_finish(t, &sb);
}

MdhValue mdh_text_replace(MdhThread *t, MdhValue v, Slice from, Slice to)
{
    return replace(t, v, from, to, true);
}

MdhValue __mdh_replace(MdhThread *t, int argc, const MdhArgs_replace *a)
{
    (void)argc;
    return replace(t, a->s, mdh_str_slice(a->from), mdh_str_slice(a->to), true);
}

MdhValue __mdh_replace_first(MdhThread *t, int argc, const MdhArgs_replace_first *a)
{
    (void)argc;
    return replace(t, a->s, mdh_str_slice(a->from), mdh_str_slice(a->to), false);
}

MdhValue __mdh_starts_wi(MdhThread *t, int argc, const MdhArgs_starts_wi *a)
{
    (void)t, (void)argc;
    return mdh_bool(slice_starts_with(mdh_str_slice(a->s), mdh_str_slice(a->prefix)));
}

MdhValue __mdh_ends_wi(MdhThread *t, int argc, const MdhArgs_ends_wi *a)
{
    (void)t, (void)argc;
    return mdh_bool(slice_ends_with(mdh_str_slice(a->s), mdh_str_slice(a->suffix)));
}

MdhValue __mdh_last_index_of(MdhThread *t, int argc, const MdhArgs_last_index_of *a)
{
    (void)t, (void)argc;
    size_t hit = slice_rfind(mdh_str_slice(a->s), mdh_str_slice(a->needle));
    return mdh_fix(hit == SLICE_NOT_FOUND ? -1 : (int64_t)hit);
}

MdhValue __mdh_substr_between(MdhThread *t, int argc, const MdhArgs_substr_between *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s), open = mdh_str_slice(a->open);
    size_t from = slice_find(s, open);
    if (from == SLICE_NOT_FOUND) return MDH_NAETHING;
    from += open.len;
    size_t to = slice_find_from(s, mdh_str_slice(a->close), from);
    return to == SLICE_NOT_FOUND ? MDH_NAETHING : mdh_text_cut(t, a->s, from, to);
}

// Positions -------------------------------------------------------------------------------

MdhValue __mdh_char_at(MdhThread *t, int argc, const MdhArgs_char_at *a)
{
    (void)argc;
    int64_t i = mdh_int_of(a->i), n = mdh_str_nchars(a->s);
    int64_t at = i < 0 ? i + n : i;
    if (at < 0 || at >= n)
        return mdh_throw_native(t, "Index %d oot o' bounds fer string o' length %d", i, n);
    return mdh_str_char(t, a->s, (uint32_t)at);
}

MdhValue __mdh_substring(MdhThread *t, int argc, const MdhArgs_substring *a)
{
    (void)argc;
    int64_t from = mdh_int_of(a->from), to = mdh_int_of(a->to), n = mdh_str_nchars(a->s);
    if (from < 0) from = 0;
    if (to > n) to = n;
    if (from >= to) return mdh_str_empty;
    if (from == 0 && to == n) return a->s;
    return mdh_str_sub_chars(t, a->s, from, to);
}

MdhValue __mdh_ord(MdhThread *t, int argc, const MdhArgs_ord *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s);
    size_t used;
    if (s.len == 0) return mdh_throw_native(t, "Cannae get ord o' empty string!");
    return mdh_fix(utf8_decode(s.ptr, s.len, &used));
}

MdhValue __mdh_chr(MdhThread *t, int argc, const MdhArgs_chr *a)
{
    (void)argc;
    int64_t n = mdh_int_of(a->n);
    if (n < 0 || n > (int64_t)UTF8_MAX)
        return mdh_throw_native(
            t, "chr() needs a valid Unicode codepoint (0 to 1114111), got %d", n);
    if (!utf8_is_scalar((uint32_t)n))
        return mdh_throw_native(t, "Invalid Unicode codepoint: %d", n);
    return mdh_str_from_cp(t, (uint32_t)n);
}
