// SPDX-License-Identifier: MIT
// Typed dynamic arrays: VEC(int) v = {0}; if (!vec_push(&v, 3)) out_of_memory;
// vec_free(&v); The avec_ flavour grows inside an arena and is never freed by itself.
// Lengths stay below 2^31.

#ifndef MDH_BASE_VEC_H
#define MDH_BASE_VEC_H

#include "base/arena.h"
#include "base/common.h"

#define VEC(T)                                                                             \
    struct {                                                                               \
        T *items;                                                                          \
        uint32_t len;                                                                      \
        uint32_t cap;                                                                      \
    }

// True when the item was added, false when memory is out (the vector is unchanged then).
#define vec_push(v, x)                                                                     \
    (((v)->len < (v)->cap || vec_grow((void **)(void *)&(v)->items, &(v)->cap,             \
                                      (v)->len + 1u, sizeof *(v)->items))                  \
         ? ((v)->items[(v)->len++] = (x), true)                                            \
         : false)

// Room for at least `want` items in all.
#define vec_reserve(v, want)                                                               \
    ((want) <= (v)->cap ||                                                                 \
     vec_grow((void **)(void *)&(v)->items, &(v)->cap, (want), sizeof *(v)->items))

#define vec_pop(v)   ((v)->items[--(v)->len])
#define vec_last(v)  ((v)->items[(v)->len - 1])
#define vec_clear(v) ((void)((v)->len = 0))

#define vec_free(v)                                                                        \
    (vec_release((v)->items), (v)->items = NULL, (v)->len = 0, (void)((v)->cap = 0))

// As vec_push, the memory coming from `arena`.
#define avec_push(arena, v, x)                                                             \
    (((v)->len < (v)->cap || avec_grow((arena), (void **)(void *)&(v)->items, &(v)->cap,   \
                                       (v)->len, (v)->len + 1u, sizeof *(v)->items))       \
         ? ((v)->items[(v)->len++] = (x), true)                                            \
         : false)

// Walks the items; `it` is a pointer to each.
#define vec_each(T, it, v)                                                                 \
    for (T *it = (v)->items, *it##_end = (v)->len ? (v)->items + (v)->len : it;               \
         it != it##_end; it++)

// Workers of the macros.
bool vec_grow(void **items, uint32_t *cap, uint32_t want, size_t item_size);
bool avec_grow(Arena *arena, void **items, uint32_t *cap, uint32_t len, uint32_t want,
               size_t item_size);
void vec_release(void *items);

#endif
