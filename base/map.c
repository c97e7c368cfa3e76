// SPDX-License-Identifier: MIT
// Linear probing over a power-of-two table, at most 3/4 full counting tombstones. A removed
// entry keeps state DEAD so that probes go on past it; growth or a rehash in place drops
// the dead ones.

#include "base/map.h"

#include <stdlib.h>

#include "base/siphash.h"

enum { MAP_FREE = 0, MAP_LIVE, MAP_DEAD };

struct MapEntry {
    Slice key;
    uint32_t hash;
    uint32_t value;
    uint32_t state;
};

// The live entry of `key`, or NULL. The table is never full, so the walk ends.
static MapEntry *find(const Map *m, Slice key, uint32_t hash)
{
    if (!m->cap) return NULL;
    for (uint32_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
        MapEntry *e = &m->entries[i];
        if (e->state == MAP_FREE) return NULL;
        if (e->state == MAP_LIVE && e->hash == hash && slice_eq(e->key, key)) return e;
    }
}

// The first entry that is not live on the probe path of `hash`.
static MapEntry *find_slot(MapEntry *entries, uint32_t cap, uint32_t hash)
{
    uint32_t i = hash & (cap - 1);
    while (entries[i].state == MAP_LIVE) i = (i + 1) & (cap - 1);
    return &entries[i];
}

static bool rehash(Map *m, uint32_t cap)
{
    MapEntry *fresh = calloc(cap, sizeof *fresh);
    if (!fresh) return false;
    for (uint32_t i = 0; i < m->cap; i++) {
        MapEntry *e = &m->entries[i];
        if (e->state == MAP_LIVE) *find_slot(fresh, cap, e->hash) = *e;
    }
    free(m->entries);
    m->entries = fresh;
    m->cap = cap;
    m->used = m->len;
    return true;
}

static bool make_room(Map *m)
{
    if (m->cap && m->used + 1 <= m->cap / 4 * 3) return true;
    if (!m->cap) return rehash(m, 16);
    // Mostly dead entries: the same size will do.
    if (m->len <= m->cap / 2) return rehash(m, m->cap);
    return m->cap <= 0x40000000u && rehash(m, m->cap * 2);
}

bool map_put(Map *m, Slice key, uint32_t value)
{
    uint32_t hash = hash_bytes(key.ptr, key.len);
    MapEntry *e = find(m, key, hash);
    if (e) {
        e->value = value;
        return true;
    }
    if (!make_room(m)) return false;
    e = find_slot(m->entries, m->cap, hash);
    if (e->state == MAP_FREE) m->used++;
    *e = (MapEntry){key, hash, value, MAP_LIVE};
    m->len++;
    return true;
}

bool map_get(const Map *m, Slice key, uint32_t *value)
{
    if (!m->len) return false;
    const MapEntry *e = find(m, key, hash_bytes(key.ptr, key.len));
    if (e && value) *value = e->value;
    return e != NULL;
}

bool map_remove(Map *m, Slice key)
{
    MapEntry *e = m->len ? find(m, key, hash_bytes(key.ptr, key.len)) : NULL;
    if (!e) return false;
    *e = (MapEntry){.state = MAP_DEAD};
    m->len--;
    return true;
}

bool map_next(const Map *m, uint32_t *at, Slice *key, uint32_t *value)
{
    while (*at < m->cap) {
        const MapEntry *e = &m->entries[(*at)++];
        if (e->state != MAP_LIVE) continue;
        if (key) *key = e->key;
        if (value) *value = e->value;
        return true;
    }
    return false;
}

void map_deinit(Map *m)
{
    free(m->entries);
    *m = (Map)MAP_INIT;
}
