// SPDX-License-Identifier: MIT
// Options. The system splits many of them by protocol: an IPv6 socket sends IPv4 datagrams with
// the IPv4 options and IPv6 ones with the IPv6 options, so both are set. The IPv4 half may fail
// on a socket without IPv4; the IPv6 half decides then.
#define _GNU_SOURCE // struct ip_mreqn
#include "runtime/net/sockopt.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/tcp.h>

static int set_int(Socket *s, int level, int option, int v)
{
    return setsockopt(s->fd, level, option, &v, sizeof v) == 0 ? 0 : errno;
}

// The same fact for IPv4 and IPv6.
static int set_both(Socket *s, int option4, int option6, int v)
{
    int e4 = s->v6only ? 0 : set_int(s, IPPROTO_IP, option4, v);
    if (s->family == AF_INET) return e4;
    int e6 = set_int(s, IPPROTO_IPV6, option6, v);
    return e6 ? e6 : e4;
}

int sockopt_set_flag(Socket *s, SocketFlag flag, bool on)
{
    static const int rows[][2] = {
        [SOCKET_REUSEADDR] = {SOL_SOCKET, SO_REUSEADDR},
        [SOCKET_REUSEPORT] = {SOL_SOCKET, SO_REUSEPORT},
        [SOCKET_NODELAY] = {IPPROTO_TCP, TCP_NODELAY},
        [SOCKET_BROADCAST] = {SOL_SOCKET, SO_BROADCAST},
        [SOCKET_V6ONLY] = {IPPROTO_IPV6, IPV6_V6ONLY},
    };
    // an IPv4 socket takes no options of TCP over datagrams, and none of IPv6
    if (flag == SOCKET_V6ONLY && s->family != AF_INET6) return ENOPROTOOPT;
    if (flag == SOCKET_NODELAY && s->type != SOCK_STREAM) return ENOPROTOOPT;
    int e = set_int(s, rows[flag][0], rows[flag][1], on);
    if (e == 0 && flag == SOCKET_V6ONLY) s->v6only = on;
    return e;
}

int sockopt_set_ttl(Socket *s, int hops)
{
    return set_both(s, IP_TTL, IPV6_UNICAST_HOPS, hops);
}

int sockopt_set_dscp(Socket *s, int code_point)
{
    return set_both(s, IP_TOS, IPV6_TCLASS,
                    code_point << 2); // RFC 2474 §3: the upper six bits
}

int sockopt_set_buffer(Socket *s, bool receive, int size_bytes)
{
    return set_int(s, SOL_SOCKET, receive ? SO_RCVBUF : SO_SNDBUF, size_bytes);
}

int sockopt_get_buffer(Socket *s, bool receive, int *size_bytes)
{
    socklen_t len = sizeof *size_bytes;
    int option = receive ? SO_RCVBUF : SO_SNDBUF;
    return getsockopt(s->fd, SOL_SOCKET, option, size_bytes, &len) == 0 ? 0 : errno;
}

int sockopt_set_keepalive(Socket *s, bool on, int idle_s, int interval_s, int count)
{
    int e = set_int(s, SOL_SOCKET, SO_KEEPALIVE, on);
    if (e == 0 && idle_s > 0) e = set_int(s, IPPROTO_TCP, TCP_KEEPIDLE, idle_s);
    if (e == 0 && interval_s > 0) e = set_int(s, IPPROTO_TCP, TCP_KEEPINTVL, interval_s);
    if (e == 0 && count > 0) e = set_int(s, IPPROTO_TCP, TCP_KEEPCNT, count);
    return e;
}

int sockopt_pending_error(Socket *s, int *error)
{
    socklen_t len = sizeof *error;
    return getsockopt(s->fd, SOL_SOCKET, SO_ERROR, error, &len) == 0 ? 0 : errno;
}

// Multicast ------------------------------------------------------------------------------------

static int interface_of_address(const NetAddr *a, uint32_t *index)
{
    struct ifaddrs *all;
    if (getifaddrs(&all) != 0) return errno;
    *index = 0;
    for (const struct ifaddrs *i = all; i && !*index; i = i->ifa_next) {
        NetAddr mine = {0};
        if (!i->ifa_addr) continue;
        int family = i->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6) continue;
        memcpy(&mine, i->ifa_addr, family == AF_INET ? sizeof mine.v4 : sizeof mine.v6);
        net_addr_set_port(&mine, 0);
        if (family == AF_INET6 && a->sa.sa_family == AF_INET6 && a->v6.sin6_scope_id == 0)
            mine.v6.sin6_scope_id = 0;
        if (net_addr_compare(&mine, a) == 0) *index = if_nametoindex(i->ifa_name);
    }
    freeifaddrs(all);
    return *index ? 0 : ENODEV;
}

int sockopt_find_interface(Slice name_or_address, uint32_t *index)
{
    NetAddr a;
    char name[IF_NAMESIZE];
    *index = 0;
    if (net_addr_parse_host(&a, name_or_address, 0)) {
        return net_addr_is_any(&a) ? 0 : interface_of_address(&a, index);
    }
    if (name_or_address.len == 0 || name_or_address.len >= sizeof name) return ENODEV;
    memcpy(name, name_or_address.ptr, name_or_address.len);
    name[name_or_address.len] = 0;
    *index = if_nametoindex(name);
    return *index ? 0 : ENODEV;
}

// RFC 3678 §5.1: one request for both protocols.
int sockopt_multicast_member(Socket *s, const NetAddr *group, uint32_t index, bool join)
{
    bool v4 = net_addr_family(group) == NET_IPV4;
    struct group_req request = {.gr_interface = index};
    NetAddr to;
    if (!net_addr_fit(&to, group, v4 ? AF_INET : AF_INET6)) return EAFNOSUPPORT;
    if (!v4 && s->family == AF_INET) return EAFNOSUPPORT;
    memcpy(&request.gr_group, &to, net_addr_len(&to));
    int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
    int option = join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP;
    return setsockopt(s->fd, level, option, &request, sizeof request) == 0 ? 0 : errno;
}

int sockopt_set_multicast_ttl(Socket *s, int hops)
{
    return set_both(s, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS, hops);
}

int sockopt_set_multicast_loop(Socket *s, bool on)
{
    return set_both(s, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP, on);
}

int sockopt_set_multicast_if(Socket *s, uint32_t index)
{
    struct ip_mreqn four = {.imr_ifindex = (int)index};
    int e = 0;
    if (!s->v6only &&
        setsockopt(s->fd, IPPROTO_IP, IP_MULTICAST_IF, &four, sizeof four) != 0)
        e = errno;
    if (s->family == AF_INET) return e;
    int e6 = set_int(s, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)index);
    return e6 ? e6 : e;
}

// Names ----------------------------------------------------------------------------------------

int socket_local(Socket *s, NetAddr *out)
{
    socklen_t len = sizeof *out;
    memset(out, 0, sizeof *out);
    return getsockname(s->fd, &out->sa, &len) == 0 ? 0 : errno;
}

int socket_peer(Socket *s, NetAddr *out)
{
    socklen_t len = sizeof *out;
    memset(out, 0, sizeof *out);
    return getpeername(s->fd, &out->sa, &len) == 0 ? 0 : errno;
}
