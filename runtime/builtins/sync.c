// SPDX-License-Identifier: MIT
// Locks, conditions and semaphores as builtins; the work is in runtime/conc.
#include "runtime/conc/sync.h"

#include "abi/abi.h"
#include "runtime/builtins/deadline.h"
#include "runtime/builtins/name.h"
#include "runtime/builtins/number.h"
#include "runtime/core/fn.h"

static MdhValue naething_or_exc(bool ok)
{
    return ok ? MDH_NAETHING : MDH_EXC;
}

static MdhValue bool_of(SyncStatus status)
{
    return status == SYNC_THREW ? MDH_EXC : mdh_bool(status == SYNC_OK);
}

// Mutexes ----------------------------------------------------------------------------------------

MdhValue __mdh_mutex_new(MdhThread *t, int argc, const MdhArgs_mutex_new *a)
{
    (void)argc, (void)a;
    return mdh_mutex_new(t);
}

MdhValue __mdh_mutex_lock(MdhThread *t, int argc, const MdhArgs_mutex_lock *a)
{
    (void)argc;
    MdhMutex *m = mdh_mutex_of(t, a->mutex);
    return naething_or_exc(m && mdh_mutex_lock(t, m, OS_NEVER) == SYNC_OK);
}

MdhValue __mdh_mutex_unlock(MdhThread *t, int argc, const MdhArgs_mutex_unlock *a)
{
    (void)argc;
    MdhMutex *m = mdh_mutex_of(t, a->mutex);
    return naething_or_exc(m && mdh_mutex_unlock(t, m));
}

MdhValue __mdh_mutex_try_lock(MdhThread *t, int argc, const MdhArgs_mutex_try_lock *a)
{
    (void)argc;
    MdhMutex *m = mdh_mutex_of(t, a->mutex);
    return m ? mdh_bool(mdh_mutex_try_lock(t, m)) : MDH_EXC;
}

MdhValue __mdh_mutex_lock_timeout(MdhThread *t, int argc, const MdhArgs_mutex_lock_timeout *a)
{
    (void)argc;
    uint64_t deadline_ns;
    MdhMutex *m = mdh_mutex_of(t, a->mutex);
    if (!m || !mdh_deadline_of(t, MDH_NAME(mutex_lock_timeout), a->timeout_ms, &deadline_ns))
        return MDH_EXC;
    return bool_of(mdh_mutex_lock(t, m, deadline_ns));
}

// The result of the function, unless it has unlocked what was not its own to unlock: an error of
// its own goes first.
MdhValue __mdh_with_lock(MdhThread *t, int argc, const MdhArgs_with_lock *a)
{
    (void)argc;
    MdhMutex *m = mdh_mutex_of(t, a->mutex);
    if (!m || mdh_mutex_lock(t, m, OS_NEVER) != SYNC_OK) return MDH_EXC;
    MdhValue v = mdh_call(t, a->fn, 0, NULL);
    if (mdh_is_exc(v) && !mdh_mutex_is_mine(t, m)) return v;
    return mdh_mutex_unlock(t, m) ? v : MDH_EXC;
}

// Condition variables ----------------------------------------------------------------------------

MdhValue __mdh_condvar_new(MdhThread *t, int argc, const MdhArgs_condvar_new *a)
{
    (void)argc, (void)a;
    return mdh_condvar_new(t);
}

MdhValue __mdh_condvar_wait(MdhThread *t, int argc, const MdhArgs_condvar_wait *a)
{
    (void)argc;
    MdhCondvar *c = mdh_condvar_of(t, a->condvar);
    MdhMutex *m = c ? mdh_mutex_of(t, a->mutex) : NULL;
    return m ? bool_of(mdh_condvar_wait(t, c, m, OS_NEVER)) : MDH_EXC;
}

MdhValue __mdh_condvar_timed_wait(MdhThread *t, int argc, const MdhArgs_condvar_timed_wait *a)
{
    (void)argc;
    uint64_t deadline_ns;
    MdhCondvar *c = mdh_condvar_of(t, a->condvar);
    MdhMutex *m = c ? mdh_mutex_of(t, a->mutex) : NULL;
    if (!m || !mdh_deadline_of(t, MDH_NAME(condvar_timed_wait), a->timeout_ms, &deadline_ns))
        return MDH_EXC;
    return bool_of(mdh_condvar_wait(t, c, m, deadline_ns));
}

MdhValue __mdh_condvar_signal(MdhThread *t, int argc, const MdhArgs_condvar_signal *a)
{
    (void)argc;
    MdhCondvar *c = mdh_condvar_of(t, a->condvar);
    if (!c) return MDH_EXC;
    mdh_condvar_signal(c);
    return MDH_NAETHING;
}

MdhValue __mdh_condvar_broadcast(MdhThread *t, int argc, const MdhArgs_condvar_broadcast *a)
{
    (void)argc;
    MdhCondvar *c = mdh_condvar_of(t, a->condvar);
    if (!c) return MDH_EXC;
    mdh_condvar_broadcast(c);
    return MDH_NAETHING;
}

// Reading and writing --------------------------------------------------------------------------

MdhValue __mdh_rwlock_new(MdhThread *t, int argc, const MdhArgs_rwlock_new *a)
{
    (void)argc, (void)a;
    return mdh_rwlock_new(t);
}

MdhValue __mdh_rwlock_read_lock(MdhThread *t, int argc, const MdhArgs_rwlock_read_lock *a)
{
    (void)argc;
    uint64_t deadline_ns;
    MdhRwlock *l = mdh_rwlock_of(t, a->lock);
    if (!l || !mdh_deadline_of(t, MDH_NAME(rwlock_read_lock), a->timeout_ms, &deadline_ns))
        return MDH_EXC;
    return bool_of(mdh_rwlock_read(t, l, deadline_ns));
}

MdhValue __mdh_rwlock_write_lock(MdhThread *t, int argc, const MdhArgs_rwlock_write_lock *a)
{
    (void)argc;
    uint64_t deadline_ns;
    MdhRwlock *l = mdh_rwlock_of(t, a->lock);
    if (!l || !mdh_deadline_of(t, MDH_NAME(rwlock_write_lock), a->timeout_ms, &deadline_ns))
        return MDH_EXC;
    return bool_of(mdh_rwlock_write(t, l, deadline_ns));
}

MdhValue __mdh_rwlock_read_unlock(MdhThread *t, int argc, const MdhArgs_rwlock_read_unlock *a)
{
    (void)argc;
    MdhRwlock *l = mdh_rwlock_of(t, a->lock);
    return naething_or_exc(l && mdh_rwlock_read_end(t, l));
}

MdhValue __mdh_rwlock_write_unlock(MdhThread *t, int argc, const MdhArgs_rwlock_write_unlock *a)
{
    (void)argc;
    MdhRwlock *l = mdh_rwlock_of(t, a->lock);
    return naething_or_exc(l && mdh_rwlock_write_end(t, l));
}

// An error of the function goes before one of unlocking.
static MdhValue call_under(MdhThread *t, MdhRwlock *l, MdhValue fn,
                           bool (*end)(MdhThread *t, MdhRwlock *l))
{
    MdhValue v = mdh_call(t, fn, 0, NULL);
    if (!mdh_is_exc(v)) return end(t, l) ? v : MDH_EXC;
    if (t->exiting) return v;
    MdhValue kept = mdh_keep_error(t);
    if (!end(t, l)) mdh_take_error(t);
    return mdh_throw_kept(t, kept);
}

MdhValue __mdh_with_read_lock(MdhThread *t, int argc, const MdhArgs_with_read_lock *a)
{
    (void)argc;
    MdhRwlock *l = mdh_rwlock_of(t, a->lock);
    if (!l || mdh_rwlock_read(t, l, OS_NEVER) != SYNC_OK) return MDH_EXC;
    return call_under(t, l, a->fn, mdh_rwlock_read_end);
}

MdhValue __mdh_with_write_lock(MdhThread *t, int argc, const MdhArgs_with_write_lock *a)
{
    (void)argc;
    MdhRwlock *l = mdh_rwlock_of(t, a->lock);
    if (!l || mdh_rwlock_write(t, l, OS_NEVER) != SYNC_OK) return MDH_EXC;
    return call_under(t, l, a->fn, mdh_rwlock_write_end);
}

// Semaphores -------------------------------------------------------------------------------------

static bool permits_of(MdhThread *t, const char *builtin, MdhValue v, int64_t *out)
{
    *out = mdh_is_int(v) ? mdh_int_of(v) : mdh_double_to_int(mdh_float_of(v));
    if (*out >= 0 && *out <= MDH_SEMAPHORE_MAX) return true;
    mdh_throw_native(t, "%s() expects permits fae 0 tae %d", builtin, (int64_t)MDH_SEMAPHORE_MAX);
    return false;
}

MdhValue __mdh_semaphore_new(MdhThread *t, int argc, const MdhArgs_semaphore_new *a)
{
    (void)argc;
    int64_t permits;
    if (!permits_of(t, MDH_NAME(semaphore_new), a->permits, &permits)) return MDH_EXC;
    return mdh_semaphore_new(t, permits);
}

MdhValue __mdh_semaphore_acquire(MdhThread *t, int argc, const MdhArgs_semaphore_acquire *a)
{
    (void)argc;
    uint64_t deadline_ns;
    MdhSemaphore *s = mdh_semaphore_of(t, a->semaphore);
    if (!s || !mdh_deadline_of(t, MDH_NAME(semaphore_acquire), a->timeout_ms, &deadline_ns))
        return MDH_EXC;
    return bool_of(mdh_semaphore_acquire(t, s, deadline_ns));
}

MdhValue __mdh_semaphore_release(MdhThread *t, int argc, const MdhArgs_semaphore_release *a)
{
    (void)argc;
    int64_t permits;
    MdhSemaphore *s = mdh_semaphore_of(t, a->semaphore);
    if (!s || !permits_of(t, MDH_NAME(semaphore_release), a->permits, &permits)) return MDH_EXC;
    return naething_or_exc(mdh_semaphore_release(t, s, permits));
}

MdhValue __mdh_semaphore_permits(MdhThread *t, int argc, const MdhArgs_semaphore_permits *a)
{
    (void)argc;
    MdhSemaphore *s = mdh_semaphore_of(t, a->semaphore);
    return s ? mdh_fix(mdh_semaphore_permits(s)) : MDH_EXC;
}
