// SPDX-License-Identifier: MIT
// How a script thread blocks. Everything that blocks without the operating system's help (locks,
// conditions, channels, joining) is an object with a mutex and one or more wait queues: a thread
// that must wait puts itself in line and parks, whoever changes the object wakes the first in line.
// Each thread parks on a condition variable of its own, so a wake-up reaches exactly one thread,
// queues are first come first served, and there are no spurious wake-ups to be seen. Deadlines
// are absolute on the monotonic clock (os_mono_ns); signals do not end a wait, except for Ctrl-C in
// a prompt.
//
// A thread counts as blocked from parking without a deadline until the moment at which somebody
// takes it out of its line. When all threads are blocked, nothing can ever happen again: then
// the thread that completed the circle gets the deadlock error instead of waiting (or, when the
// last one that could have helped has ended, the main thread, or else the one first in the list).
// A circle of a few, while others go on, is found after a second of waiting, where each waits for
// what one certain thread must let go of.
#ifndef MDH_CONC_WAIT_H
#define MDH_CONC_WAIT_H

#include <pthread.h>

#include "base/os.h"
#include "runtime/core/thread.h"

typedef struct MdhWaitNode MdhWaitNode;

// A line of threads. All zero is an empty one. It is part of an object and guarded by its mutex.
typedef struct MdhWaitQueue {
    MdhWaitNode *first, *last;
} MdhWaitQueue;

// A thread's place in a line; on the stack of the thread that waits, which may stand in several
// lines at once (select): the first wake-up counts, the others pass it by.
struct MdhWaitNode {
    MdhWaitNode *next, *prev;
    MdhWaitQueue *queue; // the line it stands in, NULL when it was taken out
    MdhThread *t;
    void *item;      // the owner's own: what is handed over
    uint32_t tag;    // the owner's own: which of several
    bool was_woken;  // by this queue
};

// What a thread waits for, for the deadlock report: "main waits fer channel 3".
typedef struct MdhWaitInfo {
    const char *kind; // "mutex", "channel", "thread"
    uint64_t id;      // the number that the handle shows; 0: none
    const void *obj;  // for describe
    // Appends more about it, as " worker"; may be NULL. Called while all are blocked.
    void (*describe)(const void *obj, Buf *out);
    // The number of the one thread that can end the wait, 0: none; may be NULL. Called at any time
    // with the waiting thread parked.
    uint64_t (*holder)(const void *obj);
} MdhWaitInfo;

typedef enum MdhWaitResult {
    MDH_WAIT_WOKEN,
    MDH_WAIT_TIMED_OUT,
    MDH_WAIT_DEADLOCK, // and the error waits in `t`, or Ctrl-C ends it: return MDH_EXC
} MdhWaitResult;

// The usual case. Called with `mutex` locked: stands at the end of `q`, unlocks, waits, locks
// again and leaves the line. Woken means that somebody called mdh_wake for this thread; whether
// there is still something to take is for the caller to look at (in a loop). OS_NEVER: no
// deadline. An allocation that fails is a deadlock result too (the waiting error is another one).
MdhWaitResult mdh_wait_on(MdhThread *t, MdhWaitQueue *q, pthread_mutex_t *mutex,
                          uint64_t deadline_ns, const MdhWaitInfo *what);

// Makes what a thread needs to wait: then no wait of its own lacks memory. False: there is none.
bool mdh_wait_reserve(MdhThread *t);

// The parts of it, for those who stand in several lines, or must let go of something else first.
// Before standing in the first line: forgets earlier wake-ups. False when it threw (no memory).
bool mdh_wait_prepare(MdhThread *t);
// At the end of the line, or before all others. The queue's mutex is held.
void mdh_wait_enqueue(MdhThread *t, MdhWaitQueue *q, MdhWaitNode *n);
void mdh_wait_enqueue_first(MdhThread *t, MdhWaitQueue *q, MdhWaitNode *n);
// Waits until one of its queues wakes the thread. No mutex is held, the thread may have been
// woken already. Afterwards mdh_wait_leave for each node.
MdhWaitResult mdh_wait_park(MdhThread *t, uint64_t deadline_ns, const MdhWaitInfo *what);
// Out of the line, if it still stands there. The queue's mutex is held.
void mdh_wait_leave(MdhWaitNode *n);

// Takes the first thread that nobody has woken yet out of the line and wakes it: its node, which
// is good as long as the queue's mutex is held (hand over through n->item before unlocking).
// NULL when nobody waits. The queue's mutex is held.
MdhWaitNode *mdh_wake_one(MdhWaitQueue *q);
// The same in two steps, for locks that are spun on: chooses the thread under the lock, and, when
// it sleeps, signals it after the lock was released. It counts as awake from the choice on.
MdhWaitNode *mdh_wake_choose(MdhWaitQueue *q, struct MdhParker **sleeper);
void mdh_wake_signal(struct MdhParker *sleeper);
// All of them. How many.
uint32_t mdh_wake_all(MdhWaitQueue *q);
MDH_INLINE bool mdh_has_waiters(const MdhWaitQueue *q)
{
    return q->first;
}

// Is there nobody who could ever end a wait that begins now: no other script thread, no timer or
// watch in any event loop, no engine of the runtime? Then programs of one thread get an answer
// (an empty channel gives naething, a full one takes nothing) instead of waiting.
bool mdh_wait_alone(const MdhThread *t);

// As long as there are holds, threads of the runtime itself (media engines) may wake a script
// thread: there is no deadlock, and nobody is alone.
void mdh_wait_hold(void);
void mdh_wait_unhold(void);

// The end of a thread: from now on it does not count, and what waits for its end is woken by
// `wake_others(ctx)`, both at once as far as others can see. Its record may be freed after that.
void mdh_wait_thread_ends(MdhThread *t, void (*wake_others)(void *ctx), void *ctx);

#endif
