// SPDX-License-Identifier: MIT
// Any octets as the message of a name server, for each type of question, and as a base64 text.
// Beyond not crashing: texts lie within the answer and end, names have the length of names, what
// was decoded encodes to the same text.
#include <stdlib.h>

#include "runtime/net/dns_msg.h"
#include "runtime/sec/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok) abort();
}

static void check_name(const char *name)
{
    size_t len = strlen(name);
    require(len >= 1 && len < DNS_NAME_TEXT && name[len - 1] == '.');
}

static void check_record(const DnsAnswer *a, const DnsRecord *r)
{
    char text[NET_TEXT_MAX];
    switch (a->type) {
    case DNS_A:
    case DNS_AAAA: require(net_addr_host_text(&r->addr, text) < NET_TEXT_MAX); break;
    case DNS_SRV: check_name(a->text + r->srv.target); break;
    case DNS_NAPTR:
        require(a->text[r->naptr.flags + r->naptr.flags_len] == 0);
        require(a->text[r->naptr.service + r->naptr.service_len] == 0);
        require(a->text[r->naptr.regexp + r->naptr.regexp_len] == 0);
        check_name(a->text + r->naptr.replacement);
        break;
    }
}

static void check_message(Slice msg, DnsType type)
{
    DnsAnswer *a = dns_msg_read(msg, type);
    require(a && a->n <= DNS_RECORDS_MAX && (a->n > 0) == (a->status == DNS_OK));
    for (uint32_t i = 0; i < a->n; i++) check_record(a, &a->records[i]);
    dns_answer_unref(a);
}

static void check_base64(Slice text, Base64Kind kind)
{
    uint8_t *out = malloc(text.len + 4);
    char *again = malloc(text.len + 8);
    size_t n;
    require(out && again);
    if (base64_decode(kind, text, out, &n) == BASE64_OK) {
        size_t len = base64_encoded_len(kind, n);
        require(n <= text.len / 4 * 3 + 3 && len <= text.len);
        base64_encode(kind, slice_make(out, n), again);
        require(memcmp(again, text.ptr ? text.ptr : "", len) == 0);
    }
    free(out);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const DnsType types[] = {DNS_A, DNS_AAAA, DNS_SRV, DNS_NAPTR};
    Slice input = slice_make(data, size);
    if (size > 65535) return 0;
    for (size_t i = 0; i < countof(types); i++) check_message(input, types[i]);
    check_base64(input, BASE64_STANDARD);
    check_base64(input, BASE64_URL);
    return 0;
}
