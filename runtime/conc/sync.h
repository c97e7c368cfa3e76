// SPDX-License-Identifier: MIT
// Locks, conditions, semaphores and atomic integers: values of kinds `mutex`, `rwlock`,
// `semaphore`, `condvar`, `atomic`. They are objects of the collector's, not handles: they hold
// nothing of the operating system. Misuse throws: locking what one holds, unlocking what one does
// not. Owners are known by thread number, which is never used again.
//
// Times are absolute deadlines; OS_NEVER: none. A wait that ends by its deadline gives SYNC_LATE.
#ifndef MDH_CONC_SYNC_H
#define MDH_CONC_SYNC_H

#include "runtime/conc/wait.h"
#include "runtime/data/object.h"

typedef enum SyncStatus { SYNC_OK, SYNC_LATE, SYNC_THREW } SyncStatus;

typedef struct MdhMutex MdhMutex;
MdhValue mdh_mutex_new(MdhThread *t);
MdhMutex *mdh_mutex_of(MdhThread *t, MdhValue v); // NULL: threw
SyncStatus mdh_mutex_lock(MdhThread *t, MdhMutex *m, uint64_t deadline_ns);
bool mdh_mutex_try_lock(MdhThread *t, MdhMutex *m); // also false when it is one's own
bool mdh_mutex_unlock(MdhThread *t, MdhMutex *m);   // false: threw
bool mdh_mutex_is_mine(const MdhThread *t, const MdhMutex *m);

typedef struct MdhCondvar MdhCondvar;
MdhValue mdh_condvar_new(MdhThread *t);
MdhCondvar *mdh_condvar_of(MdhThread *t, MdhValue v);
// SYNC_LATE also at once when nobody else could ever signal. The mutex is held again afterwards.
SyncStatus mdh_condvar_wait(MdhThread *t, MdhCondvar *c, MdhMutex *m, uint64_t deadline_ns);
void mdh_condvar_signal(MdhCondvar *c);
void mdh_condvar_broadcast(MdhCondvar *c);

typedef struct MdhRwlock MdhRwlock;
MdhValue mdh_rwlock_new(MdhThread *t);
MdhRwlock *mdh_rwlock_of(MdhThread *t, MdhValue v);
// Readers may read again while they read. Whoever waits longest comes first, readers together.
SyncStatus mdh_rwlock_read(MdhThread *t, MdhRwlock *l, uint64_t deadline_ns);
SyncStatus mdh_rwlock_write(MdhThread *t, MdhRwlock *l, uint64_t deadline_ns);
bool mdh_rwlock_read_end(MdhThread *t, MdhRwlock *l);
bool mdh_rwlock_write_end(MdhThread *t, MdhRwlock *l);

typedef struct MdhSemaphore MdhSemaphore;
#define MDH_SEMAPHORE_MAX INT32_MAX
MdhValue mdh_semaphore_new(MdhThread *t, int64_t permits);
MdhSemaphore *mdh_semaphore_of(MdhThread *t, MdhValue v);
SyncStatus mdh_semaphore_acquire(MdhThread *t, MdhSemaphore *s, uint64_t deadline_ns);
bool mdh_semaphore_release(MdhThread *t, MdhSemaphore *s, int64_t permits);
int64_t mdh_semaphore_permits(MdhSemaphore *s);

MdhValue mdh_atomic_int_new(MdhThread *t, int64_t i);
int64_t *mdh_atomic_int_of(MdhThread *t, MdhValue v); // NULL: threw

#endif
