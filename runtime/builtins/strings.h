// SPDX-License-Identifier: MIT
// Small tools for the string builtins: walking characters, cutting pieces, filling.
#ifndef MDH_BUILTINS_STRINGS_H
#define MDH_BUILTINS_STRINGS_H

#include "base/slice.h"
#include "base/utf8.h"
#include "runtime/core/throw.h"
#include "runtime/data/list.h"
#include "runtime/data/str.h"

MDH_INLINE bool mdh_text_is_cont(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

// Octet offset of the character that ends at `at` > 0.
MDH_INLINE size_t mdh_text_prev(Slice s, size_t at)
{
    do at--;
    while (at > 0 && mdh_text_is_cont(s.ptr[at]));
    return at;
}

// Octet offset after the character at `at` < s.len.
MDH_INLINE size_t mdh_text_next(Slice s, size_t at)
{
    at += utf8_len_of_lead((unsigned char)s.ptr[at]);
    return at < s.len ? at : s.len;
}

// Octets [from, to) of the string `s`; `s` itself when that is all of it.
MDH_INLINE MdhValue mdh_text_cut(MdhThread *t, MdhValue s, size_t from, size_t to)
{
    if (from == 0 && to == mdh_str(s)->len) return s;
    return mdh_str_sub(t, s, (uint32_t)from, (uint32_t)to);
}

// Appends octets [from, to) of `s` to a list that nobody else has seen yet, so that no lock is
// needed while there is room; false when it threw.
MDH_INLINE bool mdh_text_push(MdhThread *t, MdhValue list, MdhValue s, size_t from,
                              size_t to)
{
    MdhValue piece = mdh_text_cut(t, s, from, to);
    MdhListBuf *buf = mdh_list(list)->buf;
    if (MDH_UNLIKELY(mdh_is_exc(piece))) return false;
    if (MDH_UNLIKELY(buf->n == buf->cap || buf->h.flags != MDH_LIST_VALUES))
        return mdh_list_push(t, list, piece);
    MDH_STORE_BARRIER(list, piece);
    buf->items[buf->n++] = piece;
    return true;
}

// Where the text without whitespace at its ends begins and ends.
size_t mdh_text_trim_start(Slice s);
size_t mdh_text_trim_end(Slice s, size_t from);

// The next word at or after *at as [*from, *to); false when there is none. Moves *at behind it.
bool mdh_text_next_word(Slice s, size_t *at, size_t *from, size_t *to);

// `count` times one character; a count beyond any string makes the builder fail at once.
void mdh_text_fill(MdhSb *sb, Slice one, uint64_t count);

// The first character of `s`, or a space.
Slice mdh_text_first_char(Slice s);

// Whole-text case mapping, into a builder or as a string.
void mdh_text_put_upper(MdhSb *sb, Slice s);
void mdh_text_put_lower(MdhSb *sb, Slice s);

// Every `from`, not empty, turned into `to`; `v` itself when there is none.
MdhValue mdh_text_replace(MdhThread *t, MdhValue v, Slice from, Slice to);

// The characters of `s` backwards.
MdhValue mdh_text_reverse(MdhThread *t, MdhValue s);

#endif
