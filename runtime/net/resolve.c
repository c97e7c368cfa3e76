// SPDX-License-Identifier: MIT
// A small cache in front of the system's resolver. 64 places, found by hash, each the answer for
// one name and family with the time it is good for; a new answer takes the place of an old one
// with the same place. Failures are remembered too, for a shorter time: a program that sends a
// datagram every 20 ms to a name that is gone must not ask the resolver 50 times a second.
#define _GNU_SOURCE // EAI_NODATA
#include "runtime/net/resolve.h"

#include <netdb.h>
#include <pthread.h>

#include "base/os.h"
#include "base/siphash.h"

#define PLACES    64
#define NAME_MAX_ 253 // octets, RFC 1035 §2.3.4 without the root's
#define GOOD_NS   (UINT64_C(30) * 1000000000)
#define FAILED_NS (UINT64_C(5) * 1000000000)

typedef struct Place {
    char name[NAME_MAX_ + 1];
    NetFamily family;
    int code;
    NetAddrs addrs;
    uint64_t until_ns; // 0: empty
} Place;

static Place places[PLACES];
static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

// Names ---------------------------------------------------------------------------------------

// A label that could only be a number: resolvers of the C library take "127.1" or "0x7f000001"
// for an address, and nobody else does.
static bool is_number(Slice label)
{
    bool hex = label.len > 2 && label.ptr[0] == '0' && (label.ptr[1] | 32) == 'x';
    for (size_t i = hex ? 2 : 0; i < label.len; i++) {
        char c = label.ptr[i], low = (char)(c | 32);
        if (!(c >= '0' && c <= '9') && !(hex && low >= 'a' && low <= 'f')) return false;
    }
    return label.len > 0;
}

// Could it be a name at all? Copied with a NUL, in lower case.
static bool copy_name(char out[NAME_MAX_ + 1], Slice host)
{
    if (host.len && host.ptr[host.len - 1] == '.') host.len--;
    if (host.len == 0 || host.len > NAME_MAX_) return false;
    size_t label = 0;
    for (size_t i = 0; i < host.len; i++) {
        unsigned char c = (unsigned char)host.ptr[i];
        if (c <= ' ' || c == 127 || c == ':' || c == '/' || c == '[' || c == ']' ||
            c == '%')
            return false;
        if (c == '.') label = i + 1;
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
    }
    out[host.len] = 0;
    return !is_number(slice_from(host, label));
}

// The system's answer -------------------------------------------------------------------------

static void take_addresses(NetAddrs *out, const struct addrinfo *list)
{
    out->n = 0;
    for (; list && out->n < NET_RESOLVE_MAX; list = list->ai_next) {
        if (list->ai_family != AF_INET && list->ai_family != AF_INET6) continue;
        if (list->ai_addrlen > sizeof(NetAddr)) continue;
        NetAddr *a = &out->items[out->n++];
        memset(a, 0, sizeof *a);
        memcpy(a, list->ai_addr, list->ai_addrlen);
    }
}

static int ask_system(NetAddrs *out, const char *name, NetFamily family)
{
    static const int families[] = {AF_UNSPEC, AF_INET, AF_INET6};
    struct addrinfo hints = {.ai_family = families[family], .ai_socktype = SOCK_DGRAM},
                    *list;
    int code = getaddrinfo(name, NULL, &hints, &list);
    if (code) return code;
    take_addresses(out, list);
    freeaddrinfo(list);
    return out->n ? 0 : EAI_NODATA;
}

// The cache -----------------------------------------------------------------------------------

static Place *place_of(const char *name, NetFamily family)
{
    return &places[(hash_bytes(name, strlen(name)) + family) % PLACES];
}

static bool look_up(NetAddrs *out, const char *name, NetFamily family, int *code)
{
    pthread_mutex_lock(&cache_lock);
    const Place *p = place_of(name, family);
    bool hit =
        p->until_ns > os_mono_ns() && p->family == family && strcmp(p->name, name) == 0;
    if (hit) {
        *out = p->addrs;
        *code = p->code;
    }
    pthread_mutex_unlock(&cache_lock);
    return hit;
}

static void remember(const NetAddrs *addrs, const char *name, NetFamily family, int code)
{
    pthread_mutex_lock(&cache_lock);
    Place *p = place_of(name, family);
    memcpy(p->name, name, strlen(name) + 1);
    p->family = family;
    p->code = code;
    p->addrs = *addrs;
    p->until_ns = os_mono_ns() + (code ? FAILED_NS : GOOD_NS);
    pthread_mutex_unlock(&cache_lock);
}

void net_resolve_forget(void)
{
    pthread_mutex_lock(&cache_lock);
    for (int i = 0; i < PLACES; i++) places[i].until_ns = 0;
    pthread_mutex_unlock(&cache_lock);
}

static bool of_family(const NetAddr *a, NetFamily family)
{
    return family == NET_ANY || net_addr_family(a) == family;
}

int net_resolve(NetAddrs *out, Slice host, uint16_t port, NetFamily family)
{
    char name[NAME_MAX_ + 1];
    int code = 0;
    if (net_addr_parse_host(&out->items[0], host, port)) {
        out->n = 1;
        return of_family(&out->items[0], family) ? 0 : EAI_NODATA;
    }
    out->n = 0;
    if (!copy_name(name, host)) return EAI_NONAME;
    if (!look_up(out, name, family, &code)) {
        code = ask_system(out, name, family);
        remember(out, name, family, code);
    }
    for (unsigned i = 0; i < out->n; i++) net_addr_set_port(&out->items[i], port);
    return code;
}

int net_resolve_for(NetAddr *out, Slice host, uint16_t port, int family, bool v6only)
{
    NetAddr literal;
    NetAddrs addrs;
    if (net_addr_parse_host(&literal, host, port))
        return net_addr_fit(out, &literal, family) ? 0 : EAI_NODATA;
    int code = EAI_NODATA;
    if (!v6only) code = net_resolve(&addrs, host, port, NET_IPV4);
    if (code == EAI_NODATA && family == AF_INET6)
        code = net_resolve(&addrs, host, port, NET_IPV6);
    if (code == 0 && !net_addr_fit(out, &addrs.items[0], family)) code = EAI_NODATA;
    return code;
}

const char *net_resolve_kind(int code)
{
    switch (code) {
    case EAI_NONAME: return "nxdomain";
    case EAI_NODATA:
    case EAI_ADDRFAMILY: return "no_data";
    case EAI_AGAIN: return "dns_temporary";
    case EAI_FAIL: return "servfail";
    case EAI_MEMORY: return "no_memory";
    default: return "dns_failed";
    }
}

const char *net_resolve_text(int code)
{
    return code == EAI_NODATA ? "No address of that family" : gai_strerror(code);
}
