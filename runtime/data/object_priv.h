// SPDX-License-Identifier: MIT
// What shapes and objects share.
#ifndef MDH_DATA_OBJECT_PRIV_H
#define MDH_DATA_OBJECT_PRIV_H

#include "runtime/data/object.h"

// The first shape of a class; NULL when it threw.
MdhShape *mdh_shape_root(MdhThread *t, MdhClass *cls);
// The shape that has one field more, which shall hold `v` first; the same one every time, but
// that the field gets a plain slot for good once it did not begin as a float. NULL when it threw.
MdhShape *mdh_shape_grown(MdhThread *t, MdhShape *shape, MdhValue name, MdhValue v);
// Where a slot lies, as the index of a cache word.
uint32_t mdh_shape_place(const MdhShape *shape, uint32_t slot);
// May a new field that makes an instance's shape `next` begin with that value?
MDH_INLINE bool mdh_shape_takes(const MdhShape *next, MdhValue v)
{
    bool raw = next->last - MDH_IC_RAW < MDH_IC_RAW;
    return !raw || mdh_is_float(v);
}
// The slot of a field, or -1.
int mdh_shape_find(const MdhShape *shape, MdhValue name);
// The position of `name` in names[0 .. n), or -1. Interned strings differ by address.
int mdh_name_index(const MdhValue *names, uint32_t n, MdhValue name);

#endif
