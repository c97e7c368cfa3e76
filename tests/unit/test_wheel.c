// SPDX-License-Identifier: MIT
// The wheel against a model: a sorted list of (due, order of starting), with a clock of our own.
#include "runtime/loop/wheel.h"

#include <stdlib.h>

#include "base/os.h"
#include "tests/unit/harness.h"

static uint64_t seed = UINT64_C(88172645463325252);

static uint64_t random_u64(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static uint32_t start(Wheel *w, uint64_t due_us)
{
    uint32_t node = wheel_take(w);
    REQUIRE(node != WHEEL_NONE);
    wheel_start(w, node, due_us);
    return node;
}

TEST(a_timer_is_never_early_and_comes_once)
{
    Wheel w;
    wheel_init(&w, 1000);
    uint32_t node = start(&w, 1500);
    CHECK_EQ(wheel_pop(&w, 1499), WHEEL_NONE);
    CHECK(wheel_next_us(&w) <= 1500);
    CHECK_EQ(wheel_pop(&w, 1500), node);
    CHECK_EQ(wheel_pop(&w, 1500), WHEEL_NONE);
    CHECK_EQ(wheel_next_us(&w), WHEEL_NEVER);
    wheel_deinit(&w);
}

TEST(a_time_that_has_passed_is_due_now)
{
    Wheel w;
    wheel_init(&w, 5000);
    uint32_t node = start(&w, 3);
    CHECK_EQ(wheel_next_us(&w), 5000);
    CHECK_EQ(wheel_pop(&w, 5000), node);
    wheel_deinit(&w);
}

TEST(ties_come_in_the_order_of_starting)
{
    Wheel w;
    wheel_init(&w, 0);
    uint32_t nodes[6];
    for (int i = 0; i < 3; i++) nodes[i] = start(&w, 1000000);
    CHECK_EQ(wheel_pop(&w, 999990), WHEEL_NONE); // the wheel turns: they lie deeper now
    for (int i = 3; i < 6; i++) nodes[i] = start(&w, 1000000);
    for (int i = 0; i < 6; i++) CHECK_EQ(wheel_pop(&w, 2000000), nodes[i]);
    wheel_deinit(&w);
}

TEST(a_stopped_timer_does_not_come)
{
    Wheel w;
    wheel_init(&w, 0);
    uint32_t a = start(&w, 70), b = start(&w, 70), c = start(&w, 70);
    CHECK(wheel_stop(&w, b));
    CHECK(!wheel_stop(&w, b));
    CHECK_EQ(wheel_pop(&w, 70), a);
    CHECK_EQ(wheel_pop(&w, 70), c);
    CHECK_EQ(wheel_pop(&w, 70), WHEEL_NONE);
    wheel_deinit(&w);
}

TEST(a_node_given_back_has_a_new_generation)
{
    Wheel w;
    wheel_init(&w, 0);
    uint32_t a = start(&w, 70), before = wheel_node(&w, a)->generation;
    wheel_give(&w, a);
    CHECK_EQ(w.n_armed, 0u);
    CHECK_EQ(wheel_take(&w), a);
    CHECK(wheel_node(&w, a)->generation != before);
    wheel_deinit(&w);
}

TEST(times_at_the_ends_of_the_clock_have_their_place)
{
    Wheel w;
    wheel_init(&w, 0);
    uint32_t never = start(&w, UINT64_MAX - 1), far = start(&w, UINT64_C(1) << 63);
    uint32_t near = start(&w, 0);
    CHECK_EQ(wheel_pop(&w, 0), near);
    CHECK_EQ(wheel_pop(&w, (UINT64_C(1) << 63) - 1), WHEEL_NONE);
    CHECK_EQ(wheel_pop(&w, UINT64_C(1) << 63), far);
    CHECK_EQ(wheel_pop(&w, UINT64_MAX), never);
    wheel_deinit(&w);
}

TEST(the_next_look_is_never_late_and_comes_to_an_end)
{
    Wheel w;
    wheel_init(&w, 12345);
    for (int i = 0; i < 2000; i++) {
        uint64_t due = w.now_us + random_u64() % (UINT64_C(1) << (random_u64() % 40));
        uint32_t node = start(&w, due);
        int looks = 0;
        while (wheel_pop(&w, wheel_next_us(&w)) != node) {
            CHECK(wheel_next_us(&w) <= due);
            REQUIRE(++looks <= (int)WHEEL_LEVELS);
        }
        CHECK_EQ(w.now_us, due);
        wheel_give(&w, node);
    }
    wheel_deinit(&w);
}

// The model ------------------------------------------------------------------------------------

#define N 100000u

typedef struct Model {
    uint64_t due_us;
    uint32_t order, node;
    bool stopped;
} Model;

static int earlier(const void *x, const void *y)
{
    const Model *a = x, *b = y;
    if (a->due_us != b->due_us) return a->due_us < b->due_us ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

// A mixture of near, SIP-like (500 ms doubling, 32 s) and far times, with many ties.
static uint64_t random_delay(void)
{
    switch (random_u64() % 4) {
    case 0: return random_u64() % 100;
    case 1: return 500000 << random_u64() % 4;
    case 2: return 32000000;
    default: return random_u64() % (UINT64_C(1) << (random_u64() % 36));
    }
}

TEST(a_hundred_thousand_timers_come_as_a_sorted_list_says)
{
    Wheel w;
    wheel_init(&w, 777);
    Model *model = calloc(N, sizeof *model);
    REQUIRE(model);
    for (uint32_t i = 0; i < N; i++) {
        // The wheel turns a little between starts, to times before any timer is due.
        if (i % 16 == 0 && wheel_next_us(&w) > w.now_us + 1) wheel_pop(&w, w.now_us + 1);
        uint64_t due = w.now_us + 1000 + random_delay();
        model[i] = (Model){due, i, start(&w, due), false};
    }
    for (uint32_t i = 0; i < N; i++) {
        if (random_u64() % 3) continue;
        model[i].stopped = wheel_stop(&w, model[i].node);
        CHECK(model[i].stopped);
    }
    qsort(model, N, sizeof *model, earlier);
    for (uint32_t i = 0; i < N; i++) {
        if (model[i].stopped) continue;
        CHECK_EQ(wheel_pop(&w, model[i].due_us - 1), WHEEL_NONE);
        uint32_t got = wheel_pop(&w, model[i].due_us);
        REQUIRE(got == model[i].node);
        // What is due in the same microsecond must follow at once, in order.
        for (uint64_t due = model[i].due_us; i + 1 < N && model[i + 1].due_us == due; i++)
            if (!model[i + 1].stopped) REQUIRE(wheel_pop(&w, due) == model[i + 1].node);
    }
    CHECK_EQ(w.n_armed, 0u);
    CHECK_EQ(w.levels, 0u);
    free(model);
    wheel_deinit(&w);
}

// Starting, stopping and popping in a random dance; popping everything due at each step.
TEST(a_random_life_agrees_with_the_model)
{
    enum { LIVE = 64 };
    Wheel w;
    wheel_init(&w, 0);
    Model live[LIVE] = {0};
    uint32_t order = 0;
    uint64_t now = 0;
    for (int i = 0; i < LIVE; i++) live[i].stopped = true;
    for (int step = 0; step < 50000; step++) {
        Model *m = &live[random_u64() % LIVE];
        if (m->stopped) {
            uint64_t due = now + random_delay() % 3000;
            *m = (Model){due, order++, start(&w, due), false};
        } else if (random_u64() % 4 == 0) {
            CHECK(wheel_stop(&w, m->node));
            wheel_give(&w, m->node);
            m->stopped = true;
        }
        if (random_u64() % 3) continue;
        now += random_u64() % 200;
        for (;;) {
            Model *next = NULL;
            for (int i = 0; i < LIVE; i++)
                if (!live[i].stopped && live[i].due_us <= now &&
                    (!next || earlier(&live[i], next) < 0))
                    next = &live[i];
            uint32_t got = wheel_pop(&w, now);
            REQUIRE(got == (next ? next->node : WHEEL_NONE));
            if (!next) break;
            wheel_give(&w, got);
            next->stopped = true;
        }
    }
    wheel_deinit(&w);
}

TEST(no_memory_is_no_node)
{
    Wheel w;
    wheel_init(&w, 0);
    test_fail_alloc_after(0);
    CHECK_EQ(wheel_take(&w), WHEEL_NONE);
    test_fail_alloc_after(1);
    CHECK_EQ(wheel_take(&w), WHEEL_NONE);
    test_fail_alloc_after(-1);
    CHECK(wheel_take(&w) != WHEEL_NONE);
    wheel_deinit(&w);
}
