// SPDX-License-Identifier: MIT
// The table behind dicts and creels, in one of four forms:
//
//   small      up to 8 entries, searched one by one
//   counted    integers that count up from the first, found by subtraction, until another comes
//   compact    entries {key, value} in insertion order, and an index, probed linearly and at most
//              half full, of 32-bit slots: as many low bits as it takes are the entry's number
//              + 1, the others are those of the hash, so that hardly a probe touches an entry
//              in vain
//   scattered  entries where a product of the key puts them (linear probing; table_place), and
//              their numbers in order.
//              Index and entry were two cache misses in a big table; this is one. Walking it is
//              dearer, so it begins where a compact one outgrows the caches; and strings, which
//              a chance neighbour makes one look at, stay out of it.
//
// What a reader without the lock relies on, in one published table:
//   - an entry's key never changes to another key (it may become an equal, interned string, or
//     that of a deleted one in a scattered table TABLE_GONE);
//   - an entry is complete before it can be found, and can be found before `used` covers it;
//   - deleting writes ABSENT to the value and leaves the entry where it is, which keeps probe
//     chains whole. When the key comes back it gets a new entry, and a compact table turns its
//     index slot to it;
//   - frozen entries keep their values: an overwrite or delete of one is done in a new table. A
//     scattered table is frozen as a whole.
// Deleted entries go when the table is remade: when it is full, or three quarters empty.
#include "base/os.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict_priv.h"

MdhTable mdh_table_empty = {.h = {.tag = MDH_TAG_BUFFER}};
uint64_t mdh_table_scatter_from = 32768;

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

// A table with `cap` places in the order, `size` entries, and `numbers` of 32 bits behind `index`.
static MdhTable *table_new(MdhThread *t, uint64_t cap, uint64_t size, uint64_t numbers)
{
    uint64_t bytes = sizeof(MdhTable) + size * sizeof(MdhDictEntry);
    MdhTable *tab = bytes <= MDH_MAX_OBJECT_BYTES ? mdh_new(t, bytes) : NULL;
    if (tab && numbers) tab->index = mdh_new_atomic(t, numbers * sizeof *tab->index);
    if (!tab || (numbers && !tab->index)) {
        mdh_throw_oom(t, bytes);
        return NULL;
    }
    if (numbers && !__atomic_load_n(&mdh_table_seed, __ATOMIC_ACQUIRE)) draw_seed();
    tab->h.tag = MDH_TAG_BUFFER;
    tab->cap = (uint32_t)cap;
    return tab;
}

static MdhTable *compact_new(MdhThread *t, uint64_t want)
{
    uint64_t size = index_size(want);
    MdhTable *tab = table_new(t, size / 2, size / 2, size);
    if (!tab) return NULL;
    memset(tab->index, 0, size * sizeof *tab->index);
    tab->index_mask = (uint32_t)(size - 1);
    tab->entry_mask = tab->index_mask; // entries are half as many: entry + 1 fits
    return tab;
}

// At most 5/8 full. Multiplier 0: the first one.
static MdhTable *scattered_new(MdhThread *t, uint64_t want, uint64_t multiplier)
{
    uint64_t size = 16;
    while (size / 8 * 5 < want) size *= 2;
    MdhTable *tab = table_new(t, size / 8 * 5, size, size / 8 * 5);
    if (!tab) return NULL;
    tab->index_mask = (uint32_t)(size - 1);
    tab->shift = 64 - (uint32_t)__builtin_ctzll(size);
    tab->order = tab->index;
    tab->multiplier = multiplier ? multiplier : mdh_table_seed;
    return tab;
}

MdhTable *mdh_table_new(MdhThread *t, uint64_t want)
{
    return want <= TABLE_SMALL ? table_new(t, want, want, 0) : compact_new(t, want);
}

MDH_INLINE uint32_t index_slot(const MdhTable *tab, uint32_t hash, uint32_t e)
{
    return (hash & ~tab->entry_mask) | (e + 1);
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

// The free entry where a new key goes in a scattered table.
static uint32_t vacant_entry(const MdhTable *tab, MdhValue key)
{
    uint32_t mask = tab->index_mask, i = table_place(tab, key);
    while (!mdh_is_absent(tab->entries[i].key)) i = (i + 1) & mask;
    return i;
}

// Entry i has been filled.
MDH_INLINE void note_distance(MdhTable *tab, uint32_t i)
{
    tab->h.aux += (i - table_place(tab, tab->entries[i].key)) & tab->index_mask;
}

// Appends an entry of a new key to a table that nobody else sees.
static void put_new(MdhTable *tab, const MdhDictEntry *e)
{
    uint32_t n = tab->used++, mask = tab->index_mask;
    if (tab->order) {
        uint32_t i = vacant_entry(tab, e->key);
        tab->entries[i] = *e;
        tab->order[n] = i;
        note_distance(tab, i);
        return;
    }
    tab->entries[n] = *e;
    if (mask == 0) return;
    uint32_t hash = table_hash(e->key), i = hash & mask;
    while (tab->index[i]) i = (i + 1) & mask;
    tab->index[i] = index_slot(tab, hash, n);
}

static uint64_t next_multiplier(uint64_t m)
{
    return ((m ^ m >> 29) * UINT64_C(0x9fb21c651e98df25) + 2 * mdh_table_seed) | 1;
}

// The form that suits the entries of `tab` and the next key.
static MdhTable *new_for(MdhThread *t, const MdhTable *tab, uint64_t want, MdhValue next)
{
    if (want <= TABLE_SMALL) return mdh_table_new(t, want);
    if (counts_on(tab, next)) return table_new(t, want, want, 0);
    bool text = tab->h.flags & MDH_TABLE_TEXT || mdh_is_str(next);
    if (want < mdh_table_scatter_from || text) return compact_new(t, want);
    uint64_t m = tab->order ? tab->multiplier : 0;
    return scattered_new(t, want, mdh_table_is_heaped(tab) ? next_multiplier(m) : m);
}

// Both scattered by one multiplier, nothing deleted: walks the old entries as they lie. Twice the
// size is one bit more of the product, so they come to lie in the new one in the same order.
// `place`, as long as the old table, is for each entry's place in the order. Stops where the
// entries heap up.
static void spread(MdhTable *fresh, const MdhTable *tab, uint32_t *place)
{
    for (uint32_t n = 0; n < tab->used; n++) place[tab->order[n]] = n;
    for (uint64_t i = 0; i <= tab->index_mask && !mdh_table_is_heaped(fresh); i++) {
        MdhDictEntry e = {tab->entries[i].key, MDH_SLOT_LOAD(&tab->entries[i].val)};
        if (mdh_is_absent(e.key)) continue;
        uint32_t at = vacant_entry(fresh, e.key);
        fresh->entries[at] = e;
        fresh->order[place[i]] = at;
        note_distance(fresh, at);
    }
    fresh->used = tab->used;
}

// Likewise.
static void fill(MdhTable *fresh, const MdhTable *tab)
{
    MdhDictEntry e;
    for (uint32_t i = 0; i < tab->used && !mdh_table_is_heaped(fresh); i++)
        if (table_entry_at(tab, i, &e)) put_new(fresh, &e);
}

static void refill(MdhTable *fresh, const MdhTable *tab)
{
    memset(fresh->entries, 0, (fresh->index_mask + UINT64_C(1)) * sizeof *fresh->entries);
    fresh->used = 0;
    fresh->h.aux = 0;
    fresh->multiplier = next_multiplier(fresh->multiplier);
    fill(fresh, tab);
}

MdhTable *mdh_table_remade(MdhThread *t, const MdhTable *tab, uint64_t want, MdhValue next)
{
    MdhTable *fresh = new_for(t, tab, want > tab->live ? want : tab->live, next);
    uint32_t *place = NULL;
    if (!fresh) return NULL;
    if (fresh->order && tab->order && fresh->multiplier == tab->multiplier &&
        tab->live == tab->used)
        place = mdh_new_atomic(t, (tab->index_mask + UINT64_C(1)) * sizeof *place);
    if (place) spread(fresh, tab, place);
    else fill(fresh, tab);
    for (int tries = 0; tries < 20 && mdh_table_is_heaped(fresh); tries++) refill(fresh, tab);
    if (mdh_table_is_heaped(fresh)) {
        fresh = compact_new(t, fresh->cap);
        if (!fresh) return NULL;
        fill(fresh, tab);
    }
    fresh->live = fresh->used;
    fresh->h.flags = tab->h.flags;
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

static void append_compact(MdhTable *tab, MdhValue key, MdhValue val)
{
    uint32_t e = tab->used;
    MDH_SLOT_STORE(&tab->entries[e].key, key);
    MDH_SLOT_STORE(&tab->entries[e].val, val);
    if (tab->index_mask == 0) return;
    uint32_t hash = table_hash(key);
    __atomic_store_n(index_slot_for(tab, key, hash), index_slot(tab, hash, e),
                     __ATOMIC_RELEASE);
}

static void count_one_more(MdhTable *tab)
{
    __atomic_store_n(&tab->live, tab->live + 1, __ATOMIC_RELAXED);
    __atomic_store_n(&tab->used, tab->used + 1, __ATOMIC_RELEASE);
}

void mdh_table_append_at(MdhTable *tab, uint32_t i, MdhValue key, MdhValue val)
{
    MDH_SLOT_STORE(&tab->entries[i].val, val);
    __atomic_store_n(&tab->entries[i].key.bits, key.bits, __ATOMIC_RELEASE);
    __atomic_store_n(&tab->order[tab->used], i, __ATOMIC_RELAXED);
    note_distance(tab, i);
    count_one_more(tab);
}

void mdh_table_append(MdhTable *tab, MdhValue key, MdhValue val)
{
    if (mdh_is_str(key)) {
        bool loose = !mdh_str_is_interned(mdh_str(key));
        uint16_t flags = tab->h.flags | MDH_TABLE_TEXT | (loose ? MDH_TABLE_LOOSE_TEXT : 0);
        __atomic_store_n(&tab->h.flags, flags, __ATOMIC_RELAXED);
    }
    if (tab->order) {
        mdh_table_append_at(tab, vacant_entry(tab, key), key, val);
        return;
    }
    append_compact(tab, key, val);
    count_one_more(tab);
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
        if (!loose && mdh_str_is_interned((const MdhStr *)o)) return TABLE_NONE;
    } else if (!table_is_by_value(o->tag)) {
        return TABLE_NONE;
    }
    for (uint32_t i = 0; i < used; i++)
        if (table_same_key(MDH_SLOT_LOAD(&tab->entries[i].key), key) &&
            !mdh_is_absent(MDH_SLOT_LOAD(&tab->entries[i].val)))
            return i;
    return TABLE_NONE;
}
