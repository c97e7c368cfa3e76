// SPDX-License-Identifier: MIT
// Tokens and comments: what the lexer makes of a source text. Offsets and lengths are
// octets of the text, lines and columns (code points) count from 1.

#ifndef MDH_LANG_SYNTAX_TOKEN_H
#define MDH_LANG_SYNTAX_TOKEN_H

#include "base/common.h"
#include "base/slice.h"

// clang-format off
// Tokens that carry a text of their own: T(id, what a message calls them).
#define TOKEN_CLASSES(T)                                                                   \
    T(EOF, "end of file") T(NEWLINE, "newline") T(ERROR, "error")                          \
    T(INT, "number") T(FLOAT, "number") T(STRING, "string") T(FSTRING, "f-string")         \
    T(BYTES, "bytes") T(IDENT, "name")

// Punctuation: T(id, text).
#define TOKEN_PUNCTUATION(T)                                                               \
    T(PLUS, "+") T(MINUS, "-") T(STAR, "*") T(SLASH, "/") T(PERCENT, "%")                  \
    T(EQ, "=") T(EQ_EQ, "==") T(BANG_EQ, "!=") T(LT, "<") T(LE, "<=") T(GT, ">") T(GE, ">=")     \
    T(BANG, "!") T(PLUS_EQ, "+=") T(MINUS_EQ, "-=") T(STAR_EQ, "*=") T(SLASH_EQ, "/=")     \
    T(PERCENT_EQ, "%=") T(ELLIPSIS, "...") T(DOT_DOT_EQ, "..=") T(DOT_DOT, "..") T(DOT, ".")     \
    T(LPAREN, "(") T(RPAREN, ")") T(LBRACE, "{") T(RBRACE, "}") T(LBRACKET, "[")           \
    T(RBRACKET, "]") T(COMMA, ",") T(COLON, ":") T(SEMICOLON, ";") T(ARROW, "->")          \
    T(PIPE, "|>") T(BAR, "|") T(UNDERSCORE, "_")

// clang-format on
typedef enum {
#define T(id, text) TK_##id,
    TOKEN_CLASSES(T) TOKEN_PUNCTUATION(T)
#undef T
#define KEYWORD(id, spelling, canonical, doc) TK_##id,
#include "abi/keywords.def"
        TK_N_KINDS
} TokenKind;

typedef struct {
    uint32_t offset;
    uint32_t len;
    uint32_t line;
    uint32_t column;
    uint32_t
        match; // index of the bracket that closes or opens this one, 0 when there is none
    uint8_t kind; // TokenKind
} Token;

typedef enum { COMMENT_PLAIN, COMMENT_DOC, COMMENT_MODULE_DOC } CommentKind;

// A comment from its `#` or `//` to before the end of the line.
typedef struct {
    uint32_t offset;
    uint32_t len;
    uint32_t line;
    uint32_t column;
    uint32_t next_token; // index of the first token after it
    uint8_t kind;        // CommentKind
    bool has_own_line;   // nothing but blanks stands before it
} Comment;

// How a message calls a kind: "ken", "+", "newline".
const char *token_kind_text(TokenKind kind);

// The name of a kind as `mdhavers tokens` prints it: "HaeABash", "Int", "PlusEq".
const char *token_kind_name(TokenKind kind);

// The keyword that `word` spells, or TK_IDENT. A lone `_` is TK_UNDERSCORE.
TokenKind token_of_word(Slice word);

// The keyword meant by an English or misspelt word, or NULL: "while" gives "whiles".
const char *token_scots_for(Slice word);

static inline bool token_is_log(TokenKind kind)
{
    return kind >= TK_LOG_WHISPER && kind <= TK_LOG_ROAR;
}

#endif
