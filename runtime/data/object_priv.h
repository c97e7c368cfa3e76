// SPDX-License-Identifier: MIT
// What shapes and objects share.
#ifndef MDH_DATA_OBJECT_PRIV_H
#define MDH_DATA_OBJECT_PRIV_H

#include "runtime/data/object.h"

// The first shape of a class; NULL when it threw.
MdhShape *mdh_shape_root(MdhThread *t, MdhClass *cls);
// The shape that has one field more; the same one every time. NULL when it threw.
MdhShape *mdh_shape_grown(MdhThread *t, MdhShape *shape, MdhValue name);
// The slot of a field, or -1.
int mdh_shape_find(const MdhShape *shape, MdhValue name);
// The position of `name` in names[0 .. n), or -1. Interned strings differ by address.
int mdh_name_index(const MdhValue *names, uint32_t n, MdhValue name);

#endif
