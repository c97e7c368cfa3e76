// SPDX-License-Identifier: MIT
// The resolver's answers (dns.h) for the socket calls, with the codes that getaddrinfo would give.
#define _GNU_SOURCE // EAI_NODATA
#include "runtime/net/resolve.h"

#include <netdb.h>

#include "base/os.h"
#include "runtime/net/dns.h"

#define LIMIT_NS (UINT64_C(10) * 1000000000)

static int code_of(DnsStatus status)
{
    switch (status) {
    case DNS_OK: return 0;
    case DNS_NXDOMAIN:
    case DNS_BAD_NAME: return EAI_NONAME;
    case DNS_NO_DATA: return EAI_NODATA;
    case DNS_SERVFAIL:
    case DNS_REFUSED:
    case DNS_MALFORMED: return EAI_FAIL;
    case DNS_NO_MEMORY: return EAI_MEMORY;
    default: return EAI_AGAIN;
    }
}

void net_resolve_forget(void)
{
    dns_cache_clear();
}

int net_resolve_by(NetAddrs *out, Slice host, uint16_t port, NetFamily family,
                   uint64_t deadline_ns)
{
    uint64_t most = os_mono_ns() + LIMIT_NS;
    return code_of(mdh_dns_resolve(out->items, NET_RESOLVE_MAX, &out->n, host, port, family,
                                   deadline_ns < most ? deadline_ns : most));
}

int net_resolve(NetAddrs *out, Slice host, uint16_t port, NetFamily family)
{
    return net_resolve_by(out, host, port, family, OS_NEVER);
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
