// SPDX-License-Identifier: MIT
// Lists. A list is a header that points at a buffer; the buffer holds the length, so that one
// load of the pointer gives a reader a consistent pair of length and storage, whatever writers
// do. The rules that make this safe without a lock on the reading side:
//
//   - the buffer pointer is published by one release store, its kind never changes, and the
//     collector keeps an old buffer alive for as long as a reader looks at it;
//   - an item is stored before the length that covers it, a length is lowered before the item
//     is cleared; slots move as aligned 8-byte words, so no value is ever torn;
//   - everything that changes the length, moves items or overwrites one holds the byte lock
//     (mdh_lock does nothing while the process has one thread). A store under the lock is seen
//     by whoever copies the buffer under the lock, so growing never loses a store.
//
// Invariant: frozen <= n <= cap. Items below `frozen` may be under iteration: they are never
// overwritten or removed in this buffer, the writer publishes a copy with frozen == 0 first. An
// append touches no frozen item and goes on in place. So a loop over a list costs at most one
// copy of it, however often the body changes it.
//
// Memory is allocated while the byte lock is held: the allocator never takes a byte lock, and
// finalisers don't run inside it.
#include "runtime/data/list.h"

#include "runtime/core/throw.h"
#include "runtime/data/list_priv.h"

// The buffer of every empty list: never written, having no room.
static MdhListBuf empty_buf = {.h = {.tag = MDH_TAG_BUFFER}};

MdhValue mdh_list_from_buf(MdhThread *t, MdhListBuf *b)
{
    MdhList *l = mdh_new(t, sizeof *l);
    if (!l) return mdh_throw_oom(t, sizeof *l);
    l->h.tag = MDH_TAG_LIST;
    l->buf = b;
    return mdh_from_ptr(l);
}

MdhValue mdh_list_new_kind(MdhThread *t, unsigned kind, uint64_t cap)
{
    if (cap == 0 && kind == MDH_LIST_VALUES) return mdh_list_from_buf(t, &empty_buf);
    MdhListBuf *b = mdh_listbuf_new(t, kind, cap);
    return b ? mdh_list_from_buf(t, b) : MDH_EXC;
}

MdhValue mdh_list_new(MdhThread *t, uint64_t cap)
{
    return mdh_list_new_kind(t, MDH_LIST_VALUES, cap);
}

MdhValue mdh_list_of(MdhThread *t, uint64_t n, const MdhValue *items)
{
    if (n == 0) return mdh_list_from_buf(t, &empty_buf);
    MdhListBuf *b = mdh_listbuf_new(t, MDH_LIST_VALUES, n);
    if (!b) return MDH_EXC;
    for (uint64_t i = 0; i < n; i++) b->items[i] = items[i];
    b->n = n;
    return mdh_list_from_buf(t, b);
}

MdhValue mdh_list_of_ints(MdhThread *t, int64_t from, uint64_t n)
{
    if (n == 0) return mdh_list_from_buf(t, &empty_buf);
    MdhListBuf *b = mdh_listbuf_new(t, MDH_LIST_I64, n);
    if (!b) return MDH_EXC;
    for (uint64_t i = 0; i < n; i++) list_i64s(b)[i] = (int64_t)((uint64_t)from + i);
    b->n = n;
    return mdh_list_from_buf(t, b);
}

// Doubles, from 64 Ki items on grows by half. At least `want`.
static uint64_t grown_cap(unsigned kind, uint64_t cap, uint64_t want)
{
    uint64_t most = list_max_items(kind);
    uint64_t next = cap < 4 ? 4 : cap < 65536 ? cap * 2 : cap + cap / 2;
    if (next > most) next = most;
    return next > want ? next : want;
}

// A buffer of `kind` with the first n items of b and room for `cap`. NULL when it threw.
static MdhListBuf *remade(MdhThread *t, const MdhListBuf *b, unsigned kind, uint64_t n,
                          uint64_t cap)
{
    MdhListBuf *fresh = mdh_listbuf_new(t, kind, cap);
    return fresh && mdh_listbuf_append(t, fresh, b, 0, n) ? fresh : NULL;
}

bool mdh_list_set(MdhThread *t, MdhValue list, uint64_t i, MdhValue v)
{
    MdhList *l = mdh_list(list);
    mdh_lock(&l->h);
    MdhListBuf *b = l->buf;
    if (i >= b->n) {
        int64_t n = (int64_t)b->n;
        mdh_unlock(&l->h);
        mdh_throw_error(t, MDH_E_INDEX, (int64_t)i, n);
        return false;
    }
    unsigned kind = mdh_listbuf_kind_for(b->h.flags, v);
    MDH_STORE_BARRIER(list, v);
    if (MDH_LIKELY(kind == b->h.flags && i >= b->frozen)) {
        mdh_listbuf_put(b, i, v);
    } else {
        b = remade(t, b, kind, b->n, b->cap);
        if (b) {
            mdh_listbuf_put(b, i, v);
            MDH_PTR_PUBLISH(&l->buf, b);
        }
    }
    mdh_unlock(&l->h);
    return b != NULL;
}

bool mdh_list_push(MdhThread *t, MdhValue list, MdhValue v)
{
    MdhList *l = mdh_list(list);
    mdh_lock(&l->h);
    MdhListBuf *b = l->buf;
    uint64_t n = b->n;
    unsigned kind = mdh_listbuf_kind_for(b->h.flags, v);
    bool in_place = n < b->cap && kind == b->h.flags;
    if (MDH_UNLIKELY(!in_place)) b = remade(t, b, kind, n, grown_cap(kind, n, n + 1));
    if (MDH_LIKELY(b)) {
        MDH_STORE_BARRIER(list, v);
        mdh_listbuf_put(b, n, v);
        __atomic_store_n(&b->n, n + 1, __ATOMIC_RELEASE);
        if (!in_place) MDH_PTR_PUBLISH(&l->buf, b);
    }
    mdh_unlock(&l->h);
    return b != NULL;
}

// The kind that holds the items of both buffers.
static unsigned common_kind(const MdhListBuf *a, uint64_t na, const MdhListBuf *b,
                            uint64_t nb)
{
    if (na == 0 || nb == 0) return na == 0 ? b->h.flags : a->h.flags;
    return a->h.flags == b->h.flags ? a->h.flags : MDH_LIST_VALUES;
}

bool mdh_list_extend(MdhThread *t, MdhValue list, MdhValue other)
{
    MdhList *l = mdh_list(list);
    const MdhListBuf *from = mdh_list_buf(other);
    uint64_t extra = mdh_listbuf_len(from);
    if (extra == 0) return true;
    mdh_lock(&l->h);
    MdhListBuf *b = l->buf;
    uint64_t n = b->n;
    unsigned kind = common_kind(b, n, from, extra);
    bool in_place = kind == b->h.flags && b->cap - n >= extra, ok = true;
    if (!in_place) b = remade(t, b, kind, n, grown_cap(kind, n, n + extra));
    ok = b && mdh_listbuf_append(t, b, from, 0, extra);
    if (ok && !in_place) MDH_PTR_PUBLISH(&l->buf, b);
    mdh_unlock(&l->h);
    return ok;
}

MdhValue mdh_list_pop(MdhThread *t, MdhValue list)
{
    MdhList *l = mdh_list(list);
    mdh_lock(&l->h);
    MdhListBuf *b = l->buf;
    uint64_t n = b->n;
    MdhValue v = n ? mdh_listbuf_get(t, b, n - 1) : MDH_ABSENT;
    if (n && !mdh_is_exc(v)) {
        if (MDH_LIKELY(n > b->frozen)) {
            __atomic_store_n(&b->n, n - 1, __ATOMIC_RELEASE);
            if (b->h.flags == MDH_LIST_VALUES) MDH_SLOT_STORE(&b->items[n - 1], MDH_ABSENT);
        } else {
            b = remade(t, b, b->h.flags, n - 1, n);
            if (b) MDH_PTR_PUBLISH(&l->buf, b);
            else v = MDH_EXC;
        }
    }
    mdh_unlock(&l->h);
    return v;
}

bool mdh_list_clear(MdhThread *t, MdhValue list)
{
    MdhList *l = mdh_list(list);
    (void)t;
    mdh_lock(&l->h);
    MDH_PTR_PUBLISH(&l->buf, &empty_buf);
    mdh_unlock(&l->h);
    return true;
}

MdhValue mdh_list_slice(MdhThread *t, MdhValue list, uint64_t from, uint64_t to)
{
    const MdhListBuf *b = mdh_list_buf(list);
    uint64_t n = mdh_listbuf_len(b);
    if (to > n) to = n;
    if (from >= to) return mdh_list_from_buf(t, &empty_buf);
    MdhListBuf *fresh = mdh_listbuf_new(t, b->h.flags, to - from);
    if (!fresh || !mdh_listbuf_append(t, fresh, b, from, to)) return MDH_EXC;
    return mdh_list_from_buf(t, fresh);
}

MdhValue mdh_list_copy(MdhThread *t, MdhValue list)
{
    return mdh_list_slice(t, list, 0, UINT64_MAX);
}

MdhValue mdh_list_concat(MdhThread *t, MdhValue a, MdhValue b)
{
    const MdhListBuf *ba = mdh_list_buf(a), *bb = mdh_list_buf(b);
    uint64_t na = mdh_listbuf_len(ba), nb = mdh_listbuf_len(bb);
    if (na + nb == 0) return mdh_list_from_buf(t, &empty_buf);
    MdhListBuf *fresh = mdh_listbuf_new(t, common_kind(ba, na, bb, nb), na + nb);
    if (!fresh || !mdh_listbuf_append(t, fresh, ba, 0, na) ||
        !mdh_listbuf_append(t, fresh, bb, 0, nb))
        return MDH_EXC;
    return mdh_list_from_buf(t, fresh);
}

MdhListBuf *mdh_list_freeze(MdhValue list, uint64_t *n)
{
    MdhList *l = mdh_list(list);
    mdh_lock(&l->h);
    MdhListBuf *b = l->buf;
    *n = b->n;
    if (b->frozen < b->n) b->frozen = b->n;
    mdh_unlock(&l->h);
    return b;
}
