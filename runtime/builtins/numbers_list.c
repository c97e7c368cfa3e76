// SPDX-License-Identifier: MIT
// Aggregates over a list of numbers. A walk reads the list's buffer and length once, so another
// thread may change the list meanwhile; an item that is being taken away reads as 0 or is left
// out, as if it had gone before.
#include <stdlib.h>

#include "abi/abi.h"
#include "runtime/builtins/numbers.h"

#define NAME(id) mdh_builtins[MDH_B_ID_##id].name

__extension__ typedef __int128 I128;

typedef struct Numbers {
    const MdhListBuf *buf;
    uint64_t n, i;
} Numbers;

static Numbers numbers_of(MdhValue list)
{
    const MdhListBuf *buf = mdh_list_buf(list);
    return (Numbers){buf, __atomic_load_n(&buf->n, __ATOMIC_RELAXED), 0};
}

// The next number. *ok is cleared when the item is no number (or could not be boxed).
static bool next_number(MdhThread *t, Numbers *walk, MdhValue *item, bool *ok)
{
    while (walk->i < walk->n) {
        *item = mdh_listbuf_get(t, walk->buf, walk->i++);
        if (mdh_is_absent(*item)) continue;
        *ok = mdh_is_number(*item);
        return *ok;
    }
    return false;
}

// After a walk that met something else than a number.
static MdhValue not_numbers(MdhThread *t, MdhValue item, const char *name, const char *rest)
{
    if (mdh_is_exc(item)) return item;
    return mdh_throw_native(t, "%s() %s", name, rest);
}

// Sums ------------------------------------------------------------------------------------

MdhValue __mdh_sumaw(MdhThread *t, int argc, const MdhArgs_sumaw *a)
{
    (void)argc;
    Numbers walk = numbers_of(a->items);
    MdhValue item;
    I128 sum = 0; // cannot overflow: fewer than 2^64 items
    double real_sum = 0;
    bool ok = true, all_ints = true;
    while (next_number(t, &walk, &item, &ok)) {
        if (mdh_is_int(item)) sum += mdh_int_of(item);
        else all_ints = false;
        real_sum += mdh_number_as_double(item);
    }
    if (!ok) return not_numbers(t, item, NAME(sumaw), "expects a list of numbers");
    if (!all_ints) return mdh_float(t, real_sum);
    if (sum > INT64_MAX || sum < INT64_MIN) return mdh_throw_error(t, MDH_E_OVERFLOW);
    return mdh_int(t, (int64_t)sum);
}

MdhValue __mdh_product(MdhThread *t, int argc, const MdhArgs_product *a)
{
    (void)argc;
    Numbers walk = numbers_of(a->items);
    MdhValue item;
    int64_t product = 1;
    double real_product = 1;
    bool ok = true, all_ints = true, too_big = false, any_zero = false;
    while (next_number(t, &walk, &item, &ok)) {
        if (!mdh_is_int(item)) all_ints = false;
        else if (mdh_int_of(item) == 0) any_zero = true;
        else if (!too_big)
            too_big = __builtin_mul_overflow(product, mdh_int_of(item), &product);
        real_product *= mdh_number_as_double(item);
    }
    if (!ok) return not_numbers(t, item, NAME(product), "needs a list o' numbers");
    if (!all_ints) return mdh_float(t, real_product);
    if (any_zero) return mdh_fix(0);
    return too_big ? mdh_throw_error(t, MDH_E_OVERFLOW) : mdh_int(t, product);
}

MdhValue __mdh_average(MdhThread *t, int argc, const MdhArgs_average *a)
{
    (void)argc;
    Numbers walk = numbers_of(a->items);
    MdhValue item;
    double sum = 0, n = 0;
    bool ok = true;
    while (next_number(t, &walk, &item, &ok)) {
        sum += mdh_number_as_double(item);
        n++;
    }
    if (!ok) return not_numbers(t, item, NAME(average), "needs a list o' numbers");
    if (n == 0) return mdh_throw_native(t, "Cannae calculate average o' empty list!");
    return mdh_float(t, sum / n);
}

// Order -----------------------------------------------------------------------------------

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

MdhValue __mdh_median(MdhThread *t, int argc, const MdhArgs_median *a)
{
    (void)argc;
    Numbers walk = numbers_of(a->items);
    MdhValue item;
    bool ok = true;
    size_t n = 0;
    if (walk.n == 0) return mdh_throw_native(t, "Cannae calculate median o' empty list!");
    double *sorted = (double *)mdh_new_atomic(t, walk.n * sizeof *sorted);
    if (!sorted) return mdh_throw_oom(t, walk.n * sizeof *sorted);
    while (next_number(t, &walk, &item, &ok)) {
        sorted[n] = mdh_number_as_double(item);
        if (sorted[n] != sorted[n])
            return mdh_throw_native(t, "median() cannae handle NaN");
        n++;
    }
    if (!ok) return not_numbers(t, item, NAME(median), "needs a list o' numbers");
    if (n == 0) return mdh_throw_native(t, "Cannae calculate median o' empty list!");
    qsort(sorted, n, sizeof *sorted, compare_doubles);
    double upper = sorted[n / 2], lower = sorted[(n - 1) / 2];
    return mdh_float(t, n % 2 ? upper : (lower + upper) / 2);
}

static bool comes_first(MdhValue x, MdhValue y, bool largest)
{
    if (mdh_is_int(x))
        return largest ? mdh_int_of(x) > mdh_int_of(y) : mdh_int_of(x) < mdh_int_of(y);
    double dx = mdh_float_of(x), dy = mdh_float_of(y);
    return largest ? dx > dy : dx < dy;
}

MdhValue mdh_list_extreme(MdhThread *t, MdhValue list, const char *name, bool largest)
{
    static const char text[] = "needs a list o' comparable numbers";
    Numbers walk = numbers_of(list);
    MdhValue best = MDH_ABSENT, item;
    bool ok = true;
    while (next_number(t, &walk, &item, &ok)) {
        if (mdh_is_absent(best)) best = item;
        else if (mdh_is_int(best) != mdh_is_int(item))
            return not_numbers(t, item, name, text);
        else if (comes_first(item, best, largest)) best = item;
    }
    if (!ok) return not_numbers(t, item, name, text);
    if (!mdh_is_absent(best)) return best;
    return mdh_throw_native(t, "Cannae find %s o' empty list!",
                            largest ? "maximum" : "minimum");
}

MdhValue __mdh_minaw(MdhThread *t, int argc, const MdhArgs_minaw *a)
{
    (void)argc;
    return mdh_list_extreme(t, a->items, NAME(minaw), false);
}

MdhValue __mdh_maxaw(MdhThread *t, int argc, const MdhArgs_maxaw *a)
{
    (void)argc;
    return mdh_list_extreme(t, a->items, NAME(maxaw), true);
}

MdhValue __mdh_range_o(MdhThread *t, int argc, const MdhArgs_range_o *a)
{
    (void)argc;
    Numbers walk = numbers_of(a->items);
    MdhValue item;
    double low = 0, high = 0;
    bool ok = true, any = false;
    while (next_number(t, &walk, &item, &ok)) {
        double d = mdh_number_as_double(item);
        if (!any || d < low) low = d;
        if (!any || d > high) high = d;
        any = true;
    }
    if (!ok) return not_numbers(t, item, NAME(range_o), "needs a list o' numbers");
    if (!any) return mdh_throw_native(t, "Cannae get range o' empty list!");
    return mdh_float(t, high - low);
}
