// SPDX-License-Identifier: MIT
// Blocks in a list, the newest first; allocation bumps a pointer in the newest. Block sizes
// double up to 256 KB, so that a small program costs one small block; what does not fit a
// quarter of a block gets one of its own and leaves the current block in use. calloc gives
// the zeroes: fresh pages are zero already and cost nothing.

#include "base/arena.h"

#include <stdlib.h>

#define ARENA_ALIGN     16u
#define ARENA_BLOCK_MIN ((size_t)8 << 10)
#define ARENA_BLOCK_MAX ((size_t)256 << 10)

typedef struct ArenaBlock {
    struct ArenaBlock *next;
    size_t size; // octets after the header
} ArenaBlock;

_Static_assert(sizeof(ArenaBlock) % ARENA_ALIGN == 0, "the first allocation is aligned");

struct Arena {
    ArenaBlock *blocks;
    char *at, *end; // the free part of the bump block
    size_t block_size;
    size_t used;
    size_t max; // 0: no limit
    bool failed;
};

Arena *arena_new_limited(size_t max_bytes)
{
    Arena *arena = calloc(1, sizeof *arena);
    if (!arena) return NULL;
    arena->block_size = ARENA_BLOCK_MIN;
    arena->max = max_bytes;
    return arena;
}

Arena *arena_new(void)
{
    return arena_new_limited(0);
}

void arena_free(Arena *arena)
{
    if (!arena) return;
    for (ArenaBlock *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

static char *add_block(Arena *arena, size_t size)
{
    if (size > SIZE_MAX - sizeof(ArenaBlock)) return NULL;
    ArenaBlock *block = calloc(1, sizeof *block + size);
    if (!block) return NULL;
    block->size = size;
    block->next = arena->blocks;
    arena->blocks = block;
    return (char *)(block + 1);
}

static void *alloc_slow(Arena *arena, size_t size)
{
    if (size > arena->block_size / 4) return add_block(arena, size);
    char *start = add_block(arena, arena->block_size);
    if (!start) return NULL;
    arena->at = start + size;
    arena->end = start + arena->block_size;
    if (arena->block_size < ARENA_BLOCK_MAX) arena->block_size *= 2;
    return start;
}

void *arena_alloc(Arena *arena, size_t size)
{
    void *p = NULL;
    if (size <= SIZE_MAX - ARENA_ALIGN) {
        size = size ? (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1) : ARENA_ALIGN;
        if (!arena->max || size <= arena->max - arena->used) {
            if (size <= (size_t)(arena->end - arena->at)) {
                p = arena->at;
                arena->at += size;
            } else {
                p = alloc_slow(arena, size);
            }
        }
    }
    if (p) arena->used += size;
    else arena->failed = true;
    return p;
}

void *arena_alloc_array(Arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        arena->failed = true;
        return NULL;
    }
    return arena_alloc(arena, bytes);
}

char *arena_strndup(Arena *arena, const char *ptr, size_t len)
{
    if (len == SIZE_MAX) {
        arena->failed = true;
        return NULL;
    }
    char *copy = arena_alloc(arena, len + 1);
    if (copy && len) memcpy(copy, ptr, len);
    return copy;
}

Slice arena_slice_dup(Arena *arena, Slice s)
{
    char *copy = arena_strndup(arena, s.ptr, s.len);
    return copy ? (Slice){copy, s.len} : SLICE_NONE;
}

size_t arena_used(const Arena *arena)
{
    return arena->used;
}

bool arena_failed(const Arena *arena)
{
    return arena->failed;
}
