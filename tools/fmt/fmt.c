// SPDX-License-Identifier: MIT
// Prints token after token. What is decided between two tokens is only: nothing, a blank,
// or a line end. Statements, methods and arms start lines of their own; inside an
// expression the lines break where the author broke them; a block's brace stays on the line
// of its head.
//
// Indentation is a sum over a stack of levels: open brackets, and a `continued` level that
// a statement gets when it goes on in a second line outside brackets. Of several brackets
// opened on one line only the last counts, so that `f(|x| {` indents once and `})` brings
// it back.
//
// A comment before a brace that must stay on its line is held back and put after the brace.

#include "tools/fmt/fmt.h"

#include "base/vec.h"
#include "tools/fmt/fmt_roles.h"

#define INDENT 4u

typedef enum { LEVEL_BLOCK, LEVEL_BRACKET, LEVEL_CONTINUED } LevelType;

typedef struct {
    LevelType type;
    bool counts;      // adds to the indentation
    bool is_inline;   // a block on one line
    bool is_index;    // `:` in it is a slice's
    bool is_started;  // block: something was printed in it
    bool wants_blank; // block: a definition came last
    uint32_t line;    // output line on which it was opened
    uint32_t open_token;
} Level;

typedef struct {
    const SyntaxTree *tree;
    const uint16_t *roles;
    Buf *out;
    VEC(Level) levels;
    uint32_t depth;     // levels that count
    uint32_t prev;      // the token printed last; n_tokens when none is on this line
    uint32_t last_line; // source line on which the last printed thing ended
    uint32_t line;      // output lines so far
    uint32_t next_comment;
    VEC(uint32_t) held; // comments that wait for a brace
    bool must_break;    // a comment ended the line
    bool ok;
} Printer;

static Level *top(Printer *f)
{
    return &vec_last(&f->levels);
}

static void push_level(Printer *f, LevelType type, uint32_t token)
{
    Level level = {.type = type, .counts = true, .line = f->line, .open_token = token};
    uint16_t role = f->roles[token];
    level.is_inline = type == LEVEL_BLOCK && (role & ROLE_INLINE) && !f->held.len;
    level.is_index = type == LEVEL_BRACKET && (role & ROLE_INDEX);
    Level *outer = top(f);
    bool takes_over = type != LEVEL_CONTINUED && outer->type != LEVEL_CONTINUED &&
                      outer->line == f->line && outer->counts;
    if (takes_over) outer->counts = false;
    else f->depth++;
    if (!vec_push(&f->levels, level)) f->ok = false;
}

static void pop_level(Printer *f)
{
    if (f->levels.len <= 1) return;
    Level level = vec_pop(&f->levels);
    if (level.counts) f->depth--;
}

static void pop_continued(Printer *f)
{
    while (top(f)->type == LEVEL_CONTINUED) pop_level(f);
}

// Lines

static bool is_opener(TokenKind kind)
{
    return kind == TK_LPAREN || kind == TK_LBRACKET || kind == TK_LBRACE;
}

static bool is_closer(TokenKind kind)
{
    return kind == TK_RPAREN || kind == TK_RBRACKET || kind == TK_RBRACE;
}

static void start_line(Printer *f, bool blank_above)
{
    if (f->out->len) {
        buf_puts(f->out, blank_above ? "\n\n" : "\n");
        f->line++;
    }
    buf_fill(f->out, ' ', (size_t)f->depth * INDENT);
    f->prev = f->tree->n_tokens;
    f->must_break = false;
}

static bool has_blank_above(const Printer *f, uint32_t source_line)
{
    return source_line > f->last_line + 1;
}

// A line for the next thing in a block, which stands on `source_line` of the source.
static void start_item(Printer *f, uint32_t source_line)
{
    pop_continued(f);
    Level *block = top(f);
    bool blank =
        block->is_started && (block->wants_blank || has_blank_above(f, source_line));
    block->is_started = true;
    block->wants_blank = false;
    start_line(f, blank);
}

// A further line of an expression.
static void continue_line(Printer *f, uint32_t source_line)
{
    Level *level = top(f);
    bool after_opener =
        f->prev < f->tree->n_tokens && is_opener((TokenKind)f->tree->tokens[f->prev].kind);
    if (level->type == LEVEL_BLOCK) {
        push_level(f, LEVEL_CONTINUED, f->tree->n_tokens - 1);
    } else if (!level->counts) {
        level->counts = true;
        f->depth++;
    }
    start_line(f, !after_opener && has_blank_above(f, source_line));
}

// Comments

static void put_comment(Printer *f, const Comment *comment)
{
    buf_put(f->out, f->tree->source.ptr + comment->offset, comment->len);
    f->must_break = true;
    f->last_line = comment->line;
}

static void print_comment(Printer *f, const Comment *comment, bool in_block)
{
    if (!comment->has_own_line && f->out->len && !f->must_break) {
        buf_puts(f->out, "  ");
    } else if (in_block) {
        start_item(f, comment->line);
    } else {
        continue_line(f, comment->line);
    }
    put_comment(f, comment);
}

static void print_held(Printer *f)
{
    for (uint32_t i = 0; i < f->held.len; i++) {
        const Comment *comment = &f->tree->comments[f->held.items[i]];
        if (i == 0 && !comment->has_own_line) {
            buf_puts(f->out, "  ");
        } else {
            f->last_line = comment->line; // no blank line above
            start_item(f, comment->line);
        }
        put_comment(f, comment);
    }
    vec_clear(&f->held);
}

// The comments before token `at`.
static void print_comments(Printer *f, uint32_t at, bool in_block)
{
    uint32_t offset = f->tree->tokens[at].offset;
    for (; f->next_comment < f->tree->n_comments; f->next_comment++) {
        const Comment *comment = &f->tree->comments[f->next_comment];
        if (comment->offset >= offset) break;
        if (f->held.len || (f->roles[at] & ROLE_GLUED)) {
            if (!vec_push(&f->held, f->next_comment)) f->ok = false;
        } else {
            print_comment(f, comment, in_block);
        }
    }
}

// Blanks

static bool is_range(TokenKind kind)
{
    return kind == TK_DOT_DOT || kind == TK_DOT_DOT_EQ;
}

static bool has_space(Printer *f, uint32_t at)
{
    TokenKind left = (TokenKind)f->tree->tokens[f->prev].kind;
    TokenKind right = (TokenKind)f->tree->tokens[at].kind;
    uint16_t left_role = f->roles[f->prev], right_role = f->roles[at];
    if (left == TK_LBRACE || right == TK_RBRACE) {
        uint32_t open = left == TK_LBRACE ? f->prev : f->tree->tokens[at].match;
        bool is_empty = left == TK_LBRACE && right == TK_RBRACE;
        return !is_empty && (f->roles[open] & (ROLE_BLOCK | ROLE_FIELDS));
    }
    if (left == TK_LPAREN || left == TK_LBRACKET || left == TK_DOT || is_range(left))
        return false;
    if (left == TK_ELLIPSIS || (left_role & (ROLE_UNARY | ROLE_BAR_OPEN))) return false;
    if (left == TK_COLON && top(f)->is_index) return false;
    if (right_role & (ROLE_TIGHT | ROLE_BAR_CLOSE)) return false;
    return !(right == TK_RPAREN || right == TK_RBRACKET || right == TK_COMMA ||
             right == TK_COLON || right == TK_DOT || is_range(right));
}

// Tokens

// Ends the levels that the closing bracket `at` ends; true when it goes to a line of its
// own.
static bool close_levels(Printer *f, uint32_t at, bool had_newline)
{
    uint32_t open = f->tree->tokens[at].match;
    bool breaks = false;
    while (f->levels.len > 1) {
        Level level = *top(f);
        if (level.open_token == open && level.type != LEVEL_CONTINUED) {
            bool has_lines =
                level.type == LEVEL_BLOCK && level.is_started && !level.is_inline;
            breaks =
                f->must_break || has_lines || (level.type == LEVEL_BRACKET && had_newline);
            pop_level(f);
            break;
        }
        pop_level(f);
    }
    return breaks;
}

static void break_before(Printer *f, uint32_t at)
{
    const Token *token = &f->tree->tokens[at];
    uint16_t role = f->roles[at];
    bool had_newline = at > 0 && f->tree->tokens[at - 1].kind == TK_NEWLINE;
    bool is_item = (role & ROLE_START) && !top(f)->is_inline;
    bool ends_block = token->kind == TK_RBRACE && (f->roles[token->match] & ROLE_BLOCK);

    print_comments(f, at, is_item || ends_block);
    if (is_item) {
        start_item(f, token->line);
        top(f)->wants_blank = role & ROLE_DEFINITION;
    } else if (is_closer((TokenKind)token->kind)) {
        if (close_levels(f, at, had_newline)) start_line(f, false);
    } else if (role & ROLE_GLUED) {
        if (role & ROLE_HEADER) pop_continued(f);
    } else if (f->must_break || (had_newline && !(role & ROLE_JOINED))) {
        continue_line(f, token->line);
    }
}

static uint32_t count_lines(Slice text)
{
    uint32_t n = 0;
    for (size_t at = 0;
         (at = slice_find_from(text, SLICE_LIT("\n"), at)) != SLICE_NOT_FOUND; at++)
        n++;
    return n;
}

static void print_token(Printer *f, uint32_t at)
{
    const Token *token = &f->tree->tokens[at];
    Slice text =
        slice_sub(f->tree->source, token->offset, (size_t)token->offset + token->len);
    break_before(f, at);
    if (f->prev < f->tree->n_tokens && has_space(f, at)) buf_putc(f->out, ' ');
    buf_put_slice(f->out, text);
    f->prev = at;
    f->last_line = token->line + count_lines(text);
    if (!is_opener((TokenKind)token->kind)) return;
    push_level(f, f->roles[at] & ROLE_BLOCK ? LEVEL_BLOCK : LEVEL_BRACKET, at);
    if (f->roles[at] & ROLE_HEADER || f->roles[at] & ROLE_BLOCK) print_held(f);
}

static void print_all(Printer *f)
{
    uint32_t end = f->tree->n_tokens - 1;
    for (uint32_t i = 0; i < end && f->ok; i++) {
        TokenKind kind = (TokenKind)f->tree->tokens[i].kind;
        if (kind != TK_NEWLINE && kind != TK_SEMICOLON) print_token(f, i);
    }
    print_comments(f, end, true);
    if (f->out->len) buf_putc(f->out, '\n');
}

static bool print_tree(Arena *arena, const SyntaxTree *tree, Buf *out)
{
    Printer f = {.tree = tree, .out = out, .prev = tree->n_tokens, .ok = true};
    f.roles = fmt_roles(arena, tree);
    Level file = {.type = LEVEL_BLOCK};
    bool ok = f.roles && vec_push(&f.levels, file);
    if (ok) print_all(&f);
    vec_free(&f.levels);
    vec_free(&f.held);
    return ok && f.ok && buf_ok(out);
}

// The check

// The next token from `at` on that layout may not touch.
static uint32_t next_solid(const SyntaxTree *tree, uint32_t at)
{
    while (tree->tokens[at].kind == TK_NEWLINE || tree->tokens[at].kind == TK_SEMICOLON)
        at++;
    return at;
}

static Slice span_text(const SyntaxTree *tree, uint32_t offset, uint32_t len)
{
    return slice_sub(tree->source, offset, (size_t)offset + len);
}

static bool same_tokens(const SyntaxTree *a, const SyntaxTree *b)
{
    uint32_t i = 0, k = 0;
    for (;; i++, k++) {
        i = next_solid(a, i);
        k = next_solid(b, k);
        const Token *x = &a->tokens[i], *y = &b->tokens[k];
        if (x->kind != y->kind) return false;
        if (x->kind == TK_EOF) return true;
        if (!slice_eq(span_text(a, x->offset, x->len), span_text(b, y->offset, y->len)))
            return false;
    }
}

static bool same_comments(const SyntaxTree *a, const SyntaxTree *b)
{
    if (a->n_comments != b->n_comments) return false;
    for (uint32_t i = 0; i < a->n_comments; i++) {
        const Comment *x = &a->comments[i], *y = &b->comments[i];
        if (!slice_eq(span_text(a, x->offset, x->len), span_text(b, y->offset, y->len)))
            return false;
    }
    return true;
}

// A formatter rewrites files in place: what it made is read again and held against the
// source.
static bool is_faithful(Arena *arena, const SyntaxTree *tree, Slice made, DiagList *diags)
{
    uint32_t errors = diags->n_errors;
    SyntaxTree *again = syntax_parse(arena, made, tree->file, diags);
    return again && diags->n_errors == errors && same_tokens(tree, again) &&
           same_comments(tree, again);
}

bool fmt_source(Slice source, const char *file, Buf *out, DiagList *diags)
{
    Arena *arena = arena_new();
    if (!arena) return false;
    uint32_t errors = diags->n_errors;
    SyntaxTree *tree = syntax_parse(arena, source, file, diags);
    bool ok = tree && diags->n_errors == errors;
    if (ok) {
        Buf made;
        buf_init(&made, SYNTAX_MAX_SOURCE);
        DiagList scratch;
        diag_init(&scratch, 0);
        ok = print_tree(arena, tree, &made) &&
             is_faithful(arena, tree, buf_view(&made), &scratch);
        if (ok) buf_put_slice(out, buf_view(&made));
        ok = ok && buf_ok(out);
        diag_deinit(&scratch);
        buf_deinit(&made);
    }
    arena_free(arena);
    return ok;
}
