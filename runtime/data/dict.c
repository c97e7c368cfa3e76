// SPDX-License-Identifier: MIT
// Dicts: the operations. Readers look a key up in whatever table is published, without a lock.
// Writers hold the byte lock (once there are threads), change the published table in place where
// its rules allow it (dict_table.c), and otherwise publish a new one.
#include "runtime/data/dict.h"

#include "runtime/core/throw.h"
#include "runtime/data/dict_priv.h"

static MdhValue new_with_table(MdhThread *t, unsigned tag, MdhTable *tab)
{
    MdhDict *d = mdh_new(t, sizeof *d);
    if (!d) return mdh_throw_oom(t, sizeof *d);
    d->h.tag = (uint8_t)tag;
    d->tab = tab;
    return mdh_from_ptr(d);
}

static MdhValue new_tagged(MdhThread *t, unsigned tag, uint32_t cap)
{
    MdhTable *tab = cap ? mdh_table_new(t, cap) : &mdh_table_empty;
    return tab ? new_with_table(t, tag, tab) : MDH_EXC;
}

MdhValue mdh_dict_new(MdhThread *t, uint32_t cap)
{
    return new_tagged(t, MDH_TAG_DICT, cap);
}
MdhValue mdh_creel_new(MdhThread *t, uint32_t cap)
{
    return new_tagged(t, MDH_TAG_CREEL, cap);
}

MdhValue mdh_dict_of(MdhThread *t, uint32_t n, const MdhValue *keys, const MdhValue *vals)
{
    if (n == 0) return mdh_dict_new(t, 0);
    MdhTable *tab = mdh_table_new(t, n);
    if (!tab) return MDH_EXC;
    for (uint32_t i = 0; i < n; i++) mdh_table_append(tab, keys[i], vals[i]);
    return new_with_table(t, MDH_TAG_DICT, tab);
}

uint32_t mdh_dict_len(MdhValue d)
{
    return __atomic_load_n(&mdh_dict_table(d)->live, __ATOMIC_RELAXED);
}

static MDH_NOINLINE MdhValue get_anywhere(const MdhTable *tab, MdhValue key)
{
    uint32_t e = table_find(tab, key);
    return e == TABLE_NONE ? MDH_ABSENT : MDH_SLOT_LOAD(&tab->entries[e].val);
}

// The big tables first: every instruction fewer lets the processor begin the next lookup sooner,
// while this one waits for memory; and no guess of the processor hangs on what it finds there.
MdhValue mdh_dict_get(MdhValue d, MdhValue key)
{
    const MdhTable *tab = mdh_dict_table(d);
    if (!tab->order || mdh_is_ptr(key)) return get_anywhere(tab, key);
    uint32_t mask = tab->index_mask, i = table_place_of(tab, key.bits);
    uint64_t bits;
    for (;; i = (i + 1) & mask) {
        bits = __atomic_load_n(&tab->entries[i].key.bits, __ATOMIC_ACQUIRE);
        if ((bits == key.bits) | (bits == MDH_BITS_ABSENT)) break;
    }
    uint64_t found = -(uint64_t)(bits == key.bits);
    return (MdhValue){(MDH_SLOT_LOAD(&tab->entries[i].val).bits & found) |
                      (MDH_BITS_ABSENT & ~found)};
}

MdhValue mdh_dict_get_c(MdhValue d, const char *key)
{
    // A string on the C stack: looked up, never stored.
    MdhStr s = {.h = {.tag = MDH_TAG_STRING}, .len = (uint32_t)strlen(key), .data = key};
    return mdh_dict_get(d, mdh_from_ptr(&s));
}

MdhValue mdh_dict_get_cached_slow(MdhValue d, MdhValue key, uint64_t *ic)
{
    MdhTable *tab = mdh_dict_table(d);
    uint32_t e = table_find(tab, key);
    if (e == TABLE_NONE) return MDH_ABSENT;
    // An equal string that isn't this very one: with the interned one in its place the next
    // read hits. Racing readers see either, both are the same key.
    if (MDH_SLOT_LOAD(&tab->entries[e].key).bits != key.bits)
        MDH_SLOT_STORE(&tab->entries[e].key, key);
    __atomic_store_n(ic, e, __ATOMIC_RELAXED);
    return MDH_SLOT_LOAD(&tab->entries[e].val);
}

// How much room the next table gets: twice the live entries. A table full of deleted entries
// is thereby compacted at its size, or shrunk.
static uint64_t next_room(const MdhTable *tab)
{
    uint64_t room = (uint64_t)tab->live * 2;
    return room < 4 ? 4 : room;
}

// Writes the value of entry e. Returns the table to publish: the same, or a new one when the
// entry was frozen; NULL when it threw.
static MdhTable *overwrite(MdhThread *t, MdhTable *tab, uint32_t e, MdhValue key,
                           MdhValue v)
{
    if (MDH_UNLIKELY(e < tab->frozen)) {
        tab = mdh_table_remade(t, tab, tab->live, MDH_ABSENT);
        if (!tab) return NULL;
        e = table_find(tab, key);
    }
    MDH_SLOT_STORE(&tab->entries[e].val, v);
    return tab;
}

// May the key, which has no live entry, be appended to this table?
static bool has_place(const MdhTable *tab, MdhValue key)
{
    if (tab->used == tab->cap || mdh_table_is_heaped(tab)) return false;
    return !table_is_counted(tab) || key.bits == table_next_counted(tab).bits;
}

static MdhTable *insert(MdhThread *t, MdhTable *tab, MdhValue key, MdhValue v)
{
    if (MDH_UNLIKELY(!has_place(tab, key)))
        tab = mdh_table_remade(t, tab, next_room(tab), key);
    if (tab) mdh_table_append(tab, key, v);
    return tab;
}

static MdhTable *put_anywhere(MdhThread *t, MdhTable *tab, MdhValue key, MdhValue v)
{
    uint32_t e = table_find(tab, key);
    return e != TABLE_NONE ? overwrite(t, tab, e, key, v) : insert(t, tab, key, v);
}

// One search for both ends: the key, or the vacant entry where it goes.
static MdhTable *put_scattered(MdhThread *t, MdhTable *tab, MdhValue key, MdhValue v)
{
    uint32_t mask = tab->index_mask, i = table_place_of(tab, key.bits);
    while ((tab->entries[i].key.bits != key.bits) & !mdh_is_absent(tab->entries[i].key))
        i = (i + 1) & mask;
    if (tab->entries[i].key.bits == key.bits) return overwrite(t, tab, i, key, v);
    if (!has_place(tab, key)) return insert(t, tab, key, v);
    mdh_table_append_at(tab, i, key, v);
    return tab;
}

bool mdh_dict_put(MdhThread *t, MdhValue d, MdhValue key, MdhValue v)
{
    MdhDict *dict = mdh_dict(d);
    mdh_lock(&dict->h);
    MdhTable *tab = dict->tab;
    MDH_STORE_BARRIER(d, v);
    MdhTable *next = tab->order && !mdh_is_ptr(key) ? put_scattered(t, tab, key, v)
                                                    : put_anywhere(t, tab, key, v);
    if (next && next != tab) MDH_PTR_PUBLISH(&dict->tab, next);
    mdh_unlock(&dict->h);
    return next != NULL;
}

bool mdh_dict_put_cached_slow(MdhThread *t, MdhValue d, MdhValue key, MdhValue v,
                              uint64_t *ic)
{
    if (!mdh_dict_put(t, d, key, v)) return false;
    mdh_dict_get_cached_slow(d, key, ic);
    return true;
}

bool mdh_dict_put_c(MdhThread *t, MdhValue d, const char *key, MdhValue v)
{
    MdhValue k = mdh_str_intern(t, key, strlen(key));
    return !mdh_is_exc(k) && mdh_dict_put(t, d, k, v);
}

// A table three quarters empty is worth a smaller one, so that walking it stays cheap.
static bool is_sparse(const MdhTable *tab)
{
    return tab->used > 32 && tab->live < tab->used / 4;
}

bool mdh_dict_remove(MdhThread *t, MdhValue d, MdhValue key, bool *was_there)
{
    MdhDict *dict = mdh_dict(d);
    mdh_lock(&dict->h);
    MdhTable *tab = dict->tab, *next = tab;
    uint32_t e = table_find(tab, key);
    *was_there = e != TABLE_NONE;
    if (e != TABLE_NONE) {
        if (e < tab->frozen || is_sparse(tab)) {
            next = mdh_table_remade(t, tab, tab->live, MDH_ABSENT);
            if (next) e = table_find(next, key);
        }
        if (next) {
            MDH_SLOT_STORE(&next->entries[e].val, MDH_ABSENT);
            if (next->order) MDH_SLOT_STORE(&next->entries[e].key, TABLE_GONE);
            __atomic_store_n(&next->live, next->live - 1, __ATOMIC_RELAXED);
            if (next != tab) MDH_PTR_PUBLISH(&dict->tab, next);
        }
    }
    mdh_unlock(&dict->h);
    return next != NULL;
}

bool mdh_dict_clear(MdhThread *t, MdhValue d)
{
    MdhDict *dict = mdh_dict(d);
    (void)t;
    mdh_lock(&dict->h);
    MDH_PTR_PUBLISH(&dict->tab, &mdh_table_empty);
    mdh_unlock(&dict->h);
    return true;
}

MdhValue mdh_dict_copy(MdhThread *t, MdhValue d)
{
    MdhDict *dict = mdh_dict(d);
    mdh_lock(&dict->h);
    MdhTable *tab = dict->tab;
    tab = tab->live ? mdh_table_remade(t, tab, tab->live, MDH_ABSENT) : &mdh_table_empty;
    mdh_unlock(&dict->h);
    return tab ? new_with_table(t, dict->h.tag, tab) : MDH_EXC;
}

void mdh_dict_iter(MdhValue d, MdhDictIter *it)
{
    MdhDict *dict = mdh_dict(d);
    mdh_lock(&dict->h);
    MdhTable *tab = dict->tab;
    uint32_t frozen = tab->order ? UINT32_MAX : tab->used;
    if (tab->used && tab->frozen < frozen) tab->frozen = frozen;
    *it = (MdhDictIter){tab, 0, tab->used};
    mdh_unlock(&dict->h);
}

void mdh_dict_scan(MdhValue d, MdhDictIter *it)
{
    MdhTable *tab = mdh_dict_table(d);
    *it = (MdhDictIter){tab, 0, __atomic_load_n(&tab->used, __ATOMIC_ACQUIRE)};
}

bool mdh_dict_next(MdhDictIter *it, MdhValue *key, MdhValue *val)
{
    MdhDictEntry e;
    while (it->i < it->end) {
        if (!table_entry_at(it->tab, it->i++, &e)) continue;
        *key = e.key;
        *val = e.val;
        return true;
    }
    return false;
}
