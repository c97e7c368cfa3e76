// SPDX-License-Identifier: MIT
// Recursive descent over the token vector: the parser's core, the statements, and recovery.
// See parser.h for how errors and newlines work. Nothing is ever parsed twice, so time is
// linear in the source.

#include "lang/syntax/parser.h"

#include "base/utf8.h"

// Tokens

const Token *parse_cur(const Parser *p)
{
    return p->stopped ? &p->tokens[p->n_tokens - 1] : &p->tokens[p->pos];
}

TokenKind parse_kind(const Parser *p)
{
    return (TokenKind)parse_cur(p)->kind;
}

// Index of the first token from `index` on that is no newline.
static uint32_t past_newlines(const Parser *p, uint32_t index)
{
    while (p->tokens[index].kind == TK_NEWLINE) index++;
    return index;
}

TokenKind parse_next_kind(const Parser *p)
{
    if (parse_kind(p) == TK_EOF) return TK_EOF;
    uint32_t next = p->pos + 1;
    return (TokenKind)p->tokens[p->newlines_free ? past_newlines(p, next) : next].kind;
}

TokenKind parse_kind_past_newlines(const Parser *p)
{
    return p->stopped ? TK_EOF : (TokenKind)p->tokens[past_newlines(p, p->pos)].kind;
}

void parse_advance(Parser *p)
{
    if (parse_kind(p) == TK_EOF) return;
    p->last = p->pos++;
    if (p->newlines_free) p->pos = past_newlines(p, p->pos);
}

void parse_skip_newlines(Parser *p)
{
    if (!p->stopped) p->pos = past_newlines(p, p->pos);
}

void parse_skip_break(Parser *p)
{
    if (p->stopped || p->tokens[p->pos].kind != TK_NEWLINE) return;
    p->break_start = p->pos;
    parse_skip_newlines(p);
    p->break_end = p->pos;
}

bool parse_accept(Parser *p, TokenKind kind)
{
    if (parse_kind(p) != kind) return false;
    parse_advance(p);
    return true;
}

bool parse_expect(Parser *p, TokenKind kind)
{
    if (p->panic) return false;
    if (parse_accept(p, kind)) return true;
    parse_unexpected(p, token_kind_text(kind));
    return false;
}

Slice parse_token_slice(const Parser *p, const Token *token)
{
    return slice_sub(p->text, token->offset, (size_t)token->offset + token->len);
}

// Memory and depth

void parse_no_memory(Parser *p)
{
    p->stopped = p->panic = p->out_of_memory = true;
}

void *parse_alloc(Parser *p, size_t size)
{
    void *block = arena_alloc(p->arena, size);
    if (block) return block;
    parse_no_memory(p);
    memset(p->spare, 0, PARSE_SPARE);
    return p->spare;
}

static void too_deep(Parser *p)
{
    parse_fail(p, parse_cur(p), SYN_TOO_DEEP, "split it intae functions or variables",
               "Code's nested ower deep (mair than %d levels)", AST_MAX_DEPTH);
    p->panic = p->stopped = true;
}

bool parse_enter(Parser *p)
{
    // For the statement and the expression around the deepest bracket.
    static const uint32_t slack = 16;
    if (++p->depth <= AST_MAX_DEPTH + slack) return !p->panic;
    if (!p->stopped) too_deep(p);
    return false;
}

void parse_leave(Parser *p)
{
    p->depth--;
}

// Nodes

uint32_t parse_source_offset(const Parser *p, uint32_t offset)
{
    return p->map ? p->map[offset] : offset;
}

AstSpan parse_span(const Parser *p, const Token *token)
{
    return (AstSpan){token->line, token->column, parse_source_offset(p, token->offset),
                     parse_source_offset(p, token->offset + token->len)};
}

AstNode *parse_node(Parser *p, AstKind kind, const Token *first)
{
    AstNode *node = parse_alloc(p, sizeof *node);
    node->kind = (uint16_t)kind;
    node->height = 1;
    node->op_line = first->line;
    node->span = parse_span(p, first);
    return node;
}

AstNode *parse_node_at(Parser *p, AstKind kind, const AstNode *first)
{
    AstNode *node = parse_alloc(p, sizeof *node);
    node->kind = (uint16_t)kind;
    node->height = 1;
    node->op_line = first->span.line;
    node->span = first->span;
    return node;
}

static void raise_height(void *context, AstNode *child)
{
    uint32_t *height = context;
    if (child->height >= *height) *height = child->height + 1u;
}

AstNode *parse_done(Parser *p, AstNode *node)
{
    if (p->out_of_memory) return node; // maybe the spare block, whose fields mean nothing
    const Token *last = &p->tokens[p->last];
    uint32_t end = parse_source_offset(p, last->offset + last->len);
    if (end > node->span.offset) node->span.end_offset = end;
    uint32_t height = 1;
    ast_each_child(node, raise_height, &height);
    if (height > AST_MAX_HEIGHT) {
        too_deep(p);
        height = AST_MAX_HEIGHT;
    }
    node->height = (uint16_t)height;
    return node;
}

AstNode *parse_error_node(Parser *p)
{
    return parse_node(p, AST_ERROR, parse_cur(p));
}

void parse_name_of(Parser *p, const Token *token, AstName *out)
{
    out->text = parse_token_slice(p, token);
    out->span = parse_span(p, token);
}

const AstName *parse_name(Parser *p, bool may_be_wild, const char *what)
{
    if (p->panic) return NULL;
    const Token *token = parse_cur(p);
    if (token->kind != TK_IDENT && !(may_be_wild && token->kind == TK_UNDERSCORE)) {
        parse_unexpected(p, what);
        return NULL;
    }
    AstName *name = parse_alloc(p, sizeof *name);
    parse_name_of(p, token, name);
    parse_advance(p);
    return name;
}

void parse_push(Parser *p, NodeVec *vec, AstNode *node)
{
    if (!avec_push(p->arena, vec, node)) parse_no_memory(p);
}

AstList parse_list_of(const NodeVec *vec)
{
    return (AstList){vec->items, vec->len};
}

// Statement ends and recovery

// Words that may follow a statement on its line.
static bool starts_statement(TokenKind kind)
{
    switch (kind) {
    case TK_KEN:
    case TK_DAE:
    case TK_GIN:
    case TK_WHILES:
    case TK_FER:
    case TK_GIE:
    case TK_BLETHER:
    case TK_BRAK:
    case TK_HAUD:
    case TK_KIN:
    case TK_THING:
    case TK_FETCH: return true;
    default: return token_is_log(kind);
    }
}

static void expect_end(Parser *p)
{
    if (p->panic) return;
    TokenKind kind = parse_kind(p);
    if (kind == TK_EOF || kind == TK_RBRACE || kind == TK_WHAN || starts_statement(kind))
        return;
    if (kind != TK_NEWLINE && kind != TK_SEMICOLON) {
        parse_unexpected(p, "newline or ';'");
        return;
    }
    parse_advance(p);
    if (kind == TK_SEMICOLON) parse_skip_newlines(p);
}

// One token, or a whole bracketed group.
static void skip_group(Parser *p)
{
    uint32_t match = parse_cur(p)->match;
    if (match > p->pos) p->pos = match;
    parse_advance(p);
}

void parse_skip_to(Parser *p, TokenKind kind)
{
    p->newlines_free = false;
    p->panic = p->stopped;
    for (;;) {
        TokenKind cur = parse_kind(p);
        if (cur == kind || cur == TK_RBRACE || cur == TK_EOF) return;
        skip_group(p);
    }
}

// After an error: on to the next statement, but not out of the block.
static void recover(Parser *p, uint32_t start)
{
    p->newlines_free = false;
    p->panic = p->stopped;
    for (;;) {
        TokenKind kind = parse_kind(p);
        if (kind == TK_EOF || (kind == TK_RBRACE && p->pos != start)) return;
        skip_group(p);
        if (kind == TK_NEWLINE || kind == TK_SEMICOLON || kind == TK_RBRACE) return;
    }
}

// Statements

static AstNode *parse_statement(Parser *p);

static AstNode *with_operand(Parser *p, AstKind kind)
{
    AstNode *node = parse_node(p, kind, parse_cur(p));
    parse_advance(p);
    node->operand = parse_expr(p);
    return parse_done(p, node);
}

AstNode *parse_blether(Parser *p)
{
    AstNode *node = with_operand(p, AST_BLETHER);
    expect_end(p);
    return node;
}

static AstNode *parse_hurl(Parser *p)
{
    AstNode *node = with_operand(p, AST_HURL);
    expect_end(p);
    return node;
}

AstNode *parse_gie(Parser *p)
{
    AstNode *node = parse_node(p, AST_GIE, parse_cur(p));
    parse_advance(p);
    TokenKind kind = parse_kind(p);
    if (kind != TK_NEWLINE && kind != TK_EOF && kind != TK_RBRACE && kind != TK_SEMICOLON)
        node->operand = parse_expr(p);
    parse_done(p, node);
    expect_end(p);
    return node;
}

AstNode *parse_simple(Parser *p, AstKind kind)
{
    AstNode *node = parse_node(p, kind, parse_cur(p));
    parse_advance(p);
    parse_done(p, node);
    expect_end(p);
    return node;
}

static AstNode *parse_expr_stmt(Parser *p)
{
    AstNode *node = parse_node(p, AST_EXPR_STMT, parse_cur(p));
    node->operand = parse_expr(p);
    parse_done(p, node);
    expect_end(p);
    return node;
}

// Statements up to the closing brace, which the caller consumes.
static AstList parse_statements(Parser *p, TokenKind closer)
{
    NodeVec list = {0};
    for (;;) {
        parse_skip_newlines(p);
        TokenKind kind = parse_kind(p);
        if (kind == TK_EOF || kind == closer) break;
        uint32_t start = p->pos;
        parse_push(p, &list, parse_statement(p));
        if (p->panic) recover(p, start);
    }
    return parse_list_of(&list);
}

AstList parse_body(Parser *p)
{
    bool saved = p->newlines_free;
    p->newlines_free = false;
    AstList list = {0};
    if (parse_expect(p, TK_LBRACE)) list = parse_statements(p, TK_RBRACE);
    p->newlines_free = saved;
    parse_expect(p, TK_RBRACE);
    return list;
}

AstNode *parse_block(Parser *p)
{
    AstNode *node = parse_node(p, AST_BLOCK, parse_cur(p));
    if (parse_enter(p)) node->list = parse_body(p);
    parse_leave(p);
    return parse_done(p, node);
}

static AstNode *block_after_newlines(Parser *p)
{
    if (!p->panic) parse_skip_newlines(p);
    return parse_block(p);
}

// True when `kind` is next, newlines before it skipped; else nothing is consumed.
static bool at_on_later_line(Parser *p, TokenKind kind)
{
    if (p->panic || parse_kind_past_newlines(p) != kind) return false;
    parse_skip_newlines(p);
    return true;
}

static AstNode *parse_gin(Parser *p)
{
    AstNode *node = parse_node(p, AST_GIN, parse_cur(p));
    VEC(AstGinArm) arms = {0};
    do {
        parse_advance(p); // gin
        AstGinArm arm = {0};
        arm.cond = parse_expr(p);
        arm.body = block_after_newlines(p);
        if (!avec_push(p->arena, &arms, arm)) parse_no_memory(p);
        if (!at_on_later_line(p, TK_ITHER)) break;
        parse_advance(p);
        parse_skip_newlines(p);
        if (parse_kind(p) != TK_GIN) node->gin.ither = parse_block(p);
    } while (!p->panic && parse_kind(p) == TK_GIN && !node->gin.ither);
    node->gin.arms = arms.items;
    node->gin.n_arms = arms.len;
    return parse_done(p, node);
}

static AstNode *parse_whiles(Parser *p)
{
    AstNode *node = parse_node(p, AST_WHILES, parse_cur(p));
    parse_advance(p);
    node->whiles.cond = parse_expr(p);
    node->whiles.body = block_after_newlines(p);
    return parse_done(p, node);
}

static AstNode *parse_fer(Parser *p)
{
    AstNode *node = parse_node(p, AST_FER, parse_cur(p));
    parse_advance(p);
    node->fer.first = parse_name(p, true, "loop variable");
    if (!p->panic && parse_accept(p, TK_COMMA)) {
        parse_skip_newlines(p);
        node->fer.second = parse_name(p, true, "loop variable");
    }
    parse_expect(p, TK_IN);
    node->fer.iterable = parse_expr(p);
    node->fer.body = block_after_newlines(p);
    return parse_done(p, node);
}

static bool is_finally(const Parser *p)
{
    if (p->stopped) return false;
    uint32_t at = past_newlines(p, p->pos);
    const Token *token = &p->tokens[at];
    if (token->kind != TK_IDENT) return false;
    if (!slice_eq(parse_token_slice(p, token), SLICE_LIT("at_the_hinner_en"))) return false;
    return p->tokens[past_newlines(p, at + 1)].kind == TK_LBRACE;
}

static AstNode *parse_try(Parser *p)
{
    AstNode *node = parse_node(p, AST_TRY, parse_cur(p));
    parse_advance(p);
    node->try_.body = block_after_newlines(p);
    if (at_on_later_line(p, TK_GIN_IT_GANGS_WRANG)) {
        parse_advance(p);
        node->try_.error_name = parse_name(p, true, "error variable name");
        node->try_.handler = block_after_newlines(p);
    }
    if (!p->panic && is_finally(p)) {
        parse_skip_newlines(p);
        parse_advance(p);
        node->try_.finally = block_after_newlines(p);
    }
    if (!p->panic && !node->try_.handler && !node->try_.finally) {
        parse_skip_newlines(p);
        parse_unexpected(p, "gin_it_gangs_wrang");
    }
    return parse_done(p, node);
}

static AstNode *parse_mak_siccar(Parser *p)
{
    AstNode *node = parse_node(p, AST_MAK_SICCAR, parse_cur(p));
    parse_advance(p);
    node->mak_siccar.cond = parse_expr(p);
    if (!p->panic && parse_accept(p, TK_COMMA)) {
        parse_skip_break(p);
        node->mak_siccar.message = parse_expr(p);
    }
    parse_done(p, node);
    if (!p->panic) parse_accept(p, TK_SEMICOLON); // no end is required after it
    return node;
}

static AstNode *parse_log(Parser *p)
{
    static const AstLogLevel levels[] = {AST_LOG_WHISPER, AST_LOG_MUTTER, AST_LOG_BLETHER,
                                         AST_LOG_HOLLER, AST_LOG_ROAR};
    const Token *first = parse_cur(p);
    AstNode *node = parse_node(p, AST_LOG, first);
    node->log.level = levels[first->kind - TK_LOG_WHISPER];
    parse_advance(p);
    NodeVec args = {0};
    parse_push(p, &args, parse_expr(p));
    while (!p->panic && args.len < 3 && parse_accept(p, TK_COMMA)) {
        parse_skip_break(p);
        parse_push(p, &args, parse_expr(p));
    }
    node->log.args = parse_list_of(&args);
    parse_done(p, node);
    expect_end(p);
    return node;
}

static AstNode *parse_with_end(Parser *p, AstNode *(*parse)(Parser *))
{
    AstNode *node = parse(p);
    expect_end(p);
    return node;
}

static AstNode *parse_statement(Parser *p)
{
    switch (parse_kind(p)) {
    case TK_KEN: return parse_with_end(p, parse_ken);
    case TK_DAE: return parse_dae(p);
    case TK_KIN: return parse_kin(p);
    case TK_THING: return parse_thing(p);
    case TK_FETCH: return parse_with_end(p, parse_fetch);
    case TK_GIN: return parse_gin(p);
    case TK_WHILES: return parse_whiles(p);
    case TK_FER: return parse_fer(p);
    case TK_GIE: return parse_gie(p);
    case TK_BLETHER: return parse_blether(p);
    case TK_BRAK: return parse_simple(p, AST_BRAK);
    case TK_HAUD: return parse_simple(p, AST_HAUD);
    case TK_HAE_A_BASH: return parse_try(p);
    case TK_KEEK: return parse_keek(p, false);
    case TK_MAK_SICCAR: return parse_mak_siccar(p);
    case TK_HURL: return parse_hurl(p);
    case TK_LBRACE: return parse_block(p);
    default:
        if (token_is_log(parse_kind(p))) return parse_log(p);
        return parse_expr_stmt(p);
    }
}

// The whole source

static AstNode *parse_program(Parser *p)
{
    AstNode *program = parse_node(p, AST_PROGRAM, &p->tokens[0]);
    program->list = parse_statements(p, TK_EOF);
    parse_done(p, program);
    program->span.offset = 0;
    program->span.end_offset = (uint32_t)p->source.len;
    return program;
}

// What is left of the source when it is not text: nothing, and a diagnostic.
static Slice check_source(Slice source, const char *file, DiagList *diags)
{
    if (source.len > SYNTAX_MAX_SOURCE) {
        DiagSpot spot = {file, SLICE_NONE, 1, 1, 1};
        diag_add(
            diags, DIAG_ERROR, syntax_code(SYN_TOO_BIG), spot,
            "Yer code's a richt guddle! Parser gave up at line 1: the source is ower big");
        return SLICE_NONE;
    }
    size_t bad = utf8_first_invalid(source.ptr, source.len);
    if (bad == UTF8_INVALID) return source;
    uint32_t line, column;
    diag_locate(source, bad, &line, &column);
    DiagSpot spot = {file, source, line, column, 1};
    Diag *diag = diag_add(diags, DIAG_ERROR, syntax_code(SYN_NOT_UTF8), spot,
                          "Och! Ah dinnae ken whit '\\x%02x' is at line %u, column %u",
                          (unsigned char)source.ptr[bad], line, column);
    diag_hint(diag, "a source file maun be UTF-8 text");
    return SLICE_NONE;
}

static const void *keep(Arena *arena, const void *items, uint32_t len, size_t size,
                        bool *ok)
{
    void *copy = arena_alloc_array(arena, len, size);
    if (!copy) *ok = false;
    else if (len) memcpy(copy, items, (size_t)len * size);
    return copy;
}

static bool lex_tree(Arena *arena, SyntaxTree *tree, Slice text, DiagList *diags)
{
    bool has_bom = slice_starts_with(text, SLICE_LIT("\xEF\xBB\xBF"));
    LexInput input = {.file = tree->file,
                      .source = text,
                      .text = text,
                      .start = has_bom ? 3 : 0,
                      .end = (uint32_t)text.len,
                      .place = {has_bom ? 3 : 0, 1, 1},
                      .diags = diags};
    TokenVec tokens = {0};
    CommentVec comments = {0};
    uint32_t errors_before = diags->n_errors;
    bool ok;
    lex_run(&input, &tokens, &comments, &ok);
    if (ok) {
        tree->n_tokens = tokens.len;
        tree->n_comments = comments.len;
        tree->n_lex_errors = diags->n_errors - errors_before;
        tree->tokens = (Token *)keep(arena, tokens.items, tokens.len, sizeof(Token), &ok);
        tree->comments =
            (Comment *)keep(arena, comments.items, comments.len, sizeof(Comment), &ok);
    }
    vec_free(&tokens);
    vec_free(&comments);
    return ok;
}

static SyntaxTree *no_memory(DiagList *diags, const char *file)
{
    DiagSpot spot = {file, SLICE_NONE, 1, 1, 1};
    diag_add(diags, DIAG_ERROR, syntax_code(SYN_NO_MEMORY), spot,
             "Jings! Something went awfy wrang: Nae memory left tae read the source");
    return NULL;
}

SyntaxTree *syntax_parse(Arena *arena, Slice source, const char *file, DiagList *diags)
{
    SyntaxTree *tree = ARENA_NEW(arena, SyntaxTree);
    void *spare = arena_alloc(arena, PARSE_SPARE);
    if (!tree || !spare) return no_memory(diags, file);
    tree->file = file;
    tree->source = source;
    Slice text = check_source(source, file, diags);
    if (!lex_tree(arena, tree, text, diags)) return no_memory(diags, file);

    Parser p = {.arena = arena,
                .diags = diags,
                .file = file,
                .source = text,
                .text = text,
                .tokens = tree->tokens,
                .n_tokens = tree->n_tokens,
                .error_pos = tree->n_tokens,
                .comments = tree->comments,
                .n_comments = tree->n_comments,
                .spare = spare};
    tree->module_doc = parse_module_doc(&p);
    tree->program = parse_program(&p);
    if (p.out_of_memory) return no_memory(diags, file);
    return tree;
}
