// SPDX-License-Identifier: MIT
// Channels between threads. Run under a thread sanitizer these show every race.
#include "runtime/conc/chan.h"

#include <sched.h>

#include "runtime/core/lock.h"
#include "tests/unit/chan_test.h"

enum { MOST = 8 };

typedef struct Worker {
    void (*work)(MdhThread *t, struct Worker *w);
    pthread_t thread;
    int id;
    int64_t got, sum;
    ChanStatus status;
    bool has_begun; // it counts as a thread
} Worker;

static Worker workers[MOST];

static void *in_thread(void *arg)
{
    Worker *w = arg;
    MdhThread *t = mdh_thread_new("worker");
    __atomic_store_n(&w->has_begun, true, __ATOMIC_RELEASE);
    if (t) w->work(t, w);
    mdh_thread_free(t);
    return NULL;
}

static void start(int i, void (*work)(MdhThread *t, Worker *w))
{
    if (!mdh_many_threads) mdh_many_threads = true;
    workers[i] = (Worker){.work = work, .id = i};
    REQUIRE(pthread_create(&workers[i].thread, NULL, in_thread, &workers[i]) == 0);
    while (!__atomic_load_n(&workers[i].has_begun, __ATOMIC_ACQUIRE)) sched_yield();
}

static void join(int i)
{
    pthread_join(workers[i].thread, NULL);
}

static uint32_t waiting(MdhChan *c, const MdhWaitQueue *q)
{
    uint32_t n = 0;
    mdh_lock(&c->native.h);
    for (const MdhWaitNode *node = q->first; node; node = node->next) n++;
    mdh_unlock(&c->native.h);
    return n;
}

static void wait_for_waiters(MdhChan *c, const MdhWaitQueue *q, uint32_t n)
{
    while (waiting(c, q) < n) sched_yield();
}

static void receives_one(MdhThread *t, Worker *w)
{
    MdhValue v;
    w->status = mdh_chan_recv(t, chan(0), &v, OS_NEVER);
    w->got = w->status == CHAN_DONE ? mdh_fixint(v) : -1;
}

static void sends_its_number(MdhThread *t, Worker *w)
{
    w->status = mdh_chan_send(t, chan(0), mdh_fix(w->id), OS_NEVER);
}

TEST(who_waits_longest_receives_first)
{
    MdhChan *c = new_chan(0, 10);
    for (int i = 0; i < MOST; i++) {
        start(i, receives_one);
        wait_for_waiters(c, &c->receivers, (uint32_t)i + 1);
    }
    for (int i = 0; i < MOST; i++) CHECK_EQ(put(c, i), CHAN_DONE);
    for (int i = 0; i < MOST; i++) join(i);
    for (int i = 0; i < MOST; i++) CHECK_EQ(workers[i].got, i);
}

TEST(blocked_senders_keep_their_order)
{
    MdhChan *c = new_chan(0, 1);
    put(c, 100);
    for (int i = 0; i < MOST; i++) {
        start(i, sends_its_number);
        wait_for_waiters(c, &c->senders, (uint32_t)i + 1);
    }
    CHECK_EQ(take(c), 100);
    for (int i = 0; i < MOST; i++) CHECK_EQ(take(c), i);
    for (int i = 0; i < MOST; i++) join(i);
    for (int i = 0; i < MOST; i++) CHECK_EQ(workers[i].status, CHAN_DONE);
}

TEST(closing_wakes_all_who_wait)
{
    MdhChan *c = new_chan(0, 1);
    for (int i = 0; i < 4; i++) start(i, receives_one);
    wait_for_waiters(c, &c->receivers, 4);
    mdh_chan_close(c);
    for (int i = 0; i < 4; i++) join(i);
    for (int i = 0; i < 4; i++) CHECK_EQ(workers[i].status, CHAN_CLOSED);

    c = new_chan(0, 1);
    put(c, 100);
    for (int i = 0; i < 4; i++) start(i, sends_its_number);
    wait_for_waiters(c, &c->senders, 4);
    mdh_chan_close(c);
    for (int i = 0; i < 4; i++) join(i);
    for (int i = 0; i < 4; i++) CHECK_EQ(workers[i].status, CHAN_CLOSED);
    CHECK_EQ(take(c), 100);
    CHECK_EQ(take(c), -2);
}

// Each value once, and those of one sender in order.
enum { EACH = 4000 };
static uint8_t seen[4 * EACH];

static void sends_many(MdhThread *t, Worker *w)
{
    for (int64_t i = 0; i < EACH; i++)
        w->status = mdh_chan_send(t, chan(0), mdh_fix(w->id * EACH + i), OS_NEVER);
}

static void note(Worker *w, int64_t last[4], MdhValue v)
{
    int64_t i = mdh_fixint(v);
    if (i % EACH <= last[i / EACH]) w->status = CHAN_THREW; // out of order
    last[i / EACH] = i % EACH;
    __atomic_add_fetch(&seen[i], 1, __ATOMIC_RELAXED);
    w->got++;
}

static void receives_many(MdhThread *t, Worker *w)
{
    int64_t last[4] = {-1, -1, -1, -1};
    MdhValue v;
    while (mdh_chan_recv(t, chan(0), &v, OS_NEVER) == CHAN_DONE) note(w, last, v);
}

static void selects_many(MdhThread *t, Worker *w)
{
    int64_t last[4] = {-1, -1, -1, -1};
    ChanCase cases[2] = {{chan(1), MDH_ABSENT}, {chan(0), MDH_ABSENT}};
    MdhValue v;
    uint32_t which;
    while (mdh_chan_select(t, cases, 2, OS_NEVER, &which, &v) == CHAN_DONE) note(w, last, v);
}

static void many(uint64_t limit, void (*receive)(MdhThread *t, Worker *w))
{
    memset(seen, 0, sizeof seen);
    new_chan(0, limit);
    new_chan(1, 1); // nothing ever comes here
    for (int i = 0; i < 8; i++) start(i, i < 4 ? sends_many : receive);
    for (int i = 0; i < 4; i++) join(i);
    mdh_chan_close(chan(0));
    for (int i = 4; i < 8; i++) join(i);
    int wrong = 0;
    for (int i = 0; i < 4 * EACH; i++) wrong += seen[i] != 1;
    CHECK_EQ(wrong, 0);
    for (int i = 0; i < 8; i++) CHECK(workers[i].status == CHAN_DONE);
}

TEST(many_threads_one_slot)
{
    many(1, receives_many);
}

TEST(many_threads_a_few_slots)
{
    many(7, receives_many);
}

TEST(many_threads_no_limit)
{
    many(MDH_CHAN_UNBOUNDED, receives_many);
}

TEST(many_threads_select)
{
    many(3, selects_many);
}

// Two threads that both send to and receive from each other by select.
static void exchanges(MdhThread *t, Worker *w)
{
    int64_t sent = 0, got = 0;
    while (sent < EACH || got < EACH) {
        ChanCase cases[2] = {{chan(1 - w->id), MDH_ABSENT}, {chan(w->id), mdh_fix(sent)}};
        MdhValue v;
        uint32_t which;
        w->status = mdh_chan_select(t, cases, sent < EACH ? 2 : 1, OS_NEVER, &which, &v);
        if (w->status != CHAN_DONE) return;
        if (which == 1) sent++;
        else if (mdh_fixint(v) == got) got++;
        else return;
    }
    w->got = got;
}

TEST(two_selects_exchange_values)
{
    new_chan(0, 1);
    new_chan(1, 1);
    for (int i = 0; i < 2; i++) start(i, exchanges);
    for (int i = 0; i < 2; i++) join(i);
    for (int i = 0; i < 2; i++) CHECK_EQ(workers[i].got, EACH);
}

// Deadlines that come while somebody sends: a value is received or stays, never lost.
static void receives_in_a_hurry(MdhThread *t, Worker *w)
{
    MdhValue v;
    ChanStatus status;
    do {
        status = mdh_chan_recv(t, chan(0), &v, os_mono_ns() + 2000);
        if (status == CHAN_DONE) w->got++;
    } while (status != CHAN_CLOSED);
}

TEST(nothing_is_lost_at_a_deadline)
{
    new_chan(0, 2);
    for (int i = 0; i < 2; i++) start(i, receives_in_a_hurry);
    start(2, sends_many);
    join(2);
    mdh_chan_close(chan(0));
    for (int i = 0; i < 2; i++) join(i);
    CHECK_EQ(workers[0].got + workers[1].got, EACH);
}

// The collector finds values in the ring, and those of senders that wait.
static void sends_texts(MdhThread *t, Worker *w)
{
    for (int i = 0; i < 2000; i++) {
        char text[40];
        snprintf(text, sizeof text, "text number %d of many", i);
        w->status = mdh_chan_send(t, chan(0), mdh_str_c(t, text), OS_NEVER);
    }
}

TEST(values_outlive_collections)
{
    int wrong = 0;
    new_chan(0, 4);
    start(0, sends_texts);
    for (int i = 0; i < 2000; i++) {
        MdhValue v;
        char text[40];
        REQUIRE(mdh_chan_recv(rt(), chan(0), &v, OS_NEVER) == CHAN_DONE);
        if (i % 100 == 0) mdh_gc_collect();
        snprintf(text, sizeof text, "text number %d of many", i);
        wrong += !mdh_str_is(v, text);
    }
    join(0);
    CHECK_EQ(wrong, 0);
}
