// SPDX-License-Identifier: MIT
// DNS messages: a response read into a DnsAnswer (RFC 1035 §4). Every count, length and pointer
// comes from the network: all are checked, work is bounded by the length of the message (names
// can only point backwards, chains of CNAME end after DNS_HOPS_MAX). Thread-safe: no state.
#ifndef MDH_NET_DNS_MSG_H
#define MDH_NET_DNS_MSG_H

#include "runtime/net/dns.h"

#define DNS_HOPS_MAX 16
// A name as text: 255 octets, each at most \DDD, and a NUL.
#define DNS_NAME_TEXT (4 * 255 + 1)

// Reads the name at *at and steps over it. As text with a dot at the end. False when it is none.
bool dns_name_read(Slice msg, size_t *at, char out[DNS_NAME_TEXT]);

// What a response says about its question, which must be for that type. Records of other owners
// than the one asked for (or the end of its chain of CNAMEs) are passed over. The status is
// DNS_MALFORMED for what is no response. NULL: no memory.
DnsAnswer *dns_msg_read(Slice msg, DnsType type);

// An answer without records that may not be remembered. NULL: no memory.
DnsAnswer *dns_answer_new(DnsStatus status, DnsType type);
// One with n addresses, ttl 0.
DnsAnswer *dns_answer_of(DnsType type, const NetAddr *addrs, unsigned n);
void dns_answer_ref(DnsAnswer *answer);

#endif
