// SPDX-License-Identifier: MIT
// Dicts: key identity, order, deletion and compaction, growth, caches, snapshots.
#include "runtime/data/dict.h"

#include "runtime/core/rng.h"
#include "runtime/data/dict_priv.h"
#include "tests/unit/data_helpers.h"

TEST(keys_are_told_apart_by_kind_and_value)
{
    MdhThread *t = the_thread();
    MdhValue d = mdh_dict_new(t, 0);
    MdhValue l1 = mdh_list_new(t, 0), l2 = mdh_list_new(t, 0);
    MdhValue keys[] = {mdh_fix(1),
                       float_of(1.0),
                       intern("1"),
                       MDH_AYE,
                       MDH_NAE,
                       MDH_NAETHING,
                       mdh_fix(0),
                       float_of(0.0),
                       float_of(-0.0),
                       l1,
                       l2,
                       mdh_int(t, INT64_MAX),
                       mdh_int(t, INT64_MIN),
                       intern(""),
                       float_of(1e300)};
    uint32_t n = sizeof keys / sizeof keys[0];
    for (uint32_t i = 0; i < n; i++) REQUIRE(mdh_dict_put(t, d, keys[i], mdh_fix(i)));
    CHECK_EQ(mdh_dict_len(d), n);
    for (uint32_t i = 0; i < n; i++) CHECK_EQ(mdh_int_of(mdh_dict_get(d, keys[i])), i);
    // The same number or text from elsewhere is the same key.
    CHECK_EQ(mdh_int_of(mdh_dict_get(d, loose("1"))), 2);
    CHECK_EQ(mdh_int_of(mdh_dict_get(d, mdh_int(t, INT64_MAX))), 11);
    CHECK_EQ(mdh_int_of(mdh_dict_get(d, float_of(1e300))), 14);
    CHECK(mdh_is_absent(mdh_dict_get(d, mdh_list_new(t, 0))));
    CHECK(mdh_is_absent(mdh_dict_get(d, loose("2"))));
}

TEST(a_small_dict_finds_boxed_and_loose_keys)
{
    MdhThread *t = the_thread();
    MdhValue d = mdh_dict_new(t, 0);
    CHECK(mdh_dict_put(t, d, loose("loose"), mdh_fix(1)));
    CHECK(mdh_dict_put(t, d, intern("fast"), mdh_fix(2)));
    CHECK(mdh_dict_put(t, d, mdh_int(t, INT64_MAX), mdh_fix(3)));
    CHECK_EQ(mdh_int_of(mdh_dict_get(d, intern("loose"))), 1);
    CHECK_EQ(mdh_int_of(mdh_dict_get(d, loose("fast"))), 2);
    CHECK_EQ(mdh_int_of(mdh_dict_get(d, mdh_int(t, INT64_MAX))), 3);
    CHECK_EQ(mdh_int_of(mdh_dict_get_c(d, "fast")), 2);
    CHECK(mdh_is_absent(mdh_dict_get_c(d, "nane")));
    CHECK(mdh_dict_put(t, d, intern("loose"), mdh_fix(4)));
    CHECK_EQ(mdh_dict_len(d), 3);
}

TEST(order_is_of_first_insertion)
{
    MdhThread *t = the_thread();
    MdhValue d = mdh_dict_new(t, 0);
    bool was;
    CHECK(mdh_dict_put_c(t, d, "a", mdh_fix(1)) && mdh_dict_put_c(t, d, "b", mdh_fix(2)));
    CHECK(mdh_dict_put_c(t, d, "c", mdh_fix(3)) && mdh_dict_put_c(t, d, "a", mdh_fix(9)));
    CHECK_STR(printed(d), "{\"a\": 9, \"b\": 2, \"c\": 3}");
    CHECK(mdh_dict_remove(t, d, intern("a"), &was) && was);
    CHECK(mdh_dict_remove(t, d, intern("a"), &was) && !was);
    CHECK(mdh_dict_put_c(t, d, "a", mdh_fix(5)));
    CHECK_STR(printed(d), "{\"b\": 2, \"c\": 3, \"a\": 5}");
    CHECK_EQ(mdh_dict_len(d), 3);
}

TEST(growth_keeps_order_and_entries)
{
    MdhThread *t = the_thread();
    MdhValue d = mdh_dict_new(t, 0), k, v;
    char name[16];
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "k%d", i);
        REQUIRE(mdh_dict_put(t, d, loose(name), mdh_fix(i)));
    }
    CHECK_EQ(mdh_dict_len(d), 20000);
    MdhDictIter it;
    mdh_dict_scan(d, &it);
    for (int64_t i = 0; mdh_dict_next(&it, &k, &v); i++) REQUIRE(mdh_int_of(v) == i);
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "k%d", i);
        REQUIRE(mdh_int_of(mdh_dict_get_c(d, name)) == i);
    }
}

// A window of live keys moves through the dict: deleted entries must go, or it would grow.
TEST(inserting_and_deleting_for_long_stays_small)
{
    MdhThread *t = the_thread();
    MdhValue d = mdh_dict_new(t, 0);
    bool was;
    for (int64_t i = 0; i < 100000; i++) {
        REQUIRE(mdh_dict_put(t, d, mdh_fix(i), mdh_fix(i)));
        if (i < 50) continue;
        REQUIRE(mdh_dict_remove(t, d, mdh_fix(i - 50), &was) && was);
    }
    CHECK_EQ(mdh_dict_len(d), 50);
    CHECK(mdh_dict_table(d)->cap < 400);
    for (int64_t i = 99950; i < 100000; i++)
        CHECK_EQ(mdh_int_of(mdh_dict_get(d, mdh_fix(i))), i);
    CHECK(mdh_is_absent(mdh_dict_get(d, mdh_fix(99949))));
}

TEST(emptying_a_big_dict_shrinks_it)
{
    MdhThread *t = the_thread();
    MdhValue d = mdh_dict_new(t, 0);
    bool was;
    for (int64_t i = 0; i < 5000; i++) REQUIRE(mdh_dict_put(t, d, mdh_fix(i), MDH_AYE));
    for (int64_t i = 0; i < 4990; i++) REQUIRE(mdh_dict_remove(t, d, mdh_fix(i), &was));
    CHECK_EQ(mdh_dict_len(d), 10);
    CHECK(mdh_dict_table(d)->cap < 200);
    CHECK(!mdh_is_absent(mdh_dict_get(d, mdh_fix(4995))));
}

TEST(one_key_deleted_and_put_again_in_a_big_dict)
{
    MdhThread *t = the_thread();
    MdhValue d = mdh_dict_new(t, 0);
    bool was;
    for (int64_t i = 0; i < 15; i++) REQUIRE(mdh_dict_put(t, d, mdh_fix(i), MDH_AYE));
    for (int64_t i = 0; i < 1000; i++) {
        REQUIRE(mdh_dict_remove(t, d, mdh_fix(3), &was) && was);
        REQUIRE(mdh_is_absent(mdh_dict_get(d, mdh_fix(3))));
        REQUIRE(mdh_dict_put(t, d, mdh_fix(3), mdh_fix(i)));
        REQUIRE(mdh_int_of(mdh_dict_get(d, mdh_fix(3))) == i);
    }
    CHECK_EQ(mdh_dict_len(d), 15);
}

TEST(a_cache_word_follows_the_key)
{
    MdhThread *t = the_thread();
    MdhValue d = mdh_dict_new(t, 0), key = intern("port"), other = mdh_dict_new(t, 0);
    uint64_t ic = 0, put_ic = 0;
    bool was;
    CHECK(mdh_is_absent(mdh_dict_get_cached(d, key, &ic)));
    CHECK(mdh_dict_put(t, d, loose("host"), mdh_fix(1)));
    CHECK(mdh_dict_put(t, d, loose("port"), mdh_fix(2)));
    CHECK_EQ(mdh_int_of(mdh_dict_get_cached(d, key, &ic)), 2);
    CHECK_EQ(ic, 1);
    // The loose key gave way to the interned one, so that the next read hits.
    CHECK(mdh_same(mdh_dict_table(d)->entries[1].key, key));
    CHECK(mdh_dict_put_cached(t, d, key, mdh_fix(3), &put_ic));
    CHECK_EQ(put_ic, 1);
    CHECK(mdh_dict_put_cached(t, d, key, mdh_fix(4), &put_ic));
    CHECK_EQ(mdh_int_of(mdh_dict_get_cached(d, key, &ic)), 4);
    CHECK(mdh_dict_remove(t, d, key, &was));
    CHECK(mdh_is_absent(mdh_dict_get_cached(d, key, &ic)));
    CHECK(mdh_dict_put_cached(t, d, key, mdh_fix(5), &put_ic));
    CHECK_EQ(mdh_int_of(mdh_dict_get_cached(d, key, &ic)), 5);
    CHECK(mdh_is_absent(mdh_dict_get_cached(other, key, &ic)));
}

TEST(a_snapshot_is_what_was_there)
{
    MdhThread *t = the_thread();
    for (int64_t n = 5; n < 40; n += 30) { // without and with an index
        for (int what = 0; what < 5; what++) {
            MdhValue d = mdh_dict_new(t, 0), k, v;
            MdhDictIter it;
            bool was;
            uint64_t ic = 0;
            for (int64_t i = 0; i < n; i++) mdh_dict_put(t, d, mdh_fix(i), mdh_fix(i));
            mdh_dict_iter(d, &it);
            switch (what) {
            case 0: CHECK(mdh_dict_put(t, d, mdh_fix(2), MDH_NAE)); break;
            case 1: CHECK(mdh_dict_remove(t, d, mdh_fix(2), &was)); break;
            case 2: CHECK(mdh_dict_clear(t, d)); break;
            case 3: CHECK(mdh_dict_put_cached(t, d, mdh_fix(0), MDH_NAE, &ic)); break;
            default: CHECK(mdh_dict_put(t, d, mdh_fix(1000), MDH_NAE)); break;
            }
            int64_t seen = 0;
            while (mdh_dict_next(&it, &k, &v)) {
                CHECK(mdh_same(k, mdh_fix(seen)) && mdh_same(v, k));
                seen++;
            }
            CHECK_EQ(seen, n);
        }
    }
}

TEST(a_copy_is_apart)
{
    MdhThread *t = the_thread();
    MdhValue d = mdh_dict_new(t, 0);
    for (int64_t i = 0; i < 30; i++) mdh_dict_put(t, d, mdh_fix(i), mdh_fix(i));
    MdhValue copy = mdh_dict_copy(t, d);
    CHECK(mdh_dict_put(t, copy, mdh_fix(0), MDH_NAE));
    CHECK(mdh_dict_put(t, copy, mdh_fix(77), MDH_NAE));
    CHECK_EQ(mdh_dict_len(d), 30);
    CHECK_EQ(mdh_dict_len(copy), 31);
    CHECK(mdh_same(mdh_dict_get(d, mdh_fix(0)), mdh_fix(0)));
}

TEST(a_literal_of_many_keys_has_an_index)
{
    MdhThread *t = the_thread();
    MdhValue keys[20], vals[20];
    char name[8];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "f%d", i);
        keys[i] = intern(name);
        vals[i] = mdh_fix(i);
    }
    for (uint32_t n = 0; n <= 20; n++) {
        MdhValue d = mdh_dict_of(t, n, keys, vals);
        CHECK_EQ(mdh_dict_len(d), n);
        for (uint32_t i = 0; i < 20; i++)
            CHECK(mdh_same(mdh_dict_get(d, keys[i]), i < n ? vals[i] : MDH_ABSENT));
        CHECK(mdh_dict_put(t, d, mdh_fix(1), MDH_AYE));
        CHECK_EQ(mdh_dict_len(d), n + 1);
    }
}

TEST(counted_keys_need_no_index_until_another_comes)
{
    MdhThread *t = the_thread();
    for (int what = 0; what < 5; what++) {
        MdhValue d = mdh_dict_new(t, 0);
        bool was;
        for (int64_t i = 0; i < 1000; i++)
            CHECK(mdh_dict_put(t, d, mdh_fix(i - 7), mdh_fix(i)));
        CHECK(mdh_dict_table(d)->index == NULL);
        switch (what) {
        case 0: CHECK(mdh_dict_put(t, d, intern("x"), MDH_AYE)); break;
        case 1: CHECK(mdh_dict_put(t, d, mdh_fix(994), MDH_AYE)); break;
        case 2: CHECK(mdh_dict_put(t, d, mdh_fix(-8), MDH_AYE)); break;
        case 3:
            CHECK(mdh_dict_remove(t, d, mdh_fix(500), &was) && was);
            CHECK(mdh_dict_put(t, d, mdh_fix(500), mdh_fix(507)));
            break;
        default: CHECK(mdh_dict_put(t, d, float_of(993), MDH_AYE)); break;
        }
        CHECK(mdh_dict_table(d)->index != NULL);
        for (int64_t i = 0; i < 1000; i++)
            CHECK(mdh_same(mdh_dict_get(d, mdh_fix(i - 7)), mdh_fix(i)));
        CHECK(mdh_is_absent(mdh_dict_get(d, mdh_fix(993))));
    }
}

TEST(counting_passes_the_greatest_small_integer)
{
    MdhThread *t = the_thread();
    MdhValue d = mdh_dict_new(t, 0);
    for (int64_t i = 0; i < 40; i++) {
        MdhValue k = mdh_int(t, MDH_INT_MAX63 - 20 + i);
        CHECK(mdh_dict_put(t, d, k, mdh_fix(i)));
    }
    CHECK_EQ(mdh_dict_len(d), 40);
    for (int64_t i = 0; i < 40; i++)
        CHECK_EQ(mdh_int_of(mdh_dict_get(d, mdh_int(t, MDH_INT_MAX63 - 20 + i))), i);
    CHECK(mdh_is_absent(mdh_dict_get(d, mdh_fix(MDH_INT_MIN63))));
}

// A dict beside a plain array of the same entries.
typedef struct Model {
    MdhValue keys[400], vals[400];
    uint32_t n;
} Model;

static int64_t model_find(const Model *m, MdhValue key)
{
    for (uint32_t i = 0; i < m->n; i++)
        if (mdh_key_same(m->keys[i], key)) return i;
    return -1;
}

static void model_put(Model *m, MdhValue key, MdhValue v)
{
    int64_t i = model_find(m, key);
    if (i < 0) m->keys[i = m->n++] = key;
    m->vals[i] = v;
}

static void model_remove(Model *m, MdhValue key)
{
    int64_t i = model_find(m, key);
    if (i < 0) return;
    m->n--;
    memmove(&m->keys[i], &m->keys[i + 1], (m->n - (size_t)i) * sizeof(MdhValue));
    memmove(&m->vals[i], &m->vals[i + 1], (m->n - (size_t)i) * sizeof(MdhValue));
}

static void check_model(MdhValue d, const Model *m)
{
    MdhDictIter it;
    MdhValue k, v;
    uint32_t i = 0;
    REQUIRE(mdh_dict_len(d) == m->n);
    mdh_dict_scan(d, &it);
    for (; mdh_dict_next(&it, &k, &v); i++)
        REQUIRE(i < m->n && mdh_key_same(k, m->keys[i]) && mdh_same(v, m->vals[i]));
    REQUIRE(i == m->n);
    for (i = 0; i < m->n; i++) REQUIRE(mdh_same(mdh_dict_get(d, m->keys[i]), m->vals[i]));
}

// Mostly counting integers, or few of everything.
static MdhValue model_key(MdhThread *t, uint64_t flavour, int64_t *counter)
{
    char text[16];
    uint64_t x = mdh_rng_below(t, 300);
    if (flavour == 0 && x < 270) return mdh_fix(x < 200 ? (*counter)++ % 300 : (int64_t)x);
    snprintf(text, sizeof text, "%u", (unsigned)(x / 4));
    switch (x % 4) {
    case 0: return mdh_fix((int64_t)x / 4);
    case 1: return mdh_str_c(t, text);
    case 2: return mdh_str_intern(t, text, strlen(text));
    default: return mdh_float(t, (double)(x / 4));
    }
}

static void live_beside_a_model(void)
{
    MdhThread *t = the_thread();
    for (uint64_t round = 0; round < 300; round++) {
        static Model m;
        MdhValue d = mdh_dict_new(t, (uint32_t)mdh_rng_below(t, 3) * 6);
        int64_t counter = (int64_t)round;
        uint64_t removals = mdh_rng_below(t, 10);
        bool was;
        m.n = 0;
        for (uint64_t step = 0; step < 200 + round; step++) {
            MdhValue k = model_key(t, round % 2, &counter), v = mdh_fix((int64_t)step);
            MdhDictIter it;
            if (mdh_rng_below(t, 50) == 0) mdh_dict_iter(d, &it);
            if (mdh_rng_below(t, 100) == 0) d = mdh_dict_copy(t, d);
            if (mdh_rng_below(t, 10) < removals) {
                bool there = model_find(&m, k) >= 0;
                CHECK(mdh_dict_remove(t, d, k, &was) && was == there);
                model_remove(&m, k);
            } else if (m.n < 390) {
                CHECK(mdh_dict_put(t, d, k, v));
                model_put(&m, k, v);
            }
            if (step % 32 == 0) check_model(d, &m);
        }
        check_model(d, &m);
    }
}

TEST(a_dict_behaves_like_a_plain_array_of_entries)
{
    live_beside_a_model();
}

TEST(so_does_one_whose_entries_are_scattered)
{
    mdh_table_scatter_from = 9;
    live_beside_a_model();
    mdh_table_scatter_from = 40;
    live_beside_a_model();
}

TEST(a_big_dict_is_scattered_and_in_order)
{
    MdhThread *t = the_thread();
    MdhValue d = mdh_dict_new(t, 0), k, v;
    bool was;
    for (int64_t i = 0; i < 100000; i++)
        REQUIRE(mdh_dict_put(t, d, mdh_fix(i * 77), mdh_fix(i)));
    CHECK(mdh_dict_table(d)->order != NULL);
    for (int64_t i = 0; i < 100000; i += 2)
        REQUIRE(mdh_dict_remove(t, d, mdh_fix(i * 77), &was) && was);
    for (int64_t i = 0; i < 100000; i += 4)
        REQUIRE(mdh_dict_put(t, d, mdh_fix(i * 77), mdh_fix(i)));
    CHECK_EQ(mdh_dict_len(d), 75000);
    MdhDictIter it;
    mdh_dict_iter(d, &it);
    for (int64_t i = 1; i < 100000; i += 2) {
        REQUIRE(mdh_dict_next(&it, &k, &v) && mdh_same(v, mdh_fix(i)));
        if (i % 1000 == 1) REQUIRE(mdh_dict_remove(t, d, k, &was) && was);
        if (i % 1000 == 3) REQUIRE(mdh_dict_put(t, d, k, MDH_NAE));
    }
    for (int64_t i = 0; i < 100000; i += 4)
        REQUIRE(mdh_dict_next(&it, &k, &v) && mdh_same(v, mdh_fix(i)));
    CHECK(!mdh_dict_next(&it, &k, &v));
    CHECK_EQ(mdh_dict_len(d), 74900);
    MdhValue copy = mdh_dict_copy(t, d);
    for (int64_t i = 0; i < 100000; i++)
        REQUIRE(mdh_same(mdh_dict_get(copy, mdh_fix(i * 77)),
                         mdh_dict_get(d, mdh_fix(i * 77))));
    for (int64_t i = 0; i < 99990; i++)
        REQUIRE(mdh_dict_remove(t, d, mdh_fix(i * 77), &was));
    CHECK_EQ(mdh_dict_len(d), 7);
    CHECK(mdh_dict_table(d)->order == NULL); // shrunk to a small one
}

// How far the entries lie from their places, on average and in tenths.
static uint64_t distance_of(MdhValue d)
{
    const MdhTable *tab = mdh_dict_table(d);
    uint64_t sum = 0;
    for (uint32_t i = 0; i <= tab->index_mask; i++)
        if (!mdh_is_absent(tab->entries[i].key))
            sum += (i - table_place(tab, tab->entries[i].key)) & tab->index_mask;
    return sum * 10 / tab->used;
}

TEST(no_multiplier_heaps_a_scattered_table)
{
    // By themselves these put hundreds of numbers that count up, or tens of thousands, in one
    // place, and those at other distances in a few.
    static const uint64_t bad[] = {1, 3, UINT64_C(1) << 63 | 1, (UINT64_C(1) << 44) + 1};
    MdhThread *t = the_thread();
    uint64_t seed = mdh_table_seed;
    for (size_t m = 0; m < sizeof bad / sizeof *bad; m++) {
        for (int64_t step = 1; step < 100000; step = step * 10 + 7) {
            MdhValue d = mdh_dict_new(t, 0);
            mdh_table_seed = bad[m];
            mdh_dict_put(t, d, mdh_fix(-1), mdh_fix(-1)); // does not count on from there
            for (int64_t i = 40000; i > 0; i--)
                REQUIRE(mdh_dict_put(t, d, mdh_fix(i * step), mdh_fix(i)));
            mdh_table_seed = seed;
            REQUIRE(mdh_dict_table(d)->order != NULL);
            CHECK(distance_of(d) <= 60);
            for (int64_t i = 1; i <= 40000; i++)
                REQUIRE(mdh_same(mdh_dict_get(d, mdh_fix(i * step)), mdh_fix(i)));
            MdhDictIter it;
            MdhValue k, v;
            mdh_dict_iter(d, &it);
            REQUIRE(mdh_dict_next(&it, &k, &v) && mdh_same(k, mdh_fix(-1)));
            for (int64_t i = 40000; i > 0; i--)
                REQUIRE(mdh_dict_next(&it, &k, &v) && mdh_same(v, mdh_fix(i)));
        }
    }
}

TEST(a_scattered_snapshot_stands_still)
{
    MdhThread *t = the_thread();
    mdh_table_scatter_from = 9;
    for (int what = 0; what < 6; what++) {
        MdhValue d = mdh_dict_new(t, 0), k, v;
        MdhDictIter it;
        bool was;
        for (int64_t i = 0; i < 50; i++) mdh_dict_put(t, d, mdh_fix(i * 3), mdh_fix(i * 3));
        mdh_dict_remove(t, d, mdh_fix(30), &was);
        CHECK(mdh_dict_table(d)->order != NULL);
        mdh_dict_iter(d, &it);
        switch (what) {
        case 0: CHECK(mdh_dict_put(t, d, mdh_fix(6), MDH_NAE)); break;
        case 1: CHECK(mdh_dict_remove(t, d, mdh_fix(6), &was)); break;
        case 2: CHECK(mdh_dict_put(t, d, mdh_fix(30), MDH_NAE)); break;
        case 3: CHECK(mdh_dict_clear(t, d)); break;
        case 4:
            for (uint64_t from = 0; from < 64; from++) {
                uint64_t word = from; // whatever a cache remembers of another table
                CHECK(mdh_dict_put_cached(t, d, mdh_fix(9), MDH_NAE, &word));
            }
            break;
        default: CHECK(mdh_dict_put(t, d, mdh_fix(1000), MDH_NAE)); break;
        }
        for (int64_t i = 0; i < 50; i++) {
            if (i == 10) continue;
            CHECK(mdh_dict_next(&it, &k, &v) && mdh_same(k, mdh_fix(i * 3)) &&
                  mdh_same(v, k));
        }
        CHECK(!mdh_dict_next(&it, &k, &v));
    }
}

TEST(a_failed_allocation_leaves_the_dict_alone)
{
    MdhThread *t = the_thread();
    for (uint64_t k = 1; k <= 3; k++) {
        for (int what = 0; what < 3; what++) {
            MdhValue d = mdh_dict_new(t, 0);
            MdhDictIter it;
            bool was, ok = true;
            for (int64_t i = 0; i < 20; i++) mdh_dict_put(t, d, mdh_fix(i), mdh_fix(i));
            mdh_dict_iter(d, &it);
            mdh_gc_fail_after(k);
            if (what == 0) ok = mdh_dict_put(t, d, mdh_fix(50), MDH_AYE);
            if (what == 1) ok = mdh_dict_put(t, d, mdh_fix(5), MDH_AYE);
            if (what == 2) ok = mdh_dict_remove(t, d, mdh_fix(5), &was);
            mdh_gc_fail_after(0);
            if (ok) continue;
            mdh_take_error(t);
            CHECK_EQ(mdh_dict_len(d), 20);
            CHECK(mdh_same(mdh_dict_get(d, mdh_fix(5)), mdh_fix(5)));
        }
    }
}
