// SPDX-License-Identifier: MIT
// What the parser says when it stops. The message is the classic text; the hint is ours: it
// knows stray and unclosed brackets, words of other languages, slips of the pen and
// keywords used as names.

#include "lang/syntax/parser.h"

#include <stdio.h>

#include "base/utf8.h"

// Copies `text`, cut at a whole character, and makes it safe as a C string.
static const char *clip(Slice text, char *buffer, size_t size)
{
    static const char dots[] = "…";
    size_t room = size - sizeof dots;
    size_t n = text.len < room ? text.len : room;
    while (n && n < text.len && ((unsigned char)text.ptr[n] & 0xC0) == 0x80) n--;
    for (size_t i = 0; i < n; i++) buffer[i] = text.ptr[i] ? text.ptr[i] : '?';
    buffer[n] = '\0';
    if (n < text.len) memcpy(buffer + n, dots, sizeof dots);
    return buffer;
}

const char *parse_token_text(const Parser *p, const Token *token, char *buffer, size_t size)
{
    if (token->kind == TK_EOF && p->is_fstring) return "}";
    switch (token->kind) {
    case TK_INT:
    case TK_FLOAT:
    case TK_STRING:
    case TK_FSTRING:
    case TK_BYTES:
    case TK_IDENT:
    case TK_ERROR: return clip(parse_token_slice(p, token), buffer, size);
    default: return token_kind_text((TokenKind)token->kind);
    }
}

static bool is_keyword(TokenKind kind)
{
    return kind >= TK_KEN && kind < TK_N_KINDS;
}

static bool is_word_for(const Parser *p, uint32_t index, const char **scots)
{
    if (index >= p->n_tokens || p->tokens[index].kind != TK_IDENT) return false;
    *scots = token_scots_for(parse_token_slice(p, &p->tokens[index]));
    return *scots != NULL;
}

// The first token of the line that `index` is on.
static uint32_t line_start(const Parser *p, uint32_t index)
{
    static const uint32_t max_steps = 200;
    uint32_t steps = 0;
    while (index > 0 && p->tokens[index - 1].kind != TK_NEWLINE && steps++ < max_steps)
        index--;
    return index;
}

// The offending token, the one before it, or the first of the line may be an English word.
static bool hint_word(const Parser *p, uint32_t at, Diag *diag)
{
    uint32_t places[3] = {at, at ? at - 1 : at, line_start(p, at)};
    for (size_t i = 0; i < countof(places); i++) {
        const char *scots;
        if (!is_word_for(p, places[i], &scots)) continue;
        diag_hint(diag, "did ye mean '%s' insteid o '%.*s'?", scots,
                  SLICE_ARG(parse_token_slice(p, &p->tokens[places[i]])));
        return true;
    }
    return false;
}

static bool hint_bracket(const Parser *p, const Token *token, Diag *diag)
{
    if (token->kind == TK_RPAREN || token->kind == TK_RBRACKET ||
        token->kind == TK_RBRACE) {
        diag_hint(diag,
                  token->match ? "Check yer brackets: something is missin' afore this '%s'"
                               : "Check yer brackets: this '%s' closes naething",
                  token_kind_text((TokenKind)token->kind));
        return true;
    }
    if (token->kind != TK_EOF) return false;
    for (uint32_t i = p->n_tokens; i-- > 0;) {
        const Token *t = &p->tokens[i];
        bool is_opener =
            t->kind == TK_LPAREN || t->kind == TK_LBRACE || t->kind == TK_LBRACKET;
        if (!is_opener || t->match) continue;
        diag_hint(diag, "Check yer brackets: the '%s' at line %u is never closed",
                  token_kind_text((TokenKind)t->kind), t->line);
        return true;
    }
    return false;
}

static void add_hint(const Parser *p, const Token *token, const char *what, Diag *diag)
{
    if (!diag || hint_bracket(p, token, diag)) return;
    uint32_t at = (uint32_t)(token - p->tokens);
    if (hint_word(p, at, diag)) return;
    size_t len = what ? strlen(what) : 0;
    bool wants_name = len > 5 && strcmp(what + len - 4, "name") == 0;
    if (wants_name && is_keyword((TokenKind)token->kind)) {
        diag_hint(diag, "'%s' is a keyword, it cannae be a name",
                  token_kind_text((TokenKind)token->kind));
    }
}

static Diag *record(Parser *p, const Token *at, SyntaxCode code, const char *format, ...)
    MDH_PRINTF(4, 5);

// NULL when nothing is to be said.
static Diag *record(Parser *p, const Token *at, SyntaxCode code, const char *format, ...)
{
    uint32_t index = (uint32_t)(at - p->tokens);
    bool is_quiet = p->panic || p->stopped || at->kind == TK_ERROR || index == p->error_pos;
    p->panic = true;
    if (is_quiet) return NULL;
    p->error_pos = index;
    Slice text = parse_token_slice(p, at);
    size_t first_line = slice_find_char(text, '\n');
    if (first_line != SLICE_NOT_FOUND) text = slice_sub(text, 0, first_line);
    DiagSpot spot = {p->file, p->source, at->line, at->column,
                     (uint32_t)utf8_count(text.ptr, text.len)};
    va_list args;
    va_start(args, format);
    Diag *diag = diag_vadd(p->diags, DIAG_ERROR, syntax_code(code), spot, format, args);
    va_end(args);
    if (diag_full(p->diags)) p->stopped = true; // nobody reads on
    return diag;
}

void parse_unexpected(Parser *p, const char *what)
{
    char buffer[PARSE_TOKEN_TEXT];
    const Token *token = parse_cur(p);
    Diag *diag =
        record(p, token, SYN_UNEXPECTED,
               "Haud yer wheesht! Unexpected '%s' at line %u - ah wis expectin' %s",
               parse_token_text(p, token, buffer, sizeof buffer), token->line, what);
    add_hint(p, token, what, diag);
}

void parse_no_expression(Parser *p)
{
    char buffer[PARSE_TOKEN_TEXT];
    const Token *token = parse_cur(p);
    // A line break that would have been free after an operator, had an operand followed.
    if (p->break_end && p->break_end == p->pos) token = &p->tokens[p->break_start];
    Diag *diag =
        record(p, token, SYN_NO_EXPRESSION,
               "Yer code's a richt guddle! Parser gave up at line %u: Unexpected token: %s",
               token->line, parse_token_text(p, token, buffer, sizeof buffer));
    add_hint(p, token, NULL, diag);
}

void parse_fail(Parser *p, const Token *at, SyntaxCode code, const char *hint,
                const char *format, ...)
{
    char message[256];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    Diag *diag =
        record(p, at, code, "Yer code's a richt guddle! Parser gave up at line %u: %s",
               at->line, message);
    if (hint) diag_hint(diag, "%s", hint);
    else add_hint(p, at, NULL, diag);
}
