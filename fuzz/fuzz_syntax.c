// SPDX-License-Identifier: MIT
// Any octets through lexer, parser and dumps. Beyond not crashing: tokens and spans stay in
// order and inside the source, no child is as high as its parent, and the same parse with
// little memory fails cleanly.

#include <stdlib.h>

#include "lang/syntax/ast_dump.h"
#include "lang/syntax/syntax.h"
#include "lang/syntax/token_dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok) abort();
}

static void check_node(const AstNode *node, size_t source_len);

typedef struct {
    const AstNode *parent;
    size_t source_len;
} Check;

static void check_child(void *context, AstNode *child)
{
    const Check *check = context;
    require(child->height < check->parent->height);
    check_node(child, check->source_len);
}

static void check_node(const AstNode *node, size_t source_len)
{
    require(node->kind < AST_N_KINDS);
    require(node->span.offset <= node->span.end_offset);
    require(node->span.end_offset <= source_len);
    require(node->span.line >= 1 && node->span.column >= 1 && node->op_line >= 1);
    Check check = {node, source_len};
    ast_each_child(node, check_child, &check);
}

static void check_tree(const SyntaxTree *tree)
{
    uint32_t end = 0;
    for (uint32_t i = 0; i < tree->n_tokens; i++) {
        const Token *token = &tree->tokens[i];
        require(token->offset >= end);
        end = token->offset + token->len;
        require(end <= tree->source.len);
        if (token->match) require(tree->tokens[token->match].match == i || i == 0);
    }
    require(tree->tokens[tree->n_tokens - 1].kind == TK_EOF);
    check_node(tree->program, tree->source.len);
}

static void parse_once(Slice source, size_t max_memory)
{
    Arena *arena = max_memory ? arena_new_limited(max_memory) : arena_new();
    if (!arena) return;
    DiagList diags;
    diag_init(&diags, 0);
    SyntaxTree *tree = syntax_parse(arena, source, "fuzz.braw", &diags);
    require(tree || diags.n_errors);
    Buf out;
    buf_init(&out, (size_t)64 << 20);
    if (tree) {
        check_tree(tree);
        token_dump(tree, &out);
        ast_dump(tree, &out);
    }
    diag_render_all(&diags, true, &out);
    buf_deinit(&out);
    diag_deinit(&diags);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Slice source = slice_make(data, size);
    parse_once(source, 0);
    if (size) parse_once(source, 512 + (size_t)data[size - 1] * 64);
    return 0;
}
