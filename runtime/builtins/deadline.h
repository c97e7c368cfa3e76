// SPDX-License-Identifier: MIT
// Limits in milliseconds, as programs give them.
#ifndef MDH_BUILTINS_DEADLINE_H
#define MDH_BUILTINS_DEADLINE_H

#include "base/os.h"
#include "runtime/core/throw.h"

#define MDH_MAX_MS 1e12 // thirty years: a longer limit is none

// Milliseconds from now, fractions too, or naething for no limit. 0 is the past: no waiting. False
// when it threw.
static inline bool mdh_deadline_of(MdhThread *t, const char *builtin, MdhValue ms,
                                   uint64_t *deadline_ns)
{
    double d = mdh_is_naething(ms) ? MDH_MAX_MS : mdh_number_as_double(ms);
    if (!(d >= 0)) {
        mdh_throw_native(t, "%s() expects non-negative timeout", builtin);
        return false;
    }
    *deadline_ns = d >= MDH_MAX_MS ? OS_NEVER : d > 0 ? os_mono_ns() + (uint64_t)(d * 1e6) : 0;
    return true;
}

#endif
