// SPDX-License-Identifier: MIT
// Dicts: insertion-ordered. Header -> published table: up to many thousand entries lie in order,
// with an index of {part of the hash, entry number} over 8 of them; more lie by their keys, with
// the order beside them. Within a published table a key never changes its place: deleting writes
// ABSENT into the value, compaction and growth publish a new table. Readers take no lock. Creels
// use the same table without values (the value is the key).
#ifndef MDH_DATA_DICT_H
#define MDH_DATA_DICT_H

#include "runtime/core/lock.h"
#include "runtime/core/thread.h"

typedef struct MdhDictEntry {
    MdhValue key, val; // val ABSENT: deleted
} MdhDictEntry;

enum {
    MDH_TABLE_TEXT = 1,       // some key is a string
    MDH_TABLE_LOOSE_TEXT = 2, // and not interned
};

typedef struct MdhTable {
    MdhObj h;           // MDH_TAG_BUFFER; flags: MDH_TABLE_*; aux: scattered: how far all
                        // entries together lie from their places
    uint32_t used, cap; // entries appended (deleted ones too), room
    uint32_t live;      // entries with a value
    uint32_t frozen;    // entries an iteration may still read: overwriting one copies first
    uint32_t index_mask; // 0: no index
    union {
        uint32_t entry_mask; // the bits of an index slot that are entry + 1; the others: of
                             // the hash
        uint32_t shift;      // scattered: leaves as many bits as an entry's number has
    };
    union {
        uint32_t *index;     // pointer-free; 0 = free
        uint64_t multiplier; // scattered: odd
    };
    uint32_t *order; // scattered: entry numbers in order; else NULL
    MdhDictEntry entries[];
} MdhTable;

typedef struct MdhDict { // also a creel, by its tag
    MdhObj h;
    MdhTable *tab;
} MdhDict;

MDH_INLINE MdhDict *mdh_dict(MdhValue v)
{
    return (MdhDict *)mdh_ptr(v);
}
MDH_INLINE MdhTable *mdh_dict_table(MdhValue v)
{
    return MDH_PTR_LOAD(&mdh_dict(v)->tab);
}

MdhValue mdh_dict_new(MdhThread *t, uint32_t cap);
// n keys and n values, keys[] distinct interned strings: a dict literal or a struct.
MdhValue mdh_dict_of(MdhThread *t, uint32_t n, const MdhValue *keys, const MdhValue *vals);
uint32_t mdh_dict_len(MdhValue d);
MdhValue mdh_dict_get(MdhValue d, MdhValue key);      // ABSENT when missing
MDH_INLINE MdhValue mdh_dict_get_or(MdhValue d, MdhValue key, MdhValue other)
{
    MdhValue v = mdh_dict_get(d, key);
    return mdh_is_absent(v) ? other : v;
}
MdhValue mdh_dict_get_c(MdhValue d, const char *key); // by C text
bool mdh_dict_put(MdhThread *t, MdhValue d, MdhValue key, MdhValue v);
bool mdh_dict_put_c(MdhThread *t, MdhValue d, const char *key, MdhValue v);
bool mdh_dict_remove(MdhThread *t, MdhValue d, MdhValue key, bool *was_there);
bool mdh_dict_clear(MdhThread *t, MdhValue d);
MdhValue mdh_dict_copy(MdhThread *t, MdhValue d);

// d[key] for a constant interned string key: `*ic` remembers the entry number where the key was
// last seen, so the usual read is one compare and one load. ABSENT when missing.
MdhValue mdh_dict_get_cached_slow(MdhValue d, MdhValue key, uint64_t *ic);
bool mdh_dict_put_cached_slow(MdhThread *t, MdhValue d, MdhValue key, MdhValue v,
                              uint64_t *ic);
MDH_INLINE MdhValue mdh_dict_get_cached(MdhValue d, MdhValue key, uint64_t *ic)
{
    MdhTable *tab = mdh_dict_table(d);
    uint64_t guess = __atomic_load_n(ic, __ATOMIC_RELAXED);
    if (MDH_LIKELY(guess < __atomic_load_n(&tab->used, __ATOMIC_ACQUIRE)) &&
        MDH_LIKELY(MDH_SLOT_LOAD(&tab->entries[guess].key).bits == key.bits)) {
        MdhValue v = MDH_SLOT_LOAD(&tab->entries[guess].val);
        if (MDH_LIKELY(!mdh_is_absent(v))) return v;
    }
    return mdh_dict_get_cached_slow(d, key, ic);
}

// d[key] = v with the same cache.
MDH_INLINE bool mdh_dict_put_cached(MdhThread *t, MdhValue d, MdhValue key, MdhValue v,
                                    uint64_t *ic)
{
    if (MDH_LIKELY(!__atomic_load_n(&mdh_many_threads, __ATOMIC_RELAXED))) {
        MdhTable *tab = mdh_dict(d)->tab;
        uint64_t guess = *ic;
        if (MDH_LIKELY(guess < tab->used) && MDH_LIKELY(guess >= tab->frozen) &&
            MDH_LIKELY(tab->entries[guess].key.bits == key.bits) &&
            MDH_LIKELY(!mdh_is_absent(tab->entries[guess].val))) {
            MDH_STORE_BARRIER(d, v);
            MDH_SLOT_STORE(&tab->entries[guess].val, v);
            return true;
        }
    }
    return mdh_dict_put_cached_slow(t, d, key, v, ic);
}

// Walking: a snapshot of the entries as they are now.
//   MdhDictIter it; mdh_dict_iter(d, &it);
//   while (mdh_dict_next(&it, &key, &val)) ...
// The first later write to the dict copies the table. A walk that runs no user code needs no
// snapshot: mdh_dict_scan begins one that costs later writers nothing.
typedef struct MdhDictIter {
    MdhTable *tab;
    uint32_t i, end;
} MdhDictIter;
void mdh_dict_iter(MdhValue d, MdhDictIter *it);
void mdh_dict_scan(MdhValue d, MdhDictIter *it);
bool mdh_dict_next(MdhDictIter *it, MdhValue *key, MdhValue *val);

// Creels (tag MDH_TAG_CREEL); walk them with mdh_dict_iter too.
MdhValue mdh_creel_new(MdhThread *t, uint32_t cap);
bool mdh_creel_add(MdhThread *t, MdhValue c, MdhValue v);
bool mdh_creel_has(MdhValue c, MdhValue v);
bool mdh_creel_remove(MdhThread *t, MdhValue c, MdhValue v, bool *was_there);
bool mdh_creel_clear(MdhThread *t, MdhValue c);
MdhValue mdh_creel_copy(MdhThread *t, MdhValue c);
uint32_t mdh_creel_len(MdhValue c);

#endif
