// SPDX-License-Identifier: MIT
// Functions that call back into script. They walk a frozen snapshot, so the callback may do what
// it likes to the list, and return at once when the callback threw.
#include "abi/abi.h"
#include "runtime/builtins/lists.h"
#include "runtime/core/fn.h"
#include "runtime/data/dict.h"

// [f(item), ...]
static MdhValue mapped(MdhThread *t, MdhValue list, MdhValue f)
{
    ListWalk w = list_walk_frozen(list);
    MdhValue out = mdh_list_new(t, w.n), v;
    bool ok = !mdh_is_exc(out);
    while (ok && list_next(t, &w, &v)) ok = list_add_made(t, out, mdh_call1(t, f, v));
    return list_walk_end(&w, ok, out);
}

MdhValue __mdh_gaun(MdhThread *t, int argc, const MdhArgs_gaun *a)
{
    (void)argc;
    return mapped(t, a->items, a->f);
}

MdhValue __mdh_graith(MdhThread *t, int argc, const MdhArgs_graith *a)
{
    (void)argc;
    return mapped(t, a->items, a->f);
}

MdhValue __mdh_ilk(MdhThread *t, int argc, const MdhArgs_ilk *a)
{
    (void)argc;
    return mapped(t, a->items, a->f);
}

static bool each_item(MdhThread *t, MdhValue list, MdhValue f)
{
    ListWalk w = list_walk_frozen(list);
    bool with_index = mdh_max_params(f) == 2, ok = true;
    MdhValue v;
    while (ok && list_next(t, &w, &v)) {
        MdhValue at = mdh_fix((int64_t)w.i - 1);
        ok = !mdh_is_exc(with_index ? mdh_call2(t, f, v, at) : mdh_call1(t, f, v));
    }
    return ok && !w.failed;
}

static bool each_entry(MdhThread *t, MdhValue d, MdhValue f, bool members)
{
    MdhDictIter it;
    MdhValue k, v;
    bool ok = true;
    mdh_dict_iter(d, &it);
    while (ok && mdh_dict_next(&it, &k, &v))
        ok = !mdh_is_exc(members ? mdh_call1(t, f, k) : mdh_call2(t, f, k, v));
    return ok;
}

MdhValue __mdh_ilkane(MdhThread *t, int argc, const MdhArgs_ilkane *a)
{
    (void)argc;
    bool ok = mdh_is_list(a->x) ? each_item(t, a->x, a->f)
                                : each_entry(t, a->x, a->f, mdh_is_creel(a->x));
    return ok ? MDH_NAETHING : MDH_EXC;
}

MdhValue __mdh_sieve(MdhThread *t, int argc, const MdhArgs_sieve *a)
{
    (void)argc;
    ListWalk w = list_walk_frozen(a->items);
    MdhValue out = mdh_list_new(t, 0), v;
    bool ok = !mdh_is_exc(out);
    while (ok && list_next(t, &w, &v)) {
        MdhValue keep = mdh_call1(t, a->f, v);
        ok = !mdh_is_exc(keep) && (!mdh_truthy(keep) || mdh_list_add(t, out, v));
    }
    return list_walk_end(&w, ok, out);
}

// Folding --------------------------------------------------------------------------------

static MdhValue folded(MdhThread *t, MdhValue list, MdhValue acc, MdhValue f)
{
    ListWalk w = list_walk_frozen(list);
    MdhValue v;
    while (!mdh_is_exc(acc) && list_next(t, &w, &v)) acc = mdh_call2(t, f, acc, v);
    return list_walk_end(&w, true, acc);
}

MdhValue __mdh_tumble(MdhThread *t, int argc, const MdhArgs_tumble *a)
{
    (void)argc;
    return folded(t, a->items, a->start, a->f);
}

MdhValue __mdh_tumble_fn_second(MdhThread *t, int argc, const MdhArgs_tumble_fn_second *a)
{
    (void)argc;
    return folded(t, a->items, a->start, a->f);
}

MdhValue __mdh_tumble_fn_first(MdhThread *t, int argc, const MdhArgs_tumble_fn_first *a)
{
    (void)argc;
    return folded(t, a->items, a->start, a->f);
}

MdhValue __mdh_reduce(MdhThread *t, int argc, const MdhArgs_reduce *a)
{
    (void)argc;
    return folded(t, a->items, a->start, a->f);
}

MdhValue __mdh_reduce_start_second(MdhThread *t, int argc,
                                   const MdhArgs_reduce_start_second *a)
{
    (void)argc;
    return folded(t, a->items, a->start, a->f);
}

MdhValue __mdh_reduce_fn_first(MdhThread *t, int argc, const MdhArgs_reduce_fn_first *a)
{
    (void)argc;
    return folded(t, a->items, a->start, a->f);
}

// Searching ------------------------------------------------------------------------------

// Finds the first item whose answer is `wanted`; f ABSENT: the item is its own answer. Returns
// its position, -1 when there is none, -2 when it threw.
static int64_t first_that(MdhThread *t, MdhValue list, MdhValue f, bool wanted,
                          MdhValue *item)
{
    ListWalk w = list_walk_frozen(list);
    MdhValue v;
    while (list_next(t, &w, &v)) {
        MdhValue answer = mdh_is_absent(f) ? v : mdh_call1(t, f, v);
        if (mdh_is_exc(answer)) return -2;
        if (mdh_truthy(answer) != wanted) continue;
        *item = v;
        return (int64_t)w.i - 1;
    }
    return w.failed ? -2 : -1;
}

MdhValue __mdh_hunt(MdhThread *t, int argc, const MdhArgs_hunt *a)
{
    (void)argc;
    MdhValue v = MDH_NAETHING;
    return first_that(t, a->items, a->f, true, &v) == -2 ? MDH_EXC : v;
}

MdhValue __mdh_hunt_value(MdhThread *t, int argc, const MdhArgs_hunt_value *a)
{
    (void)argc;
    return mdh_index_of(t, a->x, a->v);
}

MdhValue __mdh_fin_index(MdhThread *t, int argc, const MdhArgs_fin_index *a)
{
    (void)argc;
    MdhValue v;
    int64_t at = first_that(t, a->items, a->f, true, &v);
    return at == -2 ? MDH_EXC : mdh_fix(at);
}

// Is there an item whose answer is `wanted`, and is that what we hope for?
static MdhValue quantified(MdhThread *t, MdhValue list, MdhValue f, bool wanted)
{
    MdhValue v;
    int64_t at = first_that(t, list, f, wanted, &v);
    return at == -2 ? MDH_EXC : mdh_bool((at >= 0) == wanted);
}

MdhValue __mdh_ony(MdhThread *t, int argc, const MdhArgs_ony *a)
{
    (void)argc;
    return quantified(t, a->items, a->f, true);
}

MdhValue __mdh_ony_truthy(MdhThread *t, int argc, const MdhArgs_ony_truthy *a)
{
    (void)argc;
    return quantified(t, a->items, MDH_ABSENT, true);
}

MdhValue __mdh_aw(MdhThread *t, int argc, const MdhArgs_aw *a)
{
    (void)argc;
    return quantified(t, a->items, a->f, false);
}

MdhValue __mdh_aw_truthy(MdhThread *t, int argc, const MdhArgs_aw_truthy *a)
{
    (void)argc;
    return quantified(t, a->items, MDH_ABSENT, false);
}

// Sorting into heaps ---------------------------------------------------------------------

// Puts v into the list that stands under `key`, making it when there is none.
static bool group_add(MdhThread *t, MdhValue groups, MdhValue key, MdhValue v)
{
    MdhValue group = mdh_dict_get(groups, key);
    if (mdh_is_absent(group)) {
        group = mdh_list_new(t, 1);
        if (mdh_is_exc(group) || !mdh_dict_put(t, groups, key, group)) return false;
    }
    return mdh_list_add(t, group, v);
}

MdhValue __mdh_grup_up(MdhThread *t, int argc, const MdhArgs_grup_up *a)
{
    (void)argc;
    ListWalk w = list_walk_frozen(a->items);
    MdhValue out = mdh_dict_new(t, 0), v;
    bool ok = !mdh_is_exc(out);
    while (ok && list_next(t, &w, &v)) {
        MdhValue key = mdh_call1(t, a->f, v);
        ok = !mdh_is_exc(key) && group_add(t, out, key, v);
    }
    return list_walk_end(&w, ok, out);
}

MdhValue mdh_list_part_by(MdhThread *t, MdhValue list, MdhValue f)
{
    ListWalk w = list_walk_frozen(list);
    MdhValue yes = mdh_list_new(t, 0), no = mdh_list_new(t, 0), v;
    bool ok = !mdh_is_exc(yes) && !mdh_is_exc(no);
    while (ok && list_next(t, &w, &v)) {
        MdhValue keep = mdh_call1(t, f, v);
        ok = !mdh_is_exc(keep) && mdh_list_add(t, mdh_truthy(keep) ? yes : no, v);
    }
    return ok && !w.failed ? list_pair(t, yes, no) : MDH_EXC;
}

MdhValue __mdh_pairt_by(MdhThread *t, int argc, const MdhArgs_pairt_by *a)
{
    (void)argc;
    return mdh_list_part_by(t, a->items, a->f);
}
