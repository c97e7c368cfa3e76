// SPDX-License-Identifier: MIT

#define _GNU_SOURCE
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/unit/harness.h"

TEST(os_monotonic_clock_never_goes_back)
{
    uint64_t last = os_mono_ns();
    for (int i = 0; i < 100000; i++) {
        uint64_t now = os_mono_ns();
        if (now < last) CHECK_EQ(now, last);
        last = now;
    }
    CHECK(last > 0);
    CHECK(os_wall_ns() > (int64_t)1600000000 * 1000000000);
    CHECK(os_process_cpu_ns() > 0 && os_thread_cpu_ns() > 0);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int sig)
{
    (void)sig;
    alarms++;
}

TEST(os_sleep_is_not_cut_short_by_signals)
{
    struct sigaction action = {.sa_handler = on_alarm};
    sigaction(SIGVTALRM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    REQUIRE(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    struct itimerspec every = {{0, 1000000}, {0, 1000000}};
    REQUIRE(timer_settime(timer, 0, &every, NULL) == 0);
    uint64_t deadline = os_mono_ns() + 20000000;
    os_sleep_until_ns(deadline);
    CHECK(os_mono_ns() >= deadline);
    CHECK(alarms > 0);
    timer_delete(timer);
    os_sleep_until_ns(0); // long past: returns
}

TEST(os_random_differs)
{
    unsigned char a[32] = {0}, b[32] = {0};
    os_random(a, sizeof a);
    os_random(b, sizeof b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    os_random(NULL, 0);
    os_wipe(a, sizeof a);
    unsigned char zero[32] = {0};
    CHECK_EQ(memcmp(a, zero, sizeof a), 0);
}

static char folder[] = "/tmp/mdh_test_os_XXXXXX";

static const char *file_in(const char *name)
{
    static char path[200];
    if (strstr(folder, "XXXXXX")) REQUIRE(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void remove_folder(void)
{
    unlink(file_in("a"));
    rmdir(folder);
}

TEST(os_files_round_trip)
{
    Buf b;
    buf_init(&b, 1 << 20);
    const char *path = file_in("a");
    CHECK_EQ(os_write_file(path, "he\0llo", 6, OS_WRITE_REPLACE, NULL), MDH_OK);
    CHECK_EQ(os_write_file(path, "!", 1, OS_WRITE_APPEND, NULL), MDH_OK);
    CHECK_EQ(os_read_file(path, 100, &b, NULL), MDH_OK);
    CHECK_MEM(b.data, b.len, "he\0llo!");
    CHECK(os_file_exists(path) && os_is_file(path) && !os_is_dir(path));
    CHECK(os_is_dir(folder) && !os_is_file(folder));
    buf_deinit(&b);
    remove_folder();
}

TEST(os_read_limits_are_exact)
{
    Buf b;
    int code = 0;
    const char *path = file_in("a");
    CHECK_EQ(os_write_file(path, "12345", 5, OS_WRITE_REPLACE, NULL), MDH_OK);
    buf_init(&b, 100);
    CHECK_EQ(os_read_file(path, 5, &b, NULL), MDH_OK);
    buf_clear(&b);
    CHECK_EQ(os_read_file(path, 4, &b, &code), MDH_ERR_TOO_BIG);
    CHECK_EQ(code, EFBIG);
    buf_deinit(&b);
    buf_init(&b, 5); // the buffer's own maximum
    CHECK_EQ(os_read_file(path, 100, &b, NULL), MDH_OK);
    CHECK_EQ(b.len, 5);
    CHECK_EQ(os_read_file(path, 100, &b, NULL), MDH_ERR_TOO_BIG);
    buf_deinit(&b);
    buf_init(&b, 100);
    CHECK_EQ(os_write_file(path, "", 0, OS_WRITE_REPLACE, NULL), MDH_OK);
    CHECK_EQ(os_read_file(path, 0, &b, NULL), MDH_OK);
    CHECK_EQ(b.len, 0);
    buf_deinit(&b);
    remove_folder();
}

TEST(os_read_failures_are_named)
{
    Buf b;
    int code = 0;
    buf_init(&b, 100);
    CHECK_EQ(os_read_file("/nonexistent/file", 10, &b, &code), MDH_ERR_NOT_FOUND);
    CHECK_EQ(code, ENOENT);
    CHECK_EQ(os_read_file("/tmp", 10, &b, &code), MDH_ERR_IS_DIR);
    CHECK_EQ(os_write_file("/nonexistent/file", "x", 1, OS_WRITE_REPLACE, &code),
             MDH_ERR_NOT_FOUND);
    CHECK_EQ(os_write_fd(-1, "x", 1, &code), MDH_ERR_BAD_HANDLE);
    CHECK_EQ(os_write_file("/dev/full", "x", 1, OS_WRITE_REPLACE, &code), MDH_ERR_NO_SPACE);
    buf_deinit(&b);
}

// Files whose size the kernel reports as 0, and endless ones.
TEST(os_read_special_files)
{
    Buf b;
    buf_init(&b, 1 << 20);
    CHECK_EQ(os_read_file("/proc/self/status", 1 << 20, &b, NULL), MDH_OK);
    CHECK(b.len > 100);
    buf_clear(&b);
    CHECK_EQ(os_read_file("/dev/zero", 200000, &b, NULL), MDH_ERR_TOO_BIG);
    buf_deinit(&b);
}

static void *drain(void *arg)
{
    Buf *b = ((void **)arg)[0];
    int fd = *(int *)((void **)arg)[1];
    CHECK_EQ(os_read_fd(fd, 1 << 22, b, NULL), MDH_OK);
    return NULL;
}

TEST(os_write_goes_through_short_writes_and_full_pipes)
{
    int ends[2];
    REQUIRE(pipe2(ends, O_NONBLOCK) == 0);
    Buf got;
    buf_init(&got, 1 << 22);
    pthread_t reader;
    void *arg[] = {&got, &ends[0]};
    REQUIRE(pthread_create(&reader, NULL, drain, arg) == 0);
    size_t size = 1 << 20;
    char *data = calloc(1, size);
    REQUIRE(data != NULL);
    for (size_t i = 0; i < size; i++) data[i] = (char)(i * 7);
    CHECK_EQ(os_write_fd(ends[1], data, size, NULL), MDH_OK);
    close(ends[1]);
    pthread_join(reader, NULL);
    CHECK_EQ(got.len, size);
    CHECK_EQ(memcmp(got.data, data, size), 0);
    close(ends[0]);
    buf_deinit(&got);
    free(data);
}

TEST(os_paths)
{
    Buf b;
    buf_init(&b, 5000);
    CHECK_EQ(os_realpath("/tmp/../tmp/.", &b, NULL), MDH_OK);
    CHECK_STR(b.data, "/tmp");
    int code = 0;
    CHECK_EQ(os_realpath("/no/such", &b, &code), MDH_ERR_NOT_FOUND);
    buf_clear(&b);
    CHECK_EQ(os_executable_dir(&b), MDH_OK);
    CHECK(b.len > 1 && b.data[0] == '/' && b.data[b.len - 1] != '/');
    CHECK(os_is_dir(b.data));
    buf_clear(&b);
    CHECK_EQ(os_current_dir(&b), MDH_OK);
    CHECK(os_is_dir(b.data));
    buf_deinit(&b);
}

TEST(os_limits_are_plausible)
{
    CHECK(os_cpu_count() >= 1);
    uint64_t limit = os_memory_limit_bytes();
    CHECK(limit > (uint64_t)16 << 20);
    CHECK(limit < (uint64_t)1 << 60);
    CHECK(os_resident_bytes() > 100000);
    CHECK(os_tty_columns(-1, 80) == 80);
    CHECK(!os_is_tty(-1));
}

TEST(os_address_space)
{
    size_t size = (size_t)1 << 36; // 64 GB of addresses cost nothing
    char *p = os_reserve(size);
    if (!p) { // an address-space limit is in force
        size = (size_t)1 << 26;
        p = os_reserve(size);
    }
    REQUIRE(p != NULL);
    REQUIRE(os_commit(p + size / 2, 100));
    CHECK_EQ(p[size / 2], 0);
    p[size / 2 + 99] = 1;
    CHECK(os_decommit(p + size / 2, 100));
    REQUIRE(os_commit(p + size / 2, 100));
    CHECK_EQ(p[size / 2 + 99], 0);
    os_release(p, size);
    os_release(NULL, 0);
    CHECK(os_reserve(SIZE_MAX) == NULL);
    CHECK(os_reserve(0) == NULL);
}
