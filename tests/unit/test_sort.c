// SPDX-License-Identifier: MIT
// Sorting: right and stable for every way it takes, and sparing of comparisons.
#include <math.h>

#include "runtime/core/rng.h"
#include "tests/unit/data_helpers.h"

static MdhValue sorted(MdhValue list)
{
    return mdh_list_sort(the_thread(), list, MDH_ABSENT);
}

static int64_t at(MdhValue list, uint64_t i)
{
    return mdh_int_of(mdh_list_get(the_thread(), list, i));
}

static MdhValue random_ints(uint64_t n, uint64_t below)
{
    MdhThread *t = the_thread();
    MdhValue list = mdh_list_new(t, n);
    for (uint64_t i = 0; i < n; i++)
        mdh_list_push(t, list,
                      mdh_fix((int64_t)mdh_rng_below(t, below) - (int64_t)below / 2));
    return list;
}

TEST(integers_of_all_sizes)
{
    static const uint64_t sizes[] = {0, 1, 2, 3, 63, 64, 65, 100, 1000, 70000};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        uint64_t n = sizes[s];
        MdhValue list = random_ints(n, n % 2 ? 10 : UINT64_C(1) << 60), r = sorted(list);
        int64_t sum = 0;
        CHECK_EQ(mdh_list_len(r), n);
        for (uint64_t i = 0; i < n; i++) sum += at(list, i) % 1000 - at(r, i) % 1000;
        CHECK_EQ(sum, 0);
        for (uint64_t i = 1; i < n; i++) REQUIRE(at(r, i - 1) <= at(r, i));
    }
}

TEST(a_range_sorts_as_integers)
{
    MdhThread *t = the_thread();
    MdhValue list = mdh_list_of_ints(t, -3, 5);
    CHECK(mdh_list_set(t, list, 0, mdh_int(t, INT64_MAX)));
    CHECK(mdh_list_set(t, list, 4, mdh_int(t, INT64_MIN)));
    CHECK_STR(printed(sorted(list)),
              "[-9223372036854775808, -2, -1, 0, 9223372036854775807]");
}

TEST(floats_sort_numerically)
{
    MdhThread *t = the_thread();
    double d[] = {1.5, -2.5, 1e300, -1e300, 3.25, INFINITY, -INFINITY, 0.1};
    MdhValue list = mdh_list_new(t, 0);
    for (size_t i = 0; i < 8; i++) mdh_list_push(t, list, float_of(d[i]));
    CHECK_STR(printed(sorted(list)), "[-inf, -1e+300, -2.5, 0.1, 1.5, 3.25, 1e+300, inf]");
    list = mdh_list_new(t, 0);
    for (int i = 0; i < 500; i++)
        mdh_list_push(t, list, float_of(mdh_rng_double(t) * 200 - 100));
    MdhValue r = sorted(list);
    for (uint64_t i = 1; i < 500; i++)
        CHECK(mdh_float_of(mdh_list_get(t, r, i - 1)) <=
              mdh_float_of(mdh_list_get(t, r, i)));
}

TEST(numbers_of_both_kinds_are_stable)
{
    MdhThread *t = the_thread();
    MdhValue v[] = {mdh_fix(2),    float_of(1.0), mdh_fix(1),    float_of(0.5),
                    float_of(2.0), float_of(0.0), float_of(-0.0)};
    MdhValue r = sorted(mdh_list_of(t, 7, v));
    MdhValue want[] = {v[5], v[6], v[3], v[1], v[2], v[0], v[4]};
    for (uint64_t i = 0; i < 7; i++) CHECK(mdh_same(mdh_list_get(t, r, i), want[i]));
}

TEST(strings_sort_by_code_point)
{
    MdhThread *t = the_thread();
    const char *texts[] = {"zebra",     "a",        "",  "straße", "strasse", "abcdefgh",
                           "abcdefghi", "abcdefgg", "é", "Z",      "abcdefgh"};
    MdhValue list = mdh_list_new(t, 0);
    for (size_t i = 0; i < 11; i++) mdh_list_push(t, list, loose(texts[i]));
    CHECK_STR(printed(sorted(list)),
              "[, Z, a, abcdefgg, abcdefgh, abcdefgh, abcdefghi, strasse, "
              "straße, zebra, é]");
    list = mdh_list_new(t, 0);
    for (int i = 0; i < 5000; i++) {
        char text[32];
        snprintf(text, sizeof text, "prefix%llu",
                 (unsigned long long)mdh_rng_below(t, 3000));
        mdh_list_push(t, list, loose(text));
    }
    MdhValue r = sorted(list);
    for (uint64_t i = 1; i < 5000; i++)
        REQUIRE(mdh_str_cmp(mdh_list_get(t, r, i - 1), mdh_list_get(t, r, i)) <= 0);
}

TEST(kinds_without_an_order_stay_where_they_are)
{
    MdhThread *t = the_thread();
    MdhValue v[] = {MDH_NAETHING, MDH_AYE, mdh_dict_new(t, 0), MDH_NAE};
    MdhValue r = sorted(mdh_list_of(t, 4, v));
    for (uint64_t i = 0; i < 4; i++) CHECK(mdh_same(mdh_list_get(t, r, i), v[i]));
    MdhValue w[500]; // NaNs among numbers: no order at all, yet it ends and loses nothing
    for (int i = 0; i < 500; i++) w[i] = i % 7 ? mdh_fix(i * 37 % 91) : float_of(NAN);
    r = sorted(mdh_list_of(t, 500, w));
    int nans = 0;
    for (uint64_t i = 0; i < 500; i++) nans += mdh_is_float(mdh_list_get(t, r, i));
    CHECK_EQ(nans, 72);
}

// Comparators ----------------------------------------------------------------------------

static uint64_t calls;

static MdhValue by_tens(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)t, (void)fn, (void)argc;
    calls++;
    return mdh_fix(mdh_int_of(argv[0]) / 10 - mdh_int_of(argv[1]) / 10);
}

static MdhValue comes_before(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)t, (void)fn, (void)argc;
    calls++;
    return mdh_bool(mdh_int_of(argv[0]) < mdh_int_of(argv[1]));
}

static MdhValue throws_sometimes(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc, (void)argv;
    return --calls ? mdh_float(t, -1.5) : mdh_throw(t, MDH_AYE);
}

static MdhValue answers_nonsense(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc, (void)argv;
    return mdh_bool(mdh_rng_below(t, 2));
}

TEST(a_comparator_sort_is_stable)
{
    MdhThread *t = the_thread();
    MdhValue cmp = c_function(by_tens, 2), list = random_ints(20000, 2000);
    // Number each value's place: the values are i * 10 + nothing, the place tells them apart.
    for (uint64_t i = 0; i < 20000; i++)
        mdh_list_set(t, list, i,
                     mdh_fix((int64_t)mdh_rng_below(t, 200) * 10 + (int64_t)i % 10));
    MdhValue r = mdh_list_sort(t, list, cmp);
    uint64_t count[200][10] = {{0}};
    for (uint64_t i = 1; i < 20000; i++) REQUIRE(at(r, i - 1) / 10 <= at(r, i) / 10);
    for (uint64_t i = 0; i < 20000; i++) count[at(list, i) / 10][at(list, i) % 10]++;
    // The units of each ten in the order in which they stood.
    uint64_t pos = 0;
    for (int64_t ten = 0; ten < 200; ten++)
        for (uint64_t i = 0; i < 20000; i++)
            if (at(list, i) / 10 == ten) REQUIRE(at(r, pos++) == at(list, i));
}

static uint64_t calls_for(MdhValue list)
{
    calls = 0;
    MdhValue r = mdh_list_sort(the_thread(), list, c_function(comes_before, 2));
    uint64_t n = mdh_list_len(r);
    for (uint64_t i = 1; i < n; i++) REQUIRE(at(r, i - 1) <= at(r, i));
    return calls;
}

TEST(comparisons_are_few)
{
    MdhThread *t = the_thread();
    uint64_t n = 100000;
    double least = lgamma((double)n + 1) / log(2); // log2(n!)
    CHECK(calls_for(random_ints(n, UINT64_C(1) << 40)) < least * 1.02);
    CHECK_EQ(calls_for(mdh_list_of_ints(t, 0, n)), n - 1);
    MdhValue down = mdh_list_new(t, 0), runs = mdh_list_new(t, 0);
    for (int64_t i = (int64_t)n; i-- > 0;) mdh_list_push(t, down, mdh_fix(i));
    CHECK_EQ(calls_for(down), n - 1);
    for (int64_t i = 0; i < (int64_t)n; i++) mdh_list_push(t, runs, mdh_fix(i % 25000));
    CHECK(calls_for(runs) < n * 4);
    for (uint64_t small = 2; small < 200; small++) calls_for(random_ints(small, 50));
}

TEST(a_throwing_or_mad_comparator_ends)
{
    MdhThread *t = the_thread();
    MdhValue list = random_ints(300, 1000);
    for (uint64_t after = 1; after < 700; after += 13) {
        calls = after;
        MdhValue r = mdh_list_sort(t, list, c_function(throws_sometimes, 2));
        if (mdh_is_exc(r)) CHECK(mdh_same(mdh_take_error(t), MDH_AYE));
    }
    for (uint64_t n = 2; n < 2000; n += 37) {
        MdhValue r =
            mdh_list_sort(t, random_ints(n, 1000), c_function(answers_nonsense, 2));
        CHECK_EQ(mdh_list_len(r), n);
    }
}
