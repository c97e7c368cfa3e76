// SPDX-License-Identifier: MIT
// epoll, level-triggered: an edge that is not read to its end would be lost, and with it the
// socket. epoll_pwait2 takes nanoseconds; where the kernel lacks it (before 5.11) milliseconds
// are rounded up, so that a timer is late but never early.
#define _GNU_SOURCE
#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "runtime/loop/selector.h"
#include "runtime/loop/wake.h"
#include "runtime/mem/gc.h"

#define WAKE_TOKEN UINT64_MAX

typedef struct Epoll {
    Selector base;
    int epoll_fd, wake_fd;
} Epoll;

static void epoll_close(Selector *s)
{
    Epoll *e = (Epoll *)s;
    if (!e) return;
    wake_close(e->wake_fd);
    if (e->epoll_fd >= 0) close(e->epoll_fd);
    mdh_raw_free(e);
}

static int control(Selector *s, int op, int fd, uint32_t interest, uint64_t token)
{
    struct epoll_event event = {.data.u64 = token};
    if (interest & SEL_READ) event.events |= EPOLLIN;
    if (interest & SEL_WRITE) event.events |= EPOLLOUT;
    return epoll_ctl(((Epoll *)s)->epoll_fd, op, fd, &event) ? errno : 0;
}

static int epoll_open(Selector **out)
{
    Epoll *e = mdh_raw_realloc(NULL, sizeof *e);
    if (!e) return ENOMEM;
    *e = (Epoll){{&selector_epoll}, epoll_create1(EPOLL_CLOEXEC), -1};
    int err = e->epoll_fd < 0 ? errno : wake_open(&e->wake_fd);
    if (!err) err = control(&e->base, EPOLL_CTL_ADD, e->wake_fd, SEL_READ, WAKE_TOKEN);
    if (err) epoll_close(&e->base);
    else *out = &e->base;
    return err;
}

static int epoll_add(Selector *s, int fd, uint32_t interest, uint64_t token)
{
    return control(s, EPOLL_CTL_ADD, fd, interest, token);
}

static int epoll_modify(Selector *s, int fd, uint32_t interest, uint64_t token)
{
    return control(s, EPOLL_CTL_MOD, fd, interest, token);
}

static void epoll_remove(Selector *s, int fd)
{
    control(s, EPOLL_CTL_DEL, fd, 0, 0);
}

static void epoll_prepare(Selector *s)
{
    (void)s; // the kernel holds the set: changes reach a thread that waits
}

static int rounded_up_ms(const struct timespec *left)
{
    return (int)(left->tv_sec * 1000 + (left->tv_nsec + 999999) / 1000000);
}

static int wait_once(int fd, struct epoll_event *events, const struct timespec *left)
{
    static bool lacks_pwait2;
    if (!__atomic_load_n(&lacks_pwait2, __ATOMIC_RELAXED)) {
        int n = epoll_pwait2(fd, events, SEL_BATCH, left, NULL);
        if (n >= 0 || (errno != ENOSYS && errno != EPERM)) return n;
        __atomic_store_n(&lacks_pwait2, true, __ATOMIC_RELAXED);
    }
    return epoll_wait(fd, events, SEL_BATCH, rounded_up_ms(left));
}

static uint32_t translated(uint32_t events)
{
    return (events & EPOLLIN ? SEL_READ : 0) | (events & EPOLLOUT ? SEL_WRITE : 0) |
           (events & EPOLLERR ? SEL_ERROR : 0) | (events & EPOLLHUP ? SEL_HUP : 0);
}

static int epoll_wait_until(Selector *s, SelEvent *out, uint64_t deadline_ns)
{
    Epoll *e = (Epoll *)s;
    struct epoll_event events[SEL_BATCH];
    struct timespec left;
    int n, found = 0;
    bool waits;
    do {
        waits = selector_time_left(deadline_ns, &left);
        n = wait_once(e->epoll_fd, events, &left);
    } while (((n < 0 && errno == EINTR) || (n == 0 && waits)) && !os_interrupted());
    for (int i = 0; i < n; i++) {
        if (events[i].data.u64 == WAKE_TOKEN) wake_clear(e->wake_fd);
        else out[found++] = (SelEvent){events[i].data.u64, translated(events[i].events)};
    }
    return found;
}

static void epoll_wake(Selector *s)
{
    wake_signal(((Epoll *)s)->wake_fd);
}

const SelectorType selector_epoll = {
    .name = "epoll",
    .open = epoll_open,
    .close = epoll_close,
    .add = epoll_add,
    .modify = epoll_modify,
    .remove = epoll_remove,
    .prepare = epoll_prepare,
    .wait = epoll_wait_until,
    .wake = epoll_wake,
};
