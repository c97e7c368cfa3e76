// SPDX-License-Identifier: MIT
// Channels that event loops watch. The loop itself receives, on the thread that runs it, and
// tells its callback each value: several loops may watch one channel, each value goes to one.
#ifndef MDH_CONC_CHAN_WATCH_H
#define MDH_CONC_CHAN_WATCH_H

#include "runtime/conc/chan.h"
#include "runtime/loop/loop.h"

// The callback for what the channel brings; naething: none any more. False when it threw.
bool mdh_chan_watch(MdhThread *t, MdhLoop *l, MdhValue chan, MdhValue fn);
// Was it watched?
bool mdh_chan_unwatch(MdhLoop *l, MdhChan *c);

#endif
