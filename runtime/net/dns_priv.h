// SPDX-License-Identifier: MIT
// Between the resolver's files only.
#ifndef MDH_NET_DNS_PRIV_H
#define MDH_NET_DNS_PRIV_H

#include "runtime/net/dns_cache.h"

// Names as DNS servers of hosts know them: letters, digits, - and _ in labels of 1 to 63 octets,
// the last of which is no number (RFC 1123 §2.1, RFC 3696 §2). False: that is none.
bool dns_key_make(DnsKey *key, Slice name, DnsType type);

// What needs no server (RFC 6761 §6.3, §6.4, the hosts file), or NULL. *is_known: it is of that
// kind, so NULL is for no memory.
DnsAnswer *dns_local(const DnsKey *key, bool *is_known);

DnsRequest *dns_start_key(const DnsKey *key, uint64_t deadline_ns, DnsDone *done,
                          void *arg);

#endif
