// SPDX-License-Identifier: MIT

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define VEC_LEN_MAX 0x7fffffffu

// The next capacity that holds `want`, or 0 when there is none.
static uint32_t next_cap(uint32_t cap, uint32_t want, size_t item_size)
{
    if (want > VEC_LEN_MAX) return 0;
    uint32_t next = cap ? cap : 8;
    while (next < want) next = next > VEC_LEN_MAX / 2 ? VEC_LEN_MAX : next * 2;
    size_t bytes;
    return __builtin_mul_overflow((size_t)next, item_size, &bytes) ? 0 : next;
}

bool vec_grow(void **items, uint32_t *cap, uint32_t want, size_t item_size)
{
    uint32_t next = next_cap(*cap, want, item_size);
    void *grown = next ? realloc(*items, (size_t)next * item_size) : NULL;
    if (!grown) return false;
    *items = grown;
    *cap = next;
    return true;
}

bool avec_grow(Arena *arena, void **items, uint32_t *cap, uint32_t len, uint32_t want,
               size_t item_size)
{
    uint32_t next = next_cap(*cap, want, item_size);
    void *grown = next ? arena_alloc_array(arena, next, item_size) : NULL;
    if (!grown) return false;
    if (len) memcpy(grown, *items, (size_t)len * item_size);
    *items = grown;
    *cap = next;
    return true;
}

void vec_release(void *items)
{
    free(items);
}
