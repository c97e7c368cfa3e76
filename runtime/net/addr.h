// SPDX-License-Identifier: MIT
// Addresses: IPv4 or IPv6 (RFC 4291), each with a port, as the system calls want them, as text
// and as values of the language. No names here and no calls of the system but one, for the name
// of an interface in a scoped literal (RFC 4007 §11). An IPv4 address mapped into IPv6
// (::ffff:a.b.c.d, RFC 4291 §2.5.5.2) is shown, compared and hashed as the IPv4 address.
// Thread-safe: no state.
#ifndef MDH_NET_ADDR_H
#define MDH_NET_ADDR_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/slice.h"
#include "runtime/core/thread.h"

typedef enum NetFamily { NET_ANY, NET_IPV4, NET_IPV6 } NetFamily;

typedef struct NetAddr {
    union {
        struct sockaddr sa;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
} NetAddr;

// Text of a host or of host and port, with a NUL: "[fe80::…%4294967295]:65535".
#define NET_TEXT_MAX 72

// Text -> address ---------------------------------------------------------------------------

// A literal without port: "192.0.2.1", "2001:db8::1", "[2001:db8::1]", "fe80::1%lo". Four decimal
// numbers without leading zeros; nothing around them. False when it is none.
bool net_addr_parse_host(NetAddr *out, Slice host, uint16_t port);
// The same, or with a port: "192.0.2.1:5060", "[::1]:5060". Without one, `port` is taken.
bool net_addr_parse(NetAddr *out, Slice text, uint16_t port);
// 0.0.0.0 or ::.
void net_addr_any(NetAddr *out, int family, uint16_t port);

// Facts -------------------------------------------------------------------------------------

socklen_t net_addr_len(const NetAddr *a);
uint16_t net_addr_port(const NetAddr *a);
void net_addr_set_port(NetAddr *a, uint16_t port);
// NET_IPV4 also for a mapped one.
NetFamily net_addr_family(const NetAddr *a);
// The 32 bits of an IPv4 or mapped address in host order.
uint32_t net_addr_ipv4(const NetAddr *a);
bool net_addr_is_any(const NetAddr *a);
// "any", "loopback", "link_local", "private", "multicast", "broadcast" or "global": what the
// address is by value, however it is written (RFC 6890, RFC 4291 §2.4).
const char *net_addr_scope(const NetAddr *a);
// Order: IPv4 first, then by address, port and scope. 0: the same.
int net_addr_compare(const NetAddr *a, const NetAddr *b);

// The address in the form that a socket of this family takes: mapped or unmapped. False when an
// IPv4 socket cannot reach it.
bool net_addr_fit(NetAddr *out, const NetAddr *a, int family);

// Address -> text. Both return the length.
size_t net_addr_host_text(const NetAddr *a, char out[NET_TEXT_MAX]);
size_t net_addr_text(const NetAddr *a, char out[NET_TEXT_MAX]); // with port, [] around IPv6

// Values ------------------------------------------------------------------------------------

// A value of kind `address`: immutable, equal and hashed by address and port; properties host,
// port, family ("ipv4", "ipv6"), scope, text. MDH_EXC when out of memory.
MdhValue mdh_address_new(MdhThread *t, const NetAddr *a);
bool mdh_is_address(MdhValue v);
// The address of such a value.
void mdh_address_get(MdhValue v, NetAddr *out);

#endif
