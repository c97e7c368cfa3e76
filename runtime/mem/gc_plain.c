// SPDX-License-Identifier: MIT
// The plain back end: every object is a malloc of exactly its size, so that the sanitizers see
// each one, and nothing is freed before mdh_gc_reset, which frees everything. The registry is
// an array of addresses under a lock. Free lists stay empty: every allocation comes here.
//
// Finalisers run at the reset, while all objects still exist.
#include <pthread.h>
#include <stdlib.h>

#include "abi/layout.h"
#include "runtime/mem/mem.h"

#define FORGIVEN 3

typedef struct Entry {
    void *p;
    size_t bytes;
} Entry;

typedef struct Finaliser {
    void *obj;
    void (*fn)(void *obj);
    struct Finaliser *next;
} Finaliser;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Entry *entries;
static size_t n_entries, cap_entries;
static uint64_t live_bytes, total_bytes;
static unsigned n_refusals;
static Finaliser *finalisers;

void mdh_gc_init(void)
{
    static bool ready;
    if (!ready) mdh_mem_configure();
    ready = true;
}

bool mdh_gc_thread_register(void)
{
    return true;
}

void mdh_gc_stack_moved(void *bottom)
{
    (void)bottom;
}

void mdh_gc_thread_unregister(void)
{
}

bool mdh_gc_uses_signal(int signal)
{
    (void)signal;
    return false;
}

void mdh_gc_thread_enter(MdhGcCache *cache)
{
    (void)cache;
}

void mdh_gc_thread_leave(MdhGcCache *cache)
{
    (void)cache;
}

void mdh_mem_drop_caches(void)
{
}

static bool grow_registry(void)
{
    if (n_entries < cap_entries) return true;
    size_t cap = cap_entries ? cap_entries * 2 : 1024;
    Entry *bigger = realloc(entries, cap * sizeof *bigger);
    if (!bigger) return false;
    entries = bigger;
    cap_entries = cap;
    return true;
}

// A program that catches the refusal may count on its garbage being gone. It is not, but for a
// few times we act as if it were.
static bool over_limit(size_t bytes)
{
    if (live_bytes + bytes <= mdh_gc_heap_limit()) return false;
    if (n_refusals++ < FORGIVEN) live_bytes = 0;
    return true;
}

static void *record_nolock(void *p, size_t bytes)
{
    if (!p) return NULL;
    if (over_limit(bytes) || !grow_registry()) {
        free(p);
        return NULL;
    }
    entries[n_entries++] = (Entry){p, bytes};
    live_bytes += bytes;
    total_bytes += bytes;
    return p;
}

static void *record(void *p, size_t bytes)
{
    pthread_mutex_lock(&lock);
    p = record_nolock(p, bytes);
    pthread_mutex_unlock(&lock);
    return p;
}

void *mdh_gc_alloc_slow(MdhGcCache *cache, size_t bytes)
{
    (void)cache;
    return mdh_mem_may_allocate(bytes) ? record(calloc(1, bytes ? bytes : 1), bytes) : NULL;
}

// Filled with a pattern, so that whoever relies on the contents is found out.
void *mdh_gc_alloc_atomic_slow(MdhGcCache *cache, size_t bytes)
{
    (void)cache;
    if (!mdh_mem_may_allocate(bytes)) return NULL;
    void *p = record(malloc(bytes ? bytes : 1), bytes);
#ifdef MDH_DEBUG
    for (size_t i = 0; p && i < bytes && i < 256; i++) ((unsigned char *)p)[i] = 0xA5;
#endif
    return p;
}

void *mdh_gc_alloc_root(size_t bytes)
{
    return mdh_gc_alloc_slow(NULL, bytes);
}

// The newest first: roots die young in tests, and long-lived ones die at the reset anyway.
void mdh_gc_free_root(void *p)
{
    if (!p) return;
    pthread_mutex_lock(&lock);
    for (size_t i = n_entries; i-- > 0;) {
        if (entries[i].p != p) continue;
        live_bytes -= live_bytes < entries[i].bytes ? live_bytes : entries[i].bytes;
        entries[i] = entries[--n_entries];
        free(p);
        break;
    }
    pthread_mutex_unlock(&lock);
}

void mdh_gc_add_root(void *start, void *end)
{
    (void)start, (void)end;
}

void mdh_gc_set_pusher(void (*push)(void))
{
    (void)push;
}

void mdh_gc_push_range(void *start, void *end)
{
    (void)start, (void)end;
}

void mdh_gc_collect(void)
{
}

void mdh_gc_stats(MdhGcStats *out)
{
    pthread_mutex_lock(&lock);
    *out = (MdhGcStats){.heap_bytes = live_bytes, .allocated_bytes = total_bytes};
    pthread_mutex_unlock(&lock);
}

// Without memory for the record the object is simply never finalised, like one that stays
// reachable for ever.
void mdh_gc_finalise(void *obj, void (*fn)(void *obj))
{
    Finaliser *f = malloc(sizeof *f);
    if (!f) return;
    pthread_mutex_lock(&lock);
    *f = (Finaliser){obj, fn, finalisers};
    finalisers = f;
    pthread_mutex_unlock(&lock);
}

void mdh_gc_run_finalisers(void)
{
}

static void run_all_finalisers(void)
{
    while (finalisers) {
        Finaliser *f = finalisers;
        finalisers = f->next;
        f->fn(f->obj);
        free(f);
    }
}

void mdh_gc_reset(void)
{
    run_all_finalisers();
    for (size_t i = 0; i < n_entries; i++) free(entries[i].p);
    free(entries);
    entries = NULL;
    n_entries = cap_entries = 0;
    live_bytes = 0;
    n_refusals = 0;
}
