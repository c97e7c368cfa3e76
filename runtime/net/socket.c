// SPDX-License-Identifier: MIT
// The life of a socket: opening, waiting, closing.
//
// Closing has three steps that must not be mixed. socket_shut says "no more calls": it sets the
// flag, runs the hooks (so that no loop watches a number that is about to be free, the fault
// that lets the events of a new socket reach the owner of an old one) and wakes the threads that
// wait in poll. Then the handle becomes unknown. The descriptor itself is closed by
// socket_free, when nobody has the socket pinned any more.
//
// Waking: a waiter counts itself and then looks at the flag; the closer sets the flag and then
// looks at the count. One of the two sees the other. shutdown() makes poll return in every
// thread, also for sockets that are not connected.
#define _GNU_SOURCE // ppoll
#include "runtime/net/socket.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "runtime/sys/out.h"

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)

static void release(void *thing)
{
    socket_shut(thing);
    socket_free(thing);
}

const MdhHandleType mdh_socket_type = {.native = {.kind = "socket"}, .release = release};

// Opening -------------------------------------------------------------------------------------

static void set_flag(int fd, int level, int option)
{
    int on = 1;
    // Refusal costs a fact that packets lack, not the socket.
    (void)!setsockopt(fd, level, option, &on, sizeof on);
}

// What every received datagram shall say: when it came (SO_TIMESTAMPNS) and to which address
// (RFC 3542 §6.1), which RFC 3261 §18.2.2 needs for answers of a host with several.
static void ask_for_facts(int fd, int family)
{
    set_flag(fd, SOL_SOCKET, SO_TIMESTAMPNS);
    if (family == AF_INET6) set_flag(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO);
    else set_flag(fd, IPPROTO_IP, IP_PKTINFO);
}

int socket_adopt_own(Socket **out, int fd, int family, int type)
{
    Socket *s = mdh_raw_realloc(NULL, sizeof *s);
    if (!s) {
        close(fd);
        return ENOMEM;
    }
    *s = (Socket){.fd = fd, .family = family, .type = type, .timeout_ms = -1};
    pthread_mutex_init(&s->lock, NULL);
    if (type == SOCK_DGRAM) ask_for_facts(fd, family);
    *out = s;
    return 0;
}

// A descriptor, or -1 and errno.
static int open_fd(int family, int type, bool dual)
{
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int v6only = !dual;
    if (fd < 0 || family != AF_INET6) return fd;
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only) == 0) return fd;
    int e = errno;
    close(fd);
    errno = e;
    return -1;
}

int socket_open(Socket **out, int type, NetFamily family)
{
    int domain = family == NET_IPV4 ? AF_INET : AF_INET6;
    int fd = open_fd(domain, type, family == NET_ANY);
    if (fd < 0 && family == NET_ANY && errno != EMFILE && errno != ENFILE &&
        errno != ENOBUFS) {
        domain = AF_INET; // a system without IPv6
        fd = open_fd(domain, type, false);
    }
    if (fd < 0) return errno;
    int e = socket_adopt_own(out, fd, domain, type);
    if (e == 0) (*out)->v6only = family == NET_IPV6;
    return e;
}

// Hooks ---------------------------------------------------------------------------------------

bool socket_hook_add(Socket *s, SocketHook *hook)
{
    pthread_mutex_lock(&s->lock);
    bool open = !s->closing;
    if (open) {
        hook->next = s->hooks;
        s->hooks = hook;
    }
    pthread_mutex_unlock(&s->lock);
    return open;
}

void socket_hook_remove(Socket *s, SocketHook *hook)
{
    pthread_mutex_lock(&s->lock);
    SocketHook **at = &s->hooks;
    while (*at && *at != hook) at = &(*at)->next;
    if (*at) *at = hook->next;
    pthread_mutex_unlock(&s->lock);
}

// Closing -------------------------------------------------------------------------------------

void socket_shut(Socket *s)
{
    pthread_mutex_lock(&s->lock);
    __atomic_store_n(&s->closing, true, __ATOMIC_SEQ_CST);
    while (s->hooks) {
        SocketHook *hook = s->hooks;
        s->hooks = hook->next;
        hook->on_close(hook, s);
    }
    pthread_mutex_unlock(&s->lock);
    if (__atomic_load_n(&s->waiters, __ATOMIC_SEQ_CST)) shutdown(s->fd, SHUT_RDWR);
}

void socket_free(void *thing)
{
    Socket *s = thing;
    if (!s) return;
    close(s->fd);
    pthread_mutex_destroy(&s->lock);
    mdh_raw_free(s);
}

// Waiting -------------------------------------------------------------------------------------

uint64_t socket_deadline_in(int64_t timeout_ms)
{
    if (timeout_ms < 0) return OS_NEVER;
    uint64_t now = os_mono_ns();
    if ((uint64_t)timeout_ms > (OS_NEVER - now) / NS_PER_MS - 1) return OS_NEVER;
    return now + (uint64_t)timeout_ms * NS_PER_MS;
}

uint64_t socket_deadline(const Socket *s)
{
    if (__atomic_load_n(&s->nonblocking, __ATOMIC_RELAXED)) return 0;
    int64_t timeout_ms = __atomic_load_n(&s->timeout_ms, __ATOMIC_RELAXED);
    return timeout_ms < 0 ? OS_NEVER : socket_deadline_in(timeout_ms);
}

// One ppoll until the deadline: 0 when something happened or a signal came, or an errno.
static int poll_once(int fd, short events, uint64_t deadline_ns)
{
    struct pollfd p = {.fd = fd, .events = events};
    struct timespec rest, *limit = NULL;
    if (deadline_ns != OS_NEVER) {
        uint64_t now = os_mono_ns(), left = now < deadline_ns ? deadline_ns - now : 0;
        rest = (struct timespec){(time_t)(left / NS_PER_S), (long)(left % NS_PER_S)};
        limit = &rest;
    }
    int n = ppoll(&p, 1, limit, NULL);
    if (n > 0) return 0;
    return n == 0 ? ETIMEDOUT : errno;
}

int socket_wait(Socket *s, short events, uint64_t deadline_ns)
{
    if (deadline_ns == 0) return EAGAIN;
    mdh_out_flush(); // who waits for the network may have told its user so
    __atomic_add_fetch(&s->waiters, 1, __ATOMIC_SEQ_CST);
    int e;
    do {
        if (__atomic_load_n(&s->closing, __ATOMIC_SEQ_CST)) e = ECANCELED;
        else e = poll_once(s->fd, events, deadline_ns);
    } while (e == EINTR && !os_interrupted());
    if (e == 0 && __atomic_load_n(&s->closing, __ATOMIC_SEQ_CST)) e = ECANCELED;
    __atomic_sub_fetch(&s->waiters, 1, __ATOMIC_SEQ_CST);
    return e;
}
