// SPDX-License-Identifier: MIT
// The formatter: one layout for a source text. Prints the tokens as they were written, with
// its own blanks and line ends; comments stay, the meaning stays, and formatting twice
// changes nothing.

#ifndef MDH_TOOLS_FMT_FMT_H
#define MDH_TOOLS_FMT_FMT_H

#include "base/buf.h"
#include "base/diag.h"
#include "lang/syntax/syntax.h"

// Appends the formatted source to `out`. False when the source has errors (they are in
// `diags`, nothing was written) or memory is out.
bool fmt_source(Slice source, const char *file, Buf *out, DiagList *diags);

#endif
