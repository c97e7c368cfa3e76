// SPDX-License-Identifier: MIT
// What the files of the DNS builtins share.
#ifndef MDH_BUILTINS_DNS_H
#define MDH_BUILTINS_DNS_H

#include "runtime/builtins/socket.h"
#include "runtime/net/dns.h"

// When a call with an optional time limit in milliseconds ends; without one after 10 s. False when
// it threw.
bool mdh_dns_deadline(MdhThread *t, const char *name, MdhValue ms, uint64_t *out);
// {ok: nae, error: "<name>() <what> lookup failed: <why>", code: -1, kind}.
MdhValue mdh_dns_failure(MdhThread *t, const char *name, const char *what,
                         DnsStatus status);
// A result dict of the records; takes the answer (NULL: throws for want of memory).
MdhValue mdh_dns_result(MdhThread *t, const char *name, const char *what,
                        DnsAnswer *answer);

#endif
