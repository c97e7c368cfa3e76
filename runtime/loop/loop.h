// SPDX-License-Identifier: MIT
// The event loop: sockets, timers, signals and work of other threads, one callback at a time on
// the thread that runs it. It stands behind a handle value of kind `event_loop`.
//
// One thread at a time waits (mdh_loop_run, mdh_loop_poll); everything else may be called from
// any thread, also while one waits. The lock of a loop is held for moments, never while user
// code runs or a thread waits. Callbacks and the socket values of watches live in roots of the
// collector; the loop keeps them alive until they are taken out or the loop is closed.
#ifndef MDH_LOOP_LOOP_H
#define MDH_LOOP_LOOP_H

#include "runtime/loop/selector.h"
#include "runtime/sys/handle.h"

typedef struct MdhLoop MdhLoop;

extern const MdhHandleType mdh_loop_type;

typedef struct MdhLoopOptions {
    const SelectorType *selector;
    uint32_t max_posts; // posts that may wait
    uint64_t lag_ns;    // a callback that takes longer is warned about; OS_NEVER: none
} MdhLoopOptions;

#define MDH_LOOP_MAX_POSTS 65536u
#define MDH_LOOP_LAG_NS    UINT64_C(100000000)

// 0, or the errno. Owned by one handle (mdh_loop_handle_own, mdh_handle_open_own) or freed by
// mdh_loop_free.
int mdh_loop_open(MdhThread *t, MdhLoop **out, const MdhLoopOptions *options);
// Its handle. What the loop holds, callbacks and sockets, then lives as long as the handle is
// reached from elsewhere: a loop that only its own callbacks know is lost, and closed.
MdhValue mdh_loop_handle_own(MdhThread *t, MdhLoop *l);
void mdh_loop_free(void *loop);
// Takes everything out; nothing runs any more, a thread that waits comes back. The handle's
// owner calls this before closing the handle.
void mdh_loop_shut(MdhLoop *l);
// Is there an open loop with a watch, a timer, a post or a promise, so that something may happen
// one day?
bool mdh_loops_have_sources(void);
// All threads are blocked: those that wait in loops of which nothing can come any more go on
// instead. False: there are none.
bool mdh_loops_give_up(void);

// Running -------------------------------------------------------------------------------------

// Calls callbacks until stopped, closed, or nothing is left that could ever happen. MDH_EXC when
// it threw: an error of the caller, or `exit` in a callback, never an error of a callback.
MdhValue mdh_loop_run(MdhThread *t, MdhLoop *l, uint64_t longest_wait_ns);
// What has happened, as a list of event dicts; waits until there is something or the deadline.
MdhValue mdh_loop_poll(MdhThread *t, MdhLoop *l, uint64_t deadline_ns);
void mdh_loop_stop(MdhLoop *l);
void mdh_loop_reset(MdhLoop *l); // forgets the stop
// The callback for errors of callbacks, naething for the log.
void mdh_loop_on_error(MdhLoop *l, MdhValue fn);
void mdh_loop_set_lag(MdhLoop *l, uint64_t lag_ns);

// Sockets -------------------------------------------------------------------------------------

// The callback for one direction (SEL_READ or SEL_WRITE); naething: none. False when it threw.
bool mdh_loop_watch(MdhThread *t, MdhLoop *l, MdhValue sock, uint32_t direction,
                    MdhValue fn);
// False when it threw; *was tells whether there was something to take out.
bool mdh_loop_unwatch(MdhThread *t, MdhLoop *l, MdhValue sock, bool *was);
uint32_t mdh_loop_watches(MdhLoop *l);

// Timers --------------------------------------------------------------------------------------

// Milliseconds from now, and between one time and the next (0: once). The timer's id, 0 when
// there is no memory.
uint64_t mdh_loop_timer_start(MdhLoop *l, double delay_ms, double interval_ms, MdhValue fn);
bool mdh_loop_timer_cancel(MdhLoop *l, int64_t id); // false: it was not pending
bool mdh_loop_timer_reset(MdhLoop *l, int64_t id, double ms);
bool mdh_loop_timer_remaining(MdhLoop *l, int64_t id, double *ms);

// Work of other threads -----------------------------------------------------------------------

// Calls `fn` soon; with `event`, or one of kind `post` when that is ABSENT. False when the queue
// is full or there is no memory. From threads that the collector knows.
bool mdh_loop_post(MdhLoop *l, MdhValue fn, MdhValue event);

// The same for C code, from any thread at all. The task is embedded in its owner, and may be
// queued once at a time. `run` runs on the loop's thread; when it gives MDH_EXC, the error is
// reported as one of a callback. `drop` is called instead when the loop is closed before.
typedef struct MdhLoopTask {
    MdhValue (*run)(MdhThread *t, MdhLoop *l, struct MdhLoopTask *task, uint32_t events);
    void (*drop)(struct MdhLoopTask *task);
    struct MdhLoopTask *next;
} MdhLoopTask;
// False when the loop is closed: then neither is called.
bool mdh_loop_queue(MdhLoop *l, MdhLoopTask *task);
// As long as there are holds, the loop waits for a task that is to come.
void mdh_loop_hold(MdhLoop *l);
void mdh_loop_unhold(MdhLoop *l);
// The loop's memory stays while there is a reference, though it may be closed. Any thread.
MdhLoop *mdh_loop_ref(MdhLoop *l);
void mdh_loop_unref(MdhLoop *l);
// Tells the program of a value that `chan` (or naething, and that it is closed) brought: calls
// `fn` with an event of kind `chan`, or gathers the event when the loop is polled. Only from
// `run` of a task. False: tell no more now, the loop is stopped or something was thrown.
bool mdh_loop_tell_chan(MdhThread *t, MdhLoop *l, MdhValue chan, MdhValue fn, MdhValue value,
                        bool is_closed);

// A thing outside that the loop must let go of when it is closed: `drop` is called then, once,
// after it was taken out. Taking out is true for one caller only, also against the closing. It is
// the beginning of an object of the collector's, which the loop's handle keeps alive meanwhile.
typedef struct MdhLoopPart {
    void (*drop)(struct MdhLoopPart *part);
    struct MdhLoopPart *next, **at; // at NULL: not in
} MdhLoopPart;
bool mdh_loop_attach(MdhLoop *l, MdhLoopPart *part); // false: the loop is closed
bool mdh_loop_detach(MdhLoop *l, MdhLoopPart *part);
bool mdh_loop_is_shut(MdhLoop *l);
// Does its thread wait just now? An idea, out of date at once.
bool mdh_loop_is_idle(MdhLoop *l);

// A descriptor of the runtime's own: `run` is called with what happened, on every wake while it
// lasts. Setting it again changes it; interest 0 takes it out, which its owner does before
// closing it. 0, or the errno.
int mdh_loop_watch_fd(MdhLoop *l, int fd, uint32_t interest, MdhLoopTask *task);

#endif
