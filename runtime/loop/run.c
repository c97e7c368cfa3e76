// SPDX-License-Identifier: MIT
// Turning the loop: wait, then deliver what is ready, what is due, what was posted.
//
// A turn takes at most SEL_BATCH descriptors (those that are left are reported again), MAX_TIMERS
// timers (they stay due), and the posts that were there when it began, so that none of the three
// can starve the others. Before each delivery the watch is looked up again by its token: what a
// callback has closed or taken out gets no event, also within the batch. Timers and posts are
// taken one at a time, so those not yet delivered when the loop is stopped are still there
// after event_loop_reset.
//
// Errors and hang-ups cannot be masked in epoll or poll: a program that does not act on one would
// make the loop spin. A pending error is told before it is taken off the socket, because what
// takes it off also says which it is (a receive that fails at once, socket_error): the callback is
// to have that. What the callback leaves, the loop takes off. A hang-up is told once for as long
// as it lasts. A watch of which there is nothing else to tell is parked: looked at again only
// after a while.
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "runtime/core/interrupt.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/loop/loop_priv.h"
#include "runtime/sys/out.h"

#define MAX_TIMERS 1024
#define PARK_NS    UINT64_C(100000000)

typedef struct Turn {
    struct Turn *outer; // a callback of it runs the loop again
    MdhThread *t;
    MdhLoop *l;
    MdhValue list;     // polling: gathers the events; ABSENT: call the callbacks
    uint64_t now_ns;   // after the wait
    uint64_t clock_ns; // after the last callback
    bool is_hopeless;  // nothing is left that could ever happen
    bool has_thrown;   // polling: no memory; running: `exit`
} Turn;

// Delivering -----------------------------------------------------------------------------------

static bool is_stopped(const MdhLoop *l)
{
    return __atomic_load_n(&l->is_stopped, __ATOMIC_ACQUIRE);
}

static bool wants_event(MdhValue fn)
{
    return mdh_max_params(fn) != 0 || !mdh_is_callable(fn);
}

// A function without parameters is called without the event. True when it returned.
static bool call(MdhThread *t, MdhValue fn, MdhValue event)
{
    return !mdh_is_exc(wants_event(fn) ? mdh_call1(t, fn, event) : mdh_call(t, fn, 0, NULL));
}

// `exit` travels like an error, but is none; the handler may call it too.
static void report(Turn *turn, const LoopSource *source)
{
    if (!turn->t->exiting) loop_report_error(turn->t, turn->l, source);
    turn->has_thrown = turn->t->exiting;
}

// The end of one callback is taken for the beginning of the next in the same turn.
static void run_callback(Turn *turn, const LoopSource *source)
{
    uint64_t lag_ns = __atomic_load_n(&turn->l->lag_ns, __ATOMIC_RELAXED);
    uint64_t begun = turn->clock_ns;
    bool ok = call(turn->t, source->fn, source->event);
    turn->clock_ns = os_mono_ns();
    uint64_t took = turn->clock_ns - begun;
    if (took > lag_ns && !turn->t->exiting) loop_report_lag(turn->t, source, took);
    if (ok) return;
    report(turn, source);
    turn->clock_ns = os_mono_ns(); // the handler's time is nobody's
}

// False: deliver no more in this turn.
static bool deliver(Turn *turn, LoopSource *source)
{
    bool is_seen = !mdh_is_absent(turn->list) || wants_event(source->fn);
    if (is_seen && mdh_is_absent(source->event))
        source->event = source->make(turn->t, turn->l, source);
    if (mdh_is_exc(source->event)) {
        // Without memory for the event a running loop loses it, says so and goes on; that of a
        // socket is told later.
        if (mdh_is_absent(turn->list)) report(turn, source);
        else turn->has_thrown = true;
    } else if (!mdh_is_absent(turn->list)) {
        turn->has_thrown = !mdh_list_push(turn->t, turn->list, source->event);
    } else if (!mdh_is_naething(source->fn)) {
        run_callback(turn, source);
    }
    return !turn->has_thrown && !is_stopped(turn->l);
}

bool loop_deliver(MdhLoop *l, LoopSource *source)
{
    source->now_ns = l->turn->now_ns;
    return deliver(l->turn, source);
}

typedef struct Fields {
    uint32_t n;
    MdhValue keys[6], values[6];
} Fields;

static void put(const MdhLoop *l, Fields *f, int word, MdhValue v)
{
    f->keys[f->n] = loop_word(l, word);
    f->values[f->n++] = v;
}

static MdhValue finish(MdhThread *t, const Fields *f)
{
    for (uint32_t i = 0; i < f->n; i++)
        if (mdh_is_exc(f->values[i])) return MDH_EXC;
    return mdh_dict_of(t, f->n, f->keys, f->values);
}

static MdhValue ms_value(MdhThread *t, uint64_t ns)
{
    return mdh_float(t, loop_ms(ns));
}

// Sockets --------------------------------------------------------------------------------------

typedef struct Ready {
    uint64_t token, serial;
    uint32_t events;
} Ready;

// What is told of a socket, looked up at the last moment.
typedef struct Telling {
    MdhValue sock, fn;
    MdhLoopTask *task;
} Telling;

typedef enum { GONE, NOTHING, TELL } Lookup;

// The callback of the direction; for errors and hang-ups either.
static MdhValue fn_for(const Watch *w, uint32_t event)
{
    if (event == SEL_READ) return w->on_read;
    if (event == SEL_WRITE) return w->on_write;
    return mdh_is_naething(w->on_read) ? w->on_write : w->on_read;
}

static Lookup look_up_nolock(Watch *w, uint32_t event, Telling *out)
{
    if (!w) return GONE;
    *out = (Telling){w->sock, fn_for(w, event), w->task};
    if (w->task) return TELL;
    if (event == SEL_ERROR && w->told_error) return NOTHING;
    if (event == SEL_HUP && w->told_hup) return NOTHING;
    if (event == SEL_HUP) w->told_hup = true;
    return mdh_is_naething(out->fn) ? NOTHING : TELL;
}

static Lookup look_up(MdhLoop *l, uint64_t token, uint32_t event, Telling *out)
{
    pthread_mutex_lock(&l->lock);
    Lookup found = look_up_nolock(watch_of_token_nolock(l, token), event, out);
    pthread_mutex_unlock(&l->lock);
    return found;
}

static MdhValue socket_event(MdhThread *t, MdhLoop *l, const LoopSource *s)
{
    Fields f = {0};
    put(l, &f, W_KIND, s->kind);
    put(l, &f, W_SOCK, s->sock);
    put(l, &f, W_CALLBACK, s->fn);
    put(l, &f, W_READABLE, mdh_bool(s->events & SEL_READ));
    put(l, &f, W_WRITABLE, mdh_bool(s->events & SEL_WRITE));
    put(l, &f, W_NOW, ms_value(t, s->now_ns));
    return finish(t, &f);
}

static bool deliver_socket(Turn *turn, const Ready *ready, const Telling *what, int word,
                           bool *is_lost)
{
    LoopSource source = {.kind = loop_word(turn->l, word),
                         .sock = what->sock,
                         .fn = what->fn,
                         .event = MDH_ABSENT,
                         .make = socket_event,
                         .now_ns = turn->now_ns,
                         .events = ready->events};
    bool more = deliver(turn, &source);
    *is_lost = mdh_is_exc(source.event);
    return more;
}

// After the callback: what it left is taken off. An error that stays all the same (an error
// queue that nobody reads) is not told again.
static void settle_error(MdhLoop *l, uint64_t token)
{
    int error;
    socklen_t len = sizeof error;
    pthread_mutex_lock(&l->lock);
    Watch *w = watch_of_token_nolock(l, token);
    if (w && getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0) {
        struct pollfd p = {.fd = w->fd};
        w->told_error = poll(&p, 1, 0) > 0 && p.revents & POLLERR;
    }
    pthread_mutex_unlock(&l->lock);
}

static void tell_later(Turn *turn, uint64_t token)
{
    pthread_mutex_lock(&turn->l->lock);
    Watch *w = watch_of_token_nolock(turn->l, token);
    if (w) w->told_hup = false;
    pthread_mutex_unlock(&turn->l->lock);
    watch_park(turn->l, token, turn->now_ns + PARK_NS);
}

static bool deliver_task(Turn *turn, MdhLoopTask *task, uint32_t events)
{
    LoopSource source = {.kind = loop_word(turn->l, W_POST),
                         .sock = MDH_ABSENT,
                         .fn = MDH_NAETHING,
                         .event = MDH_NAETHING};
    if (mdh_is_exc(task->run(turn->t, turn->l, task, events))) report(turn, &source);
    turn->clock_ns = os_mono_ns();
    return !turn->has_thrown && !is_stopped(turn->l);
}

static MdhValue chan_event(MdhThread *t, MdhLoop *l, const LoopSource *s)
{
    Fields f = {0};
    put(l, &f, W_KIND, s->kind);
    put(l, &f, W_CHAN, s->sock);
    put(l, &f, W_VALUE, s->value);
    put(l, &f, W_CLOSED, mdh_bool(s->is_closed));
    put(l, &f, W_CALLBACK, s->fn);
    put(l, &f, W_NOW, ms_value(t, s->now_ns));
    return finish(t, &f);
}

bool mdh_loop_tell_chan(MdhThread *t, MdhLoop *l, MdhValue chan, MdhValue fn, MdhValue value,
                        bool is_closed)
{
    LoopSource source = {.kind = loop_word(l, W_CHAN),
                         .sock = chan,
                         .fn = fn,
                         .event = MDH_ABSENT,
                         .make = chan_event,
                         .value = value,
                         .is_closed = is_closed};
    (void)t; // the turn's
    return loop_deliver(l, &source);
}

static bool deliver_ready(Turn *turn, const Ready *ready)
{
    static const struct {
        uint32_t event;
        int word;
    } order[] = {
        {SEL_READ, W_READ}, {SEL_WRITE, W_WRITE}, {SEL_ERROR, W_ERROR}, {SEL_HUP, W_HUP}};
    bool told = false;
    for (size_t i = 0; i < countof(order); i++) {
        Telling what;
        if (!(ready->events & order[i].event)) continue;
        Lookup found = look_up(turn->l, ready->token, order[i].event, &what);
        if (found == GONE) return true;
        if (found == NOTHING) continue;
        if (what.task) return deliver_task(turn, what.task, ready->events);
        told = true;
        bool is_lost = false;
        bool more = deliver_socket(turn, ready, &what, order[i].word, &is_lost);
        if (is_lost) tell_later(turn, ready->token);
        else if (order[i].event == SEL_ERROR && mdh_is_absent(turn->list))
            settle_error(turn->l, ready->token);
        if (!more) return false;
    }
    if (!told) watch_park(turn->l, ready->token, turn->now_ns + PARK_NS);
    return true;
}

static int by_serial(const void *x, const void *y)
{
    const Ready *a = x, *b = y;
    return a->serial < b->serial ? -1 : a->serial > b->serial;
}

// In the order of registration.
static bool deliver_all_ready(Turn *turn, const SelEvent *events, int n)
{
    Ready ready[SEL_BATCH];
    size_t n_ready = 0;
    pthread_mutex_lock(&turn->l->lock);
    for (int i = 0; i < n; i++) {
        Watch *w = watch_of_token_nolock(turn->l, events[i].token);
        if (!w) continue;
        if (!(events[i].events & SEL_HUP)) w->told_hup = false;
        if (!(events[i].events & SEL_ERROR)) w->told_error = false;
        ready[n_ready++] = (Ready){events[i].token, w->serial, events[i].events};
    }
    pthread_mutex_unlock(&turn->l->lock);
    if (n_ready > 1) qsort(ready, n_ready, sizeof *ready, by_serial);
    for (size_t i = 0; i < n_ready; i++)
        if (!deliver_ready(turn, &ready[i])) return false;
    return true;
}

// Timers and posts -----------------------------------------------------------------------------

static MdhValue timer_event(MdhThread *t, MdhLoop *l, const LoopSource *s)
{
    Fields f = {0};
    MdhValue id = mdh_fix((int64_t)s->timer_id);
    put(l, &f, W_KIND, s->kind);
    put(l, &f, W_ID, id);
    put(l, &f, W_CALLBACK, s->fn);
    put(l, &f, W_TIMER_ID, id);
    put(l, &f, W_DUE_AT, ms_value(t, s->due_us * 1000));
    put(l, &f, W_NOW, ms_value(t, s->now_ns));
    return finish(t, &f);
}

static bool deliver_timers(Turn *turn)
{
    MdhLoop *l = turn->l;
    uint64_t now_us = turn->clock_ns / 1000; // also those that fell due during callbacks
    for (int i = 0; i < MAX_TIMERS; i++) {
        LoopTimer timer;
        pthread_mutex_lock(&l->lock);
        bool found = timer_next_nolock(l, now_us, &timer);
        pthread_mutex_unlock(&l->lock);
        if (!found) return true;
        LoopSource source = {.kind = loop_word(l, W_TIMER),
                             .sock = MDH_ABSENT,
                             .timer_id = timer.id,
                             .fn = timer.fn,
                             .event = MDH_ABSENT,
                             .make = timer_event,
                             .now_ns = now_us * 1000,
                             .due_us = timer.due_us};
        if (!deliver(turn, &source)) return false;
    }
    return true;
}

static MdhValue post_event(MdhThread *t, MdhLoop *l, const LoopSource *s)
{
    Fields f = {0};
    put(l, &f, W_KIND, s->kind);
    put(l, &f, W_CALLBACK, s->fn);
    put(l, &f, W_NOW, ms_value(t, s->now_ns));
    return finish(t, &f);
}

static bool take_post(MdhLoop *l, LoopPost *out)
{
    pthread_mutex_lock(&l->lock);
    bool found = l->n_posts > 0;
    if (found) {
        *out = l->posts[l->posts_first];
        l->posts[l->posts_first] = (LoopPost){MDH_ABSENT, MDH_ABSENT};
        l->posts_first = (l->posts_first + 1) % l->posts_cap;
        l->n_posts--;
    }
    pthread_mutex_unlock(&l->lock);
    return found;
}

static bool deliver_posts(Turn *turn)
{
    MdhLoop *l = turn->l;
    pthread_mutex_lock(&l->lock);
    uint32_t n = l->n_posts; // what these post in turn comes in the next turn
    pthread_mutex_unlock(&l->lock);
    LoopPost post;
    while (n-- && take_post(l, &post)) {
        LoopSource source = {.kind = loop_word(l, W_POST),
                             .sock = MDH_ABSENT,
                             .fn = post.fn,
                             .event = post.event,
                             .make = post_event,
                             .now_ns = turn->now_ns};
        if (!mdh_is_absent(post.event))
            source.kind = mdh_dict_get(post.event, loop_word(l, W_KIND));
        if (!deliver(turn, &source)) return false;
    }
    return true;
}

static MdhLoopTask *take_task(MdhLoop *l)
{
    pthread_mutex_lock(&l->lock);
    MdhLoopTask *task = l->first_task;
    if (task) l->first_task = task->next;
    if (!l->first_task) l->last_task = &l->first_task;
    pthread_mutex_unlock(&l->lock);
    return task;
}

// Tasks that queue themselves again come in the next turn: `last` is where this one ends.
static bool deliver_tasks(Turn *turn)
{
    MdhLoop *l = turn->l;
    pthread_mutex_lock(&l->lock);
    size_t n = 0;
    for (const MdhLoopTask *task = l->first_task; task; task = task->next) n++;
    pthread_mutex_unlock(&l->lock);
    MdhLoopTask *task;
    while (n-- && (task = take_task(l)) != NULL)
        if (!deliver_task(turn, task, 0)) return false;
    return true;
}

// Waiting --------------------------------------------------------------------------------------

static bool has_work(MdhLoop *l, uint64_t now_ns)
{
    return l->is_stopped || l->n_posts || l->first_task ||
           wheel_is_due(&l->wheel, now_ns / 1000);
}

// Without a watch, timer or promise from elsewhere only other threads can end the wait. When all
// of them are blocked, or there are none, nobody ever will.
static bool is_hopeless(MdhLoop *l, uint64_t deadline_ns)
{
    if (l->n_watches || l->wheel.n_armed || l->holds) return false;
    if (l->is_given_up || mdh_thread_is_alone()) return true;
    if (deadline_ns != OS_NEVER) return false;
    loop_count_nolock(l, true);
    if (!mdh_threads_are_blocked()) return false;
    loop_count_nolock(l, false);
    return true;
}

static uint64_t wake_at(const MdhLoop *l, uint64_t deadline_ns)
{
    uint64_t next_us = wheel_next_us(&l->wheel);
    uint64_t until = next_us < OS_NEVER / 1000 ? next_us * 1000 : OS_NEVER;
    if (l->parked.len && l->parked_until_ns < until) until = l->parked_until_ns;
    return until < deadline_ns ? until : deadline_ns;
}

// How long to wait now; 0 when there is work.
static uint64_t begin_wait(Turn *turn, uint64_t deadline_ns)
{
    MdhLoop *l = turn->l;
    uint64_t now = os_mono_ns(), until = 0;
    pthread_mutex_lock(&l->lock);
    watch_unpark_nolock(l, now);
    if (!has_work(l, now)) {
        until = wake_at(l, deadline_ns);
        turn->is_hopeless = (deadline_ns == OS_NEVER || mdh_is_absent(turn->list)) &&
                            is_hopeless(l, deadline_ns);
    }
    l->is_given_up = false;
    if (turn->is_hopeless || until <= now) until = 0;
    l->selector->type->prepare(l->selector);
    l->sleep_until_ns = until;
    l->is_woken = false;
    pthread_mutex_unlock(&l->lock);
    return until;
}

// Is there work now?
static bool end_wait(Turn *turn)
{
    MdhLoop *l = turn->l;
    turn->now_ns = turn->clock_ns = os_mono_ns();
    pthread_mutex_lock(&l->lock);
    l->sleep_until_ns = 0;
    loop_count_nolock(l, false);
    bool work = has_work(l, turn->now_ns);
    pthread_mutex_unlock(&l->lock);
    return work;
}

static int wait_ready(Turn *turn, SelEvent *events, uint64_t deadline_ns)
{
    for (;;) {
        mdh_gc_run_finalisers();
        uint64_t until = begin_wait(turn, deadline_ns);
        if (until) mdh_out_flush();
        int n = turn->l->selector->type->wait(turn->l->selector, events, until);
        bool work = end_wait(turn);
        turn->has_thrown = mdh_interrupted(turn->t);
        if (n > 0 || work || turn->is_hopeless || turn->has_thrown ||
            turn->now_ns >= deadline_ns)
            return n;
    }
}

static void turn_once(Turn *turn, uint64_t deadline_ns)
{
    SelEvent events[SEL_BATCH];
    int n = wait_ready(turn, events, deadline_ns);
    if (!turn->has_thrown && !is_stopped(turn->l) && deliver_all_ready(turn, events, n) &&
        deliver_timers(turn) && deliver_tasks(turn))
        deliver_posts(turn);
}

// One thread at a time ---------------------------------------------------------------------------

// True: the loop is this thread's, and the turn that was under way, if any, is in turn->outer.
static bool claim(Turn *turn)
{
    MdhLoop *l = turn->l;
    pthread_mutex_lock(&l->lock);
    bool ok = !l->owner || l->owner == turn->t;
    if (ok) {
        l->owner = turn->t;
        l->depth++;
        turn->outer = l->turn;
        l->turn = turn;
    }
    pthread_mutex_unlock(&l->lock);
    if (!ok) mdh_throw_native(turn->t, "Anither thread is awready runnin' this event loop");
    return ok;
}

static void unclaim(Turn *turn)
{
    MdhLoop *l = turn->l;
    pthread_mutex_lock(&l->lock);
    l->turn = turn->outer;
    if (--l->depth == 0) l->owner = NULL;
    pthread_mutex_unlock(&l->lock);
}

MdhValue mdh_loop_run(MdhThread *t, MdhLoop *l, uint64_t longest_wait_ns)
{
    Turn turn = {.t = t, .l = l, .list = MDH_ABSENT};
    if (!claim(&turn)) return MDH_EXC;
    while (!turn.is_hopeless && !turn.has_thrown && !is_stopped(l))
        turn_once(&turn,
                  longest_wait_ns < OS_NEVER ? os_mono_ns() + longest_wait_ns : OS_NEVER);
    unclaim(&turn);
    return turn.has_thrown ? MDH_EXC : MDH_NAETHING;
}

// Stopped, a loop says so and nothing else.
static bool put_stop(MdhThread *t, const MdhLoop *l, MdhValue list)
{
    Fields f = {0};
    put(l, &f, W_KIND, loop_word(l, W_STOP));
    MdhValue event = finish(t, &f);
    return !mdh_is_exc(event) && mdh_list_push(t, list, event);
}

MdhValue mdh_loop_poll(MdhThread *t, MdhLoop *l, uint64_t deadline_ns)
{
    Turn turn = {.t = t, .l = l, .list = mdh_list_new(t, 0)};
    if (mdh_is_exc(turn.list) || !claim(&turn)) return MDH_EXC;
    do turn_once(&turn, deadline_ns);
    while (!turn.is_hopeless && !turn.has_thrown && !is_stopped(l) &&
           mdh_list_len(turn.list) == 0 && os_mono_ns() < deadline_ns);
    bool stopped = is_stopped(l);
    unclaim(&turn);
    if (stopped && mdh_list_len(turn.list) == 0 && !put_stop(t, l, turn.list))
        return MDH_EXC;
    if (turn.has_thrown) return MDH_EXC;
    return turn.list;
}
