// SPDX-License-Identifier: MIT
// What other threads may do with a loop, and the runtime's own tasks.
#include "runtime/loop/loop.h"

#include "tests/unit/loop_test.h"

// Other threads --------------------------------------------------------------------------------

static void *in_thread(void (*work)(MdhThread *t))
{
    MdhThread *t = mdh_thread_new("other");
    if (t) work(t);
    mdh_thread_free(t);
    return NULL;
}

static void posts_a_hundred(MdhThread *t)
{
    (void)t;
    for (int i = 0; i < 99; i++)
        while (!mdh_loop_post(loop, posted_fn, MDH_ABSENT))
            os_sleep_until_ns(os_mono_ns() + MS);
    mdh_loop_stop(loop);
}

static void *poster(void *arg)
{
    (void)arg;
    return in_thread(posts_a_hundred);
}

FOR_BOTH(other_threads_post_and_stop)
{
    pthread_t thread;
    rt();
    mdh_many_threads = true;
    open_loop(type);
    posted_fn = fn_of(counts);
    REQUIRE(pthread_create(&thread, NULL, poster, NULL) == 0);
    run();
    pthread_join(thread, NULL);
    mdh_loop_reset(loop);
    while (mdh_list_len(poll_for(0))) calls++; // those after the stop
    CHECK(calls <= 99);
    CHECK_EQ(mdh_list_len(poll_for(0)), 0);
    close_loop();
}

FOR_BOTH(posts_keep_their_order_and_their_limit)
{
    open_loop(type);
    for (int i = 0; i < 100; i++)
        CHECK(mdh_loop_post(loop, fn_of(i % 2 ? stops : counts), MDH_ABSENT));
    CHECK(
        !mdh_loop_post(loop, fn_of(counts), MDH_ABSENT)); // the loop was made for a hundred
    MdhValue list = poll_for(0);
    CHECK_EQ(mdh_list_len(list), 100);
    for (uint64_t i = 0; i < 100; i++) {
        MdhFn *fn = mdh_ptr(mdh_dict_get_c(event_at(list, i), "callback"));
        CHECK(is_kind(event_at(list, i), "post"));
        CHECK(fn->entry == (i % 2 ? stops : counts));
    }
    CHECK(mdh_loop_post(loop, fn_of(counts), MDH_ABSENT));
    run();
    CHECK_EQ(calls, 1);
    close_loop();
}

static void watches_and_times(MdhThread *t)
{
    MdhValue fn = posted_fn;
    mdh_loop_timer_start(loop, 1, 0, fn);
    CHECK(mdh_loop_watch(t, loop, victim, SEL_READ, fn));
}

static void *watcher(void *arg)
{
    (void)arg;
    void *result = in_thread(watches_and_times);
    mdh_loop_unhold(loop);
    return result;
}

static MdhValue drains_and_counts(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    if (is_kind(argv[0], "read")) drain(victim);
    if (timer_calls && read_calls) mdh_loop_stop(loop);
    return MDH_NAETHING;
}

// The loop waits, without anything but the promise of it, when the other thread gives it something.
FOR_BOTH(watches_and_timers_of_other_threads_reach_a_loop_that_waits)
{
    pthread_t thread;
    int other;
    rt();
    mdh_many_threads = true;
    open_loop(type);
    victim = pair(SOCK_DGRAM, &other);
    put(other);
    posted_fn = fn_of(drains_and_counts);
    mdh_loop_hold(loop);
    REQUIRE(pthread_create(&thread, NULL, watcher, NULL) == 0);
    run();
    pthread_join(thread, NULL);
    CHECK_EQ(read_calls, 1);
    CHECK_EQ(timer_calls, 1);
    close_loop();
}

static bool is_refused;

static void runs_too(MdhThread *t)
{
    is_refused = mdh_is_exc(mdh_loop_run(t, loop, OS_NEVER));
    if (is_refused) mdh_take_error(t);
    mdh_loop_stop(loop);
}

static void *second_runner(void *arg)
{
    (void)arg;
    return in_thread(runs_too);
}

static pthread_t runner_thread;

static MdhValue starts_a_runner(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    REQUIRE(pthread_create(&runner_thread, NULL, second_runner, NULL) == 0);
    return MDH_NAETHING;
}

FOR_BOTH(a_loop_is_run_by_one_thread)
{
    rt();
    mdh_many_threads = true;
    open_loop(type);
    mdh_loop_timer_start(loop, 0, 0, fn_of(starts_a_runner));
    mdh_loop_hold(loop); // the other thread will stop it
    run();
    pthread_join(runner_thread, NULL);
    mdh_loop_unhold(loop);
    CHECK(is_refused);
    close_loop();
}

// Closing sockets in one thread while another waits on them and a third unwatches: nothing is
// called for a socket that is gone, nothing leaks, nothing deadlocks.

static void closes_them_all(MdhThread *t)
{
    for (int i = 0; i < CHURN; i++) {
        Socket *s = mdh_socket_pin(t, churned[i]);
        if (!s) {
            mdh_take_error(t);
            continue;
        }
        socket_shut(s);
        if (!mdh_handle_close(t, churned[i], &mdh_socket_type)) mdh_take_error(t);
        mdh_handle_unpin(churned[i]);
    }
    mdh_loop_stop(loop);
}

static void unwatches_them_all(MdhThread *t)
{
    bool was;
    for (int i = CHURN; i-- > 0;)
        if (!mdh_loop_unwatch(t, loop, churned[i], &was)) mdh_take_error(t);
}

static void *closer(void *arg)
{
    (void)arg;
    return in_thread(closes_them_all);
}

static void *unwatcher(void *arg)
{
    (void)arg;
    return in_thread(unwatches_them_all);
}

FOR_BOTH(closing_and_unwatching_race_with_waiting)
{
    pthread_t threads[2];
    rt();
    mdh_many_threads = true;
    open_loop(type);
    MdhValue fn = fn_of(counts);
    for (int i = 0; i < CHURN; i++) {
        int other;
        churned[i] = pair(SOCK_DGRAM, &other);
        watch(churned[i], SEL_READ, fn);
        put(other);
        close(other);
    }
    REQUIRE(pthread_create(&threads[0], NULL, closer, NULL) == 0);
    REQUIRE(pthread_create(&threads[1], NULL, unwatcher, NULL) == 0);
    run();
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    CHECK_EQ(mdh_loop_watches(loop), 0);
    CHECK_EQ(mdh_handle_count(), 1);
    close_loop();
}

// Tasks of the runtime -----------------------------------------------------------------------

static int tasks_run, tasks_dropped;

static MdhValue run_task(MdhThread *t, MdhLoop *l, MdhLoopTask *task, uint32_t events)
{
    (void)t, (void)l, (void)task;
    tasks_run += 1 + (int)events * 100;
    return MDH_NAETHING;
}

static void drop_task(MdhLoopTask *task)
{
    (void)task;
    tasks_dropped++;
}

static MdhLoopTask task_a = {.run = run_task, .drop = drop_task};
static MdhLoopTask task_b = {.run = run_task, .drop = drop_task};

// A thread that the collector does not know.
static void *queues(void *arg)
{
    CHECK(mdh_loop_queue(arg, &task_a));
    CHECK(mdh_loop_queue(arg, &task_b));
    mdh_loop_unhold(arg);
    mdh_loop_unref(arg);
    return NULL;
}

FOR_BOTH(a_task_of_any_thread_is_waited_for_while_there_is_a_hold)
{
    pthread_t thread;
    open_loop(type);
    mdh_loop_hold(loop);
    REQUIRE(pthread_create(&thread, NULL, queues, mdh_loop_ref(loop)) == 0);
    run();
    pthread_join(thread, NULL);
    CHECK_EQ(tasks_run, 2);
    CHECK_EQ(tasks_dropped, 0);
    close_loop();
}

FOR_BOTH(a_closed_loop_drops_its_tasks_and_takes_no_more)
{
    open_loop(type);
    MdhLoop *shell = mdh_loop_ref(loop);
    CHECK(mdh_loop_queue(loop, &task_a));
    close_loop();
    CHECK_EQ(tasks_run, 0);
    CHECK_EQ(tasks_dropped, 1);
    CHECK(!mdh_loop_queue(shell, &task_b));
    mdh_loop_unref(shell);
}

FOR_BOTH(a_descriptor_of_the_runtime_is_watched)
{
    int fds[2];
    REQUIRE(pipe(fds) == 0);
    open_loop(type);
    CHECK_EQ(mdh_loop_watch_fd(loop, fds[0], SEL_READ, &task_a), 0);
    put(fds[1]);
    CHECK_EQ(mdh_list_len(poll_for(0)), 0);
    CHECK_EQ(tasks_run, 101);
    CHECK_EQ(mdh_loop_watch_fd(loop, fds[0], 0, NULL), 0);
    CHECK_EQ(mdh_list_len(poll_for(0)), 0);
    CHECK_EQ(tasks_run, 101);
    close_loop();
}
