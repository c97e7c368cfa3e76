// SPDX-License-Identifier: MIT
// Small tools for the list builtins: walking a list, cutting, comparing.
#ifndef MDH_BUILTINS_LISTS_H
#define MDH_BUILTINS_LISTS_H

#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/list.h"

// The items of a list as they are now. `failed`: the walk ended because something was thrown.
//   ListWalk w = list_walk(list);
//   while (list_next(t, &w, &v)) ...
//   return w.failed ? MDH_EXC : out;
typedef struct ListWalk {
    const MdhListBuf *b;
    uint64_t i, n;
    bool failed;
} ListWalk;

// For bodies that run no user code.
MDH_INLINE ListWalk list_walk(MdhValue list)
{
    const MdhListBuf *b = mdh_list_buf(list);
    return (ListWalk){b, 0, mdh_listbuf_len(b), false};
}

// For bodies that call back into script: later writes to the list leave these items alone.
MDH_INLINE ListWalk list_walk_frozen(MdhValue list)
{
    ListWalk w = {NULL, 0, 0, false};
    w.b = mdh_list_freeze(list, &w.n);
    return w;
}

MDH_INLINE bool list_next(MdhThread *t, ListWalk *w, MdhValue *v)
{
    if (w->i >= w->n) return false;
    *v = mdh_listbuf_get(t, w->b, w->i++);
    w->failed = mdh_is_exc(*v);
    return !w->failed && !mdh_is_absent(*v); // another thread took the rest away
}

// What a walk that was left because of `ok == false` or at its end gives.
MDH_INLINE MdhValue list_walk_end(const ListWalk *w, bool ok, MdhValue out)
{
    return ok && !w->failed ? out : MDH_EXC;
}

// A list of two.
MDH_INLINE MdhValue list_pair(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue two[2] = {a, b};
    return mdh_list_of(t, 2, two);
}

// mdh_list_add of something that may have thrown.
MDH_INLINE bool list_add_made(MdhThread *t, MdhValue list, MdhValue made)
{
    return !mdh_is_exc(made) && mdh_list_add(t, list, made);
}

// How an item of a list compares: 1, 0, or -1 when it threw.
MDH_INLINE int list_equal(MdhThread *t, MdhValue a, MdhValue b)
{
    bool same = false;
    if (mdh_same(a, b) && !mdh_is_float(a)) return 1;
    return mdh_equal(t, a, b, &same) ? same : -1;
}

// The position of the first item equal to v, -1 when there is none, -2 when it threw.
int64_t mdh_list_find(MdhThread *t, MdhValue list, MdhValue v);
// What index_of gives for a list or a string.
MdhValue mdh_index_of(MdhThread *t, MdhValue x, MdhValue v);
// All nested lists made flat.
MdhValue mdh_list_flat(MdhThread *t, MdhValue list);
// Both lists in turn.
MdhValue mdh_list_interleave(MdhThread *t, MdhValue a, MdhValue b);
// [[items for which f is truthy], [the rest]].
MdhValue mdh_list_part_by(MdhThread *t, MdhValue list, MdhValue f);
// A new dict of both, b wins.
MdhValue mdh_dict_merged(MdhThread *t, MdhValue a, MdhValue b);

#endif
