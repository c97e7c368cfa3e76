// SPDX-License-Identifier: MIT
// The value of a statement, for an entry of the REPL: an expression's own, a block's is that of
// its last statement, a branch's that of the block taken. Anything else is naething.
#include "lang/bytecode/compiler.h"

static void last_of_block(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free, locals = fs->nlocals;
    Scope *s = resolve_get(fs->c->names, n), *outer = fs->scope;
    fs->nlocals = fs->free;
    if (s) scope_enter(fs, s);
    for (uint32_t i = 0; i < n->list.len && !fs->c->failed; i++) {
        if (i + 1 == n->list.len) last_value(fs, n->list.items[i], dst);
        else statement(fs, n->list.items[i]);
    }
    if (s) scope_leave(fs, s, outer);
    fs->free = mark;
    fs->nlocals = locals;
}

static void last_of_gin(FnState *fs, const AstNode *n, int dst)
{
    JumpList end = {0};
    for (uint32_t i = 0; i < n->gin.n_arms; i++) {
        JumpList next = {0};
        at_line(fs, n->gin.arms[i].cond->op_line);
        jump_if(fs, n->gin.arms[i].cond, false, &next);
        last_value(fs, n->gin.arms[i].body, dst);
        emit_jmp(fs, &end);
        patch_here(fs, &next);
    }
    if (n->gin.ither) last_value(fs, n->gin.ither, dst);
    patch_here(fs, &end);
}

void last_value(FnState *fs, const AstNode *n, int dst)
{
    at_line(fs, n->op_line);
    switch (n->kind) {
    case AST_EXPR_STMT: {
        // In a register of its own: an assignment is free to use its target as it likes.
        int mark = fs->free;
        emit_move(fs, dst, expr_fresh(fs, n->operand));
        fs->free = mark;
        break;
    }
    case AST_BLOCK: last_of_block(fs, n, dst); break;
    case AST_GIN: last_of_gin(fs, n, dst); break;
    case AST_KEEK: keek(fs, n, dst); break;
    default: statement(fs, n);
    }
}
