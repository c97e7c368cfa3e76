// SPDX-License-Identifier: MIT
#include "runtime/conc/chan.h"

#include "tests/unit/chan_test.h"

#define MS UINT64_C(1000000)

// One thread -----------------------------------------------------------------------------------

TEST(values_come_in_order_through_a_ring_that_grows_and_wraps)
{
    MdhChan *c = new_chan(0, MDH_CHAN_UNBOUNDED);
    int64_t sent = 0, got = 0;
    for (int round = 0; round < 400; round++) {
        for (int i = 0; i < 13; i++) CHECK_EQ(put(c, sent++), CHAN_DONE);
        for (int i = 0; i < 7; i++) CHECK_EQ(take(c), got++);
    }
    CHECK_EQ(mdh_chan_len(c), (uint64_t)(sent - got));
    while (got < sent) CHECK_EQ(take(c), got++);
    CHECK_EQ(take(c), -1);
}

TEST(a_ring_shrinks_after_a_rush)
{
    MdhChan *c = new_chan(0, MDH_CHAN_UNBOUNDED);
    for (int64_t i = 0; i < 50000; i++) REQUIRE(put(c, i) == CHAN_DONE);
    CHECK_EQ(c->cap, 65536);
    for (int64_t i = 0; i < 50000; i++) REQUIRE(take(c) == i);
    CHECK(c->cap <= 2048);
}

TEST(a_full_channel_takes_nothing)
{
    MdhChan *c = new_chan(0, 3);
    for (int64_t i = 0; i < 3; i++) CHECK_EQ(put(c, i), CHAN_DONE);
    CHECK_EQ(put(c, 3), CHAN_WOULD_BLOCK);
    CHECK_EQ(take(c), 0);
    CHECK_EQ(put(c, 3), CHAN_DONE);
    CHECK_EQ(mdh_chan_len(c), 3);
}

TEST(a_closed_channel_is_drained)
{
    MdhChan *c = new_chan(0, 3);
    put(c, 5);
    mdh_chan_close(c);
    mdh_chan_close(c);
    CHECK(mdh_chan_is_closed(c));
    CHECK_EQ(put(c, 6), CHAN_CLOSED);
    CHECK_EQ(take(c), 5);
    CHECK_EQ(take(c), -2);
}

TEST(alone_nobody_waits_for_ever)
{
    MdhChan *c = new_chan(0, 1);
    MdhValue v;
    uint32_t which;
    ChanCase one = {c, MDH_ABSENT};
    CHECK_EQ(mdh_chan_recv(rt(), c, &v, OS_NEVER), CHAN_WOULD_BLOCK);
    CHECK_EQ(mdh_chan_select(rt(), &one, 1, OS_NEVER, &which, &v), CHAN_WOULD_BLOCK);
    put(c, 1);
    CHECK_EQ(mdh_chan_send(rt(), c, MDH_AYE, OS_NEVER), CHAN_WOULD_BLOCK);
}

TEST(deadlines_are_kept)
{
    MdhChan *c = new_chan(0, 1);
    MdhValue v;
    uint32_t which;
    ChanCase one = {c, MDH_ABSENT};
    uint64_t until = os_mono_ns() + 5 * MS;
    CHECK_EQ(mdh_chan_recv(rt(), c, &v, until), CHAN_WOULD_BLOCK);
    CHECK(os_mono_ns() >= until);
    until = os_mono_ns() + 5 * MS;
    CHECK_EQ(mdh_chan_select(rt(), &one, 1, until, &which, &v), CHAN_WOULD_BLOCK);
    CHECK(os_mono_ns() >= until);
    put(c, 1);
    CHECK_EQ(mdh_chan_send(rt(), c, MDH_AYE, os_mono_ns() + MS), CHAN_WOULD_BLOCK);
    CHECK_EQ(take(c), 1);
    CHECK_EQ(take(c), -1);
    CHECK(!mdh_has_waiters(&c->receivers) && !mdh_has_waiters(&c->senders));
}

TEST(only_channels_are_channels)
{
    CHECK(!mdh_chan_of(rt(), mdh_fix(3)));
    CHECK_SHOWN(MDH_EXC, "Jings! Something went awfy wrang: Unknown channel handle");
    CHECK(mdh_chan_of(rt(), mdh_from_ptr(new_chan(0, 1))));
    CHECK(!mdh_chan_is(rt_str("channel")));
}

TEST(select_takes_what_there_is_and_puts_where_there_is_room)
{
    MdhChan *a = new_chan(0, 1), *b = new_chan(1, 1);
    ChanCase cases[2] = {{a, MDH_ABSENT}, {b, mdh_fix(8)}};
    uint32_t which = 9;
    MdhValue v;
    CHECK_EQ(mdh_chan_select(rt(), cases, 2, 0, &which, &v), CHAN_DONE);
    CHECK_EQ(which, 1);
    CHECK_EQ(mdh_chan_select(rt(), cases, 2, 0, &which, &v), CHAN_WOULD_BLOCK);
    put(a, 7);
    CHECK_EQ(mdh_chan_select(rt(), cases, 2, 0, &which, &v), CHAN_DONE);
    CHECK_EQ(which, 0);
    CHECK_EQ(mdh_fixint(v), 7);
    mdh_chan_close(b);
    CHECK_EQ(mdh_chan_select(rt(), cases, 2, 0, &which, &v), CHAN_CLOSED);
    CHECK_EQ(which, 1);
}

TEST(select_prefers_nobody)
{
    int times[3] = {0};
    ChanCase cases[3];
    for (int i = 0; i < 3; i++) {
        cases[i] = (ChanCase){new_chan(i, MDH_CHAN_UNBOUNDED), MDH_ABSENT};
        for (int k = 0; k < 3000; k++) put(chan(i), k);
    }
    for (int k = 0; k < 3000; k++) {
        uint32_t which = 0;
        MdhValue v;
        CHECK_EQ(mdh_chan_select(rt(), cases, 3, 0, &which, &v), CHAN_DONE);
        times[which]++;
    }
    for (int i = 0; i < 3; i++) CHECK(times[i] > 800 && times[i] < 1200);
}
