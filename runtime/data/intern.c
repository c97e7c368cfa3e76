// SPDX-License-Identifier: MIT
// Interned strings, and the sharing of short keys.
//
// Two tables with different lives:
//
//   - The intern table holds the text of programs: names and literals. Its strings live outside
//     the collected heap, in an arena, and for ever; the collector never looks at them. They
//     carry MDH_STR_INTERNED: two different interned strings are known to differ in text, so
//     an inline cache may compare addresses. What comes from outside must not be put here, or a
//     peer could make us grow without end.
//   - The key cache is a small direct-mapped table of recent short keys read from data. It only
//     shares strings, so that a thousand parsed objects hold one copy of each key; evicting one
//     is harmless as its strings are not marked as interned.
//
// The intern table is open addressing over a power of two, at most half full, under a lock of
// its own. Text of no or one ASCII character is in static strings and in no table.
#include "base/arena.h"
#include "base/siphash.h"
#include "runtime/core/lock.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"

#define KEY_CACHE_SIZE 1024
#define KEY_MAX_OCTETS 40

static MdhObj table_lock;
static Arena *arena;
static MdhStr **slots; // raw memory
static uint32_t n_slots, n_used;
static MdhValue *key_cache; // a root

static char ascii_text[128];
MdhStr mdh_str_ascii[128];
static MdhStr empty_str = {
    {MDH_TAG_STRING, 0, MDH_STR_ASCII | MDH_STR_SCANNED | MDH_STR_INTERNED, 0}, 0, 0, ""};
MdhValue mdh_str_empty = {(uintptr_t)&empty_str};

static uint32_t hash_of(const char *p, size_t n)
{
    uint32_t h = hash_bytes(p, n);
    return h ? h : 1; // 0 means: not computed
}

static bool same_text(const MdhStr *s, uint32_t hash, const char *p, size_t n)
{
    return s->hash == hash && s->len == n && memcmp(s->data, p, n) == 0;
}

// The slot of this text, or the free one where it belongs.
static MdhStr **find_slot(uint32_t hash, const char *p, size_t n)
{
    for (uint32_t i = hash;; i++) {
        MdhStr **slot = &slots[i & (n_slots - 1)];
        if (!*slot || same_text(*slot, hash, p, n)) return slot;
    }
}

static bool grow_table(void)
{
    if (n_used * 2 < n_slots) return true;
    uint32_t n = n_slots ? n_slots * 2 : 1024;
    MdhStr **bigger = mdh_raw_realloc(NULL, n * sizeof *bigger);
    if (!bigger) return false;
    memset(bigger, 0, n * sizeof *bigger);
    MdhStr **old = slots;
    uint32_t n_old = n_slots;
    slots = bigger;
    n_slots = n;
    for (uint32_t i = 0; i < n_old; i++)
        if (old[i]) *find_slot(old[i]->hash, old[i]->data, old[i]->len) = old[i];
    mdh_raw_free(old);
    return true;
}

static MdhStr *make_interned(uint32_t hash, const char *p, size_t n)
{
    MdhStr *s = arena_alloc(arena, sizeof *s + n);
    if (!s) return NULL;
    char *text = (char *)(s + 1);
    memcpy(text, p, n);
    *s = (MdhStr){{MDH_TAG_STRING, 0, MDH_STR_INTERNED, 0}, (uint32_t)n, hash, text};
    (void)mdh_str_nchars(mdh_from_ptr(s)); // scans it now
    return s;
}

static MdhStr *intern_nolock(uint32_t hash, const char *p, size_t n)
{
    if (!grow_table()) return NULL;
    MdhStr **slot = find_slot(hash, p, n);
    if (!*slot) {
        *slot = make_interned(hash, p, n);
        if (*slot) n_used++;
    }
    return *slot;
}

static MdhStr *static_string(const char *p, size_t n)
{
    if (n == 0) return &empty_str;
    return n == 1 && (unsigned char)*p < 128 ? &mdh_str_ascii[(unsigned char)*p] : NULL;
}

static MdhStr *intern(const char *p, size_t n)
{
    MdhStr *s = static_string(p, n);
    if (s || n > MDH_MAX_OBJECT_BYTES) return s;
    uint32_t hash = hash_of(p, n);
    mdh_lock(&table_lock);
    s = intern_nolock(hash, p, n);
    mdh_unlock(&table_lock);
    return s;
}

MdhValue mdh_str_intern(MdhThread *t, const char *p, size_t n)
{
    MdhStr *s = intern(p, n);
    return s ? mdh_from_ptr(s) : mdh_throw_oom(t, n);
}

MdhValue mdh_str_intern_c(const char *cstr)
{
    return mdh_from_ptr(intern(cstr, strlen(cstr)));
}

static MdhStr *find_interned(uint32_t hash, const char *p, size_t n)
{
    mdh_lock(&table_lock);
    MdhStr *s = *find_slot(hash, p, n);
    mdh_unlock(&table_lock);
    return s;
}

MdhValue mdh_str_key(MdhThread *t, const char *p, size_t n)
{
    if (n > KEY_MAX_OCTETS) return mdh_str_new(t, p, n);
    MdhStr *s = static_string(p, n);
    if (s) return mdh_from_ptr(s);
    uint32_t hash = hash_of(p, n);
    s = find_interned(hash, p, n);
    if (s) return mdh_from_ptr(s);
    MdhValue *slot = &key_cache[hash & (KEY_CACHE_SIZE - 1)];
    MdhValue v = MDH_SLOT_LOAD(slot);
    if (!mdh_is_absent(v) && same_text(mdh_str(v), hash, p, n)) return v;
    v = mdh_str_new(t, p, n);
    if (mdh_is_exc(v)) return v;
    // The string is complete before another thread can find it here.
    mdh_str(v)->hash = hash;
    __atomic_store_n(&slot->bits, v.bits, __ATOMIC_RELEASE);
    return v;
}

bool mdh_str_setup(void)
{
    for (unsigned c = 0; c < 128; c++) {
        ascii_text[c] = (char)c;
        mdh_str_ascii[c] = (MdhStr){
            {MDH_TAG_STRING, 0, MDH_STR_ASCII | MDH_STR_SCANNED | MDH_STR_INTERNED, 1},
            1,
            hash_of(&ascii_text[c], 1),
            &ascii_text[c]};
    }
    empty_str.hash = hash_of("", 0);
    if (!arena) arena = arena_new();
    if (!key_cache) key_cache = mdh_gc_alloc_root(KEY_CACHE_SIZE * sizeof *key_cache);
    return arena && key_cache && grow_table();
}

void mdh_str_reset(void)
{
    arena_free(arena);
    mdh_raw_free(slots);
    arena = NULL;
    slots = NULL;
    n_slots = n_used = 0;
    key_cache = NULL; // the collector's reset frees it
}
