// SPDX-License-Identifier: MIT
// kqueue, for macOS and the BSDs. Compiled in our checks against a header of declarations only,
// and never run by them: untested. Reading and writing are separate filters, so a descriptor
// ready for both is reported twice, with the same token.
#include <errno.h>
#include <stdint.h>
#include <sys/types.h>

#include <sys/event.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "runtime/loop/selector.h"
#include "runtime/mem/gc.h"

#define WAKE_IDENT 1
#define WAKE_TOKEN UINT64_MAX

typedef struct Kqueue {
    Selector base;
    int fd;
} Kqueue;

static void *as_udata(uint64_t token)
{
    return (void *)(uintptr_t)token;
}

static int change(int kqueue_fd, int fd, int filter, int flags, uint64_t token)
{
    struct kevent event;
    EV_SET(&event, (uintptr_t)fd, filter, flags, 0, 0, as_udata(token));
    return kevent(kqueue_fd, &event, 1, NULL, 0, NULL) < 0 ? errno : 0;
}

static void kqueue_close(Selector *s)
{
    Kqueue *k = (Kqueue *)s;
    if (!k) return;
    if (k->fd >= 0) close(k->fd);
    mdh_raw_free(k);
}

static int kqueue_open(Selector **out)
{
    Kqueue *k = mdh_raw_realloc(NULL, sizeof *k);
    if (!k) return ENOMEM;
    *k = (Kqueue){{&selector_kqueue}, kqueue()};
    int err = k->fd < 0
                  ? errno
                  : change(k->fd, WAKE_IDENT, EVFILT_USER, EV_ADD | EV_CLEAR, WAKE_TOKEN);
    if (err) kqueue_close(&k->base);
    else *out = &k->base;
    return err;
}

// A filter that was not there cannot be deleted; that is no error.
static int set_filter(Kqueue *k, int fd, int filter, bool on, uint64_t token)
{
    int err = change(k->fd, fd, filter, on ? EV_ADD : EV_DELETE, token);
    return on || err != ENOENT ? err : 0;
}

static int kqueue_modify(Selector *s, int fd, uint32_t interest, uint64_t token)
{
    Kqueue *k = (Kqueue *)s;
    int err = set_filter(k, fd, EVFILT_READ, interest & SEL_READ, token);
    return err ? err : set_filter(k, fd, EVFILT_WRITE, interest & SEL_WRITE, token);
}

static void kqueue_remove(Selector *s, int fd)
{
    kqueue_modify(s, fd, 0, 0);
}

static void kqueue_prepare(Selector *s)
{
    (void)s; // the kernel holds the set
}

static uint32_t translated(const struct kevent *event)
{
    uint32_t events = event->filter == EVFILT_READ ? SEL_READ : SEL_WRITE;
    if (event->flags & EV_ERROR) return SEL_ERROR;
    if (!(event->flags & EV_EOF)) return events;
    if (event->fflags) return events | SEL_ERROR | SEL_HUP; // EV_EOF: the socket's error
    return event->filter == EVFILT_WRITE ? events | SEL_HUP : events;
}

static int kqueue_wait(Selector *s, SelEvent *out, uint64_t deadline_ns)
{
    Kqueue *k = (Kqueue *)s;
    struct kevent events[SEL_BATCH];
    struct timespec left;
    int n, found = 0;
    bool waits;
    do {
        waits = selector_time_left(deadline_ns, &left);
        n = kevent(k->fd, NULL, 0, events, SEL_BATCH, &left);
    } while (((n < 0 && errno == EINTR) || (n == 0 && waits)) && !os_interrupted());
    for (int i = 0; i < n; i++) {
        uint64_t token = (uint64_t)(uintptr_t)events[i].udata;
        if (events[i].filter != EVFILT_USER)
            out[found++] = (SelEvent){token, translated(&events[i])};
    }
    return found;
}

static void kqueue_wake(Selector *s)
{
    struct kevent event;
    EV_SET(&event, WAKE_IDENT, EVFILT_USER, 0, NOTE_TRIGGER, 0, as_udata(WAKE_TOKEN));
    kevent(((Kqueue *)s)->fd, &event, 1, NULL, 0, NULL);
}

const SelectorType selector_kqueue = {
    .name = "kqueue",
    .open = kqueue_open,
    .close = kqueue_close,
    .add = kqueue_modify,
    .modify = kqueue_modify,
    .remove = kqueue_remove,
    .prepare = kqueue_prepare,
    .wait = kqueue_wait,
    .wake = kqueue_wake,
};
