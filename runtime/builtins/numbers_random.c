// SPDX-License-Identifier: MIT
// Random numbers from the thread's own generator: without bias, but not for secrets.
#include "abi/abi.h"
#include "runtime/core/rng.h"
#include "runtime/core/throw.h"

// From `low` to `high`, both possible, low <= high. Offsets are unsigned, so that the whole
// range of integers works.
static MdhValue between(MdhThread *t, int64_t low, int64_t high)
{
    uint64_t last = (uint64_t)high - (uint64_t)low;
    uint64_t offset = last == UINT64_MAX ? mdh_rng_next(t) : mdh_rng_below(t, last + 1);
    return mdh_int(t, (int64_t)((uint64_t)low + offset));
}

MdhValue __mdh_jammy(MdhThread *t, int argc, const MdhArgs_jammy *a)
{
    (void)argc;
    int64_t from = mdh_int_of(a->from), to = mdh_int_of(a->to);
    if (from >= to) return mdh_throw_native(t, "jammy() needs min < max, ya numpty!");
    return between(t, from, to - 1);
}

MdhValue __mdh_random_int(MdhThread *t, int argc, const MdhArgs_random_int *a)
{
    (void)argc;
    int64_t from = mdh_int_of(a->from), to = mdh_int_of(a->to);
    if (from > to) return mdh_throw_native(t, "random_int() min must be <= max");
    return between(t, from, to);
}

MdhValue __mdh_random(MdhThread *t, int argc, const MdhArgs_random *a)
{
    (void)argc, (void)a;
    return mdh_float(t, mdh_rng_double(t));
}

MdhValue __mdh_rand(MdhThread *t, int argc, const MdhArgs_rand *a)
{
    (void)argc, (void)a;
    return mdh_float(t, mdh_rng_double(t));
}

MdhValue __mdh_rand_int(MdhThread *t, int argc, const MdhArgs_rand_int *a)
{
    (void)argc;
    int64_t from = mdh_int_of(a->from), to = mdh_int_of(a->to);
    if (from > to) return mdh_throw_native(t, "rand() min must be <= max");
    return between(t, from, to);
}
