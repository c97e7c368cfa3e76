// SPDX-License-Identifier: MIT
// The table behind dicts and creels: hashing, finding, appending, rebuilding. Writers call
// these under the byte lock of the dict that owns the table.
#ifndef MDH_DATA_DICT_PRIV_H
#define MDH_DATA_DICT_PRIV_H

#include "runtime/core/ops.h"
#include "runtime/data/dict.h"
#include "runtime/data/str.h"

#define TABLE_SMALL 8u // so many entries are found faster by looking at them all
#define TABLE_NONE  UINT32_MAX

extern MdhTable mdh_table_empty; // never written, having no room
// From so many entries on they lie by their hash. Tests lower it.
extern uint64_t mdh_table_scatter_from;

// An empty table with room for `want` entries; NULL when it threw.
MdhTable *mdh_table_new(MdhThread *t, uint64_t want);
// The live entries of `tab`, with room for `want` in all. `next` is the key that will be
// appended, or ABSENT. NULL when it threw.
MdhTable *mdh_table_remade(MdhThread *t, const MdhTable *tab, uint64_t want, MdhValue next);
// Appends a key that has no live entry, and goes on counting where the table counts. There is
// room.
void mdh_table_append(MdhTable *tab, MdhValue key, MdhValue val);
// The same for a scattered table and the vacant entry where the search for the key, no string,
// ends.
void mdh_table_append_at(MdhTable *tab, uint32_t i, MdhValue key, MdhValue val);
// Do the entries of a scattered table lie further from their places than chance explains (0.8 on
// average in a full table)? Then it is remade with another multiplier.
MDH_INLINE bool mdh_table_is_heaped(const MdhTable *tab)
{
    return tab->order && tab->h.aux / 2 > tab->cap;
}
// The live entry of a key in a table without index.
uint32_t mdh_table_find_small(const MdhTable *tab, MdhValue key);

// Drawn from the kernel before the first table gets an index: nobody outside can choose
// integers that collide.
extern uint64_t mdh_table_seed;

MDH_INLINE uint32_t table_mix(uint64_t x)
{
    x ^= mdh_table_seed;
    x = (x ^ x >> 32) * UINT64_C(0x9fb21c651e98df25);
    x = (x ^ x >> 29) * mdh_table_seed; // odd
    return (uint32_t)(x >> 32);
}

MDH_INLINE uint32_t table_hash_str(MdhValue key)
{
    uint32_t h = __atomic_load_n(&mdh_str(key)->hash, __ATOMIC_RELAXED);
    return MDH_LIKELY(h != 0) ? h : mdh_str_hash(key);
}

// Objects, beside strings, that may be the same key though they are not the same object: boxed
// numbers, and native values that count by their data.
MDH_INLINE bool table_is_by_value(unsigned tag)
{
    return tag == MDH_TAG_INTEGER || tag == MDH_TAG_FLOAT || tag == MDH_TAG_NATIVE;
}

MDH_INLINE uint32_t table_hash(MdhValue key)
{
    if (mdh_is_ptr(key)) {
        unsigned tag = mdh_obj(key)->tag;
        if (MDH_LIKELY(tag == MDH_TAG_STRING)) return table_hash_str(key);
        if (table_is_by_value(tag)) return mdh_key_hash(key);
    }
    return table_mix(key.bits);
}

// Where the search for a key begins in a scattered table. The highest bits of one product: keys
// at even distances, as numbers given out in order have them, come to lie at even distances and
// hardly ever meet. Other keys meet as chance will have it (Dietzfelbinger and others, A reliable
// randomized algorithm for the closest-pair problem, 1997). Two multipliers in a hundred heap
// the keys up: see mdh_table_is_heaped.
MDH_INLINE uint32_t table_place_of(const MdhTable *tab, uint64_t word)
{
    return (uint32_t)(word * tab->multiplier >> tab->shift);
}
MDH_INLINE uint32_t table_place(const MdhTable *tab, MdhValue key)
{
    return table_place_of(tab, mdh_is_ptr(key) ? table_hash(key) : key.bits);
}

// Key identity when the words differ.
MDH_INLINE bool table_same_key(MdhValue a, MdhValue b)
{
    if (!mdh_is_ptr(a) || !mdh_is_ptr(b)) return false;
    unsigned tag = mdh_obj(a)->tag;
    if (tag != mdh_obj(b)->tag) return false;
    if (MDH_LIKELY(tag == MDH_TAG_STRING)) {
        const MdhStr *x = mdh_str(a), *y = mdh_str(b);
        return x->len == y->len && memcmp(x->data, y->data, x->len) == 0;
    }
    return table_is_by_value(tag) && mdh_key_same(a, b);
}

// A table of more than TABLE_SMALL without an index: its keys are integers that count up from
// the first. A dict used as an array.
MDH_INLINE bool table_is_counted(const MdhTable *tab)
{
    return tab->index_mask == 0 && tab->cap > TABLE_SMALL;
}

// The key that goes on counting.
MDH_INLINE MdhValue table_next_counted(const MdhTable *tab)
{
    return (MdhValue){tab->entries[0].key.bits + 2 * (uint64_t)tab->used};
}

// The key of a scattered entry that was deleted: no key is equal to it.
#define TABLE_GONE MDH_EXC

// The live entry at place i of the order; false when there is none any more.
MDH_INLINE bool table_entry_at(const MdhTable *tab, uint32_t i, MdhDictEntry *e)
{
    if (tab->order) i = __atomic_load_n(&tab->order[i], __ATOMIC_RELAXED);
    e->key = MDH_SLOT_LOAD(&tab->entries[i].key);
    e->val = MDH_SLOT_LOAD(&tab->entries[i].val);
    return !mdh_is_absent(e->val);
}

// Where an integer lies if the keys count; many tables with an index begin that way too.
MDH_INLINE uint32_t table_guess_counted(const MdhTable *tab, MdhValue key)
{
    uint64_t e = (key.bits - MDH_SLOT_LOAD(&tab->entries[0].key).bits) >> 1;
    if (e >= __atomic_load_n(&tab->used, __ATOMIC_ACQUIRE) ||
        MDH_SLOT_LOAD(&tab->entries[e].key).bits != key.bits ||
        mdh_is_absent(MDH_SLOT_LOAD(&tab->entries[e].val)))
        return TABLE_NONE;
    return (uint32_t)e;
}

// The live entry of `key`, or TABLE_NONE. `tab` has an index. Linear probing; the index is
// never full and the slot of a key is there before `used` covers its entry.
MDH_INLINE uint32_t table_find_indexed(const MdhTable *tab, MdhValue key, uint32_t hash)
{
    uint32_t mask = tab->index_mask, entry_mask = tab->entry_mask;
    for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
        uint32_t slot = __atomic_load_n(&tab->index[i], __ATOMIC_ACQUIRE);
        if (slot == 0) return TABLE_NONE;
        if ((slot ^ hash) & ~entry_mask) continue;
        uint32_t e = (slot & entry_mask) - 1;
        MdhValue k = MDH_SLOT_LOAD(&tab->entries[e].key);
        if (k.bits != key.bits && !table_same_key(k, key)) continue;
        return mdh_is_absent(MDH_SLOT_LOAD(&tab->entries[e].val)) ? TABLE_NONE : e;
    }
}

// The same where entries lie by their hash: one cache line answers for most keys.
MDH_INLINE uint32_t table_find_scattered(const MdhTable *tab, MdhValue key)
{
    uint32_t mask = tab->index_mask, i = table_place(tab, key);
    for (;; i = (i + 1) & mask) {
        MdhValue k = {__atomic_load_n(&tab->entries[i].key.bits, __ATOMIC_ACQUIRE)};
        if (k.bits == key.bits) break;
        if (mdh_is_absent(k)) return TABLE_NONE;
        if (mdh_is_ptr(key) && table_same_key(k, key)) break;
    }
    return mdh_is_absent(MDH_SLOT_LOAD(&tab->entries[i].val)) ? TABLE_NONE : i;
}

MDH_INLINE uint32_t table_find(const MdhTable *tab, MdhValue key)
{
    if (tab->cap <= TABLE_SMALL) return mdh_table_find_small(tab, key);
    if (tab->order) return table_find_scattered(tab, key);
    if (mdh_is_fixint(key)) {
        uint32_t e = table_guess_counted(tab, key);
        if (e != TABLE_NONE) return e;
    }
    return tab->index_mask ? table_find_indexed(tab, key, table_hash(key)) : TABLE_NONE;
}

#endif
