// SPDX-License-Identifier: MIT
// Script threads: values of kind `thread`. Such a value is an object of the collector's; the
// running thread keeps its own alive. A thread that throws keeps its error, with its trace, for
// whoever joins it. Nothing a thread does can end another one.
#ifndef MDH_CONC_THREAD_H
#define MDH_CONC_THREAD_H

#include "runtime/conc/wait.h"

// Octets of the C stack of threads started from now on, reserved, used as needed. A back end whose
// functions run on the C stack asks for more.
extern size_t mdh_thread_stack_bytes;

// What tells a person of the error that waits in `t` and that nobody will catch. Set once at the
// start by the back end; a short line on standard error otherwise.
extern void (*mdh_thread_report)(MdhThread *t);

// Starts a thread that calls `fn` on the elements of the list `args` (or naething). `name`: a
// string, or naething. MDH_EXC when it threw.
MdhValue mdh_thread_spawn(MdhThread *t, MdhValue fn, MdhValue args, MdhValue name);
// Waits for its end: its result, or its error is thrown. A thread can be joined once. *timed_out
// (when deadline_ns is not OS_NEVER) says that the deadline came first: then it may be joined
// again, and the result is naething.
MdhValue mdh_thread_join(MdhThread *t, MdhValue thread, uint64_t deadline_ns, bool *timed_out);
// Nobody will join it: its result is dropped, its error reported at once. False when it threw.
bool mdh_thread_detach(MdhThread *t, MdhValue thread);
// The handle of the calling thread. MDH_EXC when it threw.
MdhValue mdh_thread_current(MdhThread *t);
// EXC when it threw: no thread.
MdhValue mdh_thread_name(MdhThread *t, MdhValue thread);
bool mdh_thread_is_running(MdhThread *t, MdhValue thread, bool *running);

// The end of the program, on the main thread: waits for all threads that are not detached, and
// reports the errors that nobody asked for. False when there were any.
bool mdh_threads_finish(MdhThread *t);
// Are there other threads, detached ones? Then the process is to end without running what C has
// registered for its end, under their feet.
bool mdh_threads_remain(void);
// Writes what waits for standard output and ends the process at once, from any thread.
MDH_NORETURN void mdh_process_end(int status);

#endif
