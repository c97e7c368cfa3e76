// SPDX-License-Identifier: MIT
// Octets over streams.
#include "runtime/builtins/socket.h"
#include "runtime/data/dict.h"
#include "runtime/net/tcp.h"

MdhValue __mdh_tcp_send(MdhThread *t, int argc, const MdhArgs_tcp_send *a)
{
    (void)argc;
    size_t sent = 0;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    int e = tcp_send_some(s, mdh_bytes_slice_of(a->buf), socket_deadline(s), &sent);
    mdh_handle_unpin(a->sock);
    if (e) return mdh_fail_errno(t, MDH_NAME(tcp_send), e);
    return mdh_ok(t, mdh_fix((int64_t)sent));
}

MdhValue __mdh_tcp_send_all(MdhThread *t, int argc, const MdhArgs_tcp_send_all *a)
{
    (void)argc;
    const char *name = MDH_NAME(tcp_send_all);
    size_t sent = 0;
    uint64_t deadline;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    bool fine = mdh_net_deadline(t, name, a->timeout_ms, s, &deadline);
    int e = fine ? tcp_send_full(s, mdh_bytes_slice_of(a->buf), deadline, &sent) : 0;
    mdh_handle_unpin(a->sock);
    if (!fine) return MDH_EXC;
    MdhValue count = mdh_fix((int64_t)sent);
    return e ? mdh_net_with(t, mdh_fail_errno(t, name, e), "sent", count)
             : mdh_ok(t, count);
}

// {ok: aye, value: octets, eof}
static MdhValue received(MdhThread *t, const void *octets, size_t n, bool eof)
{
    MdhValue keys[3] = {mdh_str_intern(t, "ok", 2), mdh_str_intern(t, "value", 5),
                        mdh_str_intern(t, "eof", 3)};
    MdhValue vals[3] = {MDH_AYE, mdh_bytes_from(t, octets, n), mdh_bool(eof)};
    for (int i = 0; i < 3; i++)
        if (mdh_is_exc(keys[i]) || mdh_is_exc(vals[i])) return MDH_EXC;
    return mdh_dict_of(t, 3, keys, vals);
}

MdhValue __mdh_tcp_recv(MdhThread *t, int argc, const MdhArgs_tcp_recv *a)
{
    (void)argc;
    const char *name = MDH_NAME(tcp_recv);
    int64_t max;
    size_t got = 0;
    if (!mdh_net_number(t, name, a->max_len, INT64_MIN, INT64_MAX, "length is nae number",
                        &max))
        return MDH_EXC;
    Socket *s = mdh_socket_pin(t, a->sock);
    if (!s) return MDH_EXC;
    bool stream = s->type == SOCK_STREAM;
    void *room = max > 0 ? tcp_room_take() : NULL;
    int e = 0;
    if (room) {
        size_t len = max < TCP_RECV_MAX ? (size_t)max : TCP_RECV_MAX;
        e = tcp_recv_some(s, room, len, socket_deadline(s), &got);
    }
    mdh_handle_unpin(a->sock);
    if (max > 0 && !room) return mdh_throw_oom(t, TCP_RECV_MAX);
    MdhValue v =
        e ? mdh_fail_errno(t, name, e) : received(t, room, got, stream && room && got == 0);
    if (room) tcp_room_give(room);
    return v;
}
