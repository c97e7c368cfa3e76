// SPDX-License-Identifier: MIT
// The setters and getters of sockets. Each is one call of runtime/net/sockopt between pin and
// unpin.
#include "runtime/builtins/socket.h"

#include "runtime/net/sockopt.h"

// Switches -------------------------------------------------------------------------------------

static MdhValue set_flag(MdhThread *t, const char *name, MdhValue sock, SocketFlag flag,
                         MdhValue on)
{
    Socket *s = mdh_socket_pin(t, sock);
    if (!s) return MDH_EXC;
    int e = sockopt_set_flag(s, flag, mdh_truthy(on));
    mdh_handle_unpin(sock);
    return mdh_net_answer(t, name, e);
}

#define SWITCH(id, flag)                                                                   \
    MdhValue __mdh_##id(MdhThread *t, int argc, const MdhArgs_##id *a)                     \
    {                                                                                      \
        (void)argc;                                                                        \
        return set_flag(t, MDH_NAME(id), a->sock, flag, a->on);                            \
    }

SWITCH(socket_set_reuseaddr, SOCKET_REUSEADDR)
SWITCH(socket_set_reuseport, SOCKET_REUSEPORT)
SWITCH(socket_set_nodelay, SOCKET_NODELAY)
SWITCH(socket_set_broadcast, SOCKET_BROADCAST)
SWITCH(socket_set_v6only, SOCKET_V6ONLY)

MdhValue __mdh_socket_set_nonblocking(MdhThread *t, int argc,
                                      const MdhArgs_socket_set_nonblocking *a)
{
    (void)argc;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    __atomic_store_n(&s->nonblocking, mdh_truthy(a->on), __ATOMIC_RELAXED);
    mdh_handle_unpin(a->sock);
    return mdh_ok(t, MDH_NAETHING);
}

MdhValue __mdh_socket_set_multicast_loop(MdhThread *t, int argc,
                                         const MdhArgs_socket_set_multicast_loop *a)
{
    (void)argc;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    int e = sockopt_set_multicast_loop(s, mdh_truthy(a->on));
    mdh_handle_unpin(a->sock);
    return mdh_net_answer(t, MDH_NAME(socket_set_multicast_loop), e);
}

// Numbers --------------------------------------------------------------------------------------

typedef struct Range {
    int64_t lo, hi;
    const char *what;
} Range;

static const Range hops = {0, 255, "ttl must be 0..255"};
static const Range code_points = {0, 63, "code point must be 0..63"};
static const Range sizes = {0, INT32_MAX, "size must be >= 0"};

static MdhValue set_number(MdhThread *t, const char *name, MdhValue sock, MdhValue v,
                           const Range *range, int (*set)(Socket *, int))
{
    int64_t i;
    if (!mdh_net_number(t, name, v, range->lo, range->hi, range->what, &i)) return MDH_EXC;
    Socket *s = mdh_socket_pin(t, sock);
    if (!s) return MDH_EXC;
    int e = set(s, (int)i);
    mdh_handle_unpin(sock);
    return mdh_net_answer(t, name, e);
}

static int set_rcvbuf(Socket *s, int n)
{
    return sockopt_set_buffer(s, true, n);
}

static int set_sndbuf(Socket *s, int n)
{
    return sockopt_set_buffer(s, false, n);
}

#define NUMBER(id, field, range, set)                                                      \
    MdhValue __mdh_##id(MdhThread *t, int argc, const MdhArgs_##id *a)                     \
    {                                                                                      \
        (void)argc;                                                                        \
        return set_number(t, MDH_NAME(id), a->sock, a->field, &range, set);                \
    }

NUMBER(socket_set_ttl, ttl, hops, sockopt_set_ttl)
NUMBER(socket_set_multicast_ttl, ttl, hops, sockopt_set_multicast_ttl)
NUMBER(socket_set_dscp, code_point, code_points, sockopt_set_dscp)
NUMBER(socket_set_rcvbuf, n, sizes, set_rcvbuf)
NUMBER(socket_set_sndbuf, n, sizes, set_sndbuf)

static MdhValue get_buffer(MdhThread *t, const char *name, MdhValue sock, bool receive)
{
    int size = 0;
    Socket *s = mdh_socket_pin(t, sock);
    if (!s) return MDH_EXC;
    int e = sockopt_get_buffer(s, receive, &size);
    mdh_handle_unpin(sock);
    return e ? mdh_fail_errno(t, name, e) : mdh_ok(t, mdh_fix(size));
}

MdhValue __mdh_socket_get_rcvbuf(MdhThread *t, int argc, const MdhArgs_socket_get_rcvbuf *a)
{
    (void)argc;
    return get_buffer(t, MDH_NAME(socket_get_rcvbuf), a->sock, true);
}

MdhValue __mdh_socket_get_sndbuf(MdhThread *t, int argc, const MdhArgs_socket_get_sndbuf *a)
{
    (void)argc;
    return get_buffer(t, MDH_NAME(socket_get_sndbuf), a->sock, false);
}

MdhValue __mdh_socket_set_timeout(MdhThread *t, int argc,
                                  const MdhArgs_socket_set_timeout *a)
{
    (void)argc;
    int64_t ms = -1;
    if (!mdh_is_naething(a->ms) &&
        !mdh_net_number(t, MDH_NAME(socket_set_timeout), a->ms, 0, INT64_MAX,
                        "expects a non-negative timeout", &ms))
        return MDH_EXC;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    __atomic_store_n(&s->timeout_ms, ms, __ATOMIC_RELAXED);
    mdh_handle_unpin(a->sock);
    return mdh_ok(t, MDH_NAETHING);
}

MdhValue __mdh_socket_set_keepalive(MdhThread *t, int argc,
                                    const MdhArgs_socket_set_keepalive *a)
{
    (void)argc;
    const char *name = MDH_NAME(socket_set_keepalive);
    MdhValue given[3] = {a->idle_s, a->interval_s, a->count};
    int64_t v[3];
    for (int i = 0; i < 3; i++)
        if (!mdh_net_number(t, name, given[i], 0, 32767, "figures must be 0..32767", &v[i]))
            return MDH_EXC;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    int e = sockopt_set_keepalive(s, mdh_truthy(a->on), (int)v[0], (int)v[1], (int)v[2]);
    mdh_handle_unpin(a->sock);
    return mdh_net_answer(t, name, e);
}

// Multicast ------------------------------------------------------------------------------------

// An interface by number, name or address. False when it threw or *e says what failed.
static bool find_interface(MdhThread *t, const char *name, MdhValue v, uint32_t *index,
                           int *e)
{
    int64_t number = 0;
    *e = 0;
    *index = 0;
    if (mdh_is_str(v)) {
        *e = sockopt_find_interface(mdh_str_slice(v), index);
        return *e == 0;
    }
    if (mdh_is_naething(v)) return true;
    if (!mdh_net_number(t, name, v, 0, INT32_MAX, "interface must be >= 0", &number))
        return false;
    *index = (uint32_t)number;
    return true;
}

static MdhValue member(MdhThread *t, const char *name, MdhValue sock, MdhValue group,
                       MdhValue iface, bool join)
{
    NetAddr a;
    uint32_t index;
    int e;
    if (!find_interface(t, name, iface, &index, &e))
        return e ? mdh_fail_errno(t, name, e) : MDH_EXC;
    Socket *s = mdh_socket_pin(t, sock);
    if (!s) return MDH_EXC;
    bool is_group = net_addr_parse_host(&a, mdh_str_slice(group), 0) &&
                    strcmp(net_addr_scope(&a), "multicast") == 0;
    e = is_group ? sockopt_multicast_member(s, &a, index, join)
                 : err_to_errno(MDH_ERR_INVALID);
    mdh_handle_unpin(sock);
    return mdh_net_answer(t, name, e);
}

MdhValue __mdh_socket_multicast_join(MdhThread *t, int argc,
                                     const MdhArgs_socket_multicast_join *a)
{
    (void)argc;
    return member(t, MDH_NAME(socket_multicast_join), a->sock, a->group, a->iface, true);
}

MdhValue __mdh_socket_multicast_leave(MdhThread *t, int argc,
                                      const MdhArgs_socket_multicast_leave *a)
{
    (void)argc;
    return member(t, MDH_NAME(socket_multicast_leave), a->sock, a->group, a->iface, false);
}

MdhValue __mdh_socket_set_multicast_if(MdhThread *t, int argc,
                                       const MdhArgs_socket_set_multicast_if *a)
{
    (void)argc;
    const char *name = MDH_NAME(socket_set_multicast_if);
    uint32_t index;
    int e;
    if (!find_interface(t, name, a->iface, &index, &e))
        return e ? mdh_fail_errno(t, name, e) : MDH_EXC;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    e = sockopt_set_multicast_if(s, index);
    mdh_handle_unpin(a->sock);
    return mdh_net_answer(t, name, e);
}
