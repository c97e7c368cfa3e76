// SPDX-License-Identifier: MIT
// Expressions. `expr(n, dst)` leaves the value in register dst; an operator writes dst only as
// its last act, so that `x = x + 1` may work in place. What writes dst earlier (an, or, ternary,
// keek, blocks, containers) is compiled into a temporary when dst is a variable.
#include <string.h>

#include "lang/bytecode/compiler.h"

static bool small_int(const AstNode *n, int64_t *v)
{
    if (n->kind == AST_GROUP) return small_int(n->operand, v);
    if (n->kind == AST_NEGATE && n->operand->kind == AST_INT) {
        *v = -n->operand->integer.value;
        return *v >= INT8_MIN;
    }
    if (n->kind != AST_INT) return false;
    *v = n->integer.value;
    return *v <= INT8_MAX;
}

// The constant of a number or text that the source spells out.
static bool literal_const(FnState *fs, const AstNode *n, uint32_t *k)
{
    if (n->kind == AST_INT) *k = const_int(fs, n->integer.value);
    else if (n->kind == AST_FLOAT) *k = const_float(fs, n->floating.value);
    else if (n->kind == AST_STRING) *k = const_str(fs, n->string.value);
    else return false;
    return true;
}

// One that may stand in an instruction as constant 0..255.
static bool small_const(FnState *fs, const AstNode *n, uint32_t *k)
{
    return literal_const(fs, n, k) && *k <= 255;
}

// Might evaluating `n` store to a variable of this function?
static bool may_store(const AstNode *n);

static void note_store(void *ctx, AstNode *child)
{
    bool *found = ctx;
    if (!*found) *found = may_store(child);
}

static bool may_store(const AstNode *n)
{
    if (!n) return false;
    switch (n->kind) {
    case AST_INT: case AST_FLOAT: case AST_STRING: case AST_IDENT: case AST_LAMBDA:
    case AST_BOOL: case AST_NAETHING: case AST_MASEL: return false;
    case AST_ASSIGN: case AST_COMPOUND: case AST_BLOCK_EXPR: case AST_KEEK: return true;
    default: break;
    }
    bool found = false;
    ast_each_child(n, note_store, &found);
    return found;
}

int expr_fresh(FnState *fs, const AstNode *n)
{
    int r = new_reg(fs, n);
    expr(fs, n, r);
    return r;
}

int operand(FnState *fs, const AstNode *n, const AstNode *later1, const AstNode *later2)
{
    if (n->kind == AST_GROUP) return operand(fs, n->operand, later1, later2);
    if (n->kind == AST_IDENT) {
        int r = own_register(fs, resolve_get(fs->c->names, n));
        if (r >= 0 && !may_store(later1) && !may_store(later2)) return r;
    }
    if (n->kind == AST_MASEL) {
        int r = own_register(fs, resolve_get(fs->c->names, n));
        if (r >= 0) {
            EMIT(fs, CHKSELF, r, 0, 0);
            return r;
        }
    }
    return expr_fresh(fs, n);
}

int receiver(FnState *fs, const AstNode *n, const AstNode *later)
{
    int r = n->kind == AST_MASEL ? own_register(fs, resolve_get(fs->c->names, n)) : -1;
    return r >= 0 ? r : operand(fs, n, later, NULL);
}

// An operator's left side may use the operator's own target when that is the topmost temporary,
// so that `a + b + c ...` needs no more registers than `a + b`.
static int left_operand(FnState *fs, const AstNode *n, const AstNode *later, int dst)
{
    while (n->kind == AST_GROUP) n = n->operand;
    bool is_name = n->kind == AST_IDENT || n->kind == AST_MASEL;
    if (is_name || dst != fs->free - 1 || dst < fs->nlocals) return operand(fs, n, later, NULL);
    expr(fs, n, dst);
    return dst;
}

// ---- operators ------------------------------------------------------------------------------

static const struct { uint8_t rr, ri, rk; } arith_ops[] = {
    [AST_OP_ADD] = {OP_ADD, OP_ADDI, OP_ADDK}, [AST_OP_SUB] = {OP_SUB, OP_SUBI, OP_SUBK},
    [AST_OP_MUL] = {OP_MUL, OP_MULI, OP_MULK}, [AST_OP_DIV] = {OP_DIV, OP_DIVI, OP_DIVK},
    [AST_OP_MOD] = {OP_MOD, OP_MODI, OP_MODK},
};
static const struct { uint8_t value, jump, jump_int, jump_const; } compare_ops[] = {
    [AST_OP_EQ] = {OP_EQ, OP_JEQ, OP_JEQI, OP_JEQK},
    [AST_OP_NE] = {OP_NE, OP_JNE, OP_JNEI, OP_JNEK},
    [AST_OP_LT] = {OP_LT, OP_JLT, OP_JLTI, OP_JLTK},
    [AST_OP_LE] = {OP_LE, OP_JLE, OP_JLEI, OP_JLEK},
    [AST_OP_GT] = {OP_GT, OP_JGT, OP_JGTI, OP_JGTK},
    [AST_OP_GE] = {OP_GE, OP_JGE, OP_JGEI, OP_JGEK},
};

static bool is_compare(AstOp op)
{
    return op <= AST_OP_GE;
}

static void arith(FnState *fs, AstOp op, int left, const AstNode *right, int dst, uint32_t line)
{
    int64_t i;
    uint32_t k;
    if (small_int(right, &i)) {
        at_line(fs, line);
        emit(fs, BC_WORD(arith_ops[op].ri, dst, left, i));
    } else if (small_const(fs, right, &k)) {
        at_line(fs, line);
        emit(fs, BC_WORD(arith_ops[op].rk, dst, left, k));
    } else {
        int r = operand(fs, right, NULL, NULL);
        at_line(fs, line);
        emit(fs, BC_WORD(arith_ops[op].rr, dst, left, r));
    }
}

static void binary(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free;
    AstOp op = n->binary.op;
    int left = left_operand(fs, n->binary.left, n->binary.right, dst);
    if (is_compare(op)) {
        int right = operand(fs, n->binary.right, NULL, NULL);
        at_line(fs, n->op_line);
        emit(fs, BC_WORD(compare_ops[op].value, dst, left, right));
    } else {
        arith(fs, op, left, n->binary.right, dst, n->op_line);
    }
    fs->free = mark;
}

static void jump_compare(FnState *fs, const AstNode *n, bool sense, JumpList *list)
{
    int mark = fs->free;
    AstOp op = n->binary.op;
    const AstNode *rhs = n->binary.right;
    int64_t i;
    uint32_t k;
    int left = operand(fs, n->binary.left, rhs, NULL);
    if (small_int(rhs, &i)) {
        at_line(fs, n->op_line);
        emit(fs, BC_WORD(compare_ops[op].jump_int, left, i, sense));
    } else if (literal_const(fs, rhs, &k)) {
        at_line(fs, n->op_line);
        emit(fs, BC_WORD(compare_ops[op].jump_const, left, 0, sense));
        emit(fs, k);
    } else {
        int right = operand(fs, rhs, NULL, NULL);
        at_line(fs, n->op_line);
        emit(fs, BC_WORD(compare_ops[op].jump, left, right, sense));
    }
    emit_jump(fs, list);
    fs->free = mark;
}

// Jumps to `list` when the truth of `n` is `sense`, else falls through.
void jump_if(FnState *fs, const AstNode *n, bool sense, JumpList *list)
{
    switch (n->kind) {
    case AST_GROUP: jump_if(fs, n->operand, sense, list); return;
    case AST_NOT: jump_if(fs, n->operand, !sense, list); return;
    case AST_BOOL:
        if (n->boolean == sense) emit_jmp(fs, list);
        return;
    case AST_BINARY:
        if (!is_compare(n->binary.op)) break;
        jump_compare(fs, n, sense, list);
        return;
    case AST_AN:
    case AST_OR: {
        bool both = (n->kind == AST_AN) != sense; // either side alone may jump
        if (both) {
            jump_if(fs, n->binary.left, sense, list);
            jump_if(fs, n->binary.right, sense, list);
        } else {
            JumpList skip = {0};
            jump_if(fs, n->binary.left, !sense, &skip);
            jump_if(fs, n->binary.right, sense, list);
            patch_here(fs, &skip);
        }
        return;
    }
    default: break;
    }
    int mark = fs->free;
    int r = operand(fs, n, NULL, NULL);
    emit(fs, BC_WORD(sense ? OP_JT : OP_JF, r, 0, 0));
    emit_jump(fs, list);
    fs->free = mark;
}

static void an_or(FnState *fs, const AstNode *n, int dst)
{
    JumpList end = {0};
    expr(fs, n->binary.left, dst);
    emit(fs, BC_WORD(n->kind == AST_AN ? OP_JF : OP_JT, dst, 0, 0));
    emit_jump(fs, &end);
    expr(fs, n->binary.right, dst);
    patch_here(fs, &end);
}

static void ternary(FnState *fs, const AstNode *n, int dst)
{
    JumpList no = {0}, end = {0};
    jump_if(fs, n->ternary.cond, false, &no);
    expr(fs, n->ternary.yes, dst);
    emit_jmp(fs, &end);
    patch_here(fs, &no);
    expr(fs, n->ternary.no, dst);
    patch_here(fs, &end);
}

// ---- literals --------------------------------------------------------------------------------

#define CHUNK 32

static void list_literal(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free;
    uint32_t i = 0, len = n->list.len;
    AstNode **items = n->list.items;
    int list = -1;
    do {
        int first = fs->free, held = 0;
        for (; i < len && held < CHUNK && items[i]->kind != AST_SPREAD; i++, held++)
            expr_fresh(fs, items[i]);
        at_line(fs, n->span.line);
        if (list < 0) {
            fs->free = first;
            list = new_reg(fs, n);
            EMIT(fs, NEWLIST, list, first, held);
        } else if (held) {
            EMIT(fs, APPEND, list, first, held);
        }
        fs->free = list + 1;
        if (i < len && items[i]->kind == AST_SPREAD) {
            int r = expr_fresh(fs, items[i]->operand);
            at_line(fs, items[i]->op_line);
            EMIT(fs, SPREAD, list, r, 0);
            fs->free = list + 1;
            i++;
        }
    } while (i < len);
    emit_move(fs, dst, list);
    fs->free = mark;
}

// Bytes can be written to: each time a copy of the constant, which shares until then.
static void bytes_literal(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free, obj = new_reg(fs, n);
    emit_const(fs, obj, const_bytes(fs, n->string.value));
    for (int i = 0; i < 3; i++) EMIT(fs, UNSET, new_reg(fs, n), 0, 0);
    EMIT(fs, SLICE, dst, obj, 0);
    fs->free = mark;
}

// All keys constant strings, distinct, and few: the dict is made in one go.
static bool plain_keys(const AstNode *n)
{
    uint32_t len = n->dict.n_pairs;
    if (len == 0 || len > CHUNK) return false;
    for (uint32_t i = 0; i < len; i++) {
        const AstNode *k = n->dict.pairs[i].key;
        if (k->kind != AST_STRING) return false;
        for (uint32_t j = 0; j < i; j++)
            if (slice_eq(k->string.value, n->dict.pairs[j].key->string.value)) return false;
    }
    return true;
}

static void dict_literal(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free;
    if (plain_keys(n)) {
        Slice names[CHUNK];
        int first = fs->free;
        for (uint32_t i = 0; i < n->dict.n_pairs; i++) {
            names[i] = n->dict.pairs[i].key->string.value;
            expr_fresh(fs, n->dict.pairs[i].value);
        }
        uint32_t k = const_run(fs, names, n->dict.n_pairs);
        EMIT(fs, DICTK, dst, first, n->dict.n_pairs);
        emit(fs, k);
    } else {
        int d = new_reg(fs, n);
        EMIT(fs, NEWDICT, d, 0, 0);
        for (uint32_t i = 0; i < n->dict.n_pairs; i++) {
            const AstPair *p = &n->dict.pairs[i];
            int key = operand(fs, p->key, p->value, NULL);
            int val = operand(fs, p->value, NULL, NULL);
            EMIT(fs, DICTPUT, d, key, val);
            fs->free = d + 1;
        }
        emit_move(fs, dst, d);
    }
    fs->free = mark;
}

static uint32_t format_spec(FnState *fs, const AstFormat *f)
{
    BcFormat b = {.align = f->align, .type = f->type, .zero = f->zero_pad,
                  .width = f->has_width ? (int)f->width : -1,
                  .precision = f->has_precision ? (int)f->precision : -1};
    if (f->fill) {
        // One character, as it stands at the head of the spec's text.
        size_t n = 1;
        while (n < 4 && n < f->src.len && ((unsigned char)f->src.ptr[n] & 0xC0) == 0x80) n++;
        memcpy(b.fill, f->src.ptr, n);
    }
    if (!avec_push(fs->c->arena, &fs->p->formats, b)) fail_at(fs, NULL, "E0301", "Nae memory left");
    return fs->p->formats.len - 1;
}

static void fstring(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free, first = fs->free;
    uint32_t held = 0;
    if (!n->fstring.n_parts) {
        emit_const(fs, dst, const_str(fs, slice_from_cstr("")));
        return;
    }
    for (uint32_t i = 0; i < n->fstring.n_parts; i++) {
        const AstFPart *p = &n->fstring.parts[i];
        if (held == CHUNK) { // fold what there is into one text
            EMIT(fs, CONCAT, first, first, held);
            fs->free = first + 1;
            held = 1;
        }
        int r = new_reg(fs, n);
        held++;
        if (!p->expr) {
            emit_const(fs, r, const_str(fs, p->text));
            continue;
        }
        expr(fs, p->expr, r);
        if (!p->format) continue;
        uint32_t spec = format_spec(fs, p->format);
        at_line(fs, p->expr->op_line);
        EMIT(fs, FORMAT, r, r, 0);
        emit(fs, spec);
    }
    at_line(fs, n->span.line);
    EMIT(fs, CONCAT, dst, first, held);
    fs->free = mark;
}

// ---- access ----------------------------------------------------------------------------------

static void index_expr(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free;
    const AstNode *key = n->index.key;
    int64_t i;
    int obj = operand(fs, n->index.object, key, NULL);
    if (key->kind == AST_STRING) {
        uint32_t c = new_cache(fs, key->string.value);
        at_line(fs, n->op_line);
        EMIT(fs, GETIK, dst, obj, 0);
        emit(fs, c);
    } else if (small_int(key, &i)) {
        at_line(fs, n->op_line);
        emit(fs, BC_WORD(OP_GETII, dst, obj, i));
    } else {
        int k = operand(fs, key, NULL, NULL);
        at_line(fs, n->op_line);
        EMIT(fs, GETI, dst, obj, k);
    }
    fs->free = mark;
}

static void property(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free;
    int obj = receiver(fs, n->property.object, NULL);
    uint32_t c = new_cache(fs, n->property.name);
    at_line(fs, n->op_line);
    EMIT(fs, GETP, dst, obj, 0);
    emit(fs, c);
    fs->free = mark;
}

static void slice_expr(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free;
    const AstNode *parts[3] = {n->slice.start, n->slice.stop, n->slice.step};
    int obj = expr_fresh(fs, n->slice.object);
    for (int i = 0; i < 3; i++) {
        if (parts[i]) expr_fresh(fs, parts[i]);
        else EMIT(fs, UNSET, new_reg(fs, n), 0, 0);
    }
    at_line(fs, n->op_line);
    EMIT(fs, SLICE, dst, obj, 0);
    fs->free = mark;
}

static void range_expr(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free;
    int first = expr_fresh(fs, n->range.start);
    expr_fresh(fs, n->range.end);
    at_line(fs, n->op_line);
    EMIT(fs, RANGE, dst, first, n->range.inclusive);
    fs->free = mark;
}

// ---- assignment ------------------------------------------------------------------------------

// The register of an already set plain local, when the value may be computed right into it.
static bool writes_last(const AstNode *n)
{
    switch (n->kind) {
    case AST_BINARY: case AST_NEGATE: case AST_NOT: case AST_INT: case AST_FLOAT: case AST_STRING:
    case AST_BOOL: case AST_NAETHING: case AST_CALL: case AST_INDEX: case AST_PROPERTY:
    case AST_SLICE: case AST_FSTRING: case AST_RANGE: case AST_LIST: case AST_DICT: return true;
    default: return false;
    }
}

static void assign_name(FnState *fs, const AstNode *n, int dst)
{
    const Use *u = resolve_get(fs->c->names, n->assign.target);
    int r = own_register(fs, u);
    int mark = fs->free;
    if (n->kind == AST_COMPOUND) {
        int t = r >= 0 && !may_store(n->assign.value) ? r : new_reg(fs, n);
        if (t != r) load_use(fs, u, t);
        arith(fs, n->assign.op, t, n->assign.value, r >= 0 ? r : t, n->op_line);
        if (r < 0) store_use(fs, u, t);
        if (dst >= 0) emit_move(fs, dst, r >= 0 ? r : t);
    } else if (r >= 0 && writes_last(n->assign.value)) {
        expr(fs, n->assign.value, r);
        if (dst >= 0) emit_move(fs, dst, r);
    } else {
        int t = operand(fs, n->assign.value, NULL, NULL);
        at_line(fs, n->op_line);
        store_use(fs, u, t);
        if (dst >= 0) emit_move(fs, dst, t);
    }
    fs->free = mark;
}

static void assign_index(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free;
    const AstNode *t = n->assign.target;
    int obj = operand(fs, t->index.object, t->index.key, n->assign.value);
    int key = operand(fs, t->index.key, n->assign.value, NULL);
    int val;
    if (n->kind == AST_COMPOUND) {
        val = new_reg(fs, n);
        at_line(fs, t->op_line);
        EMIT(fs, GETI, val, obj, key);
        arith(fs, n->assign.op, val, n->assign.value, val, n->op_line);
    } else {
        val = operand(fs, n->assign.value, NULL, NULL);
    }
    at_line(fs, n->op_line);
    EMIT(fs, SETI, obj, key, val);
    if (dst >= 0) emit_move(fs, dst, val);
    fs->free = mark;
}

static void assign_property(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free;
    const AstNode *t = n->assign.target;
    int obj = receiver(fs, t->property.object, n->assign.value);
    int val;
    if (n->kind == AST_COMPOUND) {
        val = new_reg(fs, n);
        uint32_t c = new_cache(fs, t->property.name);
        at_line(fs, t->op_line);
        EMIT(fs, GETP, val, obj, 0);
        emit(fs, c);
        arith(fs, n->assign.op, val, n->assign.value, val, n->op_line);
    } else {
        val = operand(fs, n->assign.value, NULL, NULL);
    }
    uint32_t c = new_cache(fs, t->property.name);
    at_line(fs, n->op_line);
    EMIT(fs, SETP, obj, val, 0);
    emit(fs, c);
    if (dst >= 0) emit_move(fs, dst, val);
    fs->free = mark;
}

void assign(FnState *fs, const AstNode *n, int dst)
{
    switch (n->assign.target->kind) {
    case AST_IDENT: assign_name(fs, n, dst); break;
    case AST_INDEX: assign_index(fs, n, dst); break;
    case AST_PROPERTY: assign_property(fs, n, dst); break;
    default: fail_at(fs, n, "E0303", "Invalid assignment target");
    }
}

// ---- the rest ----------------------------------------------------------------------------------

static void block_expr(FnState *fs, const AstNode *n, int dst)
{
    Context ctx = {.kind = CTX_BLOCK_EXPR, .outer = fs->ctx, .reg = dst};
    EMIT(fs, LOADNIL, dst, 0, 0);
    fs->ctx = &ctx;
    block(fs, n);
    fs->ctx = ctx.outer;
    patch_here(fs, &ctx.breaks);
}

static void pipe_expr(FnState *fs, const AstNode *n, int dst)
{
    const AstNode *right = n->binary.right;
    if (right->kind == AST_CALL) {
        call_expr(fs, right, n->binary.left, dst);
        return;
    }
    int mark = fs->free;
    int w = new_reg(fs, n);
    expr_fresh(fs, n->binary.left);
    expr(fs, right, w);
    at_line(fs, n->op_line);
    EMIT(fs, CALL, w, 1, 0);
    emit_move(fs, dst, w);
    fs->free = mark;
}

static void unary(FnState *fs, const AstNode *n, int dst)
{
    int mark = fs->free;
    int64_t i;
    if (n->kind == AST_NEGATE && small_int(n, &i)) {
        emit_int(fs, dst, i);
        return;
    }
    int r = operand(fs, n->operand, NULL, NULL);
    at_line(fs, n->op_line);
    emit(fs, BC_WORD(n->kind == AST_NEGATE ? OP_NEG
                     : n->kind == AST_NOT  ? OP_NOT
                                           : OP_SPEIR,
                     dst, r, 0));
    fs->free = mark;
}

// Kinds that write dst before they are done with the variables they read.
static bool writes_early(const AstNode *n)
{
    switch (n->kind) {
    case AST_AN: case AST_OR: case AST_TERNARY: case AST_KEEK: case AST_BLOCK_EXPR: return true;
    default: return false;
    }
}

static void expr_kind(FnState *fs, const AstNode *n, int dst)
{
    switch (n->kind) {
    case AST_INT: emit_int(fs, dst, n->integer.value); break;
    case AST_FLOAT: emit_const(fs, dst, const_float(fs, n->floating.value)); break;
    case AST_STRING: emit_const(fs, dst, const_str(fs, n->string.value)); break;
    case AST_BYTES: bytes_literal(fs, n, dst); break;
    case AST_FSTRING: fstring(fs, n, dst); break;
    case AST_BOOL: EMIT(fs, LOADBOOL, dst, n->boolean, 0); break;
    case AST_NAETHING: EMIT(fs, LOADNIL, dst, 0, 0); break;
    case AST_MASEL:
        load_use(fs, resolve_get(fs->c->names, n), dst);
        EMIT(fs, CHKSELF, dst, 0, 0);
        break;
    case AST_IDENT: load_use(fs, resolve_get(fs->c->names, n), dst); break;
    case AST_LIST: list_literal(fs, n, dst); break;
    case AST_DICT: dict_literal(fs, n, dst); break;
    case AST_BLOCK_EXPR: block_expr(fs, n, dst); break;
    case AST_LAMBDA: function_value(fs, n, dst); break;
    case AST_TERNARY: ternary(fs, n, dst); break;
    case AST_BINARY: binary(fs, n, dst); break;
    case AST_AN: case AST_OR: an_or(fs, n, dst); break;
    case AST_NEGATE: case AST_NOT: case AST_SPEIR: unary(fs, n, dst); break;
    case AST_PIPE: pipe_expr(fs, n, dst); break;
    case AST_ASSIGN: case AST_COMPOUND: assign(fs, n, dst); break;
    case AST_CALL: call_expr(fs, n, NULL, dst); break;
    case AST_PROPERTY: property(fs, n, dst); break;
    case AST_INDEX: index_expr(fs, n, dst); break;
    case AST_SLICE: slice_expr(fs, n, dst); break;
    case AST_RANGE: range_expr(fs, n, dst); break;
    case AST_KEEK: keek(fs, n, dst); break;
    default: fail_at(fs, n, "E0304", "This cannae staun as an expression");
    }
}

void expr(FnState *fs, const AstNode *n, int dst)
{
    while (n->kind == AST_GROUP) n = n->operand;
    if (fs->c->failed) return;
    at_line(fs, n->op_line);
    if (must_stash(fs, n)) {
        stashed_expr(fs, n, dst);
        return;
    }
    if (writes_early(n) && dst < fs->nlocals) {
        int mark = fs->free;
        int t = new_reg(fs, n);
        expr_kind(fs, n, t);
        emit_move(fs, dst, t);
        fs->free = mark;
        return;
    }
    expr_kind(fs, n, dst);
}
