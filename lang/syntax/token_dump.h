// SPDX-License-Identifier: MIT
// What `mdhavers tokens` prints: a heading, one line per token, the total.

#ifndef MDH_LANG_SYNTAX_TOKEN_DUMP_H
#define MDH_LANG_SYNTAX_TOKEN_DUMP_H

#include "base/buf.h"
#include "lang/syntax/syntax.h"

void token_dump(const SyntaxTree *tree, Buf *out);

// A line of 50 `─` and a newline, as both dumps have.
void token_dump_rule(Buf *out);

// `text` with newlines, tabs, quotes, backslashes and other controls escaped, at most `max`
// octets of it.
void token_dump_text(Buf *out, Slice text, size_t max);

#endif
