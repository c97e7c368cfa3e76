// SPDX-License-Identifier: MIT
// Locks that many may read under, or one write. Who waits is let in by whoever leaves: the end of
// writing lets all waiting readers in, the end of the last reading one writer, so neither side
// starves the other. The numbers of the readers are kept, for the sake of misuse: their array is
// made big enough before anybody waits for a place in it.
#include "runtime/conc/sync_priv.h"

static const MdhNativeType rwlock_type = {.kind = "rwlock"};

struct MdhRwlock {
    MdhNative native;
    pthread_mutex_t lock;
    MdhWaitQueue readers, writers;
    uint64_t writer;   // 0: none
    uint64_t blamed;   // the writer, or one of the readers; atomic
    uint64_t *reading; // thread numbers, one for each time
    uint32_t n_reading, n_waiting_readers, cap;
};

MdhValue mdh_rwlock_new(MdhThread *t)
{
    MdhRwlock *l = sync_new(t, &rwlock_type, sizeof *l);
    if (!l) return MDH_EXC;
    pthread_mutex_init(&l->lock, NULL);
    return mdh_from_ptr(l);
}

MdhRwlock *mdh_rwlock_of(MdhThread *t, MdhValue v)
{
    return sync_of(t, v, &rwlock_type);
}

// The place of a thread among the readers, or -1.
static int64_t reader_at_nolock(const MdhRwlock *l, uint64_t id)
{
    for (uint32_t i = 0; i < l->n_reading; i++)
        if (l->reading[i] == id) return i;
    return -1;
}

static bool make_room_nolock(MdhThread *t, MdhRwlock *l)
{
    if (l->n_reading + l->n_waiting_readers < l->cap) return true;
    uint32_t cap = l->cap ? l->cap * 2 : 8;
    uint64_t *bigger = mdh_new_atomic(t, cap * sizeof *bigger);
    if (!bigger) {
        mdh_throw_oom(t, cap * sizeof *bigger);
        return false;
    }
    for (uint32_t i = 0; i < l->n_reading; i++) bigger[i] = l->reading[i];
    MDH_PTR_PUBLISH(&l->reading, bigger);
    l->cap = cap;
    return true;
}

static uint64_t holder(const void *obj)
{
    return __atomic_load_n(&((const MdhRwlock *)obj)->blamed, __ATOMIC_RELAXED);
}

static MdhWaitInfo info_of(const MdhRwlock *l)
{
    return (MdhWaitInfo){
        .kind = rwlock_type.kind, .id = l->native.id, .obj = l, .holder = holder};
}

// After each change: whom those that wait wait for.
static void blame_nolock(MdhRwlock *l)
{
    uint64_t id = l->writer ? l->writer : l->n_reading ? l->reading[0] : 0;
    __atomic_store_n(&l->blamed, id, __ATOMIC_RELAXED);
}

static void let_readers_in_nolock(MdhRwlock *l)
{
    const MdhWaitNode *n;
    while ((n = mdh_wake_one(&l->readers)) != NULL) l->reading[l->n_reading++] = n->t->id;
}

static void let_writer_in_nolock(MdhRwlock *l)
{
    const MdhWaitNode *n = mdh_wake_one(&l->writers);
    if (n) l->writer = n->t->id;
}

static SyncStatus refuse_unlock(MdhThread *t, MdhRwlock *l, const char *text)
{
    int64_t id = (int64_t)l->native.id;
    pthread_mutex_unlock(&l->lock);
    mdh_throw_native(t, text, id);
    return SYNC_THREW;
}

SyncStatus mdh_rwlock_read(MdhThread *t, MdhRwlock *l, uint64_t deadline_ns)
{
    MdhWaitInfo what = info_of(l);
    MdhWaitResult r = MDH_WAIT_WOKEN;
    pthread_mutex_lock(&l->lock);
    if (l->writer == t->id)
        return refuse_unlock(t, l, "This thread is awready writin' under rwlock %d");
    if (!make_room_nolock(t, l)) {
        r = MDH_WAIT_DEADLOCK;
    } else if (l->writer || (mdh_has_waiters(&l->writers) && reader_at_nolock(l, t->id) < 0)) {
        l->n_waiting_readers++;
        r = mdh_wait_on(t, &l->readers, &l->lock, deadline_ns, &what);
        l->n_waiting_readers--;
    } else {
        l->reading[l->n_reading++] = t->id;
    }
    blame_nolock(l);
    pthread_mutex_unlock(&l->lock);
    return sync_status(r);
}

SyncStatus mdh_rwlock_write(MdhThread *t, MdhRwlock *l, uint64_t deadline_ns)
{
    MdhWaitInfo what = info_of(l);
    MdhWaitResult r = MDH_WAIT_WOKEN;
    pthread_mutex_lock(&l->lock);
    if (l->writer == t->id)
        return refuse_unlock(t, l, "This thread is awready writin' under rwlock %d");
    if (reader_at_nolock(l, t->id) >= 0)
        return refuse_unlock(t, l, "This thread is readin' under rwlock %d: it wad wait fer itsel");
    if (l->writer || l->n_reading) {
        r = mdh_wait_on(t, &l->writers, &l->lock, deadline_ns, &what);
        // Readers that waited only for this one.
        if (r != MDH_WAIT_WOKEN && !l->writer && !mdh_has_waiters(&l->writers))
            let_readers_in_nolock(l);
    } else {
        l->writer = t->id;
    }
    blame_nolock(l);
    pthread_mutex_unlock(&l->lock);
    return sync_status(r);
}

bool mdh_rwlock_read_end(MdhThread *t, MdhRwlock *l)
{
    pthread_mutex_lock(&l->lock);
    int64_t at = reader_at_nolock(l, t->id);
    if (at < 0) {
        refuse_unlock(t, l, "This thread isnae readin' under rwlock %d");
        return false;
    }
    l->reading[at] = l->reading[--l->n_reading];
    if (!l->n_reading) let_writer_in_nolock(l);
    blame_nolock(l);
    pthread_mutex_unlock(&l->lock);
    return true;
}

bool mdh_rwlock_write_end(MdhThread *t, MdhRwlock *l)
{
    pthread_mutex_lock(&l->lock);
    if (l->writer != t->id) {
        refuse_unlock(t, l, "This thread isnae writin' under rwlock %d");
        return false;
    }
    l->writer = 0;
    let_readers_in_nolock(l);
    if (!l->n_reading) let_writer_in_nolock(l);
    blame_nolock(l);
    pthread_mutex_unlock(&l->lock);
    return true;
}
