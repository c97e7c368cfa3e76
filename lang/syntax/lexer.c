// SPDX-License-Identifier: MIT
// One pass over the octets. Newlines are tokens everywhere; the parser knows where they
// count. Brackets are paired here, once, so that the parser can look past a bracketed group
// in one step: deciding whether a `{` opens a dict or a block then costs linear time in
// all, however deep the source nests.
//
// After the first string without an end, strings end at the line: each later open quote
// would otherwise search the rest of the file again.

#include "lang/syntax/lexer.h"

#include "base/num.h"
#include "base/utf8.h"

// An open bracket. The counts say how many of its kind are open since the last `{`, itself
// included, so that a stray closer is known without a search.
typedef struct {
    uint32_t token;
    uint32_t n_parens;
    uint32_t n_brackets;
    uint8_t kind;
} OpenBracket;

typedef struct {
    const LexInput *in;
    Slice text;
    uint32_t at, end;
    LexPlace place;
    TokenVec *tokens;
    CommentVec *comments;
    VEC(OpenBracket) open;
    uint32_t n_braces;
    bool line_has_token;
    bool strings_end_at_newline;
    bool ok;
} Lexer;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_char(char c)
{
    return is_name_start(c) || is_digit(c);
}

static char peek(const Lexer *lx, uint32_t ahead)
{
    return ahead < lx->end - lx->at ? lx->text.ptr[lx->at + ahead] : '\0';
}

static uint32_t to_source(const LexInput *in, uint32_t offset)
{
    return in->map ? in->map[offset] : offset;
}

// Moves the place on to the octet `offset` of the text, counting lines and columns.
static void move_place(Lexer *lx, uint32_t offset)
{
    uint32_t target = to_source(lx->in, offset);
    const char *p = lx->in->source.ptr;
    LexPlace place = lx->place;
    for (; place.offset < target; place.offset++) {
        if (p[place.offset] == '\n') {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)p[place.offset] & 0xC0) != 0x80) {
            place.column++;
        }
    }
    lx->place = place;
}

static Diag *lex_error(Lexer *lx, SyntaxCode code, uint32_t start, uint32_t shown)
{
    static const uint32_t max_shown = 40;
    move_place(lx, start);
    Slice text =
        slice_sub(lx->text, start, start + (shown < max_shown ? shown : max_shown));
    while (text.len && start + text.len < lx->text.len &&
           ((unsigned char)text.ptr[text.len] & 0xC0) == 0x80)
        text.len--; // never half a character
    const char *dots = shown > max_shown ? "…" : "";
    if (text.len == 1 && text.ptr[0] == '\0') text = SLICE_LIT("\\0");
    DiagSpot spot = {lx->in->file, lx->in->source, lx->place.line, lx->place.column,
                     (uint32_t)utf8_count(text.ptr, text.len)};
    return diag_add(lx->in->diags, DIAG_ERROR, syntax_code(code), spot,
                    "Och! Ah dinnae ken whit '%.*s%s' is at line %u, column %u",
                    SLICE_ARG(text), dots, lx->place.line, lx->place.column);
}

// Appends a token of `len` octets from the current position and moves past it.
static void push(Lexer *lx, TokenKind kind, uint32_t len)
{
    move_place(lx, lx->at);
    Token token = {lx->at, len, lx->place.line, lx->place.column, 0, (uint8_t)kind};
    if (!vec_push(lx->tokens, token)) lx->ok = false;
    lx->at += len;
    lx->line_has_token = kind != TK_NEWLINE;
}

static void open_bracket(Lexer *lx, TokenKind kind)
{
    OpenBracket entry = {lx->tokens->len, 0, 0, (uint8_t)kind};
    if (kind == TK_LBRACE) {
        lx->n_braces++;
    } else {
        if (lx->open.len) {
            entry.n_parens = vec_last(&lx->open).n_parens;
            entry.n_brackets = vec_last(&lx->open).n_brackets;
        }
        if (kind == TK_LPAREN) entry.n_parens++;
        else entry.n_brackets++;
    }
    if (!vec_push(&lx->open, entry)) lx->ok = false;
    push(lx, kind, 1);
}

static bool has_open(const Lexer *lx, TokenKind opener)
{
    if (opener == TK_LBRACE) return lx->n_braces > 0;
    if (!lx->open.len) return false;
    const OpenBracket *top = &vec_last(&lx->open);
    return (opener == TK_LPAREN ? top->n_parens : top->n_brackets) > 0;
}

// Pairs a closer with the nearest opener of its kind, but never across a `{`. Openers in
// between stay without a partner.
static void close_bracket(Lexer *lx, TokenKind opener, TokenKind closer)
{
    uint32_t index = lx->tokens->len, partner = 0;
    bool is_paired = has_open(lx, opener);
    while (is_paired) {
        OpenBracket top = vec_pop(&lx->open);
        if (top.kind != opener) continue;
        partner = top.token;
        break;
    }
    if (is_paired && opener == TK_LBRACE) lx->n_braces--;
    push(lx, closer, 1);
    if (is_paired && lx->ok) {
        lx->tokens->items[partner].match = index;
        lx->tokens->items[index].match = partner;
    }
}

static void lex_comment(Lexer *lx)
{
    uint32_t start = lx->at;
    Slice rest = slice_sub(lx->text, start, lx->end);
    size_t newline = slice_find_char(rest, '\n');
    uint32_t len = (uint32_t)(newline == SLICE_NOT_FOUND ? rest.len : newline);
    lx->at += len;
    if (!lx->comments) return;

    CommentKind kind = COMMENT_PLAIN;
    if (len >= 2 && rest.ptr[0] == '#' && rest.ptr[1] == '#') {
        char third = len > 2 ? rest.ptr[2] : ' ';
        if (third == '!') kind = COMMENT_MODULE_DOC;
        else if (third != '#') kind = COMMENT_DOC; // a row of # is a banner
    }
    while (len && (rest.ptr[len - 1] == '\r' || rest.ptr[len - 1] == ' ')) len--;
    move_place(lx, start);
    Comment comment = {start,           len,           lx->place.line,     lx->place.column,
                       lx->tokens->len, (uint8_t)kind, !lx->line_has_token};
    if (!vec_push(lx->comments, comment)) lx->ok = false;
}

// The end of the string that opens at the quote `at`: the octet after the closing quote, or
// 0. A backslash takes the next character with it, but not a newline.
static uint32_t find_string_end(const Lexer *lx, uint32_t at)
{
    const char *p = lx->text.ptr;
    char quote = p[at];
    for (uint32_t i = at + 1; i < lx->end; i++) {
        if (p[i] == quote) return i + 1;
        if (p[i] == '\n' && lx->strings_end_at_newline) return 0;
        if (p[i] != '\\') continue;
        i++;
        if (i >= lx->end || p[i] == '\n') return 0;
    }
    return 0;
}

// `prefix` octets (the f or b) stand before the quote.
static void lex_string(Lexer *lx, TokenKind kind, uint32_t prefix)
{
    uint32_t end = find_string_end(lx, lx->at + prefix);
    if (end) {
        push(lx, kind, end - lx->at);
        return;
    }
    Slice rest = slice_sub(lx->text, lx->at, lx->end);
    size_t newline = slice_find_char(rest, '\n');
    uint32_t len = (uint32_t)(newline == SLICE_NOT_FOUND ? rest.len : newline);
    Diag *diag = lex_error(lx, SYN_UNTERMINATED, lx->at, len);
    diag_hint(diag, "this string is never closed: pit a %c at its end",
              lx->text.ptr[lx->at + prefix]);
    lx->strings_end_at_newline = true;
    push(lx, TK_ERROR, len);
}

static bool is_radix_digit(char c, int radix)
{
    if (radix <= 10) return c >= '0' && c < '0' + radix;
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// How many octets from `from` on are digits, a single `_` between two of them allowed.
static uint32_t count_digits(const Lexer *lx, uint32_t from, int radix)
{
    uint32_t n = 0;
    while (
        is_radix_digit(peek(lx, from + n), radix) ||
        (n && peek(lx, from + n) == '_' && is_radix_digit(peek(lx, from + n + 1), radix)))
        n++;
    return n;
}

bool lex_int_value(Slice text, int64_t *value)
{
    int radix = 10;
    if (text.len > 2 && text.ptr[0] == '0' && !is_digit(text.ptr[1]) &&
        text.ptr[1] != '_') {
        radix = text.ptr[1] == 'x' ? 16 : text.ptr[1] == 'b' ? 2 : 8;
        text = slice_from(text, 2);
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '_') continue;
        unsigned digit =
            is_digit(c) ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a' + 10);
        if (__builtin_mul_overflow(sum, (uint64_t)radix, &sum) ||
            __builtin_add_overflow(sum, digit, &sum) || sum > INT64_MAX)
            return false;
    }
    *value = (int64_t)sum;
    return true;
}

static void push_int(Lexer *lx, uint32_t len)
{
    int64_t value;
    if (lex_int_value(slice_sub(lx->text, lx->at, lx->at + len), &value)) {
        push(lx, TK_INT, len);
        return;
    }
    Diag *diag = lex_error(lx, SYN_BAD_NUMBER, lx->at, len);
    diag_hint(diag, "the muckliest integer is 9223372036854775807");
    push(lx, TK_ERROR, len);
}

// 0x…, 0b…, 0o…: false when this is no such number.
static bool lex_radix_number(Lexer *lx)
{
    char mark = peek(lx, 1);
    int radix = mark == 'x' ? 16 : mark == 'b' ? 2 : mark == 'o' ? 8 : 0;
    if (peek(lx, 0) != '0' || !radix) return false;
    uint32_t n = count_digits(lx, 2, radix), len = 2 + n;
    if (n && !is_name_char(peek(lx, len))) {
        push_int(lx, len);
        return true;
    }
    while (is_name_char(peek(lx, len))) len++;
    Diag *diag = lex_error(lx, SYN_BAD_NUMBER, lx->at, len);
    diag_hint(diag, "efter 0%c come digits o base %d", mark, radix);
    push(lx, TK_ERROR, len);
    return true;
}

static void lex_number(Lexer *lx)
{
    if (lex_radix_number(lx)) return;
    uint32_t len = count_digits(lx, 0, 10);
    bool is_float = false;
    if (peek(lx, len) == '.' && is_digit(peek(lx, len + 1))) {
        len += 1 + count_digits(lx, len + 1, 10);
        is_float = true;
    }
    if (peek(lx, len) == 'e' || peek(lx, len) == 'E') {
        uint32_t sign = peek(lx, len + 1) == '+' || peek(lx, len + 1) == '-';
        uint32_t digits = count_digits(lx, len + 1 + sign, 10);
        if (digits) {
            len += 1 + sign + digits;
            is_float = true;
        }
    }
    if (is_float) push(lx, TK_FLOAT, len);
    else push_int(lx, len);
}

static void lex_word(Lexer *lx)
{
    uint32_t len = 1;
    while (is_name_char(peek(lx, len))) len++;
    char first = peek(lx, 0), next = peek(lx, len);
    if (len == 1 && (next == '"' || next == '\'') && (first == 'f' || first == 'b')) {
        lex_string(lx, first == 'f' ? TK_FSTRING : TK_BYTES, 1);
        return;
    }
    push(lx, token_of_word(slice_sub(lx->text, lx->at, lx->at + len)), len);
}

// Consecutive bad characters are one token and one diagnostic, which names the first.
static void lex_bad(Lexer *lx)
{
    uint32_t len = 0, first = 0;
    for (;;) {
        char c = peek(lx, len);
        bool is_bad =
            lx->at + len < lx->end &&
            ((unsigned char)c >= 0x80 || (unsigned char)c < 9 || c == 127 ||
             (c && memchr("@$&^~`?\\", c, 8)) || ((unsigned char)c < 32 && c > 13));
        if (!is_bad && len) break;
        len++;
        if (!first && ((unsigned char)peek(lx, len) & 0xC0) != 0x80) first = len;
    }
    lex_error(lx, SYN_BAD_CHARACTER, lx->at, first);
    push(lx, TK_ERROR, len);
}

// `single`, or `paired` when an = follows.
static void push_maybe_eq(Lexer *lx, TokenKind single, TokenKind paired)
{
    if (peek(lx, 1) == '=') push(lx, paired, 2);
    else push(lx, single, 1);
}

static void lex_dot(Lexer *lx)
{
    if (peek(lx, 1) != '.') push(lx, TK_DOT, 1);
    else if (peek(lx, 2) == '.') push(lx, TK_ELLIPSIS, 3);
    else if (peek(lx, 2) == '=') push(lx, TK_DOT_DOT_EQ, 3);
    else push(lx, TK_DOT_DOT, 2);
}

static void lex_punctuation(Lexer *lx)
{
    switch (peek(lx, 0)) {
    case '+': push_maybe_eq(lx, TK_PLUS, TK_PLUS_EQ); return;
    case '-':
        if (peek(lx, 1) == '>') push(lx, TK_ARROW, 2);
        else push_maybe_eq(lx, TK_MINUS, TK_MINUS_EQ);
        return;
    case '*': push_maybe_eq(lx, TK_STAR, TK_STAR_EQ); return;
    case '/': push_maybe_eq(lx, TK_SLASH, TK_SLASH_EQ); return;
    case '%': push_maybe_eq(lx, TK_PERCENT, TK_PERCENT_EQ); return;
    case '=': push_maybe_eq(lx, TK_EQ, TK_EQ_EQ); return;
    case '!': push_maybe_eq(lx, TK_BANG, TK_BANG_EQ); return;
    case '<': push_maybe_eq(lx, TK_LT, TK_LE); return;
    case '>': push_maybe_eq(lx, TK_GT, TK_GE); return;
    case '.': lex_dot(lx); return;
    case '(': open_bracket(lx, TK_LPAREN); return;
    case '[': open_bracket(lx, TK_LBRACKET); return;
    case '{': open_bracket(lx, TK_LBRACE); return;
    case ')': close_bracket(lx, TK_LPAREN, TK_RPAREN); return;
    case ']': close_bracket(lx, TK_LBRACKET, TK_RBRACKET); return;
    case '}': close_bracket(lx, TK_LBRACE, TK_RBRACE); return;
    case ',': push(lx, TK_COMMA, 1); return;
    case ':': push(lx, TK_COLON, 1); return;
    case ';': push(lx, TK_SEMICOLON, 1); return;
    case '|':
        if (peek(lx, 1) == '>') push(lx, TK_PIPE, 2);
        else push(lx, TK_BAR, 1);
        return;
    default: lex_bad(lx); return;
    }
}

static void lex_token(Lexer *lx)
{
    char c = peek(lx, 0);
    if (c == ' ' || c == '\t' || c == '\r') lx->at++;
    else if (c == '\n') push(lx, TK_NEWLINE, 1);
    else if (c == '#' || (c == '/' && peek(lx, 1) == '/')) lex_comment(lx);
    else if (is_name_start(c)) lex_word(lx);
    else if (is_digit(c)) lex_number(lx);
    else if (c == '"' || c == '\'') lex_string(lx, TK_STRING, 0);
    else lex_punctuation(lx);
}

uint32_t lex_run(const LexInput *input, TokenVec *tokens, CommentVec *comments, bool *ok)
{
    Lexer lx = {.in = input,
                .text = input->text,
                .at = input->start,
                .end = input->end,
                .place = input->place,
                .tokens = tokens,
                .comments = comments,
                .ok = true};
    while (lx.at < lx.end && lx.ok) {
        if (input->stop_at_colon && !lx.open.len && peek(&lx, 0) == ':') break;
        lex_token(&lx);
    }
    push(&lx, TK_EOF, 0);
    vec_free(&lx.open);
    *ok = lx.ok;
    return lx.at;
}
