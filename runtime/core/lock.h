// SPDX-License-Identifier: MIT
// The byte lock in an object's header. It is taken only once a second thread has ever been
// started (`mdh_many_threads` flips while only one exists), it is held for a few instructions,
// never while user code runs, and never together with another byte lock unless noted.
#ifndef MDH_CORE_LOCK_H
#define MDH_CORE_LOCK_H

#include "runtime/core/value.h"

extern bool mdh_many_threads; // set once, before the second thread starts

void mdh_lock_slow(MdhObj *o);

MDH_INLINE void mdh_lock(MdhObj *o)
{
    if (MDH_LIKELY(!__atomic_load_n(&mdh_many_threads, __ATOMIC_RELAXED))) return;
    if (__atomic_exchange_n(&o->lock, 1, __ATOMIC_ACQUIRE)) mdh_lock_slow(o);
}

MDH_INLINE void mdh_unlock(MdhObj *o)
{
    if (MDH_LIKELY(!__atomic_load_n(&mdh_many_threads, __ATOMIC_RELAXED))) return;
    __atomic_store_n(&o->lock, 0, __ATOMIC_RELEASE);
}

#endif
