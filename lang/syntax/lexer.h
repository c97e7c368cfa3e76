// SPDX-License-Identifier: MIT
// The lexer: a source text, or the inside of one `{…}` of an f-string, to a vector of
// tokens that ends with TK_EOF. Linear time; what is wrong goes to the diagnostics and
// becomes a TK_ERROR token.

#ifndef MDH_LANG_SYNTAX_LEXER_H
#define MDH_LANG_SYNTAX_LEXER_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/vec.h"
#include "lang/syntax/codes.h"
#include "lang/syntax/token.h"

typedef VEC(Token) TokenVec;
typedef VEC(Comment) CommentVec;

// A place in the source; moves forward only, so that counting columns costs one pass in
// all.
typedef struct {
    uint32_t offset;
    uint32_t line;
    uint32_t column;
} LexPlace;

typedef struct {
    const char *file;
    Slice source; // the whole file: what diagnostics show
    Slice text;   // what is lexed: the source, or an unescaped copy of a piece of it
    const uint32_t
        *map; // source offset of each octet of `text`; NULL when it is the source
    uint32_t start, end; // the part of `text` to lex
    LexPlace place;      // of `start`, or of something before it
    bool stop_at_colon;  // in an f-string: a `:` outside brackets ends the input
    DiagList *diags;
} LexInput;

// Lexes all of the input. Appends to `tokens` (freed by the caller); `comments` may be
// NULL. Returns the offset in `text` at which it stopped: `end`, or that of the colon.
// Memory out: *ok becomes false.
uint32_t lex_run(const LexInput *input, TokenVec *tokens, CommentVec *comments, bool *ok);

// The value of an integer literal with or without 0x, 0b, 0o and `_`; false when it does
// not fit.
bool lex_int_value(Slice text, int64_t *value);

#endif
