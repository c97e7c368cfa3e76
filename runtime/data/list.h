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
    MdhObj h;                // MDH_TAG_BUFFER; flags: element kind
    uint64_t n, cap, frozen;
    MdhValue items[];        // or int64_t / double / uint8_t
} MdhListBuf;

typedef struct MdhList {
    MdhObj h;
    MdhListBuf *buf;
} MdhList;

MDH_INLINE MdhList *mdh_list(MdhValue v) { return (MdhList *)mdh_ptr(v); }
MDH_INLINE MdhListBuf *mdh_list_buf(MdhValue v) { return MDH_PTR_LOAD(&mdh_list(v)->buf); }
MDH_INLINE uint64_t mdh_list_len(MdhValue v)
{
    return __atomic_load_n(&mdh_list_buf(v)->n, __ATOMIC_RELAXED);
}
// Item i of a buffer, i < cap. May be ABSENT under a race. Boxes may need memory: MDH_EXC.
MdhValue mdh_listbuf_get_typed(MdhThread *t, const MdhListBuf *b, uint64_t i);
MDH_INLINE MdhValue mdh_listbuf_get(MdhThread *t, const MdhListBuf *b, uint64_t i)
{
    if (MDH_LIKELY(b->h.flags == MDH_LIST_VALUES)) return MDH_SLOT_LOAD(&b->items[i]);
    return mdh_listbuf_get_typed(t, b, i);
}
// Item i, 0 <= i < len (checked by the caller against a length it read).
MDH_INLINE MdhValue mdh_list_get(MdhThread *t, MdhValue list, uint64_t i)
{
    return mdh_listbuf_get(t, mdh_list_buf(list), i);
}

// Lists are values or MDH_EXC; the bool functions return false when they threw.
MdhValue mdh_list_new(MdhThread *t, uint64_t cap);
MdhValue mdh_list_of(MdhThread *t, uint64_t n, const MdhValue *items);
MdhValue mdh_list_of_ints(MdhThread *t, int64_t from, uint64_t n);   // from, from+1, ...
bool mdh_list_set(MdhThread *t, MdhValue list, uint64_t i, MdhValue v); // i < len, else INDEX error
bool mdh_list_push(MdhThread *t, MdhValue list, MdhValue v);
bool mdh_list_extend(MdhThread *t, MdhValue list, MdhValue other);      // also with itself
MdhValue mdh_list_pop(MdhThread *t, MdhValue list);                     // ABSENT when empty
bool mdh_list_clear(MdhThread *t, MdhValue list);
MdhValue mdh_list_slice(MdhThread *t, MdhValue list, uint64_t from, uint64_t to); // new list
MdhValue mdh_list_concat(MdhThread *t, MdhValue a, MdhValue b);
MdhValue mdh_list_copy(MdhThread *t, MdhValue list);
// A snapshot to walk: freezes the buffer, *n = its length. Keep the pointer in a local.
MdhListBuf *mdh_list_freeze(MdhValue list, uint64_t *n);
// Stable merge sort into a new list. cmp: NULL = mdh_order, else a callable (a, b) that returns
// a number (< 0: a first) or a truthy "a comes before b" bool.
MdhValue mdh_list_sort(MdhThread *t, MdhValue list, MdhValue cmp_or_absent);

#endif
