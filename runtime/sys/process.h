// SPDX-License-Identifier: MIT
// What belongs to the process as a whole: its arguments, environment and children.
#ifndef MDH_SYS_PROCESS_H
#define MDH_SYS_PROCESS_H

#include "base/buf.h"
#include "base/err.h"

// What `args()` gives. The strings are borrowed and must live as long as the process.
void mdh_set_args(int argc, char **argv);
int mdh_arg_count(void);
const char *mdh_arg(int i); // 0 <= i < mdh_arg_count()

// Ignores SIGPIPE (a closed pipe is an error of the write, not the end of the process). Once;
// called by whatever first writes.
void mdh_ignore_sigpipe(void);

// The environment may not change while it is read: everything of ours that reads or writes it,
// or calls a function of the system that does (local time reads TZ), holds this lock.
void mdh_env_lock(void);
void mdh_env_unlock(void);
// The value of a variable, appended to `out`. False when it is not set.
bool mdh_env_get(const char *name, Buf *out);
// All of them as they are, "NAME=value", each followed by a NUL.
void mdh_env_list(Buf *out);
// 0 or an errno.
int mdh_env_set(const char *name, const char *value);

// Runs `$MDH_SHELL -c command` ("sh" by default) to its end. `out` and `err` gather its standard
// output and error, with standard input empty; when both are NULL it inherits all three.
// *status is its exit code, -1 when a signal ended it. 0 or an errno.
int mdh_shell_run(const char *command, Buf *out, Buf *err, int *status);

#endif
