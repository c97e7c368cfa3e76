// SPDX-License-Identifier: MIT
// One of several channels. A thread that waits stands in the line of each; the first that wakes
// it wins, the others pass it by. The locks of two channels are never held together: while the
// thread is still getting in line at the later ones, an earlier one may wake it already.
#include "runtime/conc/chan_priv.h"
#include "runtime/core/rng.h"
#include "runtime/core/throw.h"

#define FEW 8

typedef struct Place { // in the line of one channel
    MdhWaitNode node;
    ChanOp op;
} Place;

static bool is_send(const ChanCase *one)
{
    return !mdh_is_absent(one->value);
}

static ChanStatus try_case(MdhThread *t, const ChanCase *one, MdhValue *out)
{
    return is_send(one) ? mdh_chan_send(t, one->chan, one->value, 0)
                        : mdh_chan_recv(t, one->chan, out, 0);
}

// Into the line of one channel; false when something can be done there now (which is left for
// another round).
static bool stand_at(MdhThread *t, const ChanCase *one, Place *place)
{
    MdhChan *c = one->chan;
    mdh_lock(&c->native.h);
    bool must_wait = !c->is_closed && (is_send(one) ? c->len >= c->limit : !c->len);
    place->op = (ChanOp){one->value, CHAN_WOULD_BLOCK};
    if (must_wait) {
        place->node.item = &place->op;
        mdh_wait_enqueue(t, is_send(one) ? &c->senders : &c->receivers, &place->node);
    }
    mdh_unlock(&c->native.h);
    return must_wait;
}

// Out of the first n lines. What somebody has done for the thread meanwhile, if anything.
static ChanStatus leave_all(const ChanCase *cases, Place *places, uint32_t n,
                            uint32_t *which, MdhValue *out)
{
    ChanStatus status = CHAN_WOULD_BLOCK;
    for (uint32_t i = 0; i < n; i++) {
        mdh_lock(&cases[i].chan->native.h);
        mdh_wait_leave(&places[i].node);
        ChanOp op = places[i].op;
        mdh_unlock(&cases[i].chan->native.h);
        if (op.status == CHAN_WOULD_BLOCK) continue;
        status = op.status;
        *which = i;
        *out = op.value;
    }
    return status;
}

// CHAN_WOULD_BLOCK and not *again: the wait is over, for nothing.
static ChanStatus wait_once(MdhThread *t, const ChanCase *cases, Place *places, uint32_t n,
                            uint64_t deadline_ns, uint32_t *which, MdhValue *out,
                            bool *again)
{
    MdhWaitInfo info = chan_wait_info(cases[0].chan);
    MdhWaitResult result = MDH_WAIT_WOKEN;
    uint32_t stood = 0;
    *again = false;
    if (!mdh_wait_prepare(t)) return CHAN_THREW;
    while (stood < n && stand_at(t, &cases[stood], &places[stood])) stood++;
    if (stood == n) result = mdh_wait_park(t, deadline_ns, &info);
    ChanStatus status = leave_all(cases, places, stood, which, out);
    if (status != CHAN_WOULD_BLOCK) return status;
    *again = result == MDH_WAIT_WOKEN;
    return result == MDH_WAIT_DEADLOCK ? chan_gave_up(t) : CHAN_WOULD_BLOCK;
}

static ChanStatus try_all(MdhThread *t, const ChanCase *cases, uint32_t n, uint32_t *which,
                          MdhValue *out)
{
    uint32_t first = n > 1 ? (uint32_t)mdh_rng_below(t, n) : 0;
    for (uint32_t i = 0; i < n; i++) {
        *which = first + i < n ? first + i : first + i - n;
        ChanStatus status = try_case(t, &cases[*which], out);
        if (status != CHAN_WOULD_BLOCK) return status;
    }
    return CHAN_WOULD_BLOCK;
}

ChanStatus mdh_chan_select(MdhThread *t, const ChanCase *cases, uint32_t n,
                           uint64_t deadline_ns, uint32_t *which, MdhValue *out)
{
    Place few[FEW], *places = few;
    ChanStatus status = try_all(t, cases, n, which, out);
    if (status != CHAN_WOULD_BLOCK || !deadline_ns) return status;
    if (deadline_ns == OS_NEVER && mdh_wait_alone(t)) return try_all(t, cases, n, which, out);
    if (n > FEW && !(places = mdh_new(t, n * sizeof *places))) {
        mdh_throw_oom(t, n * sizeof *places);
        return CHAN_THREW;
    }
    for (bool again = true; again && status == CHAN_WOULD_BLOCK;) {
        memset(places, 0, n * sizeof *places);
        status = wait_once(t, cases, places, n, deadline_ns, which, out, &again);
        if (again) status = try_all(t, cases, n, which, out);
    }
    return status;
}
