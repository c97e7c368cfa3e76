// SPDX-License-Identifier: MIT
// Header fields are name and value as strings of their own in a short list; nothing is parsed that
// the other languages' programs do not parse.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FIELDS 32

static const char request[] =
    "INVITE sip:bob@example.test SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds;rport\r\n"
    "Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKnashds8\r\n"
    "Max-Forwards: 70\r\n"
    "To: Bob <sip:bob@example.test>\r\n"
    "From: Alice <sip:alice@example.test>;tag=1928301774\r\n"
    "Call-ID: a84b4c76e66710@192.0.2.1\r\n"
    "CSeq: 314159 INVITE\r\n"
    "Contact: <sip:alice@192.0.2.1:5060;transport=udp>\r\n"
    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY\r\n"
    "Supported: replaces, timer\r\n"
    "User-Agent: bench/1.0\r\n"
    "Content-Type: application/sdp\r\n"
    "Content-Length: 0\r\n\r\n";

typedef struct Field {
    char *name, *value;
} Field;

typedef struct Message {
    char *method, *uri;
    Field fields[MAX_FIELDS], vias[MAX_FIELDS];
    size_t n_fields, n_vias;
} Message;

static char *copy(const char *from, const char *to)
{
    size_t n = (size_t)(to - from);
    char *s = malloc(n + 1);
    if (!s) abort();
    memcpy(s, from, n);
    s[n] = 0;
    return s;
}

static void parse_field(Message *m, const char *row, const char *end)
{
    const char *colon = memchr(row, ':', (size_t)(end - row));
    if (!colon) return;
    char *name = copy(row, colon);
    for (char *p = name; *p; p++) *p = (char)tolower((unsigned char)*p);
    for (colon++; colon < end && *colon == ' '; colon++) {}
    while (end > colon && end[-1] == ' ') end--;
    Field f = {name, copy(colon, end)};
    if (strcmp(name, "via") == 0) m->vias[m->n_vias++] = f;
    else m->fields[m->n_fields++] = f;
}

static void parse(Message *m, const char *text)
{
    const char *space = strchr(text, ' '), *space2 = strchr(space + 1, ' ');
    m->n_fields = m->n_vias = 0;
    m->method = copy(text, space);
    m->uri = copy(space + 1, space2);
    for (const char *row = strstr(text, "\r\n") + 2; *row != '\r';) {
        const char *end = strstr(row, "\r\n");
        parse_field(m, row, end);
        row = end + 2;
    }
}

static void drop(Message *m)
{
    free(m->method);
    free(m->uri);
    for (size_t i = 0; i < m->n_fields; i++) free(m->fields[i].name), free(m->fields[i].value);
    for (size_t i = 0; i < m->n_vias; i++) free(m->vias[i].name), free(m->vias[i].value);
}

static const char *field(const Message *m, const char *name)
{
    for (size_t i = 0; i < m->n_fields; i++)
        if (strcmp(m->fields[i].name, name) == 0) return m->fields[i].value;
    return "";
}

static char *param(const char *value, const char *name)
{
    char key[32];
    int n = snprintf(key, sizeof key, ";%s=", name);
    const char *at = strstr(value, key);
    if (!at) return copy(value, value);
    at += n;
    const char *end = strchr(at, ';');
    return copy(at, end ? end : at + strlen(at));
}

static char *answer(const Message *m, long n)
{
    char *out = malloc(2048);
    size_t len = 0;
    if (!out) abort();
    len += (size_t)snprintf(out, 2048, "SIP/2.0 200 OK\r\n");
    for (size_t i = 0; i < m->n_vias; i++)
        len += (size_t)snprintf(out + len, 2048 - len, "Via: %s\r\n", m->vias[i].value);
    (void)snprintf(out + len, 2048 - len,
                   "To: %s;tag=%ld\r\nFrom: %s\r\nCall-ID: %s\r\nCSeq: %s\r\n"
                   "Content-Length: 0\r\n\r\n",
                   field(m, "to"), n, field(m, "from"), field(m, "call-id"), field(m, "cseq"));
    return out;
}

int main(void)
{
    long sum = 0;
    for (long i = 0; i < 60000; i++) {
        Message m;
        parse(&m, request);
        char *branch = param(m.vias[0].value, "branch"), *tag = param(field(&m, "from"), "tag");
        long cseq = strtol(field(&m, "cseq"), NULL, 10);
        char *reply = answer(&m, i);
        sum = (sum + (long)(strlen(branch) + strlen(tag)) + cseq + (long)strlen(reply) +
               (long)m.n_fields) % 1000003;
        free(branch);
        free(tag);
        free(reply);
        drop(&m);
    }
    printf("%ld\n", sum);
}
