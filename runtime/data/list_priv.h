// SPDX-License-Identifier: MIT
// What the list files share: buffers, and their elements by kind.
#ifndef MDH_DATA_LIST_PRIV_H
#define MDH_DATA_LIST_PRIV_H

#include "runtime/data/list.h"

#define LIST_MAX_BYTES (MDH_MAX_OBJECT_BYTES - sizeof(MdhListBuf))

MDH_INLINE int64_t *list_i64s(const MdhListBuf *b)
{
    return (int64_t *)(uintptr_t)b->items;
}
MDH_INLINE double *list_f64s(const MdhListBuf *b)
{
    return (double *)(uintptr_t)b->items;
}
MDH_INLINE uint8_t *list_u8s(const MdhListBuf *b)
{
    return (uint8_t *)(uintptr_t)b->items;
}
MDH_INLINE uint64_t list_item_size(unsigned kind)
{
    return kind == MDH_LIST_U8 ? 1 : 8;
}
MDH_INLINE uint64_t list_max_items(unsigned kind)
{
    return LIST_MAX_BYTES / list_item_size(kind);
}

// An empty buffer with room for `cap` items; NULL when it threw.
MdhListBuf *mdh_listbuf_new(MdhThread *t, unsigned kind, uint64_t cap);
// The kind that holds both the items of `kind` and v.
unsigned mdh_listbuf_kind_for(unsigned kind, MdhValue v);
// Stores v, which the buffer's kind can hold.
void mdh_listbuf_put(MdhListBuf *b, uint64_t i, MdhValue v);
// Appends b's items [from, to) to `dst`, which has the room and a kind wide enough, and moves
// its length. Under a race it may append fewer. False when it threw.
bool mdh_listbuf_append(MdhThread *t, MdhListBuf *dst, const MdhListBuf *b, uint64_t from,
                        uint64_t to);
// A list with this buffer; MDH_EXC when out of memory.
MdhValue mdh_list_from_buf(MdhThread *t, MdhListBuf *b);

#endif
