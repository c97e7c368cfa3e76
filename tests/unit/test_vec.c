// SPDX-License-Identifier: MIT

#include "base/vec.h"

#include "tests/unit/harness.h"

TEST(vec_grows_and_keeps_order)
{
    VEC(int) v = {0};
    for (int i = 0; i < 1000; i++) CHECK(vec_push(&v, i * 3));
    CHECK_EQ(v.len, 1000);
    CHECK_EQ(v.items[999], 2997);
    CHECK_EQ(vec_last(&v), 2997);
    CHECK_EQ(vec_pop(&v), 2997);
    CHECK_EQ(v.len, 999);
    int sum = 0;
    vec_each(int, it, &v) sum += *it;
    CHECK_EQ(sum, 3 * 998 * 999 / 2);
    vec_clear(&v);
    CHECK_EQ(v.len, 0);
    vec_free(&v);
    CHECK(v.items == NULL && v.cap == 0);
}

TEST(vec_holds_structs_and_reserves)
{
    typedef struct {
        double x;
        char name[40];
    } Item;
    VEC(Item) v = {0};
    CHECK(vec_reserve(&v, 100));
    Item *before = v.items;
    for (int i = 0; i < 100; i++) CHECK(vec_push(&v, ((Item){i, "x"})));
    CHECK(v.items == before);
    CHECK_F64(v.items[99].x, 99.0);
    vec_free(&v);
}

TEST(vec_refuses_absurd_lengths)
{
    VEC(uint64_t) v = {0};
    CHECK(!vec_reserve(&v, UINT32_MAX));
    CHECK(v.items == NULL);
    vec_free(&v);
}

TEST(vec_in_an_arena)
{
    Arena *a = arena_new();
    VEC(uint32_t) v = {0};
    for (uint32_t i = 0; i < 10000; i++) CHECK(avec_push(a, &v, i));
    for (uint32_t i = 0; i < 10000; i++) CHECK_EQ(v.items[i], i);
    arena_free(a);
}

TEST(vec_is_unchanged_when_memory_is_out)
{
    VEC(int) v = {0};
    for (int i = 0; i < 8; i++) CHECK(vec_push(&v, i));
    test_fail_alloc_after(0);
    bool pushed = vec_push(&v, 8);
    test_fail_alloc_after(-1);
    CHECK(!pushed);
    CHECK_EQ(v.len, 8);
    CHECK_EQ(v.items[7], 7);
    CHECK(vec_push(&v, 8));
    vec_free(&v);
}
