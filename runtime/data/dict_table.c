// SPDX-License-Identifier: MIT
// The table behind dicts and creels. Entries {key, value} lie in insertion order. Up to 8 are
// searched one by one. Integers that count up from the first are found by subtraction, until
// another key comes. All other tables have an index, probed linearly and at most half full, of
// 32-bit slots: as many low bits as it takes are the entry's number + 1, the others are those of
// the hash, so that a probe hardly ever touches an entry in vain.
//
// What a reader without the lock relies on, in one published table:
//   - an entry's key never changes to another key (it may become an equal, interned string);
//   - an entry is complete before an index slot names it, and indexed before `used` covers it;
//   - deleting writes ABSENT to the value and leaves the index slot, which keeps probe chains
//     whole; when the key comes back it gets a new entry and the same slot is turned to it;
//   - frozen entries keep their values: an overwrite or delete of one is done in a new table.
// Deleted entries go when the table is remade: when it is full, or three quarters empty.
#include "base/os.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict_priv.h"

MdhTable mdh_table_empty = {.h = {.tag = MDH_TAG_BUFFER}};

// Index slots for `want` entries: a power of two at least twice that.
static uint64_t index_size(uint64_t want)
{
    uint64_t size = 32;
    while (size / 2 < want) size *= 2;
    return size;
}

uint64_t mdh_table_seed;

// The first thread to come settles it; before that no index exists and no hash was computed.
static MDH_COLD void draw_seed(void)
{
    uint64_t none = 0, seed;
    os_random(&seed, sizeof seed);
    __atomic_compare_exchange_n(&mdh_table_seed, &none, seed | 1, false, __ATOMIC_ACQ_REL,
                                __ATOMIC_ACQUIRE);
}

static bool add_index(MdhThread *t, MdhTable *tab, uint64_t size)
{
    if (MDH_UNLIKELY(!__atomic_load_n(&mdh_table_seed, __ATOMIC_ACQUIRE))) draw_seed();
    tab->index = mdh_new_atomic(t, size * sizeof *tab->index);
    if (!tab->index) return false;
    memset(tab->index, 0, size * sizeof *tab->index);
    tab->index_mask = (uint32_t)(size - 1);
    tab->entry_mask = tab->index_mask; // entries are half as many: entry + 1 fits
    return true;
}

static MdhTable *table_new(MdhThread *t, uint64_t cap, uint64_t size)
{
    uint64_t bytes = sizeof(MdhTable) + cap * sizeof(MdhDictEntry);
    MdhTable *tab = bytes <= MDH_MAX_OBJECT_BYTES ? mdh_new(t, bytes) : NULL;
    if (!tab || (size && !add_index(t, tab, size))) {
        mdh_throw_oom(t, bytes);
        return NULL;
    }
    tab->h.tag = MDH_TAG_BUFFER;
    tab->cap = (uint32_t)cap;
    return tab;
}

MdhTable *mdh_table_new(MdhThread *t, uint64_t want)
{
    if (want <= TABLE_SMALL) return table_new(t, want, 0);
    uint64_t size = index_size(want);
    return table_new(t, size / 2, size);
}

MDH_INLINE uint32_t index_slot(const MdhTable *tab, uint32_t hash, uint32_t e)
{
    return (hash & ~tab->entry_mask) | (e + 1);
}

static void index_put(MdhTable *tab, uint32_t hash, uint32_t e)
{
    uint32_t mask = tab->index_mask, i = hash & mask;
    while (tab->index[i]) i = (i + 1) & mask;
    tab->index[i] = index_slot(tab, hash, e);
}

// Do the live entries, and `next` after them, count up from the first? Asked only of tables
// without an index: a table that has one keeps one.
static bool counts_on(const MdhTable *tab, MdhValue next)
{
    MdhValue want = MDH_ABSENT;
    if (tab->index_mask) return false;
    for (uint32_t i = 0; i <= tab->used; i++) {
        MdhValue key = i < tab->used ? tab->entries[i].key : next;
        if (i < tab->used ? mdh_is_absent(tab->entries[i].val) : mdh_is_absent(next))
            continue;
        if (!mdh_is_absent(want) ? key.bits != want.bits : !mdh_is_fixint(key))
            return false;
        want.bits = key.bits + 2;
    }
    return true;
}

static MdhTable *table_for(MdhThread *t, const MdhTable *tab, uint64_t want, MdhValue next)
{
    if (want > TABLE_SMALL && counts_on(tab, next)) return table_new(t, want, 0);
    return mdh_table_new(t, want);
}

MdhTable *mdh_table_remade(MdhThread *t, const MdhTable *tab, uint64_t want, MdhValue next)
{
    MdhTable *fresh = table_for(t, tab, want > tab->live ? want : tab->live, next);
    if (!fresh) return NULL;
    uint32_t n = 0;
    for (uint32_t i = 0; i < tab->used; i++) {
        MdhDictEntry e = {MDH_SLOT_LOAD(&tab->entries[i].key),
                          MDH_SLOT_LOAD(&tab->entries[i].val)};
        if (!mdh_is_absent(e.val)) fresh->entries[n++] = e;
    }
    fresh->used = fresh->live = n;
    fresh->h.flags = tab->h.flags;
    for (uint32_t i = 0; fresh->index_mask && i < n; i++)
        index_put(fresh, table_hash(fresh->entries[i].key), i);
    return fresh;
}

// The slot that names this key's deleted entry, or the free one at the end of its chain.
static uint32_t *index_slot_for(const MdhTable *tab, MdhValue key, uint32_t hash)
{
    uint32_t mask = tab->index_mask, i = hash & mask;
    for (;; i = (i + 1) & mask) {
        uint32_t slot = tab->index[i];
        if (slot == 0) return &tab->index[i];
        if ((slot ^ hash) & ~tab->entry_mask) continue;
        MdhValue k = tab->entries[(slot & tab->entry_mask) - 1].key;
        if (k.bits == key.bits || table_same_key(k, key)) return &tab->index[i];
    }
}

void mdh_table_append(MdhTable *tab, MdhValue key, MdhValue val)
{
    uint32_t e = tab->used;
    if (mdh_is_str(key) && !(mdh_obj(key)->flags & MDH_STR_INTERNED))
        __atomic_store_n(&tab->h.flags, MDH_TABLE_LOOSE_TEXT, __ATOMIC_RELAXED);
    MDH_SLOT_STORE(&tab->entries[e].key, key);
    MDH_SLOT_STORE(&tab->entries[e].val, val);
    if (tab->index_mask) {
        uint32_t hash = table_hash(key);
        __atomic_store_n(index_slot_for(tab, key, hash), index_slot(tab, hash, e),
                         __ATOMIC_RELEASE);
    }
    __atomic_store_n(&tab->live, tab->live + 1, __ATOMIC_RELAXED);
    __atomic_store_n(&tab->used, e + 1, __ATOMIC_RELEASE);
}

// By the word first. By text only where it can differ from identity: interned strings of the
// same text are one object.
uint32_t mdh_table_find_small(const MdhTable *tab, MdhValue key)
{
    uint32_t used = __atomic_load_n(&tab->used, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < used; i++)
        if (MDH_SLOT_LOAD(&tab->entries[i].key).bits == key.bits &&
            !mdh_is_absent(MDH_SLOT_LOAD(&tab->entries[i].val)))
            return i;
    if (!mdh_is_ptr(key)) return TABLE_NONE;
    const MdhObj *o = mdh_obj(key);
    if (o->tag == MDH_TAG_STRING) {
        uint16_t loose =
            __atomic_load_n(&tab->h.flags, __ATOMIC_RELAXED) & MDH_TABLE_LOOSE_TEXT;
        if (!loose && (o->flags & MDH_STR_INTERNED)) return TABLE_NONE;
    } else if (o->tag != MDH_TAG_INTEGER && o->tag != MDH_TAG_FLOAT) {
        return TABLE_NONE;
    }
    for (uint32_t i = 0; i < used; i++)
        if (table_same_key(MDH_SLOT_LOAD(&tab->entries[i].key), key) &&
            !mdh_is_absent(MDH_SLOT_LOAD(&tab->entries[i].val)))
            return i;
    return TABLE_NONE;
}
