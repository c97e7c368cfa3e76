// SPDX-License-Identifier: MIT
// The operating system, EINTR-safe: clocks, randomness, whole files, paths, processors,
// address space. Times are nanoseconds; deadlines are absolute on the monotonic clock.

#ifndef MDH_BASE_OS_H
#define MDH_BASE_OS_H

#include "base/buf.h"
#include "base/common.h"
#include "base/err.h"

#define OS_NEVER UINT64_MAX // a deadline that does not come

uint64_t os_mono_ns(void); // since an arbitrary start, never goes back
int64_t os_wall_ns(void);  // since 1970-01-01 UTC
uint64_t os_thread_cpu_ns(void);
uint64_t os_process_cpu_ns(void);

// Sleeps until the monotonic clock reaches `deadline_ns`, whatever signals come (but see
// os_interrupt_keep).
void os_sleep_until_ns(uint64_t deadline_ns);

// Called on the main thread: from now on Ctrl-C and SIGTERM end the process only after
// `last_words`, which may do what a signal handler may.
void os_signals_init(void (*last_words)(void));
// A kept Ctrl-C does not end the process; os_interrupted() says on the main thread that there was
// one since it is kept, and loops that start a broken wait again ask before they do.
void os_interrupt_keep(bool on);
bool os_interrupted(void);
bool os_interrupt_is_kept(void); // main thread: for waits that no signal breaks

// Fills from the kernel's generator. Cannot fail on a working system; aborts if it does,
// because predictable tags and keys are worse than no process.
void os_random(void *out, size_t len);

// Overwrites in a way that the compiler keeps.
void os_wipe(void *p, size_t len);

// Appends the whole file to `out`. MDH_ERR_TOO_BIG when it is longer than `max`; *sys_errno
// (may be NULL) is set on failures of the system. Directories give MDH_ERR_IS_DIR.
MDH_NODISCARD MdhErr os_read_file(const char *path, size_t max, Buf *out, int *sys_errno);

// As os_read_file from a descriptor, to its end.
MDH_NODISCARD MdhErr os_read_fd(int fd, size_t max, Buf *out, int *sys_errno);

// Writes all the octets to a descriptor; short writes and EINTR are handled, EAGAIN waits.
MDH_NODISCARD MdhErr os_write_fd(int fd, const void *data, size_t len, int *sys_errno);

typedef enum { OS_WRITE_REPLACE, OS_WRITE_APPEND } OsWriteMode;

// Creates (0666 under umask) or replaces or extends the file.
MDH_NODISCARD MdhErr os_write_file(const char *path, const void *data, size_t len,
                                   OsWriteMode mode, int *sys_errno);

bool os_file_exists(const char *path); // anything at all there
bool os_is_file(const char *path);     // a regular file (or fifo, device), not a directory
bool os_is_dir(const char *path);

// Appends the absolute path without links, dots. The file must exist.
MDH_NODISCARD MdhErr os_realpath(const char *path, Buf *out, int *sys_errno);

// Appends the directory that holds the running executable, without a trailing slash.
MDH_NODISCARD MdhErr os_executable_dir(Buf *out);

// Appends the current directory.
MDH_NODISCARD MdhErr os_current_dir(Buf *out);

// Processors this process may run on, at least 1 (affinity mask and cgroup quota looked
// at).
int os_cpu_count(void);

// Octets of memory this process may use: the least of RAM, cgroup v1/v2 limits, RLIMIT_AS.
uint64_t os_memory_limit_bytes(void);

// Resident set, octets; 0 when unknown.
uint64_t os_resident_bytes(void);

// Address space: reserved pages are inaccessible and cost nothing; committed ones are
// read/write, zero, backed on first touch. Sizes are rounded up to pages. NULL / false when
// refused.
size_t os_page_size(void);
void *os_reserve(size_t size);
MDH_NODISCARD bool os_commit(void *p, size_t size);
bool os_decommit(void *p, size_t size); // contents lost, pages given back, still reserved
void os_release(void *p, size_t size);

// True when the descriptor is a terminal.
bool os_is_tty(int fd);

// Columns of the terminal at fd, or `fallback`.
int os_tty_columns(int fd, int fallback);

#endif
