// SPDX-License-Identifier: MIT
// Timers: the wheel keeps the times, chunks beside it the callbacks. An id is
// generation << 24 | node + 1, so that the id of a timer that is gone never means a later one.
// A delay is rounded up to the next microsecond and the present down, so no timer is early.
#include <math.h>
#include <string.h>

#include "runtime/loop/loop_priv.h"

#define NODE_BITS 24
#define NODE_MASK ((INT64_C(1) << NODE_BITS) - 1)
#define MAX_NS    9e17 // 28 years: whoever waits longer waits for ever

static MdhValue *fn_of(MdhLoop *l, uint32_t node)
{
    return &l->timer_fns.items[node / WHEEL_CHUNK][node % WHEEL_CHUNK];
}

static uint64_t id_of(const MdhLoop *l, uint32_t node)
{
    return (uint64_t)wheel_node(&l->wheel, node)->generation << NODE_BITS | (node + 1);
}

// The node of a pending timer, or WHEEL_NONE.
static uint32_t find(const MdhLoop *l, int64_t id)
{
    uint32_t node = (uint32_t)(id & NODE_MASK) - 1;
    if (id <= 0 || node >= l->wheel.n_nodes) return WHEEL_NONE;
    const WheelNode *n = wheel_node(&l->wheel, node);
    return n->is_armed && n->generation == (uint64_t)id >> NODE_BITS ? node : WHEEL_NONE;
}

static bool has_room(MdhLoop *l, uint32_t node)
{
    if (node / WHEEL_CHUNK < l->timer_fns.len) return true;
    MdhValue *chunk = loop_memory_nolock(l, WHEEL_CHUNK * sizeof *chunk);
    return chunk && vec_push(&l->timer_fns, chunk);
}

static double ns_of(double ms)
{
    double ns = ms * 1e6;
    return ns < MAX_NS ? ns : MAX_NS;
}

// No delay is due at once: at the next look, whenever it comes.
static uint64_t due_us(double delay_ms)
{
    uint64_t now_ns = os_mono_ns(), ns = (uint64_t)ceil(ns_of(delay_ms));
    return ns ? (now_ns + ns + 999) / 1000 : now_ns / 1000;
}

static uint64_t interval_us(double ms)
{
    double us = ceil(ns_of(ms) / 1000);
    return us < 1 ? 1 : (uint64_t)us;
}

static void start(MdhLoop *l, uint32_t node, uint64_t due)
{
    wheel_start(&l->wheel, node, due);
    loop_wake_nolock(l, due * 1000);
}

uint64_t mdh_loop_timer_start(MdhLoop *l, double delay_ms, double interval_ms, MdhValue fn)
{
    uint64_t due = due_us(delay_ms), id = 0;
    pthread_mutex_lock(&l->lock);
    uint32_t node = l->is_shut ? WHEEL_NONE : wheel_take(&l->wheel);
    if (node != WHEEL_NONE && !has_room(l, node)) {
        wheel_give(&l->wheel, node);
        node = WHEEL_NONE;
    }
    if (node != WHEEL_NONE) {
        wheel_node(&l->wheel, node)->interval_us =
            interval_ms > 0 ? interval_us(interval_ms) : 0;
        *fn_of(l, node) = fn;
        start(l, node, due);
        id = id_of(l, node);
    }
    pthread_mutex_unlock(&l->lock);
    return id;
}

static void end(MdhLoop *l, uint32_t node)
{
    *fn_of(l, node) = MDH_ABSENT;
    wheel_give(&l->wheel, node);
}

bool mdh_loop_timer_cancel(MdhLoop *l, int64_t id)
{
    pthread_mutex_lock(&l->lock);
    uint32_t node = find(l, id);
    if (node != WHEEL_NONE) end(l, node);
    pthread_mutex_unlock(&l->lock);
    return node != WHEEL_NONE;
}

bool mdh_loop_timer_reset(MdhLoop *l, int64_t id, double ms)
{
    uint64_t due = due_us(ms);
    pthread_mutex_lock(&l->lock);
    uint32_t node = find(l, id);
    if (node != WHEEL_NONE) {
        WheelNode *n = wheel_node(&l->wheel, node);
        if (n->interval_us) n->interval_us = interval_us(ms);
        wheel_stop(&l->wheel, node);
        start(l, node, due);
    }
    pthread_mutex_unlock(&l->lock);
    return node != WHEEL_NONE;
}

bool mdh_loop_timer_remaining(MdhLoop *l, int64_t id, double *ms)
{
    uint64_t now_ns = os_mono_ns(), due_ns = 0;
    pthread_mutex_lock(&l->lock);
    uint32_t node = find(l, id);
    if (node != WHEEL_NONE) due_ns = wheel_node(&l->wheel, node)->due_us * 1000;
    pthread_mutex_unlock(&l->lock);
    *ms = due_ns > now_ns ? (double)(due_ns - now_ns) / 1e6 : 0;
    return node != WHEEL_NONE;
}

// A periodic timer goes on in whole intervals from when it was due, past the present: ticks
// that were missed count as one.
bool timer_next_nolock(MdhLoop *l, uint64_t now_us, LoopTimer *out)
{
    uint32_t node = wheel_pop(&l->wheel, now_us);
    if (node == WHEEL_NONE) return false;
    WheelNode *n = wheel_node(&l->wheel, node);
    *out = (LoopTimer){id_of(l, node), n->due_us, *fn_of(l, node)};
    if (!n->interval_us) {
        end(l, node);
        return true;
    }
    uint64_t missed = (now_us - n->due_us) / n->interval_us;
    wheel_start(&l->wheel, node, n->due_us + (missed + 1) * n->interval_us);
    return true;
}

void timer_drop_all(MdhLoop *l)
{
    pthread_mutex_lock(&l->lock);
    for (uint32_t node = 0; node < l->wheel.n_nodes; node++)
        if (wheel_node(&l->wheel, node)->is_taken) end(l, node);
    pthread_mutex_unlock(&l->lock);
}
