// SPDX-License-Identifier: MIT
// Event loops that watch channels.
#include "runtime/conc/chan_watch.h"

#include <sched.h>

#include "tests/unit/loop_test.h"

static struct {
    MdhValue chan, other_loop;
} held;

static MdhChan *chan;

static void new_chan(uint64_t limit)
{
    rt();
    mdh_gc_add_root(&held, &held + 1);
    held.chan = mdh_chan_new(rt(), limit);
    REQUIRE(!mdh_is_exc(held.chan));
    chan = mdh_ptr(held.chan);
}

static void send_ints(int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++)
        REQUIRE(mdh_chan_send(rt(), chan, mdh_fix(i), 0) == CHAN_DONE);
}

static void watch_chan(MdhEntry entry)
{
    REQUIRE(mdh_chan_watch(rt(), loop, held.chan, fn_of(entry)));
}

// What callbacks have been told: values in order, and the end.
static int64_t told[2000], n_told, n_ends;

static MdhValue notes(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)t, (void)fn;
    CHECK_EQ(argc, 1);
    CHECK(is_kind(argv[0], "chan"));
    CHECK(mdh_same(mdh_dict_get_c(argv[0], "chan"), held.chan));
    CHECK(number(argv[0], "now") > 0);
    bool is_end = mdh_same(mdh_dict_get_c(argv[0], "closed"), MDH_AYE);
    MdhValue v = mdh_dict_get_c(argv[0], "value");
    CHECK_EQ(is_end, mdh_is_naething(v));
    n_ends += is_end;
    if (!is_end) told[n_told++] = mdh_fixint(v);
    return MDH_NAETHING;
}

static MdhValue notes_and_stops(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    notes(t, fn, argc, argv);
    mdh_loop_stop(loop);
    return MDH_NAETHING;
}

static MdhValue notes_and_unwatches(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    notes(t, fn, argc, argv);
    CHECK(mdh_chan_unwatch(loop, chan));
    CHECK(!mdh_chan_unwatch(loop, chan));
    return MDH_NAETHING;
}

static MdhValue throws(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    notes(t, fn, argc, argv);
    return mdh_throw_native(t, "drapped");
}

FOR_BOTH(a_loop_tells_all_values_and_the_end)
{
    open_loop(type);
    new_chan(MDH_CHAN_UNBOUNDED);
    send_ints(0, 500);
    watch_chan(notes);
    send_ints(500, 1000);
    mdh_chan_close(chan);
    run(); // ends: a closed channel is watched no more
    CHECK_EQ(n_told, 1000);
    for (int i = 0; i < 1000; i++) CHECK_EQ(told[i], i);
    CHECK_EQ(n_ends, 1);
    CHECK(!mdh_chan_unwatch(loop, chan));
    close_loop();
}

FOR_BOTH(polling_gathers_a_bounded_number_of_events)
{
    uint64_t got = 0;
    open_loop(type);
    new_chan(MDH_CHAN_UNBOUNDED);
    watch_chan(notes);
    send_ints(0, 1000);
    while (got < 1000) {
        MdhValue list = poll_for(1000);
        uint64_t n = mdh_list_len(list);
        REQUIRE(n > 0);
        CHECK(n <= 64);
        for (uint64_t i = 0; i < n; i++)
            CHECK_EQ(number(event_at(list, i), "value"), (double)got++);
    }
    CHECK_EQ(n_told, 0); // no callback was called
    CHECK_EQ(mdh_list_len(poll_for(0)), 0);
    close_loop();
}

FOR_BOTH(a_flood_starves_no_timer)
{
    open_loop(type);
    new_chan(MDH_CHAN_UNBOUNDED);
    send_ints(0, 1000);
    watch_chan(notes);
    mdh_loop_timer_start(loop, 0, 0, fn_of(stops));
    run();
    CHECK_EQ(timer_calls, 1);
    CHECK(n_told <= 128);
    close_loop();
}

FOR_BOTH(what_a_stopped_loop_has_not_told_stays)
{
    open_loop(type);
    new_chan(MDH_CHAN_UNBOUNDED);
    watch_chan(notes_and_stops);
    send_ints(0, 3);
    run();
    CHECK_EQ(n_told, 1);
    CHECK_EQ(mdh_chan_len(chan), 2);
    mdh_loop_reset(loop);
    run();
    CHECK_EQ(n_told, 2);
    CHECK_EQ(told[1], 1);
    close_loop();
}

FOR_BOTH(a_watch_taken_out_is_told_nothing_more)
{
    open_loop(type);
    new_chan(MDH_CHAN_UNBOUNDED);
    watch_chan(notes_and_unwatches);
    send_ints(0, 3);
    run();
    CHECK_EQ(n_told, 1);
    CHECK_EQ(mdh_chan_len(chan), 2);
    watch_chan(stops);
    watch_chan(notes); // the later callback counts
    mdh_chan_close(chan);
    run();
    CHECK_EQ(n_told, 3);
    CHECK_EQ(n_ends, 1);
    watch_chan(notes);
    REQUIRE(mdh_chan_watch(rt(), loop, held.chan, MDH_NAETHING));
    run();
    CHECK_EQ(n_ends, 1);
    close_loop();
}

FOR_BOTH(a_callback_that_throws_hurts_nobody)
{
    open_loop(type);
    new_chan(MDH_CHAN_UNBOUNDED);
    watch_chan(throws);
    send_ints(0, 3);
    mdh_chan_close(chan);
    run();
    CHECK_EQ(n_told, 3);
    CHECK_EQ(n_ends, 1);
    close_loop();
}

FOR_BOTH(closing_a_loop_ends_its_watches)
{
    open_loop(type);
    new_chan(MDH_CHAN_UNBOUNDED);
    watch_chan(notes);
    send_ints(0, 3); // its task is queued
    close_loop();
    CHECK_EQ(chan->watches, 0);
    send_ints(3, 6);
    CHECK_EQ(mdh_chan_len(chan), 6);
}

FOR_BOTH(the_last_watch_keeps_a_channel_alive)
{
    open_loop(type);
    new_chan(4);
    watch_chan(notes);
    send_ints(0, 4);
    chan = NULL;
    held.chan = MDH_NAETHING;
    mdh_gc_collect();
    MdhValue list = poll_for(1000);
    CHECK_EQ(mdh_list_len(list), 4);
    CHECK_EQ(number(event_at(list, 3), "value"), 3.0);
    close_loop();
}

// Several threads ------------------------------------------------------------------------------

enum { MANY = 20000 };
static int begun; // threads that count

static void sends_many(MdhThread *t)
{
    for (int64_t i = 0; i < MANY; i++)
        if (mdh_chan_send(t, chan, mdh_fix(1), OS_NEVER) != CHAN_DONE) return;
    mdh_chan_close(chan);
}

static void wait_for_threads(int n)
{
    while (__atomic_load_n(&begun, __ATOMIC_ACQUIRE) < n) sched_yield();
}

static void *sender(void *arg)
{
    (void)arg;
    MdhThread *t = mdh_thread_new("sender");
    __atomic_add_fetch(&begun, 1, __ATOMIC_RELEASE);
    if (t) sends_many(t);
    mdh_thread_free(t);
    return NULL;
}

static void add(MdhValue event, MdhLoop *its)
{
    MdhValue v = mdh_dict_get_c(event, "value");
    bool is_end = mdh_is_naething(v);
    __atomic_add_fetch(is_end ? &n_ends : &n_told, is_end ? 1 : mdh_fixint(v),
                       __ATOMIC_RELAXED);
    if (is_end) mdh_loop_stop(its);
}

static MdhValue adds(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)t, (void)fn, (void)argc;
    add(argv[0], loop);
    return MDH_NAETHING;
}

FOR_BOTH(a_sender_wakes_a_loop_and_a_loop_a_sender)
{
    pthread_t thread;
    open_loop(type);
    new_chan(3);
    if (!mdh_many_threads) mdh_many_threads = true;
    watch_chan(adds);
    REQUIRE(pthread_create(&thread, NULL, sender, NULL) == 0);
    wait_for_threads(1);
    run();
    pthread_join(thread, NULL);
    CHECK_EQ(n_told, MANY);
    CHECK_EQ(n_ends, 1);
    close_loop();
}

static MdhLoop *other_loop;

static MdhValue adds_there(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)t, (void)fn, (void)argc;
    add(argv[0], other_loop);
    return MDH_NAETHING;
}

static void *other_runner(void *arg)
{
    (void)arg;
    MdhThread *t = mdh_thread_new("other");
    __atomic_add_fetch(&begun, 1, __ATOMIC_RELEASE);
    if (t) mdh_loop_run(t, other_loop, OS_NEVER);
    mdh_thread_free(t);
    return NULL;
}

FOR_BOTH(two_loops_share_a_channel)
{
    pthread_t thread, runner;
    MdhLoopOptions o = {type, 100, OS_NEVER};
    open_loop(type);
    new_chan(50);
    if (!mdh_many_threads) mdh_many_threads = true;
    REQUIRE(mdh_loop_open(rt(), &other_loop, &o) == 0);
    watch_chan(adds);
    REQUIRE(mdh_chan_watch(rt(), other_loop, held.chan, fn_of(adds_there)));
    REQUIRE(pthread_create(&runner, NULL, other_runner, NULL) == 0);
    REQUIRE(pthread_create(&thread, NULL, sender, NULL) == 0);
    wait_for_threads(2);
    run();
    pthread_join(thread, NULL);
    pthread_join(runner, NULL);
    CHECK_EQ(n_told, MANY);
    CHECK_EQ(n_ends, 2);
    mdh_loop_free(other_loop);
    close_loop();
}
