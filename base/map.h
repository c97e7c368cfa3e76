// SPDX-License-Identifier: MIT
// Map: text -> uint32_t, open addressing with keyed hashes (chosen keys cannot be made to
// collide). Keys are borrowed: their octets must outlive the map or be arena copies. Not
// locked.

#ifndef MDH_BASE_MAP_H
#define MDH_BASE_MAP_H

#include "base/common.h"
#include "base/slice.h"

typedef struct MapEntry MapEntry;

typedef struct {
    MapEntry *entries;
    uint32_t len;  // live keys
    uint32_t used; // live keys and tombstones
    uint32_t cap;  // power of two, or 0
} Map;

#define MAP_INIT                                                                           \
    {                                                                                      \
        0                                                                                  \
    }

// Stores `value` under `key`, replacing. False when memory is out (unchanged then).
MDH_NODISCARD bool map_put(Map *m, Slice key, uint32_t value);

// True and *value set when there; value may be NULL.
bool map_get(const Map *m, Slice key, uint32_t *value);

// True when it was there.
bool map_remove(Map *m, Slice key);

// Walks all entries in no particular order: start with *at = 0; false at the end.
bool map_next(const Map *m, uint32_t *at, Slice *key, uint32_t *value);

// Frees the table and leaves an empty map. A zeroed Map is fine.
void map_deinit(Map *m);

#endif
