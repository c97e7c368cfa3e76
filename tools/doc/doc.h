// SPDX-License-Identifier: MIT
// The tables of the language as text: reference pages, the manual page, JSON for other programs.
// All append to `out`; nothing of it depends on the machine or the day.
#ifndef MDH_TOOLS_DOC_DOC_H
#define MDH_TOOLS_DOC_DOC_H

#include "base/buf.h"

void doc_builtins_markdown(Buf *out);
void doc_man_page(Buf *out);
void doc_builtins_json(Buf *out);
void doc_keywords_json(Buf *out);
void doc_opcodes_json(Buf *out);
#endif
