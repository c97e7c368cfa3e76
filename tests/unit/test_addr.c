// SPDX-License-Identifier: MIT
#include "runtime/net/addr.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/os.h"
#include "runtime/data/dict.h"
#include "runtime/data/str.h"
#include "tests/unit/rt.h"

static const char *host_of(const char *text)
{
    static char out[NET_TEXT_MAX];
    NetAddr a;
    if (!net_addr_parse(&a, slice_from_cstr(text), 0)) return "none";
    net_addr_host_text(&a, out);
    return out;
}

static NetAddr addr(const char *text)
{
    NetAddr a = {0};
    REQUIRE(net_addr_parse(&a, slice_from_cstr(text), 0));
    return a;
}

TEST(literals_are_read_and_shown)
{
    CHECK_STR(host_of("0.0.0.0"), "0.0.0.0");
    CHECK_STR(host_of("255.255.255.255:1"), "255.255.255.255");
    CHECK_STR(host_of("[2001:0db8:0000::0001]:5060"), "2001:db8::1");
    CHECK_STR(host_of("::ffff:10.0.0.1"), "10.0.0.1");
    CHECK_STR(host_of("fe80::1%1"), "fe80::1%1");
    CHECK_STR(host_of("2001:db8::1%1"), "none"); // a scope only where there is one
    CHECK_STR(host_of("10.0.0.01"), "none");
    CHECK_STR(host_of("10.0.0.1:"), "none");
}

TEST(the_longest_text_fits)
{
    NetAddr a;
    char out[NET_TEXT_MAX];
    memset(&a, 0xff, sizeof a);
    a.v6.sin6_family = AF_INET6;
    a.v6.sin6_addr.s6_addr[0] = 0xfe;
    size_t n = net_addr_text(&a, out);
    CHECK_EQ(strlen(out), n);
    CHECK(n < NET_TEXT_MAX);
    CHECK_STR(strchr(out, '%'), "%4294967295]:65535");
}

TEST(what_is_shown_reads_back)
{
    for (int i = 0; i < 20000; i++) {
        NetAddr a = {0}, b;
        char text[NET_TEXT_MAX];
        uint8_t dice;
        os_random(&a, sizeof a.v6);
        os_random(&dice, 1);
        a.sa.sa_family = dice & 1 ? AF_INET : AF_INET6;
        if (dice & 2) memset(a.v6.sin6_addr.s6_addr, 0, 10);
        if (dice & 4) memset(a.v6.sin6_addr.s6_addr + 4, 0, 8);
        if (a.sa.sa_family == AF_INET6) a.v6.sin6_scope_id = 0;
        size_t n = net_addr_text(&a, text);
        REQUIRE(net_addr_parse(&b, slice_make(text, n), 0));
        CHECK_EQ(net_addr_compare(&a, &b), 0);
    }
}

// Anything that is taken must also be understood by the C library, the same way.
TEST(random_texts_are_taken_only_when_they_are_addresses)
{
    static const char letters[] = "0123456789abcdf:.[]%:::...ff12 x";
    for (int i = 0; i < 300000; i++) {
        char text[48], host[INET6_ADDRSTRLEN];
        uint8_t dice[49];
        NetAddr a;
        struct in6_addr six;
        struct in_addr four;
        os_random(dice, sizeof dice);
        size_t n = dice[48] % 24;
        for (size_t k = 0; k < n; k++) text[k] = letters[dice[k] % (sizeof letters - 1)];
        text[n] = 0;
        bool taken = net_addr_parse_host(&a, slice_make(text, n), 7);
        if (strchr(text, '%') || strchr(text, '[')) continue;
        bool known =
            inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1;
        CHECK_EQ(taken, known);
        (void)host;
    }
}

TEST(a_mapped_address_is_the_ipv4_address)
{
    NetAddr mapped = addr("[::ffff:192.0.2.7]:99"), plain = addr("192.0.2.7:99"), out;
    CHECK_EQ(net_addr_compare(&mapped, &plain), 0);
    CHECK_EQ(net_addr_family(&mapped), NET_IPV4);
    CHECK(net_addr_fit(&out, &mapped, AF_INET));
    CHECK_EQ(out.sa.sa_family, AF_INET);
    CHECK_EQ(net_addr_port(&out), 99);
    CHECK(net_addr_fit(&out, &plain, AF_INET6));
    CHECK_EQ(out.sa.sa_family, AF_INET6);
    CHECK_EQ(net_addr_compare(&out, &plain), 0);
    NetAddr six = addr("2001:db8::1");
    CHECK(!net_addr_fit(&out, &six, AF_INET));
}

TEST(addresses_have_an_order)
{
    static const char *const rising[] = {"0.0.0.0",  "10.0.0.1:1", "10.0.0.1:2",
                                         "10.0.0.2", "255.1.1.1",  "[::]:5",
                                         "[::1]:4",  "2001:db8::1"};
    for (size_t i = 0; i < countof(rising); i++) {
        for (size_t k = 0; k < countof(rising); k++) {
            NetAddr a = addr(rising[i]), b = addr(rising[k]);
            int got = net_addr_compare(&a, &b);
            CHECK_EQ((got > 0) - (got < 0), (i > k) - (i < k));
        }
    }
}

TEST(scopes_go_by_value)
{
    static const char *const rows[][2] = {
        {"127.255.255.255", "loopback"},
        {"128.0.0.0", "global"},
        {"172.15.0.1", "global"},
        {"172.16.0.1", "private"},
        {"172.31.255.1", "private"},
        {"172.32.0.1", "global"},
        {"100.64.0.1", "private"},
        {"100.128.0.1", "global"},
        {"0.1.2.3", "any"},
        {"239.1.1.1", "multicast"},
        {"240.0.0.1", "global"},
        {"::2", "any"},
        {"::ffff:0.0.0.0", "any"},
        {"febf::1", "link_local"},
        {"fec0::1", "global"},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        NetAddr a = addr(rows[i][0]);
        CHECK_STR(net_addr_scope(&a), rows[i][1]);
    }
}

TEST(values_are_equal_and_hash_by_address)
{
    MdhThread *t = rt();
    NetAddr texts[] = {addr("192.0.2.7:99"), addr("[::ffff:192.0.2.7]:99"),
                       addr("[fe80::1%1]:5"), addr("[fe80::1%2]:5"), addr("[fe80::1%1]:6")};
    MdhValue v[countof(texts)];
    for (size_t i = 0; i < countof(texts); i++) {
        NetAddr back;
        v[i] = mdh_address_new(t, &texts[i]);
        REQUIRE(mdh_is_address(v[i]));
        mdh_address_get(v[i], &back);
        CHECK_EQ(net_addr_compare(&texts[i], &back), 0);
    }
    CHECK(mdh_key_same(v[0], v[1]));
    CHECK_EQ(mdh_key_hash(v[0]), mdh_key_hash(v[1]));
    CHECK(!mdh_key_same(v[2], v[3]));
    CHECK(!mdh_key_same(v[2], v[4]));
    CHECK(!mdh_is_address(mdh_fix(3)));
    CHECK_SHOWN(v[0], "192.0.2.7:99");
    CHECK_SHOWN(v[2], "[fe80::1%1]:5");
}
