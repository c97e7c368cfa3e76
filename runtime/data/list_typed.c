// SPDX-License-Identifier: MIT
// The elements of list buffers by kind. A buffer of i64, f64 or u8 holds no pointers, so the
// collector never looks into it; it turns into a wider one (u8 -> i64 -> values, f64 -> values)
// when a value comes that it cannot hold. The kind of a published buffer never changes:
// widening makes a new buffer.
#include "runtime/core/throw.h"
#include "runtime/data/list_priv.h"

MdhListBuf *mdh_listbuf_new(MdhThread *t, unsigned kind, uint64_t cap)
{
    uint64_t size = list_item_size(kind);
    if (cap > list_max_items(kind)) {
        mdh_throw_oom(t, cap > UINT64_MAX / 16 ? UINT64_MAX : cap * size);
        return NULL;
    }
    uint64_t bytes = sizeof(MdhListBuf) + cap * size;
    MdhListBuf *b = kind == MDH_LIST_VALUES ? mdh_new(t, bytes) : mdh_new_atomic(t, bytes);
    if (!b) {
        mdh_throw_oom(t, bytes);
        return NULL;
    }
    b->h = (MdhObj){.tag = MDH_TAG_BUFFER, .flags = (uint16_t)kind};
    b->n = 0;
    b->cap = cap;
    b->frozen = 0;
    return b;
}

MdhValue mdh_listbuf_get_typed(MdhThread *t, const MdhListBuf *b, uint64_t i)
{
    switch (b->h.flags) {
    case MDH_LIST_I64:
        return mdh_int(t, __atomic_load_n(&list_i64s(b)[i], __ATOMIC_RELAXED));
    case MDH_LIST_F64: {
        double d;
        __atomic_load(&list_f64s(b)[i], &d, __ATOMIC_RELAXED);
        return mdh_float(t, d);
    }
    case MDH_LIST_U8: return mdh_fix(__atomic_load_n(&list_u8s(b)[i], __ATOMIC_RELAXED));
    default: return MDH_SLOT_LOAD(&b->items[i]);
    }
}

unsigned mdh_listbuf_kind_for(unsigned kind, MdhValue v)
{
    switch (kind) {
    case MDH_LIST_I64: return mdh_is_int(v) ? MDH_LIST_I64 : MDH_LIST_VALUES;
    case MDH_LIST_F64: return mdh_is_float(v) ? MDH_LIST_F64 : MDH_LIST_VALUES;
    case MDH_LIST_U8:
        if (!mdh_is_int(v)) return MDH_LIST_VALUES;
        return mdh_int_of(v) >= 0 && mdh_int_of(v) <= 255 ? MDH_LIST_U8 : MDH_LIST_I64;
    default: return MDH_LIST_VALUES;
    }
}

void mdh_listbuf_put(MdhListBuf *b, uint64_t i, MdhValue v)
{
    switch (b->h.flags) {
    case MDH_LIST_I64:
        __atomic_store_n(&list_i64s(b)[i], mdh_int_of(v), __ATOMIC_RELAXED);
        break;
    case MDH_LIST_F64: {
        double d = mdh_float_of(v);
        __atomic_store(&list_f64s(b)[i], &d, __ATOMIC_RELAXED);
        break;
    }
    case MDH_LIST_U8:
        __atomic_store_n(&list_u8s(b)[i], (uint8_t)mdh_int_of(v), __ATOMIC_RELAXED);
        break;
    default: MDH_STORE_BARRIER(b, v); MDH_SLOT_STORE(&b->items[i], v);
    }
}

// Raw words of the same kind. While there are threads every word moves as a slot does, and a
// value that is gone already (a racing pop) ends the copy. Returns how many were copied.
static uint64_t copy_words(MdhListBuf *dst, uint64_t at, const MdhListBuf *b, uint64_t from,
                           uint64_t n)
{
    MdhValue *to = &dst->items[at];
    const MdhValue *src = &b->items[from];
    if (!__atomic_load_n(&mdh_many_threads, __ATOMIC_RELAXED)) {
        memcpy(to, src, n * 8);
        return n;
    }
    bool values = b->h.flags == MDH_LIST_VALUES;
    for (uint64_t i = 0; i < n; i++) {
        MdhValue w = MDH_SLOT_LOAD(&src[i]);
        if (values && mdh_is_absent(w)) return i;
        MDH_SLOT_STORE(&to[i], w);
    }
    return n;
}

static uint64_t copy_octets(MdhListBuf *dst, uint64_t at, const MdhListBuf *b,
                            uint64_t from, uint64_t n)
{
    uint8_t *to = list_u8s(dst) + at;
    const uint8_t *src = list_u8s(b) + from;
    for (uint64_t i = 0; i < n; i++)
        __atomic_store_n(&to[i], __atomic_load_n(&src[i], __ATOMIC_RELAXED),
                         __ATOMIC_RELAXED);
    return n;
}

// One by one, into a wider kind. UINT64_MAX when it threw.
static uint64_t copy_widening(MdhThread *t, MdhListBuf *dst, uint64_t at,
                              const MdhListBuf *b, uint64_t from, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        MdhValue v = mdh_listbuf_get(t, b, from + i);
        if (mdh_is_exc(v)) return UINT64_MAX;
        if (mdh_is_absent(v)) return i;
        mdh_listbuf_put(dst, at + i, v);
    }
    return n;
}

bool mdh_listbuf_append(MdhThread *t, MdhListBuf *dst, const MdhListBuf *b, uint64_t from,
                        uint64_t to)
{
    uint64_t at = dst->n, n = to > from ? to - from : 0;
    if (n == 0) return true;
    if (dst->h.flags != b->h.flags) n = copy_widening(t, dst, at, b, from, n);
    else if (b->h.flags == MDH_LIST_U8) n = copy_octets(dst, at, b, from, n);
    else n = copy_words(dst, at, b, from, n);
    if (n == UINT64_MAX) return false;
    __atomic_store_n(&dst->n, at + n, __ATOMIC_RELEASE);
    return true;
}
