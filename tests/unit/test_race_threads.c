// SPDX-License-Identifier: MIT
// Script threads, locks and atomics from C: also for the race build.
#include "runtime/conc/sync.h"
#include "runtime/conc/thread.h"
#include "runtime/core/lock.h"
#include "runtime/data/list.h"
#include "tests/unit/rt.h"

#define MS UINT64_C(1000000)

static struct {
    MdhValue mutex, rwlock, semaphore, condvar, atomic;
    MdhValue threads[8];
} kept; // a root

static int64_t plain, other_plain;

static void keep(void)
{
    rt();
    mdh_gc_add_root(&kept, &kept + 1);
}

static MdhFnInfo info = {.name = "work", .file = "x.braw", .line = 3, .has_rest = true};

static MdhValue spawn(MdhEntry entry, int64_t arg)
{
    MdhValue v = mdh_fix(arg);
    MdhValue args = mdh_list_of(rt(), 1, &v);
    MdhValue thread = mdh_thread_spawn(rt(), rt_fn(&info, entry), args, MDH_NAETHING);
    REQUIRE(!mdh_is_exc(thread));
    return thread;
}

static MdhValue join(MdhValue thread)
{
    bool timed_out;
    return mdh_thread_join(rt(), thread, OS_NEVER, &timed_out);
}

static void run_crew(MdhEntry entry)
{
    for (int i = 0; i < 8; i++) kept.threads[i] = spawn(entry, i);
    for (int i = 0; i < 8; i++) CHECK(!mdh_is_exc(join(kept.threads[i])));
}

static MdhValue twice(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc;
    return mdh_int(t, 2 * mdh_fixint(argv[0]));
}

static MdhValue fail(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc;
    return mdh_throw_native(t, "number %d", mdh_fixint(argv[0]));
}

TEST(a_thread_gives_its_result_or_its_error)
{
    keep();
    CHECK(!mdh_many_threads);
    CHECK_EQ(mdh_fixint(join(spawn(twice, 21))), 42);
    CHECK(mdh_many_threads);
    CHECK_SHOWN(join(spawn(fail, 5)), "Jings! Something went awfy wrang: number 5");
    CHECK_EQ(mdh_threads_finish(rt()), true);
    CHECK(!mdh_threads_remain());
    CHECK(mdh_wait_alone(rt()));
}

static uint32_t n_reports;

static void count_report(MdhThread *t)
{
    mdh_take_error(t);
    __atomic_add_fetch(&n_reports, 1, __ATOMIC_SEQ_CST);
}

TEST(errors_that_nobody_joins_are_reported_once)
{
    keep();
    mdh_thread_report = count_report;
    for (int i = 0; i < 100; i++) spawn(fail, i);
    CHECK_EQ(mdh_threads_finish(rt()), false);
    CHECK_EQ(n_reports, 100);
    CHECK_EQ(mdh_threads_finish(rt()), true);
    for (int i = 0; i < 50; i++) CHECK(mdh_thread_detach(rt(), spawn(fail, i)));
    while (mdh_threads_remain()) sched_yield();
    mdh_threads_finish(rt());
    CHECK_EQ(__atomic_load_n(&n_reports, __ATOMIC_SEQ_CST), 150);
}

static MdhValue count_locked(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc, (void)argv;
    MdhMutex *m = mdh_mutex_of(t, kept.mutex);
    for (int i = 0; i < 3000; i++) {
        bool late = i % 5 == 0 && mdh_mutex_lock(t, m, os_mono_ns() + 1000) == SYNC_LATE;
        if (i % 5 == 0 && late) mdh_mutex_lock(t, m, OS_NEVER);
        if (i % 5 != 0) mdh_mutex_lock(t, m, OS_NEVER);
        plain++;
        if (!mdh_mutex_unlock(t, m)) return MDH_EXC;
    }
    return MDH_NAETHING;
}

TEST(a_mutex_lets_one_in_at_a_time)
{
    keep();
    kept.mutex = mdh_mutex_new(rt());
    run_crew(count_locked);
    CHECK_EQ(plain, 8 * 3000);
}

static MdhValue read_and_write(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc;
    MdhRwlock *l = mdh_rwlock_of(t, kept.rwlock);
    bool writes = mdh_fixint(argv[0]) < 2;
    for (int i = 0; i < 1500; i++) {
        SyncStatus s = writes ? mdh_rwlock_write(t, l, OS_NEVER)
                              : mdh_rwlock_read(t, l, i % 3 ? OS_NEVER : os_mono_ns() + 2000);
        if (s == SYNC_THREW) return MDH_EXC;
        if (s == SYNC_LATE) continue;
        if (writes) plain++, other_plain++;
        else CHECK_EQ(plain, other_plain);
        if (!(writes ? mdh_rwlock_write_end(t, l) : mdh_rwlock_read_end(t, l))) return MDH_EXC;
    }
    return MDH_NAETHING;
}

TEST(readers_see_what_a_writer_has_finished)
{
    keep();
    kept.rwlock = mdh_rwlock_new(rt());
    run_crew(read_and_write);
    CHECK_EQ(plain, 2 * 1500);
}

static MdhValue take_and_give(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc, (void)argv;
    MdhSemaphore *s = mdh_semaphore_of(t, kept.semaphore);
    for (int i = 0; i < 2000; i++) {
        if (mdh_semaphore_acquire(t, s, OS_NEVER) == SYNC_THREW) return MDH_EXC;
        int64_t inside = __atomic_add_fetch(&plain, 1, __ATOMIC_SEQ_CST);
        CHECK(inside <= 3);
        __atomic_sub_fetch(&plain, 1, __ATOMIC_SEQ_CST);
        if (!mdh_semaphore_release(t, s, 1)) return MDH_EXC;
    }
    return MDH_NAETHING;
}

TEST(a_semaphore_lets_so_many_in)
{
    keep();
    kept.semaphore = mdh_semaphore_new(rt(), 3);
    run_crew(take_and_give);
    CHECK_EQ(mdh_semaphore_permits(mdh_semaphore_of(rt(), kept.semaphore)), 3);
}

// Odd and even threads take turns.
static MdhValue take_turns(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc;
    MdhMutex *m = mdh_mutex_of(t, kept.mutex);
    MdhCondvar *c = mdh_condvar_of(t, kept.condvar);
    int64_t mine = mdh_fixint(argv[0]) & 1;
    for (int i = 0; i < 300; i++) {
        mdh_mutex_lock(t, m, OS_NEVER);
        while ((plain & 1) != mine)
            if (mdh_condvar_wait(t, c, m, OS_NEVER) == SYNC_THREW) return MDH_EXC;
        plain++;
        mdh_condvar_broadcast(c);
        mdh_mutex_unlock(t, m);
    }
    return MDH_NAETHING;
}

TEST(a_condition_is_not_missed)
{
    keep();
    kept.mutex = mdh_mutex_new(rt());
    kept.condvar = mdh_condvar_new(rt());
    run_crew(take_turns);
    CHECK_EQ(plain, 8 * 300);
}

static MdhValue add_up(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc, (void)argv;
    int64_t *a = mdh_atomic_int_of(t, kept.atomic);
    for (int i = 0; i < 5000; i++) __atomic_add_fetch(a, 1, __ATOMIC_SEQ_CST);
    return MDH_NAETHING;
}

TEST(atomics_lose_nothing)
{
    keep();
    kept.atomic = mdh_atomic_int_new(rt(), 0);
    run_crew(add_up);
    CHECK_EQ(*mdh_atomic_int_of(rt(), kept.atomic), 8 * 5000);
}

static MdhValue wait_long(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc, (void)argv;
    mdh_semaphore_acquire(t, mdh_semaphore_of(t, kept.semaphore), OS_NEVER);
    return MDH_AYE;
}

TEST(joining_with_a_deadline)
{
    keep();
    bool timed_out = false;
    kept.semaphore = mdh_semaphore_new(rt(), 0);
    kept.threads[0] = spawn(wait_long, 0);
    MdhValue v = mdh_thread_join(rt(), kept.threads[0], os_mono_ns() + MS, &timed_out);
    CHECK(mdh_is_naething(v));
    CHECK(timed_out);
    mdh_semaphore_release(rt(), mdh_semaphore_of(rt(), kept.semaphore), 1);
    CHECK(mdh_same(join(kept.threads[0]), MDH_AYE));
}

TEST(memory_that_fails_while_spawning_is_an_error)
{
    keep();
    for (uint64_t k = 1; k < 40; k++) {
        MdhValue v = mdh_fix(1), args = mdh_list_of(rt(), 1, &v), fn = rt_fn(&info, twice);
        mdh_gc_fail_after(k);
        MdhValue thread = mdh_thread_spawn(rt(), fn, args, MDH_NAETHING);
        MdhValue result = mdh_is_exc(thread) ? thread : join(thread);
        mdh_gc_fail_after(0);
        if (mdh_is_exc(result)) mdh_take_error(rt());
        else CHECK_EQ(mdh_fixint(result), 2);
    }
    mdh_threads_finish(rt());
}
