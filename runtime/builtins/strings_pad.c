// SPDX-License-Identifier: MIT
// Text made longer, filled out, turned round, or filled in from a pattern.
#include "abi/abi.h"
#include "runtime/builtins/strings.h"
#include "runtime/core/ops.h"
#include "runtime/data/dict.h"

void mdh_text_fill(MdhSb *sb, Slice one, uint64_t count)
{
    char chunk[512];
    size_t per_chunk = sizeof chunk / one.len;
    if (count > MDH_MAX_OBJECT_BYTES) sb->failed = true;
    for (size_t i = 0; i < per_chunk && i < count; i++)
        memcpy(chunk + i * one.len, one.ptr, one.len);
    while (count && !sb->failed) {
        size_t n = count < per_chunk ? (size_t)count : per_chunk;
        mdh_sb_put(sb, chunk, n * one.len);
        count -= n;
    }
}

Slice mdh_text_first_char(Slice s)
{
    return s.len ? slice_sub(s, 0, mdh_text_next(s, 0)) : SLICE_LIT(" ");
}

// Repetition ------------------------------------------------------------------------------

MdhValue __mdh_repeat(MdhThread *t, int argc, const MdhArgs_repeat *a)
{
    (void)argc;
    int64_t n = mdh_int_of(a->n);
    if (n < 0) return mdh_throw_native(t, "Cannae repeat a negative number o' times!");
    return mdh_str_repeat(t, a->s, n);
}

MdhValue __mdh_repeat_say(MdhThread *t, int argc, const MdhArgs_repeat_say *a)
{
    (void)argc;
    int64_t n = mdh_int_of(a->n);
    return n <= 0 ? mdh_str_empty : mdh_str_repeat(t, a->s, n);
}

// Padding ---------------------------------------------------------------------------------

// `left` and `right` fill characters around `v`.
static MdhValue pad(MdhThread *t, MdhValue v, MdhValue fill, uint64_t left, uint64_t right)
{
    Slice one = mdh_text_first_char(mdh_str_slice(fill));
    if (left + right == 0) return v;
    if (left + right > MDH_MAX_OBJECT_BYTES) return mdh_throw_oom(t, left + right);
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_text_fill(&sb, one, left);
    mdh_sb_put_str(&sb, v);
    mdh_text_fill(&sb, one, right);
    return mdh_sb_finish(t, &sb);
}

// How many fill characters bring `have` up to `width`.
static uint64_t missing(MdhValue width, uint32_t have)
{
    int64_t w = mdh_int_of(width);
    return w > (int64_t)have ? (uint64_t)w - have : 0;
}

MdhValue __mdh_pad_left(MdhThread *t, int argc, const MdhArgs_pad_left *a)
{
    (void)argc;
    return pad(t, a->s, a->fill, missing(a->width, mdh_str(a->s)->len), 0);
}

MdhValue __mdh_pad_right(MdhThread *t, int argc, const MdhArgs_pad_right *a)
{
    (void)argc;
    return pad(t, a->s, a->fill, 0, missing(a->width, mdh_str(a->s)->len));
}

static MdhValue center(MdhThread *t, MdhValue s, MdhValue width, MdhValue fill)
{
    uint64_t n = missing(width, mdh_str_nchars(s));
    return pad(t, s, fill, n / 2, n - n / 2);
}

MdhValue __mdh_center(MdhThread *t, int argc, const MdhArgs_center *a)
{
    (void)argc;
    return center(t, a->s, a->width, a->fill);
}

MdhValue __mdh_sporran_fill(MdhThread *t, int argc, const MdhArgs_sporran_fill *a)
{
    (void)argc;
    return center(t, a->s, a->width, a->fill);
}

// Backwards -------------------------------------------------------------------------------

MdhValue mdh_text_reverse(MdhThread *t, MdhValue v)
{
    Slice s = mdh_str_slice(v);
    MdhSb sb;
    mdh_sb_init(&sb);
    for (size_t end = s.len, from; end > 0; end = from) {
        from = mdh_text_prev(s, end);
        mdh_sb_put(&sb, s.ptr + from, end - from);
    }
    return mdh_sb_finish(t, &sb);
}

static MdhValue reverse_list(MdhThread *t, MdhValue list)
{
    const MdhListBuf *buf = mdh_list_buf(list);
    uint64_t n = __atomic_load_n(&buf->n, __ATOMIC_RELAXED);
    MdhValue out = mdh_list_new(t, n);
    if (mdh_is_exc(out)) return out;
    while (n-- > 0) {
        MdhValue item = mdh_listbuf_get(t, buf, n);
        if (mdh_is_exc(item)) return item;
        if (mdh_is_absent(item)) continue; // another thread was shortening it
        if (!mdh_list_push(t, out, item)) return MDH_EXC;
    }
    return out;
}

MdhValue __mdh_backside_forrit(MdhThread *t, int argc, const MdhArgs_backside_forrit *a)
{
    (void)argc;
    return mdh_is_list(a->x) ? reverse_list(t, a->x) : mdh_text_reverse(t, a->x);
}

// Patterns --------------------------------------------------------------------------------

// The value of a key that is no string but has this text; ABSENT when there is none. EXC: threw.
static MdhValue find_by_text(MdhThread *t, MdhValue values, MdhValue name)
{
    MdhDictIter it;
    MdhValue key, v;
    mdh_dict_scan(values, &it);
    while (mdh_dict_next(&it, &key, &v)) {
        if (mdh_is_str(key)) continue;
        MdhValue text = mdh_show(t, key);
        if (mdh_is_exc(text)) return text;
        if (mdh_str_eq(text, name)) return v;
    }
    return MDH_ABSENT;
}

// The value for the key [from, to) of the pattern; ABSENT when the dict has none. EXC: threw.
static MdhValue find_value(MdhThread *t, MdhValue values, MdhValue pattern, size_t from,
                           size_t to)
{
    MdhValue name = mdh_text_cut(t, pattern, from, to);
    if (mdh_is_exc(name)) return name;
    MdhValue v = mdh_dict_get(values, name);
    return mdh_is_absent(v) ? find_by_text(t, values, name) : v;
}

MdhValue __mdh_blether_format(MdhThread *t, int argc, const MdhArgs_blether_format *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s);
    size_t done = 0; // copied so far
    MdhSb sb;
    mdh_sb_init(&sb);
    for (size_t at = 0, open = SLICE_NOT_FOUND; at < s.len; at++) {
        if (s.ptr[at] == '{') open = at;
        if (s.ptr[at] != '}' || open == SLICE_NOT_FOUND) continue;
        MdhValue v = find_value(t, a->values, a->s, open + 1, at);
        if (!mdh_is_absent(v)) {
            mdh_sb_put(&sb, s.ptr + done, open - done);
            if (mdh_is_exc(v) || !mdh_show_into(t, &sb, v)) {
                mdh_sb_deinit(&sb);
                return MDH_EXC;
            }
            done = at + 1;
        }
        open = SLICE_NOT_FOUND;
    }
    if (done == 0) {
        mdh_sb_deinit(&sb);
        return a->s;
    }
    mdh_sb_put(&sb, s.ptr + done, s.len - done);
    return mdh_sb_finish(t, &sb);
}

MdhValue __mdh_format(MdhThread *t, int argc, const MdhArgs_format *a)
{
    const MdhValue *values = MDH_REST(format, a);
    Slice s = mdh_str_slice(a->s);
    size_t at = 0;
    MdhSb sb;
    mdh_sb_init(&sb);
    for (int i = 0; i < argc - 1; i++) {
        size_t hit = slice_find_from(s, SLICE_LIT("{}"), at);
        if (hit == SLICE_NOT_FOUND) break;
        mdh_sb_put(&sb, s.ptr + at, hit - at);
        if (!mdh_show_into(t, &sb, values[i])) {
            mdh_sb_deinit(&sb);
            return MDH_EXC;
        }
        at = hit + 2;
    }
    mdh_sb_put(&sb, s.ptr + at, s.len - at);
    return mdh_sb_finish(t, &sb);
}
