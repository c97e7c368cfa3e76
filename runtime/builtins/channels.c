// SPDX-License-Identifier: MIT
// Channels as builtins: values, numbers and error texts; the work is in runtime/conc.
#include "abi/abi.h"
#include "runtime/builtins/name.h"
#include "runtime/conc/chan_watch.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/str.h"

#define MAX_MS    1e12 // thirty years: a longer limit is none
#define FEW_CASES 8

// in: milliseconds, or naething for no limit. False when it threw.
static bool deadline_of(MdhThread *t, const char *builtin, MdhValue ms, uint64_t *out)
{
    double d = mdh_is_naething(ms) ? MAX_MS : mdh_number_as_double(ms);
    if (!(d >= 0)) {
        mdh_throw_native(t, "%s() expects non-negative timeout", builtin);
        return false;
    }
    *out = d >= MAX_MS ? OS_NEVER : d > 0 ? os_mono_ns() + (uint64_t)(d * 1e6) : 0;
    return true;
}

MdhValue __mdh_chan_new(MdhThread *t, int argc, const MdhArgs_chan_new *a)
{
    (void)argc;
    double n = mdh_number_as_double(a->capacity);
    if (!(n >= 0))
        return mdh_throw_native(t, "%s() expects non-negative capacity", MDH_NAME(chan_new));
    uint64_t limit = n < 1     ? MDH_CHAN_SOFT_LIMIT
                     : n < 1e18 ? (uint64_t)n
                               : MDH_CHAN_UNBOUNDED;
    return mdh_chan_new(t, limit);
}

MdhValue __mdh_chan_unbounded(MdhThread *t, int argc, const MdhArgs_chan_unbounded *a)
{
    (void)argc, (void)a;
    return mdh_chan_new(t, MDH_CHAN_UNBOUNDED);
}

// Sending --------------------------------------------------------------------------------------

static MdhValue put_in(MdhThread *t, MdhValue chan, MdhValue v, uint64_t deadline_ns)
{
    MdhChan *c = mdh_chan_of(t, chan);
    if (!c) return MDH_EXC;
    ChanStatus status = mdh_chan_send(t, c, v, deadline_ns);
    return status == CHAN_THREW ? MDH_EXC : mdh_bool(status == CHAN_DONE);
}

MdhValue __mdh_chan_send(MdhThread *t, int argc, const MdhArgs_chan_send *a)
{
    (void)argc;
    return put_in(t, a->chan, a->value, OS_NEVER);
}

MdhValue __mdh_chan_try_send(MdhThread *t, int argc, const MdhArgs_chan_try_send *a)
{
    (void)argc;
    return put_in(t, a->chan, a->value, 0);
}

MdhValue __mdh_chan_send_timeout(MdhThread *t, int argc, const MdhArgs_chan_send_timeout *a)
{
    (void)argc;
    uint64_t deadline_ns;
    if (!deadline_of(t, MDH_NAME(chan_send_timeout), a->ms, &deadline_ns)) return MDH_EXC;
    return put_in(t, a->chan, a->value, deadline_ns);
}

// Receiving ------------------------------------------------------------------------------------

static MdhValue take_out(MdhThread *t, MdhValue chan, uint64_t deadline_ns)
{
    MdhChan *c = mdh_chan_of(t, chan);
    MdhValue v;
    if (!c) return MDH_EXC;
    switch (mdh_chan_recv(t, c, &v, deadline_ns)) {
    case CHAN_DONE: return v;
    case CHAN_THREW: return MDH_EXC;
    default: return MDH_NAETHING;
    }
}

MdhValue __mdh_chan_recv(MdhThread *t, int argc, const MdhArgs_chan_recv *a)
{
    (void)argc;
    return take_out(t, a->chan, OS_NEVER);
}

MdhValue __mdh_chan_try_recv(MdhThread *t, int argc, const MdhArgs_chan_try_recv *a)
{
    (void)argc;
    return take_out(t, a->chan, 0);
}

MdhValue __mdh_chan_recv_timeout(MdhThread *t, int argc, const MdhArgs_chan_recv_timeout *a)
{
    (void)argc;
    uint64_t deadline_ns;
    if (!deadline_of(t, MDH_NAME(chan_recv_timeout), a->ms, &deadline_ns)) return MDH_EXC;
    return take_out(t, a->chan, deadline_ns);
}

// A result dict is made before anything is received, so that nothing is lost when there is no
// memory for it; filling it in needs none.
typedef enum { INDEX, CHAN, OK, VALUE, CLOSED, N_KEYS } Key;

typedef struct Result {
    MdhValue keys[N_KEYS], dict;
} Result;

static bool make_result(MdhThread *t, Result *r, Key first)
{
    static const char *const names[] = {"index", "chan", "ok", "value", "closed"};
    const MdhValue values[] = {MDH_NAETHING, MDH_NAETHING, MDH_NAE, MDH_NAETHING, MDH_NAE};
    for (uint32_t i = first; i < N_KEYS; i++) {
        r->keys[i] = mdh_str_intern(t, names[i], strlen(names[i]));
        if (mdh_is_exc(r->keys[i])) return false;
    }
    r->dict = mdh_dict_of(t, N_KEYS - first, r->keys + first, values + first);
    return !mdh_is_exc(r->dict);
}

static void fill(MdhThread *t, const Result *r, Key key, MdhValue v)
{
    bool ok = mdh_dict_put(t, r->dict, r->keys[key], v);
    MDH_ASSERT(ok);
    (void)ok;
}

static MdhValue fill_received(MdhThread *t, const Result *r, ChanStatus status, MdhValue v)
{
    if (status == CHAN_DONE) {
        fill(t, r, OK, MDH_AYE);
        fill(t, r, VALUE, v);
    } else if (status == CHAN_CLOSED) {
        fill(t, r, CLOSED, MDH_AYE);
    }
    return r->dict;
}

MdhValue __mdh_chan_recv_result(MdhThread *t, int argc, const MdhArgs_chan_recv_result *a)
{
    (void)argc;
    uint64_t deadline_ns;
    MdhValue v;
    if (!deadline_of(t, MDH_NAME(chan_recv_result), a->ms, &deadline_ns)) return MDH_EXC;
    Result r;
    MdhChan *c = mdh_chan_of(t, a->chan);
    if (!c || !make_result(t, &r, OK)) return MDH_EXC;
    ChanStatus status = mdh_chan_recv(t, c, &v, deadline_ns);
    return status == CHAN_THREW ? MDH_EXC : fill_received(t, &r, status, v);
}

// The rest -------------------------------------------------------------------------------------

MdhValue __mdh_chan_close(MdhThread *t, int argc, const MdhArgs_chan_close *a)
{
    (void)argc;
    MdhChan *c = mdh_chan_of(t, a->chan);
    if (!c) return MDH_EXC;
    mdh_chan_close(c);
    return MDH_NAETHING;
}

MdhValue __mdh_chan_is_closed(MdhThread *t, int argc, const MdhArgs_chan_is_closed *a)
{
    (void)argc;
    MdhChan *c = mdh_chan_of(t, a->chan);
    return c ? mdh_bool(mdh_chan_is_closed(c)) : MDH_EXC;
}

MdhValue __mdh_chan_len(MdhThread *t, int argc, const MdhArgs_chan_len *a)
{
    (void)argc;
    MdhChan *c = mdh_chan_of(t, a->chan);
    return c ? mdh_fix((int64_t)mdh_chan_len(c)) : MDH_EXC;
}

// Several --------------------------------------------------------------------------------------

static bool throw_case(MdhThread *t)
{
    mdh_throw_native(t, "%s() expects channels, or lists o a channel and a value",
                     MDH_NAME(chan_select));
    return false;
}

static bool case_of(MdhThread *t, MdhValue v, ChanCase *out)
{
    *out = (ChanCase){NULL, MDH_ABSENT};
    if (mdh_is_list(v)) {
        if (mdh_list_len(v) != 2) return throw_case(t);
        out->value = mdh_list_get(t, v, 1);
        v = mdh_list_get(t, v, 0);
        if (mdh_is_exc(out->value) || mdh_is_exc(v)) return false;
    }
    if (mdh_is_exc(v)) return false;
    if (!mdh_chan_is(v)) return throw_case(t);
    out->chan = mdh_ptr(v);
    return true;
}

static MdhValue selected(MdhThread *t, const Result *r, ChanStatus status, const ChanCase *one,
                         uint32_t which, MdhValue v)
{
    bool is_send = !mdh_is_absent(one->value);
    fill(t, r, INDEX, mdh_fix(which));
    fill(t, r, CHAN, mdh_from_ptr(one->chan));
    return fill_received(t, r, status, is_send ? MDH_NAETHING : v);
}

MdhValue __mdh_chan_select(MdhThread *t, int argc, const MdhArgs_chan_select *a)
{
    (void)argc;
    uint64_t deadline_ns, n = mdh_list_len(a->cases);
    ChanCase few[FEW_CASES], *cases = few;
    uint32_t which = 0;
    MdhValue v = MDH_NAETHING;
    if (!deadline_of(t, MDH_NAME(chan_select), a->ms, &deadline_ns)) return MDH_EXC;
    if (n == 0 || n > UINT32_MAX)
        return mdh_throw_native(t, "%s() needs at least ane channel", MDH_NAME(chan_select));
    if (n > FEW_CASES && !(cases = mdh_new(t, n * sizeof *cases)))
        return mdh_throw_oom(t, n * sizeof *cases);
    for (uint64_t i = 0; i < n; i++)
        if (!case_of(t, mdh_list_get(t, a->cases, i), &cases[i])) return MDH_EXC;
    Result r;
    if (!make_result(t, &r, INDEX)) return MDH_EXC;
    ChanStatus status = mdh_chan_select(t, cases, (uint32_t)n, deadline_ns, &which, &v);
    if (status == CHAN_THREW) return MDH_EXC;
    if (status == CHAN_WOULD_BLOCK) return MDH_NAETHING;
    return selected(t, &r, status, &cases[which], which, v);
}

// The event loop -------------------------------------------------------------------------------

MdhValue __mdh_event_watch_chan(MdhThread *t, int argc, const MdhArgs_event_watch_chan *a)
{
    (void)argc;
    MdhLoop *l = mdh_handle_pin(t, a->loop, &mdh_loop_type);
    if (!l) return MDH_EXC;
    bool ok = mdh_chan_watch(t, l, a->chan, a->callback);
    mdh_handle_unpin(a->loop);
    return ok ? MDH_NAETHING : MDH_EXC;
}
