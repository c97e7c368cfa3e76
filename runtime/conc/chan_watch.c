// SPDX-License-Identifier: MIT
// A watch hangs in its channel's list and is a part of its loop. Whoever brings something into
// the channel picks one watch that is not told yet, one of an idle loop when there is one, and
// queues its task in the loop. The task receives, BURST values at most, and queues itself again
// while more is there. A watch taken out while its task is queued lives until the task runs.
//
// A watch is an object of the collector's that its loop keeps alive, from the beginning until it
// has left the channel's list and its task is neither queued nor running. The channel does not: a
// loop that is reached only through callbacks is lost, also when the channel lives on. Its list is
// therefore hidden from the collector; a watch leaves it before it can die.
#include "runtime/conc/chan_watch.h"

#include <stddef.h>

#include "runtime/conc/chan_priv.h"
#include "runtime/core/throw.h"

#define BURST 64

typedef struct ChanWatch {
    MdhLoopPart part;
    MdhLoopTask task;
    MdhLoop *loop;   // a reference
    MdhValue chan, fn;
    uintptr_t next;  // in the channel's list, under its lock
    bool is_in;      // in that list
    bool is_told;    // its task is queued or running, or about to be queued
} ChanWatch;

static uintptr_t hidden(const ChanWatch *w)
{
    return w ? ~(uintptr_t)w : 0;
}

static ChanWatch *seen(uintptr_t link)
{
    return (ChanWatch *)(link ? ~link : 0);
}

static MdhChan *chan_of(const ChanWatch *w)
{
    return mdh_ptr(w->chan);
}

static ChanWatch *of_task(MdhLoopTask *task)
{
    return (ChanWatch *)(void *)((char *)task - offsetof(ChanWatch, task));
}

// The channel's list ---------------------------------------------------------------------------

static void put_last_nolock(MdhChan *c, ChanWatch *w)
{
    uintptr_t *at = &c->watches;
    while (*at) at = &seen(*at)->next;
    w->next = 0;
    *at = hidden(w);
}

static void take_out_nolock(MdhChan *c, const ChanWatch *w)
{
    uintptr_t *at = &c->watches;
    while (*at && seen(*at) != w) at = &seen(*at)->next;
    if (*at) *at = w->next;
}

// Telling --------------------------------------------------------------------------------------

// The next in turn; rather one whose loop has nothing else to do.
ChanWatch *chan_pick_watch_nolock(MdhChan *c)
{
    ChanWatch *found = NULL;
    for (ChanWatch *w = seen(c->watches); w; w = seen(w->next)) {
        if (w->is_told) continue;
        if (!found) found = w;
        if (!w->next && found == w) break; // the only one
        if (!mdh_loop_is_idle(w->loop)) continue;
        found = w;
        break;
    }
    if (!found) return NULL;
    if (seen(c->watches)->next) {
        take_out_nolock(c, found);
        put_last_nolock(c, found);
    }
    found->is_told = true;
    mdh_loop_ref(found->loop); // until chan_tell: it may be closed meanwhile
    return found;
}

// A loop that is closed takes nothing: the watch is then being dropped.
void chan_tell(ChanWatch *w)
{
    MdhLoop *l = w->loop;
    mdh_loop_queue(l, &w->task);
    mdh_loop_unref(l);
}

void chan_tell_all(MdhChan *c)
{
    ChanWatch *w;
    do {
        mdh_lock(&c->native.h);
        w = c->watches ? chan_pick_watch_nolock(c) : NULL;
        mdh_unlock(&c->native.h);
        if (w) chan_tell(w);
    } while (w);
}

// The end of a watch ---------------------------------------------------------------------------

static void leave_loop(ChanWatch *w)
{
    MdhLoop *l = w->loop;
    if (mdh_loop_detach(l, &w->part)) mdh_loop_unref(l);
}

static void leave_chan_nolock(MdhChan *c, ChanWatch *w)
{
    if (w->is_in) take_out_nolock(c, w);
    w->is_in = false;
}

static void part_drop(MdhLoopPart *part)
{
    ChanWatch *w = (ChanWatch *)(void *)part;
    MdhChan *c = chan_of(w);
    mdh_lock(&c->native.h);
    leave_chan_nolock(c, w);
    mdh_unlock(&c->native.h);
    mdh_loop_unref(w->loop);
}

// On the loop's thread -------------------------------------------------------------------------

// CHAN_WOULD_BLOCK: there is nothing (now, or since it was taken out); the task is over.
static ChanStatus receive(MdhThread *t, ChanWatch *w, MdhValue *value, MdhValue *fn)
{
    MdhChan *c = chan_of(w);
    ChanAfter after = {0};
    *value = MDH_NAETHING;
    mdh_lock(&c->native.h);
    ChanStatus status = w->is_in ? chan_recv_nolock(c, value, &after) : CHAN_WOULD_BLOCK;
    *fn = w->fn;
    if (status == CHAN_CLOSED) leave_chan_nolock(c, w);
    if (status != CHAN_DONE) w->is_told = false;
    bool is_over = !w->is_in && !w->is_told, is_roomy = chan_is_roomy(c);
    mdh_unlock(&c->native.h);
    chan_after(&after);
    if (is_over) leave_loop(w);
    if (is_roomy) chan_shrink(t, c);
    return status;
}

static void task_drop(MdhLoopTask *task)
{
    (void)task; // the loop is closed: its watch is dropped in the next moment
}

// Comes back in the loop's next turn. A loop that has just been stopped leaves the values to
// others, if there are any.
static MdhValue come_back(ChanWatch *w, bool more)
{
    MdhChan *c = chan_of(w);
    ChanWatch *other = NULL;
    if (!more) {
        mdh_lock(&c->native.h);
        if (c->len && c->watches) other = chan_pick_watch_nolock(c);
        mdh_unlock(&c->native.h);
    }
    if (other) chan_tell(other);
    mdh_loop_queue(w->loop, &w->task);
    return MDH_NAETHING;
}

static MdhValue task_run(MdhThread *t, MdhLoop *l, MdhLoopTask *task, uint32_t events)
{
    ChanWatch *w = of_task(task);
    (void)events;
    for (int i = 0; i < BURST; i++) {
        MdhValue value, fn;
        ChanStatus status = receive(t, w, &value, &fn);
        if (status == CHAN_WOULD_BLOCK) return MDH_NAETHING;
        bool more = mdh_loop_tell_chan(t, l, w->chan, fn, value, status == CHAN_CLOSED);
        if (status == CHAN_CLOSED) return MDH_NAETHING;
        if (!more) return come_back(w, false);
    }
    return come_back(w, true);
}

// Beginning ------------------------------------------------------------------------------------

static ChanWatch *find_nolock(MdhChan *c, const MdhLoop *l)
{
    ChanWatch *w = seen(c->watches);
    while (w && w->loop != l) w = seen(w->next);
    return w;
}

bool mdh_chan_unwatch(MdhLoop *l, MdhChan *c)
{
    mdh_lock(&c->native.h);
    ChanWatch *w = find_nolock(c, l);
    if (w) leave_chan_nolock(c, w);
    bool is_over = w && !w->is_told; // else its task sees to that
    mdh_unlock(&c->native.h);
    if (is_over) leave_loop(w);
    return w;
}

static bool set_fn(MdhLoop *l, MdhChan *c, MdhValue fn)
{
    mdh_lock(&c->native.h);
    ChanWatch *w = find_nolock(c, l);
    if (w) w->fn = fn;
    mdh_unlock(&c->native.h);
    return w;
}

static ChanWatch *watch_new(MdhThread *t, MdhLoop *l, MdhValue chan, MdhValue fn)
{
    ChanWatch *w = mdh_new(t, sizeof *w);
    if (!w) {
        mdh_throw_oom(t, sizeof *w);
        return NULL;
    }
    w->part.drop = part_drop;
    w->task = (MdhLoopTask){task_run, task_drop, NULL};
    w->loop = l;
    w->chan = chan;
    w->fn = fn;
    return w;
}

// Into the channel's list; told at once when there is something already. False when the loop
// watches it already: that watch has the callback now.
static bool enter_chan(ChanWatch *w)
{
    MdhChan *c = chan_of(w);
    mdh_lock(&c->native.h);
    ChanWatch *old = find_nolock(c, w->loop);
    bool is_told = !old && (c->len || c->is_closed);
    if (old) {
        old->fn = w->fn;
    } else {
        put_last_nolock(c, w);
        w->is_in = true;
        w->is_told = is_told;
    }
    mdh_unlock(&c->native.h);
    if (is_told) mdh_loop_queue(w->loop, &w->task);
    return !old;
}

// The loop is pinned by the caller.
bool mdh_chan_watch(MdhThread *t, MdhLoop *l, MdhValue chan, MdhValue fn)
{
    MdhChan *c = mdh_chan_of(t, chan);
    if (!c) return false;
    if (mdh_is_naething(fn)) mdh_chan_unwatch(l, c);
    if (mdh_is_naething(fn) || set_fn(l, c, fn)) return true;
    ChanWatch *w = watch_new(t, l, chan, fn);
    if (!w) return false;
    mdh_loop_ref(l);
    if (!mdh_loop_attach(l, &w->part)) {
        mdh_loop_unref(l);
    } else if (!enter_chan(w)) {
        leave_loop(w);
    } else if (mdh_loop_is_shut(l)) { // dropped before it was in
        mdh_lock(&c->native.h);
        leave_chan_nolock(c, w);
        mdh_unlock(&c->native.h);
    }
    return true;
}
