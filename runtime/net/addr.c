// SPDX-License-Identifier: MIT
// Addresses. Literals come from the network (SIP headers, SDP), so they are read with our own
// eyes first: bounded length, only the octets that a literal can have, no forms that other
// parsers understand differently ("127.1", "0x7f000001", "010.0.0.1" are no addresses here;
// RFC 3986 §3.2.2 and RFC 6943 §3.1.1 say why).
//
// The value of the language is a native value that counts by its data: an IPv4 address is one
// small integer (32 bits address, 16 bits port), an IPv6 address a string of 22 octets (address,
// scope, port). The same address is therefore the same key however it was written.
#include "runtime/net/addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>

#include "base/num.h"
#include "runtime/core/throw.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"

#define V6_TEXT_MAX 45 // octets of "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"
#define V6_KEY_LEN  22

static void set_v4(NetAddr *out, uint32_t host_order, uint16_t port)
{
    memset(out, 0, sizeof *out);
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons(port);
    out->v4.sin_addr.s_addr = htonl(host_order);
}

static void set_v6(NetAddr *out, const uint8_t octets[16], uint32_t scope, uint16_t port)
{
    memset(out, 0, sizeof *out);
    out->v6.sin6_family = AF_INET6;
    out->v6.sin6_port = htons(port);
    out->v6.sin6_scope_id = scope;
    memcpy(&out->v6.sin6_addr, octets, 16);
}

// Text -> address -----------------------------------------------------------------------------

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// One of the four numbers: 0 to 255, no leading zero. Moves *at behind it.
static bool parse_octet(Slice s, size_t *at, uint32_t *out)
{
    size_t start = *at;
    uint32_t v = 0;
    while (*at < s.len && *at - start < 3 && is_digit(s.ptr[*at]))
        v = v * 10 + (uint32_t)(s.ptr[(*at)++] - '0');
    *out = v;
    return *at > start && v <= 255 && (s.ptr[start] != '0' || *at == start + 1);
}

static bool parse_v4(NetAddr *out, Slice s, uint16_t port)
{
    uint32_t ip = 0;
    size_t at = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t octet;
        if (i && (at >= s.len || s.ptr[at++] != '.')) return false;
        if (!parse_octet(s, &at, &octet)) return false;
        ip = ip << 8 | octet;
    }
    if (at != s.len) return false;
    set_v4(out, ip, port);
    return true;
}

static bool is_link_local_v6(const uint8_t a[16])
{
    return (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) || // fe80::/10
           (a[0] == 0xff && (a[1] & 0x0f) <= 2);      // multicast that stays on the link
}

// The interface behind a '%', by number or name (RFC 4007 §11.2).
static bool parse_zone(Slice zone, uint32_t *scope)
{
    char name[IF_NAMESIZE];
    uint64_t number;
    if (zone.len == 0 || zone.len >= sizeof name) return false;
    for (size_t i = 0; i < zone.len; i++)
        if (zone.ptr[i] <= ' ' || zone.ptr[i] >= 127) return false;
    if (num_parse_u64(zone, 10, &number) == NUM_OK) {
        *scope = (uint32_t)number;
        return number > 0 && number <= UINT32_MAX;
    }
    memcpy(name, zone.ptr, zone.len);
    name[zone.len] = 0;
    *scope = if_nametoindex(name);
    return *scope != 0;
}

static bool is_v6_octet(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
           c == '.';
}

static bool parse_v6(NetAddr *out, Slice s, uint16_t port)
{
    char text[V6_TEXT_MAX + 1];
    uint8_t octets[16];
    uint32_t scope = 0;
    size_t percent = slice_find_char(s, '%');
    Slice host = slice_sub(s, 0, percent);
    if (host.len < 2 || host.len > V6_TEXT_MAX) return false;
    for (size_t i = 0; i < host.len; i++)
        if (!is_v6_octet(host.ptr[i])) return false;
    memcpy(text, host.ptr, host.len);
    text[host.len] = 0;
    if (inet_pton(AF_INET6, text, octets) != 1) return false;
    if (percent != SLICE_NOT_FOUND &&
        !(is_link_local_v6(octets) && parse_zone(slice_from(s, percent + 1), &scope)))
        return false;
    set_v6(out, octets, scope, port);
    return true;
}

bool net_addr_parse_host(NetAddr *out, Slice host, uint16_t port)
{
    if (host.len == 0) return false;
    if (host.ptr[0] == '[') {
        if (host.len < 2 || host.ptr[host.len - 1] != ']') return false;
        return parse_v6(out, slice_sub(host, 1, host.len - 1), port);
    }
    return parse_v4(out, host, port) || parse_v6(out, host, port);
}

// A port behind a colon: 1 to 5 digits.
static bool parse_port(Slice s, uint16_t *out)
{
    uint64_t v;
    if (s.len < 2 || s.len > 6 || s.ptr[0] != ':' || !is_digit(s.ptr[1])) return false;
    if (num_parse_u64(slice_from(s, 1), 10, &v) != NUM_OK || v > 65535) return false;
    *out = (uint16_t)v;
    return true;
}

bool net_addr_parse(NetAddr *out, Slice text, uint16_t port)
{
    if (net_addr_parse_host(out, text, port)) return true;
    size_t end; // of the host
    if (text.len && text.ptr[0] == '[') {
        end = slice_find_char(text, ']');
        if (end == SLICE_NOT_FOUND) return false;
        end++;
    } else {
        end = slice_find_char(text, ':'); // one colon only: not an IPv6 address without []
        if (end == SLICE_NOT_FOUND) return false;
    }
    if (!parse_port(slice_from(text, end), &port)) return false;
    Slice host = slice_sub(text, 0, end);
    return text.ptr[0] == '[' ? net_addr_parse_host(out, host, port)
                              : parse_v4(out, host, port);
}

void net_addr_any(NetAddr *out, int family, uint16_t port)
{
    static const uint8_t zero[16];
    if (family == AF_INET6) set_v6(out, zero, 0, port);
    else set_v4(out, 0, port);
}

// Facts ---------------------------------------------------------------------------------------

static bool is_v6(const NetAddr *a)
{
    return a->sa.sa_family == AF_INET6;
}

static const uint8_t *v6_octets(const NetAddr *a)
{
    return a->v6.sin6_addr.s6_addr;
}

static bool is_mapped(const NetAddr *a)
{
    static const uint8_t prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return is_v6(a) && memcmp(v6_octets(a), prefix, sizeof prefix) == 0;
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

socklen_t net_addr_len(const NetAddr *a)
{
    return is_v6(a) ? sizeof a->v6 : sizeof a->v4;
}

uint16_t net_addr_port(const NetAddr *a)
{
    return ntohs(is_v6(a) ? a->v6.sin6_port : a->v4.sin_port);
}

void net_addr_set_port(NetAddr *a, uint16_t port)
{
    if (is_v6(a)) a->v6.sin6_port = htons(port);
    else a->v4.sin_port = htons(port);
}

NetFamily net_addr_family(const NetAddr *a)
{
    return is_v6(a) && !is_mapped(a) ? NET_IPV6 : NET_IPV4;
}

uint32_t net_addr_ipv4(const NetAddr *a)
{
    return is_v6(a) ? be32(v6_octets(a) + 12) : ntohl(a->v4.sin_addr.s_addr);
}

bool net_addr_is_any(const NetAddr *a)
{
    static const uint8_t zero[16];
    if (net_addr_family(a) == NET_IPV4) return net_addr_ipv4(a) == 0;
    return memcmp(v6_octets(a), zero, 16) == 0;
}

static const char *scope_of_v4(uint32_t ip)
{
    static const struct {
        uint32_t net;
        int bits;
        const char *scope;
    } blocks[] = {
        // RFC 6890 §2.2.2
        {0x00000000, 8, "any"},         {0x7f000000, 8, "loopback"},
        {0x0a000000, 8, "private"},     {0xac100000, 12, "private"},
        {0xc0a80000, 16, "private"},    {0x64400000, 10, "private"}, // RFC 6598
        {0xa9fe0000, 16, "link_local"}, {0xe0000000, 4, "multicast"},
        {0xffffffff, 32, "broadcast"},
    };
    for (size_t i = 0; i < countof(blocks); i++)
        if ((ip ^ blocks[i].net) >> (32 - blocks[i].bits) == 0) return blocks[i].scope;
    return "global";
}

// The IPv4 address inside an IPv6 address that leads to it, so that ::127.0.0.1 and its like
// are no way round a rule about loopback (RFC 4291 §2.5.5.1, RFC 6052 §2.1, RFC 3056 §2).
static bool embedded_v4(const uint8_t a[16], uint32_t *ip)
{
    static const uint8_t compatible[12], nat64[12] = {0, 0x64, 0xff, 0x9b};
    if (a[0] == 0x20 && a[1] == 0x02) {
        *ip = be32(a + 2); // 6to4
        return true;
    }
    *ip = be32(a + 12);
    return memcmp(a, nat64, 12) == 0 || (memcmp(a, compatible, 12) == 0 && *ip > 1);
}

const char *net_addr_scope(const NetAddr *a)
{
    uint32_t ip;
    if (net_addr_family(a) == NET_IPV4) return scope_of_v4(net_addr_ipv4(a));
    const uint8_t *o = v6_octets(a);
    if (net_addr_is_any(a)) return "any";
    if (IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr)) return "loopback";
    if (o[0] == 0xff) return "multicast";
    if (o[0] == 0xfe && (o[1] & 0xc0) == 0x80) return "link_local";
    if ((o[0] & 0xfe) == 0xfc) return "private"; // RFC 4193
    return embedded_v4(o, &ip) ? scope_of_v4(ip) : "global";
}

static int order(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int net_addr_compare(const NetAddr *a, const NetAddr *b)
{
    int by = order(net_addr_family(a), net_addr_family(b));
    if (by) return by;
    if (net_addr_family(a) == NET_IPV4) by = order(net_addr_ipv4(a), net_addr_ipv4(b));
    else by = memcmp(v6_octets(a), v6_octets(b), 16);
    if (by) return by;
    by = order(net_addr_port(a), net_addr_port(b));
    if (by || net_addr_family(a) == NET_IPV4) return by;
    return order(a->v6.sin6_scope_id, b->v6.sin6_scope_id);
}

bool net_addr_fit(NetAddr *out, const NetAddr *a, int family)
{
    if (a->sa.sa_family == family) {
        *out = *a;
        return true;
    }
    uint32_t ip = net_addr_ipv4(a);
    if (family == AF_INET) {
        if (!is_mapped(a) && !net_addr_is_any(a)) return false;
        set_v4(out, ip, net_addr_port(a));
    } else {
        uint8_t mapped[16] = {0,
                              0,
                              0,
                              0,
                              0,
                              0,
                              0,
                              0,
                              0,
                              0,
                              0xff,
                              0xff,
                              (uint8_t)(ip >> 24),
                              (uint8_t)(ip >> 16),
                              (uint8_t)(ip >> 8),
                              (uint8_t)ip};
        set_v6(out, mapped, 0, net_addr_port(a));
    }
    return true;
}

// Address -> text -----------------------------------------------------------------------------

static char *put_decimal(char *at, uint32_t v)
{
    if (v >= 10) at = put_decimal(at, v / 10);
    *at = (char)('0' + v % 10);
    return at + 1;
}

size_t net_addr_host_text(const NetAddr *a, char out[NET_TEXT_MAX])
{
    char *at = out;
    if (net_addr_family(a) == NET_IPV4) {
        uint32_t ip = net_addr_ipv4(a);
        for (int shift = 24; shift >= 0; shift -= 8) {
            at = put_decimal(at, ip >> shift & 255);
            if (shift) *at++ = '.';
        }
    } else {
        if (!inet_ntop(AF_INET6, &a->v6.sin6_addr, out, NET_TEXT_MAX)) out[0] = 0;
        at += strlen(out);
        if (a->v6.sin6_scope_id) {
            *at++ = '%';
            at = put_decimal(at, a->v6.sin6_scope_id);
        }
    }
    *at = 0;
    return (size_t)(at - out);
}

size_t net_addr_text(const NetAddr *a, char out[NET_TEXT_MAX])
{
    char host[NET_TEXT_MAX];
    size_t n = net_addr_host_text(a, host);
    bool brackets = net_addr_family(a) == NET_IPV6; // RFC 5952 §6
    char *at = out;
    if (brackets) *at++ = '[';
    memcpy(at, host, n);
    at += n;
    if (brackets) *at++ = ']';
    *at++ = ':';
    at = put_decimal(at, net_addr_port(a));
    *at = 0;
    return (size_t)(at - out);
}

// Values --------------------------------------------------------------------------------------

static MdhValue address_prop(MdhThread *t, MdhValue self, MdhValue name)
{
    NetAddr a;
    char text[NET_TEXT_MAX];
    mdh_address_get(self, &a);
    if (mdh_str_is(name, "host")) return mdh_str_new(t, text, net_addr_host_text(&a, text));
    if (mdh_str_is(name, "port")) return mdh_fix(net_addr_port(&a));
    if (mdh_str_is(name, "text")) return mdh_str_new(t, text, net_addr_text(&a, text));
    if (mdh_str_is(name, "scope")) return mdh_str_c(t, net_addr_scope(&a));
    if (mdh_str_is(name, "family"))
        return mdh_str_c(t, net_addr_family(&a) == NET_IPV4 ? "ipv4" : "ipv6");
    return MDH_ABSENT;
}

static const MdhNativeType address_type = {.kind = "address", .get_prop = address_prop};

static MdhValue v6_key(MdhThread *t, const NetAddr *a)
{
    uint8_t key[V6_KEY_LEN];
    memcpy(key, v6_octets(a), 16);
    memcpy(key + 16, &a->v6.sin6_scope_id, 4);
    memcpy(key + 20, &a->v6.sin6_port, 2);
    return mdh_str_new(t, (const char *)key, sizeof key);
}

MdhValue mdh_address_new(MdhThread *t, const NetAddr *a)
{
    MdhValue data = net_addr_family(a) == NET_IPV4
                        ? mdh_fix((int64_t)net_addr_ipv4(a) << 16 | net_addr_port(a))
                        : v6_key(t, a);
    if (mdh_is_exc(data)) return data;
    MdhValue v = mdh_native_new(t, &address_type, 0, data);
    if (!mdh_is_exc(v)) mdh_obj(v)->flags = MDH_NATIVE_BY_VALUE;
    return v;
}

bool mdh_is_address(MdhValue v)
{
    return mdh_has_tag(v, MDH_TAG_NATIVE) &&
           ((MdhNative *)mdh_ptr(v))->type == &address_type;
}

void mdh_address_get(MdhValue v, NetAddr *out)
{
    MdhValue data = ((MdhNative *)mdh_ptr(v))->data;
    if (mdh_is_fixint(data)) {
        int64_t word = mdh_fixint(data);
        set_v4(out, (uint32_t)(word >> 16), (uint16_t)word);
        return;
    }
    const uint8_t *key = (const uint8_t *)mdh_str(data)->data;
    uint32_t scope;
    uint16_t port;
    memcpy(&scope, key + 16, 4);
    memcpy(&port, key + 20, 2);
    set_v6(out, key, scope, ntohs(port));
}
