// SPDX-License-Identifier: MIT
// Functions, classes and whole modules.
#include "lang/bytecode/compiler.h"

static const char *name_copy(FnState *fs, Slice s)
{
    const char *copy = arena_strndup(fs->c->arena, s.ptr, s.len);
    if (!copy) fail_at(fs, NULL, "E0301", "Nae memory left");
    return copy ? copy : "?";
}

// ---- parameters -------------------------------------------------------------------------------

static bool parameters(FnState *fs, const AstFunction *f)
{
    BcProto *p = fs->p;
    if (f->n_params > MAX_REGS / 2) {
        fail_at(fs, f->body, "E0309", "Ower mony parameters");
        return false;
    }
    p->param_names = arena_alloc_array(fs->c->arena, f->n_params + 1, sizeof *p->param_names);
    if (!p->param_names) {
        fail_at(fs, f->body, "E0301", "Nae memory left");
        return false;
    }
    for (uint32_t i = 0; i < f->n_params; i++) {
        const AstParam *a = &f->params[i];
        if (a->is_rest) {
            p->has_rest = true;
        } else {
            p->param_names[p->nparams] = name_copy(fs, a->name.text);
            p->nparams++;
            if (!a->default_value) p->nrequired = p->nparams;
        }
    }
    return true;
}

static Var *param_var(FnState *fs, const AstFunction *f, uint32_t i)
{
    const AstName *name = &f->params[i].name;
    return ast_name_is_wild(name) ? NULL : resolve_get(fs->c->names, name);
}

static bool is_boxed(const Var *v, int r)
{
    return v && v->in_cell && v->reg == r;
}

// A default may make a closure over a parameter further on: cells are there before any default.
static void box_params(FnState *fs, const AstFunction *f, int first)
{
    for (uint32_t i = 0; i < f->n_params; i++) {
        Var *v = param_var(fs, f, i);
        if (v) v->reg = first + (int)i; // the last of two parameters of one name wins
    }
    for (uint32_t i = 0; i < f->n_params; i++) {
        int r = first + (int)i;
        if (is_boxed(param_var(fs, f, i), r)) EMIT(fs, BOX, r, 0, 0);
    }
}

static void fill_default(FnState *fs, const AstNode *value, int r, bool boxed)
{
    JumpList given = {0};
    int mark = fs->free, t = boxed ? new_reg(fs, NULL) : r;
    if (boxed) EMIT(fs, GETCELL, t, r, 0);
    EMIT(fs, JSET, t, 0, 0);
    emit_jump(fs, &given);
    expr(fs, value, t);
    if (boxed) EMIT(fs, SETCELL, r, t, 0);
    patch_here(fs, &given);
    fs->free = mark;
}

// Arguments arrive in the first registers. Missing ones are unset; defaults are filled in from
// left to right. They belong to the body's scope, so its cells are there before them.
static void prologue(FnState *fs, const AstFunction *f)
{
    Var *self = fs->p->is_method ? resolve_get(fs->c->names, f) : NULL;
    if (fs->p->is_method) {
        int r = new_reg(fs, NULL);
        if (self) self->reg = r;
        if (is_boxed(self, r)) EMIT(fs, BOX, r, 0, 0);
    }
    int first = fs->free;
    for (uint32_t i = 0; i < f->n_params; i++) new_reg(fs, NULL);
    fs->nlocals = fs->free;
    room_begin(fs);
    box_params(fs, f, first);
    scope_enter(fs, fs->func->scope);
    for (uint32_t i = 0; i < f->n_params; i++) {
        const AstNode *value = f->params[i].default_value;
        int r = first + (int)i;
        if (value) fill_default(fs, value, r, is_boxed(param_var(fs, f, i), r));
    }
}

// ---- function bodies ------------------------------------------------------------------------

static void body(FnState *fs, const AstFunction *f)
{
    if (f->body_is_expr) {
        int mark = fs->free;
        int r = operand(fs, f->body, NULL, NULL);
        at_line(fs, f->body->op_line);
        EMIT(fs, RET, r, 0, 0);
        fs->free = mark;
        return;
    }
    statements(fs, &f->body->list);
    EMIT(fs, RETNIL, 0, 0, 0);
}

static BcProto *new_proto(Compiler *c, const char *name, uint32_t line)
{
    BcProto *p = ARENA_NEW(c->arena, BcProto);
    if (!p) return NULL;
    p->name = name;
    p->line = line;
    return p;
}

// Compiles the function node into a fresh state, whose captures the caller then emits.
static BcProto *function(FnState *fs, FnState *parent, const AstNode *n, bool is_method)
{
    const AstFunction *f = n->function;
    *fs = (FnState){.c = parent->c, .parent = parent, .func = resolve_get(parent->c->names, n),
                    .line = n->span.line, .kin = parent->kin};
    fs->p = new_proto(fs->c, "<lambda>", n->span.line);
    if (!fs->p || !fs->func) {
        fail_at(parent, n, "E0301", "Nae memory left");
        return NULL;
    }
    if (f->name) fs->p->name = name_copy(fs, f->name->text);
    fs->p->is_lambda = f->is_lambda;
    fs->p->is_method = is_method;
    if (!parameters(fs, f)) return NULL;
    prologue(fs, f);
    body(fs, f);
    scope_leave(fs, fs->func->scope, NULL);
    room_end(fs);
    fs->p->nups = fs->ups.len;
    return fs->c->failed ? NULL : fs->p;
}

static void closure(FnState *fs, const AstNode *n, bool is_method, int dst)
{
    FnState inner;
    uint32_t line = fs->line;
    BcProto *p = function(&inner, fs, n, is_method);
    if (!p) return;
    if (fs->p->protos.len > 0xffff || !avec_push(fs->c->arena, &fs->p->protos, p)) {
        fail_at(fs, n, "E0310", "Ower mony functions in ane function");
        return;
    }
    fs->line = line;
    emit_bx(fs, OP_NEWFN, dst, fs->p->protos.len - 1);
    for (uint32_t i = 0; i < inner.ups.len; i++) emit(fs, inner.ups.items[i].word);
}

void function_value(FnState *fs, const AstNode *n, int dst)
{
    closure(fs, n, false, dst);
}

// ---- classes ----------------------------------------------------------------------------------

typedef struct {
    Map names;
    bool failed;
} FieldCount;

static void count_field(void *ctx, AstNode *child)
{
    FieldCount *fc = ctx;
    bool is_set = child->kind == AST_ASSIGN && child->assign.target->kind == AST_PROPERTY &&
                  child->assign.target->property.object->kind == AST_MASEL;
    if (is_set && !map_put(&fc->names, child->assign.target->property.name, 1)) fc->failed = true;
    ast_each_child(child, count_field, fc);
}

// How many fields an instance is likely to have: distinct `masel.x = …` in its methods.
static uint32_t field_guess(const AstNode *n)
{
    FieldCount fc = {0};
    for (uint32_t i = 0; i < n->kin.methods.len; i++) count_field(&fc, n->kin.methods.items[i]);
    uint32_t count = fc.names.len;
    map_deinit(&fc.names);
    return count > 64 ? 64 : count;
}

void compile_kin(FnState *fs, const AstNode *n)
{
    uint32_t count = n->kin.methods.len;
    Slice *names = arena_alloc_array(fs->c->scratch, count + 1, sizeof *names);
    if (!names || count > MAX_REGS - 40) {
        fail_at(fs, n, "E0311", "Ower mony methods in ane kin");
        return;
    }
    int w = new_reg(fs, n), locals = fs->nlocals;
    Scope *s = resolve_get(fs->c->names, n), *outer = fs->scope;
    int hidden = -1;
    if (n->kin.superclass) {
        hidden = w;
        load_use(fs, resolve_get(fs->c->names, n->kin.superclass), w);
    } else {
        EMIT(fs, UNSET, w, 0, 0);
    }
    if (s) {
        Var *super = scope_find(s, RESOLVE_SUPER);
        if (super) super->reg = hidden;
        scope_enter(fs, s);
    }
    names[0] = n->kin.name->text;
    for (uint32_t i = 0; i < count; i++) {
        const AstNode *m = n->kin.methods.items[i];
        names[i + 1] = m->function->name->text;
        closure(fs, m, true, new_reg(fs, m));
    }
    if (s) scope_leave(fs, s, outer);
    uint32_t k = const_run(fs, names, count + 1);
    uint32_t super_k = n->kin.superclass ? const_str(fs, n->kin.superclass->text) : k;
    BcKin kin = {k, super_k, k + 1, count, field_guess(n)};
    if (!avec_push(fs->c->arena, &fs->p->kins, kin)) fail_at(fs, n, "E0301", "Nae memory left");
    at_line(fs, n->op_line);
    EMIT(fs, KIN, w, 0, 0);
    emit(fs, fs->p->kins.len - 1);
    fs->nlocals = locals;
    fs->free = w + 1;
    Var *v = resolve_get(fs->c->names, n->kin.name);
    if (starts_here(fs, v)) {
        v->reg = w;
        fs->nlocals = w + 1;
    } else {
        define_var(fs, v, w);
        fs->free = w;
    }
}

// ---- modules ----------------------------------------------------------------------------------

static bool own_globals(Compiler *c)
{
    Scope *s = c->names->module;
    for (uint32_t i = 0; i < s->vars.len; i++) {
        Var *v = s->vars.items[i];
        if (v->place != VAR_GLOBAL) continue;
        BcGlobal g = {arena_slice_dup(c->arena, v->name), BC_GLOBAL_OWN};
        if (!g.name.ptr || !avec_push(c->arena, &c->module->globals, g)) return false;
    }
    c->module->n_own = c->module->globals.len;
    return true;
}

static void top_level(FnState *fs, const AstList *list)
{
    room_begin(fs);
    scope_enter(fs, fs->c->names->module);
    for (uint32_t i = 0; i < list->len && !fs->c->failed; i++) {
        const AstNode *n = list->items[i];
        bool last = i + 1 == list->len;
        Context ctx = {.kind = CTX_TOP_STATEMENT};
        fs->ctx = &ctx;
        if (last && fs->c->env->keep_last_value) {
            int value = new_reg(fs, n);
            EMIT(fs, LOADNIL, value, 0, 0);
            fs->nlocals = fs->free;
            last_value(fs, n, value);
            EMIT(fs, RET, value, 0, 0);
        } else {
            statement(fs, n);
        }
        raise_strays(fs, &ctx);
        patch_here(fs, &ctx.breaks);
        fs->ctx = NULL;
    }
    EMIT(fs, RETNIL, 0, 0, 0);
    room_end(fs);
}

// `len = 5` gives the program a variable that hides the builtin from then on.
static bool note_stores(Compiler *c)
{
    for (uint32_t i = 0; i < c->names->uses.len; i++) {
        const Use *u = c->names->uses.items[i];
        if (u->is_store && u->n == 0 && !map_put(&c->stored_outer, u->name, 1)) return false;
    }
    return true;
}

static bool compile_main(Compiler *c, const AstNode *program)
{
    FnState fs = {.c = c, .func = c->names->top, .line = 1};
    fs.p = c->module->main = new_proto(c, "<main>", 1);
    if (!fs.p || !own_globals(c) || !note_stores(c)) {
        fail_at(&fs, NULL, "E0301", "Nae memory left");
        return false;
    }
    fs.p->nregs = 1;
    top_level(&fs, &program->list);
    return !c->failed;
}

BcModule *compile_module(const AstNode *program, const char *file, Slice source,
                         const CompileEnv *env, DiagList *diags)
{
    Arena *arena = arena_new(), *scratch = arena_new();
    Compiler c = {.arena = arena, .scratch = scratch, .env = env, .file = file,
                  .source = source, .diags = diags};
    BcModule *result = NULL;
    if (arena && scratch) {
        c.module = ARENA_NEW(arena, BcModule);
        c.names = resolve_program(scratch, program, &env->resolve);
    }
    if (c.module && c.names) {
        c.module->arena = arena;
        c.module->file = arena_strndup(arena, file, strlen(file));
        if (compile_main(&c, program) && !arena_failed(arena) && !arena_failed(scratch))
            result = c.module;
    }
    if (!result && !c.failed) {
        DiagSpot spot = {file, source, 1, 1, 1};
        diag_add(diags, DIAG_ERROR, "E0301", spot, "Nae memory left fer compilin'");
    }
    resolve_deinit(c.names);
    map_deinit(&c.outer_globals);
    map_deinit(&c.stored_outer);
    arena_free(scratch);
    if (!result) arena_free(arena);
    return result;
}
