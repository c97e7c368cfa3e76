// SPDX-License-Identifier: MIT
// How a program's end is told to a person, in both back ends: the error that nobody caught, the
// exit status.
#ifndef MDH_LANG_VM_REPORT_H
#define MDH_LANG_VM_REPORT_H

#include "base/buf.h"
#include "runtime/core/thread.h"

// One of the exclamations that failures begin with.
const char *report_exclamation(MdhThread *t);
// The uncaught error that waits in t, to standard error: message, the lines around it, a hint,
// the trace when it came through functions. Clears it.
void report_error(MdhThread *t);
// The same text without exclamation or context; the caller frees the Buf. Clears the error.
void report_error_text(MdhThread *t, Buf *out);
// A line of `text` and its neighbours, the line marked.
void report_context(Buf *out, Slice text, uint32_t line);
// To standard error, or that memory is out when it did not suffice for the text. Frees the Buf.
void report_write(Buf *out);
void report_no_memory(void);

// Where the lines of a file are found that is not to be read from disk; false: nowhere.
typedef bool (*ReportSource)(const char *file, Slice *text);
void report_set_sources(ReportSource find);

// The end of a run whose result this is: reports an error, waits for the threads that are not
// detached, flushes standard output. Returns the exit status, or ends the process with it when
// detached threads still run.
int report_finish(MdhThread *t, MdhValue result);
#endif
