// SPDX-License-Identifier: MIT
// Scots predicates: short tests with their own idea of what each kind of value should be.
#include "abi/abi.h"
#include "runtime/builtins/numbers.h"
#include "runtime/builtins/strings.h"
#include "runtime/core/ops.h"
#include "runtime/core/rng.h"
#include "runtime/data/dict.h"

// What the predicates look at: how far a number is from 0, how long a text or list is.
static double magnitude(MdhValue v)
{
    double d = mdh_number_as_double(v);
    return d < 0 ? -d : d;
}

static bool is_empty_text_or_list(MdhValue v)
{
    return (mdh_is_str(v) && mdh_str(v)->len == 0) ||
           (mdh_is_list(v) && mdh_list_len(v) == 0);
}

static bool is_empty_dict(MdhValue v)
{
    return mdh_is_dict(v) && mdh_dict_len(v) == 0;
}

static Slice trimmed(MdhValue s)
{
    Slice text = mdh_str_slice(s);
    size_t from = mdh_text_trim_start(text);
    return slice_sub(text, from, mdh_text_trim_end(text, from));
}

static bool is_braw(MdhValue v)
{
    if (mdh_is_naething(v)) return false;
    if (mdh_is_bool(v)) return v.bits == MDH_BITS_AYE;
    if (mdh_is_number(v)) return mdh_number_as_double(v) > 0;
    return !is_empty_text_or_list(v) && !is_empty_dict(v);
}

static bool is_gallus(MdhValue v)
{
    if (mdh_is_number(v)) return magnitude(v) > 100;
    if (mdh_is_str(v)) return mdh_str(v)->len > 20;
    return mdh_is_list(v) && mdh_list_len(v) > 10;
}

static bool is_glaikit(MdhValue v)
{
    if (mdh_is_naething(v)) return true;
    if (mdh_is_number(v)) return mdh_number_as_double(v) == 0;
    if (mdh_is_str(v)) return trimmed(v).len == 0;
    return is_empty_text_or_list(v) || is_empty_dict(v);
}

static bool is_scunner(MdhValue v)
{
    if (mdh_is_number(v)) return mdh_number_as_double(v) < 0;
    return mdh_is_naething(v) || v.bits == MDH_BITS_NAE || is_empty_text_or_list(v);
}

static bool is_haverin(MdhValue v)
{
    if (mdh_is_str(v)) return trimmed(v).len < 2;
    return mdh_is_naething(v) || is_empty_text_or_list(v);
}

static bool is_dreich(MdhValue v)
{
    Slice s = mdh_str_slice(v);
    size_t first = s.len ? mdh_text_next(s, 0) : 0;
    for (size_t at = first, next; at < s.len; at = next) {
        next = mdh_text_next(s, at);
        if (!slice_eq(slice_sub(s, 0, first), slice_sub(s, at, next))) return false;
    }
    return true;
}

static bool is_wee(MdhValue v)
{
    if (mdh_is_number(v)) return magnitude(v) < 10;
    if (mdh_is_str(v)) return mdh_str(v)->len < 5;
    return !mdh_is_list(v) || mdh_list_len(v) < 5;
}

static bool is_muckle(MdhValue v)
{
    if (mdh_is_number(v)) return magnitude(v) >= 100;
    if (mdh_is_str(v)) return mdh_str(v)->len >= 50;
    return mdh_is_list(v) && mdh_list_len(v) >= 50;
}

#define PREDICATE(id, condition)                                                           \
    MdhValue __mdh_##id(MdhThread *t, int argc, const MdhArgs_##id *a)                     \
    {                                                                                      \
        (void)t, (void)argc;                                                               \
        return mdh_bool(condition);                                                        \
    }

PREDICATE(braw, is_braw(a->v))
PREDICATE(crabbit, mdh_number_as_double(a->n) < 0)
PREDICATE(gallus, is_gallus(a->v))
PREDICATE(glaikit, is_glaikit(a->v))
PREDICATE(scunner, is_scunner(a->v))
PREDICATE(dreich, is_dreich(a->s))
PREDICATE(haverin, is_haverin(a->v))
PREDICATE(is_wee, is_wee(a->v))
PREDICATE(is_muckle, is_muckle(a->v))
PREDICATE(is_positive, mdh_number_as_double(a->n) > 0)
PREDICATE(is_negative, mdh_number_as_double(a->n) < 0)
PREDICATE(is_zero, mdh_number_as_double(a->n) == 0)

MdhValue __mdh_cannie(MdhThread *t, int argc, const MdhArgs_cannie *a)
{
    (void)argc;
    MdhValue v = a->v;
    if (mdh_is_str(v)) {
        Slice s = mdh_str_slice(v);
        size_t from = mdh_text_trim_start(s);
        return mdh_text_cut(t, v, from, mdh_text_trim_end(s, from));
    }
    if (mdh_is_number(v)) return mdh_bool(mdh_number_as_double(v) >= 0);
    if (mdh_is_list(v)) return mdh_bool(mdh_list_len(v) > 0);
    return mdh_bool(!mdh_is_naething(v) && v.bits != MDH_BITS_NAE);
}

MdhValue __mdh_numpty_check(MdhThread *t, int argc, const MdhArgs_numpty_check *a)
{
    (void)argc;
    if (mdh_is_naething(a->v)) return mdh_str_c(t, "That's naething, ya numpty!");
    if (!is_empty_text_or_list(a->v)) return mdh_str_c(t, "That's braw!");
    return mdh_str_c(t, mdh_is_str(a->v) ? "Empty string, ya numpty!"
                                         : "Empty list, ya numpty!");
}

// Ordering, by the operators of the language ----------------------------------------------

// Truth of a comparison: -1 when it threw.
static int holds(MdhValue result)
{
    return mdh_is_exc(result) ? -1 : mdh_truthy(result);
}

MdhValue __mdh_wee(MdhThread *t, int argc, const MdhArgs_wee *a)
{
    (void)argc;
    int less = holds(__mdh_op_lt(t, a->b, a->a));
    return less < 0 ? MDH_EXC : less ? a->b : a->a;
}

MdhValue __mdh_muckle(MdhThread *t, int argc, const MdhArgs_muckle *a)
{
    (void)argc;
    int more = holds(__mdh_op_gt(t, a->a, a->b));
    return more < 0 ? MDH_EXC : more ? a->a : a->b;
}

MdhValue __mdh_wee_list(MdhThread *t, int argc, const MdhArgs_wee_list *a)
{
    (void)argc;
    return mdh_list_extreme(t, a->items, mdh_builtins[MDH_B_ID_wee].name, false);
}

MdhValue __mdh_muckle_list(MdhThread *t, int argc, const MdhArgs_muckle_list *a)
{
    (void)argc;
    return mdh_list_extreme(t, a->items, mdh_builtins[MDH_B_ID_muckle].name, true);
}

MdhValue __mdh_atween(MdhThread *t, int argc, const MdhArgs_atween *a)
{
    (void)argc;
    int in = holds(__mdh_op_ge(t, a->v, a->low));
    if (in > 0) in = holds(__mdh_op_le(t, a->v, a->high));
    return in < 0 ? MDH_EXC : mdh_bool(in);
}

MdhValue __mdh_hauld_atween(MdhThread *t, int argc, const MdhArgs_hauld_atween *a)
{
    (void)argc;
    int below = holds(__mdh_op_lt(t, a->v, a->low));
    if (below) return below < 0 ? MDH_EXC : a->low;
    int above = holds(__mdh_op_gt(t, a->v, a->high));
    if (above) return above < 0 ? MDH_EXC : a->high;
    return a->v;
}

// Sayings ---------------------------------------------------------------------------------

static const char *const insults[] = {
    "Away an bile yer heid!",
    "Ye're a pure numpty!",
    "Haud yer wheesht, ya bampot!",
    "Yer heid's fu' o' mince!",
    "Ye're as thick as a plank, so ye are!",
    "Yer bum's oot the windae!",
    "Ye great muckle dunderheid!",
    "Yer erse is parsley!",
    "Ye couldnae find yer ain feet wi' a map!",
    "Ye're aboot as muckle use as a chocolate teapot!",
    "Dinnae be sic a daft gowk!",
    "Ye've a face like a skelpt erse!",
    "Ye're a richt wee clype!",
    "Ah've seen mair life in a tattie!",
    "Ye glaikit wee scunner!",
};

static const char *const toasts[] = {
    "Slàinte mhath!",
    "Lang may yer lum reek!",
    "Here's tae us; wha's like us? Gey few, an they're a' deid!",
    "May the best ye've ever seen be the warst ye'll ever see!",
    "Here's tae the heath, the hill an the heather!",
    "Guid health tae ye an yours!",
};

MdhValue __mdh_haver(MdhThread *t, int argc, const MdhArgs_haver *a)
{
    (void)argc, (void)a;
    return mdh_str_c(t, insults[mdh_rng_below(t, countof(insults))]);
}

MdhValue __mdh_slainte(MdhThread *t, int argc, const MdhArgs_slainte *a)
{
    (void)argc, (void)a;
    return mdh_str_c(t, toasts[mdh_rng_below(t, countof(toasts))]);
}
