// SPDX-License-Identifier: MIT
// Octets from outside as text: the world's names, files and output are not always UTF-8, the
// language's strings always are.
#ifndef MDH_DATA_TEXT_H
#define MDH_DATA_TEXT_H

#include "base/slice.h"
#include "runtime/core/thread.h"

// A string; each octet sequence that is not UTF-8 reads as U+FFFD.
MdhValue mdh_text_lossy(MdhThread *t, const char *p, size_t n);

// The slice without white space (of Unicode) at both ends; its octets are UTF-8.
Slice mdh_text_trim(Slice s);

#endif
