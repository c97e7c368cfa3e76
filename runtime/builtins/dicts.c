// SPDX-License-Identifier: MIT
// Dicts and creels. Walks here run no user code, so they scan the published table and cost later
// writers nothing.
#include "abi/abi.h"
#include "runtime/builtins/lists.h"
#include "runtime/data/dict.h"
#include "runtime/data/str.h"

// Dicts ----------------------------------------------------------------------------------

typedef enum Wanted { KEYS, VALUES, ENTRIES } Wanted;

static MdhValue listed(MdhThread *t, MdhValue d, Wanted wanted)
{
    MdhDictIter it;
    MdhValue out = mdh_list_new(t, mdh_dict_len(d)), k, v;
    bool ok = !mdh_is_exc(out);
    mdh_dict_scan(d, &it);
    while (ok && mdh_dict_next(&it, &k, &v))
        ok = list_add_made(t, out,
                           wanted == KEYS     ? k
                           : wanted == VALUES ? v
                                              : list_pair(t, k, v));
    return ok ? out : MDH_EXC;
}

MdhValue __mdh_keys(MdhThread *t, int argc, const MdhArgs_keys *a)
{
    (void)argc;
    return listed(t, a->d, KEYS);
}

MdhValue __mdh_values(MdhThread *t, int argc, const MdhArgs_values *a)
{
    (void)argc;
    return listed(t, a->d, VALUES);
}

MdhValue __mdh_items(MdhThread *t, int argc, const MdhArgs_items *a)
{
    (void)argc;
    return listed(t, a->d, ENTRIES);
}

// Puts a [key, value] list into the dict; anything else is passed over.
static bool put_pair(MdhThread *t, MdhValue d, MdhValue pair)
{
    if (!mdh_is_list(pair)) return true;
    const MdhListBuf *b = mdh_list_buf(pair);
    if (mdh_listbuf_len(b) < 2) return true;
    MdhValue k = mdh_listbuf_get(t, b, 0), v = mdh_listbuf_get(t, b, 1);
    if (mdh_is_exc(k) || mdh_is_exc(v)) return false;
    return mdh_is_absent(k) || mdh_is_absent(v) || mdh_dict_put(t, d, k, v);
}

MdhValue __mdh_fae_pairs(MdhThread *t, int argc, const MdhArgs_fae_pairs *a)
{
    (void)argc;
    ListWalk w = list_walk(a->pairs);
    MdhValue out = mdh_dict_new(t, 0), pair;
    bool ok = !mdh_is_exc(out);
    while (ok && list_next(t, &w, &pair)) ok = put_pair(t, out, pair);
    return list_walk_end(&w, ok, out);
}

MdhValue __mdh_dict_has(MdhThread *t, int argc, const MdhArgs_dict_has *a)
{
    (void)t, (void)argc;
    return mdh_bool(!mdh_is_absent(mdh_dict_get(a->d, a->key)));
}

MdhValue __mdh_dict_get(MdhThread *t, int argc, const MdhArgs_dict_get *a)
{
    (void)t, (void)argc;
    return mdh_dict_get_or(a->d, a->key, a->fallback);
}

MdhValue mdh_dict_merged(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhDictIter it;
    MdhValue out = mdh_dict_copy(t, a), k, v;
    bool ok = !mdh_is_exc(out);
    mdh_dict_scan(b, &it);
    while (ok && mdh_dict_next(&it, &k, &v)) ok = mdh_dict_put(t, out, k, v);
    return ok ? out : MDH_EXC;
}

MdhValue __mdh_dict_merge(MdhThread *t, int argc, const MdhArgs_dict_merge *a)
{
    (void)argc;
    return mdh_dict_merged(t, a->a, a->b);
}

MdhValue __mdh_dict_remove(MdhThread *t, int argc, const MdhArgs_dict_remove *a)
{
    (void)argc;
    bool was_there;
    MdhValue out = mdh_dict_copy(t, a->d);
    return !mdh_is_exc(out) && mdh_dict_remove(t, out, a->key, &was_there) ? out : MDH_EXC;
}

MdhValue __mdh_dict_delete(MdhThread *t, int argc, const MdhArgs_dict_delete *a)
{
    (void)argc;
    bool was_there;
    return mdh_dict_remove(t, a->d, a->key, &was_there) ? mdh_bool(was_there) : MDH_EXC;
}

MdhValue __mdh_dict_invert(MdhThread *t, int argc, const MdhArgs_dict_invert *a)
{
    (void)argc;
    MdhDictIter it;
    MdhValue out = mdh_dict_new(t, mdh_dict_len(a->d)), k, v;
    bool ok = !mdh_is_exc(out);
    mdh_dict_scan(a->d, &it);
    while (ok && mdh_dict_next(&it, &k, &v)) ok = mdh_dict_put(t, out, v, k);
    return ok ? out : MDH_EXC;
}

// Creels ---------------------------------------------------------------------------------

MdhValue __mdh_creel(MdhThread *t, int argc, const MdhArgs_creel *a)
{
    (void)argc;
    if (mdh_is_creel(a->members)) return a->members;
    ListWalk w = list_walk(a->members);
    MdhValue out = mdh_creel_new(t, 0), v;
    bool ok = !mdh_is_exc(out);
    while (ok && list_next(t, &w, &v)) ok = mdh_creel_add(t, out, v);
    return list_walk_end(&w, ok, out);
}

MdhValue __mdh_empty_creel(MdhThread *t, int argc, const MdhArgs_empty_creel *a)
{
    (void)argc, (void)a;
    return mdh_creel_new(t, 0);
}

MdhValue __mdh_toss_in(MdhThread *t, int argc, const MdhArgs_toss_in *a)
{
    (void)argc;
    return mdh_creel_add(t, a->members, a->v) ? a->members : MDH_EXC;
}

MdhValue __mdh_heave_oot(MdhThread *t, int argc, const MdhArgs_heave_oot *a)
{
    (void)argc;
    bool was_there;
    return mdh_creel_remove(t, a->members, a->v, &was_there) ? a->members : MDH_EXC;
}

MdhValue __mdh_is_in_creel(MdhThread *t, int argc, const MdhArgs_is_in_creel *a)
{
    (void)t, (void)argc;
    return mdh_bool(mdh_creel_has(a->members, a->v));
}

MdhValue __mdh_creels_thegither(MdhThread *t, int argc, const MdhArgs_creels_thegither *a)
{
    (void)argc;
    MdhDictIter it;
    MdhValue out = mdh_creel_copy(t, a->a), k, v;
    bool ok = !mdh_is_exc(out);
    mdh_dict_scan(a->b, &it);
    while (ok && mdh_dict_next(&it, &k, &v)) ok = mdh_creel_add(t, out, k);
    return ok ? out : MDH_EXC;
}

// The members of `a` that are in `b`, or that are not.
static MdhValue chosen(MdhThread *t, MdhValue a, MdhValue b, bool in_b)
{
    MdhDictIter it;
    MdhValue out = mdh_creel_new(t, 0), k, v;
    bool ok = !mdh_is_exc(out);
    mdh_dict_scan(a, &it);
    while (ok && mdh_dict_next(&it, &k, &v))
        if (mdh_creel_has(b, k) == in_b) ok = mdh_creel_add(t, out, k);
    return ok ? out : MDH_EXC;
}

MdhValue __mdh_creels_baith(MdhThread *t, int argc, const MdhArgs_creels_baith *a)
{
    (void)argc;
    return chosen(t, a->a, a->b, true);
}

MdhValue __mdh_creels_differ(MdhThread *t, int argc, const MdhArgs_creels_differ *a)
{
    (void)argc;
    return chosen(t, a->a, a->b, false);
}

// Does every member of `a` answer `in_b` to "are ye in b"?
static bool all_members(MdhValue a, MdhValue b, bool in_b)
{
    MdhDictIter it;
    MdhValue k, v;
    mdh_dict_scan(a, &it);
    while (mdh_dict_next(&it, &k, &v))
        if (mdh_creel_has(b, k) != in_b) return false;
    return true;
}

MdhValue __mdh_is_subset(MdhThread *t, int argc, const MdhArgs_is_subset *a)
{
    (void)t, (void)argc;
    return mdh_bool(all_members(a->a, a->b, true));
}

MdhValue __mdh_is_superset(MdhThread *t, int argc, const MdhArgs_is_superset *a)
{
    (void)t, (void)argc;
    return mdh_bool(all_members(a->b, a->a, true));
}

MdhValue __mdh_is_disjoint(MdhThread *t, int argc, const MdhArgs_is_disjoint *a)
{
    (void)t, (void)argc;
    return mdh_bool(all_members(a->a, a->b, false));
}

// Members by their text: a dict text -> members of that text, whose keys are then sorted.
static bool members_by_text(MdhThread *t, MdhValue c, MdhValue by_text)
{
    MdhDictIter it;
    MdhValue k, v;
    mdh_dict_scan(c, &it);
    while (mdh_dict_next(&it, &k, &v)) {
        MdhValue text = mdh_is_str(k) ? k : mdh_show(t, k);
        if (mdh_is_exc(text)) return false;
        MdhValue same = mdh_dict_get(by_text, text);
        if (mdh_is_absent(same)) {
            same = mdh_list_new(t, 1);
            if (mdh_is_exc(same) || !mdh_dict_put(t, by_text, text, same)) return false;
        }
        if (!mdh_list_add(t, same, k)) return false;
    }
    return true;
}

MdhValue __mdh_creel_tae_list(MdhThread *t, int argc, const MdhArgs_creel_tae_list *a)
{
    (void)argc;
    MdhValue by_text = mdh_dict_new(t, mdh_creel_len(a->members)), text;
    if (mdh_is_exc(by_text) || !members_by_text(t, a->members, by_text)) return MDH_EXC;
    MdhValue texts = listed(t, by_text, KEYS), out = mdh_list_new(t, mdh_dict_len(by_text));
    if (mdh_is_exc(texts) || mdh_is_exc(out)) return MDH_EXC;
    texts = mdh_list_sort(t, texts, MDH_ABSENT);
    if (mdh_is_exc(texts)) return texts;
    ListWalk w = list_walk(texts);
    bool ok = true;
    while (ok && list_next(t, &w, &text))
        ok = mdh_list_extend(t, out, mdh_dict_get(by_text, text));
    return list_walk_end(&w, ok, out);
}
