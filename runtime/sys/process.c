// SPDX-License-Identifier: MIT
#ifndef _GNU_SOURCE
#define _GNU_SOURCE // pipe2
#endif
#include "runtime/sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int arg_count;
static char **arg_texts;

void mdh_set_args(int argc, char **argv)
{
    arg_count = argc;
    arg_texts = argv;
}

int mdh_arg_count(void)
{
    return arg_count;
}

const char *mdh_arg(int i)
{
    return arg_texts[i];
}

static void ignore_sigpipe(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
}

void mdh_ignore_sigpipe(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, ignore_sigpipe);
}

// The environment ------------------------------------------------------------------------------

static pthread_mutex_t env_mutex = PTHREAD_MUTEX_INITIALIZER;

void mdh_env_lock(void)
{
    pthread_mutex_lock(&env_mutex);
}

void mdh_env_unlock(void)
{
    pthread_mutex_unlock(&env_mutex);
}

bool mdh_env_get(const char *name, Buf *out)
{
    mdh_env_lock();
    const char *value = getenv(name);
    if (value) buf_puts(out, value);
    mdh_env_unlock();
    return value != NULL;
}

void mdh_env_list(Buf *out)
{
    mdh_env_lock();
    for (char **e = environ; e && *e; e++) {
        buf_puts(out, *e);
        buf_putc(out, 0);
    }
    mdh_env_unlock();
}

int mdh_env_set(const char *name, const char *value)
{
    mdh_env_lock();
    int err = setenv(name, value, 1) ? errno : 0;
    mdh_env_unlock();
    return err;
}

// Children -------------------------------------------------------------------------------------

static void close_fd(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

// One end's turn: reads what is there into `to`. Closes the descriptor at its end. What does not
// fit is read all the same, so that the child is not stuck.
static void drain(int *fd, Buf *to)
{
    char piece[16384];
    ssize_t n = read(*fd, piece, sizeof piece);
    if (n > 0) buf_put(to, piece, (size_t)n);
    else if (n == 0 || (errno != EINTR && errno != EAGAIN)) close_fd(fd);
}

static void drain_both(int fds[2], Buf *out, Buf *err)
{
    while (fds[0] >= 0 || fds[1] >= 0) {
        struct pollfd p[2] = {{fds[0], POLLIN, 0}, {fds[1], POLLIN, 0}};
        if (poll(p, 2, -1) < 0) {
            if (errno == EINTR) continue;
            break;
        }
        if (p[0].revents) drain(&fds[0], out);
        if (p[1].revents) drain(&fds[1], err);
    }
    close_fd(&fds[0]);
    close_fd(&fds[1]);
}

// The child starts with the signals as a fresh program has them.
static int set_signals(posix_spawnattr_t *attr)
{
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    int err = posix_spawnattr_setsigmask(attr, &none);
    if (!err) err = posix_spawnattr_setsigdefault(attr, &defaults);
    if (!err)
        err =
            posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return err;
}

static int set_files(posix_spawn_file_actions_t *files, int out, int err_fd)
{
    int err = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);
    if (!err) err = posix_spawn_file_actions_adddup2(files, out, 1);
    if (!err) err = posix_spawn_file_actions_adddup2(files, err_fd, 2);
    return err;
}

// Starts the shell. out < 0: it inherits the standard files.
static int spawn_shell(const char *command, int out, int err_fd, pid_t *pid)
{
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t files;
    int err = posix_spawnattr_init(&attr);
    if (err) return err;
    err = posix_spawn_file_actions_init(&files);
    if (err) {
        posix_spawnattr_destroy(&attr);
        return err;
    }
    err = set_signals(&attr);
    if (!err && out >= 0) err = set_files(&files, out, err_fd);
    if (!err) {
        mdh_env_lock();
        const char *shell = getenv("MDH_SHELL");
        if (!shell || !*shell) shell = "sh";
        // posix_spawn takes `char *const []` but writes to none of the strings.
        char *argv[] = {(char *)(uintptr_t)shell, (char *)(uintptr_t) "-c",
                        (char *)(uintptr_t)command, NULL};
        err = posix_spawnp(pid, shell, &files, &attr, argv, environ);
        mdh_env_unlock();
    }
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    return err;
}

static int wait_for(pid_t pid, int *status)
{
    int raw;
    while (waitpid(pid, &raw, 0) < 0)
        if (errno != EINTR) return errno;
    *status = WIFEXITED(raw) ? WEXITSTATUS(raw) : -1;
    return 0;
}

static int open_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC) ? errno : 0;
}

int mdh_shell_run(const char *command, Buf *out, Buf *err, int *status)
{
    int out_ends[2] = {-1, -1}, err_ends[2] = {-1, -1};
    pid_t pid;
    int code = 0;
    if (out) {
        code = open_pipe(out_ends);
        if (!code) code = open_pipe(err_ends);
    }
    if (!code) code = spawn_shell(command, out ? out_ends[1] : -1, err_ends[1], &pid);
    close_fd(&out_ends[1]);
    close_fd(&err_ends[1]);
    if (!code && out) drain_both((int[2]){out_ends[0], err_ends[0]}, out, err);
    else close_fd(&out_ends[0]), close_fd(&err_ends[0]);
    return code ? code : wait_for(pid, status);
}
