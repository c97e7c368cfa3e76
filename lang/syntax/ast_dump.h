// SPDX-License-Identifier: MIT
// What `mdhavers ast` prints: a heading, one numbered dump per top-level statement, the
// total. Nodes are shown as (kind fields children…), statements of a block on lines of
// their own.

#ifndef MDH_LANG_SYNTAX_AST_DUMP_H
#define MDH_LANG_SYNTAX_AST_DUMP_H

#include "base/buf.h"
#include "lang/syntax/syntax.h"

void ast_dump(const SyntaxTree *tree, Buf *out);

// One node without heading or newline, for tests.
void ast_dump_node(const AstNode *node, Buf *out);

#endif
