// SPDX-License-Identifier: MIT
// Keyed hashing. The key is drawn from the kernel once per process, so that nobody outside
// can choose keys that collide. Thread-safe.

#ifndef MDH_BASE_SIPHASH_H
#define MDH_BASE_SIPHASH_H

#include "base/common.h"

// SipHash-1-3 of `n` octets under the process key.
uint64_t hash_bytes64(const void *p, size_t n);

static inline uint32_t hash_bytes(const void *p, size_t n)
{
    return (uint32_t)hash_bytes64(p, n);
}

// A cheap keyed mix for integers and pointers.
uint32_t hash_u64(uint64_t x);

// SipHash-1-3 with an explicit key (tests, stable ids).
uint64_t siphash13(const uint64_t key[2], const void *p, size_t n);

// Draws the process key now; called by itself at the first hash otherwise.
void hash_init(void);

#endif
