// SPDX-License-Identifier: MIT
// Datagrams in batches (RFC 768; recvmmsg and sendmmsg). A received datagram says whence and
// when it came, to which of our addresses, and whether it was cut. Thread-safe: a batch belongs
// to whoever took it.
#ifndef MDH_NET_UDP_H
#define MDH_NET_UDP_H

#include "runtime/net/socket.h"

#define UDP_BATCH    64    // datagrams of one system call
#define UDP_MAX_SIZE 65535 // octets, by the length field

typedef struct UdpBatch UdpBatch;

typedef struct UdpPacket {
    Slice head, tail; // the octets; the tail only of long ones. Good until the next receive
    size_t length;    // as sent; more than head and tail when cut
    bool truncated;
    bool has_local;
    NetAddr peer, local;  // local: the address it was sent to, with our port
    int64_t timestamp_ns; // of the kernel, since 1970; -1: unknown
} UdpPacket;

// Room for UDP_BATCH datagrams of any size, from a small store. NULL: no memory.
UdpBatch *udp_batch_take(void);
void udp_batch_give(UdpBatch *b);

// Receives 1 to n (<= UDP_BATCH) datagrams, each cut to max_len octets, waiting for the first
// until the deadline. 0, or an errno.
int udp_recv(Socket *s, UdpBatch *b, unsigned n, size_t max_len, uint64_t deadline_ns,
             unsigned *got);
// The i-th one that was received.
void udp_packet(const UdpBatch *b, unsigned i, UdpPacket *out);

typedef struct UdpOut {
    Slice data;
    NetAddr to;   // in the socket's form
    NetAddr from; // when has_from: the address of ours that it shall come from
    bool has_to;  // false: where the socket is connected to
    bool has_from;
} UdpOut;

// Sends n <= UDP_BATCH datagrams in order, waiting for room until the deadline. *sent is how
// many went; when that is less than n, the result is the errno of the next one. The `from` of one
// that the system refuses is dropped.
int udp_send(Socket *s, UdpOut *out, unsigned n, uint64_t deadline_ns, unsigned *sent);

#endif
