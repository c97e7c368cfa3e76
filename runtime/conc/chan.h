// SPDX-License-Identifier: MIT
// Channels: values handed from any number of threads to any number of threads, in order. Values
// of kind `channel`; a channel is an object of the collector's, not a handle: it has nothing of
// the operating system, and closing it leaves it known.
//
// What is sent goes to the receiver that has waited longest, else into the ring. A full ring
// makes senders wait; whoever takes a value out puts that of the sender that has waited longest
// in. So values leave in the order in which they were sent, also those of blocked senders, and
// nobody overtakes a thread that waits. Closing wakes all; values in the ring are still received.
#ifndef MDH_CONC_CHAN_H
#define MDH_CONC_CHAN_H

#include "runtime/conc/wait.h"
#include "runtime/core/lock.h"
#include "runtime/data/object.h"

#define MDH_CHAN_SOFT_LIMIT 65536u // values, where a program names no capacity
#define MDH_CHAN_UNBOUNDED  UINT64_MAX

struct ChanWatch;

typedef struct MdhChan {
    MdhNative native;   // the byte lock in its header guards what follows
    MdhValue *slots;    // the ring; cap is a power of two or 0
    uint32_t cap, first, len;
    bool is_closed;     // atomic, written under the lock
    uint64_t limit;     // most that len may be
    MdhWaitQueue receivers, senders; // their items: ChanOp
    uintptr_t watches;               // loops to be told, the next one first; see chan_watch.c
} MdhChan;

typedef enum ChanStatus {
    CHAN_DONE,
    CHAN_WOULD_BLOCK, // or the deadline has passed, or nobody could ever end the wait
    CHAN_CLOSED,      // and, for receivers, drained
    CHAN_THREW,
} ChanStatus;

// With a limit of at most 16 the ring is made at once: then sending never lacks memory.
MdhValue mdh_chan_new(MdhThread *t, uint64_t limit);
bool mdh_chan_is(MdhValue v);
// NULL when it threw "Unknown channel handle".
MdhChan *mdh_chan_of(MdhThread *t, MdhValue v);

// deadline_ns 0: without waiting; OS_NEVER: none.
ChanStatus mdh_chan_send(MdhThread *t, MdhChan *c, MdhValue v, uint64_t deadline_ns);
ChanStatus mdh_chan_recv(MdhThread *t, MdhChan *c, MdhValue *out, uint64_t deadline_ns);
void mdh_chan_close(MdhChan *c);
bool mdh_chan_is_closed(const MdhChan *c);
uint64_t mdh_chan_len(MdhChan *c);

// One of several: the first that can be done, beginning at a random one; if none can, whichever
// can be first. A closed channel can always be done, with CHAN_CLOSED.
typedef struct ChanCase {
    MdhChan *chan;
    MdhValue value; // to send; ABSENT: receive
} ChanCase;
ChanStatus mdh_chan_select(MdhThread *t, const ChanCase *cases, uint32_t n,
                           uint64_t deadline_ns, uint32_t *which, MdhValue *out);

#endif
