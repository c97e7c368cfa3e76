// SPDX-License-Identifier: MIT
// What the files of the socket builtins share: arguments out of values, answers into result
// dicts.
#ifndef MDH_BUILTINS_SOCKET_H
#define MDH_BUILTINS_SOCKET_H

#include "abi/abi.h"
#include "runtime/builtins/name.h"
#include "runtime/core/result.h"
#include "runtime/core/throw.h"
#include "runtime/data/bytes.h"
#include "runtime/data/str.h"
#include "runtime/net/resolve.h"
#include "runtime/net/socket.h"

// The whole part of a number between lo and hi. False when it threw "<name>() <what>".
bool mdh_net_number(MdhThread *t, const char *name, MdhValue v, int64_t lo, int64_t hi,
                    const char *what, int64_t *out);
// A port. False when it threw.
bool mdh_net_port(MdhThread *t, const char *name, MdhValue v, uint16_t *out);
// "any", "ipv4" or "ipv6". False when it threw.
bool mdh_net_family(MdhThread *t, const char *name, MdhValue v, NetFamily *out);
// The deadline of a call with an optional time limit in milliseconds. False when it threw.
bool mdh_net_deadline(MdhThread *t, const char *name, MdhValue ms, const Socket *s,
                      uint64_t *out);

// {ok: aye, value: naething}, or the failure of an errno.
MdhValue mdh_net_answer(MdhThread *t, const char *name, int sys_errno);
// The failure of a name that did not resolve: "<name>() DNS lookup failed: <why>".
MdhValue mdh_net_dns_failure(MdhThread *t, const char *name, int code);

// More entries for a result dict that was just made. EXC goes through.
MdhValue mdh_net_with(MdhThread *t, MdhValue result, const char *key, MdhValue v);

// After EMFILE: closes sockets that the program has lost; not again for a second when there were
// few. True when it is worth trying again.
bool mdh_net_reclaim(int sys_errno);

#endif
