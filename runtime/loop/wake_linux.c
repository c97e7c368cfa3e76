// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "runtime/loop/wake.h"

int wake_open(int *fd)
{
    *fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return *fd < 0 ? errno : 0;
}

void wake_close(int fd)
{
    if (fd >= 0) close(fd);
}

// The only failure is a counter that is full: then it is readable anyway.
void wake_signal(int fd)
{
    uint64_t one = 1;
    int saved = errno;
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {}
    errno = saved;
}

void wake_clear(int fd)
{
    uint64_t count;
    while (read(fd, &count, sizeof count) < 0 && errno == EINTR) {}
}
