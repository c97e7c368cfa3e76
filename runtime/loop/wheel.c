// SPDX-License-Identifier: MIT
// Level k has 64 slots of 64^k microseconds each. A timer lies on the level of the highest group
// of six bits in which its due time differs from the wheel's time, in the slot that those bits
// name. Two things follow from this placement, which every step below keeps up:
//
//  *  all timers of a lower level are due before all of a higher one, and within a level the
//     lower slot is due first: the earliest slot is two bit scans away;
//  *  timers with the same due time are always in the same slot, so that appending keeps their
//     order of starting, also when a slot is dealt out to the levels below.
//
// The wheel's time may be moved to any time before the start of the earliest slot without moving
// a timer: only the bits below that slot's group, or smaller values of the group, change.
#include "runtime/loop/wheel.h"

#include <string.h>

#include "runtime/mem/gc.h"

#define SLOT_MASK (WHEEL_SLOTS - 1)

void wheel_init(Wheel *w, uint64_t now_us)
{
    memset(w, 0, sizeof *w);
    memset(w->first, 0xff, sizeof w->first);
    memset(w->last, 0xff, sizeof w->last);
    w->free = WHEEL_NONE;
    w->now_us = now_us;
}

void wheel_deinit(Wheel *w)
{
    for (uint32_t i = 0; i < w->chunks.len; i++) mdh_raw_free(w->chunks.items[i]);
    vec_free(&w->chunks);
    wheel_init(w, w->now_us);
}

WheelNode *wheel_node(const Wheel *w, uint32_t node)
{
    return &w->chunks.items[node / WHEEL_CHUNK][node % WHEEL_CHUNK];
}

// Nodes --------------------------------------------------------------------------------------

static bool grow(Wheel *w)
{
    if (w->n_nodes + WHEEL_CHUNK > WHEEL_MAX) return false;
    WheelNode *chunk = mdh_raw_realloc(NULL, WHEEL_CHUNK * sizeof *chunk);
    if (!chunk) return false;
    memset(chunk, 0, WHEEL_CHUNK * sizeof *chunk);
    if (!vec_push(&w->chunks, chunk)) {
        mdh_raw_free(chunk);
        return false;
    }
    for (uint32_t i = WHEEL_CHUNK; i-- > 0;) {
        chunk[i].next = w->free;
        w->free = w->n_nodes + i;
    }
    w->n_nodes += WHEEL_CHUNK;
    return true;
}

uint32_t wheel_take(Wheel *w)
{
    if (w->free == WHEEL_NONE && !grow(w)) return WHEEL_NONE;
    uint32_t node = w->free;
    WheelNode *n = wheel_node(w, node);
    w->free = n->next;
    n->is_taken = true;
    n->interval_us = 0;
    return node;
}

void wheel_give(Wheel *w, uint32_t node)
{
    WheelNode *n = wheel_node(w, node);
    wheel_stop(w, node);
    n->is_taken = false;
    n->generation++;
    n->next = w->free;
    w->free = node;
}

// Slots --------------------------------------------------------------------------------------

static unsigned level_of(const Wheel *w, uint64_t due_us)
{
    uint64_t differs = due_us ^ w->now_us;
    return differs ? (63u - (unsigned)__builtin_clzll(differs)) / WHEEL_BITS : 0;
}

static void append(Wheel *w, uint32_t node)
{
    WheelNode *n = wheel_node(w, node);
    unsigned level = level_of(w, n->due_us);
    unsigned slot = (unsigned)(n->due_us >> (level * WHEEL_BITS)) & SLOT_MASK;
    uint32_t last = w->last[level][slot];
    n->level = (uint8_t)level;
    n->slot = (uint8_t)slot;
    n->next = WHEEL_NONE;
    n->prev = last;
    if (last == WHEEL_NONE) w->first[level][slot] = node;
    else wheel_node(w, last)->next = node;
    w->last[level][slot] = node;
    w->filled[level] |= UINT64_C(1) << slot;
    w->levels |= 1u << level;
}

static void mark_empty(Wheel *w, unsigned level, unsigned slot)
{
    w->filled[level] &= ~(UINT64_C(1) << slot);
    if (!w->filled[level]) w->levels &= ~(1u << level);
}

static void unlink_node(Wheel *w, uint32_t node)
{
    const WheelNode *n = wheel_node(w, node);
    if (n->prev == WHEEL_NONE) w->first[n->level][n->slot] = n->next;
    else wheel_node(w, n->prev)->next = n->next;
    if (n->next == WHEEL_NONE) w->last[n->level][n->slot] = n->prev;
    else wheel_node(w, n->next)->prev = n->prev;
    if (w->first[n->level][n->slot] == WHEEL_NONE) mark_empty(w, n->level, n->slot);
}

void wheel_start(Wheel *w, uint32_t node, uint64_t due_us)
{
    WheelNode *n = wheel_node(w, node);
    MDH_ASSERT(n->is_taken && !n->is_armed);
    n->due_us = due_us > w->now_us ? due_us : w->now_us;
    n->is_armed = true;
    w->n_armed++;
    append(w, node);
}

bool wheel_stop(Wheel *w, uint32_t node)
{
    WheelNode *n = wheel_node(w, node);
    if (!n->is_armed) return false;
    unlink_node(w, node);
    n->is_armed = false;
    w->n_armed--;
    return true;
}

// Time ---------------------------------------------------------------------------------------

// Where the earliest slot begins. Some timer is started.
static uint64_t earliest(const Wheel *w, unsigned *level, unsigned *slot)
{
    *level = (unsigned)__builtin_ctz(w->levels);
    *slot = (unsigned)__builtin_ctzll(w->filled[*level]);
    unsigned shift = *level * WHEEL_BITS, above = shift + WHEEL_BITS;
    uint64_t kept = above < 64 ? w->now_us >> above << above : 0;
    return kept | (uint64_t)*slot << shift;
}

uint64_t wheel_next_us(const Wheel *w)
{
    unsigned level, slot;
    return w->levels ? earliest(w, &level, &slot) : WHEEL_NEVER;
}

// The wheel's time has come to the start of the slot: its timers go to lower levels.
static void deal_out(Wheel *w, unsigned level, unsigned slot)
{
    uint32_t node = w->first[level][slot];
    w->first[level][slot] = w->last[level][slot] = WHEEL_NONE;
    mark_empty(w, level, slot);
    while (node != WHEEL_NONE) {
        uint32_t next = wheel_node(w, node)->next;
        append(w, node);
        node = next;
    }
}

bool wheel_is_due(Wheel *w, uint64_t now_us)
{
    while (w->levels) {
        unsigned level, slot;
        uint64_t start_us = earliest(w, &level, &slot);
        if (start_us > now_us) break;
        w->now_us = start_us;
        if (level == 0) return true;
        deal_out(w, level, slot);
    }
    if (now_us > w->now_us) w->now_us = now_us;
    return false;
}

uint32_t wheel_pop(Wheel *w, uint64_t now_us)
{
    if (!wheel_is_due(w, now_us)) return WHEEL_NONE;
    uint32_t node = w->first[0][w->now_us & SLOT_MASK]; // the slot that has just come
    wheel_stop(w, node);
    return node;
}
