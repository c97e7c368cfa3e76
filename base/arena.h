// SPDX-License-Identifier: MIT
// Arena: many small allocations that die together (compiler memory: tokens, tree, symbols).
// Not locked: one thread at a time. No arena pointer may be stored in a longer-lived thing.

#ifndef MDH_BASE_ARENA_H
#define MDH_BASE_ARENA_H

#include "base/common.h"
#include "base/slice.h"

typedef struct Arena Arena;

// A new empty arena without limit; NULL when memory is out.
Arena *arena_new(void);

// A new arena that refuses to hold more than `max_bytes` (0 means no limit).
Arena *arena_new_limited(size_t max_bytes);

// Frees the arena and everything in it. NULL is fine.
void arena_free(Arena *arena);

// `size` zeroed octets aligned to 16. NULL on out of memory or above the limit; never NULL
// for size 0 otherwise.
void *arena_alloc(Arena *arena, size_t size);

// `count` zeroed items of `size` octets, the product checked.
void *arena_alloc_array(Arena *arena, size_t count, size_t size);

// A NUL-terminated copy of `len` octets.
char *arena_strndup(Arena *arena, const char *ptr, size_t len);

// A copy whose octets live in the arena; {NULL, 0} when memory is out (check ptr).
Slice arena_slice_dup(Arena *arena, Slice s);

// Octets handed out so far, after rounding.
size_t arena_used(const Arena *arena);

// True once any allocation was refused: a parser may check it once at its end.
bool arena_failed(const Arena *arena);

#define ARENA_NEW(arena, T) ((T *)arena_alloc((arena), sizeof(T)))

#endif
