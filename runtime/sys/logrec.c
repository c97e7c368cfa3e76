// SPDX-License-Identifier: MIT
// The state of logging: one level, a filter by target, a configuration of sinks. Writers replace
// pieces of it under the mutex; a record that is being sent works on a copy of the
// configuration, so that callbacks run with no lock held and may log, or configure, themselves.
//
// The check whether a record is wanted is made for every log statement, wanted or not. Without a
// filter it is one load: `loudest` is the highest level that any target could want.
#include "runtime/sys/logrec.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/vec.h"
#include "runtime/mem/gc.h"
#include "runtime/sys/logrec_priv.h"
#include "runtime/sys/process.h"

typedef struct Directive {
    Slice target; // in `filter_text`
    int level;
} Directive;

typedef VEC(Directive) Directives;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int level = MDH_LOG_BLETHER;
static int loudest = MDH_LOG_BLETHER; // read without the lock
static Directives directives;
static Buf filter_text;
static MdhLogConfig config; // holds values: a root of the collector

// Levels ---------------------------------------------------------------------------------------

static const struct {
    const char *name, *plain, *other;
} levels[MDH_LOG_LEVELS] = {
    {"wheesht", "off", "silent"}, {"roar", "error", "err"},   {"holler", "warn", "warning"},
    {"blether", "info", "info"},  {"mutter", "debug", "dbg"}, {"whisper", "trace", "trace"},
};

const char *mdh_log_level_name(int which)
{
    return which >= 0 && which < MDH_LOG_LEVELS ? levels[which].name : "?";
}

int mdh_log_level_parse(Slice name)
{
    for (int i = 0; i < MDH_LOG_LEVELS; i++) {
        if (slice_eq_nocase(name, slice_from_cstr(levels[i].name)) ||
            slice_eq_nocase(name, slice_from_cstr(levels[i].plain)) ||
            slice_eq_nocase(name, slice_from_cstr(levels[i].other)))
            return i;
    }
    return -1;
}

static void find_loudest_nolock(void)
{
    int most = level;
    vec_each(Directive, d, &directives) if (d->level > most) most = d->level;
    __atomic_store_n(&loudest, most, __ATOMIC_RELAXED);
}

// The filter -----------------------------------------------------------------------------------

// One item. False: *bad is its level.
static bool add_item(Slice item, Directives *into, int *dflt, Slice *bad)
{
    size_t eq = slice_find_char(item, '=');
    Slice name = slice_trim(eq == SLICE_NOT_FOUND ? item : slice_from(item, eq + 1));
    int which = mdh_log_level_parse(name);
    *bad = name;
    if (which < 0) return false;
    if (eq == SLICE_NOT_FOUND) {
        *dflt = which;
        return true;
    }
    Directive d = {slice_trim(slice_sub(item, 0, eq)), which};
    return vec_push(into, d);
}

// The items of a text; they point into it.
static bool parse_filter(Slice text, Directives *into, int *dflt, Slice *bad)
{
    for (size_t from = 0; from <= text.len;) {
        size_t n = slice_find_char(slice_from(text, from), ',');
        size_t to = n == SLICE_NOT_FOUND ? text.len : from + n;
        Slice item = slice_trim(slice_sub(text, from, to));
        if (item.len && !add_item(item, into, dflt, bad)) return false;
        from = to + 1;
    }
    return true;
}

// Installs a filter whose text is `text` (taken over).
static void install_nolock(Buf *text, Directives *items, int dflt)
{
    vec_free(&directives);
    buf_deinit(&filter_text);
    directives = *items;
    filter_text = *text;
    __atomic_store_n(&level, dflt, __ATOMIC_RELAXED);
    find_loudest_nolock();
}

static bool set_filter_nolock(Slice spec, Slice *bad)
{
    Buf text;
    Directives items = {0};
    int dflt = level;
    buf_init(&text, MDH_MAX_OBJECT_BYTES);
    buf_put_slice(&text, spec);
    if (buf_ok(&text) && parse_filter(buf_view(&text), &items, &dflt, bad)) {
        install_nolock(&text, &items, dflt);
        return true;
    }
    // Where the bad level stands in the caller's own text: ours goes away.
    if (buf_ok(&text) && bad->ptr) bad->ptr = spec.ptr + (bad->ptr - text.data);
    else *bad = spec;
    vec_free(&items);
    buf_deinit(&text);
    return false;
}

static int level_for_nolock(Slice target)
{
    int found = level;
    size_t longest = 0;
    vec_each(Directive, d, &directives)
    {
        if (d->target.len < longest || !slice_starts_with(target, d->target)) continue;
        longest = d->target.len;
        found = d->level;
    }
    return found;
}

// The start ------------------------------------------------------------------------------------

void mdh_log_default_config(MdhLogConfig *out)
{
    *out = (MdhLogConfig){.format = MDH_LOG_TEXT, .timestamps = true, .nsinks = 1};
    out->sinks[0].kind = MDH_SINK_STDERR;
}

// A bad setting from outside is passed over: a program must not fail by its environment.
static void reset_nolock(void)
{
    Buf text;
    Slice bad;
    Directives none = {0};
    Buf empty = {0};
    buf_init(&empty, 1);
    install_nolock(&empty, &none, MDH_LOG_BLETHER);
    mdh_log_default_config(&config);
    buf_init(&text, 1 << 16);
    if (mdh_env_get("MDH_LOG", &text)) {
        (void)set_filter_nolock(buf_view(&text), &bad);
    } else if (mdh_env_get("MDH_LOG_LEVEL", &text)) {
        int which = mdh_log_level_parse(slice_trim(buf_view(&text)));
        if (which >= 0) __atomic_store_n(&level, which, __ATOMIC_RELAXED);
    }
    find_loudest_nolock();
    buf_deinit(&text);
}

static void start(void)
{
    mdh_gc_add_root(&config, &config + 1);
    reset_nolock();
}

static void close_files_nolock(void)
{
    for (uint32_t i = 0; i < config.nsinks; i++)
        if (config.sinks[i].kind == MDH_SINK_FILE) close(config.sinks[i].fd);
}

void mdh_log_reset(void)
{
    pthread_once(&once, start);
    pthread_mutex_lock(&lock);
    close_files_nolock();
    reset_nolock();
    pthread_mutex_unlock(&lock);
}

// Access ---------------------------------------------------------------------------------------

int mdh_log_level(void)
{
    pthread_once(&once, start);
    return __atomic_load_n(&level, __ATOMIC_RELAXED);
}

void mdh_log_set_level(int which)
{
    pthread_once(&once, start);
    pthread_mutex_lock(&lock);
    __atomic_store_n(&level, which, __ATOMIC_RELAXED);
    find_loudest_nolock();
    pthread_mutex_unlock(&lock);
}

bool mdh_log_enabled(int which, Slice target)
{
    pthread_once(&once, start);
    if (which > __atomic_load_n(&loudest, __ATOMIC_RELAXED)) return false;
    pthread_mutex_lock(&lock);
    bool wanted = which <= level_for_nolock(target);
    pthread_mutex_unlock(&lock);
    return wanted;
}

bool mdh_log_set_filter(Slice spec, Slice *bad)
{
    pthread_once(&once, start);
    *bad = SLICE_NONE;
    pthread_mutex_lock(&lock);
    bool ok = set_filter_nolock(spec, bad);
    pthread_mutex_unlock(&lock);
    return ok;
}

void mdh_log_get_filter(Buf *out)
{
    pthread_once(&once, start);
    pthread_mutex_lock(&lock);
    buf_put_slice(out, buf_view(&filter_text));
    pthread_mutex_unlock(&lock);
}

void mdh_log_get_config(MdhLogConfig *out)
{
    pthread_once(&once, start);
    pthread_mutex_lock(&lock);
    *out = config;
    pthread_mutex_unlock(&lock);
}

void mdh_log_set_config(const MdhLogConfig *now)
{
    pthread_once(&once, start);
    pthread_mutex_lock(&lock);
    close_files_nolock();
    config = *now;
    pthread_mutex_unlock(&lock);
}

// For logrec_emit.c ----------------------------------------------------------------------------

void mdh_log_write_files(const char *p, size_t n)
{
    pthread_mutex_lock(&lock);
    for (uint32_t i = 0; i < config.nsinks; i++)
        if (config.sinks[i].kind == MDH_SINK_FILE)
            mdh_log_write_fd(config.sinks[i].fd, p, n);
    pthread_mutex_unlock(&lock);
}

void mdh_log_replace_memory(MdhValue from, MdhValue to)
{
    pthread_mutex_lock(&lock);
    for (uint32_t i = 0; i < config.nsinks; i++) {
        MdhLogSink *s = &config.sinks[i];
        if (s->kind == MDH_SINK_MEMORY && mdh_same(s->value, from)) s->value = to;
    }
    pthread_mutex_unlock(&lock);
}
