// SPDX-License-Identifier: MIT

#define _GNU_SOURCE // strerrordesc_np: the C locale's text whatever the environment says
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *kind, *text;
} err_rows[MDH_ERR_COUNT] = {
#define X(name, kind, text) {kind, text},
    MDH_ERR_LIST(X)
#undef X
};

// The first row of a code is the one that err_to_errno gives.
static const struct {
    int sys;
    MdhErr err;
} errno_rows[] = {
    {ENOMEM, MDH_ERR_NOMEM},
    {ENOBUFS, MDH_ERR_NOMEM},
    {ETIMEDOUT, MDH_ERR_TIMEOUT},
    {EAGAIN, MDH_ERR_WOULD_BLOCK},
#if EWOULDBLOCK != EAGAIN
    {EWOULDBLOCK, MDH_ERR_WOULD_BLOCK},
#endif
    {EINTR, MDH_ERR_INTERRUPTED},
    {EINVAL, MDH_ERR_INVALID},
    {ENOENT, MDH_ERR_NOT_FOUND},
    {EEXIST, MDH_ERR_EXISTS},
    {EACCES, MDH_ERR_PERMISSION},
    {EPERM, MDH_ERR_PERMISSION},
    {EISDIR, MDH_ERR_IS_DIR},
    {ENOTDIR, MDH_ERR_NOT_DIR},
    {ENOTEMPTY, MDH_ERR_NOT_EMPTY},
    {ENAMETOOLONG, MDH_ERR_NAME_TOO_LONG},
    {ELOOP, MDH_ERR_TOO_MANY_LINKS},
    {EMFILE, MDH_ERR_TOO_MANY_OPEN},
    {ENFILE, MDH_ERR_TOO_MANY_OPEN},
    {EFBIG, MDH_ERR_TOO_BIG},
    {EOVERFLOW, MDH_ERR_TOO_BIG},
    {ENOSPC, MDH_ERR_NO_SPACE},
    {EDQUOT, MDH_ERR_NO_SPACE},
    {EROFS, MDH_ERR_READ_ONLY},
    {EBUSY, MDH_ERR_BUSY},
    {ETXTBSY, MDH_ERR_BUSY},
    {EIO, MDH_ERR_IO},
    {EBADF, MDH_ERR_BAD_HANDLE},
    {EPIPE, MDH_ERR_PIPE},
    {EPROTO, MDH_ERR_MALFORMED},
    {EBADMSG, MDH_ERR_MALFORMED},
    {EILSEQ, MDH_ERR_MALFORMED},
    {EOPNOTSUPP, MDH_ERR_UNSUPPORTED},
    {ENOSYS, MDH_ERR_UNSUPPORTED},
    {EAFNOSUPPORT, MDH_ERR_UNSUPPORTED},
    {EPROTONOSUPPORT, MDH_ERR_UNSUPPORTED},
    {ENOPROTOOPT, MDH_ERR_UNSUPPORTED},
    {EADDRINUSE, MDH_ERR_ADDR_IN_USE},
    {EADDRNOTAVAIL, MDH_ERR_ADDR_NOT_AVAIL},
    {ECONNREFUSED, MDH_ERR_CONN_REFUSED},
    {ECONNRESET, MDH_ERR_CONN_RESET},
    {ECONNABORTED, MDH_ERR_CONN_ABORTED},
    {ENOTCONN, MDH_ERR_NOT_CONNECTED},
    {EISCONN, MDH_ERR_IS_CONNECTED},
    {EINPROGRESS, MDH_ERR_IN_PROGRESS},
    {EALREADY, MDH_ERR_IN_PROGRESS},
    {EHOSTUNREACH, MDH_ERR_HOST_UNREACHABLE},
    {EHOSTDOWN, MDH_ERR_HOST_UNREACHABLE},
    {ENETUNREACH, MDH_ERR_NET_UNREACHABLE},
    {ENETDOWN, MDH_ERR_NET_UNREACHABLE},
    {EMSGSIZE, MDH_ERR_MSG_TOO_BIG},
    {ECANCELED, MDH_ERR_CANCELLED},
};

const char *err_kind(MdhErr err)
{
    return (unsigned)err < MDH_ERR_COUNT ? err_rows[err].kind : "other";
}

const char *err_text(MdhErr err)
{
    return (unsigned)err < MDH_ERR_COUNT ? err_rows[err].text : "system error";
}

MdhErr err_from_errno(int sys_errno)
{
    if (sys_errno == 0) return MDH_OK;
    for (size_t i = 0; i < countof(errno_rows); i++) {
        if (errno_rows[i].sys == sys_errno) return errno_rows[i].err;
    }
    return MDH_ERR_OTHER;
}

int err_to_errno(MdhErr err)
{
    for (size_t i = 0; i < countof(errno_rows); i++) {
        if (errno_rows[i].err == err) return errno_rows[i].sys;
    }
    return 0;
}

const char *err_errno_text(int sys_errno, char *buf, size_t size)
{
    const char *text = strerrordesc_np(sys_errno);
    if (text) return text;
    snprintf(buf, size, "Unknown error %d", sys_errno);
    return buf;
}
