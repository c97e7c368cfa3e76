// SPDX-License-Identifier: MIT
// What of the matching library's syntax is ours: the part that every linear-time engine has too.
#ifndef MDH_DATA_REGEX_SYNTAX_H
#define MDH_DATA_REGEX_SYNTAX_H

#include "base/buf.h"
#include "base/slice.h"

// Checks a pattern and appends it in the library's words. NULL, or why it is refused.
const char *mdh_regex_translate(Slice pattern, Buf *out);

#endif
