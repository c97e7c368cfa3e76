// SPDX-License-Identifier: MIT
// Lists, and strings as sequences of characters: ends, parts, order, search.
#include "runtime/builtins/lists.h"

#include "abi/abi.h"
#include "runtime/builtins/strings.h"
#include "runtime/data/dict.h"

// Ends -----------------------------------------------------------------------------------

MdhValue __mdh_shove(MdhThread *t, int argc, const MdhArgs_shove *a)
{
    (void)argc;
    return mdh_list_push(t, a->items, a->v) ? MDH_NAETHING : MDH_EXC;
}

MdhValue __mdh_append(MdhThread *t, int argc, const MdhArgs_append *a)
{
    (void)argc;
    if (mdh_is_list(a->v)) return mdh_list_concat(t, a->items, a->v);
    return mdh_list_push(t, a->items, a->v) ? MDH_NAETHING : MDH_EXC;
}

MdhValue __mdh_yank(MdhThread *t, int argc, const MdhArgs_yank *a)
{
    (void)argc;
    MdhValue v = mdh_list_pop(t, a->items);
    return mdh_is_absent(v) ? mdh_throw_native(t, "Cannae yank fae an empty list!") : v;
}

// The item at one end, ABSENT when there is none.
static MdhValue list_end(MdhThread *t, MdhValue list, bool last)
{
    const MdhListBuf *b = mdh_list_buf(list);
    uint64_t n = mdh_listbuf_len(b);
    return n ? mdh_listbuf_get(t, b, last ? n - 1 : 0) : MDH_ABSENT;
}

static MdhValue text_end(MdhThread *t, MdhValue s, bool last)
{
    Slice text = mdh_str_slice(s);
    if (text.len == 0) return MDH_ABSENT;
    if (last) return mdh_text_cut(t, s, mdh_text_prev(text, text.len), text.len);
    return mdh_text_cut(t, s, 0, mdh_text_next(text, 0));
}

MdhValue __mdh_heid(MdhThread *t, int argc, const MdhArgs_heid *a)
{
    (void)argc;
    bool list = mdh_is_list(a->x);
    MdhValue v = list ? list_end(t, a->x, false) : text_end(t, a->x, false);
    if (!mdh_is_absent(v)) return v;
    return mdh_throw_native(t, "Cannae get heid o' empty %s!", list ? "list" : "string");
}

MdhValue __mdh_bum(MdhThread *t, int argc, const MdhArgs_bum *a)
{
    (void)argc;
    bool list = mdh_is_list(a->x);
    MdhValue v = list ? list_end(t, a->x, true) : text_end(t, a->x, true);
    if (!mdh_is_absent(v)) return v;
    return mdh_throw_native(t, "Cannae get bum o' empty %s!", list ? "list" : "string");
}

MdhValue __mdh_tail(MdhThread *t, int argc, const MdhArgs_tail *a)
{
    (void)argc;
    if (mdh_is_list(a->x)) return mdh_list_slice(t, a->x, 1, UINT64_MAX);
    return mdh_str_sub_chars(t, a->x, 1, mdh_str_nchars(a->x));
}

// Parts ----------------------------------------------------------------------------------

// Items or characters [from, to), both cut to what there is.
static MdhValue part(MdhThread *t, MdhValue x, int64_t from, int64_t to)
{
    if (from < 0) from = 0;
    if (to < from) to = from;
    if (mdh_is_list(x)) return mdh_list_slice(t, x, (uint64_t)from, (uint64_t)to);
    int64_t n = mdh_str_nchars(x);
    if (to > n) to = n;
    return from < to ? mdh_str_sub_chars(t, x, from, to) : mdh_str_empty;
}

MdhValue __mdh_scran(MdhThread *t, int argc, const MdhArgs_scran *a)
{
    (void)argc;
    return part(t, a->x, mdh_int_of(a->from), mdh_int_of(a->to));
}

MdhValue __mdh_scran_to(MdhThread *t, int argc, const MdhArgs_scran_to *a)
{
    (void)argc;
    return part(t, a->x, 0, mdh_int_of(a->to));
}

MdhValue __mdh_scran_last(MdhThread *t, int argc, const MdhArgs_scran_last *a)
{
    (void)argc;
    bool list = mdh_is_list(a->x);
    MdhValue v = list ? list_end(t, a->x, true) : text_end(t, a->x, true);
    if (!mdh_is_absent(v)) return v;
    return mdh_throw_native(t, "Cannae scran fae an empty %s!", list ? "list" : "string");
}

MdhValue __mdh_slice(MdhThread *t, int argc, const MdhArgs_slice *a)
{
    (void)argc;
    return __mdh_op_slice(t, a->x, a->from, a->to, MDH_ABSENT);
}

MdhValue __mdh_tak(MdhThread *t, int argc, const MdhArgs_tak *a)
{
    (void)argc;
    return part(t, a->items, 0, mdh_int_of(a->n));
}

MdhValue __mdh_drap(MdhThread *t, int argc, const MdhArgs_drap *a)
{
    (void)argc;
    return part(t, a->items, mdh_int_of(a->n), INT64_MAX);
}

// Joining and turning --------------------------------------------------------------------

MdhValue __mdh_slap(MdhThread *t, int argc, const MdhArgs_slap *a)
{
    (void)argc;
    return mdh_list_concat(t, a->a, a->b);
}

MdhValue __mdh_slap_strings(MdhThread *t, int argc, const MdhArgs_slap_strings *a)
{
    (void)argc;
    return mdh_str_concat(t, a->a, a->b);
}

MdhValue __mdh_reverse(MdhThread *t, int argc, const MdhArgs_reverse *a)
{
    (void)argc;
    if (mdh_is_str(a->x)) return mdh_text_reverse(t, a->x);
    ListWalk w = list_walk(a->x);
    MdhValue out = mdh_list_new(t, w.n);
    if (mdh_is_exc(out)) return out;
    for (uint64_t i = w.n; i-- > 0;) {
        MdhValue v = mdh_listbuf_get(t, w.b, i);
        if (mdh_is_absent(v)) continue;
        if (!list_add_made(t, out, v)) return MDH_EXC;
    }
    return out;
}

MdhValue __mdh_sort(MdhThread *t, int argc, const MdhArgs_sort *a)
{
    (void)argc;
    return mdh_list_sort(t, a->items, a->before);
}

MdhValue __mdh_birl(MdhThread *t, int argc, const MdhArgs_birl *a)
{
    (void)argc;
    int64_t n = (int64_t)mdh_list_len(a->items);
    if (n == 0) return mdh_list_new(t, 0);
    int64_t turn = mdh_int_of(a->n) % n;
    if (turn < 0) turn += n;
    MdhValue out = mdh_list_slice(t, a->items, (uint64_t)turn, UINT64_MAX);
    MdhValue front = mdh_list_slice(t, a->items, 0, (uint64_t)turn);
    if (mdh_is_exc(out) || mdh_is_exc(front)) return MDH_EXC;
    return mdh_list_concat(t, out, front);
}

MdhValue __mdh_range(MdhThread *t, int argc, const MdhArgs_range *a)
{
    (void)argc;
    return __mdh_op_range(t, a->from, a->to, false);
}

MdhValue __mdh_clear(MdhThread *t, int argc, const MdhArgs_clear *a)
{
    (void)argc;
    bool ok = mdh_is_list(a->x) ? mdh_list_clear(t, a->x) : mdh_dict_clear(t, a->x);
    return ok ? a->x : MDH_EXC;
}

// Looking --------------------------------------------------------------------------------

static int64_t find_from(MdhThread *t, MdhValue list, MdhValue v, uint64_t start)
{
    ListWalk w = list_walk(list);
    MdhValue item;
    w.i = start;
    while (list_next(t, &w, &item)) {
        int same = list_equal(t, item, v);
        if (same < 0) return -2;
        if (same) return (int64_t)w.i - 1;
    }
    return w.failed ? -2 : -1;
}

int64_t mdh_list_find(MdhThread *t, MdhValue list, MdhValue v)
{
    return find_from(t, list, v, 0);
}

MdhValue __mdh_contains(MdhThread *t, int argc, const MdhArgs_contains *a)
{
    (void)argc;
    switch (mdh_tag(a->x)) {
    case MDH_TAG_LIST: {
        int64_t at = mdh_list_find(t, a->x, a->v);
        return at == -2 ? MDH_EXC : mdh_bool(at >= 0);
    }
    case MDH_TAG_STRING:
        if (!mdh_is_str(a->v))
            return mdh_throw_native(t, "contains() on string expects a string needle");
        return mdh_bool(slice_contains(mdh_str_slice(a->x), mdh_str_slice(a->v)));
    default: return mdh_bool(!mdh_is_absent(mdh_dict_get(a->x, a->v)));
    }
}

static MdhValue index_from(MdhThread *t, MdhValue x, MdhValue v, int64_t start)
{
    bool list = mdh_is_list(x);
    if (!list && !mdh_is_str(v))
        return mdh_throw_native(t, "index_of() needs a string/list and a value");
    Slice text = list ? SLICE_NONE : mdh_str_slice(x);
    if (start < 0) start += list ? (int64_t)mdh_list_len(x) : (int64_t)text.len;
    if (start < 0) start = 0;
    if (list) {
        int64_t at = find_from(t, x, v, (uint64_t)start);
        return at == -2 ? MDH_EXC : mdh_fix(at);
    }
    if ((uint64_t)start > text.len) return mdh_fix(-1);
    size_t at = slice_find_from(text, mdh_str_slice(v), (size_t)start);
    return mdh_fix(at == SLICE_NOT_FOUND ? -1 : (int64_t)at);
}

MdhValue mdh_index_of(MdhThread *t, MdhValue x, MdhValue v)
{
    return index_from(t, x, v, 0);
}

MdhValue __mdh_index_of(MdhThread *t, int argc, const MdhArgs_index_of *a)
{
    (void)argc;
    return index_from(t, a->x, a->v, mdh_int_of(a->start));
}

static MdhValue indices_in_text(MdhThread *t, MdhValue s, MdhValue needle)
{
    if (!mdh_is_str(needle))
        return mdh_throw_native(t, "indices_o() on string needs a string needle");
    Slice text = mdh_str_slice(s), part_text = mdh_str_slice(needle);
    if (part_text.len == 0)
        return mdh_throw_native(t, "Cannae search fer an empty string, ya numpty!");
    MdhValue out = mdh_list_new(t, 0);
    if (mdh_is_exc(out)) return out;
    for (size_t at = 0; (at = slice_find_from(text, part_text, at)) != SLICE_NOT_FOUND;
         at += part_text.len)
        if (!mdh_list_add(t, out, mdh_fix((int64_t)at))) return MDH_EXC;
    return out;
}

MdhValue __mdh_indices_o(MdhThread *t, int argc, const MdhArgs_indices_o *a)
{
    (void)argc;
    if (mdh_is_str(a->x)) return indices_in_text(t, a->x, a->v);
    ListWalk w = list_walk(a->x);
    MdhValue out = mdh_list_new(t, 0), item;
    bool ok = !mdh_is_exc(out);
    while (ok && list_next(t, &w, &item)) {
        int same = list_equal(t, item, a->v);
        ok = same >= 0 && (!same || mdh_list_add(t, out, mdh_fix((int64_t)w.i - 1)));
    }
    return list_walk_end(&w, ok, out);
}

static MdhValue count_in_text(MdhThread *t, MdhValue s, MdhValue needle)
{
    if (!mdh_is_str(needle))
        return mdh_throw_native(t, "coont() on string needs a string tae count");
    Slice text = mdh_str_slice(s), part_text = mdh_str_slice(needle);
    int64_t n = 0;
    if (part_text.len == 0) return mdh_fix((int64_t)mdh_str_nchars(s) + 1);
    for (size_t at = 0; (at = slice_find_from(text, part_text, at)) != SLICE_NOT_FOUND;
         at += part_text.len)
        n++;
    return mdh_fix(n);
}

MdhValue __mdh_coont(MdhThread *t, int argc, const MdhArgs_coont *a)
{
    (void)argc;
    if (mdh_is_str(a->x)) return count_in_text(t, a->x, a->v);
    ListWalk w = list_walk(a->x);
    MdhValue item;
    int64_t n = 0;
    int same = 0;
    while (list_next(t, &w, &item) && (same = list_equal(t, item, a->v)) >= 0) n += same;
    return list_walk_end(&w, same >= 0, mdh_fix(n));
}

MdhValue __mdh_coont_all(MdhThread *t, int argc, const MdhArgs_coont_all *a)
{
    return __mdh_len(t, argc, &(MdhArgs_len){.v = a->x});
}

// Of two items of one kind that has a best: does `v` beat `best`?
static bool is_better(MdhValue v, MdhValue best)
{
    if (mdh_is_int(v) && mdh_is_int(best)) return mdh_int_of(v) > mdh_int_of(best);
    if (mdh_is_float(v) && mdh_is_float(best)) return mdh_float_of(v) > mdh_float_of(best);
    if (mdh_is_str(v) && mdh_is_str(best)) return mdh_str_nchars(v) > mdh_str_nchars(best);
    return false;
}

MdhValue __mdh_stoater(MdhThread *t, int argc, const MdhArgs_stoater *a)
{
    (void)argc;
    ListWalk w = list_walk(a->items);
    MdhValue best, v;
    if (!list_next(t, &w, &best))
        return w.failed ? MDH_EXC
                        : mdh_throw_native(t, "Cannae find a stoater in an empty list!");
    while (list_next(t, &w, &v))
        if (is_better(v, best)) best = v;
    return list_walk_end(&w, true, best);
}
