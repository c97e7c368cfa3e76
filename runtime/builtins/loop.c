// SPDX-License-Identifier: MIT
// The event loop as builtins: handles, numbers and error texts; the work is in runtime/loop.
#include "runtime/loop/loop.h"

#include <errno.h>

#include "abi/abi.h"
#include "base/os.h"
#include "runtime/builtins/name.h"
#include "runtime/conc/chan_watch.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict.h"
#include "runtime/data/str.h"
#include "runtime/loop/signal.h"
#include "runtime/sys/clock.h"

#define MAX_MS 1e12 // thirty years: a longer limit is none

static MdhLoop *pin(MdhThread *t, MdhValue loop)
{
    return mdh_handle_pin(t, loop, &mdh_loop_type);
}

// Opening and closing --------------------------------------------------------------------------

static bool set_selector(MdhThread *t, MdhValue v, MdhLoopOptions *o)
{
    const SelectorType *type = NULL;
    if (mdh_is_str(v)) {
        Slice name = mdh_str_slice(v);
        type = selector_find(name.ptr, name.len);
    }
    if (!type)
        mdh_throw_native(t, "%s() kens nae selector '%v' (there is %s)",
                         MDH_NAME(event_loop_new), v, selector_names());
    else o->selector = type;
    return type;
}

static bool throw_option(MdhThread *t, MdhValue key)
{
    mdh_throw_native(t, "%s() got a bad value fer option '%v'", MDH_NAME(event_loop_new),
                     key);
    return false;
}

// OS_NEVER for naething, 0 and what is too long.
static uint64_t lag_ns_of(MdhValue ms)
{
    double d = mdh_is_number(ms) ? mdh_number_as_double(ms) : 0;
    return d > 0 && d < MAX_MS ? (uint64_t)(d * 1e6) : OS_NEVER;
}

static bool set_option(MdhThread *t, MdhValue key, MdhValue v, MdhLoopOptions *o)
{
    if (mdh_is_str(key) && mdh_str_is(key, "selector")) return set_selector(t, v, o);
    if (mdh_is_str(key) && mdh_str_is(key, "max_posts")) {
        if (!mdh_is_int(v) || mdh_int_of(v) < 1 || mdh_int_of(v) > INT32_MAX / 2)
            return throw_option(t, key);
        o->max_posts = (uint32_t)mdh_int_of(v);
        return true;
    }
    if (mdh_is_str(key) && mdh_str_is(key, "lag_warning_ms")) {
        if (!mdh_is_number(v) && !mdh_is_naething(v)) return throw_option(t, key);
        o->lag_ns = lag_ns_of(v);
        return true;
    }
    mdh_throw_native(t, "%s() got an unkent option '%v'", MDH_NAME(event_loop_new), key);
    return false;
}

MdhValue __mdh_event_loop_new(MdhThread *t, int argc, const MdhArgs_event_loop_new *a)
{
    (void)argc;
    MdhLoopOptions o = {NULL, MDH_LOOP_MAX_POSTS, MDH_LOOP_LAG_NS};
    MdhLoop *l;
    char text[128];
    if (!mdh_is_naething(a->options)) {
        MdhDictIter it;
        MdhValue key, v;
        mdh_dict_scan(a->options, &it);
        while (mdh_dict_next(&it, &key, &v))
            if (!set_option(t, key, v, &o)) return MDH_EXC;
    }
    if (!o.selector) o.selector = selector_default();
    mdh_gc_run_finalisers(); // lost loops and sockets give their descriptors back
    int err = mdh_loop_open(t, &l, &o);
    if (err == EMFILE || err == ENFILE) { // perhaps lost handles hold some
        mdh_gc_collect();
        mdh_gc_run_finalisers();
        err = mdh_loop_open(t, &l, &o);
    }
    if (err)
        return mdh_throw_native(t, "%s() failed: %s", MDH_NAME(event_loop_new),
                                err_errno_text(err, text, sizeof text));
    return mdh_loop_handle_own(t, l);
}

MdhValue __mdh_event_loop_close(MdhThread *t, int argc, const MdhArgs_event_loop_close *a)
{
    (void)argc;
    MdhLoop *l = pin(t, a->loop);
    if (!l) return MDH_EXC;
    mdh_loop_shut(l);
    bool ok = mdh_handle_close(t, a->loop, &mdh_loop_type);
    mdh_handle_unpin(a->loop);
    return ok ? MDH_NAETHING : MDH_EXC;
}

// Watches ----------------------------------------------------------------------------------------

static MdhValue watch(MdhThread *t, MdhValue loop, MdhValue sock, uint32_t direction,
                      MdhValue fn)
{
    MdhLoop *l = pin(t, loop);
    if (!l) return MDH_EXC;
    bool ok = mdh_loop_watch(t, l, sock, direction, fn);
    mdh_handle_unpin(loop);
    return ok ? MDH_NAETHING : MDH_EXC;
}

MdhValue __mdh_event_watch_read(MdhThread *t, int argc, const MdhArgs_event_watch_read *a)
{
    (void)argc;
    return watch(t, a->loop, a->sock, SEL_READ, a->callback);
}

MdhValue __mdh_event_watch_write(MdhThread *t, int argc, const MdhArgs_event_watch_write *a)
{
    (void)argc;
    return watch(t, a->loop, a->sock, SEL_WRITE, a->callback);
}

MdhValue __mdh_event_unwatch(MdhThread *t, int argc, const MdhArgs_event_unwatch *a)
{
    (void)argc;
    MdhLoop *l = pin(t, a->loop);
    bool was;
    if (!l) return MDH_EXC;
    bool ok = true;
    if (mdh_chan_is(a->sock)) was = mdh_chan_unwatch(l, mdh_ptr(a->sock));
    else ok = mdh_loop_unwatch(t, l, a->sock, &was);
    mdh_handle_unpin(a->loop);
    return ok ? mdh_bool(was) : MDH_EXC;
}

// Running ----------------------------------------------------------------------------------------

// Nanoseconds of a limit in milliseconds; OS_NEVER for naething, negative and very long ones.
// Not a number is nought.
static uint64_t limit_ns(MdhValue ms)
{
    double d = mdh_is_naething(ms) ? -1 : mdh_number_as_double(ms);
    if (d < 0 || d > MAX_MS) return OS_NEVER;
    return d > 0 ? (uint64_t)(d * 1e6) : 0;
}

MdhValue __mdh_event_loop_poll(MdhThread *t, int argc, const MdhArgs_event_loop_poll *a)
{
    (void)argc;
    MdhLoop *l = pin(t, a->loop);
    uint64_t limit = limit_ns(a->timeout_ms);
    if (!l) return MDH_EXC;
    MdhValue v = mdh_loop_poll(t, l, limit == OS_NEVER ? OS_NEVER : os_mono_ns() + limit);
    mdh_handle_unpin(a->loop);
    return v;
}

MdhValue __mdh_event_loop_run(MdhThread *t, int argc, const MdhArgs_event_loop_run *a)
{
    (void)argc;
    MdhLoop *l = pin(t, a->loop);
    if (!l) return MDH_EXC;
    MdhValue v = mdh_loop_run(t, l, limit_ns(a->timeout_ms));
    mdh_handle_unpin(a->loop);
    return v;
}

MdhValue __mdh_event_loop_stop(MdhThread *t, int argc, const MdhArgs_event_loop_stop *a)
{
    (void)argc;
    MdhLoop *l = pin(t, a->loop);
    if (!l) return MDH_EXC;
    mdh_loop_stop(l);
    mdh_handle_unpin(a->loop);
    return MDH_NAETHING;
}

MdhValue __mdh_event_loop_reset(MdhThread *t, int argc, const MdhArgs_event_loop_reset *a)
{
    (void)argc;
    MdhLoop *l = pin(t, a->loop);
    if (!l) return MDH_EXC;
    mdh_loop_reset(l);
    mdh_handle_unpin(a->loop);
    return MDH_NAETHING;
}

MdhValue __mdh_event_loop_post(MdhThread *t, int argc, const MdhArgs_event_loop_post *a)
{
    (void)argc;
    MdhLoop *l = pin(t, a->loop);
    if (!l) return MDH_EXC;
    bool ok = mdh_loop_post(l, a->fn, MDH_ABSENT);
    mdh_handle_unpin(a->loop);
    return mdh_bool(ok);
}

MdhValue __mdh_event_loop_on_error(MdhThread *t, int argc,
                                   const MdhArgs_event_loop_on_error *a)
{
    (void)argc;
    MdhLoop *l = pin(t, a->loop);
    if (!l) return MDH_EXC;
    mdh_loop_on_error(l, a->fn);
    mdh_handle_unpin(a->loop);
    return MDH_NAETHING;
}

MdhValue __mdh_event_loop_set_lag_warning(MdhThread *t, int argc,
                                          const MdhArgs_event_loop_set_lag_warning *a)
{
    (void)argc;
    MdhLoop *l = pin(t, a->loop);
    if (!l) return MDH_EXC;
    mdh_loop_set_lag(l, lag_ns_of(a->ms));
    mdh_handle_unpin(a->loop);
    return MDH_NAETHING;
}

MdhValue __mdh_event_loop_now(MdhThread *t, int argc, const MdhArgs_event_loop_now *a)
{
    (void)argc;
    if (!pin(t, a->loop)) return MDH_EXC;
    mdh_handle_unpin(a->loop);
    return mdh_float(t, (double)(int64_t)(os_mono_ns() - mdh_mono_start_ns()) / 1e6);
}

// Timers -----------------------------------------------------------------------------------------

static MdhValue start_timer(MdhThread *t, MdhValue loop, double delay_ms,
                            double interval_ms, MdhValue fn)
{
    MdhLoop *l = pin(t, loop);
    if (!l) return MDH_EXC;
    uint64_t id = mdh_loop_timer_start(l, delay_ms, interval_ms, fn);
    mdh_handle_unpin(loop);
    return id ? mdh_fix((int64_t)id) : mdh_throw_oom(t, sizeof(MdhValue));
}

MdhValue __mdh_timer_after(MdhThread *t, int argc, const MdhArgs_timer_after *a)
{
    (void)argc;
    double ms = mdh_number_as_double(a->ms);
    if (!(ms >= 0))
        return mdh_throw_native(t, "%s() expects non-negative delay",
                                MDH_NAME(timer_after));
    return start_timer(t, a->loop, ms, 0, a->callback);
}

MdhValue __mdh_timer_every(MdhThread *t, int argc, const MdhArgs_timer_every *a)
{
    (void)argc;
    double ms = mdh_number_as_double(a->ms);
    if (!(ms > 0))
        return mdh_throw_native(t, "%s() expects positive interval", MDH_NAME(timer_every));
    return start_timer(t, a->loop, ms, ms, a->callback);
}

// An id that never was, like one that is no more, is simply not pending.
static int64_t id_of(MdhValue v)
{
    if (mdh_is_int(v)) return mdh_int_of(v);
    double d = mdh_float_of(v);
    return d > 0 && d < 9e15 ? (int64_t)d : 0;
}

MdhValue __mdh_timer_cancel(MdhThread *t, int argc, const MdhArgs_timer_cancel *a)
{
    (void)argc;
    MdhLoop *l = pin(t, a->loop);
    if (!l) return MDH_EXC;
    bool was = mdh_loop_timer_cancel(l, id_of(a->id));
    mdh_handle_unpin(a->loop);
    return mdh_bool(was);
}

MdhValue __mdh_timer_reset(MdhThread *t, int argc, const MdhArgs_timer_reset *a)
{
    (void)argc;
    double ms = mdh_number_as_double(a->ms);
    if (!(ms >= 0))
        return mdh_throw_native(t, "%s() expects non-negative delay",
                                MDH_NAME(timer_reset));
    MdhLoop *l = pin(t, a->loop);
    if (!l) return MDH_EXC;
    bool was = mdh_loop_timer_reset(l, id_of(a->id), ms);
    mdh_handle_unpin(a->loop);
    return mdh_bool(was);
}

MdhValue __mdh_timer_remaining(MdhThread *t, int argc, const MdhArgs_timer_remaining *a)
{
    (void)argc;
    double ms;
    MdhLoop *l = pin(t, a->loop);
    if (!l) return MDH_EXC;
    bool is_pending = mdh_loop_timer_remaining(l, id_of(a->id), &ms);
    mdh_handle_unpin(a->loop);
    return is_pending ? mdh_float(t, ms) : MDH_NAETHING;
}

// Signals ----------------------------------------------------------------------------------------

// The place of the signal, or -1 when it threw.
static int signal_named(MdhThread *t, const char *builtin, MdhValue name)
{
    int signal = mdh_signal_of(mdh_str_slice(name));
    if (signal < 0)
        mdh_throw_native(t, "%s() kens nae signal '%v' (TERM, INT, HUP, USR1, USR2)",
                         builtin, name);
    return signal;
}

MdhValue __mdh_signal_watch(MdhThread *t, int argc, const MdhArgs_signal_watch *a)
{
    (void)argc;
    int signal = signal_named(t, MDH_NAME(signal_watch), a->signal);
    MdhLoop *l = signal < 0 ? NULL : pin(t, a->loop);
    if (!l) return MDH_EXC;
    bool ok = mdh_loop_signal_watch(t, l, signal, a->callback);
    mdh_handle_unpin(a->loop);
    return ok ? MDH_NAETHING : MDH_EXC;
}

MdhValue __mdh_signal_unwatch(MdhThread *t, int argc, const MdhArgs_signal_unwatch *a)
{
    (void)argc;
    int signal = signal_named(t, MDH_NAME(signal_unwatch), a->signal);
    MdhLoop *l = signal < 0 ? NULL : pin(t, a->loop);
    if (!l) return MDH_EXC;
    bool was = mdh_loop_signal_unwatch(l, signal);
    mdh_handle_unpin(a->loop);
    return mdh_bool(was);
}
