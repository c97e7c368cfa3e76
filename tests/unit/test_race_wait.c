// SPDX-License-Identifier: MIT
// Parking and waking, with threads of the test's own: nothing here sleeps to let others go first.
#include <signal.h>

#include "runtime/conc/wait.h"
#include "tests/unit/rt.h"

#define MS UINT64_C(1000000)

typedef struct Gate {
    pthread_mutex_t lock;
    MdhWaitQueue queue;
    uint32_t n_woken;
    MdhWaitResult last;
} Gate;

static const MdhWaitInfo what = {.kind = "gate", .id = 7};

static void *wait_forever(void *arg)
{
    Gate *g = arg;
    MdhThread *t = mdh_thread_new("waiter");
    pthread_mutex_lock(&g->lock);
    MdhWaitResult r = mdh_wait_on(t, &g->queue, &g->lock, OS_NEVER, &what);
    g->last = r;
    g->n_woken += r == MDH_WAIT_WOKEN;
    pthread_mutex_unlock(&g->lock);
    mdh_thread_free(t);
    return NULL;
}

static uint32_t waiting(Gate *g)
{
    uint32_t n = 0;
    pthread_mutex_lock(&g->lock);
    for (const MdhWaitNode *w = g->queue.first; w; w = w->next) n++;
    pthread_mutex_unlock(&g->lock);
    return n;
}

static uint32_t parked(void)
{
    return (uint32_t)__atomic_load_n(&mdh_thread_counts, __ATOMIC_SEQ_CST);
}

static void start(pthread_t *threads, uint32_t n, Gate *g)
{
    rt();
    for (uint32_t i = 0; i < n; i++)
        REQUIRE(pthread_create(&threads[i], NULL, wait_forever, g) == 0);
    while (waiting(g) < n || parked() < n) sched_yield();
}

static uint32_t wake(Gate *g, bool all)
{
    pthread_mutex_lock(&g->lock);
    uint32_t n = all ? mdh_wake_all(&g->queue) : mdh_wake_one(&g->queue) != NULL;
    pthread_mutex_unlock(&g->lock);
    return n;
}

TEST(one_wake_up_wakes_one_thread)
{
    Gate g = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[3];
    start(threads, 3, &g);
    CHECK_EQ(wake(&g, false), 1);
    CHECK_EQ(waiting(&g), 2);
    CHECK_EQ(wake(&g, true), 2);
    CHECK_EQ(wake(&g, true), 0);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    CHECK_EQ(g.n_woken, 3);
    CHECK_EQ(parked(), 0);
}

TEST(a_deadline_ends_a_wait_and_not_before)
{
    Gate g = {.lock = PTHREAD_MUTEX_INITIALIZER};
    uint64_t deadline = os_mono_ns() + 5 * MS;
    pthread_mutex_lock(&g.lock);
    CHECK_EQ(mdh_wait_on(rt(), &g.queue, &g.lock, deadline, &what), MDH_WAIT_TIMED_OUT);
    CHECK(os_mono_ns() >= deadline);
    CHECK(!mdh_has_waiters(&g.queue));
    CHECK_EQ(mdh_wait_on(rt(), &g.queue, &g.lock, 0, &what), MDH_WAIT_TIMED_OUT);
    pthread_mutex_unlock(&g.lock);
}

static void nothing(int signal)
{
    (void)signal;
}

typedef struct Interrupter {
    pthread_t victim;
    bool stop;
} Interrupter;

static void *interrupt(void *arg)
{
    Interrupter *in = arg;
    while (!__atomic_load_n(&in->stop, __ATOMIC_RELAXED)) pthread_kill(in->victim, SIGUSR1);
    return NULL;
}

TEST(signals_end_no_wait_early)
{
    struct sigaction action = {.sa_handler = nothing};
    sigaction(SIGUSR1, &action, NULL);
    Gate g = {.lock = PTHREAD_MUTEX_INITIALIZER};
    Interrupter in = {pthread_self(), false};
    pthread_t thread;
    rt();
    REQUIRE(pthread_create(&thread, NULL, interrupt, &in) == 0);
    uint64_t deadline = os_mono_ns() + 50 * MS;
    pthread_mutex_lock(&g.lock);
    CHECK_EQ(mdh_wait_on(rt(), &g.queue, &g.lock, deadline, &what), MDH_WAIT_TIMED_OUT);
    pthread_mutex_unlock(&g.lock);
    CHECK(os_mono_ns() >= deadline);
    __atomic_store_n(&in.stop, true, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
}

TEST(a_wait_that_nobody_can_end_is_told)
{
    Gate g = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_mutex_lock(&g.lock);
    CHECK_EQ(mdh_wait_on(rt(), &g.queue, &g.lock, OS_NEVER, &what), MDH_WAIT_DEADLOCK);
    pthread_mutex_unlock(&g.lock);
    CHECK_SHOWN(MDH_EXC, "Whit a fankle! Every thread is waitin', and nane can wake anither: "
                         "main waits fer gate 7");
    CHECK_EQ(parked(), 0);
}

TEST(the_last_of_several_to_wait_is_told)
{
    Gate g = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[2];
    start(threads, 2, &g);
    pthread_mutex_lock(&g.lock);
    CHECK_EQ(mdh_wait_on(rt(), &g.queue, &g.lock, OS_NEVER, &what), MDH_WAIT_DEADLOCK);
    pthread_mutex_unlock(&g.lock);
    CHECK_SHOWN(MDH_EXC, "Whit a fankle! Every thread is waitin', and nane can wake anither: "
                         "waiter waits fer gate 7; waiter waits fer gate 7; main waits fer gate 7");
    CHECK_EQ(wake(&g, true), 2);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    CHECK_EQ(g.n_woken, 2);
}

TEST(with_a_hold_nobody_is_alone_or_hopeless)
{
    Gate g = {.lock = PTHREAD_MUTEX_INITIALIZER};
    CHECK(mdh_wait_alone(rt()));
    mdh_wait_hold();
    CHECK(!mdh_wait_alone(rt()));
    pthread_t thread;
    REQUIRE(pthread_create(&thread, NULL, wait_forever, &g) == 0);
    while (waiting(&g) < 1 || parked() < 1) sched_yield();
    CHECK_EQ(wake(&g, true), 1);
    pthread_join(thread, NULL);
    mdh_wait_unhold();
    CHECK(mdh_wait_alone(rt()));
}

// Woken and timed out at the same time: every wake-up that was counted as given arrives.
static void *wake_often(void *arg)
{
    Gate *g = arg;
    uint32_t given = 0;
    for (int i = 0; i < 20000; i++) given += wake(g, false);
    return (void *)(uintptr_t)given;
}

TEST(no_wake_up_is_lost_to_a_deadline)
{
    Gate g = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t thread;
    void *given;
    uint32_t got = 0;
    rt();
    REQUIRE(pthread_create(&thread, NULL, wake_often, &g) == 0);
    pthread_mutex_lock(&g.lock);
    for (int i = 0; i < 2000; i++) {
        uint64_t deadline = os_mono_ns() + 1000 * (uint64_t)(i % 7);
        got += mdh_wait_on(rt(), &g.queue, &g.lock, deadline, &what) == MDH_WAIT_WOKEN;
    }
    pthread_mutex_unlock(&g.lock);
    pthread_join(thread, &given);
    CHECK_EQ(got, (uintptr_t)given);
}

TEST(the_first_of_several_lines_to_wake_counts)
{
    Gate a = {.lock = PTHREAD_MUTEX_INITIALIZER}, b = {.lock = PTHREAD_MUTEX_INITIALIZER};
    MdhWaitNode na = {0}, nb = {0};
    REQUIRE(mdh_wait_prepare(rt()));
    mdh_wait_enqueue(rt(), &a.queue, &na);
    mdh_wait_enqueue_first(rt(), &b.queue, &nb);
    CHECK_EQ(wake(&b, false), 1);
    CHECK_EQ(wake(&a, false), 0); // it is for nobody: who stood there has been woken
    CHECK_EQ(mdh_wait_park(rt(), OS_NEVER, &what), MDH_WAIT_WOKEN);
    mdh_wait_leave(&na);
    mdh_wait_leave(&nb);
    CHECK(nb.was_woken);
    CHECK(!na.was_woken);
}
