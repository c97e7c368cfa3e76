// SPDX-License-Identifier: MIT
#include "runtime/sys/out.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/os.h"
#include "runtime/sys/process.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char buffer[MDH_OUT_CAP];
static size_t used;
static int fd = 1;
static bool by_line, failed;
static int failed_errno;

static void write_all(const char *p, size_t n)
{
    if (n && !failed && os_write_fd(fd, p, n, &failed_errno) != MDH_OK)
        __atomic_store_n(&failed, true, __ATOMIC_RELEASE);
}

static void flush_nolock(void)
{
    write_all(buffer, used);
    used = 0;
}

// At exit another thread may be stuck in a write to a pipe that nobody reads: the end of the
// process does not wait for it.
void mdh_out_flush_at_end(void)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 1;
    if (pthread_mutex_timedlock(&lock, &deadline)) return;
    flush_nolock();
    pthread_mutex_unlock(&lock);
}

// From a signal handler: what another thread, or this one, is just writing is left alone.
static void flush_in_signal(void)
{
    if (pthread_mutex_trylock(&lock)) return;
    flush_nolock();
    pthread_mutex_unlock(&lock);
}

void mdh_out_flush_on_signals(void)
{
    os_signals_init(flush_in_signal);
}

static void start(void)
{
    mdh_ignore_sigpipe();
    by_line = os_is_tty(fd);
    atexit(mdh_out_flush_at_end);
}

void mdh_out_write(const char *p, size_t n)
{
    pthread_once(&once, start);
    pthread_mutex_lock(&lock);
    if (n > sizeof buffer - used) flush_nolock();
    if (n > sizeof buffer) {
        write_all(p, n);
    } else if (n) {
        memcpy(buffer + used, p, n);
        used += n;
        if (by_line && memchr(p, '\n', n)) flush_nolock();
    }
    pthread_mutex_unlock(&lock);
}

bool mdh_out_failed(int *sys_errno)
{
    if (MDH_LIKELY(!__atomic_load_n(&failed, __ATOMIC_ACQUIRE))) return false;
    *sys_errno = failed_errno;
    return true;
}

bool mdh_out_flush(void)
{
    pthread_mutex_lock(&lock);
    flush_nolock();
    bool ok = !failed;
    pthread_mutex_unlock(&lock);
    return ok;
}

void mdh_err_write(const char *p, size_t n)
{
    pthread_once(&once, start);
    mdh_out_flush();
    MdhErr ignored = n ? os_write_fd(2, p, n, NULL) : MDH_OK;
    (void)ignored;
}

void mdh_out_redirect(int to)
{
    pthread_once(&once, start);
    pthread_mutex_lock(&lock);
    used = 0;
    fd = to;
    failed = false;
    by_line = os_is_tty(to);
    pthread_mutex_unlock(&lock);
}
