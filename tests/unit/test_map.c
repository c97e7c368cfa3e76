// SPDX-License-Identifier: MIT

#include "base/map.h"

#include <stdio.h>

#include "tests/unit/harness.h"

enum { N = 5000 };

static char names[N][12];

static void make_names(void)
{
    for (int i = 0; i < N; i++) snprintf(names[i], sizeof names[i], "key%d", i);
}

TEST(map_put_get_remove)
{
    make_names();
    Map m = MAP_INIT;
    for (uint32_t i = 0; i < N; i++) CHECK(map_put(&m, slice_from_cstr(names[i]), i));
    CHECK_EQ(m.len, N);
    for (uint32_t i = 0; i < N; i++) {
        uint32_t value = 0;
        CHECK(map_get(&m, slice_from_cstr(names[i]), &value));
        CHECK_EQ(value, i);
    }
    for (uint32_t i = 0; i < N; i += 2) CHECK(map_remove(&m, slice_from_cstr(names[i])));
    CHECK_EQ(m.len, N / 2);
    for (uint32_t i = 0; i < N; i++) {
        CHECK_EQ(map_get(&m, slice_from_cstr(names[i]), NULL), i % 2 == 1);
    }
    CHECK(!map_remove(&m, SLICE_LIT("key0")));
    map_deinit(&m);
    CHECK_EQ(m.len, 0);
}

TEST(map_put_replaces)
{
    Map m = MAP_INIT;
    uint32_t value = 0;
    CHECK(!map_get(&m, SLICE_LIT("a"), &value));
    CHECK(map_put(&m, SLICE_LIT("a"), 1));
    CHECK(map_put(&m, SLICE_LIT("a"), 2));
    CHECK(map_put(&m, SLICE_NONE, 3)); // the empty text is a key
    CHECK_EQ(m.len, 2);
    CHECK(map_get(&m, SLICE_LIT("a"), &value));
    CHECK_EQ(value, 2);
    map_deinit(&m);
}

// Removal leaves tombstones; they must neither fill the table nor make it grow for ever.
TEST(map_stays_small_under_churn)
{
    make_names();
    Map m = MAP_INIT;
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 50; i++)
            CHECK(map_put(&m, slice_from_cstr(names[round * 50 + i]), 1));
        for (int i = 0; i < 50; i++)
            CHECK(map_remove(&m, slice_from_cstr(names[round * 50 + i])));
    }
    CHECK_EQ(m.len, 0);
    CHECK(m.cap <= 256);
    map_deinit(&m);
}

TEST(map_walk_sees_each_key_once)
{
    make_names();
    Map m = MAP_INIT;
    for (uint32_t i = 0; i < 100; i++) CHECK(map_put(&m, slice_from_cstr(names[i]), i));
    uint32_t at = 0, value = 0, seen = 0;
    uint64_t sum = 0;
    Slice key;
    while (map_next(&m, &at, &key, &value)) {
        CHECK(slice_eq_cstr(key, names[value]));
        sum += value;
        seen++;
    }
    CHECK_EQ(seen, 100);
    CHECK_EQ(sum, 4950);
    map_deinit(&m);
}

TEST(map_is_unchanged_when_memory_is_out)
{
    make_names();
    Map m = MAP_INIT;
    test_fail_alloc_after(0);
    bool put = map_put(&m, SLICE_LIT("a"), 1);
    test_fail_alloc_after(-1);
    CHECK(!put);
    uint32_t n = 0;
    test_fail_alloc_after(3);
    while (n < N && map_put(&m, slice_from_cstr(names[n]), n)) n++;
    test_fail_alloc_after(-1);
    CHECK_EQ(m.len, n);
    for (uint32_t i = 0; i < n; i++) CHECK(map_get(&m, slice_from_cstr(names[i]), NULL));
    map_deinit(&m);
}
