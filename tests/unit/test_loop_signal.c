// SPDX-License-Identifier: MIT
// Signals as events, whichever thread the system would give them to.
#include "runtime/loop/signal.h"

#include <signal.h>

#include "tests/unit/loop_test.h"

static MdhValue notes_the_signal(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    CHECK(is_kind(argv[0], "signal"));
    last_report = mdh_dict_get_c(argv[0], "signal");
    mdh_loop_stop(loop);
    return MDH_NAETHING;
}

static void watch_signal(const char *name)
{
    int signal = mdh_signal_of(slice_from_cstr(name));
    REQUIRE(signal >= 0);
    REQUIRE(mdh_loop_signal_watch(rt(), loop, signal, fn_of(notes_the_signal)));
}

static bool unwatch_signal(const char *name)
{
    return mdh_loop_signal_unwatch(loop, mdh_signal_of(slice_from_cstr(name)));
}

FOR_BOTH(a_signal_is_an_event_and_harms_nobody)
{
    open_loop(type);
    stop_at_the_limit();
    watch_signal("TERM");
    watch_signal("SIGINT");
    kill(getpid(), SIGTERM);
    run();
    CHECK(mdh_str_is(last_report, "TERM"));
    mdh_loop_reset(loop);
    kill(getpid(), SIGINT);
    run();
    CHECK(mdh_str_is(last_report, "INT"));
    CHECK_EQ(calls, 2);
    close_loop();
}

static bool sleepers_end;

// A thread of some library: it blocks nothing.
static void *sleeper(void *arg)
{
    while (!__atomic_load_n(&sleepers_end, __ATOMIC_ACQUIRE))
        os_sleep_until_ns(os_mono_ns() + MS);
    return arg;
}

FOR_BOTH(threads_that_block_nothing_pass_the_signal_on)
{
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        REQUIRE(pthread_create(&threads[i], NULL, sleeper, NULL) == 0);
    open_loop(type);
    stop_at_the_limit();
    watch_signal("USR1");
    for (int i = 1; i <= 3; i++) {
        mdh_loop_reset(loop);
        kill(getpid(), SIGUSR1);
        run();
        CHECK_EQ(calls, i);
    }
    __atomic_store_n(&sleepers_end, true, __ATOMIC_RELEASE);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    close_loop();
}

static volatile sig_atomic_t handled;

static void handler(int number)
{
    handled = number;
}

FOR_BOTH(what_was_before_comes_back)
{
    struct sigaction act = {.sa_handler = handler};
    sigaction(SIGUSR2, &act, NULL);
    open_loop(type);
    watch_signal("USR2");
    CHECK(unwatch_signal("USR2"));
    CHECK(!unwatch_signal("USR2"));
    raise(SIGUSR2);
    CHECK_EQ(handled, SIGUSR2);
    handled = 0;
    watch_signal("USR2");
    close_loop(); // ends the watch as well
    raise(SIGUSR2);
    CHECK_EQ(handled, SIGUSR2);
}

FOR_BOTH(a_signal_keeps_a_loop_alive_and_its_end_does_not)
{
    open_loop(type);
    watch_signal("HUP");
    CHECK_EQ(mdh_loop_watches(loop), 1);
    CHECK_EQ(mdh_list_len(poll_for(1)), 0);
    CHECK(unwatch_signal("HUP"));
    CHECK_EQ(mdh_loop_watches(loop), 0);
    run();
    close_loop();
}

TEST(signals_have_names)
{
    CHECK_EQ(mdh_signal_of(SLICE_LIT("TERM")), mdh_signal_of(SLICE_LIT("SIGTERM")));
    CHECK_EQ(mdh_signal_of(SLICE_LIT("KILL")), -1);
    CHECK_EQ(mdh_signal_of(SLICE_LIT("")), -1);
    CHECK_EQ(mdh_signal_of(SLICE_LIT("SIG")), -1);
}
