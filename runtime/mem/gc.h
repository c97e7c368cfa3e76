// SPDX-License-Identifier: MIT
// The collector's seam. Only runtime/mem includes a collector; everything else allocates here.
// All memory is zeroed unless it is pointer-free. Objects never move. NULL means: no memory
// (or more than MDH_MAX_OBJECT_BYTES asked, or MDH_MAX_HEAP reached); the caller throws.
#ifndef MDH_MEM_GC_H
#define MDH_MEM_GC_H

#include <stddef.h>
#include <stdint.h>

typedef struct MdhGcStats {
    uint64_t heap_bytes, free_bytes, collections, allocated_bytes, pause_max_ns, pause_total_ns;
} MdhGcStats;

// A thread's free lists of small objects, by size class; part of the (uncollectable) thread
// record. Class k holds objects of 16 * k octets, linked through their first word.
#define MDH_GC_CLASSES 16
typedef struct MdhGcCache {
    void *scanned[MDH_GC_CLASSES + 1];
    void *atomic[MDH_GC_CLASSES + 1];
    struct MdhGcCache *next; // all caches, for the collector
} MdhGcCache;

void mdh_gc_init(void);                              // once, before the first thread record
// The calling OS thread will use `cache`: register both. Then the thread may allocate.
void mdh_gc_thread_enter(MdhGcCache *cache);
void mdh_gc_thread_leave(MdhGcCache *cache);
void *mdh_gc_alloc(MdhGcCache *cache, size_t bytes);        // scanned conservatively, zeroed
void *mdh_gc_alloc_atomic(MdhGcCache *cache, size_t bytes); // never scanned; contents undefined
void *mdh_gc_alloc_root(size_t bytes);               // uncollectable, scanned, zeroed
void mdh_gc_free_root(void *p);
// Memory outside the heap that is scanned as a whole: the global slots, static tables.
void mdh_gc_add_root(void *start, void *end);
// `push` is called with the world stopped and calls mdh_gc_push_range for each live range that
// changes from collection to collection (the live parts of value stacks).
void mdh_gc_set_pusher(void (*push)(void));
void mdh_gc_push_range(void *start, void *end);
void mdh_gc_collect(void);
void mdh_gc_stats(MdhGcStats *out);
// Runs `fn(obj)` some time after `obj` became unreachable, on a thread that may allocate.
void mdh_gc_finalise(void *obj, void (*fn)(void *obj));
void mdh_gc_run_finalisers(void);
// Tests: fail the k-th allocation from now on (0 = never).
void mdh_gc_fail_after(uint64_t k);
// Forget everything (plain back end, between fuzz inputs and at exit).
void mdh_gc_reset(void);

#endif
