// SPDX-License-Identifier: MIT
// Calls. A window of registers at the top holds callee and arguments; the result lands in its
// first register. Builtins whose name nothing hides are called by id, the commonest of them by
// an instruction of their own. Spread and named arguments take the general form CALLX.
#include "abi/abi.h"
#include "lang/bytecode/compiler.h"

#define MAX_WINDOW_ARGS 60   // more of them go into a list
#define MAX_NAMED_ARGS 80

// The window starts at dst itself when dst is the topmost temporary.
static int window(FnState *fs, const AstNode *n, int dst)
{
    return dst == fs->free - 1 && dst >= fs->nlocals ? dst : new_reg(fs, n);
}

static void finish(FnState *fs, int w, int dst, int mark)
{
    emit_move(fs, dst, w);
    fs->free = mark;
}

static bool is_general(const AstList *args)
{
    for (uint32_t i = 0; i < args->len; i++)
        if (args->items[i]->kind == AST_SPREAD || args->items[i]->kind == AST_KWARG) return true;
    return args->len > MAX_WINDOW_ARGS;
}

static int plain_args(FnState *fs, const AstList *args, const AstNode *piped)
{
    for (uint32_t i = 0; i < args->len; i++) expr_fresh(fs, args->items[i]);
    return (int)args->len + (piped != NULL);
}

// Neither fails nor does anything that a program could notice.
static bool is_harmless(FnState *fs, const AstNode *n)
{
    const Use *u;
    switch (n->kind) {
    case AST_INT: case AST_FLOAT: case AST_STRING: case AST_BYTES: case AST_BOOL:
    case AST_NAETHING: case AST_LAMBDA: return true;
    case AST_GROUP: return is_harmless(fs, n->operand);
    case AST_IDENT:
        u = resolve_get(fs->c->names, n);
        return u && u->n && u->candidates[0].certain;
    default: return false;
    }
}

// The callee comes before its arguments. A global may be fetched by the call itself when nothing
// can tell the difference.
static bool may_fetch_late(FnState *fs, const Use *u, const AstList *args)
{
    if (u->n && u->candidates[0].certain && !u->candidates[0].var->reassigned) return true;
    for (uint32_t i = 0; i < args->len; i++)
        if (!is_harmless(fs, args->items[i])) return false;
    return true;
}

// ---- builtins with an instruction of their own --------------------------------------------


// Octets of a plain unsigned big-endian accessor, 0 for any other builtin. The extra word
// of BGET and BPUT is the builtin's id with the width above it.
static uint32_t read_width(uint32_t id)
{
    switch (id) {
    case MDH_B_ID_bytes_get: return 1;
    case MDH_B_ID_bytes_read_u8: return 1;
    case MDH_B_ID_bytes_read_u16be: return 2;
    case MDH_B_ID_bytes_read_u24be: return 3;
    case MDH_B_ID_bytes_read_u32be: return 4;
    default: return 0;
    }
}

static uint32_t write_width(uint32_t id)
{
    switch (id) {
    case MDH_B_ID_bytes_set: return 1;
    case MDH_B_ID_bytes_write_u8: return 1;
    case MDH_B_ID_bytes_write_u16be: return 2;
    case MDH_B_ID_bytes_write_u24be: return 3;
    case MDH_B_ID_bytes_write_u32be: return 4;
    default: return 0;
    }
}

static bool special_builtin(FnState *fs, const MdhBuiltin *b, const AstNode *n, int dst)
{
    const AstList *args = &n->call.args;
    AstNode **a = args->items;
    int mark = fs->free;
    if (b->id == MDH_B_ID_len && args->len == 1) {
        int r = operand(fs, a[0], NULL, NULL);
        at_line(fs, n->op_line);
        EMIT(fs, LEN, dst, r, 0);
    } else if (b->id == MDH_B_ID_dict_get && (args->len == 2 || args->len == 3)) {
        const AstNode *fallback = args->len == 3 ? a[2] : NULL;
        int d = operand(fs, a[0], a[1], fallback);
        int key = operand(fs, a[1], fallback, NULL);
        int r = dst < fs->nlocals ? new_reg(fs, n) : dst; // a variable outlives a throw
        if (fallback) expr(fs, fallback, r);
        else EMIT(fs, LOADNIL, r, 0, 0);
        at_line(fs, n->op_line);
        EMIT(fs, DGET, r, d, key);
        if (r != dst) emit_move(fs, dst, r);
    } else if (b->id == MDH_B_ID_shove && args->len == 2) {
        int list = operand(fs, a[0], a[1], NULL);
        int v = operand(fs, a[1], NULL, NULL);
        at_line(fs, n->op_line);
        EMIT(fs, PUSH, list, v, 0);
        EMIT(fs, LOADNIL, dst, 0, 0);
    } else if (read_width(b->id) && args->len == 2) {
        int r = operand(fs, a[0], a[1], NULL);
        int off = operand(fs, a[1], NULL, NULL);
        at_line(fs, n->op_line);
        EMIT(fs, BGET, dst, r, off);
        emit(fs, b->id | read_width(b->id) << 24);
    } else if (write_width(b->id) && args->len == 3) {
        int r = operand(fs, a[0], a[1], a[2]);
        int off = operand(fs, a[1], a[2], NULL);
        int v = operand(fs, a[2], NULL, NULL);
        at_line(fs, n->op_line);
        EMIT(fs, BPUT, r, off, v);
        emit(fs, b->id | write_width(b->id) << 24);
        emit_move(fs, dst, r);
    } else {
        return false;
    }
    fs->free = mark;
    return true;
}

// ---- the forms of a call --------------------------------------------------------------------

// Names and named values of a general call; positional ones have gone into a list.
static uint32_t named_args(FnState *fs, const AstList *args, uint32_t *n_named)
{
    Slice names[MAX_NAMED_ARGS];
    uint32_t n = 0;
    for (uint32_t i = 0; i < args->len; i++) {
        const AstNode *a = args->items[i];
        if (a->kind != AST_KWARG) continue;
        if (n == MAX_NAMED_ARGS) {
            fail_at(fs, a, "E0305", "Ower mony named arguments");
            break;
        }
        names[n++] = a->kwarg.name->text;
        expr_fresh(fs, a->kwarg.value);
    }
    *n_named = n;
    return const_run(fs, names, n);
}

// `piped` is the register of a piped value, or -1.
static void positional_list(FnState *fs, const AstNode *n, int piped)
{
    const AstList *args = &n->call.args;
    int list = new_reg(fs, n);
    EMIT(fs, NEWLIST, list, 0, 0);
    if (piped >= 0) EMIT(fs, APPEND, list, piped, 1);
    for (uint32_t i = 0; i < args->len; i++) {
        const AstNode *a = args->items[i];
        if (a->kind == AST_KWARG) continue;
        int r = expr_fresh(fs, a->kind == AST_SPREAD ? a->operand : a);
        at_line(fs, a->op_line);
        if (a->kind == AST_SPREAD) EMIT(fs, SPREAD, list, r, 1);
        else EMIT(fs, APPEND, list, r, 1);
        fs->free = list + 1;
    }
}

// The superclass, when the callee is auld.name where `auld` is no variable and the class has one.
static const Use *auld_of(FnState *fs, const AstNode *callee)
{
    if (callee->kind != AST_PROPERTY || callee->property.object->kind != AST_IDENT) return NULL;
    const Use *super = resolve_get(fs->c->names, callee);
    const Use *plain = resolve_get(fs->c->names, callee->property.object);
    return super && super->n && plain->n == 0 ? super : NULL;
}

// Superclass into w, masel into the register after it.
static void auld_receiver(FnState *fs, const AstNode *n, const Use *super, int w)
{
    load_use(fs, super, w);
    load_use(fs, resolve_get(fs->c->names, n), w + 1);
    EMIT(fs, CHKSELF, w + 1, 0, 0);
}

// A+0 callee, superclass or nothing, A+1 receiver or nothing, A+2 list, A+3.. named values.
static void general_call(FnState *fs, const AstNode *n, const AstNode *piped, int dst)
{
    int mark = fs->free;
    const AstNode *callee = n->call.callee;
    const Use *super = auld_of(fs, callee);
    int first = piped ? expr_fresh(fs, piped) : -1;
    int w = new_reg(fs, n), self = new_reg(fs, n), how = BC_CALL_PLAIN;
    uint32_t cache = 0, n_named;
    if (super) {
        how = BC_CALL_AULD;
        auld_receiver(fs, n, super, w);
    } else if (callee->kind == AST_PROPERTY) {
        how = BC_CALL_METHOD;
        expr(fs, callee->property.object, self);
    } else {
        expr(fs, callee, w);
        EMIT(fs, UNSET, self, 0, 0);
    }
    if (how != BC_CALL_PLAIN) cache = new_cache(fs, callee->property.name);
    positional_list(fs, n, first);
    uint32_t k = named_args(fs, &n->call.args, &n_named);
    at_line(fs, n->op_line);
    EMIT(fs, CALLX, w, how, n_named);
    emit(fs, cache);
    emit(fs, k);
    finish(fs, w, dst, mark);
}

static void method_call(FnState *fs, const AstNode *n, const AstNode *piped, int dst)
{
    int mark = fs->free;
    const AstNode *callee = n->call.callee;
    int w = window(fs, n, dst);
    if (piped) { // the piped value is evaluated first, but stands after the receiver
        int self = new_reg(fs, n), first = new_reg(fs, n);
        expr(fs, piped, first);
        expr(fs, callee->property.object, self);
    } else if (callee->property.object->kind == AST_MASEL) {
        load_use(fs, resolve_get(fs->c->names, callee->property.object), new_reg(fs, n));
    } else {
        expr_fresh(fs, callee->property.object);
    }
    int argc = plain_args(fs, &n->call.args, piped);
    uint32_t c = new_cache(fs, callee->property.name);
    at_line(fs, n->op_line);
    EMIT(fs, CALLM, w, argc, 0);
    emit(fs, c);
    finish(fs, w, dst, mark);
}

static void auld_call(FnState *fs, const AstNode *n, const Use *super, const AstNode *piped,
                      int dst)
{
    int mark = fs->free;
    int w = window(fs, n, dst);
    new_reg(fs, n); // masel
    if (piped) expr_fresh(fs, piped);
    auld_receiver(fs, n, super, w);
    int argc = plain_args(fs, &n->call.args, piped);
    uint32_t k = const_str(fs, n->call.callee->property.name);
    at_line(fs, n->op_line);
    EMIT(fs, CALLA, w, argc, 0);
    emit(fs, k);
    finish(fs, w, dst, mark);
}

static void call_global(FnState *fs, const AstNode *n, uint32_t slot, const AstNode *piped,
                        int dst, bool late)
{
    int mark = fs->free;
    int w = window(fs, n, dst);
    if (piped) expr_fresh(fs, piped);
    if (!late) {
        at_line(fs, n->op_line);
        EMIT(fs, GETG, w, 0, 0);
        emit(fs, slot);
    }
    int argc = plain_args(fs, &n->call.args, piped);
    at_line(fs, n->op_line);
    if (late) {
        EMIT(fs, CALLG, w, argc, 0);
        emit(fs, slot);
    } else {
        EMIT(fs, CALL, w, argc, 0);
    }
    finish(fs, w, dst, mark);
}

static void outer_call(FnState *fs, const AstNode *n, const Use *u, const AstNode *piped, int dst)
{
    Slice name = u->name;
    const MdhBuiltin *b = builtin_named(fs, name);
    if (b && !piped && special_builtin(fs, b, n, dst)) return;
    if (!b && n->call.args.len == 0 && !piped && is_constant_name(name)) {
        load_outer(fs, name, dst); // PI() means PI
        return;
    }
    if (!b) {
        call_global(fs, n, outer_global(fs, name), piped, dst,
                    may_fetch_late(fs, u, &n->call.args));
        return;
    }
    int mark = fs->free;
    int w = window(fs, n, dst);
    if (piped) expr_fresh(fs, piped);
    int argc = plain_args(fs, &n->call.args, piped);
    at_line(fs, n->op_line);
    EMIT(fs, CALLB, w, argc, 0);
    emit(fs, b->id);
    finish(fs, w, dst, mark);
}

void call_expr(FnState *fs, const AstNode *n, const AstNode *piped, int dst)
{
    const AstNode *callee = n->call.callee;
    if (is_general(&n->call.args)) {
        general_call(fs, n, piped, dst);
        return;
    }
    const Use *super = auld_of(fs, callee);
    if (super) {
        auld_call(fs, n, super, piped, dst);
        return;
    }
    if (callee->kind == AST_PROPERTY) {
        method_call(fs, n, piped, dst);
        return;
    }
    const Use *u = callee->kind == AST_IDENT ? resolve_get(fs->c->names, callee) : NULL;
    if (u && use_is_outer(u)) {
        outer_call(fs, n, u, piped, dst);
        return;
    }
    uint32_t slot;
    if (u && use_is_global(u, &slot)) {
        call_global(fs, n, slot, piped, dst, may_fetch_late(fs, u, &n->call.args));
        return;
    }
    int mark = fs->free;
    int w = window(fs, n, dst);
    if (piped) expr_fresh(fs, piped);
    expr(fs, callee, w);
    int argc = plain_args(fs, &n->call.args, piped);
    at_line(fs, n->op_line);
    EMIT(fs, CALL, w, argc, 0);
    finish(fs, w, dst, mark);
}
