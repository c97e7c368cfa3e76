// SPDX-License-Identifier: MIT
// The hosts file: lines of an address and names for it. It is read again when it has changed.
// Thread-safe; its lock is held while the file is read.
#ifndef MDH_NET_DNS_HOSTS_H
#define MDH_NET_DNS_HOSTS_H

#include "runtime/net/addr.h"

// NULL: /etc/hosts. False: no memory.
bool dns_hosts_use(const char *path);
// True when the file knows the name, in any case. *n addresses of that family are written, at
// most `max`, in the order of the file, each once: perhaps none.
bool dns_hosts_find(Slice name, NetFamily family, NetAddr *out, unsigned max, unsigned *n);

#endif
