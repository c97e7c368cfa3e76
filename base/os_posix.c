// SPDX-License-Identifier: MIT
// Clocks, randomness, address space, terminal: the part that any POSIX system with
// getrandom has.

#define _GNU_SOURCE
#include "base/os.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000u

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) return 0; // no such clock
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t os_mono_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

int64_t os_wall_ns(void)
{
    return (int64_t)clock_ns(CLOCK_REALTIME);
}

uint64_t os_thread_cpu_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t os_process_cpu_ns(void)
{
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

void os_sleep_until_ns(uint64_t deadline_ns)
{
    struct timespec until = {
        .tv_sec = (time_t)(deadline_ns / NS_PER_S),
        .tv_nsec = (long)(deadline_ns % NS_PER_S),
    };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        if (os_interrupted()) return;
}

void os_random(void *out, size_t len)
{
    char *at = out;
    while (len) {
        ssize_t got = getrandom(at, len, 0);
        if (got > 0) {
            at += got;
            len -= (size_t)got;
        } else if (got == 0 || errno != EINTR) {
            abort();
        }
    }
}

void os_wipe(void *p, size_t len)
{
    explicit_bzero(p, len);
}

size_t os_page_size(void)
{
    long size = sysconf(_SC_PAGESIZE);
    return size > 0 ? (size_t)size : 4096;
}

// Whole pages; 0 when that overflows.
static size_t round_to_pages(size_t size)
{
    size_t page = os_page_size();
    return size > SIZE_MAX - page ? 0 : (size + page - 1) / page * page;
}

void *os_reserve(size_t size)
{
    size = round_to_pages(size);
    if (!size) return NULL;
    void *p =
        mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

bool os_commit(void *p, size_t size)
{
    size = round_to_pages(size);
    return size && mprotect(p, size, PROT_READ | PROT_WRITE) == 0;
}

bool os_decommit(void *p, size_t size)
{
    size = round_to_pages(size);
    return size && madvise(p, size, MADV_DONTNEED) == 0 &&
           mprotect(p, size, PROT_NONE) == 0;
}

void os_release(void *p, size_t size)
{
    if (p) munmap(p, round_to_pages(size));
}

bool os_is_tty(int fd)
{
    return isatty(fd) == 1;
}

int os_tty_columns(int fd, int fallback)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return fallback;
    return size.ws_col;
}
