// SPDX-License-Identifier: MIT
// Declarations: ken, dae, kin, thing, fetch; parameters; doc comments.

#include "lang/syntax/parser.h"

// Doc comments

// Index of the last comment that starts before `offset`, or n_comments.
static uint32_t comment_before(const Parser *p, uint32_t offset)
{
    uint32_t low = 0, high = p->n_comments;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (p->comments[mid].offset < offset) low = mid + 1;
        else high = mid;
    }
    return low ? low - 1 : p->n_comments;
}

// The text of comments first..last without their marks, one line each.
static Slice join_docs(Parser *p, uint32_t first, uint32_t last, uint32_t mark)
{
    size_t size = 0;
    for (uint32_t i = first; i <= last; i++) size += p->comments[i].len;
    char *text = arena_alloc(p->arena, size + 1);
    if (!text) {
        parse_no_memory(p);
        return SLICE_NONE;
    }
    size_t len = 0;
    for (uint32_t i = first; i <= last; i++) {
        Slice line = slice_make(p->source.ptr + p->comments[i].offset, p->comments[i].len);
        line = slice_from(line, mark);
        if (line.len && line.ptr[0] == ' ') line = slice_from(line, 1);
        if (i > first) text[len++] = '\n';
        if (line.len) memcpy(text + len, line.ptr, line.len);
        len += line.len;
    }
    return slice_make(text, len);
}

// The `##` lines right above a definition; NULL when there are none.
static const Slice *find_doc(Parser *p, const Token *definition)
{
    if (p->is_fstring) return NULL;
    uint32_t last = comment_before(p, definition->offset);
    uint32_t line = definition->line, first = last;
    for (uint32_t i = last; i < p->n_comments; i--) { // wraps below 0
        const Comment *c = &p->comments[i];
        if (c->kind != COMMENT_DOC || !c->has_own_line || c->line + 1 != line) break;
        line = c->line;
        first = i;
    }
    if (line == definition->line) return NULL;
    Slice *doc = parse_alloc(p, sizeof *doc);
    *doc = join_docs(p, first, last, 2);
    return doc;
}

Slice parse_module_doc(Parser *p)
{
    uint32_t n = 0, first = 0;
    while (n < p->n_comments && p->comments[n].kind != COMMENT_MODULE_DOC &&
           p->comments[n].offset < p->tokens[0].offset)
        n++; // a `#!` line or a licence may stand above
    first = n;
    while (n < p->n_comments && p->comments[n].kind == COMMENT_MODULE_DOC) n++;
    return n > first ? join_docs(p, first, n - 1, 3) : SLICE_NONE;
}

// ken

static AstNode *parse_target(Parser *p, bool *has_rest)
{
    const Token *token = parse_cur(p);
    if (token->kind == TK_ELLIPSIS) {
        if (*has_rest) {
            parse_fail(p, token, SYN_TWO_RESTS, NULL,
                       "Ye can only hae ane rest pattern (...) in a destructure");
        }
        *has_rest = true;
        return parse_rest_name(p);
    }
    bool is_wild = token->kind == TK_UNDERSCORE;
    AstNode *node = parse_node(p, is_wild ? AST_PAT_WILD : AST_PAT_BIND, token);
    const AstName *name = parse_name(p, true, "variable name");
    if (name && !is_wild) node->ident.name = name->text;
    return parse_done(p, node);
}

static AstNode *parse_ken_list(Parser *p, AstNode *node)
{
    NodeVec targets = {0};
    bool has_rest = false, saved = p->newlines_free;
    node->kind = AST_KEN_LIST;
    p->newlines_free = true;
    parse_advance(p); // [
    while (!p->panic && parse_kind(p) != TK_RBRACKET) {
        parse_push(p, &targets, parse_target(p, &has_rest));
        if (!parse_accept(p, TK_COMMA)) break;
    }
    p->newlines_free = saved;
    parse_expect(p, TK_RBRACKET);
    node->ken_list.targets = parse_list_of(&targets);
    if (parse_expect(p, TK_EQ)) {
        parse_skip_break(p);
        node->ken_list.value = parse_expr(p);
    }
    return parse_done(p, node);
}

AstNode *parse_ken(Parser *p)
{
    const Token *first = parse_cur(p);
    AstNode *node = parse_node(p, AST_KEN, first);
    parse_advance(p);
    if (parse_kind(p) == TK_LBRACKET) return parse_ken_list(p, node);
    node->ken.doc = find_doc(p, first);
    node->ken.name = parse_name(p, true, "variable name");
    if (!p->panic && parse_accept(p, TK_EQ)) {
        parse_skip_break(p);
        node->ken.value = parse_expr(p);
    }
    return parse_done(p, node);
}

// dae

// One parameter. `seen_default` and `seen_rest` say what stood before it.
static void parse_param(Parser *p, AstParam *param, bool *seen_default, bool *seen_rest)
{
    const Token *first = parse_cur(p);
    if (*seen_rest) {
        parse_fail(p, first, SYN_PARAM_ORDER, NULL,
                   "Och! The rest parameter (...) maun come last");
        return;
    }
    param->is_rest = parse_accept(p, TK_ELLIPSIS);
    *seen_rest = param->is_rest;
    const AstName *name = parse_name(p, false, "parameter name");
    if (!name) return;
    param->name = *name;
    if (param->is_rest) return;
    if (parse_accept(p, TK_EQ)) {
        param->default_value = parse_expr(p);
        *seen_default = true;
    } else if (*seen_default) {
        parse_fail(p, first, SYN_PARAM_ORDER, "gie it a default an' aw",
                   "Och! Params wi'oot defaults cannae come efter params wi' defaults");
    }
}

static void parse_params(Parser *p, AstFunction *function)
{
    VEC(AstParam) params = {0};
    bool seen_default = false, seen_rest = false, saved = p->newlines_free;
    p->newlines_free = true;
    if (parse_expect(p, TK_LPAREN) && parse_kind(p) != TK_RPAREN) {
        do {
            AstParam param = {0};
            parse_param(p, &param, &seen_default, &seen_rest);
            if (!avec_push(p->arena, &params, param)) parse_no_memory(p);
        } while (!p->panic && parse_accept(p, TK_COMMA));
    }
    p->newlines_free = saved;
    parse_expect(p, TK_RPAREN);
    function->params = params.items;
    function->n_params = params.len;
}

AstNode *parse_dae(Parser *p)
{
    const Token *first = parse_cur(p);
    AstNode *node = parse_node(p, AST_DAE, first);
    AstFunction *function = parse_alloc(p, sizeof *function);
    node->function = function;
    function->doc = find_doc(p, first);
    parse_advance(p);
    function->name = parse_name(p, false, "function name");
    parse_params(p, function);
    if (!p->panic) parse_skip_newlines(p);
    function->body = parse_block(p);
    return parse_done(p, node);
}

// kin, thing

static AstList parse_methods(Parser *p)
{
    NodeVec methods = {0};
    for (;;) {
        parse_skip_newlines(p);
        TokenKind kind = parse_kind(p);
        if (kind == TK_RBRACE || kind == TK_EOF) break;
        if (kind == TK_DAE) {
            parse_push(p, &methods, parse_dae(p));
        } else {
            parse_fail(p, parse_cur(p), SYN_NOT_A_METHOD,
                       "only `dae` may staun in a `kin`; set fields in init: masel.x = …",
                       "Expected method definition in class");
        }
        if (p->panic) parse_skip_to(p, TK_DAE);
    }
    return parse_list_of(&methods);
}

AstNode *parse_kin(Parser *p)
{
    const Token *first = parse_cur(p);
    AstNode *node = parse_node(p, AST_KIN, first);
    node->kin.doc = find_doc(p, first);
    parse_advance(p);
    node->kin.name = parse_name(p, false, "class name");
    if (!p->panic && parse_accept(p, TK_FAE))
        node->kin.superclass = parse_name(p, false, "superclass name");
    if (!p->panic) parse_skip_newlines(p);
    if (parse_expect(p, TK_LBRACE)) {
        node->kin.methods = parse_methods(p);
        parse_expect(p, TK_RBRACE);
    }
    return parse_done(p, node);
}

AstNode *parse_thing(Parser *p)
{
    const Token *first = parse_cur(p);
    AstNode *node = parse_node(p, AST_THING, first);
    VEC(AstName) fields = {0};
    node->thing.doc = find_doc(p, first);
    parse_advance(p);
    node->thing.name = parse_name(p, false, "struct name");
    if (!p->panic) parse_skip_newlines(p);
    if (parse_expect(p, TK_LBRACE)) {
        parse_skip_newlines(p);
        while (!p->panic && parse_kind(p) != TK_RBRACE && parse_kind(p) != TK_EOF) {
            const AstName *field = parse_name(p, false, "field name");
            if (field && !avec_push(p->arena, &fields, *field)) parse_no_memory(p);
            parse_skip_newlines(p);
            if (!p->panic) parse_accept(p, TK_COMMA);
            parse_skip_newlines(p);
        }
        parse_expect(p, TK_RBRACE);
    }
    node->thing.fields = fields.items;
    node->thing.n_fields = fields.len;
    return parse_done(p, node);
}

// fetch

AstNode *parse_fetch(Parser *p)
{
    AstNode *node = parse_node(p, AST_FETCH, parse_cur(p));
    parse_advance(p);
    const Token *path = parse_cur(p);
    if (path->kind != TK_STRING) {
        parse_unexpected(p, "module path");
        return node;
    }
    Slice src = parse_token_slice(p, path);
    node->fetch.src = src;
    node->fetch.path = slice_sub(src, 1, src.len - 1); // as written: no escapes in a path
    parse_advance(p);
    if (parse_accept(p, TK_TAE)) node->fetch.alias = parse_name(p, false, "alias name");
    return parse_done(p, node);
}
