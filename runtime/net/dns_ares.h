// SPDX-License-Identifier: MIT
// Questions on the wire: a channel of c-ares with its sockets. Used by the resolver's thread
// only; `reply` is called from within these functions.
#ifndef MDH_NET_DNS_ARES_H
#define MDH_NET_DNS_ARES_H

#include "runtime/net/dns_cache.h"

typedef struct DnsChannel DnsChannel;
// The end of a question: its answer, owned by the callee (NULL: no memory), or `dropped` because
// the channel is being closed.
typedef void DnsReply(const DnsKey *question, DnsAnswer *answer, bool dropped);

// With these servers, or those of the system's resolv.conf when n is 0. NULL: no memory.
DnsChannel *dns_channel_open(const NetAddr *servers, unsigned n, DnsReply *reply);
void dns_channel_close(DnsChannel *c);
// `question` must stay until its reply.
void dns_channel_ask(DnsChannel *c, const DnsKey *question);
// Waits for something to happen, a wake-up through wake_fd, or the time; then works on it.
// c may be NULL.
void dns_channel_wait(DnsChannel *c, int wake_fd, uint64_t until_ns);
// Does it use the system's servers as they were before a change? Looks at most once a second.
bool dns_channel_is_stale(DnsChannel *c);

#endif
