// SPDX-License-Identifier: MIT
// Datagrams in batches.
//
// Memory. Any datagram may have 65 535 octets, most have 200. So each of the 64 places of a
// batch has a head of about 2 kB, close together in the cache, and a tail that no page stands
// behind until a long datagram comes. Heads are an odd number of cache lines apart, else all of
// them would fall into the same few sets of the cache. Batches are shared by all sockets through
// a store of a few, so 1 000 sockets cost no more than the threads that receive at one time.
//
// The ancillary data of a datagram (RFC 3542 §6) are the time of arrival and the address that it
// was sent to; both were asked for when the socket was opened.
#define _GNU_SOURCE // recvmmsg, sendmmsg, struct in6_pktinfo
#include "runtime/net/udp.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "base/os.h"
#include "runtime/net/store.h"

#define HEAD 1984u // octets, 31 cache lines
#define TAIL (UDP_MAX_SIZE - HEAD + 1)
#define CONTROL                                                                            \
    (CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(struct in6_pktinfo)))

struct UdpBatch {
    struct mmsghdr msgs[UDP_BATCH];
    struct iovec parts[UDP_BATCH][2];
    NetAddr peers[UDP_BATCH];
    _Alignas(struct cmsghdr) char control[UDP_BATCH][CONTROL];
    size_t max_len;
    uint16_t port; // ours
    _Alignas(64) uint8_t heads[UDP_BATCH][HEAD];
    uint8_t tails[UDP_BATCH][TAIL];
};

// The store ------------------------------------------------------------------------------------

static NetStore store = NET_STORE_INIT;

UdpBatch *udp_batch_take(void)
{
    return net_store_take(&store, sizeof(UdpBatch));
}

void udp_batch_give(UdpBatch *b)
{
    net_store_give(&store, b);
}

// Receiving ------------------------------------------------------------------------------------

static void prepare(UdpBatch *b, unsigned n, size_t max_len)
{
    b->max_len = max_len;
    for (unsigned i = 0; i < n; i++) {
        struct msghdr *m = &b->msgs[i].msg_hdr;
        struct iovec *part = b->parts[i];
        part[0] = (struct iovec){b->heads[i], max_len < HEAD ? max_len : HEAD};
        part[1] = (struct iovec){b->tails[i], max_len - part[0].iov_len};
        *m = (struct msghdr){.msg_name = &b->peers[i],
                             .msg_namelen = sizeof b->peers[i],
                             .msg_iov = part,
                             .msg_iovlen = part[1].iov_len ? 2 : 1,
                             .msg_control = b->control[i],
                             .msg_controllen = CONTROL};
    }
}

// The port of ours, asked once: it does not change any more after something was received.
static uint16_t own_port(Socket *s)
{
    uint16_t port = __atomic_load_n(&s->port, __ATOMIC_RELAXED);
    NetAddr a;
    socklen_t len = sizeof a;
    if (port || getsockname(s->fd, &a.sa, &len) != 0) return port;
    port = net_addr_port(&a);
    __atomic_store_n(&s->port, port, __ATOMIC_RELAXED);
    return port;
}

int udp_recv(Socket *s, UdpBatch *b, unsigned n, size_t max_len, uint64_t deadline_ns,
             unsigned *got)
{
    prepare(b, n, max_len);
    for (;;) {
        int k = recvmmsg(s->fd, b->msgs, n, MSG_DONTWAIT | MSG_TRUNC, NULL);
        if (k > 0) {
            *got = (unsigned)k;
            b->port = own_port(s);
            return 0;
        }
        int e = k == 0 ? EAGAIN : errno;
        if (e == EAGAIN) e = socket_wait(s, POLLIN, deadline_ns);
        if (e && (e != EINTR || os_interrupted())) return e;
    }
}

static void read_control(const struct msghdr *m, UdpPacket *out)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR((struct msghdr *)m, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec when;
            memcpy(&when, CMSG_DATA(c), sizeof when);
            out->timestamp_ns = (int64_t)when.tv_sec * 1000000000 + when.tv_nsec;
        } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            net_addr_any(&out->local, AF_INET, 0);
            out->local.v4.sin_addr = info.ipi_addr;
            out->has_local = true;
        } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            net_addr_any(&out->local, AF_INET6, 0);
            out->local.v6.sin6_addr = info.ipi6_addr;
            if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
                out->local.v6.sin6_scope_id = info.ipi6_ifindex;
            out->has_local = true;
        }
    }
}

void udp_packet(const UdpBatch *b, unsigned i, UdpPacket *out)
{
    const struct mmsghdr *m = &b->msgs[i];
    size_t have = m->msg_len < b->max_len ? m->msg_len : b->max_len;
    size_t head = have < HEAD ? have : HEAD;
    *out = (UdpPacket){.head = {(const char *)b->heads[i], head},
                       .tail = {(const char *)b->tails[i], have - head},
                       .length = m->msg_len,
                       .truncated = (m->msg_hdr.msg_flags & MSG_TRUNC) != 0,
                       .peer = b->peers[i],
                       .timestamp_ns = -1};
    read_control(&m->msg_hdr, out);
    if (out->has_local) net_addr_set_port(&out->local, b->port);
}

// Sending --------------------------------------------------------------------------------------

typedef struct Outbox {
    struct mmsghdr msgs[UDP_BATCH];
    struct iovec parts[UDP_BATCH];
    _Alignas(
        struct cmsghdr) char control[UDP_BATCH][CMSG_SPACE(sizeof(struct in6_pktinfo))];
} Outbox;

// Says from which of our addresses the datagram shall come. `from` is in the socket's form.
static void put_source(struct msghdr *m, char *control, const NetAddr *from)
{
    bool v6 = from->sa.sa_family == AF_INET6;
    struct in6_pktinfo six = {0};
    struct in_pktinfo four = {0};
    size_t len = v6 ? sizeof six : sizeof four;
    if (v6) {
        six.ipi6_addr = from->v6.sin6_addr;
        six.ipi6_ifindex = from->v6.sin6_scope_id;
    } else {
        four.ipi_spec_dst = from->v4.sin_addr;
    }
    memset(control, 0, CMSG_SPACE(len));
    m->msg_control = control;
    m->msg_controllen = CMSG_SPACE(len);
    struct cmsghdr *c = CMSG_FIRSTHDR(m);
    c->cmsg_level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    c->cmsg_type = v6 ? IPV6_PKTINFO : IP_PKTINFO;
    c->cmsg_len = CMSG_LEN(len);
    memcpy(CMSG_DATA(c), v6 ? (void *)&six : (void *)&four, len);
}

static void address(Outbox *box, unsigned i, UdpOut *out)
{
    struct msghdr *m = &box->msgs[i].msg_hdr;
    box->parts[i] = (struct iovec){(void *)(uintptr_t)out->data.ptr, out->data.len};
    *m = (struct msghdr){.msg_iov = &box->parts[i], .msg_iovlen = 1};
    if (out->has_to) {
        m->msg_name = &out->to;
        m->msg_namelen = net_addr_len(&out->to);
    }
    if (out->has_from) put_source(m, box->control[i], &out->from);
}

int udp_send(Socket *s, UdpOut *out, unsigned n, uint64_t deadline_ns, unsigned *sent)
{
    Outbox box;
    for (unsigned i = 0; i < n; i++) address(&box, i, &out[i]);
    *sent = 0;
    while (*sent < n) {
        int k = sendmmsg(s->fd, box.msgs + *sent, n - *sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (k > 0) {
            *sent += (unsigned)k;
            continue;
        }
        int e = k == 0 ? EAGAIN : errno;
        UdpOut *next = &out[*sent];
        if (e == EAGAIN) e = socket_wait(s, POLLOUT, deadline_ns);
        if (e == EINVAL && next->has_from) {
            next->has_from = false; // no address of ours any more: let the system choose
            address(&box, *sent, next);
            continue;
        }
        if (e && (e != EINTR || os_interrupted())) return e;
    }
    return 0;
}
