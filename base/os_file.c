// SPDX-License-Identifier: MIT
// Whole files and paths. Every call is restarted after a signal; the collector sends them.

#define _GNU_SOURCE
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK ((size_t)64 << 10)

static MdhErr fail(int code, int *sys_errno)
{
    if (sys_errno) *sys_errno = code;
    return err_from_errno(code);
}

static MdhErr buf_failure(const Buf *b, int *sys_errno)
{
    return b->error == BUF_OVERFLOW ? fail(EFBIG, sys_errno) : fail(ENOMEM, sys_errno);
}

static void wait_ready(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};
    (void)poll(&p, 1, -1);
}

// How much to ask for next: the room there is, else a chunk; never more than one octet
// above `left`, which tells "exactly the maximum" from "more".
static size_t next_read_size(const Buf *out, size_t left)
{
    size_t room = out->cap > out->len + 1 ? out->cap - out->len - 1 : READ_CHUNK;
    if (room > out->max - out->len) room = out->max - out->len;
    return left < room ? left + 1 : room;
}

MdhErr os_read_fd(int fd, size_t max, Buf *out, int *sys_errno)
{
    for (size_t left = max;;) {
        size_t want = next_read_size(out, left);
        char probe; // the buffer is at its own maximum: is this the end?
        char *to = want ? buf_reserve(out, want) : &probe;
        if (!to) return buf_failure(out, sys_errno);
        ssize_t got = read(fd, to, want ? want : 1);
        if (got == 0) return MDH_OK;
        if (got < 0) {
            if (errno == EINTR && !os_interrupted()) continue;
            if (errno != EAGAIN) return fail(errno, sys_errno);
            wait_ready(fd, POLLIN);
            continue;
        }
        if (!want || (size_t)got > left) return fail(EFBIG, sys_errno);
        left -= (size_t)got;
        buf_commit(out, (size_t)got);
    }
}

static int open_again(const char *path, int flags)
{
    int fd;
    do fd = open(path, flags | O_CLOEXEC, 0666);
    while (fd < 0 && errno == EINTR && !os_interrupted());
    return fd;
}

MdhErr os_read_file(const char *path, size_t max, Buf *out, int *sys_errno)
{
    int fd = open_again(path, O_RDONLY);
    if (fd < 0) return fail(errno, sys_errno);

    MdhErr err = MDH_OK;
    struct stat st;
    if (fstat(fd, &st) != 0) {
        err = fail(errno, sys_errno);
    } else if (S_ISREG(st.st_mode) && st.st_size > 0) {
        // The size is only a hint (it may change, /proc says 0): room at once for ordinary
        // files, and for the octet that is not there when the file ends.
        size_t size = (size_t)st.st_size, free_room = out->max - out->len;
        if (size > max) err = fail(EFBIG, sys_errno);
        else if (!buf_reserve(out, size < free_room ? size + 1 : size)) {
            err = buf_failure(out, sys_errno);
        }
    }
    if (!err) err = os_read_fd(fd, max, out, sys_errno);
    close(fd);
    return err;
}

MdhErr os_write_fd(int fd, const void *data, size_t len, int *sys_errno)
{
    const char *at = data;
    while (len) {
        ssize_t put = write(fd, at, len);
        if (put >= 0) {
            at += put;
            len -= (size_t)put;
        } else if (errno == EAGAIN) {
            wait_ready(fd, POLLOUT);
        } else if (errno != EINTR) {
            return fail(errno, sys_errno);
        }
    }
    return MDH_OK;
}

MdhErr os_write_file(const char *path, const void *data, size_t len, OsWriteMode mode,
                     int *sys_errno)
{
    int how = mode == OS_WRITE_APPEND ? O_APPEND : O_TRUNC;
    int fd = open_again(path, O_WRONLY | O_CREAT | how);
    if (fd < 0) return fail(errno, sys_errno);
    MdhErr err = os_write_fd(fd, data, len, sys_errno);
    // A full disk may show only now; EINTR from close still closes on Linux.
    if (close(fd) != 0 && errno != EINTR && !err) err = fail(errno, sys_errno);
    return err;
}

bool os_file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool os_is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

bool os_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

MdhErr os_realpath(const char *path, Buf *out, int *sys_errno)
{
    char *real = realpath(path, NULL);
    if (!real) return fail(errno, sys_errno);
    buf_puts(out, real);
    free(real);
    return buf_ok(out) ? MDH_OK : buf_failure(out, sys_errno);
}

MdhErr os_executable_dir(Buf *out)
{
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path);
    if (len < 0) return err_from_errno(errno);
    if ((size_t)len == sizeof path) return MDH_ERR_NAME_TOO_LONG;
    while (len > 1 && path[len - 1] != '/') len--;
    if (len > 1) len--; // keep the slash only for the root
    buf_put(out, path, (size_t)len);
    return buf_ok(out) ? MDH_OK : MDH_ERR_NOMEM;
}

MdhErr os_current_dir(Buf *out)
{
    char path[PATH_MAX];
    if (!getcwd(path, sizeof path)) return err_from_errno(errno);
    buf_puts(out, path);
    return buf_ok(out) ? MDH_OK : MDH_ERR_NOMEM;
}
