// SPDX-License-Identifier: MIT
// Host names to addresses for the socket calls that take a host: a literal costs nothing, a name
// is asked from the resolver (dns.h), which remembers it for its time. Waits, at most 10 s.
// Thread-safe.
#ifndef MDH_NET_RESOLVE_H
#define MDH_NET_RESOLVE_H

#include "runtime/net/addr.h"

#define NET_RESOLVE_MAX 16 // addresses of one name

typedef struct NetAddrs {
    NetAddr items[NET_RESOLVE_MAX];
    unsigned n;
} NetAddrs;

// All addresses of a host of that family, each with `port`, in the order to try them. 0, or a code
// of getaddrinfo (negative).
int net_resolve(NetAddrs *out, Slice host, uint16_t port, NetFamily family);
// The same, by a time of os_mono_ns when that comes before the 10 s.
int net_resolve_by(NetAddrs *out, Slice host, uint16_t port, NetFamily family,
                   uint64_t deadline_ns);
// The one to use where only one can be tried (datagrams, bind), in the form of a socket of
// `family` (AF_…): of a name that has both, the IPv4 address, unless the socket is v6only.
int net_resolve_for(NetAddr *out, Slice host, uint16_t port, int family, bool v6only);
void net_resolve_forget(void); // empties the cache

// Of a code: the stable kind ("nxdomain", "no_data", "servfail", "dns_temporary", …), and an
// English text.
const char *net_resolve_kind(int code);
const char *net_resolve_text(int code);

#endif
