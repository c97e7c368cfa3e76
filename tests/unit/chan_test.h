// SPDX-License-Identifier: MIT
// A few channels and what tests of them say in short.
#ifndef MDH_TESTS_UNIT_CHAN_TEST_H
#define MDH_TESTS_UNIT_CHAN_TEST_H

#include "runtime/conc/chan.h"
#include "tests/unit/rt.h"

static struct {
    MdhValue chan[3];
} kept;

static MdhChan *chan(int i)
{
    return mdh_ptr(kept.chan[i]);
}

static MdhChan *new_chan(int i, uint64_t limit)
{
    rt();
    mdh_gc_add_root(&kept, &kept + 1);
    kept.chan[i] = mdh_chan_new(rt(), limit);
    REQUIRE(!mdh_is_exc(kept.chan[i]));
    return chan(i);
}

static ChanStatus put(MdhChan *c, int64_t i)
{
    return mdh_chan_send(rt(), c, mdh_fix(i), 0);
}

// -1: would block; -2: closed
static int64_t take(MdhChan *c)
{
    MdhValue v;
    ChanStatus status = mdh_chan_recv(rt(), c, &v, 0);
    return status == CHAN_DONE ? mdh_fixint(v) : status == CHAN_CLOSED ? -2 : -1;
}

#endif
