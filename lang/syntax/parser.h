// SPDX-License-Identifier: MIT
// The parser's insides, shared by its own files only.
//
// Errors: the first one in a statement is recorded and sets `panic`; everything then
// returns at once (loops test it) until the innermost statement loop skips to the next
// statement and clears it. Memory: an allocation that fails yields a spare block and sets
// `stopped`, which reads as end of file everywhere; no caller needs to test for NULL.
//
// Newlines: the parser stands on a TK_NEWLINE only where it may mean something. Inside ( )
// [ ] and dict braces `newlines_free` makes advance() step over them; a block's braces
// switch it off again.

#ifndef MDH_LANG_SYNTAX_PARSER_H
#define MDH_LANG_SYNTAX_PARSER_H

#include "base/vec.h"
#include "lang/syntax/lexer.h"
#include "lang/syntax/syntax.h"

typedef VEC(AstNode *) NodeVec;

typedef struct Parser {
    Arena *arena;
    DiagList *diags;
    const char *file;
    Slice source;
    Slice
        text; // what the tokens' offsets are in: the source or an unescaped f-string piece
    const uint32_t *map; // source offset of each octet of text, or NULL
    const Token *tokens; // the last one is TK_EOF
    uint32_t n_tokens;
    uint32_t pos;
    uint32_t last; // the token consumed last
    uint32_t depth;
    uint32_t break_start, break_end; // newlines stepped over after the last operator
    uint32_t error_pos;              // token of the last recorded error, n_tokens when none
    const Comment *comments;
    uint32_t n_comments;
    bool newlines_free;
    bool is_fstring; // parses the inside of an f-string
    bool panic;
    bool stopped; // too deep or out of memory: nothing more is read
    bool out_of_memory;
    void *spare; // PARSE_SPARE octets
} Parser;

#define PARSE_SPARE 256

// parser.c: tokens and nodes.
const Token *parse_cur(const Parser *p);
TokenKind parse_kind(const Parser *p);
TokenKind parse_next_kind(const Parser *p); // the kind after the current token
TokenKind
parse_kind_past_newlines(const Parser *p); // the first that is no newline, from here
void parse_advance(Parser *p);
bool parse_accept(Parser *p, TokenKind kind);
bool parse_expect(Parser *p, TokenKind kind);
void parse_skip_newlines(Parser *p);
void parse_skip_break(Parser *p); // the newlines after an operator
bool parse_enter(
    Parser *p); // one level deeper; false (and stopped) when too deep. Always leave.
void parse_leave(Parser *p);
uint32_t parse_source_offset(const Parser *p, uint32_t offset);
Slice parse_token_slice(const Parser *p, const Token *token);
void *parse_alloc(Parser *p, size_t size); // at most PARSE_SPARE octets, never NULL
void parse_no_memory(Parser *p);
AstNode *parse_node(Parser *p, AstKind kind, const Token *first);
AstNode *parse_node_at(Parser *p, AstKind kind,
                       const AstNode *first);  // starts where `first` does
AstNode *parse_done(Parser *p, AstNode *node); // sets its end and height
AstNode *parse_error_node(Parser *p);
AstSpan parse_span(const Parser *p, const Token *token);
const AstName *parse_name(Parser *p, bool may_be_wild, const char *what); // NULL on error
void parse_name_of(Parser *p, const Token *token, AstName *out);
void parse_push(Parser *p, NodeVec *vec, AstNode *node);
AstList parse_list_of(const NodeVec *vec);

// parser.c: statements.
AstNode *parse_block(Parser *p);
AstList parse_body(Parser *p); // between the braces, both consumed
AstNode *parse_blether(Parser *p);
AstNode *parse_gie(Parser *p);
AstNode *parse_simple(Parser *p, AstKind kind); // brak, haud
void parse_skip_to(Parser *p, TokenKind kind);  // recovery: the next `kind`, `}` or the end

// parse_decl.c
AstNode *parse_ken(Parser *p);
AstNode *parse_dae(Parser *p);
AstNode *parse_kin(Parser *p);
AstNode *parse_thing(Parser *p);
AstNode *parse_fetch(Parser *p);
Slice parse_module_doc(Parser *p);

// parse_expr.c
AstNode *parse_expr(Parser *p);

// parse_pattern.c
AstNode *parse_keek(Parser *p, bool is_expr);
AstNode *parse_rest_name(Parser *p); // `...name` as PAT_REST

// parse_string.c
Slice parse_unescape(Parser *p, Slice raw);
AstNode *parse_string(Parser *p);
AstNode *parse_bytes(Parser *p);
AstNode *parse_fstring(Parser *p);
AstNode *parse_float(Parser *p);
bool parse_float_value(Parser *p, Slice text, double *out);

// parse_error.c. All set panic; they record nothing when it is set already, at a TK_ERROR
// (the lexer has reported it) or at the token of the error before.
void parse_unexpected(Parser *p, const char *what);
void parse_fail(Parser *p, const Token *at, SyntaxCode code, const char *hint,
                const char *format, ...) MDH_PRINTF(5, 6);
void parse_no_expression(Parser *p);
const char *parse_token_text(const Parser *p, const Token *token, char *buffer,
                             size_t size);
#define PARSE_TOKEN_TEXT 80

#endif
