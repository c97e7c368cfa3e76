// SPDX-License-Identifier: MIT
// A descriptor that becomes readable when another thread says so.
#ifndef MDH_LOOP_WAKE_H
#define MDH_LOOP_WAKE_H

int wake_open(int *fd); // 0, or the errno
void wake_close(int fd);
void wake_signal(int fd); // any thread, also from a signal handler
void wake_clear(int fd);

#endif
