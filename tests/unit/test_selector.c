// SPDX-License-Identifier: MIT
// Both back ends over pipes and socket pairs: every test runs once with each.
#include "runtime/loop/selector.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/os.h"
#include "tests/unit/harness.h"

#define MS UINT64_C(1000000)

static Selector *opened(const SelectorType *type)
{
    Selector *s = NULL;
    REQUIRE(type->open(&s) == 0);
    REQUIRE(s != NULL);
    return s;
}

static int wait_in(Selector *s, SelEvent *out, uint64_t ms)
{
    s->type->prepare(s);
    return s->type->wait(s, out, ms ? os_mono_ns() + ms * MS : 0);
}

static void put(int fd)
{
    REQUIRE(write(fd, "x", 1) == 1);
}

static void take(int fd)
{
    char c;
    REQUIRE(read(fd, &c, 1) == 1);
}

#define FOR_BOTH(name)                                                                     \
    static void name(const SelectorType *type);                                            \
    TEST(name##_epoll)                                                                     \
    {                                                                                      \
        name(&selector_epoll);                                                             \
    }                                                                                      \
    TEST(name##_poll)                                                                      \
    {                                                                                      \
        name(&selector_poll);                                                              \
    }                                                                                      \
    static void name(const SelectorType *type)

FOR_BOTH(what_is_ready_is_told_until_it_is_not)
{
    Selector *s = opened(type);
    SelEvent events[SEL_BATCH];
    int fds[2];
    REQUIRE(pipe(fds) == 0);
    CHECK_EQ(type->add(s, fds[0], SEL_READ, UINT64_C(7) << 32 | 1), 0);
    CHECK_EQ(wait_in(s, events, 0), 0);
    put(fds[1]);
    for (int i = 0; i < 3; i++) {
        REQUIRE(wait_in(s, events, 1000) == 1);
        CHECK_EQ(events[0].token, UINT64_C(7) << 32 | 1);
        CHECK_EQ(events[0].events, SEL_READ);
    }
    take(fds[0]);
    CHECK_EQ(wait_in(s, events, 0), 0);
    type->close(s);
}

FOR_BOTH(interest_and_token_can_change)
{
    Selector *s = opened(type);
    SelEvent events[SEL_BATCH];
    int fds[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    CHECK_EQ(type->add(s, fds[0], SEL_READ, 1), 0);
    CHECK(type->add(s, fds[0], SEL_READ, 1) != 0);
    CHECK_EQ(wait_in(s, events, 0), 0);
    CHECK_EQ(type->modify(s, fds[0], SEL_READ | SEL_WRITE, 2), 0);
    REQUIRE(wait_in(s, events, 1000) == 1);
    CHECK_EQ(events[0].token, 2);
    CHECK_EQ(events[0].events, SEL_WRITE);
    put(fds[1]);
    REQUIRE(wait_in(s, events, 1000) == 1);
    CHECK_EQ(events[0].events, SEL_READ | SEL_WRITE);
    type->remove(s, fds[0]);
    CHECK_EQ(wait_in(s, events, 0), 0);
    CHECK(type->modify(s, fds[0], SEL_READ, 1) != 0);
    type->remove(s, fds[0]); // twice is harmless
    type->close(s);
}

FOR_BOTH(a_closed_peer_is_a_hang_up)
{
    Selector *s = opened(type);
    SelEvent events[SEL_BATCH];
    int fds[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    CHECK_EQ(type->add(s, fds[0], SEL_READ, 1), 0);
    close(fds[1]);
    REQUIRE(wait_in(s, events, 1000) == 1);
    CHECK_EQ(events[0].events, SEL_READ | SEL_HUP);
    type->close(s);
}

FOR_BOTH(a_half_closed_peer_is_only_readable)
{
    Selector *s = opened(type);
    SelEvent events[SEL_BATCH];
    int fds[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    CHECK_EQ(type->add(s, fds[0], SEL_READ, 1), 0);
    shutdown(fds[1], SHUT_WR);
    REQUIRE(wait_in(s, events, 1000) == 1);
    CHECK_EQ(events[0].events, SEL_READ);
    type->close(s);
}

FOR_BOTH(a_broken_pipe_is_an_error)
{
    Selector *s = opened(type);
    SelEvent events[SEL_BATCH];
    int fds[2];
    REQUIRE(pipe(fds) == 0);
    CHECK_EQ(type->add(s, fds[1], SEL_WRITE, 1), 0);
    close(fds[0]);
    REQUIRE(wait_in(s, events, 1000) == 1);
    CHECK(events[0].events & SEL_ERROR);
    type->close(s);
}

FOR_BOTH(more_than_a_batch_comes_round)
{
    enum { PIPES = 700 };
    Selector *s = opened(type);
    SelEvent events[SEL_BATCH];
    int seen[PIPES] = {0};
    for (int i = 0; i < PIPES; i++) {
        int fds[2];
        REQUIRE(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds) == 0);
        REQUIRE(type->add(s, fds[0], SEL_READ, (uint64_t)i) == 0);
        put(fds[1]); // never read: ready for ever
    }
    for (int round = 0; round < 12; round++) {
        int n = wait_in(s, events, 1000);
        CHECK_EQ(n, SEL_BATCH);
        for (int i = 0; i < n; i++) seen[events[i].token]++;
    }
    for (int i = 0; i < PIPES; i++) CHECK(seen[i] >= 2);
    type->close(s);
}

FOR_BOTH(descriptors_come_and_go_between_waits)
{
    enum { PAIRS = 100 };
    Selector *s = opened(type);
    SelEvent events[SEL_BATCH];
    int fds[PAIRS][2];
    for (int i = 0; i < PAIRS; i++)
        REQUIRE(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds[i]) == 0);
    for (int i = 0; i < PAIRS; i++)
        REQUIRE(type->add(s, fds[i][0], SEL_READ, (uint64_t)i) == 0);
    for (int i = 0; i < PAIRS; i++) {
        put(fds[i][1]);
        REQUIRE(wait_in(s, events, 1000) == 1);
        CHECK_EQ(events[0].token, i);
        if (i % 2) take(fds[i][0]);
        else type->remove(s, fds[i][0]);
    }
    CHECK_EQ(wait_in(s, events, 0), 0);
    type->close(s);
}

// Waking ---------------------------------------------------------------------------------------

static void *waits_long(void *arg)
{
    Selector *s = arg;
    SelEvent events[SEL_BATCH];
    int n = s->type->wait(s, events, os_mono_ns() + 60000 * MS);
    return n == 0 ? s : NULL;
}

FOR_BOTH(another_thread_wakes_the_waiter)
{
    Selector *s = opened(type);
    pthread_t thread;
    void *result = NULL;
    s->type->prepare(s);
    REQUIRE(pthread_create(&thread, NULL, waits_long, s) == 0);
    type->wake(s);
    pthread_join(thread, &result);
    CHECK(result == s);
    type->close(s);
}

FOR_BOTH(a_wake_before_the_wait_ends_it_once)
{
    Selector *s = opened(type);
    SelEvent events[SEL_BATCH];
    type->wake(s);
    type->wake(s);
    CHECK_EQ(wait_in(s, events, 60000), 0);
    uint64_t before = os_mono_ns();
    CHECK_EQ(wait_in(s, events, 5), 0);
    CHECK(os_mono_ns() - before >= 5 * MS);
    type->close(s);
}

// Descriptors added while another thread waits, in its copy or not, harm nobody.
FOR_BOTH(the_set_may_change_under_a_waiter)
{
    Selector *s = opened(type);
    pthread_t thread;
    void *result = NULL;
    s->type->prepare(s);
    REQUIRE(pthread_create(&thread, NULL, waits_long, s) == 0);
    int fds[2];
    REQUIRE(pipe(fds) == 0);
    for (int i = 0; i < 200; i++) {
        int copy = dup(fds[0]);
        REQUIRE(copy >= 0);
        CHECK_EQ(type->add(s, copy, SEL_READ, (uint64_t)i), 0);
        if (i % 3 == 0) type->remove(s, copy);
    }
    type->wake(s);
    pthread_join(thread, &result);
    CHECK(result == s);
    type->close(s);
}

// Deadlines and signals ------------------------------------------------------------------------

static void nothing(int sig)
{
    (void)sig;
}

static bool done_signalling;

static void *signals_often(void *arg)
{
    pthread_t target = *(pthread_t *)arg;
    while (!__atomic_load_n(&done_signalling, __ATOMIC_ACQUIRE)) {
        pthread_kill(target, SIGUSR1);
        os_sleep_until_ns(os_mono_ns() + MS / 2);
    }
    return NULL;
}

FOR_BOTH(signals_do_not_cut_a_wait_short)
{
    Selector *s = opened(type);
    SelEvent events[SEL_BATCH];
    struct sigaction act = {.sa_handler = nothing};
    pthread_t thread, here = pthread_self();
    sigaction(SIGUSR1, &act, NULL);
    REQUIRE(pthread_create(&thread, NULL, signals_often, &here) == 0);
    uint64_t deadline = os_mono_ns() + 50 * MS;
    s->type->prepare(s);
    CHECK_EQ(type->wait(s, events, deadline), 0);
    CHECK(os_mono_ns() >= deadline);
    __atomic_store_n(&done_signalling, true, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    type->close(s);
}

FOR_BOTH(opening_and_adding_survive_want_of_memory)
{
    int fds[2];
    REQUIRE(pipe(fds) == 0);
    for (long k = 0; k < 20; k++) {
        Selector *s = NULL;
        test_fail_alloc_after(k);
        int err = type->open(&s);
        if (!err) err = type->add(s, fds[0], SEL_READ, 1);
        bool refused = test_alloc_failed();
        test_fail_alloc_after(-1);
        CHECK_EQ(err, refused ? ENOMEM : 0);
        if (s) type->close(s);
        if (!refused) return;
    }
}

TEST(selectors_have_names)
{
    CHECK(selector_find("epoll", 5) == &selector_epoll);
    CHECK(selector_find("poll", 4) == &selector_poll);
    CHECK(selector_find("kqueue", 6) == NULL);
    setenv("MDH_SELECTOR", "poll", 1);
    CHECK(selector_default() == &selector_poll);
    setenv("MDH_SELECTOR", "nonsense", 1);
    CHECK(selector_default() == &selector_epoll);
    unsetenv("MDH_SELECTOR");
    CHECK(selector_default() == &selector_epoll);
}
