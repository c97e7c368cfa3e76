// SPDX-License-Identifier: MIT
// Real arithmetic: rounding, choosing, and the functions of the C library. Arguments outside a
// function's domain give NaN or an infinity as IEEE says, never an error.
#include <math.h>

#include "abi/abi.h"
#include "runtime/builtins/number.h"
#include "runtime/core/throw.h"

MdhValue __mdh_abs(MdhThread *t, int argc, const MdhArgs_abs *a)
{
    (void)argc;
    if (mdh_is_float(a->n)) return mdh_float(t, fabs(mdh_float_of(a->n)));
    int64_t i = mdh_int_of(a->n);
    if (i == INT64_MIN) return mdh_throw_error(t, MDH_E_OVERFLOW);
    return i < 0 ? mdh_int(t, -i) : a->n;
}

MdhValue __mdh_sign(MdhThread *t, int argc, const MdhArgs_sign *a)
{
    (void)t, (void)argc;
    double d = mdh_number_as_double(a->n);
    return mdh_fix((d > 0) - (d < 0));
}

// Choosing --------------------------------------------------------------------------------

static bool both_ints(MdhValue a, MdhValue b)
{
    return mdh_is_int(a) && mdh_is_int(b);
}

// A NaN loses against a number.
static MdhValue smaller(MdhThread *t, MdhValue a, MdhValue b)
{
    if (both_ints(a, b)) return mdh_int_of(b) < mdh_int_of(a) ? b : a;
    return mdh_float(t, fmin(mdh_number_as_double(a), mdh_number_as_double(b)));
}

static MdhValue larger(MdhThread *t, MdhValue a, MdhValue b)
{
    if (both_ints(a, b)) return mdh_int_of(b) > mdh_int_of(a) ? b : a;
    return mdh_float(t, fmax(mdh_number_as_double(a), mdh_number_as_double(b)));
}

MdhValue __mdh_min(MdhThread *t, int argc, const MdhArgs_min *a)
{
    (void)argc;
    return smaller(t, a->a, a->b);
}

MdhValue __mdh_max(MdhThread *t, int argc, const MdhArgs_max *a)
{
    (void)argc;
    return larger(t, a->a, a->b);
}

MdhValue __mdh_clamp(MdhThread *t, int argc, const MdhArgs_clamp *a)
{
    (void)argc;
    MdhValue v = larger(t, a->v, a->low);
    if (mdh_is_exc(v)) return v;
    return smaller(t, v, a->high);
}

MdhValue __mdh_lerp(MdhThread *t, int argc, const MdhArgs_lerp *a)
{
    (void)argc;
    double from = mdh_number_as_double(a->a), to = mdh_number_as_double(a->b);
    return mdh_float(t, from + (to - from) * mdh_number_as_double(a->part));
}

// Rounding to an integer ------------------------------------------------------------------

#define ROUNDING(id, function)                                                             \
    MdhValue __mdh_##id(MdhThread *t, int argc, const MdhArgs_##id *a)                     \
    {                                                                                      \
        (void)argc;                                                                        \
        if (mdh_is_int(a->n)) return a->n;                                                 \
        return mdh_int(t, mdh_double_to_int(function(mdh_float_of(a->n))));                \
    }

ROUNDING(floor, floor)
ROUNDING(ceil, ceil)
ROUNDING(round, round)
ROUNDING(trunc, trunc)

// Functions of one number -----------------------------------------------------------------

static double fraction(double d)
{
    return d - trunc(d);
}

static double to_degrees(double d)
{
    return d * (180.0 / M_PI);
}

static double to_radians(double d)
{
    return d * (M_PI / 180.0);
}

#define REAL_FUNCTION(id, function)                                                        \
    MdhValue __mdh_##id(MdhThread *t, int argc, const MdhArgs_##id *a)                     \
    {                                                                                      \
        (void)argc;                                                                        \
        return mdh_float(t, function(mdh_number_as_double(a->n)));                         \
    }

REAL_FUNCTION(frac, fraction)
REAL_FUNCTION(sqrt, sqrt)
REAL_FUNCTION(sin, sin)
REAL_FUNCTION(cos, cos)
REAL_FUNCTION(tan, tan)
REAL_FUNCTION(asin, asin)
REAL_FUNCTION(acos, acos)
REAL_FUNCTION(atan, atan)
REAL_FUNCTION(sinh, sinh)
REAL_FUNCTION(cosh, cosh)
REAL_FUNCTION(tanh, tanh)
REAL_FUNCTION(log, log)
REAL_FUNCTION(log10, log10)
REAL_FUNCTION(log2, log2)
REAL_FUNCTION(exp, exp)
REAL_FUNCTION(degrees, to_degrees)
REAL_FUNCTION(radians, to_radians)

// Functions of two ------------------------------------------------------------------------

MdhValue __mdh_atan2(MdhThread *t, int argc, const MdhArgs_atan2 *a)
{
    (void)argc;
    return mdh_float(t, atan2(mdh_number_as_double(a->y), mdh_number_as_double(a->x)));
}

MdhValue __mdh_hypot(MdhThread *t, int argc, const MdhArgs_hypot *a)
{
    (void)argc;
    return mdh_float(t, hypot(mdh_number_as_double(a->a), mdh_number_as_double(a->b)));
}

MdhValue __mdh_pow(MdhThread *t, int argc, const MdhArgs_pow *a)
{
    (void)argc;
    return mdh_float(t, pow(mdh_number_as_double(a->a), mdh_number_as_double(a->b)));
}

// Constants as functions ------------------------------------------------------------------

#define CONSTANT(id, value)                                                                \
    MdhValue __mdh_##id(MdhThread *t, int argc, const MdhArgs_##id *a)                     \
    {                                                                                      \
        (void)argc, (void)a;                                                               \
        return mdh_float(t, value);                                                        \
    }

CONSTANT(pi, M_PI)
CONSTANT(e, M_E)
CONSTANT(tau, 2 * M_PI)
