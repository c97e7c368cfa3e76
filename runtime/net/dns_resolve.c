// SPDX-License-Identifier: MIT
// What lies around the questions: names, special names, waiting, and a host's addresses in the
// order to try them.
#include <pthread.h>
#include <unistd.h>

#include "base/os.h"
#include "runtime/net/dns.h"
#include "runtime/net/dns_hosts.h"
#include "runtime/net/dns_priv.h"

static const struct {
    const char *kind, *text;
} statuses[DNS_STATUSES] = {
    [DNS_OK] = {"ok", "no error"},
    [DNS_NXDOMAIN] = {"nxdomain", "no such name"},
    [DNS_NO_DATA] = {"no_data", "the name has no record of that type"},
    [DNS_TIMEOUT] = {"timeout", "no server answered in time"},
    [DNS_SERVFAIL] = {"servfail", "the server failed"},
    [DNS_REFUSED] = {"refused", "the server refused to answer"},
    [DNS_NO_SERVER] = {"no_server", "no server could be reached"},
    [DNS_MALFORMED] = {"malformed", "the answer is malformed"},
    [DNS_BAD_NAME] = {"bad_name", "that is no host name"},
    [DNS_CANCELLED] = {"cancelled", "cancelled"},
    [DNS_BUSY] = {"busy", "too many questions under way"},
    [DNS_NO_MEMORY] = {"no_memory", "out of memory"},
};

const char *dns_status_kind(DnsStatus status)
{
    return statuses[status].kind;
}

const char *dns_status_text(DnsStatus status)
{
    return statuses[status].text;
}

// Names ----------------------------------------------------------------------------------------

// Only a number, as in 127.1 or 0x7f.1: no top level is called so, and C libraries take them for
// addresses.
static bool is_number(Slice label)
{
    bool hex = label.len > 2 && label.ptr[0] == '0' && label.ptr[1] == 'x';
    for (size_t i = hex ? 2 : 0; i < label.len; i++) {
        char c = label.ptr[i];
        if (!(c >= '0' && c <= '9') && !(hex && c >= 'a' && c <= 'f')) return false;
    }
    return true;
}

static bool is_name_octet(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool dns_key_make(DnsKey *key, Slice name, DnsType type)
{
    *key = (DnsKey){.type = type};
    if (name.len && name.ptr[name.len - 1] == '.') name.len--;
    if (name.len == 0 || name.len > DNS_NAME_MAX) return false;
    size_t label = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        key->name[i] = c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
        if (c == '.') {
            if (i == label) return false;
            label = i + 1;
        } else if (!is_name_octet(key->name[i]) || i - label >= 63) {
            return false;
        }
    }
    return label < name.len && !is_number(slice_make(key->name + label, name.len - label));
}

// Is it that top-level name, or in it?
static bool is_in(const char *name, const char *top)
{
    Slice s = slice_from_cstr(name), t = slice_from_cstr(top);
    return slice_ends_with(s, t) && (s.len == t.len || s.ptr[s.len - t.len - 1] == '.');
}

DnsAnswer *dns_local(const DnsKey *key, bool *is_known)
{
    NetAddr addrs[DNS_RECORDS_MAX];
    unsigned n = 0;
    bool asks_addr = key->type == DNS_A || key->type == DNS_AAAA;
    NetFamily family = key->type == DNS_A ? NET_IPV4 : NET_IPV6;
    *is_known = true;
    if (asks_addr &&
        dns_hosts_find(slice_from_cstr(key->name), family, addrs, DNS_RECORDS_MAX, &n))
        return dns_answer_of(key->type, addrs, n);
    if (is_in(key->name, "invalid")) return dns_answer_new(DNS_NXDOMAIN, key->type);
    *is_known = is_in(key->name, "localhost");
    if (!*is_known) return NULL;
    if (asks_addr)
        net_addr_parse_host(&addrs[n++],
                            slice_from_cstr(family == NET_IPV4 ? "127.0.0.1" : "::1"), 0);
    return dns_answer_of(key->type, addrs, n);
}

// Waiting --------------------------------------------------------------------------------------

typedef struct Wait {
    pthread_mutex_t lock;
    pthread_cond_t done;
    unsigned left;
} Wait;

typedef struct Asked {
    Wait *wait;
    DnsAnswer *answer;
} Asked;

static void on_done(void *arg, DnsAnswer *answer)
{
    Asked *asked = arg;
    Wait *w = asked->wait;
    pthread_mutex_lock(&w->lock);
    asked->answer = answer;
    if (--w->left == 0) pthread_cond_signal(&w->done);
    pthread_mutex_unlock(&w->lock);
}

// Asks all the keys at the same time; answers[i] is NULL when there was no memory. The deadline
// is kept by the resolver's thread, so there is no limit here.
static void ask_all(const DnsKey *keys, unsigned n, uint64_t deadline_ns,
                    DnsAnswer **answers)
{
    Wait w = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, n};
    Asked asked[2] = {{&w, NULL}, {&w, NULL}};
    DnsRequest *requests[2];
    for (unsigned i = 0; i < n; i++) {
        requests[i] = dns_start_key(&keys[i], deadline_ns, on_done, &asked[i]);
        if (!requests[i]) on_done(&asked[i], NULL);
    }
    pthread_mutex_lock(&w.lock);
    while (w.left) pthread_cond_wait(&w.done, &w.lock);
    pthread_mutex_unlock(&w.lock);
    for (unsigned i = 0; i < n; i++) {
        // on_done may still be on its way out of the lock
        if (requests[i]) dns_cancel(requests[i]);
        answers[i] = asked[i].answer;
    }
    pthread_cond_destroy(&w.done);
    pthread_mutex_destroy(&w.lock);
}

DnsAnswer *dns_ask(Slice name, DnsType type, uint64_t deadline_ns)
{
    DnsKey key;
    DnsAnswer *answer;
    if (!dns_key_make(&key, name, type)) return dns_answer_new(DNS_BAD_NAME, type);
    ask_all(&key, 1, deadline_ns, &answer);
    return answer;
}

// Addresses of a host --------------------------------------------------------------------------

// Would a packet to it leave the machine, or arrive in it? Nothing is sent.
static bool has_route(const NetAddr *a)
{
    NetAddr to = *a;
    if (net_addr_port(&to) == 0) net_addr_set_port(&to, 9);
    int fd = socket(to.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    bool ok = connect(fd, &to.sa, net_addr_len(&to)) == 0;
    close(fd);
    return ok;
}

// 0: first.
static int rank_of(const NetAddr *a)
{
    return has_route(a) ? net_addr_family(a) == NET_IPV4 : 2;
}

static void sort_addrs(NetAddr *addrs, unsigned n)
{
    int ranks[DNS_RECORDS_MAX];
    for (unsigned i = 0; i < n; i++) {
        NetAddr a = addrs[i];
        int rank = rank_of(&a);
        unsigned at = i;
        for (; at > 0 && ranks[at - 1] > rank; at--) {
            addrs[at] = addrs[at - 1];
            ranks[at] = ranks[at - 1];
        }
        addrs[at] = a;
        ranks[at] = rank;
    }
}

// How much a failure says of the host: of two, the greater one is told.
static int weight_of(DnsStatus status)
{
    switch (status) {
    case DNS_NO_DATA: return 0;
    case DNS_TIMEOUT: return 1;
    case DNS_NXDOMAIN: return 3;
    default: return 2;
    }
}

static DnsStatus ask_host(const DnsKey *keys, unsigned n_keys, uint64_t deadline_ns,
                          NetAddr *out, unsigned max, unsigned *n)
{
    DnsAnswer *answers[2];
    DnsStatus status = DNS_NO_DATA;
    ask_all(keys, n_keys, deadline_ns, answers);
    for (unsigned i = 0; i < n_keys; i++) {
        const DnsAnswer *a = answers[i];
        DnsStatus one = a ? a->status : DNS_NO_MEMORY;
        if (weight_of(one) > weight_of(status)) status = one;
        for (unsigned k = 0; a && k < a->n && *n < max; k++)
            out[(*n)++] = a->records[k].addr;
        dns_answer_unref(answers[i]);
    }
    return *n ? DNS_OK : status;
}

DnsStatus mdh_dns_resolve(NetAddr *out, unsigned max, unsigned *n, Slice host,
                          uint16_t port, NetFamily family, uint64_t deadline_ns)
{
    DnsKey keys[2];
    NetAddr all[DNS_RECORDS_MAX];
    unsigned n_keys = 0, found = 0;
    *n = 0;
    if (net_addr_parse_host(&all[0], host, port)) {
        if (family != NET_ANY && net_addr_family(&all[0]) != family) return DNS_NO_DATA;
        if (max) out[(*n)++] = all[0];
        return DNS_OK;
    }
    if (family != NET_IPV4 && !dns_key_make(&keys[n_keys++], host, DNS_AAAA))
        return DNS_BAD_NAME;
    if (family != NET_IPV6 && !dns_key_make(&keys[n_keys++], host, DNS_A))
        return DNS_BAD_NAME;
    for (unsigned i = 0; i < n_keys; i++) keys[i].search = !memchr(host.ptr, '.', host.len);
    DnsStatus status = ask_host(keys, n_keys, deadline_ns, all, DNS_RECORDS_MAX, &found);
    if (found > 1) sort_addrs(all, found);
    for (unsigned i = 0; i < found && *n < max; i++) {
        net_addr_set_port(&all[i], port);
        out[(*n)++] = all[i];
    }
    return status;
}
