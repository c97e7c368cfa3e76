// SPDX-License-Identifier: MIT
// Between the files of logging.
#ifndef MDH_SYS_LOGREC_PRIV_H
#define MDH_SYS_LOGREC_PRIV_H

#include "runtime/sys/logrec.h"

// To every file sink as it is now.
void mdh_log_write_files(const char *p, size_t n);
void mdh_log_write_fd(int fd, const char *p, size_t n);
// A memory sink goes on with another list.
void mdh_log_replace_memory(MdhValue from, MdhValue to);

struct MdhSb;
// Appends the record as a line with its newline. False when it threw.
bool mdh_log_format(MdhThread *t, struct MdhSb *sb, const MdhLogRecord *r,
                    const MdhLogConfig *c, bool color);
// The record as a dict: level, message, target, file, line, timestamp, fields, span.
MdhValue mdh_log_record_dict(MdhThread *t, const MdhLogRecord *r);

#endif
