// SPDX-License-Identifier: MIT
// Creels: dicts whose values are their keys, so that a walk gives the members and "deleted" is
// told the same way.
#include "runtime/data/dict.h"

bool mdh_creel_add(MdhThread *t, MdhValue c, MdhValue v)
{
    // A member that is there already stays as it is: no store, no copy of a frozen table.
    return mdh_creel_has(c, v) || mdh_dict_put(t, c, v, v);
}

bool mdh_creel_has(MdhValue c, MdhValue v)
{
    return !mdh_is_absent(mdh_dict_get(c, v));
}

bool mdh_creel_remove(MdhThread *t, MdhValue c, MdhValue v, bool *was_there)
{
    return mdh_dict_remove(t, c, v, was_there);
}

bool mdh_creel_clear(MdhThread *t, MdhValue c)
{
    return mdh_dict_clear(t, c);
}
MdhValue mdh_creel_copy(MdhThread *t, MdhValue c)
{
    return mdh_dict_copy(t, c);
}
uint32_t mdh_creel_len(MdhValue c)
{
    return mdh_dict_len(c);
}
