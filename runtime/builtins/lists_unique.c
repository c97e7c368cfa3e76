// SPDX-License-Identifier: MIT
// Repeats: finding them and leaving them out. What has been seen is remembered in a creel, so
// that a long list costs one look-up an item; lists and bytes, which are equal by content but
// members by identity, are compared with those kept so far that have the same hash.
#include "abi/abi.h"
#include "base/siphash.h"
#include "base/utf8.h"
#include "runtime/builtins/lists.h"
#include "runtime/builtins/number.h"
#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/data/str.h"

typedef struct Seen {
    MdhValue members;    // creel
    MdhValue containers; // dict: hash -> lists and bytes
    bool numeric;        // 1 and 1.0 are one
} Seen;

static bool seen_init(MdhThread *t, Seen *s, bool numeric)
{
    s->members = mdh_creel_new(t, 0);
    s->containers = mdh_dict_new(t, 0);
    s->numeric = numeric;
    return !mdh_is_exc(s->members) && !mdh_is_exc(s->containers);
}

// The key under which equal numbers meet: a float that is an integer stands as that integer.
static MdhValue member_key(MdhThread *t, const Seen *s, MdhValue v)
{
    if (!s->numeric || !mdh_is_float(v)) return v;
    double d = mdh_float_of(v);
    if (!(d >= -9223372036854775808.0 && d < 9223372036854775808.0)) return v;
    return (double)(int64_t)d == d ? mdh_int(t, (int64_t)d) : v;
}

#define HASH_DEPTH 4  // of nested lists that count for the hash
#define HASH_ITEMS 32 // of a list

// Mixes in what tells v from others. Equal values give the same; what is cut off may only make
// others give it too. False when it threw.
static bool hash_content(MdhThread *t, MdhValue v, int depth, uint64_t *hash)
{
    uint64_t word = 0;
    if (mdh_is_number(v)) {
        double d = mdh_number_as_double(v) + 0.0; // -0.0 is 0
        memcpy(&word, &d, sizeof word);
    } else if (mdh_is_bytes(v)) {
        Slice octets = mdh_bytes_slice_of(v);
        word = hash_bytes64(octets.ptr, octets.len);
    } else if (!mdh_is_list(v)) {
        word = mdh_key_hash(v);
    }
    *hash = (*hash ^ hash_u64(word)) * UINT64_C(0x9e3779b97f4a7c15);
    if (!mdh_is_list(v)) return true;
    ListWalk w = list_walk(v);
    while (depth > 0 && w.i < HASH_ITEMS && list_next(t, &w, &v))
        if (!hash_content(t, v, depth - 1, hash)) return false;
    return !w.failed;
}

// For lists and bytes.
static int content_seen_before(MdhThread *t, Seen *s, MdhValue v)
{
    uint64_t content = 0;
    if (!hash_content(t, v, HASH_DEPTH, &content)) return -1;
    MdhValue hash = mdh_fix((int64_t)(content >> 2)); // fits an immediate integer
    MdhValue same = mdh_dict_get(s->containers, hash);
    if (mdh_is_absent(same)) {
        same = mdh_list_new(t, 1);
        if (mdh_is_exc(same) || !mdh_dict_put(t, s->containers, hash, same)) return -1;
    }
    int64_t at = mdh_list_find(t, same, v);
    if (at == -2) return -1;
    return at >= 0 ? 1 : mdh_list_add(t, same, v) ? 0 : -1;
}

// Was something equal there before? 1, 0 (then it is remembered), -1 when it threw.
static int seen_before(MdhThread *t, Seen *s, MdhValue v)
{
    if (mdh_is_list(v) || mdh_is_bytes(v)) return content_seen_before(t, s, v);
    // NaN equals nothing, itself neither.
    if (s->numeric && mdh_is_float(v) && mdh_float_of(v) != mdh_float_of(v)) return 0;
    MdhValue key = member_key(t, s, v);
    if (mdh_is_exc(key)) return -1;
    if (mdh_creel_has(s->members, key)) return 1;
    return mdh_creel_add(t, s->members, key) ? 0 : -1;
}

static MdhValue without_repeats(MdhThread *t, MdhValue list, bool numeric)
{
    Seen seen;
    ListWalk w = list_walk(list);
    MdhValue out = mdh_list_new(t, 0), v;
    bool ok = !mdh_is_exc(out) && seen_init(t, &seen, numeric);
    while (ok && list_next(t, &w, &v)) {
        int again = seen_before(t, &seen, v);
        ok = again >= 0 && (again || mdh_list_add(t, out, v));
    }
    return list_walk_end(&w, ok, out);
}

MdhValue __mdh_uniq(MdhThread *t, int argc, const MdhArgs_uniq *a)
{
    (void)argc;
    return without_repeats(t, a->items, false);
}

MdhValue __mdh_unique(MdhThread *t, int argc, const MdhArgs_unique *a)
{
    (void)argc;
    return without_repeats(t, a->items, true);
}

static MdhValue has_repeats(MdhThread *t, MdhValue list)
{
    Seen seen;
    ListWalk w = list_walk(list);
    MdhValue v;
    int again = seen_init(t, &seen, true) ? 0 : -1;
    while (again == 0 && list_next(t, &w, &v)) again = seen_before(t, &seen, v);
    return list_walk_end(&w, again >= 0, mdh_bool(again > 0));
}

static MdhValue has_repeated_chars(MdhThread *t, MdhValue s)
{
    Slice text = mdh_str_slice(s);
    MdhValue seen = mdh_creel_new(t, 0);
    if (mdh_is_exc(seen)) return seen;
    for (size_t at = 0, used; at < text.len; at += used) {
        MdhValue cp = mdh_fix(utf8_decode(text.ptr + at, text.len - at, &used));
        if (mdh_creel_has(seen, cp)) return MDH_AYE;
        if (!mdh_creel_add(t, seen, cp)) return MDH_EXC;
    }
    return MDH_NAE;
}

MdhValue __mdh_clarty(MdhThread *t, int argc, const MdhArgs_clarty *a)
{
    (void)argc;
    return mdh_is_list(a->x) ? has_repeats(t, a->x) : has_repeated_chars(t, a->x);
}

MdhValue __mdh_drookit(MdhThread *t, int argc, const MdhArgs_drookit *a)
{
    (void)argc;
    return has_repeats(t, a->items);
}
