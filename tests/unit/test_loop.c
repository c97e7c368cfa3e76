// SPDX-License-Identifier: MIT
// Timers, errors of callbacks, stopping, memory.
#include "runtime/loop/loop.h"

#include "tests/unit/loop_test.h"

// Timers --------------------------------------------------------------------------------

static double last_due;

static MdhValue checks_its_time(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    double due = number(argv[0], "due_at");
    CHECK(number(argv[0], "now") >= due);
    CHECK(due >= last_due);
    last_due = due;
    return MDH_NAETHING;
}

FOR_BOTH(timers_fire_by_time_and_never_early)
{
    static const double delays[] = {4, 2.5, 0.2, 0.1, 0, 3.999, 1, 1, 2};
    open_loop(type);
    for (size_t i = 0; i < countof(delays); i++)
        mdh_loop_timer_start(loop, delays[i], 0, fn_of(checks_its_time));
    run();
    CHECK_EQ(timer_calls, countof(delays));
    close_loop();
}

FOR_BOTH(a_timer_of_nought_is_due_at_the_next_look)
{
    open_loop(type);
    uint64_t id = mdh_loop_timer_start(loop, 0, 0, fn_of(counts));
    MdhValue list = poll_for(0);
    CHECK_EQ(mdh_list_len(list), 1);
    CHECK(is_kind(event_at(list, 0), "timer"));
    CHECK_EQ(number(event_at(list, 0), "id"), id);
    CHECK_EQ(number(event_at(list, 0), "timer_id"), id);
    CHECK_EQ(calls, 0); // polling calls nothing
    CHECK(!mdh_loop_timer_cancel(loop, (int64_t)id));
    close_loop();
}

FOR_BOTH(a_cancelled_timer_does_not_fire)
{
    open_loop(type);
    int64_t a = (int64_t)mdh_loop_timer_start(loop, 1, 0, fn_of(counts));
    mdh_loop_timer_start(loop, 2, 0, fn_of(stops));
    CHECK(mdh_loop_timer_cancel(loop, a));
    CHECK(!mdh_loop_timer_cancel(loop, a));
    CHECK(!mdh_loop_timer_cancel(loop, 0));
    CHECK(!mdh_loop_timer_cancel(loop, -1));
    CHECK(!mdh_loop_timer_cancel(loop, INT64_MAX));
    run();
    CHECK_EQ(timer_calls, 1);
    close_loop();
}

static int64_t other_timer;

static MdhValue cancels_the_other(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    CHECK(mdh_loop_timer_cancel(loop, other_timer));
    return MDH_NAETHING;
}

FOR_BOTH(a_timer_cancelled_in_the_same_batch_does_not_fire)
{
    open_loop(type);
    mdh_loop_timer_start(loop, 1, 0, fn_of(cancels_the_other));
    other_timer = (int64_t)mdh_loop_timer_start(loop, 1, 0, fn_of(counts));
    os_sleep_until_ns(os_mono_ns() + 3 * MS); // both are due
    run();                                    // ends: nothing is left
    CHECK_EQ(timer_calls, 1);
    close_loop();
}

static double first_due, second_due;

static MdhValue sleeps_over_ticks(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    if (calls == 1) {
        first_due = number(argv[0], "due_at");
        os_sleep_until_ns(os_mono_ns() + 11 * MS);
    } else {
        second_due = number(argv[0], "due_at");
        mdh_loop_stop(loop);
    }
    return MDH_NAETHING;
}

// After the sleep some ticks are past: they come as one, due at the first of them, and the
// phase stays.
FOR_BOTH(missed_ticks_are_one_and_keep_their_phase)
{
    open_loop(type);
    mdh_loop_timer_start(loop, 2, 2, fn_of(sleeps_over_ticks));
    run();
    double ticks = (second_due - first_due) / 2;
    CHECK(ticks > 0.99);
    CHECK(ticks - (double)(int)(ticks + 0.5) < 0.01 &&
          ticks - (double)(int)(ticks + 0.5) > -0.01);
    double left;
    mdh_loop_reset(loop);
    CHECK_EQ(mdh_list_len(poll_for(1000)), 1);
    CHECK(mdh_loop_timer_remaining(loop, 1, &left));
    CHECK(left <= 2);
    close_loop();
}

static MdhValue ends_itself_at_three(MdhThread *t, MdhFn *fn, int argc,
                                     const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    if (calls == 3) CHECK(mdh_loop_timer_cancel(loop, (int64_t)number(argv[0], "id")));
    return MDH_NAETHING;
}

FOR_BOTH(a_periodic_timer_may_end_itself)
{
    open_loop(type);
    mdh_loop_timer_start(loop, 0.2, 0.2, fn_of(ends_itself_at_three));
    run();
    CHECK_EQ(calls, 3);
    close_loop();
}

static MdhValue starts_another(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    if (calls < 5) mdh_loop_timer_start(loop, 0.1, 0, mdh_from_ptr(fn));
    return MDH_NAETHING;
}

FOR_BOTH(a_timer_may_be_started_again_in_its_callback)
{
    open_loop(type);
    mdh_loop_timer_start(loop, 0, 0, fn_of(starts_another));
    run();
    CHECK_EQ(calls, 5);
    close_loop();
}

FOR_BOTH(a_timer_can_be_reset)
{
    double left;
    open_loop(type);
    int64_t a = (int64_t)mdh_loop_timer_start(loop, 3600e3, 0, fn_of(stops));
    CHECK(mdh_loop_timer_remaining(loop, a, &left));
    CHECK(left > 3000e3 && left <= 3600e3);
    CHECK(mdh_loop_timer_reset(loop, a, 1));
    run();
    CHECK_EQ(calls, 1);
    CHECK(!mdh_loop_timer_reset(loop, a, 1));
    CHECK(!mdh_loop_timer_remaining(loop, a, &left));
    a = (int64_t)mdh_loop_timer_start(loop, 1e300, 0, fn_of(stops));
    CHECK(a > 0);
    CHECK(mdh_loop_timer_remaining(loop, a, &left));
    close_loop();
}

// Errors of callbacks ----------------------------------------------------------------------------

static MdhValue throws(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    mdh_throw_native(t, "oops");
    mdh_throw_at(t, fn->info->name, fn->info->file, 9);
    return MDH_EXC;
}

static MdhValue keeps_the_report(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)t, (void)fn, (void)argc;
    last_report = argv[0];
    return MDH_NAETHING;
}

FOR_BOTH(a_callback_that_throws_is_reported_and_the_loop_goes_on)
{
    open_loop(type);
    mdh_loop_on_error(loop, fn_of(keeps_the_report));
    mdh_loop_timer_start(loop, 0, 0, fn_of(throws));
    mdh_loop_timer_start(loop, 0.5, 0, fn_of(stops));
    run();
    CHECK_EQ(timer_calls, 2);
    REQUIRE(mdh_is_dict(last_report));
    CHECK_SHOWN(mdh_dict_get_c(last_report, "error"),
                "Jings! Something went awfy wrang: oops");
    CHECK_SHOWN(mdh_dict_get_c(last_report, "where"), "x.braw:3");
    CHECK_SHOWN(mdh_dict_get_c(last_report, "name"), "callback");
    CHECK_SHOWN(mdh_dict_get_c(last_report, "kind"), "timer");
    CHECK_SHOWN(mdh_dict_get_c(last_report, "id"), "1");
    CHECK_SHOWN(mdh_list_get(rt(), mdh_dict_get_c(last_report, "trace"), 0),
                "callback (x.braw:9)");
    close_loop();
}

// Standard error of the process, into a pipe.
static int err_pipe[2], saved_err;

static void catch_stderr(void)
{
    REQUIRE(pipe(err_pipe) == 0);
    saved_err = dup(2);
    dup2(err_pipe[1], 2);
}

static const char *caught_stderr(void)
{
    static char text[8192];
    dup2(saved_err, 2);
    close(err_pipe[1]);
    ssize_t n = read(err_pipe[0], text, sizeof text - 1);
    text[n > 0 ? n : 0] = 0;
    return text;
}

FOR_BOTH(a_handler_that_throws_leaves_both_errors_in_the_log)
{
    open_loop(type);
    mdh_loop_on_error(loop, fn_of(throws));
    mdh_loop_timer_start(loop, 0, 0, fn_of(throws));
    catch_stderr();
    run();
    const char *text = caught_stderr();
    CHECK(strstr(text, "timer callback callback (x.braw:3) of timer 1 threw: Jings!"));
    CHECK(strstr(text, "error callback callback (x.braw:3) threw: Jings!"));
    CHECK(strstr(text, "at callback (x.braw:9)"));
    close_loop();
}

static MdhValue is_slow(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    os_sleep_until_ns(os_mono_ns() + 3 * MS);
    return MDH_NAETHING;
}

FOR_BOTH(a_slow_callback_is_named)
{
    open_loop(type);
    mdh_loop_set_lag(loop, MS);
    mdh_loop_timer_start(loop, 0, 0, fn_of(is_slow));
    catch_stderr();
    run();
    CHECK(strstr(caught_stderr(),
                 "slow: timer callback callback (x.braw:3) of timer 1 took "));
    close_loop();
}

static MdhValue exits(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    t->exiting = true;
    return MDH_EXC;
}

FOR_BOTH(exit_in_a_callback_ends_the_run)
{
    open_loop(type);
    mdh_loop_timer_start(loop, 0, 0, fn_of(exits));
    mdh_loop_timer_start(loop, 0, 0, fn_of(counts));
    CHECK(mdh_is_exc(mdh_loop_run(rt(), loop, OS_NEVER)));
    CHECK_EQ(calls, 1);
    rt()->exiting = false;
    close_loop();
}

FOR_BOTH(what_is_no_function_is_reported)
{
    open_loop(type);
    mdh_loop_on_error(loop, fn_of(keeps_the_report));
    mdh_loop_timer_start(loop, 0, 0, mdh_fix(7));
    mdh_loop_timer_start(loop, 0, 0, MDH_NAETHING); // nothing to call is no error
    run();
    CHECK(mdh_is_dict(last_report));
    CHECK_SHOWN(mdh_dict_get_c(last_report, "callback"), "7");
    close_loop();
}

// Stopping --------------------------------------------------------------------------------

FOR_BOTH(a_stopped_loop_says_so_until_it_is_reset)
{
    open_loop(type);
    mdh_loop_timer_start(loop, 0, 0, fn_of(counts));
    mdh_loop_stop(loop);
    for (int i = 0; i < 2; i++) {
        MdhValue list = mdh_loop_poll(rt(), loop, OS_NEVER);
        CHECK_EQ(mdh_list_len(list), 1);
        CHECK(is_kind(event_at(list, 0), "stop"));
        CHECK_EQ(mdh_dict_len(event_at(list, 0)), 1);
    }
    run();
    CHECK_EQ(calls, 0);
    mdh_loop_reset(loop);
    run(); // what was due is still there
    CHECK_EQ(calls, 1);
    close_loop();
}

FOR_BOTH(an_empty_loop_does_not_wait_for_ever)
{
    open_loop(type);
    run();
    CHECK_EQ(mdh_list_len(mdh_loop_poll(rt(), loop, OS_NEVER)), 0);
    uint64_t before = os_mono_ns();
    CHECK_EQ(mdh_list_len(poll_for(5)), 0); // a limit is waited for
    CHECK(os_mono_ns() - before >= 5 * MS);
    close_loop();
}

static MdhValue closes_the_loop(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    mdh_loop_shut(loop);
    CHECK(mdh_handle_close(t, loop_handle, &mdh_loop_type));
    return MDH_NAETHING;
}

FOR_BOTH(a_loop_may_be_closed_by_its_callback)
{
    int other[2];
    open_loop(type);
    MdhValue a = pair(SOCK_DGRAM, &other[0]), b = pair(SOCK_DGRAM, &other[1]);
    watch(a, SEL_READ, fn_of(closes_the_loop));
    watch(b, SEL_READ, fn_of(counts));
    mdh_loop_timer_start(loop, 0, 0, fn_of(counts));
    mdh_loop_post(loop, fn_of(counts), MDH_ABSENT);
    put(other[0]);
    put(other[1]);
    REQUIRE(mdh_handle_pin(rt(), loop_handle, &mdh_loop_type));
    run();
    CHECK_EQ(calls, 1);
    mdh_handle_unpin(loop_handle);
    CHECK_EQ(mdh_handle_count(), 2); // the sockets, no longer pinned:
    int fd = fd_of(a);
    close_sock(a);
    CHECK(fcntl(fd, F_GETFD) < 0);
}

// Memory --------------------------------------------------------------------------------

static void start_garbage_timers(void)
{
    for (int i = 0; i < 50; i++) mdh_loop_timer_start(loop, 0, 0, fn_of(counts));
}

FOR_BOTH(callbacks_that_only_the_loop_knows_live)
{
    open_loop(type);
    start_garbage_timers();
    for (int i = 0; i < 50; i++) CHECK(mdh_loop_post(loop, fn_of(counts), MDH_ABSENT));
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 10000; k++) mdh_list_new(rt(), 4);
        mdh_gc_collect();
    }
    run();
    CHECK_EQ(calls, 100);
    close_loop();
}

FOR_BOTH(want_of_memory_is_an_error_not_a_crash)
{
    int other;
    MdhValue sock = pair(SOCK_DGRAM, &other), fn = fn_of(counts);
    MdhLoopOptions o = {type, 100, OS_NEVER};
    for (uint64_t k = 1; k < 60; k++) {
        mdh_gc_fail_after(k);
        int err = mdh_loop_open(rt(), &loop, &o);
        bool ok = !err && mdh_loop_watch(rt(), loop, sock, SEL_READ, fn) &&
                  mdh_loop_timer_start(loop, 0, 0, fn) &&
                  mdh_loop_post(loop, fn, MDH_ABSENT) &&
                  !mdh_is_exc(mdh_loop_poll(rt(), loop, os_mono_ns() + MS));
        bool refused = !mdh_gc_fail_pending();
        mdh_gc_fail_after(0);
        CHECK(ok || refused);
        rt()->exc = MDH_ABSENT;
        if (!err) mdh_loop_free(loop);
        if (!refused) return;
    }
}
