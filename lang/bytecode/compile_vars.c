// SPDX-License-Identifier: MIT
// Variables: where they live (register, cell, captured, module global) and how a use with several
// candidates reads the first one that is set.
#include "abi/abi.h"
#include "lang/bytecode/compiler.h"

static const char *const constant_names[] = {
#define C(name, value) #name,
#include "abi/constants.def"
#undef C
};

bool is_constant_name(Slice name)
{
    for (size_t i = 0; i < countof(constant_names); i++)
        if (slice_eq_cstr(name, constant_names[i])) return true;
    return false;
}

static void enter_surplus(FnState *fs, const Var *v)
{
    int r = new_reg(fs, NULL);
    if (v->in_cell) EMIT(fs, NEWCELL, r, 0, 0);
    else EMIT(fs, UNSET, r, 0, 0);
    EMIT(fs, SETROOM, fs->room, r, 0);
    emit(fs, (uint32_t)v->reg);
    fs->free = r;
}

// Variables that exist from the scope's entry: captured cells, and loop, catch, match and
// fetched variables. Others get a register when their declaration is reached.
void scope_enter(FnState *fs, Scope *s)
{
    for (uint32_t i = 0; i < s->vars.len; i++) {
        Var *v = s->vars.items[i];
        if (v->place == VAR_GLOBAL || v->reg >= 0) continue;
        if (!v->in_cell && !v->special) continue;
        place_var(fs, v);
        if (v->surplus) enter_surplus(fs, v);
        else if (v->in_cell) EMIT(fs, NEWCELL, v->reg, 0, 0);
        else if (v->may_be_unset) EMIT(fs, UNSET, v->reg, 0, 0);
    }
    fs->nlocals = fs->free;
    fs->scope = s;
}

void scope_leave(FnState *fs, Scope *s, Scope *outer)
{
    // Forget the registers: the same text may be compiled twice (the test of a loop).
    for (uint32_t i = 0; i < s->vars.len; i++) {
        s->vars.items[i]->reg = -1;
        s->vars.items[i]->surplus = false;
    }
    fs->scope = outer;
}

static uint32_t add_up(FnState *fs, UpRef ref)
{
    for (uint32_t i = 0; i < fs->ups.len; i++)
        if (fs->ups.items[i].var == ref.var && fs->ups.items[i].self == ref.self) return i;
    if (fs->ups.len >= 255)
        fail_at(fs, NULL, "E0302", "Ower mony captured variables in ane function");
    else if (!avec_push(fs->c->scratch, &fs->ups, ref))
        fail_at(fs, NULL, "E0301", "Nae memory left");
    return fs->ups.len - 1;
}

static bool is_self_use(const FnState *fs, const Var *v)
{
    if (!v->self || v->reassigned) return false;
    for (const Func *f = fs->func; f; f = f->parent)
        if (f == v->self) return true;
    return false;
}

// The function `self` seen from inside it or from a function nested in it.
static uint32_t capture_self(FnState *fs, const Func *self)
{
    uint32_t word = fs->parent->func == self
                        ? (uint32_t)BC_UP_SELF << 8
                        : (uint32_t)BC_UP_PARENT << 8 | capture_self(fs->parent, self);
    return add_up(fs, (UpRef){.self = self, .word = word});
}

uint32_t capture(FnState *fs, const Var *v)
{
    for (uint32_t i = 0; i < fs->ups.len; i++)
        if (fs->ups.items[i].var == v) return i;
    uint32_t word;
    if (fs->parent->func == v->scope->func && v->surplus)
        word = (uint32_t)v->reg << 16 | (uint32_t)BC_UP_ROOM << 8 | (uint32_t)fs->parent->room;
    else if (fs->parent->func == v->scope->func) word = (uint32_t)BC_UP_REG << 8 | (uint32_t)v->reg;
    else word = (uint32_t)BC_UP_PARENT << 8 | capture(fs->parent, v);
    return add_up(fs, (UpRef){.var = v, .word = word});
}

static void load_var(FnState *fs, const Var *v, int dst)
{
    if (v->place == VAR_GLOBAL) {
        EMIT(fs, GETG, dst, 0, 0);
        emit(fs, v->slot);
    } else if (v->scope->func == fs->func) {
        if (v->surplus) load_surplus(fs, v, dst);
        else if (v->in_cell) EMIT(fs, GETCELL, dst, v->reg, 0);
        else emit_move(fs, dst, v->reg);
    } else if (is_self_use(fs, v)) {
        if (fs->func == v->self) EMIT(fs, LOADSELF, dst, 0, 0);
        else EMIT(fs, GETUP, dst, capture_self(fs, v->self), 0);
    } else {
        uint32_t up = capture(fs, v);
        if (v->in_cell) EMIT(fs, GETUPC, dst, up, 0);
        else EMIT(fs, GETUP, dst, up, 0);
    }
}

static void store_var(FnState *fs, const Var *v, int src, bool define)
{
    if (v->place == VAR_GLOBAL) {
        if (define) EMIT(fs, DEFG, src, 0, 0);
        else EMIT(fs, SETG, src, 0, 0);
        emit(fs, v->slot);
    } else if (v->scope->func == fs->func) {
        if (v->surplus) store_surplus(fs, v, src);
        else if (v->in_cell) EMIT(fs, SETCELL, v->reg, src, 0);
        else emit_move(fs, v->reg, src);
    } else {
        EMIT(fs, SETUPC, capture(fs, v), src, 0);
    }
}

void define_var(FnState *fs, Var *v, int src)
{
    if (!v) return;
    if (v->place == VAR_LOCAL && v->reg < 0) place_var(fs, v);
    store_var(fs, v, src, true);
}

bool starts_here(const FnState *fs, const Var *v)
{
    return v && v->place == VAR_LOCAL && v->reg < 0 && !goes_to_room(fs, v);
}

uint32_t outer_global(FnState *fs, Slice name)
{
    Compiler *c = fs->c;
    uint32_t i;
    if (map_get(&c->outer_globals, name, &i)) return i;
    BcGlobal g = {arena_slice_dup(c->arena, name), BC_GLOBAL_OUTER};
    i = c->module->globals.len;
    if (!g.name.ptr || !avec_push(c->arena, &c->module->globals, g) ||
        !map_put(&c->outer_globals, g.name, i))
        fail_at(fs, NULL, "E0301", "Nae memory left");
    return i;
}

static bool outer_hides(FnState *fs, Slice name)
{
    return fs->c->env->outer_has && fs->c->env->outer_has(fs->c->env->ctx, name);
}

const struct MdhBuiltin *builtin_named(FnState *fs, Slice name)
{
    bool hidden = outer_hides(fs, name) || map_get(&fs->c->stored_outer, name, NULL);
    return hidden ? NULL : mdh_builtin_find(name.ptr, name.len);
}

void load_outer(FnState *fs, Slice name, int dst)
{
    const MdhBuiltin *b = builtin_named(fs, name);
    if (b) {
        EMIT(fs, LOADB, dst, 0, 0);
        emit(fs, b->id);
    } else {
        EMIT(fs, GETG, dst, 0, 0);
        emit(fs, outer_global(fs, name));
    }
}

// After the last candidate there is nothing more to try when it is certain or a module variable.
static bool is_final(const Candidate *c)
{
    return c->certain || c->var->place == VAR_GLOBAL;
}

void load_use(FnState *fs, const Use *u, int dst)
{
    JumpList done = {0};
    for (uint32_t i = 0; i < u->n; i++) {
        load_var(fs, u->candidates[i].var, dst);
        if (is_final(&u->candidates[i])) {
            patch_here(fs, &done);
            return;
        }
        EMIT(fs, JSET, dst, 0, 0);
        emit_jump(fs, &done);
    }
    load_outer(fs, u->name, dst);
    patch_here(fs, &done);
}

// A store to a name of the world outside: the program's variable of that name, made to hide the
// builtin or prelude function when there is none yet.
static void store_outer(FnState *fs, Slice name, int src)
{
    EMIT(fs, SETG, src, 0, 0);
    emit(fs, outer_global(fs, name));
}

void store_use(FnState *fs, const Use *u, int src)
{
    JumpList done = {0};
    for (uint32_t i = 0; i < u->n; i++) {
        const Candidate *c = &u->candidates[i];
        if (is_final(c)) {
            store_var(fs, c->var, src, false);
            patch_here(fs, &done);
            return;
        }
        int probe = new_reg(fs, NULL);
        load_var(fs, c->var, probe);
        fs->free = probe;
        JumpList set = {0}, next = {0};
        EMIT(fs, JSET, probe, 0, 0);
        emit_jump(fs, &set);
        emit_jmp(fs, &next);
        patch_here(fs, &set);
        store_var(fs, c->var, src, false);
        emit_jmp(fs, &done);
        patch_here(fs, &next);
    }
    store_outer(fs, u->name, src);
    patch_here(fs, &done);
}

int own_register(FnState *fs, const Use *u)
{
    if (!u || u->n == 0 || !u->candidates[0].certain) return -1;
    const Var *v = u->candidates[0].var;
    if (v->place != VAR_LOCAL || v->in_cell || v->surplus || v->scope->func != fs->func) return -1;
    return v->reg;
}

bool use_is_global(const Use *u, uint32_t *slot)
{
    if (u->n == 0 || u->candidates[0].var->place != VAR_GLOBAL) return false;
    *slot = u->candidates[0].var->slot;
    return true;
}

bool use_is_outer(const Use *u)
{
    return u->n == 0;
}
