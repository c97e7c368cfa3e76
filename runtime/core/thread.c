// SPDX-License-Identifier: MIT
// Thread records, their stacks, and the start and end of the runtime.
//
// A record lives in uncollectable, scanned memory. Its two stacks are reserved address space
// that never moves: pages cost nothing before they are touched. The collector is given only
// their live part: from the bottom to the end of the innermost frame's registers, plus as many
// words as a call window may fill above it, or to what C code has pushed.
//
// The list of threads is changed under a lock, but the collector walks it without one, with
// every thread suspended anywhere: so each change is a single store of a complete state.
#include <pthread.h>
#include <sys/resource.h>

#include "base/os.h"
#include "base/siphash.h"
#include "runtime/core/lock.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"

#define MAIN_STACK  ((size_t)256 << 20)
#define OTHER_STACK ((size_t)32 << 20)
#define FRAMES      (120 * 1000)

MdhThread *mdh_threads;
uint64_t mdh_thread_counts;

static pthread_mutex_t threads_lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local MdhThread *self;
static uint64_t last_id;
static bool runtime_ready;
size_t mdh_value_stack_bytes = MAIN_STACK;

MdhThread *mdh_thread_self(void)
{
    return self;
}

// Where the live part of a value stack ends.
static MdhValue *live_end(const MdhThread *t)
{
    MdhValue *top = t->stack;
    const MdhFrame *f = t->fp;
    if (f && f->base) {
        size_t nregs = f->fn ? f->fn->info->nregs : 0;
        top = f->base + nregs + MDH_MAX_PARAMS + 1;
    }
    if (t->native_top > top) top = t->native_top;
    return top < t->stack_end ? top : t->stack_end;
}

static void push_stacks(void)
{
    for (MdhThread *t = mdh_threads; t; t = t->next) {
        mdh_gc_push_range(t->stack, live_end(t));
        if (t->fp) mdh_gc_push_range(t->frames, t->fp + 1);
    }
}

static void *new_stack(size_t bytes)
{
    void *p = os_reserve(bytes);
    if (!p) return NULL;
    if (os_commit(p, bytes)) return p;
    os_release(p, bytes);
    return NULL;
}

static bool new_stacks(MdhThread *t, size_t bytes)
{
    t->stack = new_stack(bytes);
    if (!t->stack) return false;
    t->stack_end = t->stack + bytes / sizeof *t->stack;
    t->frames = new_stack(FRAMES * sizeof *t->frames);
    t->frames_end = t->frames ? t->frames + FRAMES : NULL;
    t->fp = t->frames; // the bottom: no function, no registers
    return t->frames;
}

static void free_stacks(MdhThread *t)
{
    if (t->stack) os_release(t->stack, (size_t)((char *)t->stack_end - (char *)t->stack));
    if (t->frames) os_release(t->frames, FRAMES * sizeof *t->frames);
    t->stack = t->stack_end = NULL;
    t->frames = t->frames_end = NULL;
}

static void link_thread(MdhThread *t)
{
    pthread_mutex_lock(&threads_lock);
    t->id = ++last_id;
    t->next = mdh_threads;
    MDH_PTR_PUBLISH(&mdh_threads, t);
    __atomic_add_fetch(&mdh_thread_counts, MDH_COUNT_THREAD, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&threads_lock);
}

static void unlink_thread(MdhThread *t)
{
    pthread_mutex_lock(&threads_lock);
    MdhThread **at = &mdh_threads;
    while (*at && *at != t) at = &(*at)->next;
    if (*at) MDH_PTR_PUBLISH(at, t->next);
    pthread_mutex_unlock(&threads_lock);
}

void mdh_thread_uncount(MdhThread *t)
{
    if (t->is_uncounted) return;
    t->is_uncounted = true;
    __atomic_sub_fetch(&mdh_thread_counts, MDH_COUNT_THREAD, __ATOMIC_SEQ_CST);
}

void mdh_threads_visit(bool (*visit)(MdhThread *t, void *ctx), void *ctx)
{
    pthread_mutex_lock(&threads_lock);
    for (MdhThread *t = mdh_threads; t; t = t->next)
        if (!visit(t, ctx)) break;
    pthread_mutex_unlock(&threads_lock);
}

// Asks for less address space where the system does not like to give it.
static bool find_stacks(MdhThread *t, bool is_first)
{
    size_t bytes = is_first ? mdh_value_stack_bytes : OTHER_STACK;
    if (bytes > mdh_value_stack_bytes) bytes = mdh_value_stack_bytes;
    for (; bytes >= ((size_t)1 << 20); bytes /= 2) {
        if (new_stacks(t, bytes)) return true;
        free_stacks(t);
    }
    return false;
}

// Three quarters of the C stack are for nested calls: the stack of the main thread may grow to
// the soft limit (ulimit -s), and other threads get as much by default, or 2 MB when there is
// no limit. Whoever starts a thread with less sets c_stack_limit itself.
static char *c_stack_limit(char *base)
{
    struct rlimit limit;
    size_t bytes = 2 << 20;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        bytes = limit.rlim_cur < MAIN_STACK ? limit.rlim_cur : MAIN_STACK;
    return base - bytes / 4 * 3;
}

MdhThread *mdh_thread_new(const char *name)
{
    if (!mdh_gc_thread_register()) return NULL;
    MdhThread *t = mdh_gc_alloc_root(sizeof *t);
    if (!t || !find_stacks(t, !MDH_PTR_LOAD(&mdh_threads))) {
        mdh_gc_free_root(t);
        mdh_gc_thread_unregister();
        return NULL;
    }
    t->name = name;
    t->exc_line_at = -1;
    t->log_spans = MDH_NAETHING;
    t->c_stack_base = __builtin_frame_address(0);
    t->c_stack_limit = c_stack_limit(t->c_stack_base);
    link_thread(t);
    mdh_gc_thread_enter(&t->gc);
    self = t;
    mdh_oom_reserve(t);
    return t;
}

void mdh_thread_free(MdhThread *t)
{
    if (!t) return;
    mdh_thread_uncount(t);
    unlink_thread(t);
    mdh_gc_thread_leave(&t->gc);
    free_stacks(t);
    mdh_gc_free_root(t);
    if (self == t) self = NULL;
    mdh_gc_thread_unregister();
}

bool mdh_runtime_init(void)
{
    if (runtime_ready) return true;
    mdh_gc_init();
    hash_init();
    runtime_ready = mdh_str_setup() && mdh_ops_setup();
    if (runtime_ready) mdh_gc_set_pusher(push_stacks);
    return runtime_ready;
}

void mdh_runtime_reset(void)
{
    while (mdh_threads) {
        MdhThread *t = mdh_threads;
        mdh_threads = t->next;
        mdh_gc_thread_leave(&t->gc);
        free_stacks(t);
    }
    mdh_thread_counts = 0;
    self = NULL;
    mdh_str_reset();
    mdh_shapes_reset();
    mdh_gc_reset();
    runtime_ready = false;
}
