// SPDX-License-Identifier: MIT
// Lists: header -> published buffer {n, cap, kind, items}. Typed element kinds (values, i64,
// f64, u8) are chosen and widened on demand. Readers take no lock: they load the buffer, then
// its length, then a slot. Writers hold the header's byte lock (once there are threads). An
// iteration freezes the first `frozen` items of the buffer: whoever would overwrite or remove
// one of them publishes a copy first, appends go on in place.
#ifndef MDH_DATA_LIST_H
#define MDH_DATA_LIST_H

#include "runtime/core/lock.h"
#include "runtime/core/thread.h"

enum { MDH_LIST_VALUES, MDH_LIST_I64, MDH_LIST_F64, MDH_LIST_U8 };

typedef struct MdhListBuf {
    MdhObj h;                // MDH_TAG_BUFFER; flags: element kind, never changes
    uint64_t n, cap, frozen; // frozen <= n <= cap
    MdhValue items[];        // or int64_t / double / uint8_t
} MdhListBuf;

typedef struct MdhList {
    MdhObj h;
    MdhListBuf *buf;
} MdhList;

MDH_INLINE MdhList *mdh_list(MdhValue v)
{
    return (MdhList *)mdh_ptr(v);
}
MDH_INLINE MdhListBuf *mdh_list_buf(MdhValue v)
{
    return MDH_PTR_LOAD(&mdh_list(v)->buf);
}
MDH_INLINE uint64_t mdh_listbuf_len(const MdhListBuf *b)
{
    return __atomic_load_n(&b->n, __ATOMIC_ACQUIRE);
}
MDH_INLINE uint64_t mdh_list_len(MdhValue v)
{
    return mdh_listbuf_len(mdh_list_buf(v));
}

// Item i of a buffer, i < a length that the caller read from it. May be ABSENT under a race.
// Boxes may need memory: MDH_EXC.
MdhValue mdh_listbuf_get_typed(MdhThread *t, const MdhListBuf *b, uint64_t i);
MDH_INLINE MdhValue mdh_listbuf_get(MdhThread *t, const MdhListBuf *b, uint64_t i)
{
    if (MDH_LIKELY(b->h.flags == MDH_LIST_VALUES)) return MDH_SLOT_LOAD(&b->items[i]);
    return mdh_listbuf_get_typed(t, b, i);
}
// Item i, 0 <= i < len (checked by the caller against a length it read). When the list shrank
// meanwhile, ABSENT.
MDH_INLINE MdhValue mdh_list_get(MdhThread *t, MdhValue list, uint64_t i)
{
    const MdhListBuf *b = mdh_list_buf(list);
    if (MDH_UNLIKELY(i >= mdh_listbuf_len(b))) return MDH_ABSENT;
    return mdh_listbuf_get(t, b, i);
}

// The fast halves of reading, writing and pushing, for the interpreter and native code. Each
// answers only the usual case (a list of values, one thread or no lock needed, room left) and
// says when it did not: ABSENT or false, with nothing done.
MDH_INLINE MdhValue mdh_list_get_fast(MdhValue list, uint64_t i)
{
    const MdhListBuf *b = mdh_list_buf(list);
    if (MDH_LIKELY(i < mdh_listbuf_len(b)) && MDH_LIKELY(b->h.flags == MDH_LIST_VALUES))
        return MDH_SLOT_LOAD(&b->items[i]);
    return MDH_ABSENT;
}
MDH_INLINE bool mdh_list_set_fast(MdhValue list, uint64_t i, MdhValue v)
{
    if (MDH_UNLIKELY(__atomic_load_n(&mdh_many_threads, __ATOMIC_RELAXED))) return false;
    MdhListBuf *b = mdh_list(list)->buf;
    if (MDH_UNLIKELY(i >= b->n) || MDH_UNLIKELY(i < b->frozen) ||
        MDH_UNLIKELY(b->h.flags != MDH_LIST_VALUES))
        return false;
    MDH_STORE_BARRIER(list, v);
    MDH_SLOT_STORE(&b->items[i], v);
    return true;
}
MDH_INLINE bool mdh_list_push_fast(MdhValue list, MdhValue v)
{
    if (MDH_UNLIKELY(__atomic_load_n(&mdh_many_threads, __ATOMIC_RELAXED))) return false;
    MdhListBuf *b = mdh_list(list)->buf;
    uint64_t n = b->n;
    if (MDH_UNLIKELY(n >= b->cap) || MDH_UNLIKELY(b->h.flags != MDH_LIST_VALUES))
        return false;
    MDH_STORE_BARRIER(list, v);
    MDH_SLOT_STORE(&b->items[n], v);
    __atomic_store_n(&b->n, n + 1, __ATOMIC_RELEASE);
    return true;
}

// Lists are values or MDH_EXC; the bool functions return false when they threw.
MdhValue mdh_list_new(MdhThread *t, uint64_t cap);
MdhValue mdh_list_new_kind(MdhThread *t, unsigned kind, uint64_t cap);
MdhValue mdh_list_of(MdhThread *t, uint64_t n, const MdhValue *items);
MdhValue mdh_list_of_ints(MdhThread *t, int64_t from, uint64_t n); // from, from+1, ...
bool mdh_list_set(MdhThread *t, MdhValue list, uint64_t i,
                  MdhValue v); // i < len, else INDEX error
bool mdh_list_push(MdhThread *t, MdhValue list, MdhValue v);
bool mdh_list_extend(MdhThread *t, MdhValue list, MdhValue other); // also with itself
MdhValue mdh_list_pop(MdhThread *t, MdhValue list);                // ABSENT when empty
bool mdh_list_clear(MdhThread *t, MdhValue list);
// Slices, concatenations and copies are new lists. Bounds are cut down to the length.
MdhValue mdh_list_slice(MdhThread *t, MdhValue list, uint64_t from, uint64_t to);
MdhValue mdh_list_concat(MdhThread *t, MdhValue a, MdhValue b);
MdhValue mdh_list_copy(MdhThread *t, MdhValue list);
// A snapshot to walk: freezes the buffer, *n = its length. Keep the pointer in a local.
MdhListBuf *mdh_list_freeze(MdhValue list, uint64_t *n);
// Stable merge sort into a new list. cmp: ABSENT = mdh_order, else a callable (a, b) that
// returns a number (< 0: a first) or a truthy "a comes before b".
MdhValue mdh_list_sort(MdhThread *t, MdhValue list, MdhValue cmp_or_absent);

// mdh_list_push on a list that only its maker knows yet, without a lock: results under
// construction.
MDH_INLINE bool mdh_list_add(MdhThread *t, MdhValue list, MdhValue v)
{
    MdhListBuf *b = mdh_list(list)->buf;
    uint64_t n = b->n;
    if (MDH_UNLIKELY(n >= b->cap) || MDH_UNLIKELY(b->h.flags != MDH_LIST_VALUES))
        return mdh_list_push(t, list, v);
    MDH_STORE_BARRIER(list, v);
    MDH_SLOT_STORE(&b->items[n], v);
    __atomic_store_n(&b->n, n + 1, __ATOMIC_RELEASE);
    return true;
}

#endif
