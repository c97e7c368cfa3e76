// SPDX-License-Identifier: MIT
// New lists out of one or two: pairing, weaving, flattening, cutting, inserting, removing.
#include "abi/abi.h"
#include "runtime/builtins/lists.h"
#include "runtime/builtins/strings.h"
#include "runtime/core/fn.h"

MdhValue __mdh_enumerate(MdhThread *t, int argc, const MdhArgs_enumerate *a)
{
    (void)argc;
    ListWalk w = list_walk(a->items);
    MdhValue out = mdh_list_new(t, w.n), v;
    bool ok = !mdh_is_exc(out);
    while (ok && list_next(t, &w, &v))
        ok = list_add_made(t, out, list_pair(t, mdh_fix((int64_t)w.i - 1), v));
    return list_walk_end(&w, ok, out);
}

MdhValue __mdh_zip(MdhThread *t, int argc, const MdhArgs_zip *a)
{
    (void)argc;
    ListWalk wa = list_walk(a->a), wb = list_walk(a->b);
    MdhValue out = mdh_list_new(t, wa.n < wb.n ? wa.n : wb.n), x, y;
    bool ok = !mdh_is_exc(out);
    while (ok && list_next(t, &wa, &x) && list_next(t, &wb, &y))
        ok = list_add_made(t, out, list_pair(t, x, y));
    return list_walk_end(&wa, ok && !wb.failed, out);
}

MdhValue __mdh_zipwith(MdhThread *t, int argc, const MdhArgs_zipwith *a)
{
    (void)argc;
    ListWalk wa = list_walk_frozen(a->a), wb = list_walk_frozen(a->b);
    MdhValue out = mdh_list_new(t, wa.n < wb.n ? wa.n : wb.n), x, y;
    bool ok = !mdh_is_exc(out);
    while (ok && list_next(t, &wa, &x) && list_next(t, &wb, &y))
        ok = list_add_made(t, out, mdh_call2(t, a->f, x, y));
    return list_walk_end(&wa, ok && !wb.failed, out);
}

MdhValue mdh_list_interleave(MdhThread *t, MdhValue a, MdhValue b)
{
    ListWalk wa = list_walk(a), wb = list_walk(b);
    MdhValue out = mdh_list_new(t, wa.n + wb.n), v;
    bool ok = !mdh_is_exc(out), more = true;
    while (ok && more) {
        bool had_a = list_next(t, &wa, &v);
        if (had_a) ok = mdh_list_add(t, out, v);
        bool had_b = ok && list_next(t, &wb, &v);
        if (had_b) ok = mdh_list_add(t, out, v);
        more = had_a || had_b;
    }
    return list_walk_end(&wa, ok && !wb.failed, out);
}

MdhValue __mdh_interleave(MdhThread *t, int argc, const MdhArgs_interleave *a)
{
    (void)argc;
    return mdh_list_interleave(t, a->a, a->b);
}

MdhValue __mdh_fankle(MdhThread *t, int argc, const MdhArgs_fankle *a)
{
    (void)argc;
    return mdh_list_interleave(t, a->a, a->b);
}

MdhValue __mdh_fankle_flat(MdhThread *t, int argc, const MdhArgs_fankle_flat *a)
{
    (void)argc;
    return mdh_list_flat(t, a->items);
}

MdhValue __mdh_ceilidh(MdhThread *t, int argc, const MdhArgs_ceilidh *a)
{
    (void)argc;
    return mdh_list_interleave(t, a->a, a->b);
}

MdhValue __mdh_ceilidh_dicts(MdhThread *t, int argc, const MdhArgs_ceilidh_dicts *a)
{
    (void)argc;
    return mdh_dict_merged(t, a->a, a->b);
}

// Flattening -----------------------------------------------------------------------------

MdhValue __mdh_flatten(MdhThread *t, int argc, const MdhArgs_flatten *a)
{
    (void)argc;
    ListWalk w = list_walk(a->items);
    MdhValue out = mdh_list_new(t, w.n), v;
    bool ok = !mdh_is_exc(out);
    while (ok && list_next(t, &w, &v))
        ok = mdh_is_list(v) ? mdh_list_extend(t, out, v) : mdh_list_add(t, out, v);
    return list_walk_end(&w, ok, out);
}

// Appends everything in `list` to `out`; a list inside itself ends at the depth limit.
static bool flatten_into(MdhThread *t, MdhValue out, MdhValue list)
{
    ListWalk w = list_walk(list);
    MdhValue v;
    bool ok = true;
    if (t->data_depth >= MDH_MAX_DATA_DEPTH) {
        mdh_throw_error(t, MDH_E_STACK);
        return false;
    }
    t->data_depth++;
    while (ok && list_next(t, &w, &v))
        ok = mdh_is_list(v) ? flatten_into(t, out, v) : mdh_list_add(t, out, v);
    t->data_depth--;
    return ok && !w.failed;
}

MdhValue mdh_list_flat(MdhThread *t, MdhValue list)
{
    MdhValue out = mdh_list_new(t, mdh_list_len(list));
    return !mdh_is_exc(out) && flatten_into(t, out, list) ? out : MDH_EXC;
}

MdhValue __mdh_sclaff(MdhThread *t, int argc, const MdhArgs_sclaff *a)
{
    (void)argc;
    return mdh_list_flat(t, a->items);
}

// Cutting --------------------------------------------------------------------------------

static MdhValue chunks_of(MdhThread *t, MdhValue list, uint64_t size)
{
    uint64_t n = mdh_list_len(list);
    MdhValue out = mdh_list_new(t, n / size + 1);
    bool ok = !mdh_is_exc(out);
    for (uint64_t i = 0; ok && i < n; i += size)
        ok = list_add_made(t, out, mdh_list_slice(t, list, i, i + size));
    return ok ? out : MDH_EXC;
}

MdhValue __mdh_chunks(MdhThread *t, int argc, const MdhArgs_chunks *a)
{
    (void)argc;
    int64_t size = mdh_int_of(a->size);
    if (size <= 0) return mdh_throw_native(t, "chunks() size must be positive");
    return chunks_of(t, a->items, (uint64_t)size);
}

MdhValue __mdh_grup(MdhThread *t, int argc, const MdhArgs_grup *a)
{
    (void)argc;
    int64_t size = mdh_int_of(a->size);
    if (size <= 0) return mdh_throw_native(t, "grup() needs a positive chunk size");
    return chunks_of(t, a->items, (uint64_t)size);
}

MdhValue __mdh_pair_up(MdhThread *t, int argc, const MdhArgs_pair_up *a)
{
    (void)argc;
    return chunks_of(t, a->items, 2);
}

MdhValue __mdh_grup_runs(MdhThread *t, int argc, const MdhArgs_grup_runs *a)
{
    (void)argc;
    ListWalk w = list_walk(a->items);
    MdhValue out = mdh_list_new(t, 0), run = MDH_ABSENT, last = MDH_ABSENT, v;
    bool ok = !mdh_is_exc(out);
    while (ok && list_next(t, &w, &v)) {
        int same = mdh_is_absent(run) ? 0 : list_equal(t, last, v);
        if (same == 0) {
            run = mdh_list_new(t, 1);
            ok = list_add_made(t, out, run);
        }
        ok = ok && same >= 0 && mdh_list_add(t, run, v);
        last = v;
    }
    return list_walk_end(&w, ok, out);
}

// Inserting and removing -----------------------------------------------------------------

// Where item `i` of `n` is, negative from the end; -1 when it isn't in [0, limit).
static int64_t place(int64_t i, int64_t n, int64_t limit)
{
    if (i < 0) i += n;
    return i >= 0 && i < limit ? i : -1;
}

static MdhValue throw_place(MdhThread *t, int64_t i, int64_t n)
{
    return mdh_throw_native(t, "Index %d oot o' bounds fer list o' length %d", i, n);
}

MdhValue __mdh_chynge(MdhThread *t, int argc, const MdhArgs_chynge *a)
{
    (void)argc;
    int64_t n = (int64_t)mdh_list_len(a->items), i = mdh_int_of(a->i);
    int64_t at = place(i, n, n + 1);
    if (at < 0) return throw_place(t, i, n);
    MdhValue rest = mdh_list_slice(t, a->items, (uint64_t)at, (uint64_t)n);
    MdhValue out = mdh_list_new(t, (uint64_t)n + 1);
    MdhValue front = mdh_list_slice(t, a->items, 0, (uint64_t)at);
    if (mdh_is_exc(rest) || mdh_is_exc(out) || mdh_is_exc(front)) return MDH_EXC;
    bool ok = mdh_list_extend(t, out, front) && mdh_list_push(t, out, a->v) &&
              mdh_list_extend(t, out, rest);
    return ok ? out : MDH_EXC;
}

MdhValue __mdh_chynge_text(MdhThread *t, int argc, const MdhArgs_chynge_text *a)
{
    (void)argc;
    return mdh_text_replace(t, a->s, mdh_str_slice(a->from), mdh_str_slice(a->to));
}

MdhValue __mdh_dicht(MdhThread *t, int argc, const MdhArgs_dicht *a)
{
    (void)argc;
    int64_t n = (int64_t)mdh_list_len(a->items), i = mdh_int_of(a->i);
    int64_t at = place(i, n, n);
    if (at < 0) return throw_place(t, i, n);
    MdhValue front = mdh_list_slice(t, a->items, 0, (uint64_t)at);
    MdhValue rest = mdh_list_slice(t, a->items, (uint64_t)at + 1, (uint64_t)n);
    if (mdh_is_exc(front) || mdh_is_exc(rest)) return MDH_EXC;
    return mdh_list_concat(t, front, rest);
}

MdhValue __mdh_redd_up(MdhThread *t, int argc, const MdhArgs_redd_up *a)
{
    (void)argc;
    ListWalk w = list_walk(a->items);
    MdhValue out = mdh_list_new(t, w.n), v;
    bool ok = !mdh_is_exc(out);
    while (ok && list_next(t, &w, &v)) ok = mdh_is_naething(v) || mdh_list_add(t, out, v);
    return list_walk_end(&w, ok, out);
}

MdhValue __mdh_mony(MdhThread *t, int argc, const MdhArgs_mony *a)
{
    (void)argc;
    int64_t n = mdh_int_of(a->n);
    MdhValue out = mdh_list_new(t, n > 0 ? (uint64_t)n : 0);
    bool ok = !mdh_is_exc(out);
    for (int64_t i = 0; ok && i < n; i++) ok = mdh_list_add(t, out, a->v);
    return ok ? out : MDH_EXC;
}

// By a named predicate -------------------------------------------------------------------

typedef bool (*Predicate)(MdhValue v);

static bool is_even(MdhValue v)
{
    return mdh_is_int(v) && mdh_int_of(v) % 2 == 0;
}
static bool is_odd(MdhValue v)
{
    return mdh_is_int(v) && mdh_int_of(v) % 2 != 0;
}
static bool is_above_zero(MdhValue v)
{
    return mdh_is_number(v) && mdh_number_as_double(v) > 0;
}
static bool is_below_zero(MdhValue v)
{
    return mdh_is_number(v) && mdh_number_as_double(v) < 0;
}
static bool is_true(MdhValue v)
{
    return mdh_truthy(v);
}
static bool is_nothing(MdhValue v)
{
    return mdh_is_naething(v);
}
static bool is_text(MdhValue v)
{
    return mdh_is_str(v);
}
static bool is_numeric(MdhValue v)
{
    return mdh_is_number(v);
}

static Predicate predicate_of(MdhValue name)
{
    static const struct {
        const char *name;
        Predicate test;
    } known[] = {
        {"even", is_even},   {"odd", is_odd},        {"positive", is_above_zero},
        {"truthy", is_true}, {"nil", is_nothing},    {"negative", is_below_zero},
        {"string", is_text}, {"number", is_numeric},
    };
    for (size_t i = 0; i < countof(known); i++)
        if (mdh_str_is(name, known[i].name)) return known[i].test;
    return NULL;
}

MdhValue __mdh_split_by(MdhThread *t, int argc, const MdhArgs_split_by *a)
{
    (void)argc;
    Predicate test = predicate_of(a->kind);
    if (!test)
        return mdh_throw_native(
            t,
            "Unknown predicate '%v'. Try: even, odd, positive, negative, "
            "truthy, nil, string, number",
            a->kind);
    ListWalk w = list_walk(a->items);
    MdhValue yes = mdh_list_new(t, 0), no = mdh_list_new(t, 0), v;
    bool ok = !mdh_is_exc(yes) && !mdh_is_exc(no);
    while (ok && list_next(t, &w, &v)) ok = mdh_list_add(t, test(v) ? yes : no, v);
    return list_walk_end(&w, ok, ok ? list_pair(t, yes, no) : MDH_EXC);
}

MdhValue __mdh_split_by_fn(MdhThread *t, int argc, const MdhArgs_split_by_fn *a)
{
    (void)argc;
    return mdh_list_part_by(t, a->items, a->keep);
}
