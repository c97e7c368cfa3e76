// SPDX-License-Identifier: MIT
// Which descriptors a loop watches, and how watches end.
//
// Three parties end a watch: the program (unwatch), the closing of its socket (the hook, on the
// closing thread), and the closing of the loop. Whoever finds it live, under the loop's lock,
// takes it out of the selector and out of the tables in one step; then its token is stale and
// no event of it is delivered, also one of a batch under way. The others find nothing. A watch
// taken out by the first or third party still has its hook on the socket; its place is not used
// again before socket_hook_remove has come back.
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "runtime/core/throw.h"
#include "runtime/loop/loop_priv.h"

uint64_t watch_token(const Watch *w)
{
    return (uint64_t)w->generation << 32 | w->at;
}

static Watch *watch_at(const MdhLoop *l, uint32_t at)
{
    return &l->watch_chunks.items[at / WATCH_CHUNK][at % WATCH_CHUNK];
}

Watch *watch_of_token_nolock(MdhLoop *l, uint64_t token)
{
    uint32_t at = (uint32_t)token;
    if (at / WATCH_CHUNK >= l->watch_chunks.len) return NULL;
    Watch *w = watch_at(l, at);
    return w->is_live && watch_token(w) == token ? w : NULL;
}

static Watch *watch_of_fd(const MdhLoop *l, int fd)
{
    uint32_t at = (uint32_t)fd < l->by_fd.len ? l->by_fd.items[fd] : 0;
    return at ? watch_at(l, at - 1) : NULL;
}

uint32_t mdh_loop_watches(MdhLoop *l)
{
    pthread_mutex_lock(&l->lock);
    uint32_t n = l->n_watches;
    pthread_mutex_unlock(&l->lock);
    return n;
}

// Places -------------------------------------------------------------------------------------

static bool grow(MdhLoop *l)
{
    uint32_t first = l->watch_chunks.len * WATCH_CHUNK;
    if (!vec_reserve(&l->parked, first + WATCH_CHUNK)) return false; // so that all can be parked
    Watch *chunk = loop_memory_nolock(l, WATCH_CHUNK * sizeof *chunk);
    if (!chunk || !vec_push(&l->watch_chunks, chunk)) return false;
    for (uint32_t i = WATCH_CHUNK; i-- > 0;) {
        chunk[i].at = first + i;
        chunk[i].next_free = l->free_watch;
        l->free_watch = first + i;
    }
    return true;
}

static bool reserve(MdhLoop *l, int fd)
{
    uint32_t n = (uint32_t)fd + 1;
    if (l->free_watch == WATCH_NONE && !grow(l)) return false;
    if (!vec_reserve(&l->by_fd, n)) return false;
    for (; l->by_fd.len < n; l->by_fd.len++) l->by_fd.items[l->by_fd.len] = 0;
    return true;
}

static void give_place(MdhLoop *l, Watch *w)
{
    w->next_free = l->free_watch;
    l->free_watch = w->at;
}

// A new live watch in the selector. 0, or the errno.
static int put_in(MdhLoop *l, int fd, uint32_t interest, Watch **out)
{
    if (!reserve(l, fd)) return ENOMEM;
    Watch *w = watch_at(l, l->free_watch);
    int err = l->selector->type->add(l->selector, fd, interest, watch_token(w));
    if (err) return err;
    l->free_watch = w->next_free;
    l->by_fd.items[fd] = w->at + 1;
    l->n_watches++;
    w->loop = l;
    w->fd = fd;
    w->interest = interest;
    w->serial = ++l->n_serials;
    w->sock = w->on_read = w->on_write = MDH_NAETHING;
    w->task = NULL;
    w->is_parked = w->told_error = w->told_hup = false;
    w->is_live = true;
    loop_wake_nolock(l, 0); // a copy of the set may be waited on
    *out = w;
    return 0;
}

// The first step of its end. The socket's handle stays pinned: the caller unpins it.
static MdhValue take_out(MdhLoop *l, Watch *w)
{
    MdhValue sock = w->sock;
    if (!w->is_parked) l->selector->type->remove(l->selector, w->fd);
    l->by_fd.items[w->fd] = 0;
    l->n_watches--;
    w->is_live = false;
    w->generation++;
    w->sock = w->on_read = w->on_write = MDH_ABSENT;
    w->task = NULL;
    if (!l->n_watches) loop_wake_nolock(l, 0); // perhaps nothing can happen any more
    return sock;
}

// Parking ------------------------------------------------------------------------------------

void watch_park(MdhLoop *l, uint64_t token, uint64_t until_ns)
{
    pthread_mutex_lock(&l->lock);
    Watch *w = watch_of_token_nolock(l, token);
    if (w && !w->is_parked && vec_push(&l->parked, token)) {
        if (l->parked.len == 1) l->parked_until_ns = until_ns;
        l->selector->type->remove(l->selector, w->fd);
        w->is_parked = true;
    }
    pthread_mutex_unlock(&l->lock);
}

static int unpark(MdhLoop *l, Watch *w)
{
    int err = l->selector->type->add(l->selector, w->fd, w->interest, watch_token(w));
    w->is_parked = err != 0;
    return err;
}

// Those that the selector does not take now are tried again.
void watch_unpark_nolock(MdhLoop *l, uint64_t now_ns)
{
    uint32_t kept = 0;
    if (!l->parked.len || now_ns < l->parked_until_ns) return;
    for (uint32_t i = 0; i < l->parked.len; i++) {
        Watch *w = watch_of_token_nolock(l, l->parked.items[i]);
        if (w && w->is_parked && unpark(l, w)) l->parked.items[kept++] = l->parked.items[i];
    }
    l->parked.len = kept;
    l->parked_until_ns = now_ns + 100 * UINT64_C(1000000);
}

static int set_interest(MdhLoop *l, Watch *w, uint32_t interest)
{
    w->interest = interest;
    if (w->is_parked) return unpark(l, w); // its entry among the parked is then passed over
    int err = l->selector->type->modify(l->selector, w->fd, interest, watch_token(w));
    loop_wake_nolock(l, 0);
    return err;
}

// Sockets of the program ---------------------------------------------------------------------

static void on_close(SocketHook *hook, Socket *s)
{
    Watch *w = (Watch *)(void *)((char *)hook - offsetof(Watch, hook));
    MdhLoop *l = w->loop;
    MdhValue sock = MDH_ABSENT;
    (void)s;
    pthread_mutex_lock(&l->lock);
    if (w->is_live) {
        sock = take_out(l, w);
        give_place(l, w);
    }
    pthread_mutex_unlock(&l->lock);
    if (!mdh_is_absent(sock))
        mdh_handle_unpin(sock); // not the last pin: the closer has one
}

static uint32_t wanted(const Watch *w)
{
    return (mdh_is_naething(w->on_read) ? 0 : SEL_READ) |
           (mdh_is_naething(w->on_write) ? 0 : SEL_WRITE);
}

typedef enum Outcome { DONE, ADDED, EMPTY } Outcome;

// Sets the callback of one direction. 0, or the errno; EMPTY: nothing is left to watch for.
static int set_fn(MdhLoop *l, Socket *s, MdhValue sock, uint32_t direction, MdhValue fn,
                  Watch **out, Outcome *outcome)
{
    Watch *w = watch_of_fd(l, s->fd);
    int err = 0;
    *outcome = DONE;
    if (l->is_shut) return ECANCELED;
    if (!w) {
        if (mdh_is_naething(fn)) return 0;
        err = put_in(l, s->fd, direction, &w);
        if (err) return err;
        w->sock = sock;
        w->socket = s;
        w->hook = (SocketHook){.on_close = on_close};
        *outcome = ADDED;
    }
    *(direction == SEL_READ ? &w->on_read : &w->on_write) = fn;
    w->told_error = w->told_hup = false; // whoever asks again is told again
    *out = w;
    if (*outcome == ADDED) return 0;
    if (wanted(w) == 0) *outcome = EMPTY;
    else err = set_interest(l, w, wanted(w));
    return err;
}

// With the socket pinned by the caller. True when there was something.
static bool remove_watch(MdhLoop *l, Socket *s)
{
    MdhValue sock = MDH_ABSENT;
    pthread_mutex_lock(&l->lock);
    Watch *w = watch_of_fd(l, s->fd);
    if (w && !w->task) sock = take_out(l, w);
    pthread_mutex_unlock(&l->lock);
    if (mdh_is_absent(sock)) return false;
    socket_hook_remove(s, &w->hook);
    pthread_mutex_lock(&l->lock);
    give_place(l, w);
    pthread_mutex_unlock(&l->lock);
    mdh_handle_unpin(sock);
    return true;
}

// The new watch's hook goes on its socket, unless that is being closed. True when it is on; then
// the watch has taken over the pin.
static bool add_hook(MdhLoop *l, Socket *s, Watch *w)
{
    if (socket_hook_add(s, &w->hook)) return true;
    pthread_mutex_lock(&l->lock);
    take_out(l, w);
    give_place(l, w);
    pthread_mutex_unlock(&l->lock);
    return false;
}

static bool throw_watch(MdhThread *t, int err)
{
    char text[128];
    if (err == ENOMEM) mdh_throw_oom(t, sizeof(Watch));
    else
        mdh_throw_native(t, "Cannae watch the socket: %s",
                         err_errno_text(err, text, sizeof text));
    return false;
}

bool mdh_loop_watch(MdhThread *t, MdhLoop *l, MdhValue sock, uint32_t direction,
                    MdhValue fn)
{
    Socket *s = mdh_socket_pin(t, sock);
    Watch *w = NULL;
    Outcome outcome;
    if (!s) return false;
    pthread_mutex_lock(&l->watch_lock);
    pthread_mutex_lock(&l->lock);
    int err = set_fn(l, s, sock, direction, fn, &w, &outcome);
    pthread_mutex_unlock(&l->lock);
    bool is_closing = !err && outcome == ADDED && !add_hook(l, s, w);
    if (!err && outcome == EMPTY) remove_watch(l, s);
    pthread_mutex_unlock(&l->watch_lock);
    if (err || outcome != ADDED || is_closing) mdh_handle_unpin(sock);
    if (is_closing)
        return mdh_throw_native(t, "Unknown %s handle", mdh_kind_name(sock)), false;
    return err ? throw_watch(t, err) : true;
}

bool mdh_loop_unwatch(MdhThread *t, MdhLoop *l, MdhValue sock, bool *was)
{
    Socket *s = mdh_socket_pin(t, sock);
    if (!s) return false;
    pthread_mutex_lock(&l->watch_lock);
    *was = remove_watch(l, s);
    pthread_mutex_unlock(&l->watch_lock);
    mdh_handle_unpin(sock);
    return true;
}

// Descriptors of the runtime -----------------------------------------------------------------

int mdh_loop_watch_fd(MdhLoop *l, int fd, uint32_t interest, MdhLoopTask *task)
{
    int err = 0;
    pthread_mutex_lock(&l->lock);
    Watch *w = watch_of_fd(l, fd);
    if (w && !interest) {
        take_out(l, w);
        give_place(l, w);
    } else if (l->is_shut) {
        err = ECANCELED;
    } else if (w) {
        w->task = task;
        err = set_interest(l, w, interest);
    } else if (interest) {
        err = put_in(l, fd, interest, &w);
        if (!err) w->task = task;
    }
    pthread_mutex_unlock(&l->lock);
    return err;
}

// The loop is closed -------------------------------------------------------------------------

// A live watch of the place, taken out; its socket, pinned by the watch, in *sock.
static bool take_place(MdhLoop *l, Watch *w, MdhValue *sock)
{
    pthread_mutex_lock(&l->lock);
    bool is_live = w->is_live, is_task = w->task != NULL;
    if (is_live) *sock = take_out(l, w);
    pthread_mutex_unlock(&l->lock);
    return is_live && !is_task;
}

void watch_drop_all(MdhLoop *l)
{
    pthread_mutex_lock(&l->watch_lock);
    for (uint32_t at = 0; at < l->watch_chunks.len * WATCH_CHUNK; at++) {
        MdhValue sock;
        Watch *w = watch_at(l, at);
        if (!take_place(l, w, &sock)) continue;
        socket_hook_remove(w->socket, &w->hook);
        mdh_handle_unpin(sock);
    }
    pthread_mutex_unlock(&l->watch_lock);
}
