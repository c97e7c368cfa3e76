// SPDX-License-Identifier: MIT
// What the kinds of lock share; semaphores and atomic integers.
#include "runtime/conc/sync_priv.h"

static uint64_t last_id;

void *sync_new(MdhThread *t, const MdhNativeType *type, size_t bytes)
{
    MdhNative *o = mdh_new(t, bytes);
    if (!o) {
        mdh_throw_oom(t, bytes);
        return NULL;
    }
    o->h.tag = MDH_TAG_NATIVE;
    o->type = type;
    o->id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
    o->data = MDH_NAETHING;
    return o;
}

void *sync_of(MdhThread *t, MdhValue v, const MdhNativeType *type)
{
    if (mdh_has_tag(v, MDH_TAG_NATIVE) && ((MdhNative *)mdh_ptr(v))->type == type)
        return mdh_ptr(v);
    mdh_throw_native(t, "Unknown %s handle", type->kind);
    return NULL;
}

// Semaphores -------------------------------------------------------------------------------------

static const MdhNativeType semaphore_type = {.kind = "semaphore"};

// While threads wait there are no permits: each one that comes goes to the first of them.
struct MdhSemaphore {
    MdhNative native;
    pthread_mutex_t lock;
    MdhWaitQueue waiters;
    int64_t permits;
};

MdhValue mdh_semaphore_new(MdhThread *t, int64_t permits)
{
    MdhSemaphore *s = sync_new(t, &semaphore_type, sizeof *s);
    if (!s) return MDH_EXC;
    pthread_mutex_init(&s->lock, NULL);
    s->permits = permits;
    return mdh_from_ptr(s);
}

MdhSemaphore *mdh_semaphore_of(MdhThread *t, MdhValue v)
{
    return sync_of(t, v, &semaphore_type);
}

SyncStatus mdh_semaphore_acquire(MdhThread *t, MdhSemaphore *s, uint64_t deadline_ns)
{
    MdhWaitInfo what = {.kind = semaphore_type.kind, .id = s->native.id};
    MdhWaitResult r = MDH_WAIT_WOKEN;
    pthread_mutex_lock(&s->lock);
    if (s->permits > 0) s->permits--;
    else r = mdh_wait_on(t, &s->waiters, &s->lock, deadline_ns, &what);
    pthread_mutex_unlock(&s->lock);
    return sync_status(r);
}

bool mdh_semaphore_release(MdhThread *t, MdhSemaphore *s, int64_t permits)
{
    pthread_mutex_lock(&s->lock);
    bool ok = permits <= MDH_SEMAPHORE_MAX - s->permits;
    while (ok && permits > 0 && mdh_wake_one(&s->waiters)) permits--;
    if (ok) s->permits += permits;
    pthread_mutex_unlock(&s->lock);
    if (!ok)
        mdh_throw_native(t, "A semaphore cannae hae mair than %d permits",
                         (int64_t)MDH_SEMAPHORE_MAX);
    return ok;
}

int64_t mdh_semaphore_permits(MdhSemaphore *s)
{
    pthread_mutex_lock(&s->lock);
    int64_t permits = s->permits;
    pthread_mutex_unlock(&s->lock);
    return permits;
}

// Atomic integers --------------------------------------------------------------------------------

static const MdhNativeType atomic_type = {.kind = "atomic"};

typedef struct AtomicInt {
    MdhNative native;
    int64_t value;
} AtomicInt;

MdhValue mdh_atomic_int_new(MdhThread *t, int64_t i)
{
    AtomicInt *a = sync_new(t, &atomic_type, sizeof *a);
    if (!a) return MDH_EXC;
    __atomic_store_n(&a->value, i, __ATOMIC_SEQ_CST);
    return mdh_from_ptr(a);
}

int64_t *mdh_atomic_int_of(MdhThread *t, MdhValue v)
{
    AtomicInt *a = sync_of(t, v, &atomic_type);
    return a ? &a->value : NULL;
}
