// SPDX-License-Identifier: MIT
#include "runtime/net/dns_msg.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/os.h"
#include "runtime/mem/gc.h"

#define TYPE_CNAME 5
#define TYPE_SOA   6
#define CLASS_IN   1
#define WIRE_MAX   255 // octets of a name, RFC 1035 §3.1

// Answers --------------------------------------------------------------------------------------

static DnsAnswer *new_answer(DnsStatus status, DnsType type, const DnsRecord *records,
                             unsigned n, Slice text)
{
    size_t table = n * sizeof *records;
    DnsAnswer *a = mdh_raw_realloc(NULL, sizeof *a + table + text.len + 1);
    if (!a) return NULL;
    char *copy = (char *)a + sizeof *a + table;
    if (table) memcpy(a->records, records, table);
    if (text.len) memcpy(copy, text.ptr, text.len);
    copy[text.len] = 0;
    a->refs = 1;
    a->status = status;
    a->type = type;
    a->n = n;
    a->ttl = 0;
    a->born_ns = os_mono_ns();
    a->text = copy;
    return a;
}

DnsAnswer *dns_answer_new(DnsStatus status, DnsType type)
{
    return new_answer(status, type, NULL, 0, SLICE_NONE);
}

DnsAnswer *dns_answer_of(DnsType type, const NetAddr *addrs, unsigned n)
{
    DnsRecord records[DNS_RECORDS_MAX];
    if (n > DNS_RECORDS_MAX) n = DNS_RECORDS_MAX;
    memset(records, 0, sizeof records);
    for (unsigned i = 0; i < n; i++) records[i].addr = addrs[i];
    return new_answer(n ? DNS_OK : DNS_NO_DATA, type, records, n, SLICE_NONE);
}

void dns_answer_ref(DnsAnswer *answer)
{
    __atomic_add_fetch(&answer->refs, 1, __ATOMIC_RELAXED);
}

void dns_answer_unref(DnsAnswer *answer)
{
    if (answer && __atomic_sub_fetch(&answer->refs, 1, __ATOMIC_ACQ_REL) == 0)
        mdh_raw_free(answer);
}

uint32_t dns_ttl_left(const DnsAnswer *answer, const DnsRecord *record)
{
    uint64_t age = (os_mono_ns() - answer->born_ns) / 1000000000;
    return age < record->ttl ? record->ttl - (uint32_t)age : 0;
}

// Names ----------------------------------------------------------------------------------------

static size_t put_octet(char *out, uint8_t c)
{
    if (c == '.' || c == '\\') {
        out[0] = '\\';
        out[1] = (char)c;
        return 2;
    }
    if (c > ' ' && c < 127) {
        out[0] = (char)c;
        return 1;
    }
    const char octal[4] = {'\\', (char)('0' + c / 100), (char)('0' + c / 10 % 10),
                           (char)('0' + c % 10)};
    memcpy(out, octal, 4);
    return 4;
}

// Follows a pointer (RFC 1035 §4.1.4). It must lie before all that has been read of this name,
// so that no name is read twice and none without end.
static bool follow(Slice msg, size_t at, size_t *limit, size_t *target)
{
    if (at + 1 >= msg.len) return false;
    *target = ((size_t)((uint8_t)msg.ptr[at] & 0x3f) << 8) | (uint8_t)msg.ptr[at + 1];
    if (*target >= *limit) return false;
    *limit = *target;
    return true;
}

bool dns_name_read(Slice msg, size_t *at, char out[DNS_NAME_TEXT])
{
    size_t here = *at, limit = *at, n = 0, wire = 1;
    bool has_jumped = false;
    for (;;) {
        if (here >= msg.len) return false;
        uint8_t len = (uint8_t)msg.ptr[here];
        if (len >= 0xc0) {
            if (!has_jumped) *at = here + 2;
            has_jumped = true;
            if (!follow(msg, here, &limit, &here)) return false;
            continue;
        }
        if (len == 0) break;
        wire += len + 1u;
        if (len > 63 || wire > WIRE_MAX || msg.len - here <= len) return false;
        for (unsigned i = 1; i <= len; i++)
            n += put_octet(out + n, (uint8_t)msg.ptr[here + i]);
        out[n++] = '.';
        here += len + 1u;
    }
    if (!has_jumped) *at = here + 1;
    if (n == 0) out[n++] = '.';
    out[n] = 0;
    return true;
}

static bool same_name(const char *a, const char *b)
{
    return slice_eq_nocase(slice_from_cstr(a), slice_from_cstr(b));
}

// Records --------------------------------------------------------------------------------------

typedef struct Row {
    char owner[DNS_NAME_TEXT];
    uint16_t type, class_;
    uint32_t ttl;
    size_t data, data_len; // offsets in the message
} Row;

// The cursor has no names, so both walk: names by offset, numbers by a cursor from there.
static bool read_row(Slice msg, size_t *at, Row *row)
{
    if (!dns_name_read(msg, at, row->owner)) return false;
    Cursor c = cur_from_slice(slice_from(msg, *at));
    row->type = cur_u16be(&c);
    row->class_ = cur_u16be(&c);
    row->ttl = cur_u32be(&c);
    if (row->ttl > INT32_MAX) row->ttl = 0; // RFC 2181 §8
    row->data_len = cur_u16be(&c);
    row->data = *at + 10;
    cur_skip(&c, row->data_len);
    if (!cur_ok(&c)) return false;
    *at = row->data + row->data_len;
    return true;
}

typedef struct Reader {
    Slice msg;
    DnsType type;
    size_t answers; // offset of the answer section
    uint16_t n_answers, n_authority;
    char owner[DNS_NAME_TEXT];
    uint32_t ttl; // the least one on the way
    DnsRecord records[DNS_RECORDS_MAX];
    unsigned n;
    Buf text;
} Reader;

// A name that must end where the record does, added to the text.
static bool read_last_name(Reader *r, const Row *row, size_t at, uint32_t *offset)
{
    char name[DNS_NAME_TEXT];
    if (!dns_name_read(r->msg, &at, name) || at != row->data + row->data_len) return false;
    *offset = (uint32_t)r->text.len;
    buf_put(&r->text, name, strlen(name) + 1);
    return true;
}

static bool read_addr(Reader *r, const Row *row, DnsRecord *out)
{
    const char *data = r->msg.ptr + row->data;
    bool is_v6 = r->type == DNS_AAAA;
    if (row->data_len != (is_v6 ? 16u : 4u)) return false;
    net_addr_any(&out->addr, is_v6 ? AF_INET6 : AF_INET, 0);
    if (is_v6) memcpy(&out->addr.v6.sin6_addr, data, 16);
    else memcpy(&out->addr.v4.sin_addr, data, 4);
    return true;
}

static bool read_srv(Reader *r, const Row *row, DnsRecord *out)
{
    Cursor c = cur_from_slice(slice_sub(r->msg, row->data, row->data + row->data_len));
    out->srv.priority = cur_u16be(&c);
    out->srv.weight = cur_u16be(&c);
    out->srv.port = cur_u16be(&c);
    return cur_ok(&c) && read_last_name(r, row, row->data + 6, &out->srv.target);
}

// A <character-string> of a record, added to the text.
static void read_string(Reader *r, Cursor *c, uint32_t *offset, uint16_t *len)
{
    Slice s = cur_take(c, cur_u8(c));
    *offset = (uint32_t)r->text.len;
    *len = (uint16_t)s.len;
    buf_put(&r->text, s.ptr, s.len);
    buf_putc(&r->text, 0);
}

static bool read_naptr(Reader *r, const Row *row, DnsRecord *out)
{
    Cursor c = cur_from_slice(slice_sub(r->msg, row->data, row->data + row->data_len));
    out->naptr.order = cur_u16be(&c);
    out->naptr.preference = cur_u16be(&c);
    read_string(r, &c, &out->naptr.flags, &out->naptr.flags_len);
    read_string(r, &c, &out->naptr.service, &out->naptr.service_len);
    read_string(r, &c, &out->naptr.regexp, &out->naptr.regexp_len);
    size_t at = row->data + row->data_len - cur_remaining(&c);
    return cur_ok(&c) && read_last_name(r, row, at, &out->naptr.replacement);
}

static bool take_record(Reader *r, const Row *row)
{
    if (r->n == DNS_RECORDS_MAX) return true;
    DnsRecord *out = &r->records[r->n++];
    memset(out, 0, sizeof *out);
    out->ttl = row->ttl;
    switch (r->type) {
    case DNS_A:
    case DNS_AAAA: return read_addr(r, row, out);
    case DNS_SRV: return read_srv(r, row, out);
    case DNS_NAPTR: return read_naptr(r, row, out);
    }
    return false;
}

static void lower_ttl(Reader *r, uint32_t ttl)
{
    if (ttl < r->ttl) r->ttl = ttl;
}

// One walk over the answers for r->owner: takes its records, or finds where its alias leads.
static bool walk_answers(Reader *r, char next[DNS_NAME_TEXT], bool *has_alias)
{
    Row row;
    size_t at = r->answers;
    *has_alias = false;
    for (unsigned i = 0; i < r->n_answers; i++) {
        if (!read_row(r->msg, &at, &row)) return false;
        if (row.class_ != CLASS_IN || !same_name(row.owner, r->owner)) continue;
        if (row.type == r->type) {
            if (!take_record(r, &row)) return false;
            lower_ttl(r, row.ttl);
        } else if (row.type == TYPE_CNAME && !*has_alias) {
            size_t data = row.data;
            if (!dns_name_read(r->msg, &data, next) || data != row.data + row.data_len)
                return false;
            *has_alias = true;
            lower_ttl(r, row.ttl);
        }
    }
    return true;
}

static bool read_answers(Reader *r)
{
    char next[DNS_NAME_TEXT];
    bool has_alias = true;
    for (int hop = 0; hop < DNS_HOPS_MAX && has_alias && !r->n; hop++) {
        if (!walk_answers(r, next, &has_alias)) return false;
        if (has_alias) memcpy(r->owner, next, sizeof next);
    }
    return true;
}

// How long "no" is true: the lesser of the SOA's own TTL and its last field (RFC 2308 §5). 0
// without a SOA.
static uint32_t negative_ttl(const Reader *r)
{
    Row row;
    size_t at = r->answers;
    for (unsigned i = 0; i < r->n_answers; i++)
        if (!read_row(r->msg, &at, &row)) return 0;
    for (unsigned i = 0; i < r->n_authority; i++) {
        if (!read_row(r->msg, &at, &row)) return 0;
        if (row.type != TYPE_SOA || row.class_ != CLASS_IN || row.data_len < 22) continue;
        Cursor c =
            cur_from_slice(slice_sub(r->msg, row.data + row.data_len - 4, r->msg.len));
        uint32_t minimum = cur_u32be(&c);
        return row.ttl < minimum ? row.ttl : minimum;
    }
    return 0;
}

// The header and the question (RFC 1035 §4.1.1, §4.1.2). False: not a response to our question.
static bool read_head(Reader *r, unsigned *rcode)
{
    Cursor c = cur_from_slice(r->msg);
    cur_skip(&c, 2);
    unsigned flags = cur_u16be(&c);
    unsigned questions = cur_u16be(&c);
    r->n_answers = cur_u16be(&c);
    r->n_authority = cur_u16be(&c);
    cur_skip(&c, 2);
    size_t at = 12;
    *rcode = flags & 15;
    if (!cur_ok(&c) || !(flags & 0x8000) || questions != 1) return false;
    if (!dns_name_read(r->msg, &at, r->owner)) return false;
    c = cur_from_slice(slice_from(r->msg, at));
    unsigned type = cur_u16be(&c), class_ = cur_u16be(&c);
    r->answers = at + 4;
    return cur_ok(&c) && type == r->type && class_ == CLASS_IN;
}

static DnsStatus read_all(Reader *r)
{
    unsigned rcode;
    if (!read_head(r, &rcode)) return DNS_MALFORMED;
    if (rcode == 5) return DNS_REFUSED;
    if (rcode != 0 && rcode != 3) return DNS_SERVFAIL;
    if (!read_answers(r)) return DNS_MALFORMED;
    if (!buf_ok(&r->text)) return DNS_NO_MEMORY;
    if (rcode == 0 && r->n) return DNS_OK;
    lower_ttl(r, negative_ttl(r));
    return rcode == 3 ? DNS_NXDOMAIN : DNS_NO_DATA;
}

DnsAnswer *dns_msg_read(Slice msg, DnsType type)
{
    Reader r = {.msg = msg, .type = type, .ttl = UINT32_MAX};
    // each record adds less text than four times what is in the message, and a few ends
    buf_init(&r.text, (size_t)DNS_RECORDS_MAX * (DNS_NAME_TEXT + 3 * 256));
    DnsStatus status = read_all(&r);
    bool ok = status == DNS_OK;
    DnsAnswer *answer = status == DNS_NO_MEMORY
                            ? NULL
                            : new_answer(status, type, r.records, ok ? r.n : 0,
                                         ok ? buf_view(&r.text) : SLICE_NONE);
    if (answer && (ok || status == DNS_NXDOMAIN || status == DNS_NO_DATA))
        answer->ttl = r.ttl;
    buf_deinit(&r.text);
    return answer;
}
