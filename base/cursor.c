// SPDX-License-Identifier: MIT

#include "base/cursor.h"

// The next `count` octets, or NULL with the error set.
static const uint8_t *advance(Cursor *c, size_t count)
{
    if (c->failed || count > (size_t)(c->end - c->at)) {
        c->failed = true;
        return NULL;
    }
    const uint8_t *p = c->at;
    if (count) c->at += count;
    return p;
}

static uint64_t read_be(Cursor *c, size_t width)
{
    const uint8_t *p = advance(c, width);
    uint64_t v = 0;
    for (size_t i = 0; p && i < width; i++) v = v << 8 | p[i];
    return v;
}

static uint64_t read_le(Cursor *c, size_t width)
{
    const uint8_t *p = advance(c, width);
    uint64_t v = 0;
    for (size_t i = 0; p && i < width; i++) v |= (uint64_t)p[i] << (8 * i);
    return v;
}

uint8_t cur_u8(Cursor *c)
{
    return (uint8_t)read_be(c, 1);
}

uint16_t cur_u16be(Cursor *c)
{
    return (uint16_t)read_be(c, 2);
}

uint32_t cur_u24be(Cursor *c)
{
    return (uint32_t)read_be(c, 3);
}

uint32_t cur_u32be(Cursor *c)
{
    return (uint32_t)read_be(c, 4);
}

uint64_t cur_u64be(Cursor *c)
{
    return read_be(c, 8);
}

uint16_t cur_u16le(Cursor *c)
{
    return (uint16_t)read_le(c, 2);
}

uint32_t cur_u32le(Cursor *c)
{
    return (uint32_t)read_le(c, 4);
}

uint64_t cur_u64le(Cursor *c)
{
    return read_le(c, 8);
}

int cur_peek(const Cursor *c)
{
    return cur_done(c) ? -1 : *c->at;
}

void cur_skip(Cursor *c, size_t count)
{
    (void)advance(c, count);
}

Slice cur_take(Cursor *c, size_t count)
{
    const uint8_t *p = advance(c, count);
    return p ? slice_make(p, count) : SLICE_NONE;
}

Slice cur_take_rest(Cursor *c)
{
    return cur_take(c, cur_remaining(c));
}

Cursor cur_sub(Cursor *c, size_t count)
{
    const uint8_t *p = advance(c, count);
    if (p) return cur_make(p, count);
    Cursor none = cur_make(NULL, 0);
    none.failed = true;
    return none;
}

bool cur_has_items(Cursor *c, uint64_t count, size_t min_size)
{
    if (min_size == 0) min_size = 1;
    if (c->failed || count > cur_remaining(c) / min_size) {
        c->failed = true;
        return false;
    }
    return true;
}
