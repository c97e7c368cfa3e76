// SPDX-License-Identifier: MIT
// Signals as events of a loop (signalfd). Each signal belongs to one loop at a time.
#ifndef MDH_LOOP_SIGNAL_H
#define MDH_LOOP_SIGNAL_H

#include "base/slice.h"
#include "runtime/loop/loop.h"

// The place of a signal by name ("TERM", "SIGTERM"; INT, HUP, USR1, USR2), or -1.
int mdh_signal_of(Slice name);
// Calls `fn` with {kind: "signal", signal: "TERM", callback, now} for each. False when it threw:
// another loop has it, or the system refused.
bool mdh_loop_signal_watch(MdhThread *t, MdhLoop *l, int signal, MdhValue fn);
// False when this loop did not have it. The signal then does what it did before.
bool mdh_loop_signal_unwatch(MdhLoop *l, int signal);

#endif
