// SPDX-License-Identifier: MIT
// Questions whose answers come through the event loop. One object per question, shared by the
// handle and the question itself: the resolver's thread puts the answer in and queues it as a
// task of the loop, whose thread calls the script.
#include "runtime/builtins/dns.h"
#include "runtime/loop/loop.h"

enum { PENDING, CALLED, CANCELLED };

typedef struct DnsQuery {
    MdhLoopTask task; // first
    uint32_t refs;    // the handle's, the question's
    int state;        // whoever changes PENDING decides whether the callback is called
    MdhLoop *loop;
    MdhValue *callback;  // a root of the collector
    DnsRequest *request; // NULL once cancelled
    DnsAnswer *answer;
    const char *type;
} DnsQuery;

static void unref(DnsQuery *q)
{
    if (__atomic_sub_fetch(&q->refs, 1, __ATOMIC_ACQ_REL)) return;
    dns_release(q->request);
    dns_answer_unref(q->answer);
    mdh_gc_free_root(q->callback);
    mdh_loop_unref(q->loop);
    mdh_raw_free(q);
}

static bool decide(DnsQuery *q, int state)
{
    int pending = PENDING;
    return __atomic_compare_exchange_n(&q->state, &pending, state, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

// The question's part is over.
static void finish(DnsQuery *q)
{
    mdh_loop_unhold(q->loop);
    unref(q);
}

static MdhValue deliver(MdhThread *t, MdhLoop *l, MdhLoopTask *task, uint32_t events)
{
    (void)l, (void)events;
    DnsQuery *q = (DnsQuery *)task;
    MdhValue v = MDH_NAETHING;
    if (decide(q, CALLED)) {
        char what[16] = "DNS ";
        memcpy(what + 4, q->type, strlen(q->type) + 1);
        DnsAnswer *answer = q->answer;
        q->answer = NULL;
        v = mdh_dns_result(t, MDH_NAME(dns_query), what, answer);
        if (!mdh_is_exc(v)) v = mdh_call1(t, *q->callback, v);
    }
    finish(q);
    return v;
}

static void drop(MdhLoopTask *task)
{
    finish((DnsQuery *)task);
}

// On the resolver's thread, or on the asker's when the answer is known.
static void on_done(void *arg, DnsAnswer *answer)
{
    DnsQuery *q = arg;
    q->answer = answer;
    if (!mdh_loop_queue(q->loop, &q->task)) finish(q);
}

// The handle -----------------------------------------------------------------------------------

static void release(void *thing)
{
    unref(thing);
}

// Losing the handle ends nothing: the callback is still to come.
static const MdhHandleType query_type = {
    .native = {.kind = "dns_query"}, // lint: allow — the kind of its values
    .release = release,
    .quiet = true};

static DnsQuery *new_query(MdhLoop *l, const char *type, MdhValue callback)
{
    DnsQuery *q = mdh_raw_realloc(NULL, sizeof *q);
    MdhValue *root = mdh_gc_alloc_root(sizeof *root);
    if (!q || !root) {
        mdh_raw_free(q);
        mdh_gc_free_root(root);
        return NULL;
    }
    *root = callback;
    *q = (DnsQuery){.task = {.run = deliver, .drop = drop},
                    .refs = 2,
                    .loop = mdh_loop_ref(l),
                    .callback = root,
                    .type = type};
    return q;
}

static MdhValue start(MdhThread *t, MdhLoop *l, const MdhArgs_dns_query *a, DnsType type,
                      const char *type_name, uint64_t deadline)
{
    DnsQuery *q = new_query(l, type_name, a->callback);
    if (!q) return mdh_throw_oom(t, sizeof *q);
    mdh_loop_hold(l);
    q->request = dns_start(mdh_str_slice(a->name), type, deadline, on_done, q);
    if (!q->request) {
        finish(q);
        unref(q);
        return mdh_throw_oom(t, sizeof *q);
    }
    return mdh_ok(t, mdh_handle_open_own(t, &query_type, q));
}

static bool find_type(MdhThread *t, MdhValue v, DnsType *type, const char **type_name)
{
    static const struct {
        const char *name;
        DnsType type;
    } rows[] = {{"A", DNS_A}, {"AAAA", DNS_AAAA}, {"SRV", DNS_SRV}, {"NAPTR", DNS_NAPTR}};
    for (size_t i = 0; i < countof(rows); i++) {
        if (!slice_eq_nocase(mdh_str_slice(v), slice_from_cstr(rows[i].name))) continue;
        *type = rows[i].type;
        *type_name = rows[i].name;
        return true;
    }
    mdh_throw_native(t, "%s() type must be A, AAAA, SRV or NAPTR, no '%v'",
                     MDH_NAME(dns_query), v);
    return false;
}

MdhValue __mdh_dns_query(MdhThread *t, int argc, const MdhArgs_dns_query *a)
{
    (void)argc;
    DnsType type;
    const char *type_name;
    uint64_t deadline;
    if (!find_type(t, a->type, &type, &type_name) ||
        !mdh_dns_deadline(t, MDH_NAME(dns_query), a->timeout_ms, &deadline))
        return MDH_EXC;
    MdhLoop *l = mdh_handle_pin(t, a->loop, &mdh_loop_type);
    if (!l) return MDH_EXC;
    MdhValue v = start(t, l, a, type, type_name, deadline);
    mdh_handle_unpin(a->loop);
    return v;
}

MdhValue __mdh_dns_query_cancel(MdhThread *t, int argc, const MdhArgs_dns_query_cancel *a)
{
    (void)argc;
    DnsQuery *q = mdh_handle_pin(t, a->query, &query_type);
    if (!q) return MDH_EXC;
    bool ended = decide(q, CANCELLED);
    // when the answer has come already, the task finds the state and does nothing
    DnsRequest *request = __atomic_exchange_n(&q->request, NULL, __ATOMIC_ACQ_REL);
    if (request && dns_cancel(request)) finish(q);
    mdh_handle_unpin(a->query);
    return mdh_ok(t, mdh_bool(ended));
}
