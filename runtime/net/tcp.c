// SPDX-License-Identifier: MIT
// Streams.
//
// Connecting to a host with several addresses happens on one descriptor: an attempt that failed
// or took too long is dissolved (connect to AF_UNSPEC) before the next. Attempts in parallel, as
// RFC 8305 has them, would need one descriptor each and lose the options that the program set.
//
// The spare descriptor: at the limit accept() fails and leaves the peer in the queue, so the
// listener stays readable and a loop would spin. One descriptor is therefore held back; at the
// limit it is given up for a moment, the peer is accepted and closed at once.
#define _GNU_SOURCE // accept4
#include "runtime/net/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/os.h"
#include "runtime/net/store.h"

#define TURN_NS (UINT64_C(10) * 1000000000) // of an address that has another after it

// Connecting -----------------------------------------------------------------------------------

static int pending_error(Socket *s)
{
    int e = 0;
    socklen_t len = sizeof e;
    return getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &e, &len) == 0 ? e : errno;
}

static void dissolve(Socket *s)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    (void)!connect(s->fd, &none, sizeof none);
}

static int connect_one(Socket *s, const NetAddr *to, uint64_t deadline_ns)
{
    int e = connect(s->fd, &to->sa, net_addr_len(to)) == 0 ? 0 : errno;
    if (e == EINTR) e = EINPROGRESS; // goes on without us
    if (e != EINPROGRESS || deadline_ns == 0) return e;
    e = socket_wait(s, POLLOUT, deadline_ns);
    return e ? e : pending_error(s);
}

// When the attempt that starts now must end, with `left` more addresses after it: an equal share of
// the time there is, and without a limit not all the minutes that the system would wait.
static uint64_t share(uint64_t deadline_ns, unsigned left)
{
    if (deadline_ns == 0 || left == 0) return deadline_ns;
    uint64_t now = os_mono_ns();
    if (deadline_ns == OS_NEVER) return now + TURN_NS;
    return now >= deadline_ns ? deadline_ns : now + (deadline_ns - now) / (left + 1);
}

// Is it an address that this socket can reach at all?
static bool fits(const Socket *s, const NetAddr *addr, NetAddr *to)
{
    return net_addr_fit(to, addr, s->family) && !(s->v6only && net_addr_family(to) == NET_IPV4);
}

static unsigned count_fitting(const Socket *s, const NetAddrs *addrs)
{
    unsigned n = 0;
    NetAddr to;
    for (unsigned i = 0; i < addrs->n; i++) n += fits(s, &addrs->items[i], &to);
    return n;
}

// The system itself calls a connection that came about while nobody asked "in progress", and
// takes a second connect for the question how it went.
static bool is_connected(Socket *s)
{
    NetAddr peer;
    socklen_t len = sizeof peer;
    return s->type == SOCK_STREAM && getpeername(s->fd, &peer.sa, &len) == 0;
}

int socket_connect_any(Socket *s, const NetAddrs *addrs, uint64_t deadline_ns)
{
    int e = EAFNOSUPPORT;
    unsigned left = count_fitting(s, addrs);
    if (is_connected(s)) return EISCONN;
    for (unsigned i = 0; i < addrs->n; i++) {
        NetAddr to;
        if (!fits(s, &addrs->items[i], &to)) continue;
        if (net_addr_port(&to) == 0)
            return EADDRNOTAVAIL; // no port 0 to talk to, RFC 6335 §6
        e = connect_one(s, &to, share(deadline_ns, --left));
        if (e == 0 || e == EINPROGRESS || e == EISCONN || e == EALREADY || e == ECANCELED)
            return e;
        if (s->type == SOCK_STREAM) dissolve(s);
    }
    return e;
}

// Accepting ------------------------------------------------------------------------------------

static int spare = -1;
static pthread_mutex_t spare_lock = PTHREAD_MUTEX_INITIALIZER;

static void keep_spare_nolock(void)
{
    if (spare < 0) spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void keep_spare(void)
{
    if (__atomic_load_n(&spare, __ATOMIC_RELAXED) >= 0) return;
    pthread_mutex_lock(&spare_lock);
    keep_spare_nolock();
    pthread_mutex_unlock(&spare_lock);
}

static void turn_one_away(Socket *listener)
{
    pthread_mutex_lock(&spare_lock);
    if (spare >= 0) {
        close(spare);
        spare = -1;
        int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) close(fd);
    }
    keep_spare_nolock();
    pthread_mutex_unlock(&spare_lock);
}

// Errors of the connection, not of the listener: the next one may be fine (accept(2)).
static bool is_of_the_peer(int e)
{
    return e == ECONNABORTED || e == EPROTO || e == ENETDOWN || e == EHOSTDOWN ||
           e == EHOSTUNREACH || e == ENETUNREACH || e == ENOPROTOOPT || e == EINTR;
}

int tcp_accept(Socket *listener, Socket **out, NetAddr *peer, uint64_t deadline_ns)
{
    keep_spare();
    for (;;) {
        socklen_t len = sizeof *peer;
        memset(peer, 0, sizeof *peer);
        int fd = accept4(listener->fd, &peer->sa, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            int failed = socket_adopt_own(out, fd, listener->family, listener->type);
            if (!failed) (*out)->v6only = listener->v6only;
            return failed;
        }
        int e = errno;
        if (e == EMFILE || e == ENFILE) turn_one_away(listener);
        if (e == EAGAIN) e = socket_wait(listener, POLLIN, deadline_ns);
        if (e && (!is_of_the_peer(e) || os_interrupted())) return e;
    }
}

// Octets ---------------------------------------------------------------------------------------

int tcp_send_some(Socket *s, Slice data, uint64_t deadline_ns, size_t *sent)
{
    for (;;) {
        ssize_t n = send(s->fd, data.ptr, data.len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0) {
            *sent = (size_t)n;
            return 0;
        }
        int e = errno;
        if (e == EAGAIN) e = socket_wait(s, POLLOUT, deadline_ns);
        if (e && (e != EINTR || os_interrupted())) return e;
    }
}

int tcp_send_full(Socket *s, Slice data, uint64_t deadline_ns, size_t *sent)
{
    *sent = 0;
    while (*sent < data.len) {
        size_t n;
        int e = tcp_send_some(s, slice_from(data, *sent), deadline_ns, &n);
        if (e) return e;
        *sent += n;
    }
    return 0;
}

int tcp_recv_some(Socket *s, void *into, size_t len, uint64_t deadline_ns, size_t *got)
{
    for (;;) {
        ssize_t n = recv(s->fd, into, len, MSG_DONTWAIT);
        if (n >= 0) {
            *got = (size_t)n;
            return 0;
        }
        int e = errno;
        if (e == EAGAIN) e = socket_wait(s, POLLIN, deadline_ns);
        if (e && (e != EINTR || os_interrupted())) return e;
    }
}

static NetStore rooms = NET_STORE_INIT;

void *tcp_room_take(void)
{
    return net_store_take(&rooms, TCP_RECV_MAX);
}

void tcp_room_give(void *room)
{
    net_store_give(&rooms, room);
}
