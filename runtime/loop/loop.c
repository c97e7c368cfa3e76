// SPDX-License-Identifier: MIT
// The life of a loop, and what other threads may ask of it.
//
// The loop itself lies outside the collected heap and is counted, so that a thread of the runtime
// (the resolver's) can still say "this is done" when the program has closed the loop meanwhile.
// What the collector must see is kept by the handle: words and handlers in LoopRoots, callbacks in
// chunks beside watches and timers (LoopMem). That is let go of with the handle (mdh_loop_free), on
// a thread that the collector knows; the rest goes with the last reference.
#include "runtime/loop/loop.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"
#include "runtime/loop/loop_priv.h"
#include "runtime/sys/clock.h"
#include "runtime/sys/process.h"

const MdhHandleType mdh_loop_type = {.native = {.kind = "event_loop"},
                                     .release = mdh_loop_free};

#define FIRST_POSTS 64u

static pthread_mutex_t loops_lock = PTHREAD_MUTEX_INITIALIZER; // taken before a loop's
static MdhLoop *loops;

double loop_ms(uint64_t ns)
{
    return (double)(int64_t)(ns - mdh_mono_start_ns()) / 1e6;
}

// Opening and closing --------------------------------------------------------------------------

static bool fill_words(MdhThread *t, LoopRoots *r)
{
    static const char *const words[W_COUNT] = {
#define X(id, text) [W_##id] = text,
        LOOP_WORDS(X)
#undef X
    };
    for (int i = 0; i < W_COUNT; i++) {
        r->words[i] = mdh_str_intern(t, words[i], strlen(words[i]));
        if (!mdh_is_exc(r->words[i])) continue;
        mdh_take_error(t); // told as ENOMEM
        return false;
    }
    r->on_error = MDH_NAETHING;
    return true;
}

static void link_loop(MdhLoop *l)
{
    pthread_mutex_lock(&loops_lock);
    l->next = loops;
    l->at = &loops;
    if (loops) loops->at = &l->next;
    loops = l;
    pthread_mutex_unlock(&loops_lock);
}

static void unlink_loop(MdhLoop *l)
{
    pthread_mutex_lock(&loops_lock);
    if (l->at) *l->at = l->next;
    if (l->at && l->next) l->next->at = l->at;
    l->at = NULL;
    pthread_mutex_unlock(&loops_lock);
}

static bool has_sources(MdhLoop *l)
{
    pthread_mutex_lock(&l->lock);
    bool has = !l->is_shut && (l->n_watches || l->wheel.n_armed || l->holds || l->n_posts ||
                               l->first_task);
    pthread_mutex_unlock(&l->lock);
    return has;
}

bool mdh_loops_have_sources(void)
{
    bool has = false;
    pthread_mutex_lock(&loops_lock);
    for (MdhLoop *l = loops; l && !has; l = l->next) has = has_sources(l);
    pthread_mutex_unlock(&loops_lock);
    return has;
}

static void free_rest(MdhLoop *l)
{
    unlink_loop(l);
    if (l->selector) l->selector->type->close(l->selector);
    pthread_mutex_destroy(&l->lock);
    pthread_mutex_destroy(&l->watch_lock);
    mdh_raw_free(l);
}

int mdh_loop_open(MdhThread *t, MdhLoop **out, const MdhLoopOptions *options)
{
    MdhLoop *l = mdh_raw_realloc(NULL, sizeof *l);
    if (!l) return ENOMEM;
    memset(l, 0, sizeof *l);
    pthread_mutex_init(&l->lock, NULL);
    pthread_mutex_init(&l->watch_lock, NULL);
    wheel_init(&l->wheel, os_mono_ns() / 1000);
    l->refs = 1;
    l->free_watch = WATCH_NONE;
    l->last_task = &l->first_task;
    l->max_posts = options->max_posts;
    l->lag_ns = options->lag_ns;
    l->anchor = mdh_gc_alloc_root(sizeof *l->anchor);
    if (l->anchor) *l->anchor = l->roots = mdh_new(t, sizeof *l->roots);
    int err = l->roots && fill_words(t, l->roots) ? 0 : ENOMEM;
    if (!err) err = options->selector->open(&l->selector);
    if (err) {
        mdh_gc_free_root(l->anchor);
        free_rest(l);
        return err;
    }
    mdh_ignore_sigpipe(); // a peer that goes away is a result, not the end
    link_loop(l);
    *out = l;
    return 0;
}

MdhValue mdh_loop_handle_own(MdhThread *t, MdhLoop *l)
{
    LoopRoots **anchor = l->anchor;
    l->anchor = NULL;
    MdhValue v = mdh_handle_open_keeping_own(t, &mdh_loop_type, l, *anchor);
    mdh_gc_free_root(anchor);
    return v;
}

void *loop_memory_nolock(MdhLoop *l, size_t bytes)
{
    LoopMem *m = mdh_gc_alloc_large(sizeof *m + bytes);
    if (!m) return NULL;
    m->next = l->roots->chunks;
    MDH_STORE_BARRIER(l->roots, m);
    l->roots->chunks = m;
    return m + 1;
}

static void drop_tasks(MdhLoop *l)
{
    pthread_mutex_lock(&l->lock);
    MdhLoopTask *task = l->first_task;
    l->first_task = NULL;
    l->last_task = &l->first_task;
    pthread_mutex_unlock(&l->lock);
    while (task) {
        MdhLoopTask *next = task->next;
        task->drop(task);
        task = next;
    }
}

// Things outside ---------------------------------------------------------------------------------

bool mdh_loop_attach(MdhLoop *l, MdhLoopPart *part)
{
    pthread_mutex_lock(&l->lock);
    bool ok = !l->is_shut;
    if (ok) {
        MDH_STORE_BARRIER(l->roots, part);
        part->next = l->roots->parts;
        part->at = &l->roots->parts;
        if (part->next) part->next->at = &part->next;
        l->roots->parts = part;
    }
    pthread_mutex_unlock(&l->lock);
    return ok;
}

static bool detach_nolock(MdhLoopPart *part)
{
    if (!part->at) return false;
    *part->at = part->next;
    if (part->next) part->next->at = part->at;
    part->at = NULL;
    return true;
}

bool mdh_loop_detach(MdhLoop *l, MdhLoopPart *part)
{
    pthread_mutex_lock(&l->lock);
    bool was = detach_nolock(part);
    loop_wake_nolock(l, 0); // perhaps nothing can happen any more
    pthread_mutex_unlock(&l->lock);
    return was;
}

bool mdh_loop_is_shut(MdhLoop *l)
{
    pthread_mutex_lock(&l->lock);
    bool is_shut = l->is_shut;
    pthread_mutex_unlock(&l->lock);
    return is_shut;
}

static void drop_parts(MdhLoop *l)
{
    for (;;) {
        pthread_mutex_lock(&l->lock);
        MdhLoopPart *part = l->roots->parts;
        if (part) detach_nolock(part);
        pthread_mutex_unlock(&l->lock);
        if (!part) return;
        part->drop(part);
    }
}

void mdh_loop_shut(MdhLoop *l)
{
    pthread_mutex_lock(&l->lock);
    bool was_shut = l->is_shut;
    l->is_shut = true;
    __atomic_store_n(&l->is_stopped, true, __ATOMIC_RELEASE);
    loop_wake_nolock(l, 0);
    pthread_mutex_unlock(&l->lock);
    if (was_shut) return;
    signal_drop_all(l);
    watch_drop_all(l);
    timer_drop_all(l);
    drop_tasks(l); // they may belong to parts
    drop_parts(l);
    pthread_mutex_lock(&l->lock);
    l->n_posts = 0;
    pthread_mutex_unlock(&l->lock);
}

// Called once, when nobody has the handle pinned: no other thread is in here, but for socket
// hooks, which watch_drop_all waits for.
void mdh_loop_free(void *loop)
{
    MdhLoop *l = loop;
    if (!l) return;
    mdh_loop_shut(l);
    vec_free(&l->watch_chunks);
    vec_free(&l->timer_fns);
    vec_free(&l->by_fd);
    vec_free(&l->parked);
    wheel_deinit(&l->wheel);
    memset(l->roots, 0, sizeof *l->roots); // the handle may be kept for long
    mdh_gc_free_root(l->anchor);
    l->anchor = NULL;
    l->posts = NULL;
    l->roots = NULL;
    mdh_loop_unref(l);
}

MdhLoop *mdh_loop_ref(MdhLoop *l)
{
    __atomic_add_fetch(&l->refs, 1, __ATOMIC_RELAXED);
    return l;
}

void mdh_loop_unref(MdhLoop *l)
{
    if (l && __atomic_sub_fetch(&l->refs, 1, __ATOMIC_ACQ_REL) == 0) free_rest(l);
}

// From any thread ------------------------------------------------------------------------------

void loop_wake_nolock(MdhLoop *l, uint64_t by_ns)
{
    if (l->sleep_until_ns <= by_ns || l->is_woken) return;
    l->is_woken = true;
    loop_count_nolock(l, false);
    l->selector->type->wake(l->selector);
}

void loop_count_nolock(MdhLoop *l, bool on)
{
    if (l->is_counted == on) return;
    l->is_counted = on;
    if (on) __atomic_add_fetch(&mdh_thread_counts, 1, __ATOMIC_SEQ_CST);
    else __atomic_sub_fetch(&mdh_thread_counts, 1, __ATOMIC_SEQ_CST);
}

static bool give_up(MdhLoop *l)
{
    pthread_mutex_lock(&l->lock);
    bool was = l->is_counted;
    l->is_given_up |= was;
    if (was) loop_wake_nolock(l, 0);
    pthread_mutex_unlock(&l->lock);
    return was;
}

bool mdh_loops_give_up(void)
{
    bool any = false;
    pthread_mutex_lock(&loops_lock);
    for (MdhLoop *l = loops; l; l = l->next) any |= give_up(l);
    pthread_mutex_unlock(&loops_lock);
    return any;
}

void mdh_loop_stop(MdhLoop *l)
{
    pthread_mutex_lock(&l->lock);
    __atomic_store_n(&l->is_stopped, true, __ATOMIC_RELEASE);
    loop_wake_nolock(l, 0);
    pthread_mutex_unlock(&l->lock);
}

void mdh_loop_reset(MdhLoop *l)
{
    pthread_mutex_lock(&l->lock);
    __atomic_store_n(&l->is_stopped, l->is_shut, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&l->lock);
}

void mdh_loop_on_error(MdhLoop *l, MdhValue fn)
{
    MDH_SLOT_STORE(&l->roots->on_error, fn);
}

void mdh_loop_set_lag(MdhLoop *l, uint64_t lag_ns)
{
    __atomic_store_n(&l->lag_ns, lag_ns, __ATOMIC_RELAXED);
}

void mdh_loop_hold(MdhLoop *l)
{
    pthread_mutex_lock(&l->lock);
    l->holds++;
    pthread_mutex_unlock(&l->lock);
}

void mdh_loop_unhold(MdhLoop *l)
{
    pthread_mutex_lock(&l->lock);
    MDH_ASSERT(l->holds > 0);
    l->holds--;
    loop_wake_nolock(l, 0);
    pthread_mutex_unlock(&l->lock);
}

bool mdh_loop_is_idle(MdhLoop *l)
{
    pthread_mutex_lock(&l->lock);
    bool is_idle = l->sleep_until_ns != 0 && !l->is_woken;
    pthread_mutex_unlock(&l->lock);
    return is_idle;
}

bool mdh_loop_queue(MdhLoop *l, MdhLoopTask *task)
{
    pthread_mutex_lock(&l->lock);
    bool ok = !l->is_shut;
    if (ok) {
        task->next = NULL;
        *l->last_task = task;
        l->last_task = &task->next;
        loop_wake_nolock(l, 0);
    }
    pthread_mutex_unlock(&l->lock);
    return ok;
}

// A ring twice as big, the oldest post first.
static bool grow_posts(MdhLoop *l)
{
    uint32_t cap = l->posts_cap ? l->posts_cap * 2 : FIRST_POSTS;
    LoopPost *bigger = loop_memory_nolock(l, cap * sizeof *bigger);
    if (!bigger) return false;
    for (uint32_t i = 0; i < l->n_posts; i++)
        bigger[i] = l->posts[(l->posts_first + i) % l->posts_cap];
    if (l->posts) memset(l->posts, 0, l->posts_cap * sizeof *l->posts); // it stays in the chain
    l->posts = bigger;
    l->posts_cap = cap;
    l->posts_first = 0;
    return true;
}

bool mdh_loop_post(MdhLoop *l, MdhValue fn, MdhValue event)
{
    pthread_mutex_lock(&l->lock);
    bool ok = !l->is_shut && l->n_posts < l->max_posts &&
              (l->n_posts < l->posts_cap || grow_posts(l));
    if (ok) {
        l->posts[(l->posts_first + l->n_posts++) % l->posts_cap] = (LoopPost){fn, event};
        loop_wake_nolock(l, 0);
    }
    pthread_mutex_unlock(&l->lock);
    return ok;
}
