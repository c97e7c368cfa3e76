// SPDX-License-Identifier: MIT
// Parking and waking.
//
// A parker's state is guarded by its lock, which is the innermost: it is taken with an object's
// mutex held (waking) or with the registry's (looking for a deadlock), never the other way round.
//
// Counting. A thread that parks without a deadline counts itself in mdh_thread_counts under its
// parker's lock; whoever wakes it takes it off the count under the same lock. So at no moment is a
// thread counted that somebody has woken, and "all threads are counted", read from one word, is
// true only when nobody is left who could wake anybody. It then stays true, and whoever saw it,
// the last to park or the one that has ended, picks the thread to tell.
#include "runtime/conc/wait.h"

#include <sched.h>
#include <string.h>
#include <time.h>

#include "runtime/core/interrupt.h"
#include "runtime/core/throw.h"
#include "runtime/loop/loop.h"
#include "runtime/sys/out.h"

typedef enum ParkState {
    IDLE,    // may be woken: it is about to park
    PARKED,
    WOKEN,
    CHOSEN,  // to be told of the deadlock
    GONE,    // its deadline has passed, or it does not wait: cannot be woken
} ParkState;

#define CIRCLE_MAX 16

struct MdhParker {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    ParkState state;
    bool is_counted;         // parked without a deadline
    const MdhWaitInfo *what; // while parked
    uint32_t n_circle;       // chosen: of which threads the circle is; 0: of all
    uint64_t circle[CIRCLE_MAX];
    uint32_t hands; // of wakers that have chosen it and are still to signal; atomic
};

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;

// Parkers ----------------------------------------------------------------------------------------

static bool make_parker(MdhThread *t)
{
    pthread_condattr_t attr;
    struct MdhParker *p = mdh_gc_alloc_root(sizeof *p);
    if (!p) return false;
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&p->cond, &attr);
    pthread_condattr_destroy(&attr);
    p->state = GONE;
    MDH_PTR_PUBLISH(&t->parker, p);
    return true;
}

static void free_parker(MdhThread *t)
{
    struct MdhParker *p = t->parker;
    if (!p) return;
    MDH_PTR_PUBLISH(&t->parker, NULL);
    pthread_mutex_lock(&p->lock); // whoever woke it last has let go
    pthread_mutex_unlock(&p->lock);
    while (__atomic_load_n(&p->hands, __ATOMIC_ACQUIRE)) sched_yield();
    pthread_cond_destroy(&p->cond);
    pthread_mutex_destroy(&p->lock);
    mdh_gc_free_root(p);
}

bool mdh_wait_reserve(MdhThread *t)
{
    return t->parker || make_parker(t);
}

bool mdh_wait_prepare(MdhThread *t)
{
    if (MDH_UNLIKELY(!mdh_wait_reserve(t))) {
        mdh_throw_oom(t, sizeof *t->parker);
        return false;
    }
    pthread_mutex_lock(&t->parker->lock);
    t->parker->state = IDLE;
    pthread_mutex_unlock(&t->parker->lock);
    return true;
}

static void count(struct MdhParker *p, bool on)
{
    if (!p->is_counted) return;
    if (on) __atomic_add_fetch(&mdh_thread_counts, 1, __ATOMIC_SEQ_CST);
    else __atomic_sub_fetch(&mdh_thread_counts, 1, __ATOMIC_SEQ_CST);
}

// Lines ------------------------------------------------------------------------------------------

void mdh_wait_enqueue(MdhThread *t, MdhWaitQueue *q, MdhWaitNode *n)
{
    n->t = t;
    n->queue = q;
    n->was_woken = false;
    n->next = NULL;
    n->prev = q->last;
    if (q->last) q->last->next = n;
    else q->first = n;
    q->last = n;
}

void mdh_wait_enqueue_first(MdhThread *t, MdhWaitQueue *q, MdhWaitNode *n)
{
    n->t = t;
    n->queue = q;
    n->was_woken = false;
    n->prev = NULL;
    n->next = q->first;
    if (q->first) q->first->prev = n;
    else q->last = n;
    q->first = n;
}

void mdh_wait_leave(MdhWaitNode *n)
{
    MdhWaitQueue *q = n->queue;
    if (!q) return;
    if (n->prev) n->prev->next = n->next;
    else q->first = n->next;
    if (n->next) n->next->prev = n->prev;
    else q->last = n->prev;
    n->next = n->prev = NULL;
    n->queue = NULL;
}

// False when somebody else was faster, or its deadline. *sleeper: who is to be signalled, if it
// sleeps; it does not end before that.
static bool choose(struct MdhParker *p, struct MdhParker **sleeper)
{
    pthread_mutex_lock(&p->lock);
    bool ok = p->state == IDLE || p->state == PARKED;
    if (ok) {
        *sleeper = p->state == PARKED ? p : NULL;
        p->state = WOKEN;
        if (*sleeper) {
            count(p, false);
            __atomic_add_fetch(&p->hands, 1, __ATOMIC_RELAXED);
        }
    }
    pthread_mutex_unlock(&p->lock);
    return ok;
}

MdhWaitNode *mdh_wake_choose(MdhWaitQueue *q, struct MdhParker **sleeper)
{
    *sleeper = NULL;
    while (q->first) {
        MdhWaitNode *n = q->first;
        mdh_wait_leave(n);
        n->was_woken = true; // before it can run: nobody else writes here
        if (choose(n->t->parker, sleeper)) return n;
        n->was_woken = false;
    }
    return NULL;
}

void mdh_wake_signal(struct MdhParker *sleeper)
{
    pthread_cond_signal(&sleeper->cond);
    __atomic_sub_fetch(&sleeper->hands, 1, __ATOMIC_RELEASE);
}

MdhWaitNode *mdh_wake_one(MdhWaitQueue *q)
{
    struct MdhParker *sleeper;
    MdhWaitNode *n = mdh_wake_choose(q, &sleeper);
    if (sleeper) mdh_wake_signal(sleeper);
    return n;
}

uint32_t mdh_wake_all(MdhWaitQueue *q)
{
    uint32_t n = 0;
    while (mdh_wake_one(q)) n++;
    return n;
}

// The deadlock -----------------------------------------------------------------------------------

#define REPORT_MAX   2048
#define REPORT_NAMES 12

typedef struct Report {
    Buf out;
    uint32_t n;
    const struct MdhParker *of; // who tells
} Report;

static bool concerns(const struct MdhParker *p, uint64_t id)
{
    for (uint32_t i = 0; i < p->n_circle; i++)
        if (p->circle[i] == id) return true;
    return p->n_circle == 0;
}

static void put_place(Buf *out, const MdhThread *t)
{
    const MdhFrame *f = t->fp;
    if (!f || !f->fn) return;
    const MdhFnInfo *info = f->fn->info;
    uint32_t line = info->line;
    if (info->lines && f->ip > info->code && f->ip <= info->code + info->ncode)
        line = info->lines[f->ip - 1 - info->code];
    buf_printf(out, " (%s:%u)", info->file, line);
}

// With the list of threads locked.
static void put_holder(Buf *out, uint64_t id)
{
    const MdhThread *t = mdh_threads;
    if (!id) return;
    while (t && t->id != id) t = t->next;
    buf_printf(out, " held by %s", t && !t->is_uncounted ? t->name : "a thread that has ended");
}

static bool report_thread(MdhThread *t, void *ctx)
{
    Report *r = ctx;
    struct MdhParker *p = MDH_PTR_LOAD(&t->parker);
    if (!p || !concerns(r->of, t->id)) return true;
    pthread_mutex_lock(&p->lock);
    const MdhWaitInfo *what = p->what;
    if (what && r->n++ < REPORT_NAMES) {
        buf_printf(&r->out, "%s%s waits fer %s", r->n > 1 ? "; " : "", t->name, what->kind);
        if (what->id) buf_printf(&r->out, " %llu", (unsigned long long)what->id);
        if (what->describe) what->describe(what->obj, &r->out);
        else if (what->holder) put_holder(&r->out, what->holder(what->obj));
        put_place(&r->out, t);
    }
    pthread_mutex_unlock(&p->lock);
    return true;
}

// All threads that it is about are parked: what they wait for does not change under us.
static void throw_deadlock(MdhThread *t)
{
    Report r = {.of = t->parker};
    buf_init(&r.out, REPORT_MAX);
    pthread_mutex_lock(&registry_lock);
    mdh_threads_visit(report_thread, &r);
    pthread_mutex_unlock(&registry_lock);
    if (r.n > REPORT_NAMES) buf_printf(&r.out, "; and %u mair", r.n - REPORT_NAMES);
    mdh_throw_error(t, t->parker->n_circle ? MDH_E_WAIT_CIRCLE : MDH_E_DEADLOCK,
                    buf_ok(&r.out) ? r.out.data : "");
    buf_deinit(&r.out);
}

static bool choose_visit(MdhThread *t, void *ctx)
{
    MdhThread **chosen = ctx;
    struct MdhParker *p = MDH_PTR_LOAD(&t->parker);
    if (!p || t->is_uncounted) return true;
    pthread_mutex_lock(&p->lock);
    if (p->state == PARKED) *chosen = t; // the oldest comes last: main, as long as it lives
    pthread_mutex_unlock(&p->lock);
    return true;
}

// Somebody has to be told. The caller itself, when it is parked.
static void look_for_deadlock(MdhThread *me)
{
    MdhThread *chosen = me;
    pthread_mutex_lock(&registry_lock);
    if (mdh_threads_are_blocked() && !mdh_loops_give_up()) {
        if (!chosen) mdh_threads_visit(choose_visit, &chosen);
        struct MdhParker *p = chosen ? chosen->parker : NULL;
        if (p) pthread_mutex_lock(&p->lock);
        if (p && p->state == PARKED) {
            p->state = CHOSEN;
            count(p, false);
            pthread_cond_signal(&p->cond);
        }
        if (p) pthread_mutex_unlock(&p->lock);
    }
    pthread_mutex_unlock(&registry_lock);
}

// Circles of a few threads, while others go on. Looked for only by who has waited for long, and
// only through what one certain thread must let go of (a lock, its own end).

typedef struct Hop {
    uint64_t id, next; // next: the thread that it waits for, 0: none that is known
} Hop;

static bool hop_visit(MdhThread *t, void *ctx)
{
    Hop *hop = ctx;
    struct MdhParker *p = MDH_PTR_LOAD(&t->parker);
    if (t->id != hop->id) return true;
    if (!p) return false;
    pthread_mutex_lock(&p->lock);
    if (p->state == PARKED && p->is_counted && p->what->holder)
        hop->next = p->what->holder(p->what->obj);
    pthread_mutex_unlock(&p->lock);
    return false;
}

// With the registry locked nobody's record goes away. True: the circle is in `p`.
static bool find_circle_nolock(const MdhThread *t, struct MdhParker *p)
{
    uint64_t id = t->id;
    for (p->n_circle = 0; p->n_circle < CIRCLE_MAX;) {
        Hop hop = {.id = id};
        p->circle[p->n_circle++] = id;
        mdh_threads_visit(hop_visit, &hop);
        if (hop.next == t->id) return true;
        if (!hop.next) break;
        id = hop.next;
    }
    p->n_circle = 0;
    return false;
}

static void look_for_circle(MdhThread *t)
{
    struct MdhParker *p = t->parker;
    pthread_mutex_unlock(&p->lock);
    pthread_mutex_lock(&registry_lock);
    bool found = find_circle_nolock(t, p);
    pthread_mutex_lock(&p->lock);
    if (found && p->state == PARKED) {
        p->state = CHOSEN;
        count(p, false);
    }
    pthread_mutex_unlock(&registry_lock);
}

void mdh_wait_thread_ends(MdhThread *t, void (*wake_others)(void *ctx), void *ctx)
{
    // With the lock nobody takes the moment between the two for a deadlock.
    pthread_mutex_lock(&registry_lock);
    mdh_thread_uncount(t);
    wake_others(ctx);
    free_parker(t);
    pthread_mutex_unlock(&registry_lock);
    if (mdh_threads_are_blocked()) look_for_deadlock(NULL);
}

void mdh_wait_hold(void)
{
    __atomic_add_fetch(&mdh_thread_counts, MDH_COUNT_THREAD, __ATOMIC_SEQ_CST);
}

void mdh_wait_unhold(void)
{
    __atomic_sub_fetch(&mdh_thread_counts, MDH_COUNT_THREAD, __ATOMIC_SEQ_CST);
    if (mdh_threads_are_blocked()) look_for_deadlock(NULL);
}

bool mdh_wait_alone(const MdhThread *t)
{
    (void)t;
    return mdh_thread_is_alone() && !mdh_loops_have_sources();
}

// Parking ----------------------------------------------------------------------------------------

#define SLICE_NS UINT64_C(50000000)

// In a prompt: a signal does not end a wait on a condition, so it looks for Ctrl-C now and then.
static void sleep_in_slices(struct MdhParker *p, uint64_t deadline_ns)
{
    while (p->state == PARKED) {
        uint64_t slice_ns = os_mono_ns() + SLICE_NS;
        if (slice_ns > deadline_ns) slice_ns = deadline_ns;
        struct timespec until = {
            .tv_sec = (time_t)(slice_ns / UINT64_C(1000000000)),
            .tv_nsec = (long)(slice_ns % UINT64_C(1000000000)),
        };
        if (!pthread_cond_timedwait(&p->cond, &p->lock, &until) || p->state != PARKED) continue;
        if (slice_ns < deadline_ns && !os_interrupted()) continue;
        p->state = GONE;
        count(p, false);
    }
}

// False: the time has come first.
static bool sleep_until(struct MdhParker *p, uint64_t deadline_ns)
{
    struct timespec until = {
        .tv_sec = (time_t)(deadline_ns / UINT64_C(1000000000)),
        .tv_nsec = (long)(deadline_ns % UINT64_C(1000000000)),
    };
    while (p->state == PARKED)
        if (pthread_cond_timedwait(&p->cond, &p->lock, &until) && p->state == PARKED)
            return false;
    return true;
}

#define LONG_NS UINT64_C(1000000000) // a circle is looked for after so long

static void sleep_for_ever(MdhThread *t, struct MdhParker *p)
{
    if (p->what->holder && !sleep_until(p, os_mono_ns() + LONG_NS)) look_for_circle(t);
    while (p->state == PARKED) pthread_cond_wait(&p->cond, &p->lock);
}

static void sleep_parked(MdhThread *t, struct MdhParker *p, uint64_t deadline_ns)
{
    if (os_interrupt_is_kept()) sleep_in_slices(p, deadline_ns);
    else if (deadline_ns == OS_NEVER) sleep_for_ever(t, p);
    else if (!sleep_until(p, deadline_ns)) p->state = GONE;
}

// Tells of a deadlock that this thread completes.
static void look_while_parked(MdhThread *t)
{
    pthread_mutex_unlock(&t->parker->lock);
    look_for_deadlock(t);
    pthread_mutex_lock(&t->parker->lock);
}

MdhWaitResult mdh_wait_park(MdhThread *t, uint64_t deadline_ns, const MdhWaitInfo *what)
{
    struct MdhParker *p = t->parker;
    bool may_sleep = deadline_ns == OS_NEVER || deadline_ns > os_mono_ns();
    if (may_sleep) {
        mdh_out_flush(); // what it said before is seen while it waits
        mdh_gc_run_finalisers();
    }
    pthread_mutex_lock(&p->lock);
    if (p->state == IDLE && may_sleep) {
        p->state = PARKED;
        p->what = what;
        p->is_counted = deadline_ns == OS_NEVER;
        p->n_circle = 0;
        count(p, true);
        if (p->is_counted && mdh_threads_are_blocked()) look_while_parked(t);
        sleep_parked(t, p, deadline_ns);
    }
    ParkState state = p->state;
    p->state = GONE;
    pthread_mutex_unlock(&p->lock);
    if (state == CHOSEN) throw_deadlock(t);
    pthread_mutex_lock(&p->lock);
    p->what = NULL;
    pthread_mutex_unlock(&p->lock);
    if (state == CHOSEN || (state == GONE && mdh_interrupted(t))) return MDH_WAIT_DEADLOCK;
    return state == WOKEN ? MDH_WAIT_WOKEN : MDH_WAIT_TIMED_OUT;
}

MdhWaitResult mdh_wait_on(MdhThread *t, MdhWaitQueue *q, pthread_mutex_t *mutex,
                          uint64_t deadline_ns, const MdhWaitInfo *what)
{
    MdhWaitNode n = {0};
    if (!mdh_wait_prepare(t)) return MDH_WAIT_DEADLOCK;
    mdh_wait_enqueue(t, q, &n);
    pthread_mutex_unlock(mutex);
    MdhWaitResult result = mdh_wait_park(t, deadline_ns, what);
    pthread_mutex_lock(mutex);
    mdh_wait_leave(&n);
    return result;
}
