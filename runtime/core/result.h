// SPDX-License-Identifier: MIT
// Result dicts: how the world's failures (refused, timed out, no such host) come back to a
// program. {ok: aye, value} or {ok: nae, error, code, kind}; never thrown.
#ifndef MDH_CORE_RESULT_H
#define MDH_CORE_RESULT_H

#include "base/err.h"
#include "runtime/core/thread.h"

// {ok: aye, value: v}. EXC goes through, so a value just made can be passed as it is.
MdhValue mdh_ok(MdhThread *t, MdhValue v);
// {ok: nae, error: "<what> failed: <system text>", code: errno, kind: "conn_refused"}.
MdhValue mdh_fail_errno(MdhThread *t, const char *what, int sys_errno);
// {ok: nae, error: text, code: -1 or the errno that err stands for, kind}.
MdhValue mdh_fail(MdhThread *t, MdhErr err, const char *text);
// The same with a kind of its own ("nxdomain") and code.
MdhValue mdh_fail_kind(MdhThread *t, const char *kind, int64_t code, const char *text);

#endif
