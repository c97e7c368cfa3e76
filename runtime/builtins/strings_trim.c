// SPDX-License-Identifier: MIT
// Taking characters off the ends of a text. Results are pieces of the argument: short ones are
// copied, long ones share its octets, and when nothing goes the argument itself is returned.
#include "abi/abi.h"
#include "runtime/builtins/strings.h"

static bool is_ascii_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// The space test for the character at `at`, and how long it is.
static bool space_at(Slice s, size_t at, size_t *used)
{
    unsigned char c = (unsigned char)s.ptr[at];
    *used = 1;
    if (c < 0x80) return is_ascii_space(c);
    return utf8_is_space(utf8_decode(s.ptr + at, s.len - at, used));
}

size_t mdh_text_trim_start(Slice s)
{
    size_t at = 0, used;
    while (at < s.len && space_at(s, at, &used)) at += used;
    return at;
}

size_t mdh_text_trim_end(Slice s, size_t from)
{
    size_t end = s.len, used;
    while (end > from) {
        size_t prev = mdh_text_prev(s, end);
        if (!space_at(s, prev, &used)) break;
        end = prev;
    }
    return end;
}

bool mdh_text_next_word(Slice s, size_t *at, size_t *from, size_t *to)
{
    size_t i = *at, used;
    while (i < s.len && space_at(s, i, &used)) i += used;
    *from = i;
    while (i < s.len && !space_at(s, i, &used)) i += used;
    *to = *at = i;
    return *from < *to;
}

MdhValue __mdh_wheesht(MdhThread *t, int argc, const MdhArgs_wheesht *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s);
    size_t from = mdh_text_trim_start(s);
    return mdh_text_cut(t, a->s, from, mdh_text_trim_end(s, from));
}

MdhValue __mdh_wheesht_list(MdhThread *t, int argc, const MdhArgs_wheesht_list *a)
{
    (void)argc;
    const MdhListBuf *buf = mdh_list_buf(a->items);
    uint64_t n = __atomic_load_n(&buf->n, __ATOMIC_RELAXED);
    MdhValue out = mdh_list_new(t, 0);
    if (mdh_is_exc(out)) return out;
    for (uint64_t i = 0; i < n; i++) {
        MdhValue item = mdh_listbuf_get(t, buf, i);
        if (mdh_is_exc(item)) return item;
        if (mdh_is_absent(item) || !mdh_truthy(item)) continue;
        if (!mdh_list_push(t, out, item)) return MDH_EXC;
    }
    return out;
}

MdhValue __mdh_trim_start(MdhThread *t, int argc, const MdhArgs_trim_start *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s);
    return mdh_text_cut(t, a->s, mdh_text_trim_start(s), s.len);
}

MdhValue __mdh_trim_end(MdhThread *t, int argc, const MdhArgs_trim_end *a)
{
    (void)argc;
    return mdh_text_cut(t, a->s, 0, mdh_text_trim_end(mdh_str_slice(a->s), 0));
}

MdhValue __mdh_wheesht_aw(MdhThread *t, int argc, const MdhArgs_wheesht_aw *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s);
    size_t at = 0, from, to;
    MdhSb sb;
    mdh_sb_init(&sb);
    while (mdh_text_next_word(s, &at, &from, &to)) {
        if (sb.len) mdh_sb_putc(&sb, ' ');
        mdh_sb_put(&sb, s.ptr + from, to - from);
    }
    return mdh_sb_finish(t, &sb);
}

MdhValue __mdh_strip_left(MdhThread *t, int argc, const MdhArgs_strip_left *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s), set = mdh_str_slice(a->set);
    size_t at = 0;
    while (at < s.len) {
        size_t next = mdh_text_next(s, at);
        if (!slice_contains(set, slice_sub(s, at, next))) break;
        at = next;
    }
    return mdh_text_cut(t, a->s, at, s.len);
}

MdhValue __mdh_strip_right(MdhThread *t, int argc, const MdhArgs_strip_right *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s), set = mdh_str_slice(a->set);
    size_t end = s.len;
    while (end > 0) {
        size_t prev = mdh_text_prev(s, end);
        if (!slice_contains(set, slice_sub(s, prev, end))) break;
        end = prev;
    }
    return mdh_text_cut(t, a->s, 0, end);
}
