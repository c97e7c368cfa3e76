// SPDX-License-Identifier: MIT
// The one way to standard output: a buffer of the whole process, so that `blether` costs a copy
// and never a system call. Written through at each line when standard output is a terminal,
// else when 64 KB have gathered; also before anything else that a reader could see out of
// order (standard error, a prompt, a child process) and at the end of the process. A failed
// write (closed pipe, full disk) is remembered, what follows is dropped, nothing crashes.
// All functions may be called from any thread.
#ifndef MDH_SYS_OUT_H
#define MDH_SYS_OUT_H

#include "base/common.h"

#define MDH_OUT_CAP (64 * 1024)

void mdh_out_write(const char *p, size_t n);

// Writes what is waiting. False once any write has failed.
bool mdh_out_flush(void);
// The same at the end of the process: not if another thread is stuck in writing.
void mdh_out_flush_at_end(void);

// Has a write failed? Then *sys_errno says why, and `blether` throws: a program whose reader
// has gone does not print for ever into nothing.
bool mdh_out_failed(int *sys_errno);
// Main thread, once: from now on what is waiting is also written when Ctrl-C or SIGTERM ends
// the process.
void mdh_out_flush_on_signals(void);
// Flushes standard output, then writes to standard error, unbuffered. Failures are ignored.
void mdh_err_write(const char *p, size_t n);

// Tests: write to `fd` from now on (nothing is flushed before), forgetting failures.
void mdh_out_redirect(int fd);

#endif
