// SPDX-License-Identifier: MIT
// What the files of the bytes builtins share.
#ifndef MDH_BUILTINS_BYTES_PRIV_H
#define MDH_BUILTINS_BYTES_PRIV_H

#include "abi/abi.h"
#include "runtime/builtins/name.h"
#include "runtime/core/throw.h"
#include "runtime/data/bytes.h"

// The integer of an integer or of a float without its fraction. False for NaN, infinities and
// what 64 bits cannot hold.
MDH_INLINE bool mdh_bytes_whole(MdhValue v, int64_t *out)
{
    if (mdh_is_int(v)) {
        *out = mdh_int_of(v);
        return true;
    }
    double d = mdh_is_float(v) ? mdh_float_of(v) : 1e300;
    if (!(d > -0x1p63 && d < 0x1p63)) return false;
    *out = (int64_t)d;
    return true;
}

MdhValue mdh_bytes_throw_value(MdhThread *t, const char *name);
// An octet's value, or false when it threw.
bool mdh_bytes_octet(MdhThread *t, const char *name, MdhValue v, uint8_t *out);

#endif
