// SPDX-License-Identifier: MIT
// Waiting for many descriptors: one small interface over epoll, poll and kqueue. Level-triggered:
// what is ready is reported again until it is no more. A descriptor is known by a token that the
// caller chooses, an integer with a generation in it, never an address: the kernel gives it back
// and the caller checks that it still means something.
//
// Threads: `wait` runs without any lock while other threads may call `wake`. Everything else is
// called under the lock of the selector's owner, also while another thread waits; a selector
// whose waiting thread cannot see such changes (poll) takes a copy in `prepare`, and the owner
// wakes it after a change.
#ifndef MDH_LOOP_SELECTOR_H
#define MDH_LOOP_SELECTOR_H

#include "base/common.h"

enum { SEL_READ = 1, SEL_WRITE = 2, SEL_ERROR = 4, SEL_HUP = 8 };

#define SEL_BATCH 256 // the most that one wait reports

typedef struct SelEvent {
    uint64_t token;
    uint32_t events; // SEL_*; errors and hang-ups come unasked
} SelEvent;

typedef struct Selector Selector;

typedef struct SelectorType {
    const char *name;
    int (*open)(Selector **out); // 0, or the errno
    void (*close)(Selector *s);
    // 0, or the errno. `interest` is SEL_READ, SEL_WRITE or both.
    int (*add)(Selector *s, int fd, uint32_t interest, uint64_t token);
    int (*modify)(Selector *s, int fd, uint32_t interest, uint64_t token);
    void (*remove)(Selector *s, int fd);
    void (*prepare)(Selector *s); // before each wait
    // Fills at most SEL_BATCH events and returns their number: 0 after `wake` or when the
    // monotonic clock reaches the deadline. A deadline of 0 does not wait. Signals do not end it.
    int (*wait)(Selector *s, SelEvent *out, uint64_t deadline_ns);
    void (*wake)(Selector *s); // ends the wait of another thread, or the next one
} SelectorType;

// What every selector begins with.
struct Selector {
    const SelectorType *type;
};

extern const SelectorType selector_epoll, selector_poll, selector_kqueue;

// By name; NULL when there is none of this name on this system.
const SelectorType *selector_find(const char *name, size_t len);
// The names, as in "epoll, poll".
const char *selector_names(void);
// What MDH_SELECTOR says, else the best one of this system.
const SelectorType *selector_default(void);

// For the selectors: how long from now to the deadline. False when it has passed.
struct timespec;
bool selector_time_left(uint64_t deadline_ns, struct timespec *left);

#endif
