// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "runtime/net/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/net/sockopt.h"
#include "runtime/net/tcp.h"
#include "runtime/net/udp.h"
#include "tests/unit/call_builtin.h"

static Socket *opened(int type, NetFamily family)
{
    Socket *s = NULL;
    REQUIRE(mdh_runtime_init());
    REQUIRE(socket_open(&s, type, family) == 0);
    return s;
}

static uint16_t bound(Socket *s)
{
    NetAddr a;
    net_addr_parse(&a, SLICE_LIT("127.0.0.1"), 0);
    REQUIRE(net_addr_fit(&a, &a, s->family));
    REQUIRE(bind(s->fd, &a.sa, net_addr_len(&a)) == 0);
    REQUIRE(socket_local(s, &a) == 0);
    return net_addr_port(&a);
}

static NetAddrs local_at(uint16_t port)
{
    NetAddrs addrs = {.n = 1};
    net_addr_parse(&addrs.items[0], SLICE_LIT("127.0.0.1"), port);
    return addrs;
}

static MdhValue field(MdhValue result, const char *key)
{
    REQUIRE(mdh_is_dict(result));
    return mdh_dict_get_c(result, key);
}

static bool is_ok(MdhValue result)
{
    return field(result, "ok").bits == MDH_AYE.bits;
}

// The kind of a failure, or "ok".
static const char *kind_of(MdhValue result)
{
    static char out[64];
    if (is_ok(result)) return "ok";
    Slice s = mdh_str_slice(field(result, "kind"));
    snprintf(out, sizeof out, "%.*s", SLICE_ARG(s));
    return out;
}

// Hooks ----------------------------------------------------------------------------------------

typedef struct Watch {
    SocketHook hook;
    int closed;
    bool fd_was_open;
} Watch;

static void on_close(SocketHook *hook, Socket *s)
{
    Watch *w = (Watch *)hook;
    w->closed++;
    w->fd_was_open = fcntl(s->fd, F_GETFD) >= 0;
}

TEST(closing_tells_whoever_watches_while_the_descriptor_is_open)
{
    Socket *s = opened(SOCK_DGRAM, NET_ANY);
    Watch a = {.hook = {.on_close = on_close}}, b = a, c = a, late = a;
    CHECK(socket_hook_add(s, &a.hook));
    CHECK(socket_hook_add(s, &b.hook));
    CHECK(socket_hook_add(s, &c.hook));
    socket_hook_remove(s, &b.hook);
    socket_hook_remove(s, &b.hook);
    socket_shut(s);
    CHECK_EQ(a.closed, 1);
    CHECK(a.fd_was_open);
    CHECK_EQ(b.closed, 0);
    CHECK_EQ(c.closed, 1);
    CHECK(!socket_hook_add(s, &late.hook));
    socket_hook_remove(s, &late.hook);
    socket_shut(s);
    CHECK_EQ(a.closed, 1);
    socket_free(s);
    CHECK_EQ(late.closed, 0);
}

TEST(a_closed_handle_tells_too)
{
    MdhThread *t = the_thread();
    Socket *s = opened(SOCK_DGRAM, NET_ANY);
    Watch a = {.hook = {.on_close = on_close}};
    MdhValue h = mdh_handle_open_own(t, &mdh_socket_type, s);
    socket_hook_add(s, &a.hook);
    CHECK(is_ok(CALL("socket_close", h)));
    CHECK_EQ(a.closed, 1);
    CHECK_EQ(mdh_handle_count(), 0u);
}

TEST(sockets_are_not_inherited)
{
    Socket *s = opened(SOCK_STREAM, NET_ANY), *got;
    NetAddr peer;
    CHECK(fcntl(s->fd, F_GETFD) & FD_CLOEXEC);
    CHECK(fcntl(s->fd, F_GETFL) & O_NONBLOCK);
    NetAddrs to = local_at(bound(s));
    REQUIRE(listen(s->fd, 5) == 0);
    Socket *c = opened(SOCK_STREAM, NET_IPV4);
    CHECK_EQ(socket_connect_any(c, &to, OS_NEVER), 0);
    CHECK_EQ(tcp_accept(s, &got, &peer, OS_NEVER), 0);
    CHECK(fcntl(got->fd, F_GETFD) & FD_CLOEXEC);
    CHECK(fcntl(got->fd, F_GETFL) & O_NONBLOCK);
    socket_free(got);
    socket_free(c);
    socket_free(s);
}

// Waiting --------------------------------------------------------------------------------------

static void *wait_for_input(void *arg)
{
    Socket *s = arg;
    return (void *)(intptr_t)socket_wait(s, POLLIN, OS_NEVER);
}

static void check_wakes(Socket *s)
{
    pthread_t thread;
    void *got;
    REQUIRE(pthread_create(&thread, NULL, wait_for_input, s) == 0);
    while (!__atomic_load_n(&s->waiters, __ATOMIC_SEQ_CST)) sched_yield();
    socket_shut(s);
    pthread_join(thread, &got);
    CHECK_EQ((intptr_t)got, ECANCELED);
    CHECK_EQ(socket_wait(s, POLLIN, OS_NEVER), ECANCELED);
    socket_free(s);
}

TEST(closing_wakes_who_waits)
{
    for (int i = 0; i < 50; i++) {
        check_wakes(opened(SOCK_DGRAM, NET_ANY));
        Socket *bound_one = opened(SOCK_DGRAM, NET_ANY);
        bound(bound_one);
        check_wakes(bound_one);
        Socket *listener = opened(SOCK_STREAM, NET_ANY);
        bound(listener);
        REQUIRE(listen(listener->fd, 5) == 0);
        check_wakes(listener);
    }
}

static int n_alarms;

static void on_alarm(int sig)
{
    (void)sig;
    n_alarms++;
}

// A collection interrupts the waits of other threads: no wait may end early or start afresh.
TEST(signals_neither_shorten_nor_lengthen_a_wait)
{
    Socket *s = opened(SOCK_DGRAM, NET_ANY);
    struct sigaction act = {.sa_handler = on_alarm};
    struct itimerval every = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
    sigaction(SIGALRM, &act, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
    uint64_t start = os_mono_ns(), deadline = socket_deadline_in(60);
    CHECK_EQ(socket_wait(s, POLLIN, deadline), ETIMEDOUT);
    uint64_t took = os_mono_ns() - start;
    setitimer(ITIMER_REAL, &never, NULL);
    CHECK(n_alarms > 5);
    CHECK(took >= 60000000u);
    CHECK(took < 5000000000u); // not restarted with each signal
    CHECK_EQ(socket_wait(s, POLLIN, 0), EAGAIN);
    socket_free(s);
}

TEST(deadlines_do_not_overflow)
{
    Socket s = {.timeout_ms = -1};
    CHECK(socket_deadline(&s) == OS_NEVER);
    CHECK(socket_deadline_in(INT64_MAX) == OS_NEVER);
    CHECK(socket_deadline_in(-1) == OS_NEVER);
    s.timeout_ms = INT64_MAX;
    CHECK(socket_deadline(&s) == OS_NEVER);
    s.timeout_ms = 5;
    CHECK(socket_deadline(&s) > os_mono_ns());
    s.nonblocking = true;
    CHECK_EQ(socket_deadline(&s), 0);
}

// The limit of descriptors ---------------------------------------------------------------------

// At most n from now on; 0 lifts the limit again (what looks for leaks at exit needs some).
static void limit_descriptors(rlim_t n)
{
    struct rlimit limit;
    REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = n ? n : limit.rlim_max;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

TEST(at_the_limit_of_descriptors_opening_is_a_result)
{
    MdhValue kept[64], last = MDH_NAETHING;
    int n = 0;
    the_thread();
    limit_descriptors(40);
    for (; n < 64; n++) {
        last = CALL("socket_udp", S("any"));
        if (!is_ok(last)) break;
        kept[n] = field(last, "value");
    }
    REQUIRE(n > 10 && n < 40);
    CHECK_STR(kind_of(last), "too_many_open");
    CHECK_EQ(mdh_int_of(field(last, "code")), EMFILE);
    CHECK_STR(kind_of(CALL("socket_tcp", S("any"))), "too_many_open");
    CHECK(is_ok(CALL("socket_close", kept[0])));
    CHECK(is_ok(CALL("socket_tcp", S("any"))));
    limit_descriptors(0);
}

static MdhValue client_of(uint16_t port)
{
    MdhValue c = field(CALL("socket_tcp", S("ipv4")), "value");
    CHECK(is_ok(CALL("socket_connect", c, S("127.0.0.1"), I(port), I(5000))));
    CHECK(is_ok(CALL("socket_set_timeout", c, I(5000))));
    return c;
}

TEST(at_the_limit_a_server_turns_one_away_and_goes_on)
{
    MdhValue l = field(CALL("socket_tcp", S("ipv4")), "value"), fill[64];
    CHECK(is_ok(CALL("socket_bind", l, S("127.0.0.1"), I(0))));
    CHECK(is_ok(CALL("socket_listen", l, I(10))));
    CHECK(is_ok(CALL("socket_set_timeout", l, I(5000))));
    MdhValue at = field(CALL("socket_local_addr", l), "value");
    NetAddr a;
    mdh_address_get(at, &a);
    MdhValue before = client_of(net_addr_port(&a));
    CHECK(is_ok(CALL("socket_accept", l))); // the spare descriptor is in place now
    MdhValue unlucky = client_of(net_addr_port(&a));
    MdhValue next = client_of(net_addr_port(&a));
    int n = 0;
    limit_descriptors(48);
    for (; n < 64; n++) {
        MdhValue r = CALL("socket_udp", S("any"));
        if (!is_ok(r)) break;
        fill[n] = field(r, "value");
    }
    REQUIRE(n > 0 && n < 64);
    CHECK_STR(kind_of(CALL("socket_accept", l)), "too_many_open");
    CHECK(field(CALL("tcp_recv", unlucky, I(10)), "eof").bits == MDH_AYE.bits);
    CHECK(is_ok(CALL("socket_close", fill[0])));
    MdhValue got = CALL("socket_accept", l);
    REQUIRE(is_ok(got));
    MdhValue sock = field(field(got, "value"), "sock");
    CHECK(is_ok(CALL("tcp_send", next, mdh_bytes_from(the_thread(), "x", 1))));
    CHECK(is_ok(CALL("tcp_recv", sock, I(10))));
    CHECK(is_ok(CALL("socket_close", before)));
    limit_descriptors(0);
}

static MDH_NOINLINE void lose_sockets(int n)
{
    for (int i = 0; i < n; i++) CALL("socket_udp", S("any"));
}

TEST(lost_sockets_make_room_at_the_limit)
{
    MdhGcStats stats;
    the_thread();
    limit_descriptors(60);
    lose_sockets(60);
    limit_descriptors(0);
    mdh_gc_stats(&stats);
    if (stats.collections == 0) return; // the plain collector loses nothing
    CHECK(mdh_handle_count() < 40);
}

// Results --------------------------------------------------------------------------------------

static MdhValue sample(const MdhParam *p)
{
    MdhThread *t = the_thread();
    MdhValue s;
    if (strcmp(p->name, "sock") == 0) {
        s = field(CALL("socket_udp", S("ipv4")), "value");
        CALL("socket_set_nonblocking", s, MDH_AYE);
        return s;
    }
    if (strcmp(p->name, "how") == 0) return S("both");
    if (strcmp(p->name, "family") == 0) return S("any");
    if (strcmp(p->name, "addr") == 0) return MDH_NAETHING;
    if (strcmp(p->name, "local") == 0) return MDH_NAETHING;
    if (p->types & 1u << MDH_TAG_BYTES) return mdh_bytes_from(t, "x", 1);
    if (p->types == 1u << MDH_TAG_LIST) return mdh_list_new(t, 0);
    if (p->types & 1u << MDH_TAG_INTEGER) return I(7);
    return S("127.0.0.1");
}

// A row that says RESULT gives a dict of the right shape, whether it went well or not.
TEST(every_fallible_row_gives_a_result_dict)
{
    MdhThread *t = the_thread();
    int n = 0;
    for (uint32_t i = 0; i < MDH_B_COUNT; i++) {
        const MdhBuiltin *row = &mdh_builtins[i];
        if (strcmp(mdh_builtin_module(row)->name, "socket") != 0) continue;
        MdhValue window[MDH_MAX_PARAMS + 1] = {MDH_NAETHING};
        int argc = 0;
        for (const MdhParam *p = row->params; p->name; p++) window[++argc] = sample(p);
        MdhValue v = mdh_builtin_call(t, row, argc, window);
        if (mdh_is_exc(v)) {
            CHECK_STR(row->name, ""); // threw
            mdh_take_error(t);
            continue;
        }
        bool fine = is_ok(v)
                        ? !mdh_is_absent(field(v, "value"))
                        : mdh_is_str(field(v, "error")) && mdh_is_int(field(v, "code")) &&
                              mdh_is_str(field(v, "kind"));
        if (!fine || strncmp(row->ret, "RESULT(", 7) != 0) CHECK_STR(row->name, "");
        n++;
    }
    CHECK(n > 35);
}

// Memory ---------------------------------------------------------------------------------------

static MdhValue talk(MdhValue a, MdhValue b)
{
    MdhThread *t = the_thread();
    MdhValue to = CALL("socket_local_addr", a);
    if (mdh_is_exc(to)) return to;
    MdhValue octets = mdh_bytes_from(t, "hello", 5);
    if (mdh_is_exc(octets)) return octets;
    MdhValue sent = CALL("udp_send_addr", b, octets, field(to, "value"));
    if (mdh_is_exc(sent)) return sent;
    MdhValue got = CALL("udp_recv_many", a);
    if (mdh_is_exc(got)) return got;
    if (!is_ok(got)) return got;
    return CALL("udp_send_many", a, field(got, "value"));
}

TEST(any_allocation_of_a_receive_may_fail)
{
    MdhValue a = field(CALL("socket_udp", S("ipv4")), "value");
    MdhValue b = field(CALL("socket_udp", S("ipv4")), "value");
    CALL("socket_bind", a, S("127.0.0.1"), I(0));
    CALL("socket_set_nonblocking", a, MDH_AYE);
    bool pending = true;
    for (uint64_t k = 1; k < 500 && pending; k++) {
        mdh_gc_fail_after(k);
        MdhValue v = talk(a, b);
        pending = !mdh_gc_fail_pending() && k < 499;
        mdh_gc_fail_after(0);
        if (mdh_is_exc(v)) mdh_take_error(the_thread());
        else if (mdh_is_dict(v) && is_ok(v)) pending = false;
        CALL("udp_recv_many", a); // what a failed turn left behind
        CALL("udp_recv_many", a);
    }
    CHECK(!pending);
    CHECK_EQ(mdh_handle_count(), 2u);
}

// Batches --------------------------------------------------------------------------------------

TEST(a_batch_says_all_about_each_datagram)
{
    Socket *a = opened(SOCK_DGRAM, NET_ANY), *b = opened(SOCK_DGRAM, NET_IPV4);
    NetAddr to;
    uint16_t port = bound(a), from = bound(b);
    net_addr_parse(&to, SLICE_LIT("127.0.0.1"), port);
    static char big[5000];
    memset(big, 'b', sizeof big);
    UdpOut outs[3] = {{.data = SLICE_LIT("one"), .to = to, .has_to = true},
                      {.data = {big, sizeof big}, .to = to, .has_to = true},
                      {.data = SLICE_NONE, .to = to, .has_to = true}};
    unsigned n;
    CHECK_EQ(udp_send(b, outs, 3, OS_NEVER, &n), 0);
    CHECK_EQ(n, 3);
    UdpBatch *batch = udp_batch_take();
    REQUIRE(batch);
    REQUIRE(udp_recv(a, batch, UDP_BATCH, 4000, OS_NEVER, &n) == 0);
    REQUIRE(n == 3);
    UdpPacket p[3];
    for (unsigned i = 0; i < 3; i++) udp_packet(batch, i, &p[i]);
    CHECK(slice_eq_cstr(p[0].head, "one"));
    CHECK_EQ(p[1].head.len + p[1].tail.len, 4000);
    CHECK_EQ(p[1].length, 5000);
    CHECK(p[1].truncated);
    CHECK(!p[0].truncated && !p[2].truncated);
    CHECK_EQ(p[2].head.len, 0);
    for (unsigned i = 0; i < 3; i++) {
        CHECK(p[i].has_local);
        CHECK_EQ(net_addr_port(&p[i].local), port);
        CHECK_EQ(net_addr_ipv4(&p[i].local), 0x7f000001);
        CHECK_EQ(net_addr_port(&p[i].peer), from);
        CHECK(p[i].timestamp_ns > 0);
    }
    udp_batch_give(batch);
    socket_free(a);
    socket_free(b);
}

// Many threads take and give the rooms for receiving.
static void *take_and_give(void *arg)
{
    (void)arg;
    MdhThread *t = mdh_thread_new("taker"); // rooms are the collector's memory
    for (int i = 0; t && i < 2000; i++) {
        UdpBatch *b = udp_batch_take();
        void *room = tcp_room_take();
        if (b) udp_batch_give(b);
        if (room) tcp_room_give(room);
    }
    mdh_thread_free(t);
    return NULL;
}

TEST(rooms_are_shared_by_threads)
{
    pthread_t threads[4];
    REQUIRE(mdh_runtime_init());
    REQUIRE(mdh_thread_new("main"));
    for (int i = 0; i < 4; i++)
        REQUIRE(pthread_create(&threads[i], NULL, take_and_give, NULL) == 0);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
}
