// SPDX-License-Identifier: MIT

#include "base/log.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/os.h"

#define LOG_LINE_MAX 4096

static int current_level = LOG_WARN;

void log_set_level(LogLevel level)
{
    __atomic_store_n(&current_level, (int)level, __ATOMIC_RELAXED);
}

LogLevel log_level(void)
{
    return (LogLevel)__atomic_load_n(&current_level, __ATOMIC_RELAXED);
}

// Control characters could move the cursor of whoever reads the log; they are shown as
// \xHH. The line is cut at the size of `out` with room kept for the newline.
static size_t escape_controls(Slice text, char *out, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    size_t n = 0;
    for (size_t i = 0; i < text.len && n + 6 < size; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != 0x7f) {
            out[n++] = (char)c;
        } else {
            out[n++] = '\\';
            out[n++] = 'x';
            out[n++] = hex[c >> 4];
            out[n++] = hex[c & 15];
        }
    }
    out[n++] = '\n';
    return n;
}

void log_line(LogLevel level, const char *area, const char *format, ...)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    if (level > log_level()) return;

    char text[LOG_LINE_MAX / 2];
    int head = snprintf(text, sizeof text, "mdhavers %s: %s: ", names[level], area);
    if (head < 0 || (size_t)head >= sizeof text) head = 0;
    va_list args;
    va_start(args, format);
    int body = vsnprintf(text + head, sizeof text - (size_t)head, format, args);
    va_end(args);
    if (body < 0) return;
    size_t len = (size_t)head + (size_t)body;
    if (len >= sizeof text) len = sizeof text - 1;

    char line[LOG_LINE_MAX];
    size_t n = escape_controls(slice_make(text, len), line, sizeof line);
    MdhErr ignored = os_write_fd(STDERR_FILENO, line, n, NULL); // nowhere left to report to
    (void)ignored;
}
