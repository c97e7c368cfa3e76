// SPDX-License-Identifier: MIT
// Watched sockets: what is told of them, when, and when not.
#include "runtime/loop/loop.h"

#include "tests/unit/loop_test.h"

// Sockets --------------------------------------------------------------------------------

FOR_BOTH(a_datagram_is_a_read_event_until_it_is_read)
{
    int other;
    open_loop(type);
    MdhValue sock = pair(SOCK_DGRAM, &other), fn = fn_of(counts);
    watch(sock, SEL_READ, fn);
    CHECK_EQ(mdh_list_len(poll_for(0)), 0);
    put(other);
    for (int i = 0; i < 3; i++) {
        MdhValue list = poll_for(1000);
        CHECK_EQ(mdh_list_len(list), 1);
        MdhValue event = event_at(list, 0);
        CHECK(is_kind(event, "read"));
        CHECK(mdh_same(mdh_dict_get_c(event, "sock"), sock));
        CHECK(mdh_same(mdh_dict_get_c(event, "callback"), fn));
        CHECK(mdh_same(mdh_dict_get_c(event, "readable"), MDH_AYE));
        CHECK(mdh_same(mdh_dict_get_c(event, "writable"), MDH_NAE));
        CHECK(number(event, "now") > 0);
    }
    drain(sock);
    CHECK_EQ(mdh_list_len(poll_for(0)), 0);
    CHECK(unwatch(sock));
    CHECK(!unwatch(sock));
    put(other);
    CHECK_EQ(mdh_list_len(poll_for(0)), 0);
    close_loop();
}

FOR_BOTH(reading_comes_before_writing_in_order_of_registration)
{
    int other[2];
    open_loop(type);
    MdhValue a = pair(SOCK_DGRAM, &other[0]), b = pair(SOCK_DGRAM, &other[1]);
    watch(b, SEL_WRITE, fn_of(counts));
    watch(b, SEL_READ, fn_of(counts));
    watch(a, SEL_READ, fn_of(counts));
    put(other[0]);
    put(other[1]);
    MdhValue list = poll_for(1000);
    CHECK_EQ(mdh_list_len(list), 3);
    CHECK(is_kind(event_at(list, 0), "read"));
    CHECK(is_kind(event_at(list, 1), "write"));
    CHECK(mdh_same(mdh_dict_get_c(event_at(list, 0), "sock"), b));
    CHECK(mdh_same(mdh_dict_get_c(event_at(list, 2), "sock"), a));
    // naething takes a direction out; both, the watch
    watch(b, SEL_WRITE, MDH_NAETHING);
    CHECK_EQ(mdh_list_len(poll_for(1000)), 2);
    watch(b, SEL_READ, MDH_NAETHING);
    CHECK_EQ(mdh_list_len(poll_for(1000)), 1);
    CHECK_EQ(mdh_loop_watches(loop), 1);
    CHECK(!unwatch(b));
    close_loop();
}

static MdhValue closes_the_victim(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    close_sock(victim);
    mdh_loop_stop(loop);
    return MDH_NAETHING;
}

FOR_BOTH(a_socket_closed_in_a_callback_gets_no_event)
{
    int other[2];
    open_loop(type);
    MdhValue a = pair(SOCK_DGRAM, &other[0]);
    victim = pair(SOCK_DGRAM, &other[1]);
    watch(a, SEL_READ, fn_of(closes_the_victim));
    watch(victim, SEL_READ, fn_of(counts));
    watch(victim, SEL_WRITE, fn_of(counts));
    put(other[0]);
    put(other[1]);
    run();
    CHECK_EQ(calls, 1);
    CHECK_EQ(mdh_loop_watches(loop), 1);
    close_loop();
}

FOR_BOTH(a_socket_may_close_itself)
{
    int other;
    open_loop(type);
    victim = pair(SOCK_DGRAM, &other);
    watch(victim, SEL_READ, fn_of(closes_the_victim));
    watch(victim, SEL_WRITE, fn_of(counts));
    put(other);
    run();
    CHECK_EQ(calls, 1);
    CHECK_EQ(mdh_loop_watches(loop), 0);
    close_loop();
}

static MdhValue unwatches_the_victim(MdhThread *t, MdhFn *fn, int argc,
                                     const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    CHECK(unwatch(victim));
    return MDH_NAETHING;
}

FOR_BOTH(a_socket_unwatched_in_a_callback_gets_no_event)
{
    int other[2];
    open_loop(type);
    MdhValue a = pair(SOCK_DGRAM, &other[0]);
    victim = pair(SOCK_DGRAM, &other[1]);
    watch(a, SEL_READ, fn_of(unwatches_the_victim));
    watch(victim, SEL_READ, fn_of(counts));
    put(other[0]);
    put(other[1]);
    mdh_loop_timer_start(loop, 0, 0, fn_of(stops)); // comes after both
    run();
    CHECK_EQ(read_calls, 1);
    close_loop();
}

// The defect that all loops on bare numbers have: the old socket's callback called for the new.
FOR_BOTH(a_descriptor_that_comes_back_is_another_socket)
{
    int other;
    open_loop(type);
    MdhValue old = pair(SOCK_DGRAM, &other);
    int fd = fd_of(old);
    watch(old, SEL_READ, fn_of(counts));
    close_sock(old);
    close(other);
    CHECK(fcntl(fd, F_GETFD) < 0); // really closed, though it was watched
    MdhValue sock = pair(SOCK_DGRAM, &other);
    CHECK_EQ(fd_of(sock), fd);
    put(other);
    CHECK_EQ(mdh_list_len(poll_for(0)), 0);
    MdhValue fn = fn_of(counts);
    watch(sock, SEL_READ, fn);
    MdhValue list = poll_for(1000);
    CHECK_EQ(mdh_list_len(list), 1);
    CHECK(mdh_same(mdh_dict_get_c(event_at(list, 0), "callback"), fn));
    close_loop();
}

FOR_BOTH(a_closed_or_foreign_socket_throws)
{
    int other;
    bool was;
    open_loop(type);
    MdhValue sock = pair(SOCK_DGRAM, &other);
    close_sock(sock);
    CHECK(!mdh_loop_watch(rt(), loop, sock, SEL_READ, fn_of(counts)));
    CHECK_SHOWN(MDH_EXC, "Jings! Something went awfy wrang: Unknown socket handle");
    CHECK(!mdh_loop_unwatch(rt(), loop, mdh_fix(3), &was));
    CHECK_SHOWN(MDH_EXC, "Jings! Something went awfy wrang: Unknown socket handle");
    close_loop();
}

static MdhValue reads_to_the_end(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    char c;
    counts(t, fn, argc, argv);
    MdhValue sock = mdh_dict_get_c(argv[0], "sock");
    if (is_kind(argv[0], "read") && read(fd_of(sock), &c, 1) == 0) close_sock(sock);
    return MDH_NAETHING;
}

FOR_BOTH(a_half_closed_stream_is_readable_to_its_end)
{
    int other;
    open_loop(type);
    MdhValue sock = pair(SOCK_STREAM, &other);
    watch(sock, SEL_READ, fn_of(reads_to_the_end));
    put(other);
    shutdown(other, SHUT_WR);
    run(); // ends when the socket is closed: nothing is left
    CHECK_EQ(read_calls, 2);
    CHECK_EQ(hup_calls, 0);
    close_loop();
}

// Trouble that lasts -----------------------------------------------------------------------------

// Counts the waits of a selector. Its own type stays the one that it was opened by.
static const SelectorType *counted_type;
static SelectorType counting;
static int waits;

static int counted_wait(Selector *s, SelEvent *out, uint64_t deadline_ns)
{
    waits++;
    return counted_type->wait(s, out, deadline_ns);
}

static int counted_open(Selector **out)
{
    int err = counted_type->open(out);
    if (!err) (*out)->type = &counting;
    return err;
}

static void open_counting_loop(const SelectorType *type)
{
    counted_type = type;
    counting = *type;
    counting.open = counted_open;
    counting.wait = counted_wait;
    open_loop(&counting);
}

FOR_BOTH(a_hang_up_is_told_once_and_does_not_spin)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0); // never connected: always hung up
    open_counting_loop(type);
    MdhValue sock = sock_of_fd(fd, SOCK_STREAM);
    watch(sock, SEL_READ, fn_of(counts));
    mdh_loop_timer_start(loop, 250, 0, fn_of(stops));
    run();
    CHECK(waits < 30);
    CHECK_EQ(hup_calls, 1);
    CHECK_EQ(read_calls, 0);
    watch(sock, SEL_READ, fn_of(counts)); // who asks again is told again
    mdh_loop_reset(loop);
    mdh_loop_timer_start(loop, 1, 0, fn_of(stops));
    run();
    CHECK_EQ(hup_calls, 2);
    close_loop();
}

// An address on loopback that nobody listens at.
static struct sockaddr_in dead_address(int type)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, type, 0);
    REQUIRE(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0);
    REQUIRE(getsockname(fd, (struct sockaddr *)&a, &len) == 0);
    close(fd);
    return a;
}

static int told_code;

static MdhValue notes_the_code(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    if (!is_kind(argv[0], "error")) return MDH_NAETHING;
    socklen_t len = sizeof told_code;
    getsockopt(fd_of(mdh_dict_get_c(argv[0], "sock")), SOL_SOCKET, SO_ERROR, &told_code,
               &len);
    mdh_loop_stop(loop);
    return MDH_NAETHING;
}

// RFC 1122 §4.1.3.3: an ICMP error must reach the program. Each does, also the second.
FOR_BOTH(a_refused_datagram_is_an_error_event)
{
    struct sockaddr_in to = dead_address(SOCK_DGRAM);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    REQUIRE(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    open_loop(type);
    MdhValue sock = sock_of_fd(fd, SOCK_DGRAM);
    watch(sock, SEL_READ, fn_of(notes_the_code));
    stop_at_the_limit();
    for (int i = 1; i <= 2; i++) {
        put(fd);
        mdh_loop_reset(loop);
        run();
        CHECK_EQ(error_calls, i);
        CHECK_EQ(told_code, ECONNREFUSED);
    }
    close_loop();
}

static MdhValue ignores_errors(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    return MDH_NAETHING;
}

FOR_BOTH(an_error_that_nobody_asks_about_is_told_once)
{
    struct sockaddr_in to = dead_address(SOCK_DGRAM);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    REQUIRE(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    open_counting_loop(type);
    watch(sock_of_fd(fd, SOCK_DGRAM), SEL_READ, fn_of(ignores_errors));
    mdh_loop_timer_start(loop, 200, 0, fn_of(stops));
    put(fd);
    run();
    CHECK_EQ(error_calls, 1);
    CHECK(waits < 30);
    close_loop();
}

// An error queue that nobody reads is an error for ever.
FOR_BOTH(an_error_that_stays_is_told_once_and_does_not_spin)
{
    struct sockaddr_in to = dead_address(SOCK_DGRAM);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    REQUIRE(setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on) == 0);
    open_counting_loop(type);
    watch(sock_of_fd(fd, SOCK_DGRAM), SEL_READ, fn_of(ignores_errors));
    mdh_loop_timer_start(loop, 250, 0, fn_of(stops));
    REQUIRE(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to) == 1);
    run();
    CHECK_EQ(error_calls, 1);
    CHECK(waits < 30);
    close_loop();
}

FOR_BOTH(a_failed_connection_is_writable_then_an_error)
{
    struct sockaddr_in to = dead_address(SOCK_STREAM);
    open_loop(type);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    MdhValue sock = sock_of_fd(fd, SOCK_STREAM);
    watch(sock, SEL_WRITE, fn_of(notes_the_code));
    CHECK(connect(fd, (struct sockaddr *)&to, sizeof to) < 0);
    stop_at_the_limit();
    run();
    CHECK(write_calls >= 1);
    CHECK_EQ(error_calls, 1);
    CHECK_EQ(told_code, ECONNREFUSED);
    close_loop();
}

// Many --------------------------------------------------------------------------------

static MdhValue drains_its_own(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    drain(mdh_dict_get_c(argv[0], "sock"));
    if (calls == 2000) mdh_loop_stop(loop);
    return MDH_NAETHING;
}

FOR_BOTH(two_thousand_sockets_are_all_heard_once)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 4200) return; // not on this machine
    open_loop(type);
    MdhValue fn = fn_of(drains_its_own);
    for (int i = 0; i < 2000; i++) {
        int other;
        MdhValue sock = pair(SOCK_DGRAM, &other);
        watch(sock, SEL_READ, fn);
        put(other);
    }
    stop_at_the_limit();
    run();
    CHECK_EQ(read_calls, 2000);
    CHECK_EQ(mdh_loop_watches(loop), 2000);
    close_loop();
}

static MdhValue floods(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv); // never reads: always ready
    return MDH_NAETHING;
}

// Sockets that are always ready, timers that are always due and posts that post themselves: all
// of them get their turns.
static int posts;

static MdhValue posts_again(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)t, (void)argc, (void)argv;
    posts++;
    mdh_loop_post(loop, mdh_from_ptr(fn), MDH_ABSENT);
    return MDH_NAETHING;
}

static MdhValue stops_at_five(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    counts(t, fn, argc, argv);
    if (timer_calls == 5) mdh_loop_stop(loop);
    return MDH_NAETHING;
}

FOR_BOTH(nobody_starves)
{
    int other;
    open_loop(type);
    MdhValue sock = pair(SOCK_DGRAM, &other);
    watch(sock, SEL_READ, fn_of(floods));
    put(other);
    mdh_loop_post(loop, fn_of(posts_again), MDH_ABSENT);
    mdh_loop_timer_start(loop, 0.001, 0.001, fn_of(stops_at_five));
    run();
    CHECK(read_calls >= 4);
    CHECK(posts >= 3);
    close_loop();
}
