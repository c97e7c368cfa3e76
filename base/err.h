// SPDX-License-Identifier: MIT
// MdhErr: the world's failures (refused, timed out, no such file). One list gives the enum,
// the stable symbolic kind that scripts see, the text, and the errno it stands for.

#ifndef MDH_BASE_ERR_H
#define MDH_BASE_ERR_H

#include "base/common.h"

//  X(name, kind, text)
#define MDH_ERR_LIST(X)                                                                    \
    X(OK, "ok", "nae error")                                                               \
    X(NOMEM, "no_memory", "out of memory")                                                 \
    X(TIMEOUT, "timeout", "timed out")                                                     \
    X(WOULD_BLOCK, "would_block", "operation would block")                                 \
    X(INTERRUPTED, "interrupted", "interrupted")                                           \
    X(INVALID, "invalid", "invalid argument")                                              \
    X(NOT_FOUND, "not_found", "no such file or directory")                                 \
    X(EXISTS, "exists", "file exists")                                                     \
    X(PERMISSION, "permission", "permission denied")                                       \
    X(IS_DIR, "is_dir", "is a directory")                                                  \
    X(NOT_DIR, "not_dir", "not a directory")                                               \
    X(NOT_EMPTY, "not_empty", "directory not empty")                                       \
    X(NAME_TOO_LONG, "name_too_long", "file name too long")                                \
    X(TOO_MANY_LINKS, "too_many_links", "too many symbolic links")                         \
    X(TOO_MANY_OPEN, "too_many_open", "too many open files")                               \
    X(TOO_BIG, "too_big", "too big")                                                       \
    X(NO_SPACE, "no_space", "no space left on device")                                     \
    X(READ_ONLY, "read_only", "read-only file system")                                     \
    X(BUSY, "busy", "resource busy")                                                       \
    X(IO, "io", "input/output error")                                                      \
    X(BAD_HANDLE, "bad_handle", "bad file descriptor")                                     \
    X(PIPE, "broken_pipe", "broken pipe")                                                  \
    X(EOF, "eof", "end of file")                                                           \
    X(CLOSED, "closed", "closed")                                                          \
    X(MALFORMED, "malformed", "malformed data")                                            \
    X(UNSUPPORTED, "unsupported", "operation not supported")                               \
    X(ADDR_IN_USE, "addr_in_use", "address already in use")                                \
    X(ADDR_NOT_AVAIL, "addr_not_avail", "address not available")                           \
    X(CONN_REFUSED, "conn_refused", "connection refused")                                  \
    X(CONN_RESET, "conn_reset", "connection reset")                                        \
    X(CONN_ABORTED, "conn_aborted", "connection aborted")                                  \
    X(NOT_CONNECTED, "not_connected", "not connected")                                     \
    X(IS_CONNECTED, "is_connected", "already connected")                                   \
    X(IN_PROGRESS, "in_progress", "operation in progress")                                 \
    X(HOST_UNREACHABLE, "host_unreachable", "host unreachable")                            \
    X(NET_UNREACHABLE, "net_unreachable", "network unreachable")                           \
    X(MSG_TOO_BIG, "msg_too_big", "message too long")                                      \
    X(CANCELLED, "cancelled", "cancelled")                                                 \
    X(OTHER, "other", "system error")

#define X(name, kind, text) MDH_ERR_##name,
typedef enum { MDH_ERR_LIST(X) MDH_ERR_COUNT } MdhErr;
#undef X

#define MDH_OK MDH_ERR_OK

// Lower-snake symbolic name, stable across systems: "conn_refused".
const char *err_kind(MdhErr err);

// A short English text: "connection refused".
const char *err_text(MdhErr err);

// The code for an errno value (MDH_ERR_OTHER when not in the map, MDH_OK for 0).
MdhErr err_from_errno(int sys_errno);

// The first errno that maps to `err`, 0 when none does.
int err_to_errno(MdhErr err);

// The system's text for an errno in the C locale; never NULL, static or written into buf.
const char *err_errno_text(int sys_errno, char *buf, size_t size);

#endif
