// SPDX-License-Identifier: MIT
// One line to standard error from the runtime itself (leaked handles, internal warnings).
// Thread-safe; one write per line; control characters are shown as escapes. Not the
// language's log module.

#ifndef MDH_BASE_LOG_H
#define MDH_BASE_LOG_H

#include "base/common.h"

typedef enum { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG } LogLevel;

// Lines above `level` are dropped. Starts at LOG_WARN.
void log_set_level(LogLevel level);
LogLevel log_level(void);

void log_line(LogLevel level, const char *area, const char *format, ...) MDH_PRINTF(3, 4);

#endif
