// SPDX-License-Identifier: MIT
#include "runtime/net/dns_cache.h"

#include "base/siphash.h"

#define S_NS UINT64_C(1000000000)

bool dns_key_eq(const DnsKey *a, const DnsKey *b)
{
    return a->type == b->type && a->search == b->search && strcmp(a->name, b->name) == 0;
}

uint32_t dns_key_hash(const DnsKey *key)
{
    return hash_bytes(key->name, strlen(key->name)) ^ hash_u64((uint64_t)key->type);
}

static DnsPlace *set_of(DnsCache *c, const DnsKey *key)
{
    return c->places[dns_key_hash(key) % DNS_CACHE_SETS];
}

static void forget(DnsPlace *p)
{
    dns_answer_unref(p->answer);
    p->answer = NULL;
    p->until_ns = 0;
}

DnsAnswer *dns_cache_get(DnsCache *c, const DnsKey *key, uint64_t now_ns)
{
    DnsPlace *set = set_of(c, key);
    for (unsigned i = 0; i < DNS_CACHE_WAYS; i++) {
        if (!set[i].answer || !dns_key_eq(&set[i].key, key)) continue;
        if (set[i].until_ns > now_ns) {
            dns_answer_ref(set[i].answer);
            return set[i].answer;
        }
        forget(&set[i]);
    }
    return NULL;
}

// Seconds that an answer is kept.
static uint32_t keep_s(const DnsAnswer *a)
{
    switch (a->status) {
    case DNS_OK: return a->ttl < DNS_TTL_MAX_S ? a->ttl : DNS_TTL_MAX_S;
    case DNS_NXDOMAIN:
    case DNS_NO_DATA: return a->ttl < DNS_NEGATIVE_MAX_S ? a->ttl : DNS_NEGATIVE_MAX_S;
    case DNS_TIMEOUT:
    case DNS_SERVFAIL:
    case DNS_REFUSED:
    case DNS_NO_SERVER:
    case DNS_MALFORMED: return DNS_FAILED_S;
    default: return 0;
    }
}

void dns_cache_put(DnsCache *c, const DnsKey *key, DnsAnswer *answer, uint64_t now_ns)
{
    uint32_t keep = keep_s(answer);
    DnsPlace *set = set_of(c, key), *place = &set[0];
    for (unsigned i = 0; i < DNS_CACHE_WAYS; i++) {
        if (set[i].answer && dns_key_eq(&set[i].key, key)) forget(&set[i]);
        if (set[i].until_ns < place->until_ns) place = &set[i];
    }
    if (!keep) return;
    forget(place);
    dns_answer_ref(answer);
    place->answer = answer;
    place->key = *key;
    place->until_ns = now_ns + keep * S_NS;
}

void dns_cache_empty(DnsCache *c)
{
    for (unsigned s = 0; s < DNS_CACHE_SETS; s++)
        for (unsigned i = 0; i < DNS_CACHE_WAYS; i++) forget(&c->places[s][i]);
}

unsigned dns_cache_len(const DnsCache *c, uint64_t now_ns)
{
    unsigned n = 0;
    for (unsigned s = 0; s < DNS_CACHE_SETS; s++)
        for (unsigned i = 0; i < DNS_CACHE_WAYS; i++)
            n += c->places[s][i].answer && c->places[s][i].until_ns > now_ns;
    return n;
}
