// SPDX-License-Identifier: MIT
// Datagrams, one by one and in batches. What a datagram becomes is one dict, one buffer of
// exactly its octets and one address value, which packets of the same sender in a batch share:
// address values never change.
#include "runtime/builtins/socket.h"

#include <errno.h>

#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/net/udp.h"

// Receiving ------------------------------------------------------------------------------------

enum { K_BUF, K_ADDR, K_TRUNCATED, K_LENGTH, K_LOCAL, K_TIMESTAMP, K_COUNT };

// What packets of a batch have in common.
typedef struct Maker {
    MdhValue keys[K_COUNT];
    NetAddr peer, local;      // those of the values
    MdhValue peer_v, local_v; // ABSENT at first
} Maker;

static bool maker_init(MdhThread *t, Maker *m)
{
    static const char *const names[K_COUNT] = {"buf",    "addr",  "truncated",
                                               "length", "local", "timestamp_ns"};
    m->peer_v = m->local_v = MDH_ABSENT;
    for (int i = 0; i < K_COUNT; i++) {
        m->keys[i] = mdh_str_intern(t, names[i], strlen(names[i]));
        if (mdh_is_exc(m->keys[i])) return false;
    }
    return true;
}

// The value of an address, the last one again when it is the same.
static MdhValue address_value(MdhThread *t, const NetAddr *a, NetAddr *last,
                              MdhValue *value)
{
    if (!mdh_is_absent(*value) && memcmp(a, last, net_addr_len(a)) == 0) return *value;
    *last = *a;
    return *value = mdh_address_new(t, a);
}

static MdhValue octets_of(MdhThread *t, const UdpPacket *p)
{
    if (p->tail.len == 0) return mdh_bytes_from(t, p->head.ptr, p->head.len);
    MdhValue b = mdh_bytes_new(t, p->head.len + p->tail.len);
    if (mdh_is_exc(b)) return b;
    uint8_t *out = mdh_bytes_window(b)->data;
    memcpy(out, p->head.ptr, p->head.len);
    memcpy(out + p->head.len, p->tail.ptr, p->tail.len);
    return b;
}

static MdhValue packet_dict(MdhThread *t, Maker *m, const UdpPacket *p)
{
    MdhValue vals[K_COUNT];
    vals[K_BUF] = octets_of(t, p);
    vals[K_ADDR] = address_value(t, &p->peer, &m->peer, &m->peer_v);
    vals[K_TRUNCATED] = mdh_bool(p->truncated);
    vals[K_LENGTH] = mdh_fix((int64_t)p->length);
    vals[K_LOCAL] =
        p->has_local ? address_value(t, &p->local, &m->local, &m->local_v) : MDH_NAETHING;
    vals[K_TIMESTAMP] = p->timestamp_ns < 0 ? MDH_NAETHING : mdh_int(t, p->timestamp_ns);
    for (int i = 0; i < K_COUNT; i++)
        if (mdh_is_exc(vals[i])) return MDH_EXC;
    return mdh_dict_of(t, K_COUNT, m->keys, vals);
}

static size_t clip_length(int64_t max_len)
{
    return max_len < 0 ? 0 : max_len > UDP_MAX_SIZE ? UDP_MAX_SIZE : (size_t)max_len;
}

MdhValue __mdh_udp_recv_from(MdhThread *t, int argc, const MdhArgs_udp_recv_from *a)
{
    (void)argc;
    const char *name = MDH_NAME(udp_recv_from);
    int64_t max_len;
    unsigned got;
    UdpPacket p;
    Maker m;
    if (!mdh_net_number(t, name, a->max_len, INT64_MIN, INT64_MAX, "length is nae number",
                        &max_len) ||
        !maker_init(t, &m))
        return MDH_EXC;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    UdpBatch *b = udp_batch_take();
    int e = b ? udp_recv(s, b, 1, clip_length(max_len), socket_deadline(s), &got) : 0;
    mdh_handle_unpin(a->sock);
    if (!b) return mdh_throw_oom(t, UDP_MAX_SIZE);
    MdhValue v;
    if (e) {
        v = mdh_fail_errno(t, name, e);
    } else {
        udp_packet(b, 0, &p);
        v = mdh_ok(t, packet_dict(t, &m, &p));
    }
    udp_batch_give(b);
    return v;
}

static bool add_packets(MdhThread *t, Maker *m, const UdpBatch *b, unsigned n,
                        MdhValue list)
{
    for (unsigned i = 0; i < n; i++) {
        UdpPacket p;
        udp_packet(b, i, &p);
        MdhValue v = packet_dict(t, m, &p);
        if (mdh_is_exc(v) || !mdh_list_add(t, list, v)) return false;
    }
    return true;
}

// Batches until `max` datagrams are there or no more wait. EXC, or a list, or *e says why there
// is none.
static MdhValue recv_batches(MdhThread *t, Socket *s, UdpBatch *b, unsigned max,
                             size_t max_len, int *e)
{
    Maker m;
    MdhValue list = MDH_ABSENT;
    uint64_t deadline = socket_deadline(s);
    if (!maker_init(t, &m)) return MDH_EXC;
    for (unsigned total = 0; total < max;) {
        unsigned got, want = max - total < UDP_BATCH ? max - total : UDP_BATCH;
        *e = udp_recv(s, b, want, max_len, deadline, &got);
        if (*e) break;
        if (mdh_is_absent(list))
            list = mdh_list_new(t, max > got && got == want ? max : got);
        if (mdh_is_exc(list) || !add_packets(t, &m, b, got, list)) return MDH_EXC;
        total += got;
        if (got < want) break;
        deadline = 0;
    }
    return list;
}

MdhValue __mdh_udp_recv_many(MdhThread *t, int argc, const MdhArgs_udp_recv_many *a)
{
    (void)argc;
    const char *name = MDH_NAME(udp_recv_many);
    int64_t max, max_len;
    int e = 0;
    if (!mdh_net_number(t, name, a->max_packets, 1, 1024, "max packets must be 1..1024",
                        &max) ||
        !mdh_net_number(t, name, a->max_len, INT64_MIN, INT64_MAX, "length is nae number",
                        &max_len))
        return MDH_EXC;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    UdpBatch *b = udp_batch_take();
    MdhValue list =
        b ? recv_batches(t, s, b, (unsigned)max, clip_length(max_len), &e) : MDH_EXC;
    mdh_handle_unpin(a->sock);
    if (!b) return mdh_throw_oom(t, UDP_MAX_SIZE);
    udp_batch_give(b);
    return mdh_is_absent(list) ? mdh_fail_errno(t, name, e) : mdh_ok(t, list);
}

// Sending --------------------------------------------------------------------------------------

static MdhValue no_address(MdhThread *t, const char *name)
{
    return mdh_throw_native(t, "%s() expects an address", name);
}

// Where a datagram goes, in the socket's form: an address value, or a dict {host, port}. False
// when it threw. *failure is ABSENT, or the result of an address that cannot be used.
static bool destination(MdhThread *t, const char *name, MdhValue v, const Socket *s,
                        UdpOut *out, MdhValue *failure)
{
    NetAddr a;
    uint16_t port;
    *failure = MDH_ABSENT;
    if (mdh_is_address(v)) {
        mdh_address_get(v, &a);
        out->has_to = net_addr_fit(&out->to, &a, s->family);
        if (!out->has_to) *failure = mdh_fail_errno(t, name, EAFNOSUPPORT);
        return true;
    }
    MdhValue host = mdh_is_dict(v) ? mdh_dict_get_c(v, "host") : MDH_ABSENT;
    MdhValue number = mdh_is_dict(v) ? mdh_dict_get_c(v, "port") : MDH_ABSENT;
    if (!mdh_is_str(host) || !mdh_is_number(number)) {
        no_address(t, name);
        return false;
    }
    if (!mdh_net_port(t, name, number, &port)) return false;
    int code = net_resolve_for(&out->to, mdh_str_slice(host), port, s->family, s->v6only);
    out->has_to = code == 0;
    if (code) *failure = mdh_net_dns_failure(t, name, code);
    return true;
}

// May answers come from the address that this value is? Of ours, and not a group's.
static bool source_of(MdhValue local, const Socket *s, NetAddr *out)
{
    NetAddr a;
    if (s->has_local || !mdh_is_address(local)) return false;
    mdh_address_get(local, &a);
    const char *scope = net_addr_scope(&a);
    bool one =
        strcmp(scope, "multicast") && strcmp(scope, "broadcast") && strcmp(scope, "any");
    return one && net_addr_fit(out, &a, s->family);
}

static MdhValue send_one(MdhThread *t, const char *name, Socket *s, UdpOut *out)
{
    unsigned sent;
    int e = udp_send(s, out, 1, socket_deadline(s), &sent);
    return e ? mdh_fail_errno(t, name, e) : mdh_ok(t, mdh_fix((int64_t)out->data.len));
}

MdhValue __mdh_udp_send_to(MdhThread *t, int argc, const MdhArgs_udp_send_to *a)
{
    (void)argc;
    const char *name = MDH_NAME(udp_send_to);
    uint16_t port;
    UdpOut out = {.data = mdh_bytes_slice_of(a->buf), .has_to = true};
    if (!mdh_net_port(t, name, a->port, &port)) return MDH_EXC;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    int code = net_resolve_for(&out.to, mdh_str_slice(a->host), port, s->family, s->v6only);
    MdhValue v = code ? mdh_net_dns_failure(t, name, code) : send_one(t, name, s, &out);
    mdh_handle_unpin(a->sock);
    return v;
}

MdhValue __mdh_udp_send_addr(MdhThread *t, int argc, const MdhArgs_udp_send_addr *a)
{
    (void)argc;
    const char *name = MDH_NAME(udp_send_addr);
    MdhValue v = MDH_ABSENT;
    UdpOut out = {.data = mdh_bytes_slice_of(a->buf)};
    if (!mdh_is_naething(a->local) && !mdh_is_address(a->local)) return no_address(t, name);
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    if (!mdh_is_naething(a->addr) && !destination(t, name, a->addr, s, &out, &v))
        v = MDH_EXC;
    if (mdh_is_absent(v)) {
        out.has_from = source_of(a->local, s, &out.from);
        v = send_one(t, name, s, &out);
    }
    mdh_handle_unpin(a->sock);
    return v;
}

// Many: the packets are made ready in groups of UDP_BATCH, on the stack, where the collector
// sees the octets that they point at.
typedef struct Sender {
    MdhThread *t;
    Socket *s;
    const char *name;
    MdhValue k_buf, k_addr, k_local;
    uint64_t deadline, sent;
    MdhValue failed; // list, or ABSENT
    MdhValue first;  // the failure that came first
    int stop;        // an errno that ends the call
} Sender;

static bool throw_bad_item(Sender *m, uint64_t index)
{
    mdh_throw_native(m->t, "%s() expects [bytes, address] or a dict wi' buf and addr at %d",
                     m->name, (int64_t)index);
    return false;
}

// {index, ok: nae, error, code, kind} on the list of failures.
static bool note_failure(Sender *m, uint64_t index, MdhValue failure)
{
    MdhValue entry = mdh_net_with(m->t, failure, "index", mdh_fix((int64_t)index));
    if (mdh_is_absent(m->failed)) {
        m->first = entry;
        m->failed = mdh_list_new(m->t, 4);
    }
    return !mdh_is_exc(entry) && !mdh_is_exc(m->failed) &&
           mdh_list_add(m->t, m->failed, entry);
}

// Makes one packet ready. False when it threw. *failure is ABSENT, or the result of a packet that
// cannot be sent.
static bool ready_one(Sender *m, MdhValue item, uint64_t index, UdpOut *out,
                      MdhValue *failure)
{
    MdhValue buf = MDH_ABSENT, addr = MDH_ABSENT, local = MDH_ABSENT;
    if (mdh_is_dict(item)) {
        buf = mdh_dict_get(item, m->k_buf);
        addr = mdh_dict_get(item, m->k_addr);
        local = mdh_dict_get(item, m->k_local);
    } else if (mdh_is_list(item) && mdh_list_len(item) == 2) {
        buf = mdh_list_get(m->t, item, 0);
        addr = mdh_list_get(m->t, item, 1);
    }
    if (!mdh_is_bytes(buf)) return throw_bad_item(m, index);
    *out = (UdpOut){.data = mdh_bytes_slice_of(buf)};
    if (!destination(m->t, m->name, addr, m->s, out, failure)) return false;
    out->has_from = source_of(local, m->s, &out->from);
    return true;
}

// Packets that are ready and wait to go together.
typedef struct Group {
    UdpOut outs[UDP_BATCH];
    uint64_t indexes[UDP_BATCH];
    unsigned n;
} Group;

// Sends the group; one that the system refuses is noted and left out. False when it threw.
static bool send_group(Sender *m, Group *g)
{
    for (unsigned at = 0; at < g->n;) {
        unsigned sent;
        int e = udp_send(m->s, g->outs + at, g->n - at, m->deadline, &sent);
        at += sent;
        m->sent += sent;
        if (e == EAGAIN || e == ETIMEDOUT || e == ECANCELED) {
            m->stop = e;
            break;
        }
        if (!e) continue;
        if (!note_failure(m, g->indexes[at++], mdh_fail_errno(m->t, m->name, e)))
            return false;
    }
    g->n = 0;
    return true;
}

// False when it threw. Packets go, and failures are noted, in the order of the list.
static bool send_all(Sender *m, const MdhListBuf *items, uint64_t n)
{
    Group g;
    g.n = 0;
    for (uint64_t i = 0; i < n && !m->stop; i++) {
        MdhValue failure, item = mdh_listbuf_get(m->t, items, i);
        if (mdh_is_exc(item) || !ready_one(m, item, i, &g.outs[g.n], &failure))
            return false;
        bool fails = !mdh_is_absent(failure);
        if (!fails) g.indexes[g.n++] = i;
        if ((fails || g.n == UDP_BATCH) && !send_group(m, &g)) return false;
        if (fails && !m->stop && !note_failure(m, i, failure)) return false;
    }
    return m->stop || send_group(m, &g);
}

static MdhValue sent_answer(Sender *m)
{
    if (m->sent == 0 && !mdh_is_absent(m->failed)) return m->first;
    if (m->sent == 0 && m->stop) return mdh_fail_errno(m->t, m->name, m->stop);
    MdhValue v = mdh_ok(m->t, mdh_fix((int64_t)m->sent));
    return mdh_is_absent(m->failed) ? v : mdh_net_with(m->t, v, "failed", m->failed);
}

MdhValue __mdh_udp_send_many(MdhThread *t, int argc, const MdhArgs_udp_send_many *a)
{
    (void)argc;
    uint64_t n;
    Sender m = {.t = t,
                .name = MDH_NAME(udp_send_many),
                .k_buf = mdh_str_intern(t, "buf", 3),
                .k_addr = mdh_str_intern(t, "addr", 4),
                .k_local = mdh_str_intern(t, "local", 5),
                .failed = MDH_ABSENT,
                .first = MDH_ABSENT};
    if (mdh_is_exc(m.k_buf) || mdh_is_exc(m.k_addr) || mdh_is_exc(m.k_local))
        return MDH_EXC;
    m.s = mdh_socket_pin(t, a->sock);
    if (!m.s) return MDH_EXC;
    m.deadline = socket_deadline(m.s);
    const MdhListBuf *items = mdh_list_freeze(a->packets, &n);
    bool fine = send_all(&m, items, n);
    mdh_handle_unpin(a->sock);
    return fine ? sent_answer(&m) : MDH_EXC;
}
