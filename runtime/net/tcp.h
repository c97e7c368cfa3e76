// SPDX-License-Identifier: MIT
// Streams (RFC 9293): connecting with a deadline to the first address that answers, accepting,
// sending all, receiving. All functions give 0 or an errno. Thread-safe.
#ifndef MDH_NET_TCP_H
#define MDH_NET_TCP_H

#include "runtime/net/resolve.h"
#include "runtime/net/socket.h"

// Tries the addresses in turn, each with a fair share of the time that is left, until one
// answers; the error is that of the last one. With deadline_ns 0 it begins with the first one it
// can and gives EINPROGRESS. Datagram sockets are connected at once.
int socket_connect_any(Socket *s, const NetAddrs *addrs, uint64_t deadline_ns);

// The next connection. At the limit of descriptors one waiting peer is turned away, so that it
// does not keep the listener readable for ever, and the error is EMFILE.
int tcp_accept(Socket *listener, Socket **out, NetAddr *peer, uint64_t deadline_ns);

// Sends as much as goes at once, at least one octet (of a non-empty slice).
int tcp_send_some(Socket *s, Slice data, uint64_t deadline_ns, size_t *sent);
// Sends all. On an error *sent octets are on their way.
int tcp_send_full(Socket *s, Slice data, uint64_t deadline_ns, size_t *sent);
// Room for TCP_RECV_MAX octets, from a small store. NULL: no memory.
#define TCP_RECV_MAX 65536
void *tcp_room_take(void);
void tcp_room_give(void *room);
// Receives 1 to len octets; *got is 0 at the end of the stream.
int tcp_recv_some(Socket *s, void *into, size_t len, uint64_t deadline_ns, size_t *got);

#endif
