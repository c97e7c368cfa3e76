// SPDX-License-Identifier: MIT

#include "base/arena.h"

#include "tests/unit/harness.h"

static bool is_zero(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i]) return false;
    }
    return true;
}

TEST(arena_memory_is_zeroed_and_aligned)
{
    Arena *a = arena_new();
    for (size_t size = 0; size < 5000; size += 37) {
        char *p = arena_alloc(a, size);
        REQUIRE(p != NULL);
        CHECK_EQ((uintptr_t)p % 16, 0);
        CHECK(is_zero(p, size));
        memset(p, 0xAA, size);
    }
    arena_free(a);
}

TEST(arena_keeps_small_and_large_apart)
{
    Arena *a = arena_new();
    char *before = arena_alloc(a, 32);
    char *large = arena_alloc(a, 1 << 20);
    char *after = arena_alloc(a, 32);
    REQUIRE(before && large && after);
    memset(large, 1, 1 << 20);
    CHECK(is_zero(before, 32) && is_zero(after, 32));
    CHECK_EQ(after - before, 32); // the large one did not end the current block
    arena_free(a);
}

TEST(arena_limit_is_kept)
{
    Arena *a = arena_new_limited(1000);
    CHECK(arena_alloc(a, 900) != NULL);
    CHECK(!arena_failed(a));
    CHECK(arena_alloc(a, 200) == NULL);
    CHECK(arena_failed(a));
    CHECK(arena_alloc(a, 16) != NULL); // still usable
    CHECK(arena_used(a) <= 1000);
    arena_free(a);
}

TEST(arena_refuses_absurd_sizes)
{
    Arena *a = arena_new();
    CHECK(arena_alloc(a, SIZE_MAX) == NULL);
    CHECK(arena_alloc(a, SIZE_MAX - 20) == NULL);
    CHECK(arena_alloc_array(a, SIZE_MAX / 2, 3) == NULL);
    CHECK(arena_strndup(a, "", SIZE_MAX) == NULL);
    CHECK(arena_failed(a));
    arena_free(a);
}

TEST(arena_copies_text)
{
    Arena *a = arena_new();
    CHECK_STR(arena_strndup(a, "hello", 3), "hel");
    CHECK_STR(arena_strndup(a, NULL, 0), "");
    Slice s = arena_slice_dup(a, SLICE_LIT("abc"));
    CHECK_MEM(s.ptr, s.len, "abc");
    CHECK(arena_slice_dup(a, SLICE_NONE).ptr != NULL);
    arena_free(a);
    arena_free(NULL);
}

TEST(arena_survives_out_of_memory)
{
    for (long n = 0;; n++) {
        test_fail_alloc_after(n);
        Arena *a = arena_new();
        bool ok = a != NULL;
        for (int i = 0; ok && i < 2000; i++) ok = arena_alloc(a, 100) != NULL;
        bool failed = test_alloc_failed();
        test_fail_alloc_after(-1);
        CHECK(ok != failed);
        CHECK(!a || arena_failed(a) == failed);
        arena_free(a);
        if (!failed) break;
    }
}
