// SPDX-License-Identifier: MIT
// A string of the language as the system wants it: NUL-terminated.
#ifndef MDH_BUILTINS_CTEXT_H
#define MDH_BUILTINS_CTEXT_H

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"

// Copies the string into `out` (release it with buf_deinit whatever the result). 0, ENOMEM, or
// EINVAL when a NUL stands in it: the system would stop there, and mean another file.
MDH_INLINE int mdh_ctext(MdhValue s, Buf *out)
{
    Slice text = mdh_str_slice(s);
    buf_init(out, MDH_MAX_OBJECT_BYTES);
    if (text.len && memchr(text.ptr, 0, text.len)) return EINVAL;
    buf_put_slice(out, text);
    return buf_ok(out) ? 0 : ENOMEM;
}

// `format` has %v for the path or name and %s for the reason.
static inline MdhValue mdh_throw_errno(MdhThread *t, const char *format, MdhValue what, int err)
{
    char unknown[64];
    return mdh_throw_native(t, format, what, err_errno_text(err, unknown, sizeof unknown));
}

#endif
