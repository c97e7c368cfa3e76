// SPDX-License-Identifier: MIT
// Sockets: UDP and TCP, IPv4 and IPv6 (RFC 768, RFC 9293, RFC 8200; dual stack as RFC 3493
// §3.7). A Socket stands behind a handle value of kind `socket`. The descriptor is always
// non-blocking and close-on-exec; whether calls of the program wait is a flag of the Socket, and
// a call that waits polls to an absolute deadline, whatever signals come.
//
// Threads: any thread may use a socket that it has pinned. The fields below are read and written
// with relaxed atomics; the list of hooks has a lock of its own. Closing marks the socket, runs
// the hooks, wakes whoever waits, and the descriptor is closed when the last pin goes: its
// number cannot come back as another socket while somebody still uses it.
#ifndef MDH_NET_SOCKET_H
#define MDH_NET_SOCKET_H

#include <pthread.h>

#include "base/err.h"
#include "base/os.h"
#include "runtime/net/addr.h"
#include "runtime/sys/handle.h"

typedef struct Socket Socket;

// Somebody who must hear that a socket is closed (a loop's watch). Embedded in its owner.
// `on_close` runs on the closing thread, before the descriptor goes, with the socket's lock held:
// it may take the owner's lock, but must not add or remove hooks. Therefore nobody holds the
// owner's lock while calling socket_hook_add or socket_hook_remove. After on_close the hook is
// off the list and may be freed.
typedef struct SocketHook {
    void (*on_close)(struct SocketHook *hook, Socket *s);
    struct SocketHook *next;
} SocketHook;

struct Socket {
    int fd;             // never changes while the Socket lives
    int family;         // AF_INET or AF_INET6
    int type;           // SOCK_DGRAM or SOCK_STREAM
    bool nonblocking;   // as the program set it: calls do not wait
    bool closing;       // set once; calls fail from then on
    bool has_local;     // bound to one address: no need to say where answers come from
    bool v6only;        // an IPv6 socket that does not speak IPv4
    uint16_t port;      // that it is bound to, once known; 0 before
    int64_t timeout_ms; // of waiting calls; -1: for ever
    uint32_t waiters;   // threads in socket_wait
    pthread_mutex_t lock;
    SocketHook *hooks;
};

extern const MdhHandleType mdh_socket_type;

// The Socket of a live handle, pinned: mdh_handle_unpin(v) afterwards. NULL when it threw
// "Unknown socket handle".
static inline Socket *mdh_socket_pin(MdhThread *t, MdhValue v)
{
    return (Socket *)mdh_handle_pin(t, v, &mdh_socket_type);
}

// False when the socket is closing already; then the hook is not on the list.
bool socket_hook_add(Socket *s, SocketHook *hook);
// When it returns, on_close of this hook neither runs nor will run.
void socket_hook_remove(Socket *s, SocketHook *hook);

// A new socket of NET_ANY (IPv6 that also speaks IPv4, or IPv4 where there is no IPv6), NET_IPV4
// or NET_IPV6. 0, or the errno.
int socket_open(Socket **out, int type, NetFamily family);
// Takes a descriptor just accepted, which is closed when this fails. 0, or the errno.
int socket_adopt_own(Socket **out, int fd, int family, int type);
// No more calls: runs the hooks and wakes who waits. Once; later calls do nothing.
void socket_shut(Socket *s);
// Frees it and closes the descriptor. NULL is fine.
void socket_free(void *s);

// When a waiting call that starts now must end: from the socket's own time limit, or at once in
// non-blocking mode (0).
uint64_t socket_deadline(const Socket *s);
// The same from a number of milliseconds; negative: never.
uint64_t socket_deadline_in(int64_t timeout_ms);
// Waits for POLLIN or POLLOUT. 0, or EAGAIN when deadline_ns is 0, ETIMEDOUT, ECANCELED when the
// socket was closed by another thread. Errors and hang-ups end the wait: the call that follows
// tells which.
int socket_wait(Socket *s, short events, uint64_t deadline_ns);

#endif
