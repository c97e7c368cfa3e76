// SPDX-License-Identifier: MIT
// The life of sockets: opening, binding, connecting, accepting, closing. Thin: the work is done
// in runtime/net, here arguments come in and result dicts go out.
#include "runtime/builtins/socket.h"

#include <errno.h>
#include <stdio.h>

#include "base/os.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/net/sockopt.h"
#include "runtime/net/tcp.h"

#define WORTH_IT 8 // lost handles that a collection found

// Shared ---------------------------------------------------------------------------------------

bool mdh_net_number(MdhThread *t, const char *name, MdhValue v, int64_t lo, int64_t hi,
                    const char *what, int64_t *out)
{
    double d = mdh_is_int(v) ? 0 : mdh_float_of(v);
    bool fits = d == d && d > -0x1p63 && d < 0x1p63;
    int64_t i = mdh_is_int(v) ? mdh_int_of(v) : fits ? (int64_t)d : 0;
    if (fits && i >= lo && i <= hi) {
        *out = i;
        return true;
    }
    mdh_throw_native(t, "%s() %s", name, what);
    return false;
}

bool mdh_net_port(MdhThread *t, const char *name, MdhValue v, uint16_t *out)
{
    int64_t port;
    if (!mdh_net_number(t, name, v, 0, 65535, "port must be 0..65535", &port)) return false;
    *out = (uint16_t)port;
    return true;
}

bool mdh_net_family(MdhThread *t, const char *name, MdhValue v, NetFamily *out)
{
    static const char *const words[] = {
        [NET_ANY] = "any", [NET_IPV4] = "ipv4", [NET_IPV6] = "ipv6"};
    for (unsigned i = 0; i < countof(words); i++) {
        if (!mdh_str_is(v, words[i])) continue;
        *out = (NetFamily)i;
        return true;
    }
    mdh_throw_native(t, "%s() family must be any, ipv4 or ipv6, no' '%v'", name, v);
    return false;
}

bool mdh_net_deadline(MdhThread *t, const char *name, MdhValue ms, const Socket *s,
                      uint64_t *out)
{
    int64_t limit;
    if (mdh_is_naething(ms)) {
        *out = socket_deadline(s);
        return true;
    }
    if (!mdh_net_number(t, name, ms, 0, INT64_MAX, "expects a non-negative timeout",
                        &limit))
        return false;
    *out = socket_deadline_in(limit);
    return true;
}

MdhValue mdh_net_answer(MdhThread *t, const char *name, int sys_errno)
{
    return sys_errno ? mdh_fail_errno(t, name, sys_errno) : mdh_ok(t, MDH_NAETHING);
}

MdhValue mdh_net_dns_failure(MdhThread *t, const char *name, int code)
{
    char text[200];
    snprintf(text, sizeof text, "%s() DNS lookup failed: %s", name, net_resolve_text(code));
    return mdh_fail_kind(t, net_resolve_kind(code), code, text);
}

MdhValue mdh_net_with(MdhThread *t, MdhValue result, const char *key, MdhValue v)
{
    if (mdh_is_exc(result) || mdh_is_exc(v)) return MDH_EXC;
    return mdh_dict_put_c(t, result, key, v) ? result : MDH_EXC;
}

bool mdh_net_reclaim(int sys_errno)
{
    static uint64_t next_ns;
    uint64_t now = os_mono_ns(), due = __atomic_load_n(&next_ns, __ATOMIC_RELAXED);
    if ((sys_errno != EMFILE && sys_errno != ENFILE) || now < due) return false;
    uint32_t open = mdh_handle_count();
    mdh_gc_collect();
    mdh_gc_run_finalisers();
    // Worth it: it may be tried again soon. Else not for a second, a collection takes its time.
    if (mdh_handle_count() + WORTH_IT > open)
        __atomic_store_n(&next_ns, now + 1000000000u, __ATOMIC_RELAXED);
    return true;
}

// Opening --------------------------------------------------------------------------------------

static MdhValue open_socket(MdhThread *t, const char *name, int type, MdhValue family_name)
{
    NetFamily family;
    Socket *s;
    if (!mdh_net_family(t, name, family_name, &family)) return MDH_EXC;
    int e = socket_open(&s, type, family);
    if (e && mdh_net_reclaim(e)) e = socket_open(&s, type, family);
    if (e) return mdh_fail_errno(t, name, e);
    return mdh_ok(t, mdh_handle_open_own(t, &mdh_socket_type, s));
}

MdhValue __mdh_socket_udp(MdhThread *t, int argc, const MdhArgs_socket_udp *a)
{
    (void)argc;
    return open_socket(t, MDH_NAME(socket_udp), SOCK_DGRAM, a->family);
}

MdhValue __mdh_socket_tcp(MdhThread *t, int argc, const MdhArgs_socket_tcp *a)
{
    (void)argc;
    return open_socket(t, MDH_NAME(socket_tcp), SOCK_STREAM, a->family);
}

// Binding and connecting -----------------------------------------------------------------------

static int bind_to(Socket *s, const NetAddr *at)
{
    if (bind(s->fd, &at->sa, net_addr_len(at)) != 0) return errno;
    s->has_local = !net_addr_is_any(at);
    return 0;
}

MdhValue __mdh_socket_bind(MdhThread *t, int argc, const MdhArgs_socket_bind *a)
{
    (void)argc;
    const char *name = MDH_NAME(socket_bind);
    uint16_t port;
    NetAddr at;
    int code = 0;
    if (!mdh_net_port(t, name, a->port, &port)) return MDH_EXC;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    if (mdh_is_naething(a->host) || mdh_str(a->host)->len == 0)
        net_addr_any(&at, s->family, port);
    else code = net_resolve_for(&at, mdh_str_slice(a->host), port, s->family, s->v6only);
    int e = code ? 0 : bind_to(s, &at);
    mdh_handle_unpin(a->sock);
    return code ? mdh_net_dns_failure(t, name, code) : mdh_net_answer(t, name, e);
}

MdhValue __mdh_socket_connect(MdhThread *t, int argc, const MdhArgs_socket_connect *a)
{
    (void)argc;
    const char *name = MDH_NAME(socket_connect);
    uint16_t port;
    uint64_t deadline;
    NetAddrs addrs;
    if (!mdh_net_port(t, name, a->port, &port)) return MDH_EXC;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    if (!mdh_net_deadline(t, name, a->timeout_ms, s, &deadline)) {
        mdh_handle_unpin(a->sock);
        return MDH_EXC;
    }
    // The limit is for both, asking for the name and trying its addresses.
    int code = net_resolve_by(&addrs, mdh_str_slice(a->host), port, NET_ANY,
                              deadline ? deadline : OS_NEVER);
    int e = code ? 0 : socket_connect_any(s, &addrs, deadline);
    if (code && deadline && os_mono_ns() >= deadline) {
        code = 0;
        e = ETIMEDOUT;
    }
    if (!code && !e) s->has_local = true;
    mdh_handle_unpin(a->sock);
    return code ? mdh_net_dns_failure(t, name, code) : mdh_net_answer(t, name, e);
}

MdhValue __mdh_socket_listen(MdhThread *t, int argc, const MdhArgs_socket_listen *a)
{
    (void)argc;
    const char *name = MDH_NAME(socket_listen);
    int64_t backlog;
    if (!mdh_net_number(t, name, a->backlog, INT32_MIN, INT32_MAX, "backlog is ower muckle",
                        &backlog))
        return MDH_EXC;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    int e = listen(s->fd, backlog < 0 ? 0 : (int)backlog) == 0 ? 0 : errno;
    mdh_handle_unpin(a->sock);
    return mdh_net_answer(t, name, e);
}

static MdhValue accepted(MdhThread *t, Socket *own, const NetAddr *peer)
{
    MdhValue sock = mdh_handle_open_own(t, &mdh_socket_type, own);
    if (mdh_is_exc(sock)) return sock;
    MdhValue keys[2] = {mdh_str_intern(t, "sock", 4), mdh_str_intern(t, "addr", 4)};
    MdhValue vals[2] = {sock, mdh_address_new(t, peer)};
    if (mdh_is_exc(keys[0]) || mdh_is_exc(keys[1]) || mdh_is_exc(vals[1])) return MDH_EXC;
    return mdh_dict_of(t, 2, keys, vals);
}

MdhValue __mdh_socket_accept(MdhThread *t, int argc, const MdhArgs_socket_accept *a)
{
    (void)argc;
    NetAddr peer;
    Socket *own, *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    int e = tcp_accept(s, &own, &peer, socket_deadline(s));
    mdh_handle_unpin(a->sock);
    if (e == 0) return mdh_ok(t, accepted(t, own, &peer));
    mdh_net_reclaim(e); // for the next one: this peer has been turned away
    return mdh_fail_errno(t, MDH_NAME(socket_accept), e);
}

// Ending ---------------------------------------------------------------------------------------

MdhValue __mdh_socket_close(MdhThread *t, int argc, const MdhArgs_socket_close *a)
{
    (void)argc;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    socket_shut(s);
    bool mine =
        mdh_handle_close(t, a->sock, &mdh_socket_type); // another thread may be first
    mdh_handle_unpin(a->sock);
    return mine ? mdh_ok(t, MDH_NAETHING) : MDH_EXC;
}

MdhValue __mdh_socket_shutdown(MdhThread *t, int argc, const MdhArgs_socket_shutdown *a)
{
    (void)argc;
    const char *name = MDH_NAME(socket_shutdown);
    int how = mdh_str_is(a->how, "read")    ? SHUT_RD
              : mdh_str_is(a->how, "write") ? SHUT_WR
              : mdh_str_is(a->how, "both")  ? SHUT_RDWR
                                            : -1;
    if (how < 0)
        return mdh_throw_native(t, "%s() how must be read, write or both, no' '%v'", name,
                                a->how);
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    int e = shutdown(s->fd, how) == 0 ? 0 : errno;
    mdh_handle_unpin(a->sock);
    return mdh_net_answer(t, name, e);
}

// Asking ---------------------------------------------------------------------------------------

static MdhValue address_of(MdhThread *t, const char *name, MdhValue sock,
                           int (*ask)(Socket *, NetAddr *))
{
    NetAddr a;
    Socket *s = mdh_socket_pin(t, sock);
    if (!s) return MDH_EXC;
    int e = ask(s, &a);
    mdh_handle_unpin(sock);
    return e ? mdh_fail_errno(t, name, e) : mdh_ok(t, mdh_address_new(t, &a));
}

MdhValue __mdh_socket_local_addr(MdhThread *t, int argc, const MdhArgs_socket_local_addr *a)
{
    (void)argc;
    return address_of(t, MDH_NAME(socket_local_addr), a->sock, socket_local);
}

MdhValue __mdh_socket_peer_addr(MdhThread *t, int argc, const MdhArgs_socket_peer_addr *a)
{
    (void)argc;
    return address_of(t, MDH_NAME(socket_peer_addr), a->sock, socket_peer);
}

MdhValue __mdh_socket_error(MdhThread *t, int argc, const MdhArgs_socket_error *a)
{
    (void)argc;
    int pending = 0;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    int e = sockopt_pending_error(s, &pending);
    mdh_handle_unpin(a->sock);
    return mdh_net_answer(t, MDH_NAME(socket_error), e ? e : pending);
}

// Addresses ------------------------------------------------------------------------------------

MdhValue __mdh_addr_parse(MdhThread *t, int argc, const MdhArgs_addr_parse *a)
{
    (void)argc;
    const char *name = MDH_NAME(addr_parse);
    uint16_t port;
    NetAddr out;
    char text[80];
    if (!mdh_net_port(t, name, a->port, &port)) return MDH_EXC;
    if (net_addr_parse(&out, mdh_str_slice(a->text), port))
        return mdh_ok(t, mdh_address_new(t, &out));
    snprintf(text, sizeof text, "%s() the text is nae IP address", name);
    return mdh_fail_kind(t, err_kind(MDH_ERR_MALFORMED), -1, text);
}

MdhValue __mdh_addr_resolve(MdhThread *t, int argc, const MdhArgs_addr_resolve *a)
{
    (void)argc;
    const char *name = MDH_NAME(addr_resolve);
    uint16_t port;
    NetFamily family;
    NetAddrs addrs;
    if (!mdh_net_port(t, name, a->port, &port) ||
        !mdh_net_family(t, name, a->family, &family))
        return MDH_EXC;
    int code = net_resolve(&addrs, mdh_str_slice(a->host), port, family);
    if (code) return mdh_net_dns_failure(t, name, code);
    MdhValue list = mdh_list_new(t, addrs.n);
    for (unsigned i = 0; i < addrs.n && !mdh_is_exc(list); i++) {
        MdhValue v = mdh_address_new(t, &addrs.items[i]);
        if (mdh_is_exc(v) || !mdh_list_add(t, list, v)) return MDH_EXC;
    }
    return mdh_ok(t, list);
}
