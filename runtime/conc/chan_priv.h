// SPDX-License-Identifier: MIT
// What the files of the channel share. Functions named _nolock want the channel's lock held.
#ifndef MDH_CONC_CHAN_PRIV_H
#define MDH_CONC_CHAN_PRIV_H

#include "runtime/conc/chan.h"

// What a thread that waits wants, or has got: item of its node.
typedef struct ChanOp {
    MdhValue value;
    ChanStatus status; // CHAN_WOULD_BLOCK: not done yet
} ChanOp;

// What is left to do once the lock is released.
typedef struct ChanAfter {
    struct MdhParker *sleeper; // to be signalled
    struct ChanWatch *watch;   // to be told
    bool must_grow;            // nothing was done for want of room in the ring
} ChanAfter;

// *after is all zero before.
ChanStatus chan_send_nolock(MdhChan *c, MdhValue v, ChanAfter *after);
ChanStatus chan_recv_nolock(MdhChan *c, MdhValue *out, ChanAfter *after);
void chan_after(const ChanAfter *after);
// False when it threw.
bool chan_grow(MdhThread *t, MdhChan *c);
void chan_shrink(MdhThread *t, MdhChan *c);
MDH_INLINE bool chan_is_roomy(const MdhChan *c)
{
    return c->cap > 1024 && c->len < c->cap / 8;
}
// After MDH_WAIT_DEADLOCK. When the others have ended meanwhile it is as if they had before.
ChanStatus chan_gave_up(MdhThread *t);
MdhWaitInfo chan_wait_info(const MdhChan *c);

// chan_watch.c: a loop that shall look at the channel now, marked as told; NULL when there is none.
struct ChanWatch *chan_pick_watch_nolock(MdhChan *c);
void chan_tell(struct ChanWatch *w);
// All of them, of the channel's end.
void chan_tell_all(MdhChan *c);

#endif
