// SPDX-License-Identifier: MIT
// Options of sockets. On an IPv6 socket that also speaks IPv4, what exists for both protocols is
// set for both. All functions give 0 or an errno. Thread-safe.
#ifndef MDH_NET_SOCKOPT_H
#define MDH_NET_SOCKOPT_H

#include "runtime/net/socket.h"

typedef enum SocketFlag {
    SOCKET_REUSEADDR,
    SOCKET_REUSEPORT,
    SOCKET_NODELAY,
    SOCKET_BROADCAST,
    SOCKET_V6ONLY,
} SocketFlag;

int sockopt_set_flag(Socket *s, SocketFlag flag, bool on);
int sockopt_set_ttl(Socket *s, int hops); // RFC 791, RFC 8200 hop limit
int sockopt_set_dscp(Socket *s,
                     int code_point); // 0 to 63, RFC 2474; voice is 46 (RFC 8837)
int sockopt_set_buffer(Socket *s, bool receive, int size_bytes);
int sockopt_get_buffer(Socket *s, bool receive, int *size_bytes);
// Zero or less leaves a figure as the system has it.
int sockopt_set_keepalive(Socket *s, bool on, int idle_s, int interval_s, int count);
int sockopt_pending_error(Socket *s, int *error); // SO_ERROR: takes it

// Multicast. An interface is its index, 0: the system chooses.
int sockopt_find_interface(Slice name_or_address, uint32_t *index);
int sockopt_multicast_member(Socket *s, const NetAddr *group, uint32_t index, bool join);
int sockopt_set_multicast_ttl(Socket *s, int hops);
int sockopt_set_multicast_loop(Socket *s, bool on);
int sockopt_set_multicast_if(Socket *s, uint32_t index);

int socket_local(Socket *s, NetAddr *out);
int socket_peer(Socket *s, NetAddr *out);

#endif
