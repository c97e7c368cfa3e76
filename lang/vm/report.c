// SPDX-License-Identifier: MIT
// What a person sees when a program fails: an exclamation and the message, the lines around the
// place, a hint, and the way the error came when it came through functions. All of it goes to
// standard error.
#include <string.h>

#include "base/err.h"
#include "base/os.h"
#include "lang/vm/hints.h"
#include "lang/vm/report.h"
#include "runtime/conc/thread.h"
#include "runtime/core/ops.h"
#include "runtime/core/rng.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"
#include "runtime/sys/out.h"

#define REPORT_MAX (1 << 20)
#define SOURCE_MAX ((size_t)64 << 20)
#define EXCERPT_COLUMNS 160

static const char *const exclamations[] = {
    "Och naw", "Jings", "Crivvens", "Help ma boab", "Michty me", "Losh", "Ach", "Haud the bus",
};

const char *report_exclamation(MdhThread *t)
{
    return exclamations[mdh_rng_below(t, countof(exclamations))];
}

// ---- the place --------------------------------------------------------------------------------

static Slice line_of(Slice text, uint32_t line)
{
    while (line > 1) {
        size_t at = slice_find_char(text, '\n');
        if (at == SLICE_NOT_FOUND) return SLICE_NONE;
        text = slice_from(text, at + 1);
        line--;
    }
    size_t end = slice_find_char(text, '\n');
    Slice s = slice_sub(text, 0, end == SLICE_NOT_FOUND ? text.len : end);
    if (s.len && s.ptr[s.len - 1] == '\r') s.len--;
    return s.ptr ? s : SLICE_LIT("");
}

static uint32_t count_lines(Slice text)
{
    uint32_t n = 1;
    for (size_t i = 0; i + 1 < text.len; i++) n += text.ptr[i] == '\n';
    return n;
}

static void put_line(Buf *out, Slice text, uint32_t line, bool here)
{
    Slice s = line_of(text, line);
    if (s.len > EXCERPT_COLUMNS) s.len = EXCERPT_COLUMNS;
    buf_printf(out, "%s %u | %.*s\n", here ? ">" : " ", line, SLICE_ARG(s));
}

void report_context(Buf *out, Slice text, uint32_t line)
{
    uint32_t n = count_lines(text);
    if (line == 0 || line > n) return;
    buf_putc(out, '\n');
    if (line > 1) put_line(out, text, line - 1, false);
    put_line(out, text, line, true);
    if (line < n) put_line(out, text, line + 1, false);
}

static ReportSource find_source;

void report_set_sources(ReportSource find)
{
    find_source = find;
}

static void put_file_context(Buf *out, const char *file, uint32_t line)
{
    Slice text;
    if (file && find_source && find_source(file, &text)) {
        report_context(out, text, line);
        return;
    }
    Buf source;
    buf_init(&source, SOURCE_MAX);
    if (file && os_read_file(file, SOURCE_MAX, &source, NULL) == MDH_OK)
        report_context(out, (Slice){source.data, source.len}, line);
    buf_deinit(&source);
}

static void put_trace(Buf *out, const MdhThread *t)
{
    if (t->ntrace < 2) return;
    buf_putc(out, '\n');
    for (uint32_t i = 0; i < t->ntrace; i++)
        buf_printf(out, "  at %s (%s:%u)\n", t->trace[i].fn_name, t->trace[i].file,
                   t->trace[i].line);
    if (t->ntrace_dropped) buf_printf(out, "  ... and %u mair\n", t->ntrace_dropped);
}

// ---- reports ------------------------------------------------------------------------------------

void report_no_memory(void)
{
    static const char text[] = "Och naw: Nae memory left\n";
    mdh_err_write(text, sizeof text - 1);
}

// A report that memory did not suffice for is replaced by one that needs none.
void report_write(Buf *out)
{
    if (buf_ok(out) && out->len) mdh_err_write(out->data, out->len);
    else report_no_memory();
    buf_deinit(out);
}

void report_error_text(MdhThread *t, Buf *out)
{
    bool hurled = t->exc_hurled;
    uint32_t line = t->exc_line;
    MdhValue text = mdh_show(t, mdh_take_error(t));
    if (mdh_is_exc(text)) text = mdh_take_error(t);
    if (hurled) buf_printf(out, "Hurled at line %u: ", line);
    if (mdh_is_str(text)) buf_put(out, mdh_str(text)->data, mdh_str(text)->len);
}

// Whose error it is, unless it is the main thread's.
static void put_thread(Buf *out, const MdhThread *t)
{
    if (mdh_is_str(t->exc_thread))
        buf_printf(out, " in thread '%.*s'", SLICE_ARG(mdh_str_slice(t->exc_thread)));
}

void report_error(MdhThread *t)
{
    Buf out, message;
    buf_init(&out, REPORT_MAX);
    buf_init(&message, REPORT_MAX / 2);
    MdhThread copy = *t; // the trace outlives taking the error
    report_error_text(t, &message);
    buf_puts(&out, report_exclamation(t));
    put_thread(&out, &copy);
    buf_puts(&out, ": ");
    buf_put(&out, message.data, message.len);
    buf_putc(&out, '\n');
    put_file_context(&out, copy.exc_file, copy.exc_line);
    const char *hint = hint_for_error((Slice){message.data, message.len});
    if (hint) buf_printf(&out, "\n💡 %s\n", hint);
    put_trace(&out, &copy);
    report_write(&out);
    buf_deinit(&message);
}

// ---- the end ------------------------------------------------------------------------------------

static int report_result(MdhThread *t, MdhValue result)
{
    int status = 0;
    if (mdh_is_exc(result) && !t->exiting) {
        report_error(t);
        status = 1;
    }
    if (!t->exiting && !mdh_threads_finish(t)) status = 1;
    return t->exiting ? t->exit_status : status;
}

static int report_output(MdhThread *t, int status)
{
    int sys_errno;
    if (mdh_out_flush() || status != 0 || !mdh_out_failed(&sys_errno)) return status;
    Buf msg;
    char why[128];
    buf_init(&msg, 1024);
    buf_printf(&msg, "%s: Cannae write tae standard output: %s\n", report_exclamation(t),
               sys_errno ? err_errno_text(sys_errno, why, sizeof why) : err_text(MDH_ERR_IO));
    mdh_err_write(msg.data, msg.len);
    buf_deinit(&msg);
    return 1;
}

int report_finish(MdhThread *t, MdhValue result)
{
    int status = report_output(t, report_result(t, result));
    if (mdh_threads_remain()) mdh_process_end(status); // not under the feet of detached ones
    return status;
}
