// SPDX-License-Identifier: MIT
// Mutexes and condition variables.
//
// A mutex is one word, the number of the thread that holds it: locking what is free and unlocking
// what nobody waits for is one atomic operation. The word and the count of those who wait are
// read in opposite orders by both sides, so one always sees the other. A thread that is woken has
// to compete with those that come by (this is much faster than handing over, which costs a change
// of threads each time), but when it has waited for long the mutex is handed over to it.
#include "runtime/conc/sync_priv.h"

#define PATIENCE_NS UINT64_C(1000000)

static const MdhNativeType mutex_type = {.kind = "mutex"};

struct MdhMutex {
    MdhNative native;
    uint64_t owner;       // atomic; 0: free
    uint32_t n_waiting;   // atomic, changed under the lock
    pthread_mutex_t lock; // of what follows
    bool must_hand_over;
    MdhWaitQueue waiters;
};

MdhValue mdh_mutex_new(MdhThread *t)
{
    MdhMutex *m = sync_new(t, &mutex_type, sizeof *m);
    if (!m) return MDH_EXC;
    pthread_mutex_init(&m->lock, NULL);
    return mdh_from_ptr(m);
}

MdhMutex *mdh_mutex_of(MdhThread *t, MdhValue v)
{
    return sync_of(t, v, &mutex_type);
}

bool mdh_mutex_is_mine(const MdhThread *t, const MdhMutex *m)
{
    return __atomic_load_n(&m->owner, __ATOMIC_RELAXED) == t->id;
}

bool mdh_mutex_try_lock(MdhThread *t, MdhMutex *m)
{
    uint64_t free = 0;
    return __atomic_compare_exchange_n(&m->owner, &free, t->id, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
}

static uint64_t holder(const void *obj)
{
    return __atomic_load_n(&((const MdhMutex *)obj)->owner, __ATOMIC_RELAXED);
}

// Stands in line, at its head when it has been woken in vain, and waits once.
static MdhWaitResult wait_once_nolock(MdhThread *t, MdhMutex *m, bool again, uint64_t deadline_ns)
{
    MdhWaitInfo what = {
        .kind = mutex_type.kind, .id = m->native.id, .obj = m, .holder = holder};
    MdhWaitNode n = {0};
    if (!mdh_wait_prepare(t)) return MDH_WAIT_DEADLOCK;
    if (again) mdh_wait_enqueue_first(t, &m->waiters, &n);
    else mdh_wait_enqueue(t, &m->waiters, &n);
    pthread_mutex_unlock(&m->lock);
    MdhWaitResult r = mdh_wait_park(t, deadline_ns, &what);
    pthread_mutex_lock(&m->lock);
    mdh_wait_leave(&n);
    return r;
}

// A wake-up that comes together with giving up is for the next one in line.
static void pass_on_nolock(MdhMutex *m)
{
    if (!__atomic_load_n(&m->owner, __ATOMIC_SEQ_CST)) mdh_wake_one(&m->waiters);
}

static SyncStatus lock_slowly(MdhThread *t, MdhMutex *m, uint64_t deadline_ns)
{
    MdhWaitResult r = MDH_WAIT_WOKEN;
    uint64_t begun = 0;
    pthread_mutex_lock(&m->lock);
    __atomic_add_fetch(&m->n_waiting, 1, __ATOMIC_SEQ_CST);
    while (r == MDH_WAIT_WOKEN && !mdh_mutex_is_mine(t, m) && !mdh_mutex_try_lock(t, m)) {
        uint64_t now = os_mono_ns();
        if (begun && now - begun > PATIENCE_NS) m->must_hand_over = true;
        r = wait_once_nolock(t, m, begun != 0, deadline_ns);
        if (!begun) begun = now;
    }
    __atomic_sub_fetch(&m->n_waiting, 1, __ATOMIC_SEQ_CST);
    if (r != MDH_WAIT_WOKEN) pass_on_nolock(m);
    pthread_mutex_unlock(&m->lock);
    return sync_status(r);
}

SyncStatus mdh_mutex_lock(MdhThread *t, MdhMutex *m, uint64_t deadline_ns)
{
    if (MDH_LIKELY(mdh_mutex_try_lock(t, m))) return SYNC_OK;
    if (!mdh_mutex_is_mine(t, m)) return lock_slowly(t, m, deadline_ns);
    mdh_throw_native(t, "This thread awready hauds mutex %d: it wad wait fer itsel fer ever",
                     (int64_t)m->native.id);
    return SYNC_THREW;
}

static void unlock_slowly(MdhMutex *m)
{
    pthread_mutex_lock(&m->lock);
    const MdhWaitNode *n = m->must_hand_over ? mdh_wake_one(&m->waiters) : NULL;
    m->must_hand_over = false;
    __atomic_store_n(&m->owner, n ? n->t->id : 0, __ATOMIC_SEQ_CST);
    if (!n) mdh_wake_one(&m->waiters);
    pthread_mutex_unlock(&m->lock);
}

static void unlock(MdhMutex *m)
{
    if (MDH_UNLIKELY(__atomic_load_n(&m->n_waiting, __ATOMIC_SEQ_CST))) {
        unlock_slowly(m);
        return;
    }
    __atomic_store_n(&m->owner, 0, __ATOMIC_SEQ_CST);
    if (MDH_LIKELY(!__atomic_load_n(&m->n_waiting, __ATOMIC_SEQ_CST))) return;
    pthread_mutex_lock(&m->lock);
    pass_on_nolock(m);
    pthread_mutex_unlock(&m->lock);
}

bool mdh_mutex_unlock(MdhThread *t, MdhMutex *m)
{
    if (MDH_LIKELY(mdh_mutex_is_mine(t, m))) {
        unlock(m);
        return true;
    }
    bool is_free = !__atomic_load_n(&m->owner, __ATOMIC_RELAXED);
    mdh_throw_native(t, is_free ? "Mutex %d isnae locked" : "Mutex %d is held by anither thread",
                     (int64_t)m->native.id);
    return false;
}

// Condition variables ----------------------------------------------------------------------------

static const MdhNativeType condvar_type = {.kind = "condvar"};

struct MdhCondvar {
    MdhNative native;
    pthread_mutex_t lock;
    MdhWaitQueue waiters;
};

MdhValue mdh_condvar_new(MdhThread *t)
{
    MdhCondvar *c = sync_new(t, &condvar_type, sizeof *c);
    if (!c) return MDH_EXC;
    pthread_mutex_init(&c->lock, NULL);
    return mdh_from_ptr(c);
}

MdhCondvar *mdh_condvar_of(MdhThread *t, MdhValue v)
{
    return sync_of(t, v, &condvar_type);
}

// In line before the mutex is released, so that no signal is missed.
static MdhWaitResult wait_signal(MdhThread *t, MdhCondvar *c, MdhMutex *m, uint64_t deadline_ns)
{
    MdhWaitInfo what = {.kind = condvar_type.kind, .id = c->native.id};
    MdhWaitNode n = {0};
    if (!mdh_wait_prepare(t)) return MDH_WAIT_DEADLOCK;
    pthread_mutex_lock(&c->lock);
    mdh_wait_enqueue(t, &c->waiters, &n);
    pthread_mutex_unlock(&c->lock);
    unlock(m);
    MdhWaitResult r = mdh_wait_park(t, deadline_ns, &what);
    pthread_mutex_lock(&c->lock);
    mdh_wait_leave(&n);
    pthread_mutex_unlock(&c->lock);
    return r;
}

SyncStatus mdh_condvar_wait(MdhThread *t, MdhCondvar *c, MdhMutex *m, uint64_t deadline_ns)
{
    if (!mdh_mutex_is_mine(t, m)) {
        mdh_throw_native(t, "Mutex %d maun be locked by the thread that waits",
                         (int64_t)m->native.id);
        return SYNC_THREW;
    }
    if (deadline_ns == OS_NEVER && mdh_wait_alone(t)) return SYNC_LATE;
    SyncStatus status = sync_status(wait_signal(t, c, m, deadline_ns));
    if (mdh_mutex_is_mine(t, m)) return status; // it has not come to waiting
    return mdh_mutex_lock(t, m, OS_NEVER) == SYNC_THREW ? SYNC_THREW : status;
}

void mdh_condvar_signal(MdhCondvar *c)
{
    pthread_mutex_lock(&c->lock);
    mdh_wake_one(&c->waiters);
    pthread_mutex_unlock(&c->lock);
}

void mdh_condvar_broadcast(MdhCondvar *c)
{
    pthread_mutex_lock(&c->lock);
    mdh_wake_all(&c->waiters);
    pthread_mutex_unlock(&c->lock);
}
