// SPDX-License-Identifier: MIT
// Statements, loops, and the ways out of them. A way out (brak, haud, gie) that crosses a
// finally block saves which one it is and its value in two registers, runs the block, and goes
// on from there; errors do the same with their whole state.
#include "lang/bytecode/compiler.h"

// ---- leaving ----------------------------------------------------------------------------------

static Context *target_of(FnState *fs, ExitKind kind)
{
    for (Context *c = fs->ctx; c; c = c->outer) {
        bool loop = kind == EXIT_BREAK || kind == EXIT_CONTINUE;
        if (loop && c->kind == CTX_LOOP) return c;
        if (!loop && (c->kind == CTX_BLOCK_EXPR || c->kind == CTX_TOP_STATEMENT)) return c;
    }
    return NULL;
}

static bool same_way(Pending a, Pending b)
{
    return a.kind == b.kind && a.target == b.target && a.stray == b.stray;
}

// The number, from 1, of this way out among those that lead through the finally.
static uint32_t pending_number(FnState *fs, Context *c, Pending p)
{
    for (uint32_t i = 0; i < c->pending.len; i++)
        if (same_way(c->pending.items[i], p)) return i + 1;
    if (!avec_push(fs->c->scratch, &c->pending, p)) fail_at(fs, NULL, "E0301", "Nae memory left");
    return c->pending.len;
}

// Jumps to where `p` leads, through every finally between here and its target.
static void go_out(FnState *fs, Pending p, int value)
{
    Context *target = p.target;
    for (Context *c = fs->ctx; c != target && c; c = c->outer) {
        if (c->kind != CTX_FINALLY) continue;
        uint32_t number = pending_number(fs, c, p);
        if (value >= 0) emit_move(fs, c->reg, value);
        else EMIT(fs, LOADNIL, c->reg, 0, 0);
        emit_int(fs, c->kind_reg, number);
        emit_jmp(fs, &c->to_finally);
        return;
    }
    switch (p.kind) {
    case EXIT_BREAK: emit_jmp(fs, &target->breaks); break;
    case EXIT_CONTINUE: emit_jmp(fs, &target->continues); break;
    case EXIT_VALUE:
        if (value >= 0) emit_move(fs, target->reg, value);
        emit_jmp(fs, &target->breaks);
        break;
    case EXIT_STATEMENT: emit_jmp(fs, &target->breaks); break;
    case EXIT_STRAY: emit_jmp(fs, &target->strays.items[p.stray].at); break;
    case EXIT_RETURN:
        if (value >= 0) EMIT(fs, RET, value, 0, 0);
        else EMIT(fs, RETNIL, 0, 0, 0);
        break;
    }
}

static void go_astray(FnState *fs, bool is_haud, uint32_t line)
{
    Context *top = fs->ctx;
    while (top->outer) top = top->outer;
    Stray s = {.is_haud = is_haud, .line = line};
    if (!avec_push(fs->c->scratch, &top->strays, s)) {
        fail_at(fs, NULL, "E0301", "Nae memory left");
        return;
    }
    go_out(fs, (Pending){EXIT_STRAY, top, top->strays.len - 1}, -1);
}

void raise_strays(FnState *fs, Context *ctx)
{
    JumpList over = {0};
    if (!ctx->strays.len) return;
    emit_jmp(fs, &over);
    for (uint32_t i = 0; i < ctx->strays.len; i++) {
        Stray *s = &ctx->strays.items[i];
        patch_here(fs, &s->at);
        at_line(fs, s->line);
        EMIT(fs, STRAY, s->is_haud, 0, 0);
    }
    patch_here(fs, &over);
}

void leave(FnState *fs, ExitKind kind, int value, const AstNode *n)
{
    Context *target = target_of(fs, kind);
    at_line(fs, n->op_line);
    if (kind == EXIT_RETURN) {
        if (target) kind = target->kind == CTX_BLOCK_EXPR ? EXIT_VALUE : EXIT_STATEMENT;
    } else if (!target) {
        // Outside a loop: at top level an error, in a function the end of the call.
        if (!fs->parent) {
            go_astray(fs, kind == EXIT_CONTINUE, n->op_line);
            return;
        }
        kind = EXIT_RETURN;
    }
    go_out(fs, (Pending){kind, target, 0}, value);
}

static void gie(FnState *fs, const AstNode *n)
{
    int mark = fs->free;
    int r = n->operand ? operand(fs, n->operand, NULL, NULL) : -1;
    leave(fs, EXIT_RETURN, r, n);
    fs->free = mark;
}

// ---- blocks and branches --------------------------------------------------------------------

void statements(FnState *fs, const AstList *list)
{
    for (uint32_t i = 0; i < list->len && !fs->c->failed; i++) statement(fs, list->items[i]);
}

void block(FnState *fs, const AstNode *n)
{
    if (!n) return;
    if (n->kind != AST_BLOCK && n->kind != AST_BLOCK_EXPR) {
        statement(fs, n);
        return;
    }
    int mark = fs->free, locals = fs->nlocals;
    Scope *s = resolve_get(fs->c->names, n), *outer = fs->scope;
    fs->nlocals = fs->free;
    if (s) scope_enter(fs, s);
    statements(fs, &n->list);
    if (s) scope_leave(fs, s, outer);
    fs->free = mark;
    fs->nlocals = locals;
}

static void gin(FnState *fs, const AstNode *n)
{
    JumpList end = {0};
    for (uint32_t i = 0; i < n->gin.n_arms; i++) {
        JumpList next = {0};
        bool last = i + 1 == n->gin.n_arms && !n->gin.ither;
        at_line(fs, n->gin.arms[i].cond->op_line);
        jump_if(fs, n->gin.arms[i].cond, false, &next);
        block(fs, n->gin.arms[i].body);
        if (!last) emit_jmp(fs, &end);
        patch_here(fs, &next);
    }
    if (n->gin.ither) block(fs, n->gin.ither);
    patch_here(fs, &end);
}

#define REPEATED_TEST_HEIGHT 4

static void whiles(FnState *fs, const AstNode *n)
{
    Context ctx = {.kind = CTX_LOOP, .outer = fs->ctx};
    uint32_t line = n->whiles.cond->op_line, test = here(fs);
    jump_if(fs, n->whiles.cond, false, &ctx.breaks);
    uint32_t top = here(fs);
    fs->ctx = &ctx;
    block(fs, n->whiles.body);
    fs->ctx = ctx.outer;
    patch_here(fs, &ctx.continues);
    at_line(fs, line);
    // The test again at the foot: one jump a turn.
    if (n->whiles.cond->height <= REPEATED_TEST_HEIGHT) {
        JumpList again = {0};
        jump_if(fs, n->whiles.cond, true, &again);
        patch_to(fs, &again, top);
    } else {
        EMIT(fs, LOOP, 0, 0, 0);
        emit_back(fs, test);
    }
    patch_here(fs, &ctx.breaks);
}

// ---- fer --------------------------------------------------------------------------------------

// The register a loop writes its variable to; other variables are stored from there.
static int loop_register(FnState *fs, const AstName *name, Var **var)
{
    *var = ast_name_is_wild(name) ? NULL : resolve_get(fs->c->names, name);
    return new_reg(fs, NULL);
}

static bool in_own_register(const FnState *fs, const Var *v)
{
    return v && v->place == VAR_LOCAL && !v->in_cell && !v->surplus &&
           v->scope->func == fs->func && v->reg >= 0;
}

static void loop_body(FnState *fs, const AstNode *n, Context *ctx)
{
    fs->ctx = ctx;
    fs->nlocals = fs->free;
    block(fs, n->fer.body);
    fs->ctx = ctx->outer;
    patch_here(fs, &ctx->continues);
}

static void fer_range(FnState *fs, const AstNode *n, const AstNode *range)
{
    Context ctx = {.kind = CTX_LOOP, .outer = fs->ctx};
    JumpList enter = {0};
    Var *v;
    int base = expr_fresh(fs, range->range.start);
    expr_fresh(fs, range->range.end);
    new_reg(fs, n);
    int t = loop_register(fs, n->fer.first, &v);
    bool direct = in_own_register(fs, v);
    if (direct) t = v->reg;
    at_line(fs, range->op_line);
    EMIT(fs, FORPREP, base, range->range.inclusive, 0);
    emit_jump(fs, &enter);
    uint32_t top = here(fs);
    if (v && !direct) define_var(fs, v, t);
    loop_body(fs, n, &ctx);
    patch_here(fs, &enter);
    at_line(fs, range->op_line);
    EMIT(fs, FORLOOP, base, t, 0);
    emit_back(fs, top);
    patch_here(fs, &ctx.breaks);
}

static void fer_items(FnState *fs, const AstNode *n)
{
    Context ctx = {.kind = CTX_LOOP, .outer = fs->ctx};
    JumpList enter = {0};
    Var *v1, *v2 = NULL;
    int nvars = n->fer.second ? 2 : 1;
    int base = expr_fresh(fs, n->fer.iterable);
    new_reg(fs, n);
    new_reg(fs, n);
    int t = loop_register(fs, n->fer.first, &v1);
    if (n->fer.second) loop_register(fs, n->fer.second, &v2);
    bool direct = nvars == 1 && in_own_register(fs, v1);
    if (direct) t = v1->reg;
    at_line(fs, n->fer.iterable->op_line);
    EMIT(fs, ITERPREP, base, nvars, 0);
    emit_jump(fs, &enter);
    uint32_t top = here(fs);
    if (v1 && !direct) define_var(fs, v1, t);
    if (v2) define_var(fs, v2, t + 1);
    loop_body(fs, n, &ctx);
    patch_here(fs, &enter);
    at_line(fs, n->fer.iterable->op_line);
    EMIT(fs, ITERNEXT, base, t, nvars);
    emit_back(fs, top);
    patch_here(fs, &ctx.breaks);
}

static void fer(FnState *fs, const AstNode *n)
{
    int mark = fs->free, locals = fs->nlocals;
    const AstNode *it = n->fer.iterable;
    while (it->kind == AST_GROUP) it = it->operand;
    if (it->kind == AST_RANGE && !n->fer.second) fer_range(fs, n, it);
    else fer_items(fs, n);
    fs->free = mark;
    fs->nlocals = locals;
}

// ---- try --------------------------------------------------------------------------------------

static void add_handler(FnState *fs, uint32_t start, uint32_t end, int reg, bool keep_all)
{
    BcHandler h = {start, end, here(fs), (uint8_t)reg, keep_all};
    if (start < end && !avec_push(fs->c->arena, &fs->p->handlers, h))
        fail_at(fs, NULL, "E0301", "Nae memory left");
}

static void try_catch(FnState *fs, const AstNode *n)
{
    JumpList end = {0};
    int reg = new_reg(fs, n);
    uint32_t start = here(fs);
    block(fs, n->try_.body);
    uint32_t stop = here(fs);
    if (n->try_.handler) {
        emit_jmp(fs, &end);
        stop = here(fs);
        add_handler(fs, start, stop, reg, false);
        const AstName *name = n->try_.error_name;
        Var *v = name && !ast_name_is_wild(name) ? resolve_get(fs->c->names, name) : NULL;
        if (v) define_var(fs, v, reg);
        block(fs, n->try_.handler);
        patch_here(fs, &end);
    }
    fs->free = reg;
}

// After the finally block: on to where the saved way out leads.
static void dispatch_pending(FnState *fs, Context *ctx)
{
    for (uint32_t i = 0; i < ctx->pending.len; i++) {
        JumpList next = {0};
        Pending p = ctx->pending.items[i];
        emit(fs, BC_WORD(OP_JEQI, ctx->kind_reg, i + 1, 0));
        emit_jump(fs, &next);
        go_out(fs, p, ctx->reg);
        patch_here(fs, &next);
    }
    JumpList normal = {0};
    emit(fs, BC_WORD(OP_JEQI, ctx->kind_reg, -1, 0));
    emit_jump(fs, &normal);
    EMIT(fs, RETHROW, ctx->reg, 0, 0);
    patch_here(fs, &normal);
}

static void try_finally(FnState *fs, const AstNode *n)
{
    int mark = fs->free, locals = fs->nlocals;
    Context ctx = {.kind = CTX_FINALLY, .outer = fs->ctx};
    ctx.reg = new_reg(fs, n);
    ctx.kind_reg = new_reg(fs, n);
    fs->nlocals = fs->free;
    fs->ctx = &ctx;
    uint32_t start = here(fs);
    try_catch(fs, n);
    fs->ctx = ctx.outer;
    emit_int(fs, ctx.kind_reg, 0);
    emit_jmp(fs, &ctx.to_finally);
    uint32_t stop = here(fs);
    add_handler(fs, start, stop, ctx.reg, true);
    EMIT(fs, CATCHALL, ctx.reg, 0, 0);
    emit_int(fs, ctx.kind_reg, -1);
    patch_here(fs, &ctx.to_finally);
    if (ctx.pending.len > 100) fail_at(fs, n, "E0307", "Ower mony ways oot o ane hae_a_bash");
    block(fs, n->try_.finally);
    dispatch_pending(fs, &ctx);
    fs->free = mark;
    fs->nlocals = locals;
}

// ---- declarations and the rest --------------------------------------------------------------

static void ken(FnState *fs, const AstNode *n)
{
    int mark = fs->free;
    Var *v = ast_name_is_wild(n->ken.name) ? NULL : resolve_get(fs->c->names, n->ken.name);
    bool new_local = starts_here(fs, v);
    int r;
    if (!n->ken.value) {
        r = new_reg(fs, n);
        EMIT(fs, LOADNIL, r, 0, 0);
    } else if (new_local) {
        r = expr_fresh(fs, n->ken.value);
    } else {
        r = operand(fs, n->ken.value, NULL, NULL);
    }
    at_line(fs, n->op_line);
    if (new_local) { // the value's register becomes the variable's
        v->reg = r;
        fs->free = fs->nlocals = r + 1;
        return;
    }
    define_var(fs, v, r);
    fs->free = mark;
}

static void define_result(FnState *fs, Var *v, int r)
{
    if (starts_here(fs, v)) {
        v->reg = r;
        fs->free = fs->nlocals = r + 1;
        return;
    }
    define_var(fs, v, r);
    fs->free = r;
}

static void ken_list(FnState *fs, const AstNode *n)
{
    const AstList *targets = &n->ken_list.targets;
    uint32_t len = targets->len, rest = len;
    bool any_fresh = false;
    for (uint32_t i = 0; i < len; i++)
        if (targets->items[i]->kind == AST_PAT_REST) rest = i;
    int list = expr_fresh(fs, n->ken_list.value);
    uint32_t wanted = rest < len ? len - 1 : len;
    if (wanted > 250) fail_at(fs, n, "E0306", "Ower mony names in a destructuring");
    at_line(fs, n->op_line);
    // The list stays in its register for the rest of the scope; the variables follow it.
    EMIT(fs, UNPACK, list, list, wanted);
    for (uint32_t i = 0; i < len; i++) {
        Var *v = resolve_get(fs->c->names, targets->items[i]);
        if (!v) continue;
        bool fresh = starts_here(fs, v);
        int mark = fs->free, r = new_reg(fs, n);
        if (i == rest) {
            int obj = new_reg(fs, n);
            emit_move(fs, obj, list);
            emit_int(fs, new_reg(fs, n), (int64_t)rest);
            if (len - 1 - rest) emit_int(fs, new_reg(fs, n), -(int64_t)(len - 1 - rest));
            else EMIT(fs, UNSET, new_reg(fs, n), 0, 0);
            EMIT(fs, UNSET, new_reg(fs, n), 0, 0);
            EMIT(fs, SLICE, r, obj, 0);
        } else {
            int64_t at = i < rest ? (int64_t)i : (int64_t)i - (int64_t)len;
            int key = new_reg(fs, n);
            emit_int(fs, key, at);
            EMIT(fs, GETI, r, list, key);
        }
        if (fresh) {
            any_fresh = true;
            v->reg = r;
            fs->free = fs->nlocals = r + 1;
        } else {
            define_var(fs, v, r);
            fs->free = mark;
        }
    }
    if (!any_fresh) fs->free = list;
}

static void dae(FnState *fs, const AstNode *n)
{
    Var *v = resolve_get(fs->c->names, n->function->name);
    int r = new_reg(fs, n);
    function_value(fs, n, r);
    define_result(fs, v, r);
}

static void thing(FnState *fs, const AstNode *n)
{
    Slice *names = arena_alloc_array(fs->c->scratch, n->thing.n_fields + 1, sizeof *names);
    if (!names) {
        fail_at(fs, n, "E0301", "Nae memory left");
        return;
    }
    names[0] = n->thing.name->text;
    for (uint32_t i = 0; i < n->thing.n_fields; i++) names[i + 1] = n->thing.fields[i].text;
    uint32_t k = const_run(fs, names, n->thing.n_fields + 1);
    BcThing t = {k, k + 1, n->thing.n_fields};
    if (!avec_push(fs->c->arena, &fs->p->things, t)) fail_at(fs, n, "E0301", "Nae memory left");
    int r = new_reg(fs, n);
    EMIT(fs, THING, r, 0, 0);
    emit(fs, fs->p->things.len - 1);
    define_result(fs, resolve_get(fs->c->names, n->thing.name), r);
}

// One export of the module whose dict is in r, if the module has set it at all.
static void import_name(FnState *fs, const AstNode *n, Var *v, int r)
{
    JumpList is_set = {0}, over = {0};
    int t = new_reg(fs, n);
    EMIT(fs, IMPORTED, t, r, 0);
    emit(fs, const_str(fs, v->name));
    EMIT(fs, JSET, t, 0, 0);
    emit_jump(fs, &is_set);
    emit_jmp(fs, &over);
    patch_here(fs, &is_set);
    define_var(fs, v, t);
    patch_here(fs, &over);
    fs->free = t;
}

static void fetch(FnState *fs, const AstNode *n)
{
    int r = new_reg(fs, n);
    emit_bx(fs, OP_FETCH, r, const_str(fs, n->fetch.path));
    if (n->fetch.alias) {
        define_result(fs, resolve_get(fs->c->names, n->fetch.alias), r);
        return;
    }
    const ResolveEnv *env = &fs->c->env->resolve;
    const Slice *names;
    uint32_t count;
    if (fs->scope == fs->c->names->module) {
        EMIT(fs, IMPORT, r, 0, 0);
    } else if (env->exports && env->exports(env->ctx, n->fetch.path, &names, &count)) {
        for (uint32_t i = 0; i < count; i++) {
            Var *v = scope_find(fs->scope, names[i]);
            if (!v) continue;
            import_name(fs, n, v, r);
        }
    }
    fs->free = r;
}

static void mak_siccar(FnState *fs, const AstNode *n)
{
    int mark = fs->free;
    JumpList fine = {0};
    jump_if(fs, n->mak_siccar.cond, true, &fine);
    int r = new_reg(fs, n);
    if (n->mak_siccar.message) expr(fs, n->mak_siccar.message, r);
    else emit_const(fs, r, const_str(fs, SLICE_LIT("Assertion failed")));
    at_line(fs, n->op_line);
    EMIT(fs, ASSERT, r, 0, 0);
    patch_here(fs, &fine);
    fs->free = mark;
}

static void log_stmt(FnState *fs, const AstNode *n)
{
    int mark = fs->free;
    for (uint32_t i = 0; i < n->log.args.len; i++) expr_fresh(fs, n->log.args.items[i]);
    at_line(fs, n->op_line);
    EMIT(fs, LOG, n->log.level, mark, n->log.args.len);
    fs->free = mark;
}

static void with_operand(FnState *fs, const AstNode *n, Opcode op)
{
    int mark = fs->free;
    int r = operand(fs, n->operand, NULL, NULL);
    at_line(fs, n->op_line);
    emit(fs, BC_WORD(op, r, 0, 0));
    fs->free = mark;
}

static void expr_stmt(FnState *fs, const AstNode *e)
{
    int mark = fs->free;
    while (e->kind == AST_GROUP) e = e->operand;
    at_line(fs, e->op_line);
    if (e->kind == AST_ASSIGN || e->kind == AST_COMPOUND) assign(fs, e, -1);
    else expr_fresh(fs, e);
    fs->free = mark;
}

void statement(FnState *fs, const AstNode *n)
{
    at_line(fs, n->op_line);
    switch (n->kind) {
    case AST_KEN: ken(fs, n); break;
    case AST_KEN_LIST: ken_list(fs, n); break;
    case AST_DAE: dae(fs, n); break;
    case AST_KIN: compile_kin(fs, n); break;
    case AST_THING: thing(fs, n); break;
    case AST_FETCH: fetch(fs, n); break;
    case AST_GIN: gin(fs, n); break;
    case AST_WHILES: whiles(fs, n); break;
    case AST_FER: fer(fs, n); break;
    case AST_GIE: gie(fs, n); break;
    case AST_BLETHER: with_operand(fs, n, OP_PRINT); break;
    case AST_BRAK: leave(fs, EXIT_BREAK, -1, n); break;
    case AST_HAUD: leave(fs, EXIT_CONTINUE, -1, n); break;
    case AST_TRY:
        if (n->try_.finally) try_finally(fs, n);
        else try_catch(fs, n);
        break;
    case AST_KEEK: keek(fs, n, -1); break;
    case AST_MAK_SICCAR: mak_siccar(fs, n); break;
    case AST_LOG: log_stmt(fs, n); break;
    case AST_HURL: with_operand(fs, n, OP_HURL); break;
    case AST_BLOCK: block(fs, n); break;
    case AST_EXPR_STMT: expr_stmt(fs, n->operand); break;
    default: fail_at(fs, n, "E0308", "This cannae staun as a statement");
    }
}
