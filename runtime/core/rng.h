// SPDX-License-Identifier: MIT
// The thread's random numbers: xoshiro256** (Blackman and Vigna), seeded from the kernel at the
// first draw. Fast and well spread; not for secrets, which come from os_random.
#ifndef MDH_CORE_RNG_H
#define MDH_CORE_RNG_H

#include "base/os.h"
#include "runtime/core/thread.h"

MDH_INLINE uint64_t mdh_rng_rotl(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

// 64 uniform bits.
static inline uint64_t mdh_rng_next(MdhThread *t)
{
    uint64_t *s = t->rng;
    // All zero is the one state the generator cannot leave, and the one a new record has.
    while (MDH_UNLIKELY(!(s[0] | s[1] | s[2] | s[3]))) os_random(s, sizeof t->rng);
    uint64_t result = mdh_rng_rotl(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = mdh_rng_rotl(s[3], 45);
    return result;
}

// Uniform in [0, n), n > 0, without bias: draws in the incomplete last stretch are redrawn.
static inline uint64_t mdh_rng_below(MdhThread *t, uint64_t n)
{
    uint64_t reject = -n % n, x;
    do x = mdh_rng_next(t);
    while (x < reject);
    return x % n;
}

// Uniform in [0, 1), 53 bits.
static inline double mdh_rng_double(MdhThread *t)
{
    return (double)(mdh_rng_next(t) >> 11) * 0x1.0p-53;
}

#endif
