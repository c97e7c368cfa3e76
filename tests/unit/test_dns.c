// SPDX-License-Identifier: MIT
// The resolver without a name server: names, hosts, cache, and sockets on loopback that never
// answer.
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/os.h"
#include "runtime/net/dns_hosts.h"
#include "runtime/net/dns_priv.h"
#include "tests/unit/harness.h"

#define MS_NS UINT64_C(1000000)

static bool makes(const char *name)
{
    DnsKey key;
    return dns_key_make(&key, slice_from_cstr(name), DNS_A);
}

TEST(names)
{
    DnsKey key;
    REQUIRE(dns_key_make(&key, SLICE_LIT("WWW.Example.org."), DNS_A));
    CHECK_STR(key.name, "www.example.org");
    CHECK(makes("a"));
    CHECK(makes("_sip._udp.example.org"));
    CHECK(makes("1.2.0.192.in-addr.arpa"));
    static const char *const bad[] = {
        "",    ".",   "..",       "a..b",    ".a",   "bad host",     "a/b", "[::1]",
        "a:1", "1.2", "0x7f.0x1", "1.2.3.4", "a\\b", "\xc3\xa9.org", "a\n"};
    for (size_t i = 0; i < countof(bad); i++) CHECK(!makes(bad[i]));
}

TEST(lengths_of_names)
{
    char name[300];
    memset(name, 'a', sizeof name);
    DnsKey key;
    CHECK(dns_key_make(&key, slice_make(name, 63), DNS_A));
    CHECK(!dns_key_make(&key, slice_make(name, 64), DNS_A));
    for (int i = 63; i < 300; i += 64) name[i] = '.';
    CHECK(dns_key_make(&key, slice_make(name, 253), DNS_A));
    CHECK(!dns_key_make(&key, slice_make(name, 254), DNS_A));
    name[253] = '.';
    CHECK(dns_key_make(&key, slice_make(name, 254), DNS_A)); // with the root's dot
}

// The cache ------------------------------------------------------------------------------------

static DnsCache cache;

static DnsKey key_of(const char *name)
{
    DnsKey key;
    REQUIRE(dns_key_make(&key, slice_from_cstr(name), DNS_A));
    return key;
}

static void put(const char *name, DnsStatus status, uint32_t ttl, uint64_t now)
{
    DnsKey key = key_of(name);
    DnsAnswer *a = dns_answer_new(status, DNS_A);
    REQUIRE(a != NULL);
    a->ttl = ttl;
    dns_cache_put(&cache, &key, a, now);
    dns_answer_unref(a);
}

static bool has(const char *name, uint64_t now)
{
    DnsKey key = key_of(name);
    DnsAnswer *a = dns_cache_get(&cache, &key, now);
    dns_answer_unref(a);
    return a != NULL;
}

#define S_NS UINT64_C(1000000000)

TEST(answers_are_kept_for_their_time)
{
    put("a", DNS_OK, 10, 0);
    CHECK(has("a", 10 * S_NS - 1));
    CHECK(!has("a", 10 * S_NS));
    put("b", DNS_OK, 0, 0);
    CHECK(!has("b", 0));
    put("c", DNS_OK, UINT32_MAX, 0);
    CHECK(has("c", (DNS_TTL_MAX_S - 1) * S_NS));
    CHECK(!has("c", DNS_TTL_MAX_S * S_NS));
    put("d", DNS_NXDOMAIN, UINT32_MAX, 0);
    CHECK(has("d", (DNS_NEGATIVE_MAX_S - 1) * S_NS));
    CHECK(!has("d", DNS_NEGATIVE_MAX_S * S_NS));
    put("e", DNS_SERVFAIL, 0, 0);
    CHECK(has("e", S_NS - 1));
    CHECK(!has("e", S_NS));
    put("f", DNS_BUSY, 100, 0);
    CHECK(!has("f", 0));
    put("g", DNS_OK, 10, 0); // a new answer replaces an old one, also when it is not kept
    put("g", DNS_OK, 0, 0);
    CHECK(!has("g", 0));
    dns_cache_empty(&cache);
    CHECK_EQ(dns_cache_len(&cache, 0), 0);
}

TEST(the_cache_is_bounded)
{
    char name[32];
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "host%d.example", i);
        put(name, DNS_OK, 100, 0);
        CHECK(has(name, 0));
    }
    unsigned n = dns_cache_len(&cache, 0);
    CHECK(n <= DNS_CACHE_SETS * DNS_CACHE_WAYS && n > DNS_CACHE_SETS);
    dns_cache_empty(&cache);
}

// The hosts file -------------------------------------------------------------------------------

static char hosts_path[64];

static void write_hosts(const char *text)
{
    if (!hosts_path[0])
        snprintf(hosts_path, sizeof hosts_path, "test_dns_hosts.%d", (int)getpid());
    REQUIRE(!os_write_file(hosts_path, text, strlen(text), OS_WRITE_REPLACE, NULL));
    REQUIRE(dns_set_hosts(hosts_path));
}

static const char *found(const char *name, NetFamily family)
{
    static char text[400];
    NetAddr addrs[8];
    unsigned n;
    if (!dns_hosts_find(slice_from_cstr(name), family, addrs, 8, &n)) return "(unknown)";
    text[0] = 0;
    for (unsigned i = 0; i < n; i++) {
        size_t used = strlen(text);
        char one[NET_TEXT_MAX];
        net_addr_host_text(&addrs[i], one);
        snprintf(text + used, sizeof text - used, "%s ", one);
    }
    return text;
}

TEST(hosts)
{
    write_hosts("# nothing here: 1.2.3.4 commented\n"
                "192.0.2.1\tgateway Gate.Example  # 9.9.9.9 gate\r\n"
                "2001:db8::1 gateway\n"
                "192.0.2.2 gateway\n192.0.2.1 gateway\n"
                "nonsense other\n"
                "192.0.2.9\n\n   \n"
                "192.0.2.3 last");
    CHECK_STR(found("gateway", NET_ANY), "192.0.2.1 2001:db8::1 192.0.2.2 ");
    CHECK_STR(found("gateway", NET_IPV6), "2001:db8::1 ");
    CHECK_STR(found("gate.example", NET_IPV4), "192.0.2.1 ");
    CHECK_STR(found("gate.example", NET_IPV6), "");
    CHECK_STR(found("commented", NET_ANY), "(unknown)");
    CHECK_STR(found("gate", NET_ANY), "(unknown)");
    CHECK_STR(found("other", NET_ANY), "(unknown)");
    CHECK_STR(found("last", NET_ANY), "192.0.2.3 ");
    write_hosts("192.0.2.8 last\n192.0.2.9 another.name\n");
    CHECK_STR(found("last", NET_ANY), "192.0.2.8 ");
    unlink(hosts_path);
    CHECK_STR(found("last", NET_ANY), "(unknown)");
}

// Resolving ------------------------------------------------------------------------------------

static const char *resolved(const char *host, NetFamily family)
{
    static char text[200];
    NetAddr addrs[4];
    unsigned n;
    DnsStatus status = mdh_dns_resolve(addrs, 4, &n, slice_from_cstr(host), 80, family,
                                       os_mono_ns() + 1000 * MS_NS);
    if (status) return dns_status_kind(status);
    text[0] = 0;
    for (unsigned i = 0; i < n; i++) {
        size_t used = strlen(text);
        char one[NET_TEXT_MAX];
        net_addr_text(&addrs[i], one);
        snprintf(text + used, sizeof text - used, "%s ", one);
    }
    return text;
}

TEST(without_a_network)
{
    write_hosts("192.0.2.1 gateway\n");
    CHECK_STR(resolved("192.0.2.7", NET_ANY), "192.0.2.7:80 ");
    CHECK_STR(resolved("[::1]", NET_ANY), "[::1]:80 ");
    CHECK_STR(resolved("192.0.2.7", NET_IPV6), "no_data");
    CHECK_STR(resolved("Gateway", NET_ANY), "192.0.2.1:80 ");
    CHECK_STR(resolved("gateway.", NET_IPV6), "no_data");
    CHECK_STR(resolved("localhost", NET_IPV4), "127.0.0.1:80 ");
    CHECK_STR(resolved("a.localhost", NET_IPV6), "[::1]:80 ");
    CHECK_STR(resolved("a.invalid", NET_ANY), "nxdomain");
    CHECK_STR(resolved("bad host", NET_ANY), "bad_name");
    CHECK_STR(resolved("", NET_ANY), "bad_name");
    CHECK_EQ(dns_cache_count(), 0);
    unlink(hosts_path);
}

// A server that never answers.
static int silent_server(NetAddr *at)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    socklen_t len = sizeof *at;
    net_addr_any(at, AF_INET, 0);
    REQUIRE(net_addr_parse_host(at, SLICE_LIT("127.0.0.1"), 0));
    REQUIRE(bind(fd, &at->sa, net_addr_len(at)) == 0);
    REQUIRE(getsockname(fd, &at->sa, &len) == 0);
    return fd;
}

typedef struct Told {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int times;
    DnsStatus status;
} Told;

#define TOLD_INIT                                                                          \
    {                                                                                      \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, DNS_OK                     \
    }

static void tell(void *arg, DnsAnswer *answer)
{
    Told *told = arg;
    pthread_mutex_lock(&told->lock);
    told->times++;
    told->status = answer ? answer->status : DNS_NO_MEMORY;
    pthread_cond_broadcast(&told->changed);
    pthread_mutex_unlock(&told->lock);
    dns_answer_unref(answer);
}

static void wait_told(Told *told)
{
    pthread_mutex_lock(&told->lock);
    while (!told->times) pthread_cond_wait(&told->changed, &told->lock);
    pthread_mutex_unlock(&told->lock);
}

TEST(deadlines)
{
    NetAddr at;
    int fd = silent_server(&at);
    REQUIRE(dns_set_servers(&at, 1));
    uint64_t start = os_mono_ns();
    DnsAnswer *a = dns_ask(SLICE_LIT("a.test"), DNS_A, start + 50 * MS_NS);
    REQUIRE(a != NULL);
    CHECK_EQ(a->status, DNS_TIMEOUT);
    CHECK(os_mono_ns() >= start + 50 * MS_NS);
    dns_answer_unref(a);
    a = dns_ask(SLICE_LIT("a.test"), DNS_A, 0); // it has passed already
    REQUIRE(a != NULL);
    CHECK_EQ(a->status, DNS_TIMEOUT);
    dns_answer_unref(a);
    CHECK_EQ(dns_cache_count(), 0); // the question is still under way
    close(fd);
}

TEST(cancelling)
{
    NetAddr at;
    Told told = TOLD_INIT;
    int fd = silent_server(&at);
    REQUIRE(dns_set_servers(&at, 1));
    DnsRequest *requests[100];
    for (int i = 0; i < 100; i++) {
        requests[i] = dns_start(SLICE_LIT("a.test"), DNS_A, OS_NEVER, tell, &told);
        REQUIRE(requests[i] != NULL);
    }
    for (int i = 0; i < 100; i++) CHECK(dns_cancel(requests[(i * 37) % 100]));
    CHECK_EQ(told.times, 0);
    DnsRequest *request = dns_start(SLICE_LIT("a.invalid"), DNS_A, OS_NEVER, tell, &told);
    REQUIRE(request != NULL);
    CHECK_EQ(told.times, 1); // at once
    CHECK_EQ(told.status, DNS_NXDOMAIN);
    CHECK(!dns_cancel(request));
    close(fd);
}

TEST(questions_are_asked_again_of_new_servers)
{
    NetAddr first, second;
    Told told = TOLD_INIT;
    char packet[600];
    int one = silent_server(&first), two = silent_server(&second);
    REQUIRE(dns_set_servers(&first, 1));
    DnsRequest *request = dns_start(SLICE_LIT("a.test"), DNS_A, OS_NEVER, tell, &told);
    REQUIRE(request != NULL);
    CHECK(recv(one, packet, sizeof packet, 0) > 12);
    REQUIRE(dns_set_servers(&second, 1));
    NetAddr from;
    socklen_t len = sizeof from;
    ssize_t n = recvfrom(two, packet, sizeof packet, 0, &from.sa, &len);
    REQUIRE(n > 12);
    packet[2] = (char)0x80; // turned into an answer: REFUSED
    packet[3] = 5;
    CHECK(sendto(two, packet, (size_t)n, 0, &from.sa, len) == n);
    wait_told(&told);
    CHECK_EQ(told.status, DNS_REFUSED);
    CHECK(!dns_cancel(request));
    CHECK_EQ(dns_cache_count(), 1); // for a second
    dns_cache_clear();
    CHECK_EQ(dns_cache_count(), 0);
    close(one);
    close(two);
}

TEST(no_more_than_so_many_at_a_time)
{
    NetAddr at;
    Told told = TOLD_INIT;
    int fd = silent_server(&at);
    REQUIRE(dns_set_servers(&at, 1));
    static DnsRequest *requests[DNS_PENDING_MAX + 1];
    for (unsigned i = 0; i <= DNS_PENDING_MAX; i++) {
        requests[i] = dns_start(SLICE_LIT("a.test"), DNS_A, OS_NEVER, tell, &told);
        REQUIRE(requests[i] != NULL);
    }
    CHECK_EQ(told.times, 1);
    CHECK_EQ(told.status, DNS_BUSY);
    for (unsigned i = 0; i <= DNS_PENDING_MAX; i++)
        CHECK_EQ(dns_cancel(requests[i]), i < DNS_PENDING_MAX);
    close(fd);
}

TEST(too_many_servers)
{
    NetAddr many[DNS_SERVERS_MAX + 1];
    for (unsigned i = 0; i <= DNS_SERVERS_MAX; i++) net_addr_any(&many[i], AF_INET, 53);
    CHECK(!dns_set_servers(many, DNS_SERVERS_MAX + 1));
    CHECK(dns_set_servers(many, DNS_SERVERS_MAX));
    CHECK(dns_set_servers(NULL, 0));
}

// Every answer has its refusal: no memory at any point means DNS_NO_MEMORY or a NULL request.
TEST(without_memory)
{
    NetAddr at;
    int fd = silent_server(&at);
    REQUIRE(dns_set_servers(&at, 1));
    for (long k = 0; k < 4; k++) {
        Told told = TOLD_INIT;
        test_fail_alloc_after(k);
        DnsRequest *request =
            dns_start(SLICE_LIT("a.test"), DNS_A, os_mono_ns() + 20 * MS_NS, tell, &told);
        if (!request) {
            test_fail_alloc_after(-1);
            continue;
        }
        wait_told(&told);
        test_fail_alloc_after(-1);
        CHECK(told.status == DNS_NO_MEMORY || told.status == DNS_TIMEOUT);
        CHECK(!dns_cancel(request));
    }
    close(fd);
}
