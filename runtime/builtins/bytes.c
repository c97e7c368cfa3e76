// SPDX-License-Identifier: MIT
// Buffers of octets: making, cutting, copying, finding. The integers in them are in bytes_int.c.
//
// Another thread may publish a new window at any moment, so a function reads the window once
// and uses only what it read.
#include <string.h>

#include "abi/abi.h"
#include "runtime/builtins/bytes_priv.h"
#include "runtime/core/ops.h"
#include "runtime/data/list.h"
#include "runtime/data/str.h"

MdhValue mdh_bytes_throw_value(MdhThread *t, const char *name)
{
    return mdh_throw_native(t, "%s() value must be between 0 and 255", name);
}

bool mdh_bytes_octet(MdhThread *t, const char *name, MdhValue v, uint8_t *out)
{
    int64_t i;
    if (!mdh_bytes_whole(v, &i) || i < 0 || i > 255) {
        mdh_bytes_throw_value(t, name);
        return false;
    }
    *out = (uint8_t)i;
    return true;
}

// [*from, *to) of a slice: negatives count from the end, both are cut to 0..len.
static void clamp(uint64_t len, MdhValue start, MdhValue end, uint64_t *from, uint64_t *to)
{
    int64_t n = (int64_t)len, a = mdh_int_of(start),
            b = mdh_is_int(end) ? mdh_int_of(end) : n;
    if (a < 0) a += n;
    if (b < 0) b += n;
    a = a < 0 ? 0 : a > n ? n : a;
    b = b < a ? a : b > n ? n : b;
    *from = (uint64_t)a;
    *to = (uint64_t)b;
}

// Making ---------------------------------------------------------------------------------------

MdhValue __mdh_bytes(MdhThread *t, int argc, const MdhArgs_bytes *a)
{
    (void)argc;
    int64_t size;
    uint8_t fill;
    if (!mdh_bytes_whole(a->size, &size))
        return mdh_throw_native(t, "%s() expects an integer size", MDH_NAME(bytes));
    if (!mdh_bytes_octet(t, MDH_NAME(bytes), a->fill, &fill)) return MDH_EXC;
    MdhValue b = mdh_bytes_new(t, size < 0 ? 0 : (uint64_t)size);
    if (fill && !mdh_is_exc(b)) memset(mdh_bytes_window(b)->data, fill, mdh_bytes_len(b));
    return b;
}

MdhValue __mdh_bytes_from_string(MdhThread *t, int argc, const MdhArgs_bytes_from_string *a)
{
    (void)argc;
    MdhValue v = a->v;
    if (mdh_is_bytes(v)) {
        Slice s = mdh_bytes_slice_of(v);
        return mdh_bytes_from(t, s.ptr, s.len);
    }
    if (!mdh_is_str(v)) v = mdh_show(t, v);
    if (mdh_is_exc(v)) return v;
    return mdh_bytes_from(t, mdh_str(v)->data, mdh_str(v)->len);
}

MdhValue __mdh_bytes_from_list(MdhThread *t, int argc, const MdhArgs_bytes_from_list *a)
{
    (void)argc;
    const MdhListBuf *buf = mdh_list_buf(a->list);
    uint64_t n = __atomic_load_n(&buf->n, __ATOMIC_RELAXED);
    if (buf->h.flags == MDH_LIST_U8) return mdh_bytes_from(t, buf->items, n);
    MdhValue b = mdh_bytes_new(t, n);
    if (mdh_is_exc(b)) return b;
    uint8_t *out = mdh_bytes_window(b)->data;
    for (uint64_t i = 0; i < n; i++) {
        MdhValue v = mdh_listbuf_get(t, buf, i);
        if (mdh_is_exc(v) || !mdh_bytes_octet(t, MDH_NAME(bytes_from_list), v, &out[i]))
            return MDH_EXC;
    }
    return b;
}

MdhValue __mdh_bytes_concat(MdhThread *t, int argc, const MdhArgs_bytes_concat *a)
{
    const MdhValue *parts = MDH_REST(bytes_concat, a);
    uint64_t total = 0, at = 0;
    for (int i = 0; i < argc; i++) total += mdh_bytes_len(parts[i]);
    MdhValue b = mdh_bytes_new(t, total);
    if (mdh_is_exc(b)) return b;
    uint8_t *out = mdh_bytes_window(b)->data;
    for (int i = 0; i < argc; i++) {
        Slice s = mdh_bytes_slice_of(parts[i]);
        if (s.len > total - at) s.len = total - at; // it grew meanwhile
        if (s.len) memcpy(out + at, s.ptr, s.len);
        at += s.len;
    }
    return b;
}

// Octets ---------------------------------------------------------------------------------------

MdhValue __mdh_bytes_len(MdhThread *t, int argc, const MdhArgs_bytes_len *a)
{
    (void)t, (void)argc;
    return mdh_fix((int64_t)mdh_bytes_len(a->b));
}

// The offset of index i, counted from the end when negative. False when it threw.
static bool find_index(MdhThread *t, const char *name, uint64_t len, int64_t i,
                       uint64_t *at)
{
    int64_t n = (int64_t)len;
    if (i < -n || i >= n) {
        mdh_throw_native(t, "%s() index oot o' bounds: %d (length %d)", name, i, n);
        return false;
    }
    *at = (uint64_t)(i < 0 ? i + n : i);
    return true;
}

MdhValue __mdh_bytes_get(MdhThread *t, int argc, const MdhArgs_bytes_get *a)
{
    (void)argc;
    Slice s = mdh_bytes_slice_of(a->b);
    uint64_t at;
    if (!find_index(t, MDH_NAME(bytes_get), s.len, mdh_int_of(a->i), &at)) return MDH_EXC;
    return mdh_fix((uint8_t)s.ptr[at]);
}

MdhValue __mdh_bytes_set(MdhThread *t, int argc, const MdhArgs_bytes_set *a)
{
    (void)argc;
    uint8_t octet;
    uint64_t at;
    if (!mdh_bytes_octet(t, MDH_NAME(bytes_set), a->v, &octet)) return MDH_EXC;
    MdhWindow *w = mdh_bytes_writable(t, a->b);
    if (!w || !find_index(t, MDH_NAME(bytes_set), w->len, mdh_int_of(a->i), &at))
        return MDH_EXC;
    w->data[at] = octet;
    return a->b;
}

// Pieces ---------------------------------------------------------------------------------------

MdhValue __mdh_bytes_slice(MdhThread *t, int argc, const MdhArgs_bytes_slice *a)
{
    (void)argc;
    uint64_t from, to;
    clamp(mdh_bytes_len(a->b), a->start, a->end, &from, &to);
    return mdh_bytes_sub(t, a->b, from, to);
}

MdhValue __mdh_bytes_view(MdhThread *t, int argc, const MdhArgs_bytes_view *a)
{
    (void)argc;
    uint64_t from, to;
    clamp(mdh_bytes_len(a->b), a->start, a->end, &from, &to);
    return mdh_bytes_view(t, a->b, from, to);
}

MdhValue __mdh_bytes_append(MdhThread *t, int argc, const MdhArgs_bytes_append *a)
{
    (void)argc;
    Slice s = mdh_bytes_slice_of(a->other);
    return mdh_bytes_append(t, a->b, s.ptr, s.len) ? a->b : MDH_EXC;
}

// True when [from, to) lies in `len` octets.
static bool is_within(int64_t from, int64_t to, uint64_t len)
{
    return from >= 0 && from <= to && (uint64_t)to <= len;
}

MdhValue __mdh_bytes_copy(MdhThread *t, int argc, const MdhArgs_bytes_copy *a)
{
    (void)argc;
    MdhWindow *w = mdh_bytes_writable(t, a->dst);
    if (!w) return MDH_EXC;
    Slice src = mdh_bytes_slice_of(a->src);
    int64_t at = mdh_int_of(a->at), from = mdh_int_of(a->start);
    int64_t to = mdh_is_int(a->end) ? mdh_int_of(a->end) : (int64_t)src.len;
    if (!is_within(from, to, src.len))
        return mdh_throw_native(t, "%s() out o' bounds: %d to %d of the source (length %d)",
                                MDH_NAME(bytes_copy), from, to, (int64_t)src.len);
    if (at < 0 || (uint64_t)at > w->len || (uint64_t)(to - from) > w->len - (uint64_t)at)
        return mdh_throw_native(t, "%s() out o' bounds: %d octets at %d (length %d)",
                                MDH_NAME(bytes_copy), to - from, at, (int64_t)w->len);
    if (to > from) memmove(w->data + at, src.ptr + from, (size_t)(to - from));
    return a->dst;
}

MdhValue __mdh_bytes_fill(MdhThread *t, int argc, const MdhArgs_bytes_fill *a)
{
    (void)argc;
    uint8_t octet;
    uint64_t from, to;
    if (!mdh_bytes_octet(t, MDH_NAME(bytes_fill), a->v, &octet)) return MDH_EXC;
    MdhWindow *w = mdh_bytes_writable(t, a->b);
    if (!w) return MDH_EXC;
    clamp(w->len, a->start, a->end, &from, &to);
    if (to > from) memset(w->data + from, octet, to - from);
    return a->b;
}

// Looking --------------------------------------------------------------------------------------

MdhValue __mdh_bytes_find(MdhThread *t, int argc, const MdhArgs_bytes_find *a)
{
    (void)argc;
    Slice s = mdh_bytes_slice_of(a->b), needle;
    uint8_t octet;
    uint64_t from, to;
    if (mdh_is_str(a->needle)) {
        needle = mdh_str_slice(a->needle);
    } else if (mdh_is_bytes(a->needle)) {
        needle = mdh_bytes_slice_of(a->needle);
    } else {
        if (!mdh_bytes_octet(t, MDH_NAME(bytes_find), a->needle, &octet)) return MDH_EXC;
        needle = (Slice){(const char *)&octet, 1};
    }
    clamp(s.len, a->start, MDH_NAETHING, &from, &to);
    size_t at = slice_find_from(s, needle, from);
    return mdh_fix(at == SLICE_NOT_FOUND ? -1 : (int64_t)at);
}

MdhValue __mdh_bytes_equal_ct(MdhThread *t, int argc, const MdhArgs_bytes_equal_ct *a)
{
    (void)t, (void)argc;
    Slice x = mdh_bytes_slice_of(a->x), y = mdh_bytes_slice_of(a->y);
    if (x.len != y.len) return MDH_NAE;
    volatile uint8_t differ = 0; // volatile: no early end may be made of the loop
    for (size_t i = 0; i < x.len; i++) differ = (uint8_t)(differ | (x.ptr[i] ^ y.ptr[i]));
    return mdh_bool(!differ);
}
