// SPDX-License-Identifier: MIT
// Responses as they could come from the network, written out octet by octet (RFC 1035 §4).
#include <string.h>

#include "base/buf.h"
#include "runtime/net/dns_msg.h"
#include "tests/unit/harness.h"

// A message under construction; the question is for a.b.
typedef struct Msg {
    Buf b;
} Msg;

static Msg begin(unsigned flags, unsigned answers, unsigned authority, unsigned type)
{
    Msg m;
    buf_init(&m.b, 70000);
    buf_put_u16be(&m.b, 1);
    buf_put_u16be(&m.b, (uint16_t)(0x8000 | flags));
    buf_put_u16be(&m.b, 1);
    buf_put_u16be(&m.b, (uint16_t)answers);
    buf_put_u16be(&m.b, (uint16_t)authority);
    buf_put_u16be(&m.b, 0);
    buf_put(&m.b, "\1a\1b", 5);
    buf_put_u16be(&m.b, (uint16_t)type);
    buf_put_u16be(&m.b, 1);
    return m;
}

#define QUESTION "\xc0\x0c" // a pointer to the question's name

static void row(Msg *m, const char *name, size_t name_len, unsigned type, uint32_t ttl,
                const void *data, size_t len)
{
    buf_put(&m->b, name, name_len);
    buf_put_u16be(&m->b, (uint16_t)type);
    buf_put_u16be(&m->b, 1);
    buf_put_u32be(&m->b, ttl);
    buf_put_u16be(&m->b, (uint16_t)len);
    buf_put(&m->b, data, len);
}

#define ROW(m, name, type, ttl, data)                                                      \
    row(m, "" name, sizeof(name) - 1, type, ttl, "" data, sizeof(data) - 1)

static DnsAnswer *finish(Msg *m, DnsType type)
{
    DnsAnswer *a = dns_msg_read(buf_view(&m->b), type);
    REQUIRE(a != NULL);
    buf_deinit(&m->b);
    return a;
}

static DnsStatus status(Msg *m, DnsType type)
{
    DnsAnswer *a = finish(m, type);
    DnsStatus s = a->status;
    dns_answer_unref(a);
    return s;
}

static const char *host(const DnsRecord *record)
{
    static char text[NET_TEXT_MAX];
    net_addr_host_text(&record->addr, text);
    return text;
}

TEST(addresses)
{
    Msg m = begin(0, 2, 0, 1);
    ROW(&m, QUESTION, 1, 300, "\x01\x02\x03\x04");
    ROW(&m, "\1A\1B\0", 1, 60, "\x05\x06\x07\x08"); // the case of names means nothing
    DnsAnswer *a = finish(&m, DNS_A);
    CHECK_EQ(a->status, DNS_OK);
    REQUIRE(a->n == 2);
    CHECK_STR(host(&a->records[0]), "1.2.3.4");
    CHECK_STR(host(&a->records[1]), "5.6.7.8");
    CHECK_EQ(a->records[0].ttl, 300);
    CHECK_EQ(a->ttl, 60);
    dns_answer_unref(a);
    m = begin(0, 1, 0, 28);
    ROW(&m, QUESTION, 28, 1, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01");
    a = finish(&m, DNS_AAAA);
    REQUIRE(a->n == 1);
    CHECK_STR(host(&a->records[0]), "2001:db8::1");
    dns_answer_unref(a);
}

TEST(aliases)
{
    Msg m = begin(0, 4, 0, 1);
    ROW(&m, "\1c\0", 1, 50, "\x01\x02\x03\x04");
    ROW(&m, "\1x\0", 1, 50, "\x06\x06\x06\x06"); // nobody asked for it
    ROW(&m, "\1d\0", 5, 40, "\1c\0");
    ROW(&m, QUESTION, 5, 30, "\1d\0");
    DnsAnswer *a = finish(&m, DNS_A);
    CHECK_EQ(a->status, DNS_OK);
    REQUIRE(a->n == 1);
    CHECK_STR(host(&a->records[0]), "1.2.3.4");
    CHECK_EQ(a->ttl, 30);
    dns_answer_unref(a);
    m = begin(0, 1, 0, 1); // an alias to itself
    ROW(&m, QUESTION, 5, 30, QUESTION);
    CHECK_EQ(status(&m, DNS_A), DNS_NO_DATA);
    m = begin(0, 1, 0, 1); // an answer about something else only
    ROW(&m, "\1x\0", 1, 50, "\x06\x06\x06\x06");
    CHECK_EQ(status(&m, DNS_A), DNS_NO_DATA);
}

TEST(srv_and_naptr)
{
    Msg m = begin(0, 1, 0, 33);
    ROW(&m, QUESTION, 33, 9, "\0\x0a\0\x14\x13\xc4\3sip\xc0\x0c");
    DnsAnswer *a = finish(&m, DNS_SRV);
    REQUIRE(a->status == DNS_OK && a->n == 1);
    CHECK_EQ(a->records[0].srv.priority, 10);
    CHECK_EQ(a->records[0].srv.weight, 20);
    CHECK_EQ(a->records[0].srv.port, 5060);
    CHECK_STR(a->text + a->records[0].srv.target, "sip.a.b.");
    dns_answer_unref(a);
    m = begin(0, 1, 0, 35);
    ROW(&m, QUESTION, 35, 9, "\0\x0a\0\x14\1s\7SIP+D2U\0\4_sip\4_udp\xc0\x0c");
    a = finish(&m, DNS_NAPTR);
    REQUIRE(a->status == DNS_OK && a->n == 1);
    const DnsRecord *r = &a->records[0];
    CHECK_EQ(r->naptr.order, 10);
    CHECK_EQ(r->naptr.preference, 20);
    CHECK_STR(a->text + r->naptr.flags, "s");
    CHECK_STR(a->text + r->naptr.service, "SIP+D2U");
    CHECK_EQ(r->naptr.regexp_len, 0);
    CHECK_STR(a->text + r->naptr.replacement, "_sip._udp.a.b.");
    dns_answer_unref(a);
    m = begin(0, 1, 0, 33); // "not offered"
    ROW(&m, QUESTION, 33, 9, "\0\0\0\0\0\0\0");
    a = finish(&m, DNS_SRV);
    REQUIRE(a->n == 1);
    CHECK_STR(a->text + a->records[0].srv.target, ".");
    dns_answer_unref(a);
}

TEST(failures_of_servers)
{
    static const struct {
        unsigned rcode;
        DnsStatus want;
    } rows[] = {{0, DNS_NO_DATA},  {1, DNS_SERVFAIL}, {2, DNS_SERVFAIL}, {3, DNS_NXDOMAIN},
                {4, DNS_SERVFAIL}, {5, DNS_REFUSED},  {9, DNS_SERVFAIL}};
    for (size_t i = 0; i < countof(rows); i++) {
        Msg m = begin(rows[i].rcode, 0, 0, 1);
        DnsAnswer *a = finish(&m, DNS_A);
        CHECK_EQ(a->status, rows[i].want);
        CHECK_EQ(a->ttl, 0); // no SOA: not to be remembered
        dns_answer_unref(a);
    }
}

// RFC 2308 §5: the lesser of the TTL and the last field of the SOA.
TEST(negative_ttl)
{
    static const char soa[] = "\1n\0\1m\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\x3c";
    for (unsigned rcode = 0; rcode <= 3; rcode += 3) {
        Msg m = begin(rcode, 0, 1, 1);
        row(&m, "\1b", 3, 6, 900, soa, sizeof soa - 1);
        DnsAnswer *a = finish(&m, DNS_A);
        CHECK_EQ(a->status, rcode ? DNS_NXDOMAIN : DNS_NO_DATA);
        CHECK_EQ(a->ttl, 60);
        dns_answer_unref(a);
    }
    Msg m = begin(3, 0, 1, 1);
    row(&m, "\1b", 3, 6, 7, soa, sizeof soa - 1);
    DnsAnswer *a = finish(&m, DNS_A);
    CHECK_EQ(a->ttl, 7);
    dns_answer_unref(a);
    m = begin(3, 0, 1, 1); // too short to be one
    ROW(&m, "\1b\0", 6, 7, "\0\0\0\1");
    a = finish(&m, DNS_A);
    CHECK_EQ(a->ttl, 0);
    dns_answer_unref(a);
}

TEST(lies)
{
    Msg m = begin(0, 65535, 0, 1); // more answers than there are
    ROW(&m, QUESTION, 1, 300, "\x01\x02\x03\x04");
    CHECK_EQ(status(&m, DNS_A), DNS_MALFORMED);
    m = begin(0, 1, 0, 1); // lengths of records
    ROW(&m, QUESTION, 1, 300, "\x01\x02\x03");
    CHECK_EQ(status(&m, DNS_A), DNS_MALFORMED);
    m = begin(0, 1, 0, 28);
    ROW(&m, QUESTION, 28, 300, "\x01\x02\x03\x04");
    CHECK_EQ(status(&m, DNS_AAAA), DNS_MALFORMED);
    m = begin(0, 1, 0, 33);
    ROW(&m, QUESTION, 33, 300, "\0\1\0\2");
    CHECK_EQ(status(&m, DNS_SRV), DNS_MALFORMED);
    m = begin(0, 1, 0, 33); // something after the target
    ROW(&m, QUESTION, 33, 300, "\0\1\0\2\0\3\1x\0y");
    CHECK_EQ(status(&m, DNS_SRV), DNS_MALFORMED);
    m = begin(0, 1, 0, 35); // a string beyond its record
    ROW(&m, QUESTION, 35, 300,
        "\0\1\0\2\xff"
        "s\0\0\0");
    CHECK_EQ(status(&m, DNS_NAPTR), DNS_MALFORMED);
    m = begin(0, 0, 0, 28); // another question
    CHECK_EQ(status(&m, DNS_A), DNS_MALFORMED);
    m = begin(0, 0, 0, 1); // a question, not a response
    m.b.data[2] = 0;
    CHECK_EQ(status(&m, DNS_A), DNS_MALFORMED);
    m = begin(0, 0, 0, 1); // two questions
    m.b.data[5] = 2;
    CHECK_EQ(status(&m, DNS_A), DNS_MALFORMED);
}

TEST(a_message_cut_anywhere)
{
    for (size_t len = 0; len < 200; len++) {
        Msg m = begin(0, 2, 0, 1);
        ROW(&m, QUESTION, 5, 300, "\1c\xc0\x0e");
        ROW(&m, "\1c\xc0\x0e", 1, 300, "\x01\x02\x03\x04");
        size_t whole = m.b.len;
        buf_truncate(&m.b, len);
        CHECK_EQ(status(&m, DNS_A), len >= whole ? DNS_OK : DNS_MALFORMED);
    }
}

TEST(many_records)
{
    Msg m = begin(0, 1000, 0, 1);
    for (int i = 0; i < 1000; i++) ROW(&m, QUESTION, 1, 300, "\x01\x02\x03\x04");
    DnsAnswer *a = finish(&m, DNS_A);
    CHECK_EQ(a->n, DNS_RECORDS_MAX);
    dns_answer_unref(a);
}

static bool reads(const char *octets, size_t n, size_t at, const char *want)
{
    char text[DNS_NAME_TEXT];
    size_t end = at;
    bool ok = dns_name_read(slice_make(octets, n), &end, text);
    if (ok && want) CHECK_STR(text, want);
    return ok;
}

#define READS(octets, at, want) reads("" octets, sizeof(octets) - 1, at, want)

TEST(names)
{
    CHECK(READS("\0", 0, "."));
    CHECK(READS("\3www\7example\0", 0, "www.example."));
    CHECK(READS("\3a.b\0", 0, "a\\.b."));
    CHECK(READS("\4a\\ \xff\0", 0, "a\\\\\\032\\255."));
    CHECK(READS("\1b\0\1a\xc0\0", 3, "a.b."));
    CHECK(!READS("", 0, NULL));
    CHECK(!READS("\1", 0, NULL));
    CHECK(!READS("\1a", 0, NULL));       // no end
    CHECK(!READS("\xc0", 0, NULL));      // half a pointer
    CHECK(!READS("\xc0\0", 0, NULL));    // to itself
    CHECK(!READS("\xc0\2\0", 0, NULL));  // forwards
    CHECK(!READS("\1a\xc0\0", 0, NULL)); // round
    CHECK(!READS("\1a\xc0\0", 2, NULL)); // into what leads to it
    CHECK(!READS("\x40"
                 "a\0",
                 0, NULL)); // label types that are none
    CHECK(!READS("\x80"
                 "a\0",
                 0, NULL));
}

TEST(long_names)
{
    char octets[300], text[DNS_NAME_TEXT];
    for (int i = 0; i < 128; i++) memcpy(octets + 2 * i, "\1\xff", 2);
    for (int labels = 126; labels <= 128; labels++) {
        memset(octets + 2 * labels, 0, 1);
        size_t at = 0;
        bool ok = dns_name_read(slice_make(octets, 2 * (size_t)labels + 1), &at, text);
        CHECK_EQ(ok, labels <= 127); // 255 octets with the root
        if (ok) CHECK_EQ(at, 2 * labels + 1);
        memcpy(octets + 2 * labels, "\1\xff", 2);
    }
    // pointers that go back one step at a time cost no more than the message is long
    char chain[2001];
    chain[0] = 0;
    for (size_t i = 1; i + 1 < sizeof chain; i += 2) {
        size_t target = i < 3 ? 0 : i - 2;
        chain[i] = (char)(0xc0 | target >> 8);
        chain[i + 1] = (char)target;
    }
    size_t at = 1999;
    CHECK(dns_name_read(slice_make(chain, sizeof chain), &at, text));
    CHECK_STR(text, ".");
}
