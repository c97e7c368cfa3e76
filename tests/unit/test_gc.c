// SPDX-License-Identifier: MIT
#include <pthread.h>
#include <stdlib.h>

#include "base/os.h"
#include "runtime/core/lock.h"
#include "runtime/data/list.h"
#include "tests/unit/rt.h"

static bool collects(void)
{
    MdhGcStats before, after;
    mdh_gc_stats(&before);
    mdh_gc_collect();
    mdh_gc_stats(&after);
    return after.collections > before.collections;
}

TEST(scanned_memory_is_zeroed)
{
    MdhThread *t = rt();
    for (int round = 0; round < 20; round++) {
        for (size_t n = 1; n <= 600; n += 13) {
            unsigned char *p = mdh_new(t, n);
            for (size_t i = 0; i < n; i++) CHECK_EQ(p[i], 0);
            memset(p, 0xEE, n);
        }
        mdh_gc_collect();
    }
}

TEST(too_much_gives_null)
{
    MdhThread *t = rt();
    CHECK(mdh_new(t, SIZE_MAX) == NULL);
    CHECK(mdh_new_atomic(t, SIZE_MAX / 2) == NULL);
    CHECK(mdh_new(t, (size_t)1 << 40) == NULL);
    CHECK(mdh_new(t, 0) != NULL);
    CHECK(mdh_new_atomic(t, 0) != NULL);
}

// Chains of objects through a heap pointer survive, whatever else is allocated.
typedef struct Node {
    struct Node *next;
    uint64_t check;
    uint64_t *octets; // pointer-free
} Node;

static Node *chain(MdhThread *t, size_t n)
{
    Node *head = NULL;
    for (size_t i = 0; i < n; i++) {
        Node *node = mdh_new(t, sizeof *node);
        node->octets = mdh_new_atomic(t, 16 + i % 100);
        *node->octets = ~(uint64_t)i;
        node->check = i;
        node->next = head;
        head = node;
    }
    return head;
}

static size_t intact(const Node *node)
{
    size_t n = 0;
    for (; node; node = node->next, n++)
        if (*node->octets != ~node->check) return 0;
    return n;
}

TEST(what_is_reachable_survives)
{
    MdhThread *t = rt();
    Node *kept = chain(t, 10000);
    for (int i = 0; i < 30; i++) {
        chain(t, 5000);
        if (i % 3 == 0) mdh_gc_collect();
        CHECK_EQ(intact(kept), 10000);
    }
}

// The members of a pointer-free free list are not linked for the collector: they must all be
// there, and distinct, after one.
TEST(free_lists_survive_collections)
{
    MdhThread *t = rt();
    for (size_t size = 16; size <= 256; size += 16) {
        uint64_t *got[600];
        for (size_t i = 0; i < countof(got); i++) {
            got[i] = mdh_new_atomic(t, size);
            *got[i] = 0;
            if (i % 300 == 3) mdh_gc_collect(); // a nearly full block is not swept
        }
        for (size_t i = 0; i < countof(got); i++) {
            CHECK_EQ(*got[i], 0); // nobody else got it meanwhile
            *got[i] = i + 1;
        }
        for (size_t i = 0; i < countof(got); i++) CHECK_EQ(*got[i], i + 1);
    }
}

// One object in a hundred survives, so that no block is ever quite empty.
TEST(half_empty_blocks_are_used_again)
{
    MdhThread *t = rt();
    if (!collects()) return;
    void ***kept = mdh_new(t, 100 * sizeof *kept);
    for (size_t round = 0; round < 100; round++) {
        kept[round] = mdh_new(t, 2000 * sizeof(void *));
        for (size_t i = 0; i < 200000; i++) {
            void *p = mdh_new_atomic(t, 32);
            if (i % 100 == 0) kept[round][i / 100] = p;
        }
    }
    MdhGcStats s;
    mdh_gc_stats(&s);
    CHECK(s.heap_bytes < (uint64_t)200 << 20); // 640 MB went through
    CHECK(kept[99][1999] != NULL);
}

TEST(the_value_stack_keeps_its_live_part)
{
    MdhThread *t = rt();
    for (int i = 0; i < 100; i++) {
        t->stack[i] = mdh_list_of_ints(t, i, 3);
        t->native_top = t->stack + i + 1;
    }
    for (int i = 0; i < 5; i++) {
        mdh_gc_collect();
        chain(t, 20000);
    }
    for (int i = 0; i < 100; i++)
        CHECK_EQ(mdh_fixint(mdh_list_get(t, t->stack[i], 2)), i + 2);
    t->native_top = NULL;
}

static MdhValue *static_roots[2];

TEST(registered_roots_are_scanned)
{
    MdhThread *t = rt();
    mdh_gc_add_root(static_roots, static_roots + 2);
    static_roots[0] = mdh_new(t, 4096);
    static_roots[0][7] = mdh_list_of_ints(t, 5, 10);
    MdhValue *root = mdh_gc_alloc_root(64);
    CHECK(mdh_is_absent(root[3]));
    root[3] = mdh_list_of_ints(t, 9, 10);
    for (int i = 0; i < 5; i++) {
        mdh_gc_collect();
        chain(t, 20000);
    }
    CHECK_EQ(mdh_fixint(mdh_list_get(t, static_roots[0][7], 9)), 14);
    CHECK_EQ(mdh_fixint(mdh_list_get(t, root[3], 9)), 18);
    mdh_gc_free_root(root);
}

static int finalised;

static void count_finalised(void *obj)
{
    CHECK_EQ(*(uint64_t *)obj, 77);
    finalised++;
}

static MDH_NOINLINE void make_finalised(MdhThread *t, int n)
{
    while (n-- > 0) {
        uint64_t *p = mdh_new(t, 64);
        *p = 77;
        mdh_gc_finalise(p, count_finalised);
    }
}

TEST(finalisers_run)
{
    make_finalised(rt(), 100);
    if (!collects()) return; // the plain back end runs them at its reset
    chain(rt(), 1000);
    mdh_gc_collect();
    CHECK_EQ(finalised, 0);
    mdh_gc_run_finalisers();
    CHECK(finalised > 90); // a stale register may keep one
}

TEST(the_failing_allocator_fails_once)
{
    MdhThread *t = rt();
    CHECK(mdh_new(t, 32) != NULL);
    mdh_gc_fail_after(3);
    CHECK(mdh_new(t, 32) != NULL);
    CHECK(mdh_new_atomic(t, 32) != NULL);
    CHECK(mdh_gc_fail_pending());
    CHECK(mdh_new(t, 32) == NULL);
    CHECK(!mdh_gc_fail_pending());
    CHECK(mdh_new(t, 32) != NULL);
    mdh_gc_fail_after(1);
    CHECK(mdh_raw_realloc(NULL, 10) == NULL);
    mdh_gc_fail_after(0);
    void *raw = mdh_raw_realloc(NULL, 10);
    CHECK(raw != NULL);
    mdh_raw_free(raw);
}

TEST(the_heap_limit_is_an_error_not_an_end)
{
    setenv("MDH_MAX_HEAP", "64m", 1);
    MdhThread *t = rt();
    CHECK_EQ(mdh_gc_heap_limit(), 64 << 20);
    void **head = NULL;
    size_t n = 0;
    for (; n < 1000; n++) {
        void **p = mdh_new(t, 1 << 20);
        if (!p) break;
        *p = head;
        head = p;
    }
    CHECK(n > 20 && n < 64);
    CHECK(mdh_is_exc(mdh_list_new(t, 8 << 20)));
    mdh_take_error(t);
    head = NULL;
    CHECK(mdh_new(t, 100) != NULL);
}

TEST(stress_mode_collects_often_at_first)
{
    setenv("MDH_STRESS", "yield,gc", 1);
    MdhThread *t = rt();
    Node *kept = chain(t, 2000);
    MdhGcStats s;
    mdh_gc_stats(&s);
    CHECK_EQ(intact(kept), 2000);
    if (collects()) CHECK(s.collections > 100 && s.collections < 600);
}

TEST(start_is_quick)
{
    uint64_t before = os_mono_ns();
    rt();
    CHECK(os_mono_ns() - before < 100 * 1000 * 1000); // 1 ms usually; machines are shared
}

static void *churn(void *arg)
{
    size_t *bad = arg;
    MdhThread *t = mdh_thread_new("worker");
    if (!t) {
        *bad = 1;
        return NULL;
    }
    Node *kept = chain(t, 1000);
    for (int i = 0; i < 40; i++) {
        chain(t, 3000);
        if (intact(kept) != 1000) *bad += 1;
    }
    mdh_thread_free(t);
    return NULL;
}

// Collections suspend the others anywhere: in a pop, a refill, while a thread comes or goes.
TEST(threads_allocate_while_others_collect)
{
    rt();
    mdh_many_threads = true;
    int rounds = collects() ? 4 : 1; // the plain back end never frees
    for (int round = 0; round < rounds; round++) {
        pthread_t threads[4];
        size_t bad[4] = {0};
        for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, churn, &bad[i]);
        for (int i = 0; i < 50; i++) {
            mdh_gc_collect();
            os_sleep_until_ns(os_mono_ns() + 1000 * 1000);
        }
        for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
        for (int i = 0; i < 4; i++) CHECK_EQ(bad[i], 0);
    }
}

TEST(the_runtime_starts_again_after_a_reset)
{
    for (int i = 0; i < 3; i++) {
        rt_thread = NULL;
        MdhThread *t = rt();
        MdhValue s = mdh_str_concat(t, rt_str("hello "), mdh_str_intern_c("world"));
        CHECK_SHOWN(__mdh_op_add(rt(), s, mdh_list_of_ints(rt(), 1, 3)),
                    "hello world[1, 2, 3]");
        if (collects()) return; // only the plain back end can forget
        mdh_runtime_reset();
    }
}
