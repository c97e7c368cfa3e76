// SPDX-License-Identifier: MIT
// The Boehm collector behind runtime/mem/gc.h.
//
// Small objects. A thread takes objects of up to 256 octets from its own free lists, which cost
// a load, a store and a test (gc.h); an empty list is refilled with all the free objects of one
// block by GC_generic_malloc_many. What a collection must know of these lists:
//
//   - The members of `scanned` lists are linked through their first word, which is scanned, and
//     the heads lie in the thread record, which is a root: the collector sees them by itself.
//   - The link words of `atomic` members are not scanned. The collector would see the head only
//     and free the rest under us. So mark_free_lists walks every atomic list with the world
//     stopped and sets the mark bit of each member.
//
// A thread may be suspended anywhere, so each intermediate state must be one the above keeps:
//
//   - In a pop: `p = lists[k]; next = *p; lists[k] = next`. Before the store the list is whole,
//     with p on it. After it p is in a register or on the stack, which are scanned; `next` was
//     a member and is marked like the others, so storing it later is fine. The compiler cannot
//     move the store before the load of `next`, which it needs.
//   - In a refill: the list must be reachable from the moment at which another thread can
//     start a collection. GC_generic_malloc_many is given &lists[k] itself, not a local, and
//     stores there while it still holds the collector's lock (or, with parallel marking, while
//     it is counted as a free-list builder, for whom a collection waits). With a local as the
//     result only the first of the pointer-free objects would survive a collection between
//     the return and our store.
//   - While refilling, the list is empty: a collection started by the refill finds nothing.
//   - Caches are linked into the list of all caches by one store of a complete node, and
//     unlinked by one store, so that a walk in the middle of it sees the one or the other. The
//     walk takes no lock: the holder could be suspended.
//
// Interior pointers. Pointers in the heap count only when they point at the start of an object
// (GC_set_all_interior_pointers(0)). Tagged integers are odd and so never look like one, and
// an object needs no spare octet at its end: a 16-octet cell takes 16 octets, not 32. Stacks
// and registers are always read with interior pointers; value stacks are pushed eagerly, which
// is the same reading.
//
// Roots. Data segments are not scanned at all (GC_set_no_dls): statics that hold heap pointers
// must be registered. Everything of a thread hangs off its uncollectable record.
//
// Start-up. An initial heap of 32 MB costs nothing before it is used, and a collection of a
// heap that holds little 0.02 ms. With 64 MB more time goes into touching fresh memory than
// collections save. Big pages (madvise) were tried: they save a tenth where memory was just in
// use, but in a virtual machine whose host takes back free memory they are the pieces it has
// taken, and cost three times as much.
#define GC_THREADS             1
#define GC_NO_THREAD_REDIRECTS 1

#include <gc/gc.h>
#include <gc/gc_inline.h>
#include <gc/gc_mark.h>

#include "base/os.h"
#include "runtime/mem/mem.h"

#define INITIAL_HEAP ((size_t)32 << 20)
#define STRESS_HEAP  ((size_t)1 << 20)
#define MAX_MARKERS  8

static MdhGcCache
    *caches; // changed under the collector's lock, walked with the world stopped
static void (*pusher)(void);
static GC_push_other_roots_proc push_stacks;
static uint64_t pause_began_ns, pause_max_ns, pause_total_ns;

static void mark_free_lists(void)
{
    for (MdhGcCache *c = caches; c; c = c->next)
        for (size_t k = 1; k <= MDH_GC_CLASSES; k++)
            for (void *p = c->atomic[k]; p; p = *(void **)p) GC_set_mark_bit(p);
}

static void GC_CALLBACK push_other_roots(void)
{
    mark_free_lists();
    if (pusher) pusher();
    push_stacks();
}

// Called with the collector's lock held.
static void GC_CALLBACK on_event(GC_EventType event)
{
    if (event == GC_EVENT_PRE_STOP_WORLD) pause_began_ns = os_mono_ns();
    if (event != GC_EVENT_POST_START_WORLD) return;
    uint64_t ns = os_mono_ns() - pause_began_ns;
    pause_total_ns += ns;
    if (ns > pause_max_ns) pause_max_ns = ns;
}

static void *GC_CALLBACK out_of_memory(size_t bytes)
{
    (void)bytes;
    return NULL;
}

static void GC_CALLBACK no_warning(char *text, GC_word arg)
{
    (void)text, (void)arg;
}

static unsigned marker_count(void)
{
    int n = os_cpu_count();
    return n < 1 ? 1 : n > MAX_MARKERS ? MAX_MARKERS : (unsigned)n;
}

// GC_generic_malloc_many sweeps the blocks of a kind only once the kind has a list of blocks to
// sweep, which it does not make itself: without these two calls half-empty blocks of
// pointer-free objects were never used again (libgc 8.2.2).
static void make_sweep_lists(void)
{
    (void)GC_malloc_kind_global(16, GC_I_PTRFREE);
    (void)GC_malloc_kind_global(16, GC_I_NORMAL);
}

void mdh_gc_init(void)
{
    static bool ready;
    if (ready) return;
    ready = true;
    mdh_mem_configure();
    GC_set_all_interior_pointers(0);
    GC_set_no_dls(1);
    GC_set_finalize_on_demand(1);
    GC_set_dont_precollect(1);
    GC_set_markers_count(marker_count());
    GC_set_warn_proc(no_warning);
    GC_set_oom_fn(out_of_memory);
    GC_INIT();
    GC_allow_register_threads();
    GC_set_max_heap_size(mdh_gc_heap_limit());
    GC_set_max_retries(1); // at the limit collect before giving up: not done by default
    size_t heap = mdh_mem_stress_heap() ? STRESS_HEAP : INITIAL_HEAP;
    if (heap > mdh_gc_heap_limit() / 2) heap = mdh_gc_heap_limit() / 2;
    if (heap > GC_get_heap_size()) (void)GC_expand_hp(heap - GC_get_heap_size());
    push_stacks = GC_get_push_other_roots();
    GC_set_push_other_roots(push_other_roots);
    GC_set_on_collection_event(on_event);
    make_sweep_lists();
}

// The main thread is registered by the start of the collector and stays so.
static _Thread_local bool registered_here;

bool mdh_gc_thread_register(void)
{
    struct GC_stack_base base;
    if (GC_thread_is_registered()) return true;
    if (GC_get_stack_base(&base) != GC_SUCCESS) return false;
    registered_here = GC_register_my_thread(&base) == GC_SUCCESS;
    return registered_here;
}

void mdh_gc_thread_unregister(void)
{
    if (registered_here) (void)GC_unregister_my_thread();
    registered_here = false;
}

static void *GC_CALLBACK set_bottom(void *bottom)
{
    struct GC_stack_base base = {.mem_base = bottom};
    GC_set_stackbottom(NULL, &base);
    return NULL;
}

void mdh_gc_stack_moved(void *bottom)
{
    GC_call_with_alloc_lock(set_bottom, bottom);
}

bool mdh_gc_uses_signal(int signal)
{
    return signal == GC_get_suspend_signal() || signal == GC_get_thr_restart_signal();
}

static void *GC_CALLBACK link_cache(void *data)
{
    MdhGcCache *cache = data;
    cache->next = caches;
    __atomic_store_n(&caches, cache, __ATOMIC_RELEASE);
    return NULL;
}

static void *GC_CALLBACK unlink_cache(void *data)
{
    MdhGcCache **at = &caches;
    while (*at && *at != data) at = &(*at)->next;
    if (*at) __atomic_store_n(at, (*at)->next, __ATOMIC_RELEASE);
    return NULL;
}

void mdh_gc_thread_enter(MdhGcCache *cache)
{
    (void)mdh_gc_thread_register();
    GC_call_with_alloc_lock(link_cache, cache);
}

void mdh_gc_thread_leave(MdhGcCache *cache)
{
    GC_call_with_alloc_lock(unlink_cache, cache);
    for (size_t k = 0; k <= MDH_GC_CLASSES; k++)
        cache->scanned[k] = cache->atomic[k] = NULL;
}

static void *GC_CALLBACK clear_caches(void *data)
{
    (void)data;
    for (MdhGcCache *c = caches; c; c = c->next)
        for (size_t k = 0; k <= MDH_GC_CLASSES; k++) c->scanned[k] = c->atomic[k] = NULL;
    return NULL;
}

void mdh_mem_drop_caches(void)
{
    GC_call_with_alloc_lock(clear_caches, NULL);
}

static bool refill(void **lists, size_t k, int kind)
{
    GC_generic_malloc_many(16 * k, kind, &lists[k]);
    return lists[k] != NULL;
}

void *mdh_gc_alloc_slow(MdhGcCache *cache, size_t bytes)
{
    if (!mdh_mem_may_allocate(bytes)) return NULL;
    size_t k = bytes ? (bytes + 15) / 16 : 1;
    if (k > MDH_GC_CLASSES || mdh_mem_hooked) return GC_MALLOC(bytes ? bytes : 1);
    if (!refill(cache->scanned, k, GC_I_NORMAL)) return NULL;
    void *p = mdh_gc_pop(cache->scanned, k);
    *(void **)p = NULL;
    return p;
}

void *mdh_gc_alloc_atomic_slow(MdhGcCache *cache, size_t bytes)
{
    if (!mdh_mem_may_allocate(bytes)) return NULL;
    size_t k = bytes ? (bytes + 15) / 16 : 1;
    if (k > MDH_GC_CLASSES || mdh_mem_hooked) return GC_MALLOC_ATOMIC(bytes ? bytes : 1);
    return refill(cache->atomic, k, GC_I_PTRFREE) ? mdh_gc_pop(cache->atomic, k) : NULL;
}

void *mdh_gc_alloc_root(size_t bytes)
{
    return mdh_mem_may_allocate(bytes) ? GC_MALLOC_UNCOLLECTABLE(bytes) : NULL;
}

void mdh_gc_free_root(void *p)
{
    if (p) GC_FREE(p);
}

void mdh_gc_add_root(void *start, void *end)
{
    GC_add_roots(start, end);
}

void mdh_gc_set_pusher(void (*push)(void))
{
    pusher = push;
}

void mdh_gc_push_range(void *start, void *end)
{
    GC_push_all_eager(start, end);
}

void mdh_gc_collect(void)
{
    GC_gcollect();
}

void mdh_gc_stats(MdhGcStats *out)
{
    struct GC_prof_stats_s s;
    GC_get_prof_stats(&s, sizeof s);
    *out = (MdhGcStats){
        .heap_bytes = s.heapsize_full,
        .free_bytes = s.free_bytes_full,
        .collections = s.gc_no,
        .allocated_bytes = s.allocd_bytes_before_gc + s.bytes_allocd_since_gc,
        .pause_max_ns = pause_max_ns,
        .pause_total_ns = pause_total_ns,
    };
}

// The collector carries one word for us: the address of the function to run.
static void GC_CALLBACK run_finaliser(void *obj, void *data)
{
    void (*fn)(void *) = (void (*)(void *))(uintptr_t)data;
    fn(obj);
}

void mdh_gc_finalise(void *obj, void (*fn)(void *obj))
{
    GC_register_finalizer_no_order(obj, run_finaliser, (void *)(uintptr_t)fn, NULL, NULL);
}

void mdh_gc_run_finalisers(void)
{
    if (GC_should_invoke_finalizers()) GC_invoke_finalizers();
}

void mdh_gc_reset(void)
{
}
