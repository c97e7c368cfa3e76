// SPDX-License-Identifier: MIT
// keek: its arms and their patterns.

#include "lang/syntax/parser.h"

static AstNode *parse_pattern(Parser *p);

AstNode *parse_rest_name(Parser *p)
{
    AstNode *node = parse_node(p, AST_PAT_REST, parse_cur(p));
    parse_advance(p); // ...
    const AstName *name = parse_name(p, true, "rest variable name");
    if (name) node->ident.name = name->text;
    return parse_done(p, node);
}

// Literals

static AstNode *parse_number(Parser *p, bool is_negative)
{
    const Token *token = parse_cur(p);
    Slice src = parse_token_slice(p, token);
    AstNode *node;
    if (token->kind == TK_INT) {
        node = parse_node(p, AST_INT, token);
        node->integer.src = src;
        lex_int_value(src, &node->integer.value);
        if (is_negative) node->integer.value = -node->integer.value;
        parse_advance(p);
    } else {
        node = parse_float(p);
        if (is_negative) node->floating.value = -node->floating.value;
    }
    return parse_done(p, node);
}

static AstNode *parse_negative(Parser *p, AstNode *node)
{
    char buffer[PARSE_TOKEN_TEXT];
    parse_advance(p); // -
    const Token *token = parse_cur(p);
    if (token->kind == TK_INT || token->kind == TK_FLOAT) {
        node->operand = parse_number(p, true);
    } else {
        parse_fail(p, token, SYN_BAD_PATTERN, NULL,
                   "Expected number after '-' in pattern, got %s",
                   parse_token_text(p, token, buffer, sizeof buffer));
        node->operand = parse_error_node(p);
    }
    return parse_done(p, node);
}

static AstNode *parse_int_pattern(Parser *p, AstNode *node)
{
    AstNode *start = parse_number(p, false);
    if (parse_kind(p) != TK_DOT_DOT) {
        node->operand = start;
        return parse_done(p, node);
    }
    node->kind = AST_PAT_RANGE;
    node->pat_range.start = start->integer.value;
    parse_advance(p);
    node->pat_range.end = parse_expr(p);
    return parse_done(p, node);
}

static AstNode *parse_word_pattern(Parser *p, AstNode *node)
{
    const Token *token = parse_cur(p);
    AstKind kind = token->kind == TK_NAETHING ? AST_NAETHING : AST_BOOL;
    node->operand = parse_node(p, kind, token);
    node->operand->boolean = token->kind == TK_AYE;
    parse_advance(p);
    return parse_done(p, node);
}

// Lists and dicts

static AstNode *parse_list_pattern(Parser *p, AstNode *node)
{
    NodeVec items = {0};
    bool saved = p->newlines_free, has_rest = false;
    node->kind = AST_PAT_LIST;
    p->newlines_free = true;
    parse_advance(p);
    while (!p->panic && parse_kind(p) != TK_RBRACKET) {
        bool is_rest = parse_kind(p) == TK_ELLIPSIS;
        if (is_rest && has_rest) {
            parse_fail(p, parse_cur(p), SYN_TWO_RESTS, NULL,
                       "Ye can only hae ane rest pattern (...) in a destructure");
        }
        has_rest = has_rest || is_rest;
        parse_push(p, &items, is_rest ? parse_rest_name(p) : parse_pattern(p));
        if (p->panic || !parse_accept(p, TK_COMMA)) break;
    }
    p->newlines_free = saved;
    parse_expect(p, TK_RBRACKET);
    node->list = parse_list_of(&items);
    return parse_done(p, node);
}

// "key": pattern, or a bare name that is key and variable at once.
static void parse_entry(Parser *p, AstDictPatEntry *entry)
{
    const Token *token = parse_cur(p);
    entry->span = parse_span(p, token);
    if (token->kind == TK_STRING) {
        Slice src = parse_token_slice(p, token);
        entry->key = parse_unescape(p, slice_sub(src, 1, src.len - 1));
        parse_advance(p);
        parse_expect(p, TK_COLON);
        entry->pattern = parse_pattern(p);
    } else if (token->kind == TK_IDENT) {
        entry->is_short = true;
        entry->key = parse_token_slice(p, token);
        entry->pattern = parse_node(p, AST_PAT_BIND, token);
        entry->pattern->ident.name = entry->key;
        parse_advance(p);
        if (parse_kind(p) == TK_COLON) {
            parse_fail(p, parse_cur(p), SYN_BAD_PATTERN,
                       "pit the key in quotes: {\"key\": pattern}",
                       "Expected pattern, got :");
        }
    } else {
        char buffer[PARSE_TOKEN_TEXT];
        parse_fail(
            p, token, SYN_BAD_PATTERN, "a dict pattern is made o \"key\": pattern, or name",
            "Expected pattern, got %s", parse_token_text(p, token, buffer, sizeof buffer));
    }
}

static AstNode *parse_dict_pattern(Parser *p, AstNode *node)
{
    VEC(AstDictPatEntry) entries = {0};
    bool saved = p->newlines_free;
    node->kind = AST_PAT_DICT;
    p->newlines_free = true;
    parse_advance(p);
    while (!p->panic && parse_kind(p) != TK_RBRACE) {
        AstDictPatEntry entry = {0};
        parse_entry(p, &entry);
        if (entry.pattern && !avec_push(p->arena, &entries, entry)) parse_no_memory(p);
        if (p->panic || !parse_accept(p, TK_COMMA)) break;
    }
    p->newlines_free = saved;
    parse_expect(p, TK_RBRACE);
    node->pat_dict.entries = entries.items;
    node->pat_dict.n_entries = entries.len;
    return parse_done(p, node);
}

static AstNode *parse_name_pattern(Parser *p, AstNode *node)
{
    node->kind = AST_PAT_BIND;
    node->ident.name = parse_token_slice(p, parse_cur(p));
    parse_advance(p);
    return parse_done(p, node);
}

static AstNode *parse_wild_pattern(Parser *p, AstNode *node)
{
    node->kind = AST_PAT_WILD;
    parse_advance(p);
    return parse_done(p, node);
}

static AstNode *pattern_by_token(Parser *p, AstNode *node)
{
    char buffer[PARSE_TOKEN_TEXT];
    const Token *token = parse_cur(p);
    switch (token->kind) {
    case TK_INT: return parse_int_pattern(p, node);
    case TK_FLOAT: node->operand = parse_number(p, false); return parse_done(p, node);
    case TK_STRING: node->operand = parse_string(p); return parse_done(p, node);
    case TK_AYE:
    case TK_NAE:
    case TK_NAETHING: return parse_word_pattern(p, node);
    case TK_MINUS: return parse_negative(p, node);
    case TK_UNDERSCORE: return parse_wild_pattern(p, node);
    case TK_IDENT: return parse_name_pattern(p, node);
    case TK_LBRACKET: return parse_list_pattern(p, node);
    case TK_LBRACE: return parse_dict_pattern(p, node);
    default:
        parse_fail(p, token, SYN_BAD_PATTERN, NULL, "Expected pattern, got %s",
                   parse_token_text(p, token, buffer, sizeof buffer));
        node->kind = AST_ERROR;
        return node;
    }
}

static AstNode *parse_pattern(Parser *p)
{
    AstNode *node = parse_node(p, AST_PAT_VALUE, parse_cur(p));
    if (parse_enter(p)) node = pattern_by_token(p, node);
    else node->kind = AST_ERROR;
    parse_leave(p);
    return node;
}

// Arms

static AstNode *parse_arm_body(Parser *p, bool is_expr)
{
    switch (parse_kind(p)) {
    case TK_BLETHER: return parse_blether(p);
    case TK_GIE: return parse_gie(p);
    case TK_BRAK: return parse_simple(p, AST_BRAK);
    case TK_HAUD: return parse_simple(p, AST_HAUD);
    case TK_LBRACE: return is_expr ? parse_expr(p) : parse_block(p);
    default: return parse_expr(p);
    }
}

static void parse_arm(Parser *p, AstKeekArm *arm, bool is_expr)
{
    NodeVec patterns = {0};
    const Token *first = parse_cur(p);
    arm->span = parse_span(p, first);
    if (!parse_expect(p, TK_WHAN)) return;
    do {
        parse_skip_newlines(p);
        parse_push(p, &patterns, parse_pattern(p));
    } while (!p->panic && parse_accept(p, TK_COMMA));
    arm->patterns = parse_list_of(&patterns);
    if (!p->panic && parse_accept(p, TK_GIN)) arm->guard = parse_expr(p);
    if (!parse_expect(p, TK_ARROW)) return;
    parse_skip_newlines(p);
    arm->body = parse_arm_body(p, is_expr);
    arm->span.end_offset = arm->body->span.end_offset;
}

static void parse_arms(Parser *p, AstNode *node)
{
    VEC(AstKeekArm) arms = {0};
    for (;;) {
        parse_skip_newlines(p);
        TokenKind kind = parse_kind(p);
        if (kind == TK_RBRACE || kind == TK_EOF) break;
        AstKeekArm arm = {0};
        parse_arm(p, &arm, node->keek.is_expr);
        if (arm.body && !avec_push(p->arena, &arms, arm)) parse_no_memory(p);
        if (p->panic) parse_skip_to(p, TK_WHAN);
    }
    node->keek.arms = arms.items;
    node->keek.n_arms = arms.len;
}

AstNode *parse_keek(Parser *p, bool is_expr)
{
    bool saved = p->newlines_free;
    AstNode *node = parse_node(p, AST_KEEK, parse_cur(p));
    node->keek.is_expr = is_expr;
    parse_advance(p);
    node->keek.subject = parse_expr(p);
    if (!p->panic) parse_skip_newlines(p);
    p->newlines_free = false;
    if (parse_expect(p, TK_LBRACE)) {
        parse_arms(p, node);
        p->newlines_free = saved;
        parse_expect(p, TK_RBRACE);
    }
    p->newlines_free = saved;
    return parse_done(p, node);
}
