// SPDX-License-Identifier: MIT
// The resolver: names to records (RFC 1035), asked by c-ares over UDP with EDNS(0) (RFC 6891) and
// TCP after truncation (RFC 7766). In front of it lie literals, the hosts file, the special names
// of RFC 6761 (localhost, invalid) and a cache that keeps answers for their TTL, negative ones as
// RFC 2308 says and failures for a second (RFC 9520).
//
// One thread per process does the asking; it is started by the first question that needs it, and
// knows nothing of the collected heap. Same questions under way at the same time are asked once.
// Everything here may be called from any thread; no lock is held while a caller waits or while
// `done` runs.
#ifndef MDH_NET_DNS_H
#define MDH_NET_DNS_H

#include "runtime/net/addr.h"

#define DNS_NAME_MAX                                                                       \
    253 // octets of a name as text, without the root's dot (RFC 1035 §2.3.4)
#define DNS_RECORDS_MAX 64   // of one answer; further ones are dropped
#define DNS_PENDING_MAX 4096 // questions under way; further ones fail with DNS_BUSY
#define DNS_SERVERS_MAX 8

typedef enum DnsType { DNS_A = 1, DNS_AAAA = 28, DNS_SRV = 33, DNS_NAPTR = 35 } DnsType;

typedef enum DnsStatus {
    DNS_OK,
    DNS_NXDOMAIN,  // there is no such name
    DNS_NO_DATA,   // there is, but nothing of this type
    DNS_TIMEOUT,   // no server answered in time
    DNS_SERVFAIL,  // the server could not find out
    DNS_REFUSED,   // the server will not answer us
    DNS_NO_SERVER, // no server could be reached
    DNS_MALFORMED, // the answer is no DNS message, or one that lies about itself
    DNS_BAD_NAME,  // that is no host name
    DNS_CANCELLED,
    DNS_BUSY, // DNS_PENDING_MAX
    DNS_NO_MEMORY,
    DNS_STATUSES
} DnsStatus;

// "nxdomain", "no_data", "timeout", "servfail", …: stable, the `kind` of a result.
const char *dns_status_kind(DnsStatus status);
// "no such name", for people.
const char *dns_status_text(DnsStatus status);

// Answers -------------------------------------------------------------------------------------

// Texts are offsets into the answer's `text`, NUL-terminated; names end with a dot, and octets of
// a name that are no printable ASCII, dots and backslashes within labels are written \DDD.
typedef struct DnsRecord {
    uint32_t ttl; // seconds, as received
    union {
        NetAddr addr; // port 0
        struct {
            uint16_t priority, weight, port;
            uint32_t target;
        } srv; // RFC 2782
        struct {
            uint16_t order, preference;
            uint32_t flags, service, regexp, replacement;
            uint16_t flags_len, service_len, regexp_len; // they may hold any octets
        } naptr;                                         // RFC 3403 §4
    };
} DnsRecord;

// Immutable, counted, outside the collected heap.
typedef struct DnsAnswer {
    uint32_t refs;
    DnsStatus status;
    DnsType type;
    uint32_t n;       // records, when DNS_OK
    uint32_t ttl;     // seconds that this may be remembered
    uint64_t born_ns; // when it came, on the monotonic clock
    const char *text;
    DnsRecord records[];
} DnsAnswer;

void dns_answer_unref(DnsAnswer *answer);
// What is left of a record's TTL, seconds.
uint32_t dns_ttl_left(const DnsAnswer *answer, const DnsRecord *record);

// Asking --------------------------------------------------------------------------------------

typedef struct DnsRequest DnsRequest;
// Told the outcome once, on the resolver's thread or within dns_start: it must not wait, throw or
// touch the collected heap. The answer is the callee's to unref; NULL means DNS_NO_MEMORY.
typedef void DnsDone(void *arg, DnsAnswer *answer);

// Asks for records of exactly this name. `done` is called by the deadline (monotonic, OS_NEVER:
// whenever all tries have failed). The request is the caller's: dns_cancel or dns_release ends
// it. NULL: no memory, and `done` is not called.
DnsRequest *dns_start(Slice name, DnsType type, uint64_t deadline_ns, DnsDone *done,
                      void *arg);
// Afterwards `done` has returned, or will never be called. True when it will never be called.
// Not from within `done`.
bool dns_cancel(DnsRequest *request);
// Gives the request back; `done` is still called if it has not been.
void dns_release(DnsRequest *request);

// The same, waiting. NULL: no memory.
DnsAnswer *dns_ask(Slice name, DnsType type, uint64_t deadline_ns);

// All addresses of a host: a literal, a name of the hosts file, or A and AAAA asked at the same
// time; a name of one label is also tried in the search domains of the system. Each has `port`.
// Addresses that this machine has a route to come first, IPv6 before IPv4 (RFC 6724 §6, rules 1
// and 6). Waits until the deadline.
DnsStatus mdh_dns_resolve(NetAddr *out, unsigned max, unsigned *n, Slice host,
                          uint16_t port, NetFamily family, uint64_t deadline_ns);

// Settings ------------------------------------------------------------------------------------

// Replaces the servers of the system (0: takes those again) and empties the cache. Questions
// under way are asked again there. False: no memory, or too many.
bool dns_set_servers(const NetAddr *servers, unsigned n);
// The hosts file to read instead of /etc/hosts; NULL: that one again. False: no memory.
bool dns_set_hosts(const char *path);
void dns_cache_clear(void);
// How many answers are remembered, for tests.
unsigned dns_cache_count(void);

#endif
