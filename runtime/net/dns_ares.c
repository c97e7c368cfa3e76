// SPDX-License-Identifier: MIT
#include "runtime/net/dns_ares.h"

#include <ares.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "base/os.h"
#include "runtime/mem/gc.h"
#include "runtime/sys/process.h"

#define TRY_MS      1500 // of the first try; c-ares doubles it for each round
#define TRIES       3
#define EDNS_OCTETS 1232 // a UDP answer that is not fragmented anywhere
#define SOCKETS_MAX 64
#define CLASS_IN    1
#define MS_NS       UINT64_C(1000000)
#define S_NS        UINT64_C(1000000000)

// c-ares passes over a server that says SERVFAIL or REFUSED, and when all of them do it says only
// that nobody could be reached. So the first channel takes what is said as it is; where there
// are several servers, the second one asks again those questions that were answered so.
enum { AS_SAID, PASS_OVER, CHANNELS };

struct DnsChannel {
    ares_channel ares[CHANNELS];
    unsigned n_ares;
    DnsReply *reply;
    bool is_system, is_closing;
    struct timespec changed; // resolv.conf, as it was read
    uint64_t look_again_ns;
    struct pollfd sockets[SOCKETS_MAX];
    unsigned n_sockets;
};

// c-ares hands one pointer to its callback.
typedef struct Asked {
    DnsChannel *channel;
    const DnsKey *question;
    DnsAnswer *refusal; // of the first server, when asked again
} Asked;

// Opening --------------------------------------------------------------------------------------

static void on_socket(void *data, ares_socket_t fd, int readable, int writable)
{
    DnsChannel *c = data;
    unsigned i = 0;
    while (i < c->n_sockets && c->sockets[i].fd != fd) i++;
    if (!readable && !writable) {
        if (i < c->n_sockets) c->sockets[i] = c->sockets[--c->n_sockets];
        return;
    }
    if (i == SOCKETS_MAX) return; // never heard of: its questions time out
    if (i == c->n_sockets) c->n_sockets++;
    c->sockets[i] = (struct pollfd){
        .fd = fd, .events = (short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0))};
}

static struct timespec resolv_conf_time(void)
{
    struct stat st;
    if (stat("/etc/resolv.conf", &st)) return (struct timespec){0};
    return st.st_mtim;
}

static bool use_servers(ares_channel ares, const NetAddr *servers, unsigned n)
{
    struct ares_addr_port_node nodes[DNS_SERVERS_MAX];
    memset(nodes, 0, sizeof nodes);
    for (unsigned i = 0; i < n; i++) {
        const NetAddr *a = &servers[i];
        nodes[i].next = i + 1 < n ? &nodes[i + 1] : NULL;
        nodes[i].udp_port = nodes[i].tcp_port = net_addr_port(a);
        nodes[i].family = a->sa.sa_family;
        if (a->sa.sa_family == AF_INET) nodes[i].addr.addr4 = a->v4.sin_addr;
        else memcpy(&nodes[i].addr.addr6, &a->v6.sin6_addr, 16);
    }
    return ares_set_servers_ports(ares, nodes) == ARES_SUCCESS;
}

static bool open_ares(DnsChannel *c, int flags, const NetAddr *servers, unsigned n)
{
    struct ares_options options = {
        .flags = flags,
        .timeout = TRY_MS,
        .tries = TRIES,
        .ednspsz = EDNS_OCTETS,
        .lookups = (char[]){"b"},
        .sock_state_cb = on_socket,
        .sock_state_cb_data = c,
    };
    mdh_env_lock(); // it reads RES_OPTIONS and LOCALDOMAIN
    int status =
        ares_init_options(&c->ares[c->n_ares], &options,
                          ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                              ARES_OPT_EDNSPSZ | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
    mdh_env_unlock();
    if (status != ARES_SUCCESS) return false;
    c->n_ares++;
    return !n || use_servers(c->ares[c->n_ares - 1], servers, n);
}

static bool has_several(DnsChannel *c)
{
    struct ares_addr_port_node *servers;
    if (ares_get_servers_ports(c->ares[AS_SAID], &servers) != ARES_SUCCESS) return false;
    bool several = servers && servers->next;
    ares_free_data(servers);
    return several;
}

static bool library_ready;

static void start_library(void)
{
    library_ready = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
}

DnsChannel *dns_channel_open(const NetAddr *servers, unsigned n, DnsReply *reply)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_library);
    DnsChannel *c = library_ready ? mdh_raw_realloc(NULL, sizeof *c) : NULL;
    if (!c) return NULL;
    memset(c, 0, sizeof *c);
    c->reply = reply;
    c->is_system = n == 0;
    c->changed = resolv_conf_time();
    bool ok = open_ares(c, ARES_FLAG_EDNS | ARES_FLAG_NOCHECKRESP, servers, n);
    if (ok && has_several(c)) ok = open_ares(c, ARES_FLAG_EDNS, servers, n);
    if (ok) return c;
    dns_channel_close(c);
    return NULL;
}

void dns_channel_close(DnsChannel *c)
{
    if (!c) return;
    c->is_closing = true;
    for (unsigned i = 0; i < c->n_ares; i++) ares_destroy(c->ares[i]);
    mdh_raw_free(c);
}

bool dns_channel_is_stale(DnsChannel *c)
{
    uint64_t now = os_mono_ns();
    if (!c->is_system || now < c->look_again_ns) return false;
    c->look_again_ns = now + S_NS;
    struct timespec t = resolv_conf_time();
    return t.tv_sec != c->changed.tv_sec || t.tv_nsec != c->changed.tv_nsec;
}

// Asking ---------------------------------------------------------------------------------------

// When there is no message to read, or none that was let through.
static DnsStatus status_of(int ares)
{
    switch (ares) {
    case ARES_SUCCESS: return DNS_MALFORMED;
    case ARES_ENODATA: return DNS_NO_DATA;
    case ARES_ENOTFOUND: return DNS_NXDOMAIN;
    case ARES_EFORMERR:
    case ARES_ENOTIMP:
    case ARES_ESERVFAIL: return DNS_SERVFAIL;
    case ARES_EREFUSED: return DNS_REFUSED;
    case ARES_ETIMEOUT: return DNS_TIMEOUT;
    case ARES_EBADRESP: return DNS_MALFORMED;
    case ARES_EBADNAME:
    case ARES_EBADQUERY: return DNS_BAD_NAME;
    case ARES_ENOMEM: return DNS_NO_MEMORY;
    default: return DNS_NO_SERVER;
    }
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *data, int len);

static void ask(DnsChannel *c, unsigned which, Asked *asked)
{
    const DnsKey *key = asked->question;
    (key->search ? ares_search : ares_query)(c->ares[which], key->name, CLASS_IN,
                                             (int)key->type, on_answer, asked);
}

// Of the second asking: what the first server said, unless others said more.
static DnsAnswer *choose(DnsAnswer *refusal, DnsAnswer *answer)
{
    bool is_less = answer && answer->status >= DNS_TIMEOUT;
    if (refusal && (!answer || is_less)) {
        dns_answer_unref(answer);
        return refusal;
    }
    dns_answer_unref(refusal);
    return answer;
}

static bool is_refusal(const DnsAnswer *a)
{
    return a && (a->status == DNS_SERVFAIL || a->status == DNS_REFUSED);
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *data, int len)
{
    (void)timeouts;
    Asked *asked = arg;
    DnsChannel *c = asked->channel;
    const DnsKey *question = asked->question;
    if (c->is_closing) {
        dns_answer_unref(asked->refusal);
        mdh_raw_free(asked);
        c->reply(question, NULL, true);
        return;
    }
    DnsAnswer *answer;
    if (data && len > 0)
        answer = dns_msg_read(slice_make(data, (size_t)len), question->type);
    else if (status == ARES_ENOMEM) answer = NULL;
    else answer = dns_answer_new(status_of(status), question->type);
    if (is_refusal(answer) && !asked->refusal && c->n_ares == CHANNELS) {
        asked->refusal = answer;
        ask(c, PASS_OVER, asked);
        return;
    }
    answer = choose(asked->refusal, answer);
    mdh_raw_free(asked);
    c->reply(question, answer, false);
}

void dns_channel_ask(DnsChannel *c, const DnsKey *question)
{
    Asked *asked = mdh_raw_realloc(NULL, sizeof *asked);
    if (!asked) {
        c->reply(question, NULL, false);
        return;
    }
    *asked = (Asked){.channel = c, .question = question};
    ask(c, AS_SAID, asked);
}

// Waiting --------------------------------------------------------------------------------------

// Milliseconds to wait, rounded up so that nothing comes round before its time.
static int wait_ms(DnsChannel *c, uint64_t until_ns)
{
    uint64_t now = os_mono_ns(), ns = until_ns > now ? until_ns - now : 0;
    if (until_ns == OS_NEVER || ns > 3600 * S_NS) ns = 3600 * S_NS;
    for (unsigned i = 0; c && i < c->n_ares; i++) {
        struct timeval tv, *next = ares_timeout(c->ares[i], NULL, &tv);
        if (!next) continue;
        uint64_t its = (uint64_t)tv.tv_sec * S_NS + (uint64_t)tv.tv_usec * 1000;
        if (its < ns) ns = its;
    }
    return (int)((ns + MS_NS - 1) / MS_NS);
}

// A descriptor is of one of the channels; the other one does not know it.
static void process(DnsChannel *c, ares_socket_t in, ares_socket_t out)
{
    for (unsigned i = 0; i < c->n_ares; i++) ares_process_fd(c->ares[i], in, out);
}

void dns_channel_wait(DnsChannel *c, int wake_fd, uint64_t until_ns)
{
    struct pollfd fds[SOCKETS_MAX + 1];
    unsigned n = c ? c->n_sockets : 0;
    if (n) memcpy(fds, c->sockets, n * sizeof *fds);
    fds[n] = (struct pollfd){.fd = wake_fd, .events = POLLIN};
    int ready = poll(fds, n + 1, wait_ms(c, until_ns));
    if (!c) return;
    for (unsigned i = 0; ready > 0 && i < n; i++) {
        bool in = fds[i].revents & ~POLLOUT, out = fds[i].revents & POLLOUT;
        if (in || out)
            process(c, in ? fds[i].fd : ARES_SOCKET_BAD, out ? fds[i].fd : ARES_SOCKET_BAD);
    }
    process(c, ARES_SOCKET_BAD, ARES_SOCKET_BAD); // what is late
}
