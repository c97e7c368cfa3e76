// SPDX-License-Identifier: MIT
#include "runtime/sys/handle.h"

#include <pthread.h>

#include "runtime/core/lock.h"
#include "runtime/core/result.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict.h"
#include "runtime/data/str.h"
#include "tests/unit/rt.h"

static int released;

static void release(void *thing)
{
    __atomic_fetch_add((int *)thing, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&released, 1, __ATOMIC_RELAXED);
}

static const MdhHandleType socket_type = {.native = {.kind = "socket"}, .release = release};
static const MdhHandleType loop_type = {.native = {.kind = "event_loop"}, .release = release};

TEST(a_live_handle_gives_its_thing)
{
    MdhThread *t = rt();
    int thing = 0;
    MdhValue h = mdh_handle_open_own(t, &socket_type, &thing);
    CHECK(mdh_handle_is(h, &socket_type));
    CHECK(!mdh_handle_is(h, &loop_type));
    CHECK(mdh_handle_pin(t, h, &socket_type) == &thing);
    mdh_handle_unpin(h);
    CHECK_EQ(released, 0);
    CHECK_STR(mdh_kind_name(h), "socket");
}

TEST(a_closed_or_foreign_handle_throws)
{
    MdhThread *t = rt();
    int thing = 0;
    MdhValue h = mdh_handle_open_own(t, &socket_type, &thing);
    CHECK(mdh_handle_pin(t, h, &loop_type) == NULL);
    CHECK(mdh_str_is(mdh_take_error(t),
                     "Jings! Something went awfy wrang: Unknown event loop handle"));
    CHECK(mdh_handle_close(t, h, &socket_type));
    CHECK_EQ(released, 1);
    CHECK(!mdh_handle_close(t, h, &socket_type));
    mdh_take_error(t);
    CHECK(mdh_handle_pin(t, h, &socket_type) == NULL);
    mdh_take_error(t);
    CHECK(mdh_handle_pin(t, mdh_fix(3), &socket_type) == NULL);
    mdh_take_error(t);
    CHECK_EQ(mdh_handle_count(), 0u);
}

TEST(a_pinned_thing_is_released_by_the_last_pin)
{
    MdhThread *t = rt();
    int thing = 0;
    MdhValue h = mdh_handle_open_own(t, &socket_type, &thing);
    CHECK(mdh_handle_pin(t, h, &socket_type) != NULL);
    CHECK(mdh_handle_close(t, h, &socket_type));
    CHECK(!mdh_handle_is(h, &socket_type));
    CHECK_EQ(released, 0);
    mdh_handle_unpin(h);
    CHECK_EQ(released, 1);
}

TEST(a_place_used_again_is_another_handle)
{
    MdhThread *t = rt();
    int a = 0, b = 0;
    MdhValue first = mdh_handle_open_own(t, &socket_type, &a);
    CHECK(mdh_handle_close(t, first, &socket_type));
    MdhValue second = mdh_handle_open_own(t, &socket_type, &b);
    CHECK(mdh_handle_is(second, &socket_type));
    CHECK(!mdh_handle_is(first, &socket_type));
}

static MdhValue shared;

static void *pin_and_close(void *arg)
{
    MdhThread *t = mdh_thread_new("pinner");
    for (int i = 0; t && i < 1000; i++) {
        if (mdh_handle_pin(t, shared, &socket_type)) mdh_handle_unpin(shared);
        else mdh_take_error(t);
        if (arg && i == 500 && !mdh_handle_close(t, shared, &socket_type)) mdh_take_error(t);
    }
    mdh_thread_free(t);
    return NULL;
}

TEST(threads_that_pin_and_close_release_once)
{
    MdhThread *t = rt();
    int thing = 0;
    pthread_t threads[4];
    mdh_many_threads = true;
    shared = mdh_handle_open_own(t, &socket_type, &thing);
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, pin_and_close, i ? &thing : NULL);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    CHECK_EQ(thing, 1);
    CHECK_EQ(mdh_handle_count(), 0u);
}

TEST(results_have_their_keys)
{
    MdhThread *t = rt();
    MdhValue ok = mdh_ok(t, mdh_fix(7)), bad = mdh_fail_errno(t, "udp_send_to", 111);
    CHECK_EQ(mdh_dict_len(ok), 2u);
    CHECK(mdh_same(mdh_dict_get_c(ok, "value"), mdh_fix(7)));
    CHECK_EQ(mdh_dict_len(bad), 4u);
    CHECK(mdh_same(mdh_dict_get_c(bad, "ok"), MDH_NAE));
    CHECK(mdh_same(mdh_dict_get_c(bad, "code"), mdh_fix(111)));
    CHECK(mdh_str_is(mdh_dict_get_c(bad, "kind"), "conn_refused"));
    CHECK(mdh_str_is(mdh_dict_get_c(bad, "error"), "udp_send_to failed: Connection refused"));
}
