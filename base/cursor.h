// SPDX-License-Identifier: MIT
// Cursor: the one way to read hostile octets. Every read is checked against what remains;
// the first short read sets a sticky error, and from then on every read yields 0 or an
// empty slice. So a parser reads straight through and asks cur_ok once.

#ifndef MDH_BASE_CURSOR_H
#define MDH_BASE_CURSOR_H

#include "base/common.h"
#include "base/slice.h"

typedef struct {
    const uint8_t *at;
    const uint8_t *end;
    const uint8_t *start;
    bool failed;
} Cursor;

static inline Cursor cur_make(const void *ptr, size_t len)
{
    const uint8_t *p = (const uint8_t *)ptr;
    return (Cursor){p, len ? p + len : p, p, false};
}

static inline Cursor cur_from_slice(Slice s)
{
    return cur_make(s.ptr, s.len);
}

static inline bool cur_ok(const Cursor *c)
{
    return !c->failed;
}

// Octets left; 0 after an error.
static inline size_t cur_remaining(const Cursor *c)
{
    return c->failed ? 0 : (size_t)(c->end - c->at);
}

// Octets read so far.
static inline size_t cur_offset(const Cursor *c)
{
    return (size_t)(c->at - c->start);
}

// True at the end or after an error, so that `while (!cur_done(&c))` always ends.
static inline bool cur_done(const Cursor *c)
{
    return cur_remaining(c) == 0;
}

// Marks the cursor failed: for a parser that meets a value that cannot be.
static inline void cur_fail(Cursor *c)
{
    c->failed = true;
}

// True when `count` items of at least `min_size` octets can still follow. A count read from
// the wire is passed through here before anything is allocated for it; failing sets the
// error.
bool cur_has_items(Cursor *c, uint64_t count, size_t min_size);

uint8_t cur_u8(Cursor *c);
uint16_t cur_u16be(Cursor *c);
uint32_t cur_u24be(Cursor *c);
uint32_t cur_u32be(Cursor *c);
uint64_t cur_u64be(Cursor *c);
uint16_t cur_u16le(Cursor *c);
uint32_t cur_u32le(Cursor *c);
uint64_t cur_u64le(Cursor *c);

// The next octet without taking it, or -1 at the end or after an error (which it does not
// set).
int cur_peek(const Cursor *c);

// Steps over `count` octets; all or nothing.
void cur_skip(Cursor *c, size_t count);

// The next `count` octets as a view into the input; empty with the error set when there are
// fewer.
Slice cur_take(Cursor *c, size_t count);

// Whatever is left, as a view, and steps to the end.
Slice cur_take_rest(Cursor *c);

// A cursor over the next `count` octets, which this one steps over. Failed when there are
// fewer.
Cursor cur_sub(Cursor *c, size_t count);

#endif
