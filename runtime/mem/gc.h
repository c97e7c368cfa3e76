// SPDX-License-Identifier: MIT
// The collector's seam. Only runtime/mem includes a collector; everything else allocates here.
// All memory is zeroed unless it is pointer-free. Objects never move. NULL means: no memory
// (or more than MDH_MAX_OBJECT_BYTES asked, or MDH_MAX_HEAP reached); the caller throws.
// A pointer that lies in the heap or in a root must point at the start of its object to keep
// it alive; on C stacks, in registers and on value stacks one into its middle will do.
#ifndef MDH_MEM_GC_H
#define MDH_MEM_GC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/common.h"

typedef struct MdhGcStats {
    uint64_t heap_bytes, free_bytes, collections, allocated_bytes, pause_max_ns,
        pause_total_ns;
} MdhGcStats;

// A thread's free lists of small objects, by size class; part of the (uncollectable) thread
// record. Class k holds objects of 16 * k octets, linked through their first word.
#define MDH_GC_CLASSES 16
typedef struct MdhGcCache {
    void *scanned[MDH_GC_CLASSES + 1];
    void *atomic[MDH_GC_CLASSES + 1];
    struct MdhGcCache *next; // all caches, for the collector
} MdhGcCache;

void mdh_gc_init(void); // once, before the first thread record
// The calling OS thread may allocate (roots at first) from now on. False: refused.
bool mdh_gc_thread_register(void);
// Undoes it, as the last thing before the thread ends. Nothing for the main thread.
void mdh_gc_thread_unregister(void);
// The calling thread's C stack is another one from now on, whose far end this is.
void mdh_gc_stack_moved(void *bottom);
// Does the collector stop threads by this signal? Then no thread it knows may block it.
bool mdh_gc_uses_signal(int signal);
// The calling OS thread will use `cache`: register both. Then the thread may allocate.
void mdh_gc_thread_enter(MdhGcCache *cache);
void mdh_gc_thread_leave(MdhGcCache *cache);
void *mdh_gc_alloc_slow(MdhGcCache *cache, size_t bytes);
void *mdh_gc_alloc_atomic_slow(MdhGcCache *cache, size_t bytes);

// Pops an object of class k. Whoever suspends this thread in the middle finds either the object
// still on the list or its address in a register.
static inline void *mdh_gc_pop(void **lists, size_t k)
{
    void *p = lists[k];
    if (MDH_LIKELY(p != NULL)) lists[k] = *(void **)p;
    return p;
}

// Scanned conservatively, zeroed.
static inline void *mdh_gc_alloc(MdhGcCache *cache, size_t bytes)
{
    size_t k = (bytes + 15) / 16;
    if (MDH_LIKELY(k <= MDH_GC_CLASSES)) {
        void *p = mdh_gc_pop(cache->scanned, k);
        if (MDH_LIKELY(p != NULL)) {
            *(void **)p = NULL;
            return p;
        }
    }
    return mdh_gc_alloc_slow(cache, bytes);
}

// The same for more than 16 * MDH_GC_CLASSES octets, where no cache is at hand.
static inline void *mdh_gc_alloc_large(size_t bytes)
{
    return mdh_gc_alloc_slow(NULL, bytes);
}

// Never scanned; contents undefined.
static inline void *mdh_gc_alloc_atomic(MdhGcCache *cache, size_t bytes)
{
    size_t k = (bytes + 15) / 16;
    if (MDH_LIKELY(k <= MDH_GC_CLASSES)) {
        void *p = mdh_gc_pop(cache->atomic, k);
        if (MDH_LIKELY(p != NULL)) return p;
    }
    return mdh_gc_alloc_atomic_slow(cache, bytes);
}

void *mdh_gc_alloc_root(size_t bytes); // uncollectable, scanned, zeroed
void mdh_gc_free_root(void *p);
// Memory outside the heap that is scanned as a whole: the global slots, static tables.
void mdh_gc_add_root(void *start, void *end);
// `push` is called with the world stopped and calls mdh_gc_push_range for each live range that
// changes from collection to collection (the live parts of value stacks).
void mdh_gc_set_pusher(void (*push)(void));
void mdh_gc_push_range(void *start, void *end);
void mdh_gc_collect(void);
void mdh_gc_stats(MdhGcStats *out);
// Runs `fn(obj)` some time after `obj` became unreachable, on a thread that may allocate: from
// mdh_gc_run_finalisers, which the places that make handles or wait call. No lock may be held.
void mdh_gc_finalise(void *obj, void (*fn)(void *obj));
void mdh_gc_run_finalisers(void);
// Tests: fail the k-th allocation from now on, and only that (0 = never). mdh_gc_fail_pending
// tells whether it is still to come.
void mdh_gc_fail_after(uint64_t k);
bool mdh_gc_fail_pending(void);
// Forget everything (plain back end, between fuzz inputs and at exit).
void mdh_gc_reset(void);
// The most that the heap may hold, octets.
uint64_t mdh_gc_heap_limit(void);

// Memory outside the heap, never scanned: the growing text of builders, buffers of C code. It
// must never hold a pointer into the heap. mdh_raw_realloc(NULL, n) allocates.
MDH_NODISCARD void *mdh_raw_realloc(void *p, size_t bytes);
void mdh_raw_free(void *p);

#endif
