// SPDX-License-Identifier: MIT
// Bytes: header -> one atomically published, immutable window {data, len, owner}. Stores of
// octets are in place; append, resize and un-sharing publish a new window under the byte lock.
// A slice shares the owner and marks it shared for good: a write through a window on a shared
// owner first copies its own octets. A view shares the octets on purpose.
#ifndef MDH_DATA_BYTES_H
#define MDH_DATA_BYTES_H

#include "base/slice.h"
#include "runtime/core/lock.h"
#include "runtime/core/thread.h"

typedef struct MdhOctets {   // the owner: pointer-free
    MdhObj h;                // MDH_TAG_BUFFER; flags bit 0: shared with a slice
    uint32_t cap;
    uint32_t pad;
    uint8_t data[];
} MdhOctets;

typedef struct MdhWindow {
    MdhObj h;                // MDH_TAG_BUFFER; flags bit 0: a view (writes never un-share)
    uint8_t *data;
    uint64_t len;
    MdhOctets *owner;
} MdhWindow;

typedef struct MdhBytes {
    MdhObj h;                // MDH_TAG_BYTES
    MdhWindow *win;
} MdhBytes;

MDH_INLINE MdhBytes *mdh_bytes(MdhValue v) { return (MdhBytes *)mdh_ptr(v); }
MDH_INLINE MdhWindow *mdh_bytes_window(MdhValue v) { return MDH_PTR_LOAD(&mdh_bytes(v)->win); }
MDH_INLINE uint64_t mdh_bytes_len(MdhValue v) { return mdh_bytes_window(v)->len; }
// For reading. Valid until somebody else writes.
MDH_INLINE Slice mdh_bytes_slice_of(MdhValue v)
{
    const MdhWindow *w = mdh_bytes_window(v);
    return (Slice){(const char *)w->data, w->len};
}
// Writing. With threads about, only a store under the byte lock is never lost to an append or
// resize by another one, so builtins that write use this pair:
//   MdhWindow *w = mdh_bytes_write_begin(t, b);    // NULL: threw, nothing is held
//   ... check offsets against w->len, store to w->data; no allocation, no throw ...
//   mdh_bytes_write_end(b);                        // then throw, if offsets were wrong
MdhWindow *mdh_bytes_write_begin(MdhThread *t, MdhValue b);
MDH_INLINE void mdh_bytes_write_end(MdhValue b) { mdh_unlock(&mdh_bytes(b)->h); }
// The window to write through without the lock: un-shares first when a slice shares the
// owner. NULL: threw.
MdhWindow *mdh_bytes_unshare(MdhThread *t, MdhValue b);
MDH_INLINE MdhWindow *mdh_bytes_writable(MdhThread *t, MdhValue b)
{
    MdhWindow *w = mdh_bytes_window(b);
    unsigned shared = __atomic_load_n(&w->owner->h.flags, __ATOMIC_RELAXED) & 1;
    if (MDH_LIKELY(!shared || (w->h.flags & 1))) return w;
    return mdh_bytes_unshare(t, b);
}

MdhValue mdh_bytes_new(MdhThread *t, uint64_t n);              // zeroed
MdhValue mdh_bytes_from(MdhThread *t, const void *p, uint64_t n);
MdhValue mdh_bytes_sub(MdhThread *t, MdhValue b, uint64_t from,
                       uint64_t to); // a copy by behaviour, O(1)
MdhValue mdh_bytes_view(MdhThread *t, MdhValue b, uint64_t from, uint64_t to); // shared window
bool mdh_bytes_append(MdhThread *t, MdhValue b, const void *p, uint64_t n);    // p may lie in b
bool mdh_bytes_resize(MdhThread *t, MdhValue b, uint64_t n);
bool mdh_bytes_equal(MdhValue a, MdhValue b);

#endif
