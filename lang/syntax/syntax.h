// SPDX-License-Identifier: MIT
// The front door of the front end: source text in, syntax tree and diagnostics out. Knows
// nothing of the runtime. One tree per arena user at a time; no global state, so threads
// may parse at once.

#ifndef MDH_LANG_SYNTAX_SYNTAX_H
#define MDH_LANG_SYNTAX_SYNTAX_H

#include "base/arena.h"
#include "base/diag.h"
#include "lang/syntax/ast.h"
#include "lang/syntax/token.h"

#define SYNTAX_MAX_SOURCE ((size_t)256 << 20) // octets of one source file

typedef struct {
    const char *file;
    Slice source;
    AstNode *program; // always there; statements that could not be read are AST_ERROR
    Token *tokens;    // n_tokens of them, newlines and the final TK_EOF among them
    uint32_t n_tokens;
    uint32_t n_lex_errors; // errors before any parsing
    Comment *comments;
    uint32_t n_comments;
    Slice module_doc; // the `##!` lines at the head, joined; empty when none
} SyntaxTree;

// Parses a whole file. `source` and `file` must outlive the tree, and `diags` borrows them
// too. The tree is usable when diags->n_errors did not grow; with errors it still serves an
// editor. The first error recorded is the one to report when only one can be. NULL when
// memory is out (recorded as well).
SyntaxTree *syntax_parse(Arena *arena, Slice source, const char *file, DiagList *diags);

#endif
