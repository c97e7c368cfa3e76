// SPDX-License-Identifier: MIT

#include "tools/fmt/fmt_roles.h"

typedef struct {
    const SyntaxTree *tree;
    uint16_t *roles;
    uint32_t *newlines; // how many newline tokens stand before each token
    uint32_t n_breaks;  // blocks so far that are laid out on several lines
} Marker;

static void mark_node(Marker *m, const AstNode *node);

// Index of the first token that is no newline and starts at `offset` or later.
static uint32_t token_at(const Marker *m, uint32_t offset)
{
    uint32_t low = 0, high = m->tree->n_tokens - 1;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (m->tree->tokens[mid].offset < offset) low = mid + 1;
        else high = mid;
    }
    while (m->tree->tokens[low].kind == TK_NEWLINE) low++;
    return low;
}

static void mark(Marker *m, uint32_t offset, uint16_t role)
{
    m->roles[token_at(m, offset)] |= role;
}

static void mark_child(void *context, AstNode *child)
{
    mark_node(context, child);
}

static bool has_comment(const Marker *m, uint32_t from, uint32_t to)
{
    uint32_t low = 0, high = m->tree->n_comments;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (m->tree->comments[mid].offset < from) low = mid + 1;
        else high = mid;
    }
    return low < m->tree->n_comments && m->tree->comments[low].offset < to;
}

static bool is_short_statement(const AstNode *node)
{
    switch ((AstKind)node->kind) {
    case AST_GIE:
    case AST_EXPR_STMT:
    case AST_BLETHER:
    case AST_HURL:
    case AST_BRAK:
    case AST_HAUD:
    case AST_KEN: return true;
    default: return false;
    }
}

// The statements of a block whose brace is the token at `offset`; its children are marked.
// It stays on one line when it stood on one, holds one simple statement and nothing in it
// takes several lines.
static void mark_block(Marker *m, const AstNode *node, uint16_t role, bool may_be_inline)
{
    uint32_t breaks_before = m->n_breaks;
    for (uint32_t i = 0; i < node->list.len; i++) {
        mark(m, node->list.items[i]->span.offset, ROLE_START);
        mark_node(m, node->list.items[i]);
    }
    uint32_t open = token_at(m, node->span.offset), close = m->tree->tokens[open].match;
    bool is_inline = may_be_inline && node->list.len == 1 && m->n_breaks == breaks_before &&
                     m->newlines[open] == m->newlines[close] &&
                     is_short_statement(node->list.items[0]) &&
                     !has_comment(m, node->span.offset, node->span.end_offset);
    m->roles[open] |= (uint16_t)(role | ROLE_BLOCK | (is_inline ? ROLE_INLINE : 0));
    if (!is_inline) m->n_breaks++;
}

static void mark_header(Marker *m, const AstNode *block)
{
    if (block) mark_block(m, block, ROLE_HEADER | ROLE_GLUED, false);
}

static void mark_function(Marker *m, const AstNode *node)
{
    const AstFunction *function = node->function;
    for (uint32_t i = 0; i < function->n_params; i++) {
        if (function->params[i].default_value)
            mark_node(m, function->params[i].default_value);
    }
    if (!function->is_lambda) {
        mark(m, function->name->span.end_offset, ROLE_TIGHT);
        mark_header(m, function->body);
        return;
    }
    uint32_t bar = token_at(m, node->span.offset);
    m->roles[bar++] |= ROLE_BAR_OPEN;
    while (m->tree->tokens[bar].kind != TK_BAR) bar++;
    m->roles[bar] |= ROLE_BAR_CLOSE;
    if (function->body_is_expr) mark_node(m, function->body);
    else mark_block(m, function->body, 0, true);
}

static void mark_kin(Marker *m, const AstNode *node)
{
    const AstName *last = node->kin.superclass ? node->kin.superclass : node->kin.name;
    mark(m, last->span.end_offset, ROLE_BLOCK | ROLE_HEADER | ROLE_GLUED);
    for (uint32_t i = 0; i < node->kin.methods.len; i++) {
        const AstNode *method = node->kin.methods.items[i];
        mark(m, method->span.offset, ROLE_START | ROLE_DEFINITION);
        mark_node(m, method);
    }
    m->n_breaks++;
}

// On several lines: one field a line. On one line: as it was.
static void mark_thing(Marker *m, const AstNode *node)
{
    uint32_t open = token_at(m, node->thing.name->span.end_offset);
    bool has_lines = m->newlines[open] != m->newlines[m->tree->tokens[open].match];
    m->roles[open] |= ROLE_GLUED | ROLE_HEADER | (has_lines ? ROLE_BLOCK : ROLE_FIELDS);
    for (uint32_t i = 0; has_lines && i < node->thing.n_fields; i++)
        mark(m, node->thing.fields[i].span.offset, ROLE_START);
    m->n_breaks++;
}

static void mark_gin(Marker *m, const AstNode *node)
{
    for (uint32_t i = 0; i < node->gin.n_arms; i++) {
        mark_node(m, node->gin.arms[i].cond);
        mark_header(m, node->gin.arms[i].body);
        bool is_last = i + 1 == node->gin.n_arms;
        if (is_last && !node->gin.ither) break;
        uint32_t ither = token_at(m, node->gin.arms[i].body->span.end_offset);
        m->roles[ither] |= ROLE_GLUED;
        if (!is_last) mark(m, m->tree->tokens[ither].offset + 1, ROLE_GLUED); // gin
    }
    mark_header(m, node->gin.ither);
}

static void mark_try(Marker *m, const AstNode *node)
{
    const AstNode *before = node->try_.body;
    mark_header(m, before);
    if (node->try_.handler) {
        mark(m, before->span.end_offset, ROLE_GLUED);
        before = node->try_.handler;
        mark_header(m, before);
    }
    if (node->try_.finally) {
        mark(m, before->span.end_offset, ROLE_GLUED);
        mark_header(m, node->try_.finally);
    }
}

static void mark_keek(Marker *m, const AstNode *node)
{
    mark_node(m, node->keek.subject);
    mark(m, node->keek.subject->span.end_offset, ROLE_BLOCK | ROLE_HEADER | ROLE_GLUED);
    for (uint32_t i = 0; i < node->keek.n_arms; i++) {
        const AstKeekArm *arm = &node->keek.arms[i];
        mark(m, arm->span.offset, ROLE_START);
        for (uint32_t k = 0; k < arm->patterns.len; k++)
            mark_node(m, arm->patterns.items[k]);
        if (arm->guard) mark_node(m, arm->guard);
        mark(m, arm->body->span.offset, ROLE_JOINED);
        if (arm->body->kind == AST_BLOCK) mark_block(m, arm->body, ROLE_GLUED, true);
        else mark_node(m, arm->body);
    }
    m->n_breaks++;
}

static void mark_bracket(Marker *m, const AstNode *node, const AstNode *before,
                         uint16_t role)
{
    mark(m, before->span.end_offset, role);
    ast_each_child(node, mark_child, m);
}

static void mark_sign(Marker *m, const AstNode *node)
{
    uint32_t at = token_at(m, node->span.offset);
    if (m->tree->tokens[at].kind != TK_NAE) m->roles[at] |= ROLE_UNARY;
    mark_node(m, node->operand);
}

static void mark_node(Marker *m, const AstNode *node)
{
    switch ((AstKind)node->kind) {
    case AST_BLOCK: mark_block(m, node, 0, false); break;
    case AST_BLOCK_EXPR: mark_block(m, node, 0, true); break;
    case AST_DAE:
    case AST_LAMBDA: mark_function(m, node); break;
    case AST_KIN: mark_kin(m, node); break;
    case AST_THING: mark_thing(m, node); break;
    case AST_GIN: mark_gin(m, node); break;
    case AST_WHILES:
        mark_node(m, node->whiles.cond);
        mark_header(m, node->whiles.body);
        break;
    case AST_FER:
        mark_node(m, node->fer.iterable);
        mark_header(m, node->fer.body);
        break;
    case AST_TRY: mark_try(m, node); break;
    case AST_KEEK: mark_keek(m, node); break;
    case AST_CALL: mark_bracket(m, node, node->call.callee, ROLE_TIGHT); break;
    case AST_INDEX:
        mark_bracket(m, node, node->index.object, ROLE_TIGHT | ROLE_INDEX);
        break;
    case AST_SLICE:
        mark_bracket(m, node, node->slice.object, ROLE_TIGHT | ROLE_INDEX);
        break;
    case AST_NEGATE:
    case AST_NOT: mark_sign(m, node); break;
    case AST_PAT_VALUE:
        if (m->tree->tokens[token_at(m, node->span.offset)].kind == TK_MINUS)
            mark(m, node->span.offset, ROLE_UNARY);
        break;
    case AST_FSTRING: break; // one token, kept as it is
    default: ast_each_child(node, mark_child, m); break;
    }
}

uint16_t *fmt_roles(Arena *arena, const SyntaxTree *tree)
{
    Marker m = {.tree = tree};
    m.roles = arena_alloc_array(arena, tree->n_tokens, sizeof *m.roles);
    m.newlines = arena_alloc_array(arena, tree->n_tokens, sizeof *m.newlines);
    if (!m.roles || !m.newlines) return NULL;
    for (uint32_t i = 0, n = 0; i < tree->n_tokens; i++) {
        m.newlines[i] = n;
        n += tree->tokens[i].kind == TK_NEWLINE;
    }
    for (uint32_t i = 0; i < tree->program->list.len; i++) {
        const AstNode *node = tree->program->list.items[i];
        bool is_definition = node->kind == AST_DAE || node->kind == AST_KIN;
        mark(&m, node->span.offset, ROLE_START | (is_definition ? ROLE_DEFINITION : 0));
        mark_node(&m, node);
    }
    return m.roles;
}
