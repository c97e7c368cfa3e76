// SPDX-License-Identifier: MIT
// What both collector back ends share: limits from the environment, and the hooks of the
// stress and failing-allocator modes. Private to runtime/mem.
#ifndef MDH_MEM_MEM_H
#define MDH_MEM_MEM_H

#include "runtime/mem/gc.h"

// Set while some allocation is to fail or to collect: all of them go the slow way then.
extern bool mdh_mem_hooked;

// Reads MDH_MAX_HEAP and MDH_STRESS. Called once, by mdh_gc_init.
void mdh_mem_configure(void);
bool mdh_mem_stress_heap(void); // MDH_STRESS has gc: keep the heap small

// Called before each allocation while hooked. False: this one fails.
bool mdh_mem_hook(void);

// One object of the greatest size, with its header.
#define MDH_MEM_MOST (((size_t)1 << 30) + 4096)

static inline bool mdh_mem_may_allocate(size_t bytes)
{
    if (MDH_UNLIKELY(bytes > MDH_MEM_MOST)) return false;
    return MDH_LIKELY(!__atomic_load_n(&mdh_mem_hooked, __ATOMIC_RELAXED)) ||
           mdh_mem_hook();
}

// Forgets what the free lists of every thread hold. No other thread may allocate meanwhile.
void mdh_mem_drop_caches(void);

#endif
