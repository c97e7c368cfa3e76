// SPDX-License-Identifier: MIT
// poll: for systems without anything better, and for tests of everything above. Linear in the
// number of descriptors. The set may change while a thread waits in the kernel, so `prepare`
// gives the waiter a copy. Room for it is made when a descriptor is added, in a spare array that
// `prepare` exchanges for one that has become too small: the waiter's own is never touched by
// others. Place 0 is the wake-up descriptor. A wait that finds more than a batch begins the next
// time where it ended, so that low places cannot starve high ones.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "base/vec.h"
#include "runtime/loop/selector.h"
#include "runtime/loop/wake.h"
#include "runtime/mem/gc.h"

typedef VEC(struct pollfd) PollFds;
typedef VEC(uint64_t) Tokens;

typedef struct PollSet {
    PollFds fds;
    Tokens tokens; // beside them
} PollSet;

typedef struct Poll {
    Selector base;
    PollSet set, waited, spare; // one of the latter two has room for the whole set
    VEC(uint32_t) at;           // descriptor -> place in the set; 0: not there
    int wake_fd;
    uint32_t begin; // where the next scan begins
    bool is_changed;
} Poll;

static short poll_mask(uint32_t interest)
{
    return (short)((interest & SEL_READ ? POLLIN : 0) |
                   (interest & SEL_WRITE ? POLLOUT : 0));
}

static void set_free(PollSet *set)
{
    vec_free(&set->fds);
    vec_free(&set->tokens);
}

static bool set_reserve(PollSet *set, uint32_t n)
{
    return vec_reserve(&set->fds, n) && vec_reserve(&set->tokens, n);
}

static bool set_holds(const PollSet *set, uint32_t n)
{
    return set->fds.cap >= n && set->tokens.cap >= n;
}

static void poll_close(Selector *s)
{
    Poll *p = (Poll *)s;
    if (!p) return;
    wake_close(p->wake_fd);
    set_free(&p->set);
    set_free(&p->waited);
    set_free(&p->spare);
    vec_free(&p->at);
    mdh_raw_free(p);
}

static bool reserve(Poll *p, int fd)
{
    uint32_t n = p->set.fds.len + 1, n_at = (uint32_t)fd + 1;
    if (!set_reserve(&p->set, n) || !vec_reserve(&p->at, n_at)) return false;
    if (!set_holds(&p->waited, n) && !set_reserve(&p->spare, p->set.fds.cap)) return false;
    for (; p->at.len < n_at; p->at.len++) p->at.items[p->at.len] = 0;
    return true;
}

static int poll_add(Selector *s, int fd, uint32_t interest, uint64_t token)
{
    Poll *p = (Poll *)s;
    if (!reserve(p, fd)) return ENOMEM;
    if (p->at.items[fd]) return EEXIST;
    p->at.items[fd] = p->set.fds.len;
    p->set.fds.items[p->set.fds.len++] = (struct pollfd){fd, poll_mask(interest), 0};
    p->set.tokens.items[p->set.tokens.len++] = token;
    p->is_changed = true;
    return 0;
}

static uint32_t place_of(const Poll *p, int fd)
{
    return (uint32_t)fd < p->at.len ? p->at.items[fd] : 0;
}

static int poll_modify(Selector *s, int fd, uint32_t interest, uint64_t token)
{
    Poll *p = (Poll *)s;
    uint32_t i = place_of(p, fd);
    if (!i) return ENOENT;
    p->set.fds.items[i].events = poll_mask(interest);
    p->set.tokens.items[i] = token;
    p->is_changed = true;
    return 0;
}

static void poll_remove(Selector *s, int fd)
{
    Poll *p = (Poll *)s;
    PollSet *set = &p->set;
    uint32_t i = place_of(p, fd), last = set->fds.len - 1;
    if (!i) return;
    set->fds.items[i] = set->fds.items[last];
    set->tokens.items[i] = set->tokens.items[last];
    p->at.items[set->fds.items[i].fd] = i;
    p->at.items[fd] = 0;
    set->fds.len = set->tokens.len = last;
    p->is_changed = true;
}

static int poll_open(Selector **out)
{
    Poll *p = mdh_raw_realloc(NULL, sizeof *p);
    if (!p) return ENOMEM;
    memset(p, 0, sizeof *p);
    p->base.type = &selector_poll;
    int err = wake_open(&p->wake_fd);
    if (!err && !reserve(p, p->wake_fd)) err = ENOMEM;
    if (err) {
        poll_close(&p->base);
        return err;
    }
    p->set.fds.items[p->set.fds.len++] = (struct pollfd){p->wake_fd, POLLIN, 0};
    p->set.tokens.items[p->set.tokens.len++] = 0;
    p->is_changed = true;
    *out = &p->base;
    return 0;
}

static void poll_prepare(Selector *s)
{
    Poll *p = (Poll *)s;
    uint32_t n = p->set.fds.len;
    if (!p->is_changed) return;
    if (!set_holds(&p->waited, n)) {
        PollSet small = p->waited;
        p->waited = p->spare;
        p->spare = small;
    }
    memcpy(p->waited.fds.items, p->set.fds.items, n * sizeof *p->set.fds.items);
    memcpy(p->waited.tokens.items, p->set.tokens.items, n * sizeof *p->set.tokens.items);
    p->waited.fds.len = p->waited.tokens.len = n;
    p->is_changed = false;
}

// POLLNVAL: closed behind our back. An error, so that somebody hears of it.
static uint32_t translated(short events)
{
    return (events & POLLIN ? SEL_READ : 0u) | (events & POLLOUT ? SEL_WRITE : 0u) |
           (events & (POLLERR | POLLNVAL) ? SEL_ERROR : 0u) |
           (events & POLLHUP ? SEL_HUP : 0u);
}

static int harvest(Poll *p, SelEvent *out)
{
    const struct pollfd *fds = p->waited.fds.items;
    uint32_t n = p->waited.fds.len - 1, i = 0; // places 1..n, from `begin` on and around
    int found = 0;
    if (fds[0].revents) wake_clear(p->wake_fd);
    for (; i < n && found < SEL_BATCH; i++) {
        uint32_t at = 1 + (p->begin + i) % n;
        if (fds[at].revents)
            out[found++] =
                (SelEvent){p->waited.tokens.items[at], translated(fds[at].revents)};
    }
    p->begin = i < n ? (p->begin + i) % n : 0;
    return found;
}

static int poll_wait_until(Selector *s, SelEvent *out, uint64_t deadline_ns)
{
    Poll *p = (Poll *)s;
    struct timespec left;
    int n;
    bool waits;
    do {
        waits = selector_time_left(deadline_ns, &left);
        n = ppoll(p->waited.fds.items, p->waited.fds.len, &left, NULL);
    } while (((n < 0 && errno == EINTR) || (n == 0 && waits)) && !os_interrupted());
    return n > 0 ? harvest(p, out) : 0;
}

static void poll_wake(Selector *s)
{
    wake_signal(((Poll *)s)->wake_fd);
}

const SelectorType selector_poll = {
    .name = "poll",
    .open = poll_open,
    .close = poll_close,
    .add = poll_add,
    .modify = poll_modify,
    .remove = poll_remove,
    .prepare = poll_prepare,
    .wait = poll_wait_until,
    .wake = poll_wake,
};
