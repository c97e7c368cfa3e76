// SPDX-License-Identifier: MIT
// The ring, and threads that wait at its ends. While receivers wait the ring is empty; while
// senders wait it is full. The lock is held for a few instructions; the ring grows outside it.
#include "runtime/conc/chan.h"

#include "runtime/conc/chan_priv.h"
#include "runtime/core/throw.h"

#define FIRST_SLOTS 16u
#define MAX_SLOTS   (MDH_MAX_OBJECT_BYTES / sizeof(MdhValue))

static const MdhNativeType chan_type = {.kind = "channel"};
static uint64_t last_id;

MdhValue mdh_chan_new(MdhThread *t, uint64_t limit)
{
    MdhChan *c = mdh_new(t, sizeof *c);
    if (!c) return mdh_throw_oom(t, sizeof *c);
    c->native.h.tag = MDH_TAG_NATIVE;
    c->native.type = &chan_type;
    c->native.id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
    c->native.data = MDH_NAETHING;
    c->limit = limit;
    return limit > FIRST_SLOTS || chan_grow(t, c) ? mdh_from_ptr(c) : MDH_EXC;
}

bool mdh_chan_is(MdhValue v)
{
    return mdh_has_tag(v, MDH_TAG_NATIVE) && ((MdhNative *)mdh_ptr(v))->type == &chan_type;
}

MdhChan *mdh_chan_of(MdhThread *t, MdhValue v)
{
    if (MDH_LIKELY(mdh_chan_is(v))) return mdh_ptr(v);
    mdh_throw_native(t, "Unknown %s handle", chan_type.kind);
    return NULL;
}

MdhWaitInfo chan_wait_info(const MdhChan *c)
{
    return (MdhWaitInfo){.kind = chan_type.kind, .id = c->native.id, .obj = c};
}

// The ring -------------------------------------------------------------------------------------

static void put_nolock(MdhChan *c, MdhValue v)
{
    MDH_STORE_BARRIER(mdh_from_ptr(c), v);
    c->slots[(c->first + c->len++) & (c->cap - 1)] = v;
}

static MdhValue take_nolock(MdhChan *c)
{
    MdhValue v = c->slots[c->first];
    c->slots[c->first] = MDH_ABSENT; // the collector need not keep it
    c->first = (c->first + 1) & (c->cap - 1);
    c->len--;
    return v;
}

// Moves the values to a ring of `cap` slots, unless another thread has resized it meanwhile.
static void resize(MdhChan *c, MdhValue *slots, uint32_t old_cap, uint32_t cap)
{
    mdh_lock(&c->native.h);
    if (c->cap == old_cap && c->len <= cap) {
        for (uint32_t i = 0; i < c->len; i++)
            slots[i] = c->slots[(c->first + i) & (c->cap - 1)];
        c->slots = slots;
        c->cap = cap;
        c->first = 0;
    }
    mdh_unlock(&c->native.h);
}

static uint32_t cap_of(MdhChan *c)
{
    mdh_lock(&c->native.h);
    uint32_t cap = c->cap;
    mdh_unlock(&c->native.h);
    return cap;
}

bool chan_grow(MdhThread *t, MdhChan *c)
{
    uint32_t old_cap = cap_of(c);
    uint64_t cap = old_cap ? (uint64_t)old_cap * 2 : FIRST_SLOTS;
    MdhValue *slots = cap <= MAX_SLOTS ? mdh_new(t, cap * sizeof *slots) : NULL;
    if (!slots) {
        mdh_throw_oom(t, cap * sizeof *slots);
        return false;
    }
    resize(c, slots, old_cap, (uint32_t)cap);
    return true;
}

// After a rush. Without memory the ring stays as it is.
void chan_shrink(MdhThread *t, MdhChan *c)
{
    uint32_t old_cap = cap_of(c), cap = old_cap / 2;
    MdhValue *slots = mdh_new(t, cap * sizeof *slots);
    if (slots) resize(c, slots, old_cap, cap);
}

// One step, without waiting --------------------------------------------------------------------

static void hand_over(MdhWaitNode *receiver, MdhValue v)
{
    *(ChanOp *)receiver->item = (ChanOp){v, CHAN_DONE};
}

ChanStatus chan_send_nolock(MdhChan *c, MdhValue v, ChanAfter *after)
{
    MdhWaitNode *receiver;
    if (c->is_closed) return CHAN_CLOSED;
    if (mdh_has_waiters(&c->receivers) &&
        (receiver = mdh_wake_choose(&c->receivers, &after->sleeper))) {
        hand_over(receiver, v);
        return CHAN_DONE;
    }
    if (c->len >= c->limit) return CHAN_WOULD_BLOCK;
    if (c->len == c->cap) {
        after->must_grow = true;
        return CHAN_WOULD_BLOCK;
    }
    put_nolock(c, v);
    if (c->watches) after->watch = chan_pick_watch_nolock(c);
    return CHAN_DONE;
}

ChanStatus chan_recv_nolock(MdhChan *c, MdhValue *out, ChanAfter *after)
{
    MdhWaitNode *sender;
    if (!c->len) return c->is_closed ? CHAN_CLOSED : CHAN_WOULD_BLOCK;
    *out = take_nolock(c);
    if (mdh_has_waiters(&c->senders) &&
        (sender = mdh_wake_choose(&c->senders, &after->sleeper))) {
        ChanOp *op = sender->item;
        put_nolock(c, op->value);
        op->status = CHAN_DONE;
    }
    return CHAN_DONE;
}

void chan_after(const ChanAfter *after)
{
    if (after->sleeper) mdh_wake_signal(after->sleeper);
    if (after->watch) chan_tell(after->watch);
}

static ChanStatus try_send(MdhThread *t, MdhChan *c, MdhValue v)
{
    for (;;) {
        ChanAfter after = {0};
        mdh_lock(&c->native.h);
        ChanStatus status = chan_send_nolock(c, v, &after);
        mdh_unlock(&c->native.h);
        chan_after(&after);
        if (MDH_LIKELY(!after.must_grow)) return status;
        if (!chan_grow(t, c)) return CHAN_THREW;
    }
}

static ChanStatus try_recv(MdhThread *t, MdhChan *c, MdhValue *out)
{
    ChanAfter after = {0};
    mdh_lock(&c->native.h);
    ChanStatus status = chan_recv_nolock(c, out, &after);
    bool is_roomy = chan_is_roomy(c);
    mdh_unlock(&c->native.h);
    chan_after(&after);
    if (MDH_UNLIKELY(is_roomy)) chan_shrink(t, c);
    return status;
}

// Waiting --------------------------------------------------------------------------------------

// Stands in line unless it can be done now. CHAN_WOULD_BLOCK: it stands there.
static ChanStatus stand_in_line(MdhThread *t, MdhChan *c, bool is_send, ChanOp *op,
                                MdhWaitNode *node)
{
    for (;;) {
        ChanAfter after = {0};
        mdh_lock(&c->native.h);
        ChanStatus status = is_send ? chan_send_nolock(c, op->value, &after)
                                    : chan_recv_nolock(c, &op->value, &after);
        if (status == CHAN_WOULD_BLOCK && !after.must_grow) {
            node->item = op;
            mdh_wait_enqueue(t, is_send ? &c->senders : &c->receivers, node);
        }
        mdh_unlock(&c->native.h);
        chan_after(&after);
        if (!after.must_grow) return status;
        if (!chan_grow(t, c)) return CHAN_THREW;
    }
}

ChanStatus chan_gave_up(MdhThread *t)
{
    if (!mdh_thread_is_alone()) return CHAN_THREW;
    mdh_take_error(t);
    return CHAN_WOULD_BLOCK;
}

static ChanStatus wait_for(MdhThread *t, MdhChan *c, bool is_send, ChanOp *op,
                           uint64_t deadline_ns)
{
    MdhWaitNode node = {0};
    MdhWaitInfo info = chan_wait_info(c);
    if (deadline_ns == OS_NEVER && mdh_wait_alone(t)) // what others did before they ended counts
        return is_send ? try_send(t, c, op->value) : try_recv(t, c, &op->value);
    if (!mdh_wait_prepare(t)) return CHAN_THREW;
    op->status = CHAN_WOULD_BLOCK;
    ChanStatus status = stand_in_line(t, c, is_send, op, &node);
    if (status != CHAN_WOULD_BLOCK) return status;
    MdhWaitResult result = mdh_wait_park(t, deadline_ns, &info);
    mdh_lock(&c->native.h);
    mdh_wait_leave(&node);
    status = op->status; // it may have been done at the last moment
    mdh_unlock(&c->native.h);
    return status == CHAN_WOULD_BLOCK && result == MDH_WAIT_DEADLOCK ? chan_gave_up(t) : status;
}

ChanStatus mdh_chan_send(MdhThread *t, MdhChan *c, MdhValue v, uint64_t deadline_ns)
{
    ChanStatus status = try_send(t, c, v);
    if (MDH_LIKELY(status != CHAN_WOULD_BLOCK) || !deadline_ns) return status;
    ChanOp op = {.value = v};
    return wait_for(t, c, true, &op, deadline_ns);
}

ChanStatus mdh_chan_recv(MdhThread *t, MdhChan *c, MdhValue *out, uint64_t deadline_ns)
{
    ChanStatus status = try_recv(t, c, out);
    if (MDH_LIKELY(status != CHAN_WOULD_BLOCK) || !deadline_ns) return status;
    ChanOp op = {.value = MDH_ABSENT};
    status = wait_for(t, c, false, &op, deadline_ns);
    *out = op.value;
    return status;
}

// The end --------------------------------------------------------------------------------------

// Nobody sends any more, so receivers that wait get nothing; senders that wait take theirs back.
static void refuse_all(MdhWaitQueue *q)
{
    MdhWaitNode *node;
    while ((node = mdh_wake_one(q)) != NULL) ((ChanOp *)node->item)->status = CHAN_CLOSED;
}

void mdh_chan_close(MdhChan *c)
{
    mdh_lock(&c->native.h);
    __atomic_store_n(&c->is_closed, true, __ATOMIC_RELEASE);
    refuse_all(&c->receivers);
    refuse_all(&c->senders);
    mdh_unlock(&c->native.h);
    chan_tell_all(c);
}

bool mdh_chan_is_closed(const MdhChan *c)
{
    return __atomic_load_n(&c->is_closed, __ATOMIC_ACQUIRE);
}

uint64_t mdh_chan_len(MdhChan *c)
{
    mdh_lock(&c->native.h);
    uint64_t len = c->len;
    mdh_unlock(&c->native.h);
    return len;
}
