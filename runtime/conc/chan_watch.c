// SPDX-License-Identifier: MIT
// A watch hangs in its channel's list and is a part of its loop. Whoever brings something into
// the channel picks one watch that is not told yet, one of an idle loop when there is one, and
// queues its task in the loop. The task receives, BURST values at most, and queues itself again
// while more is there. A watch taken out while its task is queued lives until the task runs.
//
// A watch is counted: by the channel's list, by the loop, by a queued task, by whoever looks at
// it. It is a root of the collector, so that it keeps the channel and the callback alive.
#include "runtime/conc/chan_watch.h"

#include <stddef.h>

#include "runtime/conc/chan_priv.h"
#include "runtime/core/throw.h"

#define BURST 64

typedef struct ChanWatch {
    MdhLoopTask task;
    MdhLoopPart part;
    MdhLoop *loop; // a reference
    MdhValue chan, fn;
    struct ChanWatch *next; // in the channel's list, under its lock
    bool is_in;             // in that list
    bool is_told;           // its task is queued or running
    uint32_t refs;          // atomic
} ChanWatch;

static void unref(ChanWatch *w)
{
    if (__atomic_sub_fetch(&w->refs, 1, __ATOMIC_ACQ_REL)) return;
    mdh_loop_unref(w->loop);
    mdh_gc_free_root(w);
}

static ChanWatch *ref(ChanWatch *w)
{
    __atomic_add_fetch(&w->refs, 1, __ATOMIC_RELAXED);
    return w;
}

static MdhChan *chan_of(const ChanWatch *w)
{
    return mdh_ptr(w->chan);
}

// Telling --------------------------------------------------------------------------------------

static void put_last_nolock(MdhChan *c, ChanWatch *w)
{
    ChanWatch **at = &c->watches;
    while (*at) at = &(*at)->next;
    w->next = NULL;
    *at = w;
}

static bool take_out_nolock(MdhChan *c, const ChanWatch *w)
{
    ChanWatch **at = &c->watches;
    while (*at && *at != w) at = &(*at)->next;
    if (*at) *at = w->next;
    return w->is_in;
}

// The next in turn; rather one whose loop has nothing else to do.
ChanWatch *chan_pick_watch_nolock(MdhChan *c)
{
    ChanWatch *found = NULL;
    for (ChanWatch *w = c->watches; w; w = w->next) {
        if (w->is_told) continue;
        if (!found) found = w;
        if (!w->next && found == w) break; // the only one
        if (!mdh_loop_is_idle(w->loop)) continue;
        found = w;
        break;
    }
    if (!found) return NULL;
    if (c->watches->next) {
        take_out_nolock(c, found);
        put_last_nolock(c, found);
    }
    found->is_told = true;
    return ref(found);
}

void chan_tell(ChanWatch *w)
{
    if (!mdh_loop_queue(w->loop, &w->task)) unref(w); // closed: it is being taken out
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

// Out of the channel's list, if it is still there.
static void leave_chan(ChanWatch *w)
{
    MdhChan *c = chan_of(w);
    mdh_lock(&c->native.h);
    bool was_in = w->is_in && take_out_nolock(c, w);
    w->is_in = false;
    mdh_unlock(&c->native.h);
    if (was_in) unref(w);
}

static void leave_loop(ChanWatch *w)
{
    if (mdh_loop_detach(w->loop, &w->part)) unref(w);
}

static void part_drop(MdhLoopPart *part)
{
    ChanWatch *w = (ChanWatch *)(void *)((char *)part - offsetof(ChanWatch, part));
    leave_chan(w);
    unref(w); // the loop's
}

// On the loop's thread -------------------------------------------------------------------------

// CHAN_WOULD_BLOCK: there is nothing, and the watch wants to be told again.
static ChanStatus receive(MdhThread *t, ChanWatch *w, MdhValue *value, MdhValue *fn)
{
    MdhChan *c = chan_of(w);
    *value = MDH_NAETHING;
    mdh_lock(&c->native.h);
    ChanStatus status = w->is_in ? chan_recv_nolock(c, value) : CHAN_WOULD_BLOCK;
    *fn = w->fn;
    if (status == CHAN_WOULD_BLOCK) w->is_told = false;
    bool is_roomy = chan_is_roomy(c);
    mdh_unlock(&c->native.h);
    if (is_roomy) chan_shrink(t, c);
    return status;
}

static void task_drop(MdhLoopTask *task)
{
    unref((ChanWatch *)(void *)task);
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
    chan_tell(w);
    return MDH_NAETHING;
}

static MdhValue task_run(MdhThread *t, MdhLoop *l, MdhLoopTask *task, uint32_t events)
{
    ChanWatch *w = (ChanWatch *)(void *)task;
    (void)events;
    for (int i = 0; i < BURST; i++) {
        MdhValue value, fn;
        ChanStatus status = receive(t, w, &value, &fn);
        if (status == CHAN_WOULD_BLOCK) {
            unref(w); // the task's
            return MDH_NAETHING;
        }
        if (status == CHAN_CLOSED) {
            leave_chan(w);
            leave_loop(w);
            mdh_loop_tell_chan(t, l, w->chan, fn, value, true);
            unref(w);
            return MDH_NAETHING;
        }
        if (!mdh_loop_tell_chan(t, l, w->chan, fn, value, false)) return come_back(w, false);
    }
    return come_back(w, true);
}

// Beginning ------------------------------------------------------------------------------------

static ChanWatch *find_nolock(MdhChan *c, const MdhLoop *l)
{
    ChanWatch *w = c->watches;
    while (w && w->loop != l) w = w->next;
    return w;
}

bool mdh_chan_unwatch(MdhLoop *l, MdhChan *c)
{
    mdh_lock(&c->native.h);
    ChanWatch *w = find_nolock(c, l);
    if (w) ref(w);
    mdh_unlock(&c->native.h);
    if (!w) return false;
    leave_chan(w);
    leave_loop(w);
    unref(w);
    return true;
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
    ChanWatch *w = mdh_gc_alloc_root(sizeof *w);
    if (!w) {
        mdh_throw_oom(t, sizeof *w);
        return NULL;
    }
    w->task = (MdhLoopTask){task_run, task_drop, NULL};
    w->part.drop = part_drop;
    w->loop = mdh_loop_ref(l);
    w->chan = chan;
    w->fn = fn;
    w->refs = 2; // the loop's, ours
    return w;
}

// Into the channel's list; told at once when there is something already. False when the loop
// watches it already: that watch has the callback now.
static bool enter_chan(ChanWatch *w)
{
    MdhChan *c = chan_of(w);
    mdh_lock(&c->native.h);
    ChanWatch *old = find_nolock(c, w->loop), *told = NULL;
    if (old) {
        old->fn = w->fn;
    } else {
        put_last_nolock(c, w);
        w->is_in = true;
        ref(w);
    }
    if (!old && (c->len || c->is_closed)) {
        w->is_told = true;
        told = ref(w);
    }
    mdh_unlock(&c->native.h);
    if (told) chan_tell(told);
    return !old;
}

bool mdh_chan_watch(MdhThread *t, MdhLoop *l, MdhValue chan, MdhValue fn)
{
    MdhChan *c = mdh_chan_of(t, chan);
    if (!c) return false;
    if (mdh_is_naething(fn)) mdh_chan_unwatch(l, c);
    if (mdh_is_naething(fn) || set_fn(l, c, fn)) return true;
    ChanWatch *w = watch_new(t, l, chan, fn);
    if (!w) return false;
    if (!mdh_loop_attach(l, &w->part)) unref(w);
    else if (!enter_chan(w)) leave_loop(w);
    else if (mdh_loop_is_shut(l)) leave_chan(w); // dropped before it was in
    unref(w);
    return true;
}
