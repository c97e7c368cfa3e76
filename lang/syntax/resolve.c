// SPDX-License-Identifier: MIT
// One walk declares every variable and notes every use with its place in the text ("order");
// then each use is resolved against the finished scopes, because a nested function may mean a
// variable that is declared further down. Order grows by one at each declaration, use and scope
// edge, so "textually before" is a comparison of two numbers.
#include "lang/syntax/resolve.h"

#include <string.h>

typedef struct {
    Resolution *r;
    const ResolveEnv *env;
    Scope *scope;
    Func *func;
    uint32_t order;
    Map all_names;           // every identifier of the program, filled when first needed
    bool have_all_names;
    const AstNode *program;
} Walker;

static void walk(Walker *w, const AstNode *n);

// ---- the side table ---------------------------------------------------------------------

static size_t slot_of(const void *key, uint32_t cap)
{
    uint64_t h = (uint64_t)(uintptr_t)key * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(h >> 32) & (cap - 1);
}

static bool table_grow(Resolution *r)
{
    uint32_t old_cap = r->table_cap, cap = old_cap ? old_cap * 2 : 256;
    void *fresh = arena_alloc_array(r->arena, cap, sizeof *r->table);
    if (!fresh) return false;
    __typeof__(r->table) old = r->table;
    r->table = fresh;
    r->table_cap = cap;
    for (uint32_t i = 0; i < old_cap; i++) {
        if (!old[i].key) continue;
        size_t s = slot_of(old[i].key, cap);
        while (r->table[s].key) s = (s + 1) & (cap - 1);
        r->table[s] = old[i];
    }
    return true;
}

static void table_put(Resolution *r, const void *key, void *val)
{
    if (r->table_len * 2 >= r->table_cap && !table_grow(r)) {
        r->failed = true;
        return;
    }
    size_t s = slot_of(key, r->table_cap);
    while (r->table[s].key && r->table[s].key != key) s = (s + 1) & (r->table_cap - 1);
    if (!r->table[s].key) r->table_len++;
    r->table[s].key = key;
    r->table[s].val = val;
}

void *resolve_get(const Resolution *r, const void *key)
{
    if (!r->table_cap) return NULL;
    size_t s = slot_of(key, r->table_cap);
    while (r->table[s].key) {
        if (r->table[s].key == key) return r->table[s].val;
        s = (s + 1) & (r->table_cap - 1);
    }
    return NULL;
}

// ---- scopes and variables ---------------------------------------------------------------

#define LINEAR_MAX 8

Var *scope_find(const Scope *s, Slice name)
{
    if (s->vars.len > LINEAR_MAX) {
        uint32_t i;
        return map_get(&s->by_name, name, &i) ? s->vars.items[i] : NULL;
    }
    for (uint32_t i = 0; i < s->vars.len; i++)
        if (slice_eq(s->vars.items[i]->name, name)) return s->vars.items[i];
    return NULL;
}

static bool scope_add(Walker *w, Scope *s, Var *v)
{
    if (!avec_push(w->r->arena, &s->vars, v)) return false;
    if (s->vars.len <= LINEAR_MAX) return true;
    uint32_t first = s->vars.len == LINEAR_MAX + 1 ? 0 : s->vars.len - 1;
    for (uint32_t i = first; i < s->vars.len; i++)
        if (!map_put(&s->by_name, s->vars.items[i]->name, i)) return false;
    return true;
}

static Scope *open_scope(Walker *w, const void *key)
{
    Scope *s = ARENA_NEW(w->r->arena, Scope);
    if (!s) {
        w->r->failed = true;
        return NULL;
    }
    s->parent = w->scope;
    s->func = w->func;
    if (!avec_push(w->r->arena, &w->r->scopes, s)) w->r->failed = true;
    if (key) table_put(w->r, key, s);
    w->scope = s;
    w->order++;
    return s;
}

static void close_scope(Walker *w)
{
    w->scope = w->scope->parent;
    w->order++;
}

// The variable `name` of the current scope, made when it is new.
static Var *declare(Walker *w, Slice name, const void *key)
{
    Var *v = scope_find(w->scope, name);
    if (!v) {
        v = ARENA_NEW(w->r->arena, Var);
        if (v) v->name = name;
        if (!v || !scope_add(w, w->scope, v)) {
            w->r->failed = true;
            return NULL;
        }
        v->scope = w->scope;
        v->set_from = UINT32_MAX;
        v->reg = -1;
        w->func->n_vars++;
    } else {
        v->reassigned = true;
    }
    if (key) table_put(w->r, key, v);
    return v;
}

static void declare_set(Walker *w, const AstName *name)
{
    if (ast_name_is_wild(name)) return;
    Var *v = declare(w, name->text, name);
    w->order++;
    if (v && v->set_from == UINT32_MAX) v->set_from = w->order;
    w->order++;
}

// A loop, catch or match variable: set from here until region_end.
static Var *region_begin(Walker *w, Slice name, const void *key)
{
    if (name.len == 1 && name.ptr[0] == '_') return NULL;
    Var *v = declare(w, name, key);
    if (!v) return NULL;
    v->special = true;
    VarRegion region = {++w->order, UINT32_MAX};
    if (!avec_push(w->r->arena, &v->regions, region)) w->r->failed = true;
    w->order++;
    return v;
}

static void region_end(Walker *w, Var *v)
{
    w->order++;
    for (uint32_t i = 0; v && i < v->regions.len; i++)
        if (v->regions.items[i].end == UINT32_MAX) v->regions.items[i].end = w->order;
    w->order++;
}

static void use(Walker *w, Slice name, const void *key, bool is_store)
{
    Use *u = ARENA_NEW(w->r->arena, Use);
    if (!u || !avec_push(w->r->arena, &w->r->uses, u)) {
        w->r->failed = true;
        return;
    }
    u->name = name;
    u->scope = w->scope;
    u->order = ++w->order;
    u->is_store = is_store;
    table_put(w->r, key, u);
}

// ---- the walk ---------------------------------------------------------------------------

static void walk_list(Walker *w, const AstList *list)
{
    for (uint32_t i = 0; i < list->len; i++) walk(w, list->items[i]);
}

static void walk_block(Walker *w, const AstNode *block, bool own_scope)
{
    if (!block) return;
    if (block->kind != AST_BLOCK && block->kind != AST_BLOCK_EXPR) {
        walk(w, block);
        return;
    }
    if (own_scope && !open_scope(w, block)) return;
    walk_list(w, &block->list);
    if (own_scope) close_scope(w);
}

static void walk_function(Walker *w, const AstNode *n, Var *name_var, bool is_method)
{
    const AstFunction *f = n->function;
    Func *fn = ARENA_NEW(w->r->arena, Func);
    if (!fn) {
        w->r->failed = true;
        return;
    }
    fn->parent = w->func;
    fn->start = ++w->order;
    fn->name_var = name_var;
    fn->is_method = is_method;
    table_put(w->r, n, fn);
    Func *outer = w->func;
    w->func = fn;
    fn->scope = open_scope(w, NULL);
    if (fn->scope) {
        if (is_method) {
            // Unset when the method is called as a plain function: whoever uses it looks.
            Var *self = declare(w, SLICE_LIT("masel"), f);
            if (self) self->set_from = w->order++;
        }
        for (uint32_t i = 0; i < f->n_params; i++) {
            if (f->params[i].default_value) walk(w, f->params[i].default_value);
            declare_set(w, &f->params[i].name);
        }
        if (f->body_is_expr) walk(w, f->body);
        else walk_block(w, f->body, false);
        close_scope(w);
    }
    w->func = outer;
}

static void walk_dae(Walker *w, const AstNode *n)
{
    const AstName *name = n->function->name;
    Var *v = declare(w, name->text, name);
    if (!v) return;
    if (v->set_from == UINT32_MAX && !v->special) v->self = (Func *)(uintptr_t)1; // filled below
    walk_function(w, n, v, false);
    Func *fn = resolve_get(w->r, n);
    if (v->self) v->self = v->reassigned ? NULL : fn;
    w->order++;
    if (v->set_from == UINT32_MAX) v->set_from = w->order;
    w->order++;
}

static void walk_kin(Walker *w, const AstNode *n)
{
    if (n->kin.superclass) use(w, n->kin.superclass->text, n->kin.superclass, false);
    if (!open_scope(w, n)) return;
    // The scope of a hidden variable that holds the superclass, for `auld.name(...)`.
    if (n->kin.superclass) {
        Var *v = declare(w, RESOLVE_SUPER, n->kin.superclass->text.ptr);
        if (v) v->set_from = w->order++;
    }
    for (uint32_t i = 0; i < n->kin.methods.len; i++)
        walk_function(w, n->kin.methods.items[i], NULL, true);
    close_scope(w);
    declare_set(w, n->kin.name);
}

static void collect_names(void *ctx, AstNode *child)
{
    Walker *w = ctx;
    if (child->kind == AST_IDENT && !map_put(&w->all_names, child->ident.name, 1))
        w->r->failed = true;
    ast_each_child(child, collect_names, w);
}

// `fetch "m"` without alias: every export becomes a variable of this scope; inside a function
// only those whose name the program mentions at all.
static void walk_fetch_all(Walker *w, const AstNode *n)
{
    const Slice *names;
    uint32_t count;
    if (!w->env->exports || !w->env->exports(w->env->ctx, n->fetch.path, &names, &count)) return;
    bool module_level = w->scope == w->r->module;
    if (!module_level && !w->have_all_names) {
        w->have_all_names = true;
        ast_each_child(w->program, collect_names, w);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!module_level && !map_get(&w->all_names, names[i], NULL)) continue;
        Var *v = region_begin(w, names[i], NULL);
        if (!v) return;
        v->reassigned = v->injected = true;
        vec_last(&v->regions).end = vec_last(&v->regions).start; // never certain
    }
}

static void walk_fer(Walker *w, const AstNode *n)
{
    walk(w, n->fer.iterable);
    Var *a = region_begin(w, n->fer.first->text, n->fer.first);
    Var *b = n->fer.second ? region_begin(w, n->fer.second->text, n->fer.second) : NULL;
    if (a) a->reassigned = true;
    if (b) b->reassigned = true;
    walk_block(w, n->fer.body, true);
    region_end(w, a);
    region_end(w, b);
}

static void walk_try(Walker *w, const AstNode *n)
{
    walk_block(w, n->try_.body, true);
    if (n->try_.handler) {
        Var *v = n->try_.error_name
                     ? region_begin(w, n->try_.error_name->text, n->try_.error_name)
                     : NULL;
        walk_block(w, n->try_.handler, true);
        region_end(w, v);
    }
    if (n->try_.finally) walk_block(w, n->try_.finally, true);
}

typedef VEC(Var *) VarVec;

static void walk_pattern(Walker *w, const AstNode *p, VarVec *bound)
{
    switch (p->kind) {
    case AST_PAT_RANGE: walk(w, p->pat_range.end); break;
    case AST_PAT_BIND:
    case AST_PAT_REST: {
        Var *v = region_begin(w, p->ident.name, p);
        if (v && !avec_push(w->r->arena, bound, v)) w->r->failed = true;
        break;
    }
    case AST_PAT_LIST:
        for (uint32_t i = 0; i < p->list.len; i++) walk_pattern(w, p->list.items[i], bound);
        break;
    case AST_PAT_DICT:
        for (uint32_t i = 0; i < p->pat_dict.n_entries; i++)
            walk_pattern(w, p->pat_dict.entries[i].pattern, bound);
        break;
    default: break;
    }
}

// How many of the alternatives, each a stretch of `bound` up to its end, bind v?
static uint32_t times_bound(const VarVec *bound, const uint32_t *ends, uint32_t n, const Var *v)
{
    uint32_t times = 0, i = 0;
    for (uint32_t k = 0; k < n; k++) {
        bool found = false;
        for (; i < ends[k]; i++) found = found || bound->items[i] == v;
        times += found;
    }
    return times;
}

// The alternatives of an arm. A variable that only some of them bind is not certainly set.
static void walk_patterns(Walker *w, const AstList *patterns, VarVec *bound)
{
    uint32_t *ends = arena_alloc_array(w->r->arena, patterns->len, sizeof *ends);
    if (!ends) {
        w->r->failed = true;
        return;
    }
    for (uint32_t k = 0; k < patterns->len; k++) {
        walk_pattern(w, patterns->items[k], bound);
        ends[k] = bound->len;
    }
    if (patterns->len == 1) return;
    for (uint32_t i = 0; i < bound->len; i++)
        if (times_bound(bound, ends, patterns->len, bound->items[i]) < patterns->len)
            region_end(w, bound->items[i]);
}

static void walk_keek(Walker *w, const AstNode *n)
{
    walk(w, n->keek.subject);
    for (uint32_t i = 0; i < n->keek.n_arms; i++) {
        const AstKeekArm *arm = &n->keek.arms[i];
        VarVec bound = {0};
        walk_patterns(w, &arm->patterns, &bound);
        if (arm->guard) walk(w, arm->guard);
        walk_block(w, arm->body, true);
        for (uint32_t k = 0; k < bound.len; k++) region_end(w, bound.items[k]);
    }
}

static void walk_target(Walker *w, const AstNode *target)
{
    if (target->kind == AST_IDENT) use(w, target->ident.name, target, true);
    else walk(w, target);
}

static bool is_auld_call(const AstNode *n)
{
    const AstNode *callee = n->call.callee;
    return callee->kind == AST_PROPERTY && callee->property.object->kind == AST_IDENT &&
           slice_eq_cstr(callee->property.object->ident.name, "auld");
}

static void visit_child(void *ctx, AstNode *child)
{
    walk(ctx, child);
}

static void walk_ken_list(Walker *w, const AstNode *n)
{
    walk(w, n->ken_list.value);
    for (uint32_t i = 0; i < n->ken_list.targets.len; i++) {
        AstNode *p = n->ken_list.targets.items[i];
        if (p->kind == AST_PAT_WILD) continue;
        if (p->ident.name.len == 1 && p->ident.name.ptr[0] == '_') continue;
        Var *v = declare(w, p->ident.name, p);
        w->order++;
        if (v && v->set_from == UINT32_MAX) v->set_from = w->order;
        w->order++;
    }
}

static void walk(Walker *w, const AstNode *n)
{
    if (!n || w->r->failed) return;
    switch (n->kind) {
    case AST_KEN:
        if (n->ken.value) walk(w, n->ken.value);
        declare_set(w, n->ken.name);
        break;
    case AST_KEN_LIST: walk_ken_list(w, n); break;
    case AST_DAE: walk_dae(w, n); break;
    case AST_LAMBDA: walk_function(w, n, NULL, false); break;
    case AST_KIN: walk_kin(w, n); break;
    case AST_THING: declare_set(w, n->thing.name); break;
    case AST_FETCH:
        w->r->has_fetch = true;
        if (n->fetch.alias) declare_set(w, n->fetch.alias);
        else walk_fetch_all(w, n);
        break;
    case AST_FER: walk_fer(w, n); break;
    case AST_TRY: walk_try(w, n); break;
    case AST_KEEK: walk_keek(w, n); break;
    case AST_BLOCK:
    case AST_BLOCK_EXPR: walk_block(w, n, true); break;
    case AST_CALL:
        if (is_auld_call(n)) {
            use(w, RESOLVE_SUPER, n->call.callee, false);
            use(w, SLICE_LIT("masel"), n, false);
        }
        ast_each_child(n, visit_child, w);
        break;
    case AST_IDENT: use(w, n->ident.name, n, false); break;
    case AST_MASEL: use(w, SLICE_LIT("masel"), n, false); break;
    case AST_ASSIGN:
        // Object and index before the value; a plain variable is stored to last.
        if (n->assign.target->kind != AST_IDENT) walk(w, n->assign.target);
        walk(w, n->assign.value);
        if (n->assign.target->kind == AST_IDENT) walk_target(w, n->assign.target);
        break;
    case AST_COMPOUND:
        walk_target(w, n->assign.target);
        walk(w, n->assign.value);
        break;
    default: ast_each_child(n, visit_child, w); break;
    }
}

// ---- resolving ---------------------------------------------------------------------------

static bool in_region(const Var *v, uint32_t order)
{
    for (uint32_t i = 0; i < v->regions.len; i++)
        if (order > v->regions.items[i].start && order < v->regions.items[i].end) return true;
    return false;
}

static bool set_before(const Var *v, uint32_t order)
{
    return v->set_from < order || in_region(v, order);
}

// Declared textually before `order`?
static bool declared_before(const Var *v, uint32_t order)
{
    if (v->set_from < order) return true;
    return v->regions.len && v->regions.items[0].start < order;
}

// The child function of `outer` on the way down to `inner`.
static const Func *function_below(const Func *outer, const Func *inner)
{
    while (inner->parent != outer) inner = inner->parent;
    return inner;
}

static bool add_candidate(Resolution *r, Use *u, Var *v)
{
    bool own = v->scope->func == u->scope->func;
    if (own && !declared_before(v, u->order)) return false;
    uint32_t at = own ? u->order : function_below(v->scope->func, u->scope->func)->start;
    bool self_use = !own && v->self && function_below(v->scope->func, u->scope->func) == v->self;
    bool certain = set_before(v, at) || self_use;
    if (!own) {
        v->captured = true;
        // A closure made while or before the variable gets its value has to share a cell.
        if (!self_use && (!certain || in_region(v, at))) v->reassigned = true;
    }
    if (u->is_store) v->reassigned = true;
    if (!certain) v->may_be_unset = true;
    Candidate *grown = arena_alloc_array(r->arena, u->n + 1, sizeof *grown);
    if (!grown) {
        r->failed = true;
        return true;
    }
    if (u->n) memcpy(grown, u->candidates, u->n * sizeof *grown);
    grown[u->n++] = (Candidate){v, certain};
    u->candidates = grown;
    return certain || v->scope == r->module;
}

static void resolve_use(Resolution *r, Use *u)
{
    for (Scope *s = u->scope; s; s = s->parent) {
        Var *v = scope_find(s, u->name);
        if (v && add_candidate(r, u, v)) return;
    }
}

// Decides where every variable lives once all its uses are known.
static void place_variables(Resolution *r, const ResolveEnv *env)
{
    Scope *m = r->module;
    for (uint32_t i = 0; i < m->vars.len; i++) {
        Var *v = m->vars.items[i];
        bool local = env->private_top_level && !v->captured && !v->injected &&
                     i < RESOLVE_MAX_LOCALS;
        v->place = local ? VAR_LOCAL : VAR_GLOBAL;
        if (!local) v->slot = r->n_globals++;
    }
}

static void place_captured(Resolution *r)
{
    for (uint32_t i = 0; i < r->uses.len; i++) {
        Use *u = r->uses.items[i];
        for (uint32_t k = 0; k < u->n; k++) {
            Var *v = u->candidates[k].var;
            if (v->place == VAR_GLOBAL || !v->captured) continue;
            v->by_copy = !v->reassigned;
            v->in_cell = v->reassigned;
        }
    }
}

Resolution *resolve_program(Arena *arena, const AstNode *program, const ResolveEnv *env)
{
    Resolution *r = ARENA_NEW(arena, Resolution);
    if (!r) return NULL;
    r->arena = arena;
    Walker w = {.r = r, .env = env, .program = program};
    r->top = ARENA_NEW(arena, Func);
    if (!r->top) return NULL;
    w.func = r->top;
    r->module = open_scope(&w, program);
    r->top->scope = r->module;
    if (r->module) walk_list(&w, &program->list);
    for (uint32_t i = 0; i < r->uses.len && !r->failed; i++) resolve_use(r, r->uses.items[i]);
    if (r->module) place_variables(r, env);
    place_captured(r);
    map_deinit(&w.all_names);
    if (r->failed) {
        resolve_deinit(r);
        return NULL;
    }
    return r;
}

void resolve_deinit(Resolution *r)
{
    if (!r) return;
    for (uint32_t i = 0; i < r->scopes.len; i++) map_deinit(&r->scopes.items[i]->by_name);
}
