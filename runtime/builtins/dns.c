// SPDX-License-Identifier: MIT
#include "runtime/builtins/dns.h"

#include <stdio.h>

#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/text.h"

#define LIMIT_MS 10000

// Shared ---------------------------------------------------------------------------------------

bool mdh_dns_deadline(MdhThread *t, const char *name, MdhValue ms, uint64_t *out)
{
    int64_t limit = LIMIT_MS;
    if (!mdh_is_naething(ms) && !mdh_net_number(t, name, ms, 0, INT64_MAX,
                                                "expects a non-negative timeout", &limit))
        return false;
    *out = socket_deadline_in(limit);
    return true;
}

MdhValue mdh_dns_failure(MdhThread *t, const char *name, const char *what, DnsStatus status)
{
    char text[200];
    if (status == DNS_NO_MEMORY) return mdh_throw_oom(t, sizeof(DnsAnswer));
    snprintf(text, sizeof text, "%s() %s lookup failed: %s", name, what,
             dns_status_text(status));
    return mdh_fail_kind(t, dns_status_kind(status), -1, text);
}

static bool put_int(MdhThread *t, MdhValue d, const char *key, int64_t i)
{
    return mdh_dict_put_c(t, d, key, mdh_fix(i));
}

static bool put_text(MdhThread *t, MdhValue d, const char *key, const char *text, size_t n)
{
    MdhValue s = mdh_text_lossy(t, text, n);
    return !mdh_is_exc(s) && mdh_dict_put_c(t, d, key, s);
}

static bool put_name(MdhThread *t, MdhValue d, const char *key, const char *text)
{
    return put_text(t, d, key, text, strlen(text));
}

static bool put_addr(MdhThread *t, MdhValue d, const NetAddr *a)
{
    char text[NET_TEXT_MAX];
    size_t n = net_addr_host_text(a, text);
    return put_text(t, d, "address", text, n);
}

static bool put_srv(MdhThread *t, MdhValue d, const DnsAnswer *a, const DnsRecord *r)
{
    return put_int(t, d, "priority", r->srv.priority) &&
           put_int(t, d, "weight", r->srv.weight) && put_int(t, d, "port", r->srv.port) &&
           put_name(t, d, "target", a->text + r->srv.target);
}

static bool put_naptr(MdhThread *t, MdhValue d, const DnsAnswer *a, const DnsRecord *r)
{
    const char *text = a->text;
    return put_int(t, d, "order", r->naptr.order) &&
           put_int(t, d, "preference", r->naptr.preference) &&
           put_text(t, d, "flags", text + r->naptr.flags, r->naptr.flags_len) &&
           put_text(t, d, "service", text + r->naptr.service, r->naptr.service_len) &&
           put_text(t, d, "regexp", text + r->naptr.regexp, r->naptr.regexp_len) &&
           put_name(t, d, "replacement", text + r->naptr.replacement);
}

static MdhValue record_dict(MdhThread *t, const DnsAnswer *a, const DnsRecord *r)
{
    MdhValue d = mdh_dict_new(t, 8);
    if (mdh_is_exc(d)) return d;
    bool ok = a->type == DNS_SRV     ? put_srv(t, d, a, r)
              : a->type == DNS_NAPTR ? put_naptr(t, d, a, r)
                                     : put_addr(t, d, &r->addr);
    return ok && put_int(t, d, "ttl", dns_ttl_left(a, r)) ? d : MDH_EXC;
}

static MdhValue record_list(MdhThread *t, const DnsAnswer *a)
{
    MdhValue list = mdh_list_new(t, a->n);
    for (uint32_t i = 0; i < a->n && !mdh_is_exc(list); i++) {
        MdhValue d = record_dict(t, a, &a->records[i]);
        if (mdh_is_exc(d) || !mdh_list_add(t, list, d)) return MDH_EXC;
    }
    return list;
}

MdhValue mdh_dns_result(MdhThread *t, const char *name, const char *what, DnsAnswer *answer)
{
    DnsStatus status = answer ? answer->status : DNS_NO_MEMORY;
    MdhValue v =
        status ? mdh_dns_failure(t, name, what, status) : mdh_ok(t, record_list(t, answer));
    dns_answer_unref(answer);
    return v;
}

// Addresses ------------------------------------------------------------------------------------

MdhValue __mdh_dns_lookup(MdhThread *t, int argc, const MdhArgs_dns_lookup *a)
{
    (void)argc;
    const char *name = MDH_NAME(dns_lookup);
    NetAddr addrs[DNS_RECORDS_MAX];
    NetFamily family;
    uint64_t deadline;
    unsigned n;
    if (!mdh_net_family(t, name, a->family, &family) ||
        !mdh_dns_deadline(t, name, a->timeout_ms, &deadline))
        return MDH_EXC;
    DnsStatus status = mdh_dns_resolve(addrs, DNS_RECORDS_MAX, &n, mdh_str_slice(a->host),
                                       0, family, deadline);
    if (status) return mdh_dns_failure(t, name, "DNS", status);
    MdhValue list = mdh_list_new(t, n);
    for (unsigned i = 0; i < n && !mdh_is_exc(list); i++) {
        char text[NET_TEXT_MAX];
        MdhValue s = mdh_str_new(t, text, net_addr_host_text(&addrs[i], text));
        if (mdh_is_exc(s) || !mdh_list_add(t, list, s)) return MDH_EXC;
    }
    return mdh_ok(t, list);
}

// Services -------------------------------------------------------------------------------------

// "<service>.<domain>" without doubled dots; the domain alone for an empty service. False when
// it cannot be a name: it is too long.
static bool join_name(char out[DNS_NAME_MAX + 2], Slice service, Slice domain, Slice *name)
{
    while (service.len && service.ptr[service.len - 1] == '.') service.len--;
    while (domain.len && domain.ptr[0] == '.') domain = slice_from(domain, 1);
    size_t len = service.len + (service.len > 0) + domain.len;
    *name = slice_make(out, len);
    if (len > DNS_NAME_MAX + 1) return false;
    if (service.len) {
        memcpy(out, service.ptr, service.len);
        out[service.len] = '.';
        out += service.len + 1;
    }
    if (domain.len) memcpy(out, domain.ptr, domain.len);
    return true;
}

MdhValue __mdh_dns_srv(MdhThread *t, int argc, const MdhArgs_dns_srv *a)
{
    (void)argc;
    const char *name = MDH_NAME(dns_srv);
    char text[DNS_NAME_MAX + 2];
    Slice asked;
    uint64_t deadline;
    if (!mdh_dns_deadline(t, name, a->timeout_ms, &deadline)) return MDH_EXC;
    if (!join_name(text, mdh_str_slice(a->service), mdh_str_slice(a->domain), &asked))
        return mdh_dns_failure(t, name, "DNS SRV", DNS_BAD_NAME);
    return mdh_dns_result(t, name, "DNS SRV", dns_ask(asked, DNS_SRV, deadline));
}

MdhValue __mdh_dns_naptr(MdhThread *t, int argc, const MdhArgs_dns_naptr *a)
{
    (void)argc;
    const char *name = MDH_NAME(dns_naptr);
    uint64_t deadline;
    if (!mdh_dns_deadline(t, name, a->timeout_ms, &deadline)) return MDH_EXC;
    return mdh_dns_result(t, name, "DNS NAPTR",
                          dns_ask(mdh_str_slice(a->domain), DNS_NAPTR, deadline));
}

// Settings -------------------------------------------------------------------------------------

static MdhValue bad_server(MdhThread *t, const char *name, MdhValue v)
{
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_sb_printf(&sb, "%s() ", name);
    if (mdh_tag(v) == MDH_TAG_STRING) {
        mdh_sb_putc(&sb, '\'');
        mdh_sb_put_str(&sb, v);
        mdh_sb_puts(&sb, "' is nae address o' a server");
    } else {
        mdh_sb_puts(&sb, "servers are strings");
    }
    MdhValue text = mdh_sb_finish(t, &sb);
    MdhValue result = mdh_fail(t, MDH_ERR_INVALID, "");
    return mdh_is_exc(text) ? text : mdh_net_with(t, result, "error", text);
}

MdhValue __mdh_dns_set_servers(MdhThread *t, int argc, const MdhArgs_dns_set_servers *a)
{
    (void)argc;
    const char *name = MDH_NAME(dns_set_servers);
    NetAddr servers[DNS_SERVERS_MAX];
    uint64_t n;
    MdhListBuf *list = mdh_list_freeze(a->servers, &n);
    for (uint64_t i = 0; i < n && i < DNS_SERVERS_MAX; i++) {
        MdhValue v = mdh_listbuf_get(t, list, i);
        if (mdh_is_exc(v)) return v;
        if (mdh_tag(v) != MDH_TAG_STRING ||
            !net_addr_parse(&servers[i], mdh_str_slice(v), 53) ||
            net_addr_port(&servers[i]) == 0)
            return bad_server(t, name, v);
    }
    if (n <= DNS_SERVERS_MAX && dns_set_servers(servers, (unsigned)n))
        return mdh_ok(t, MDH_NAETHING);
    char text[80];
    snprintf(text, sizeof text, "%s() takes at maist %d servers", name, DNS_SERVERS_MAX);
    return mdh_fail(t, MDH_ERR_TOO_BIG, text);
}

MdhValue __mdh_dns_cache_flush(MdhThread *t, int argc, const MdhArgs_dns_cache_flush *a)
{
    (void)argc, (void)a;
    dns_cache_clear();
    return mdh_ok(t, MDH_NAETHING);
}
