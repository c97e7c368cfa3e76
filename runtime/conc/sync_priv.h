// SPDX-License-Identifier: MIT
// What the kinds of lock share.
#ifndef MDH_CONC_SYNC_PRIV_H
#define MDH_CONC_SYNC_PRIV_H

#include <string.h>

#include "runtime/conc/sync.h"
#include "runtime/core/throw.h"

// A zeroed object of that type. NULL: threw.
void *sync_new(MdhThread *t, const MdhNativeType *type, size_t bytes);
// The object behind a value of that type. NULL: threw.
void *sync_of(MdhThread *t, MdhValue v, const MdhNativeType *type);

MDH_INLINE SyncStatus sync_status(MdhWaitResult r)
{
    return r == MDH_WAIT_WOKEN       ? SYNC_OK
           : r == MDH_WAIT_TIMED_OUT ? SYNC_LATE
                                     : SYNC_THREW;
}

#endif
