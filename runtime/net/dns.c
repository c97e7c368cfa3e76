// SPDX-License-Identifier: MIT
// Requests wait in queries (one per question under way), queries wait for the channel, which
// belongs to the resolver's thread. One lock over requests, queries, cache and settings.
#define _GNU_SOURCE // pipe2
#include "runtime/net/dns.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/os.h"
#include "runtime/mem/gc.h"
#include "runtime/net/dns_ares.h"
#include "runtime/net/dns_hosts.h"
#include "runtime/net/dns_priv.h"

#define TABLE       1024u
#define STACK_BYTES (1u << 20)

typedef enum RequestState { WAITING, TELLING, TOLD } RequestState;

struct DnsRequest {
    uint32_t refs; // the caller's, and the resolver's until it is told
    RequestState state;
    struct Query *query;
    DnsRequest *next;
    uint64_t deadline_ns;
    DnsDone *done;
    void *arg;
};

typedef struct Query {
    DnsKey key; // first: the channel knows a query by it
    struct Query *next, *next_fresh;
    DnsRequest *waiting;
} Query;

static struct {
    pthread_mutex_t lock;
    pthread_cond_t told;       // some request is TOLD
    Query *table[TABLE];       // by hash of the key
    Query *fresh, *last_fresh; // not handed to the channel yet, in order
    unsigned n_requests;
    uint64_t next_deadline_ns; // no request's is before it
    DnsCache *cache;
    NetAddr servers[DNS_SERVERS_MAX];
    unsigned n_servers, settings; // settings counts their changes
    bool has_thread;
    int wake[2];
} r = {.lock = PTHREAD_MUTEX_INITIALIZER,
       .told = PTHREAD_COND_INITIALIZER,
       .next_deadline_ns = OS_NEVER};

static void lock(void)
{
    pthread_mutex_lock(&r.lock);
}

static void unlock(void)
{
    pthread_mutex_unlock(&r.lock);
}

// Ends of requests -----------------------------------------------------------------------------

void dns_release(DnsRequest *request)
{
    if (request && __atomic_sub_fetch(&request->refs, 1, __ATOMIC_ACQ_REL) == 0)
        mdh_raw_free(request);
}

static void unlink_request(DnsRequest *request)
{
    DnsRequest **at = &request->query->waiting;
    while (*at != request) at = &(*at)->next;
    *at = request->next;
    request->query = NULL;
    r.n_requests--;
}

// Tells each of a list, which nobody else knows any more. No lock is held.
static void tell_all(DnsRequest *list, DnsAnswer *answer)
{
    while (list) {
        DnsRequest *request = list;
        list = request->next;
        if (answer) dns_answer_ref(answer);
        request->done(request->arg, answer);
        lock();
        request->state = TOLD;
        pthread_cond_broadcast(&r.told);
        unlock();
        dns_release(request);
    }
}

bool dns_cancel(DnsRequest *request)
{
    lock();
    bool was_waiting = request->state == WAITING;
    if (was_waiting) {
        unlink_request(request);
        request->state = TOLD;
    }
    while (request->state == TELLING) pthread_cond_wait(&r.told, &r.lock);
    unlock();
    if (was_waiting) dns_release(request);
    dns_release(request);
    return was_waiting;
}

// Queries --------------------------------------------------------------------------------------

static Query **query_slot(const DnsKey *key)
{
    Query **at = &r.table[dns_key_hash(key) % TABLE];
    while (*at && !dns_key_eq(&(*at)->key, key)) at = &(*at)->next;
    return at;
}

static void add_fresh(Query *q)
{
    q->next_fresh = NULL;
    if (r.fresh) r.last_fresh->next_fresh = q;
    else r.fresh = q;
    r.last_fresh = q;
}

static Query *find_query(const DnsKey *key)
{
    Query **slot = query_slot(key), *q = *slot;
    if (q) return q;
    q = mdh_raw_realloc(NULL, sizeof *q);
    if (!q) return NULL;
    *q = (Query){.key = *key};
    *slot = q;
    add_fresh(q);
    return q;
}

// The query has ended: takes it out, with its requests, the oldest first.
static DnsRequest *end_query(Query *q)
{
    DnsRequest *list = NULL;
    *query_slot(&q->key) = q->next;
    while (q->waiting) {
        DnsRequest *request = q->waiting;
        unlink_request(request);
        request->state = TELLING;
        request->next = list;
        list = request;
    }
    return list;
}

static void on_reply(const DnsKey *question, DnsAnswer *answer, bool dropped)
{
    Query *q = (Query *)(uintptr_t)question;
    lock();
    if (dropped && q->waiting) { // ask again on the next channel
        add_fresh(q);
        unlock();
        return;
    }
    if (answer && r.cache) dns_cache_put(r.cache, &q->key, answer, os_mono_ns());
    DnsRequest *list = end_query(q);
    unlock();
    tell_all(list, answer);
    dns_answer_unref(answer);
    mdh_raw_free(q);
}

// The resolver's thread ------------------------------------------------------------------------

// Takes out the requests whose time has come.
static DnsRequest *take_late(uint64_t now)
{
    DnsRequest *late = NULL;
    uint64_t next = OS_NEVER;
    for (unsigned i = 0; i < TABLE; i++) {
        for (Query *q = r.table[i]; q; q = q->next) {
            for (DnsRequest **at = &q->waiting; *at;) {
                DnsRequest *request = *at;
                if (request->deadline_ns > now) {
                    if (request->deadline_ns < next) next = request->deadline_ns;
                    at = &request->next;
                    continue;
                }
                unlink_request(request);
                request->state = TELLING;
                request->next = late;
                late = request;
            }
        }
    }
    r.next_deadline_ns = next;
    return late;
}

static void end_late(void)
{
    uint64_t now = os_mono_ns();
    lock();
    DnsRequest *late = r.next_deadline_ns <= now ? take_late(now) : NULL;
    unlock();
    if (!late) return;
    DnsAnswer *answer = dns_answer_new(DNS_TIMEOUT, DNS_A);
    tell_all(late, answer);
    dns_answer_unref(answer);
}

// A new channel when the settings have changed.
static DnsChannel *renew(DnsChannel *c, unsigned *settings)
{
    NetAddr servers[DNS_SERVERS_MAX];
    lock();
    bool is_new = !c || *settings != r.settings;
    unsigned n = r.n_servers;
    memcpy(servers, r.servers, sizeof servers);
    *settings = r.settings;
    unlock();
    if (!is_new && !dns_channel_is_stale(c)) return c;
    dns_channel_close(c);
    return dns_channel_open(servers, n, on_reply);
}

// Hands the fresh queries to the channel, which may answer some at once.
static void ask_fresh(DnsChannel *c)
{
    for (;;) {
        lock();
        Query *q = r.fresh;
        if (q) r.fresh = q->next_fresh;
        unlock();
        if (!q) return;
        if (c) dns_channel_ask(c, &q->key);
        else on_reply(&q->key, NULL, false);
    }
}

static void drain(int fd)
{
    char rest[64];
    while (read(fd, rest, sizeof rest) > 0) {}
}

static void *serve(void *arg)
{
    (void)arg;
    DnsChannel *c = NULL;
    unsigned settings = 0;
    for (;;) {
        drain(r.wake[0]);
        lock();
        bool has_fresh = r.fresh || settings != r.settings;
        uint64_t until = r.next_deadline_ns;
        unlock();
        if (has_fresh) {
            c = renew(c, &settings);
            ask_fresh(c);
        }
        dns_channel_wait(c, r.wake[0], until);
        end_late();
    }
    return NULL;
}

// With all signals blocked: they are for the program's threads.
static bool start_thread(void)
{
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all, before;
    if (pipe2(r.wake, O_CLOEXEC | O_NONBLOCK)) return false;
    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&thread, &attr, serve, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    if (failed) {
        close(r.wake[0]);
        close(r.wake[1]);
    }
    return !failed;
}

static void wake(void)
{
    if (r.has_thread && write(r.wake[1], "", 1) < 0) {} // full: it is awake
}

// Starting -------------------------------------------------------------------------------------

// With the lock: what is known already, or NULL when the request waits now. *failed: no memory.
static DnsAnswer *enqueue(const DnsKey *key, DnsRequest *request, bool *failed)
{
    if (!r.cache) {
        r.cache = mdh_raw_realloc(NULL, sizeof *r.cache);
        if (r.cache) memset(r.cache, 0, sizeof *r.cache);
    }
    DnsAnswer *known = r.cache ? dns_cache_get(r.cache, key, os_mono_ns()) : NULL;
    if (known) return known;
    *failed = false;
    if (r.n_requests >= DNS_PENDING_MAX) {
        known = dns_answer_new(DNS_BUSY, key->type);
        *failed = !known;
        return known;
    }
    if (!r.has_thread) r.has_thread = start_thread();
    Query *q = r.has_thread ? find_query(key) : NULL;
    *failed = !q;
    if (!q) return NULL;
    request->query = q;
    request->next = q->waiting;
    q->waiting = request;
    r.n_requests++;
    if (request->deadline_ns < r.next_deadline_ns)
        r.next_deadline_ns = request->deadline_ns;
    wake();
    return NULL;
}

static DnsRequest *new_request(uint64_t deadline_ns, DnsDone *done, void *arg)
{
    DnsRequest *request = mdh_raw_realloc(NULL, sizeof *request);
    if (request)
        *request =
            (DnsRequest){.refs = 2, .deadline_ns = deadline_ns, .done = done, .arg = arg};
    return request;
}

// Tells it at once, on this thread.
static void tell_now(DnsRequest *request, DnsAnswer *answer)
{
    request->state = TELLING;
    request->next = NULL;
    tell_all(request, answer);
    dns_answer_unref(answer);
}

DnsRequest *dns_start_key(const DnsKey *key, uint64_t deadline_ns, DnsDone *done, void *arg)
{
    bool is_known, failed = false;
    DnsRequest *request = new_request(deadline_ns, done, arg);
    if (!request) return NULL;
    DnsAnswer *answer = dns_local(key, &is_known);
    if (!is_known) {
        lock();
        answer = enqueue(key, request, &failed);
        unlock();
        if (!answer && !failed) return request;
    }
    tell_now(request, answer);
    return request;
}

DnsRequest *dns_start(Slice name, DnsType type, uint64_t deadline_ns, DnsDone *done,
                      void *arg)
{
    DnsKey key;
    if (dns_key_make(&key, name, type)) return dns_start_key(&key, deadline_ns, done, arg);
    DnsRequest *request = new_request(deadline_ns, done, arg);
    if (request) tell_now(request, dns_answer_new(DNS_BAD_NAME, type));
    return request;
}

// Settings -------------------------------------------------------------------------------------

void dns_cache_clear(void)
{
    lock();
    if (r.cache) dns_cache_empty(r.cache);
    unlock();
}

unsigned dns_cache_count(void)
{
    lock();
    unsigned n = r.cache ? dns_cache_len(r.cache, os_mono_ns()) : 0;
    unlock();
    return n;
}

bool dns_set_servers(const NetAddr *servers, unsigned n)
{
    if (n > DNS_SERVERS_MAX) return false;
    lock();
    if (n) memcpy(r.servers, servers, n * sizeof *servers);
    r.n_servers = n;
    r.settings++;
    if (r.cache) dns_cache_empty(r.cache);
    wake();
    unlock();
    return true;
}

bool dns_set_hosts(const char *path)
{
    return dns_hosts_use(path);
}
