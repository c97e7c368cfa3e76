// SPDX-License-Identifier: MIT
// Answers remembered for their time: 256 sets of 8 places, so at most 2048 answers; a new one
// takes the place that would be free first. Not locked: its owner does that.
#ifndef MDH_NET_DNS_CACHE_H
#define MDH_NET_DNS_CACHE_H

#include "runtime/net/dns_msg.h"

#define DNS_CACHE_SETS     256u
#define DNS_CACHE_WAYS     8u
#define DNS_TTL_MAX_S      86400u // a day
#define DNS_NEGATIVE_MAX_S 3600u  // RFC 2308 §5: one to three hours
#define DNS_FAILED_S       1u     // RFC 9520 §3.2: at least a second

// What was asked: a name in lower case without the last dot.
typedef struct DnsKey {
    char name[DNS_NAME_MAX + 1];
    DnsType type;
    bool search; // in the search domains too
} DnsKey;

typedef struct DnsPlace {
    DnsAnswer *answer; // NULL: free
    DnsKey key;
    uint64_t until_ns;
} DnsPlace;

typedef struct DnsCache {
    DnsPlace places[DNS_CACHE_SETS][DNS_CACHE_WAYS];
} DnsCache;

bool dns_key_eq(const DnsKey *a, const DnsKey *b);
uint32_t dns_key_hash(const DnsKey *key);
// A new reference, or NULL.
DnsAnswer *dns_cache_get(DnsCache *c, const DnsKey *key, uint64_t now_ns);
// Takes a reference of its own, if it is worth remembering.
void dns_cache_put(DnsCache *c, const DnsKey *key, DnsAnswer *answer, uint64_t now_ns);
void dns_cache_empty(DnsCache *c);
unsigned dns_cache_len(const DnsCache *c, uint64_t now_ns);

#endif
