// SPDX-License-Identifier: MIT
// keek: each arm is a row of tests that jump to the next arm, then its body. As an expression
// the arm's value lands in dst.
#include "lang/bytecode/compiler.h"

static void literal_pattern(FnState *fs, const AstNode *lit, int subject, JumpList *next)
{
    int mark = fs->free;
    if (lit->kind == AST_STRING) {
        uint32_t k = const_str(fs, lit->string.value);
        EMIT(fs, JEQK, subject, 0, 0);
        emit(fs, k);
    } else {
        int r = expr_fresh(fs, lit);
        EMIT(fs, JEQ, subject, r, 0);
    }
    emit_jump(fs, next);
    fs->free = mark;
}

static void bind(FnState *fs, const AstNode *p, int src)
{
    Var *v = resolve_get(fs->c->names, p);
    if (v) define_var(fs, v, src);
}

static void pattern(FnState *fs, const AstNode *p, int subject, JumpList *next);

static void list_pattern(FnState *fs, const AstNode *p, int subject, JumpList *next)
{
    uint32_t n = p->list.len, rest = n;
    for (uint32_t i = 0; i < n; i++)
        if (p->list.items[i]->kind == AST_PAT_REST) rest = i;
    uint32_t wanted = rest < n ? n - 1 : n;
    if (wanted > 100) fail_at(fs, p, "E0306", "Ower mony items in a list pattern");
    EMIT(fs, ISLIST, subject, wanted, rest < n);
    emit_jump(fs, next);
    for (uint32_t i = 0; i < n; i++) {
        const AstNode *item = p->list.items[i];
        int mark = fs->free;
        int r = new_reg(fs, p);
        if (i == rest) {
            int obj = new_reg(fs, p);
            emit_move(fs, obj, subject);
            emit_int(fs, new_reg(fs, p), (int64_t)rest);
            if (n - 1 - rest) emit_int(fs, new_reg(fs, p), -(int64_t)(n - 1 - rest));
            else EMIT(fs, UNSET, new_reg(fs, p), 0, 0);
            EMIT(fs, UNSET, new_reg(fs, p), 0, 0);
            EMIT(fs, SLICE, r, obj, 0);
            bind(fs, item, r);
        } else {
            int64_t at = i < rest ? (int64_t)i : (int64_t)i - (int64_t)n;
            emit(fs, BC_WORD(OP_GETII, r, subject, at));
            pattern(fs, item, r, next);
        }
        fs->free = mark;
    }
}

static void dict_pattern(FnState *fs, const AstNode *p, int subject, JumpList *next)
{
    if (p->pat_dict.n_entries == 0) { // {} matches any dict
        int r = new_reg(fs, p);
        EMIT(fs, HASKEY, r, subject, 1);
        emit(fs, 0);
        emit_jump(fs, next);
        fs->free = r;
    }
    for (uint32_t i = 0; i < p->pat_dict.n_entries; i++) {
        const AstDictPatEntry *e = &p->pat_dict.entries[i];
        int mark = fs->free;
        int r = new_reg(fs, p);
        uint32_t c = new_cache(fs, e->key);
        EMIT(fs, HASKEY, r, subject, 0);
        emit(fs, c);
        emit_jump(fs, next);
        pattern(fs, e->pattern, r, next);
        fs->free = mark;
    }
}

static void range_pattern(FnState *fs, const AstNode *p, int subject, JumpList *next)
{
    int mark = fs->free;
    int a = new_reg(fs, p);
    emit_int(fs, a, p->pat_range.start);
    int b = expr_fresh(fs, p->pat_range.end);
    EMIT(fs, ISINT, subject, a, b);
    emit_jump(fs, next);
    fs->free = mark;
}

static void pattern(FnState *fs, const AstNode *p, int subject, JumpList *next)
{
    at_line(fs, p->span.line);
    switch (p->kind) {
    case AST_PAT_VALUE: literal_pattern(fs, p->operand, subject, next); break;
    case AST_PAT_RANGE: range_pattern(fs, p, subject, next); break;
    case AST_PAT_BIND: bind(fs, p, subject); break;
    case AST_PAT_LIST: list_pattern(fs, p, subject, next); break;
    case AST_PAT_DICT: dict_pattern(fs, p, subject, next); break;
    default: break; // _
    }
}

static void arm_body(FnState *fs, const AstNode *body, int dst)
{
    switch (body->kind) {
    case AST_BLOCK: block(fs, body); break;
    case AST_BLETHER: case AST_GIE: case AST_BRAK: case AST_HAUD: statement(fs, body); break;
    default: {
        int mark = fs->free;
        if (dst >= 0) expr(fs, body, dst);
        else expr_fresh(fs, body);
        fs->free = mark;
    }
    }
}

static void arm(FnState *fs, const AstKeekArm *a, int subject, int dst, JumpList *end)
{
    JumpList next = {0}, body = {0};
    for (uint32_t i = 0; i < a->patterns.len; i++) {
        pattern(fs, a->patterns.items[i], subject, &next);
        if (i + 1 < a->patterns.len) {
            emit_jmp(fs, &body);
            patch_here(fs, &next);
        }
    }
    patch_here(fs, &body);
    if (a->guard) jump_if(fs, a->guard, false, &next);
    if (dst >= 0) EMIT(fs, LOADNIL, dst, 0, 0);
    arm_body(fs, a->body, dst);
    emit_jmp(fs, end);
    patch_here(fs, &next);
}

void keek(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free;
    JumpList end = {0};
    uint32_t line = n->op_line;
    int subject = expr_fresh(fs, n->keek.subject);
    // While arms run, what lies below is in use.
    int locals = fs->nlocals;
    fs->nlocals = fs->free;
    for (uint32_t i = 0; i < n->keek.n_arms; i++) arm(fs, &n->keek.arms[i], subject, dst, &end);
    at_line(fs, line);
    EMIT(fs, NOMATCH, subject, 0, 0);
    patch_here(fs, &end);
    fs->nlocals = locals;
    fs->free = mark;
}
