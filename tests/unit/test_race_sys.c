// SPDX-License-Identifier: MIT
// What belongs to the whole process, used by several threads at once: compiled patterns, the log,
// the environment, standard output. Run under a thread sanitizer these show every race.
#include <pthread.h>
#include <unistd.h>

#include "runtime/core/lock.h"
#include "runtime/data/list.h"
#include "runtime/data/regex.h"
#include "runtime/sys/calendar.h"
#include "runtime/sys/logrec.h"
#include "runtime/sys/out.h"
#include "runtime/sys/process.h"
#include "tests/unit/rt.h"

enum { THREADS = 4, ROUNDS = 300 };

typedef void Work(MdhThread *t, int i);

static Work *work;
static int wrong;

static void *run(void *arg)
{
    MdhThread *t = mdh_thread_new("racer");
    if (!t) return NULL;
    for (int i = 0; i < ROUNDS; i++) work(t, i + *(int *)arg);
    mdh_thread_free(t);
    return NULL;
}

static void race(Work *what)
{
    pthread_t threads[THREADS];
    int starts[THREADS];
    rt();
    mdh_many_threads = true;
    work = what;
    for (int i = 0; i < THREADS; i++) {
        starts[i] = i * 7;
        REQUIRE(pthread_create(&threads[i], NULL, run, &starts[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    CHECK_EQ(wrong, 0);
}

static void expect(bool ok)
{
    if (!ok) __atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
}

// More patterns than the cache has places, so that they push each other out while in use.
static void match(MdhThread *t, int i)
{
    char text[32];
    MdhRegex re;
    snprintf(text, sizeof text, "x%dy", i % 100);
    MdhValue pattern = mdh_str_c(t, text);
    if (!mdh_regex_open(t, &re, pattern, pattern)) {
        expect(false);
        return;
    }
    expect(mdh_regex_next(t, &re) == 1 && mdh_regex_end(&re) == strlen(text));
    expect(mdh_regex_next(t, &re) == 0);
    mdh_regex_close(&re);
}

TEST(patterns)
{
    race(match);
}

static void log_and_configure(MdhThread *t, int i)
{
    MdhLogConfig c;
    Slice bad;
    MdhValue message = mdh_str_c(t, "hullo");
    if (i % 16 == 0) {
        mdh_log_default_config(&c);
        c.sinks[0].kind = MDH_SINK_MEMORY;
        c.sinks[0].max = 20;
        c.sinks[0].value = mdh_list_new(t, 0);
        mdh_log_set_config(&c);
    }
    if (i % 5 == 0) mdh_log_set_level(i % 6);
    if (i % 7 == 0) expect(mdh_log_set_filter(SLICE_LIT("holler,sip=whisper"), &bad));
    expect(mdh_is_naething(mdh_log_statement(t, i % 6, 0, &message, "x.braw", 1)));
    mdh_log_enabled(5, SLICE_LIT("sip.tx"));
    expect(!mdh_is_exc(mdh_log_memory(t)));
}

static void start_log(void)
{
    MdhLogConfig c;
    mdh_log_default_config(&c);
    c.sinks[0].kind = MDH_SINK_MEMORY;
    c.sinks[0].max = 20;
    c.sinks[0].value = mdh_list_new(rt(), 0);
    mdh_log_set_config(&c);
}

TEST(the_log)
{
    start_log();
    race(log_and_configure);
}

static void use_environment(MdhThread *t, int i)
{
    char name[32];
    Buf out;
    MdhDate d;
    (void)t;
    snprintf(name, sizeof name, "MDH_RACE_%d", i % 50);
    buf_init(&out, 1 << 20);
    expect(mdh_env_set(name, "value") == 0);
    expect(mdh_env_get(name, &out) && slice_eq(buf_view(&out), SLICE_LIT("value")));
    mdh_env_list(&out);
    expect(mdh_date_local(1000000000 + i, &d));
    buf_deinit(&out);
}

TEST(the_environment)
{
    race(use_environment);
}
