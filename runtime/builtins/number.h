// SPDX-License-Identifier: MIT
// What several builtins need to know about numbers and numeric text. Nothing here allocates.
#ifndef MDH_BUILTINS_NUMBER_H
#define MDH_BUILTINS_NUMBER_H

#include "base/num.h"
#include "runtime/core/value.h"

// Truncates towards zero; beyond 64 bits gives the nearest end, NaN gives 0.
MDH_INLINE int64_t mdh_double_to_int(double d)
{
    if (d != d) return 0;
    if (d >= 9223372036854775808.0) return INT64_MAX;
    if (d <= -9223372036854775808.0) return INT64_MIN;
    return (int64_t)d;
}

#endif
