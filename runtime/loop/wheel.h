// SPDX-License-Identifier: MIT
// Hierarchical timer wheel: starting and stopping a timer are O(1) whatever their number, a
// timer is moved at most once per level in its life. Times are microseconds on any clock that
// does not go back. Timers with the same due time come out in the order they were started.
// Memory outside the collected heap; not locked: its owner does that.
#ifndef MDH_LOOP_WHEEL_H
#define MDH_LOOP_WHEEL_H

#include "base/common.h"
#include "base/vec.h"

#define WHEEL_BITS   6u
#define WHEEL_SLOTS  64u
#define WHEEL_LEVELS 11u // 66 bits: every time has its place
#define WHEEL_NONE   UINT32_MAX
#define WHEEL_NEVER  UINT64_MAX
#define WHEEL_CHUNK  1024u // nodes lie in chunks of so many, which never move
#define WHEEL_MAX    ((UINT32_C(1) << 24) - 1)

typedef struct WheelNode {
    uint64_t due_us;
    uint64_t interval_us; // the owner's: 0 for one that fires once
    uint32_t next, prev;  // in the list of a slot, or of free nodes
    uint32_t generation;  // counts the lives of this node
    uint8_t level, slot;
    bool is_armed, is_taken;
} WheelNode;

typedef struct Wheel {
    uint64_t now_us;               // nothing in the wheel is due before
    uint64_t filled[WHEEL_LEVELS]; // bit s: slot s holds a timer
    uint32_t levels;               // bit k: level k holds a timer
    uint32_t first[WHEEL_LEVELS][WHEEL_SLOTS], last[WHEEL_LEVELS][WHEEL_SLOTS];
    VEC(WheelNode *) chunks;
    uint32_t free, n_nodes, n_armed;
} Wheel;

void wheel_init(Wheel *w, uint64_t now_us);
void wheel_deinit(Wheel *w);

// A node of its own, not started: WHEEL_NONE when there is no memory, or there are WHEEL_MAX.
uint32_t wheel_take(Wheel *w);
// Stops it and gives it back.
void wheel_give(Wheel *w, uint32_t node);
WheelNode *wheel_node(const Wheel *w, uint32_t node);

// Starts a node that is not started. A time that has passed counts as the present one.
void wheel_start(Wheel *w, uint32_t node, uint64_t due_us);
// False when it was not started.
bool wheel_stop(Wheel *w, uint32_t node);
// The earliest timer with due_us <= now_us, stopped; WHEEL_NONE when there is none.
uint32_t wheel_pop(Wheel *w, uint64_t now_us);
// Is a timer due? Sorts finer what has come near.
bool wheel_is_due(Wheel *w, uint64_t now_us);
// When to call one of these next: never after the earliest timer is due, perhaps a few times before
// (it then sorts finer). WHEEL_NEVER when no timer is started.
uint64_t wheel_next_us(const Wheel *w);

#endif
