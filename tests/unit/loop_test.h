// SPDX-License-Identifier: MIT
// What tests of the event loop share: one loop over a selector, callbacks in C that count what
// they are told, sockets whose other end is a bare descriptor. Each test runs once with epoll
// and once with poll.
#ifndef MDH_TESTS_UNIT_LOOP_TEST_H
#define MDH_TESTS_UNIT_LOOP_TEST_H

#include "runtime/loop/loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/os.h"
#include "runtime/core/lock.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/net/socket.h"
#include "tests/unit/rt.h"

#define MS    UINT64_C(1000000)
#define LIMIT UINT64_C(8000000000) // of a test that waits for what must come

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

// A loop ---------------------------------------------------------------------------------------

// What tests keep in static variables, as a root of the collector.
enum { CHURN = 300 };
static struct {
    MdhValue loop, victim, posted, report, churned[CHURN];
} kept;
#define loop_handle kept.loop
#define victim      kept.victim
#define posted_fn   kept.posted
#define last_report kept.report
#define churned     kept.churned

static MdhLoop *loop;

static inline void open_loop(const SelectorType *type)
{
    MdhLoopOptions o = {type, 100, OS_NEVER};
    rt();
    mdh_gc_add_root(&kept, &kept + 1);
    REQUIRE(mdh_loop_open(rt(), &loop, &o) == 0);
    loop_handle = mdh_loop_handle_own(rt(), loop);
    REQUIRE(!mdh_is_exc(loop_handle));
}

static inline void close_loop(void)
{
    mdh_loop_shut(loop);
    CHECK(mdh_handle_close(rt(), loop_handle, &mdh_loop_type));
}

static inline void run(void)
{
    CHECK(!mdh_is_exc(mdh_loop_run(rt(), loop, OS_NEVER)));
}

static inline MdhValue poll_for(uint64_t ms)
{
    MdhValue list = mdh_loop_poll(rt(), loop, os_mono_ns() + ms * MS);
    REQUIRE(mdh_is_list(list));
    return list;
}

static inline MdhValue event_at(MdhValue list, uint64_t i)
{
    MdhValue event = mdh_list_get(rt(), list, i);
    REQUIRE(mdh_is_dict(event));
    return event;
}

static inline bool is_kind(MdhValue event, const char *kind)
{
    return mdh_str_is(mdh_dict_get_c(event, "kind"), kind);
}

static inline double number(MdhValue event, const char *key)
{
    MdhValue v = mdh_dict_get_c(event, key);
    REQUIRE(mdh_is_number(v));
    return mdh_number_as_double(v);
}

// Callbacks ------------------------------------------------------------------------------------

static const MdhFnInfo info = {
    .name = "callback", .file = "x.braw", .line = 3, .nparams = 1, .nrequired = 1};

static int calls, read_calls, write_calls, error_calls, hup_calls, timer_calls;

static inline MdhValue counts(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)t, (void)fn;
    CHECK_EQ(argc, 1);
    calls++;
    read_calls += is_kind(argv[0], "read");
    write_calls += is_kind(argv[0], "write");
    error_calls += is_kind(argv[0], "error");
    hup_calls += is_kind(argv[0], "hup");
    timer_calls += is_kind(argv[0], "timer");
    return MDH_NAETHING;
}

static inline MdhValue stops(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    mdh_loop_stop(loop);
    return MDH_NAETHING;
}

static inline MdhValue fn_of(MdhEntry entry)
{
    return rt_fn(&info, entry);
}

// Whatever a test waits for has not come: end it.
static inline void stop_at_the_limit(void)
{
    mdh_loop_timer_start(loop, (double)LIMIT / 1e6, 0, fn_of(stops));
}

// Sockets --------------------------------------------------------------------------------------

static inline MdhValue sock_of_fd(int fd, int type)
{
    Socket *s;
    REQUIRE(fd >= 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    REQUIRE(socket_adopt_own(&s, fd, AF_INET, type) == 0);
    MdhValue v = mdh_handle_open_own(rt(), &mdh_socket_type, s);
    REQUIRE(!mdh_is_exc(v));
    return v;
}

// Two connected sockets; the other end stays a bare descriptor.
static inline MdhValue pair(int type, int *other)
{
    int fds[2];
    REQUIRE(socketpair(AF_UNIX, type, 0, fds) == 0);
    *other = fds[1];
    return sock_of_fd(fds[0], type);
}

static inline void close_sock(MdhValue sock)
{
    Socket *s = mdh_socket_pin(rt(), sock);
    REQUIRE(s);
    socket_shut(s);
    CHECK(mdh_handle_close(rt(), sock, &mdh_socket_type));
    mdh_handle_unpin(sock);
}

static inline int fd_of(MdhValue sock)
{
    Socket *s = mdh_socket_pin(rt(), sock);
    REQUIRE(s);
    mdh_handle_unpin(sock);
    return s->fd;
}

static inline void put(int fd)
{
    REQUIRE(write(fd, "x", 1) == 1);
}

static inline void drain(MdhValue sock)
{
    char c[16];
    while (read(fd_of(sock), c, sizeof c) > 0) {}
}

static inline void watch(MdhValue sock, uint32_t direction, MdhValue fn)
{
    REQUIRE(mdh_loop_watch(rt(), loop, sock, direction, fn));
}

static inline bool unwatch(MdhValue sock)
{
    bool was = false;
    REQUIRE(mdh_loop_unwatch(rt(), loop, sock, &was));
    return was;
}

#endif
