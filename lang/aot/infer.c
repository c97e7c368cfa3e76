// SPDX-License-Identifier: MIT
// Inference over a module: a first pass over all functions finds which values are computed with
// which (a union-find of nodes: instructions, parameters, results, fields by name) and gathers
// evidence of their kinds; a second pass follows kinds and ranges, with guesses from that.
#include "lang/aot/infer.h"

#include <string.h>

#include "abi/abi.h"
#include "abi/layout.h"

enum { SEEN_INT = 1, SEEN_FLOAT = 2, SEEN_TEXT = 4, SEEN_NUMBER = 8, SEEN_OTHER = 16 };

#define WIDEN_AFTER 4        // changes of a state before ranges jump
#define SMALL_FUNCTION 160   // words: guesses everywhere, not only in loops

// ---- nodes -----------------------------------------------------------------------------------

static uint32_t root(Infer *in, uint32_t node)
{
    while (in->nodes[node] != node) node = in->nodes[node] = in->nodes[in->nodes[node]];
    return node;
}

static void unite(Infer *in, uint32_t a, uint32_t b)
{
    a = root(in, a);
    b = root(in, b);
    if (a == b || !a || !b) return; // node 0: nothing is known of it
    in->nodes[a] = b;
    in->evidence[b] |= in->evidence[a];
}

static void saw(Infer *in, uint32_t node, uint8_t what)
{
    if (node) in->evidence[root(in, node)] |= what;
}

static uint32_t node_of_param(const InferFn *fn, uint32_t i)
{
    return fn->first_node + fn->p->code.len + i;
}

static uint32_t n_args(const BcProto *p)
{
    return (uint32_t)p->is_method + p->nparams + p->has_rest;
}

static uint32_t node_of_result(const InferFn *fn)
{
    return node_of_param(fn, n_args(fn->p));
}

static uint32_t node_of_field(Infer *in, Slice name)
{
    uint32_t i;
    return map_get(&in->fields, name, &i) ? in->first_field + i : 0;
}

// That node and such a value are of one kind, if they can be computed with each other.
static void computed(Infer *in, const Type *t, uint32_t node)
{
    switch (t->kind) {
    case TYPE_INT: saw(in, node, SEEN_INT); break;
    case TYPE_FLOAT: saw(in, node, SEEN_FLOAT); break;
    case TYPE_VALUE:
        if (t->what == WHAT_TEXT) saw(in, node, SEEN_TEXT);
        else if (t->node && node) unite(in, t->node, node);
        break;
    default: break;
    }
}

// The value stands for that node from now on, whatever it is.
static void flows(Infer *in, const Type *t, uint32_t node)
{
    computed(in, t, node);
    if (!node) return;
    uint32_t given = node + in->n_nodes;
    switch (t->kind) {
    case TYPE_INT: saw(in, given, SEEN_INT); break;
    case TYPE_FLOAT: saw(in, given, SEEN_FLOAT); break;
    case TYPE_VALUE:
        if (t->what == WHAT_ANY && t->node) unite(in, t->node + in->n_nodes, given);
        else saw(in, given, SEEN_OTHER);
        break;
    default: break;
    }
}

// Is the field computed with as a float, and given floats and nothing that is none?
static bool holds_floats(Infer *in, Slice name)
{
    uint32_t node = node_of_field(in, name);
    if (!node || in->evidence[root(in, node)] & SEEN_TEXT) return false;
    return in->evidence[root(in, node + in->n_nodes)] == SEEN_FLOAT;
}

// TYPE_NONE: no guess.
static TypeKind guess(Infer *in, const Type *t)
{
    if (t->kind != TYPE_VALUE || t->what != WHAT_ANY || !t->node) return TYPE_NONE;
    uint8_t seen = in->evidence[root(in, t->node)];
    if (seen & SEEN_TEXT) return TYPE_NONE;
    if (seen & SEEN_FLOAT) return TYPE_FLOAT;
    return seen ? TYPE_INT : TYPE_NONE;
}

// ---- operators -------------------------------------------------------------------------------

static Opcode family(Opcode op)
{
    switch (op) {
    case OP_ADD: case OP_ADDI: case OP_ADDK: return OP_ADD;
    case OP_SUB: case OP_SUBI: case OP_SUBK: return OP_SUB;
    case OP_MUL: case OP_MULI: case OP_MULK: return OP_MUL;
    case OP_DIV: case OP_DIVI: case OP_DIVK: return OP_DIV;
    case OP_MOD: case OP_MODI: case OP_MODK: return OP_MOD;
    case OP_LT: case OP_LE: case OP_GT: case OP_GE:
    case OP_JLT: case OP_JLE: case OP_JGT: case OP_JGE: case OP_JLTI: case OP_JLEI: case OP_JGTI:
    case OP_JGEI: case OP_JLTK: case OP_JLEK: case OP_JGTK: case OP_JGEK:
        return OP_LT;
    case OP_EQ: case OP_NE: case OP_JEQ: case OP_JNE: case OP_JEQI: case OP_JNEI: case OP_JEQK:
    case OP_JNEK:
        return OP_EQ;
    default: return OP_COUNT;
    }
}

static Type type_of_const(const BcConst *k)
{
    Type t = {.kind = TYPE_VALUE};
    switch (k->kind) {
    case BC_INT: t = type_int(k->i, k->i); break;
    case BC_FLOAT: t = type_float(); break;
    case BC_STR: t.what = WHAT_TEXT; break;
    default: break;
    }
    t.synced = true;
    return t;
}

typedef struct Operand {
    int reg;                 // -1: a constant
    Type type;
} Operand;

static Operand of_reg(const Type *state, uint32_t r)
{
    return (Operand){(int)r, state[r]};
}

static Operand of_int(int64_t i)
{
    return (Operand){-1, type_int(i, i)};
}

static Operand of_const(const BcProto *p, uint32_t k)
{
    return (Operand){-1, type_of_const(&p->consts.items[k])};
}

// The operands of an operator or fused jump.
static void operands_of(const InferFn *fn, const Type *state, uint32_t at, Operand *a, Operand *b)
{
    uint32_t w = fn->p->code.items[at];
    switch (BC_OP(w)) {
    case OP_ADDI: case OP_SUBI: case OP_MULI: case OP_DIVI: case OP_MODI:
        *a = of_reg(state, BC_B(w));
        *b = of_int(BC_SC(w));
        break;
    case OP_ADDK: case OP_SUBK: case OP_MULK: case OP_DIVK: case OP_MODK:
        *a = of_reg(state, BC_B(w));
        *b = of_const(fn->p, BC_C(w));
        break;
    case OP_JEQI: case OP_JNEI: case OP_JLTI: case OP_JLEI: case OP_JGTI: case OP_JGEI:
        *a = of_reg(state, BC_A(w));
        *b = of_int(BC_SB(w));
        break;
    case OP_JEQK: case OP_JNEK: case OP_JLTK: case OP_JLEK: case OP_JGTK: case OP_JGEK:
        *a = of_reg(state, BC_A(w));
        *b = of_const(fn->p, fn->p->code.items[at + 1]);
        break;
    case OP_JEQ: case OP_JNE: case OP_JLT: case OP_JLE: case OP_JGT: case OP_JGE:
        *a = of_reg(state, BC_A(w));
        *b = of_reg(state, BC_B(w));
        break;
    default:
        *a = of_reg(state, BC_B(w));
        *b = of_reg(state, BC_C(w));
    }
}

static bool is_text(const Type *t)
{
    return t->kind == TYPE_VALUE && t->what == WHAT_TEXT;
}

// Before guesses: who is computed with whom.
static void gather(Infer *in, Opcode fam, const Type *a, const Type *b, uint32_t result)
{
    bool arith = fam != OP_LT && fam != OP_EQ;
    if (fam == OP_ADD && (is_text(a) || is_text(b))) { // text takes anything
        saw(in, result, SEEN_TEXT);
        return;
    }
    if (a->kind == TYPE_VALUE) computed(in, b, a->node);
    else if (b->kind == TYPE_VALUE) computed(in, a, b->node);
    if (fam == OP_ADD || fam == OP_EQ || fam == OP_LT) {
        if (!arith) return;
    } else {
        saw(in, a->kind == TYPE_VALUE ? a->node : 0, SEEN_NUMBER);
        saw(in, b->kind == TYPE_VALUE ? b->node : 0, SEEN_NUMBER);
    }
    if (a->kind == TYPE_VALUE) computed(in, a, result);
    else if (b->kind == TYPE_VALUE) computed(in, b, result);
}

static bool may_guess(const InferFn *fn, const Operand *o)
{
    return o->reg >= 0 && !regset_has(&fn->pinned, (uint32_t)o->reg);
}

static void add_guard(Infer *in, const InferFn *fn, Type *state, uint32_t at, Operand *o,
                      TypeKind kind, Step *step)
{
    (void)in;
    if (!fn->hot[at] || !may_guess(fn, o)) return;
    step->guards[step->n_guards++] = (Guard){(uint8_t)o->reg, (uint8_t)kind, 0};
    Type t = kind == TYPE_INT ? type_int(MDH_INT_MIN63, MDH_INT_MAX63) : type_float();
    t.synced = true;
    state[o->reg] = o->type = t;
}

static void guess_operands(Infer *in, const InferFn *fn, Type *state, uint32_t at, Operand *a,
                           Operand *b, Step *step)
{
    TypeKind x = a->type.kind == TYPE_VALUE ? guess(in, &a->type) : (TypeKind)a->type.kind;
    TypeKind y = b->type.kind == TYPE_VALUE ? guess(in, &b->type) : (TypeKind)b->type.kind;
    bool numbers = (x == TYPE_INT || x == TYPE_FLOAT) && (y == TYPE_INT || y == TYPE_FLOAT);
    if (!numbers) return;
    if (a->type.kind == TYPE_VALUE) add_guard(in, fn, state, at, a, x, step);
    if (a->reg >= 0 && a->reg == b->reg) b->type = a->type;
    if (b->type.kind == TYPE_VALUE) add_guard(in, fn, state, at, b, y, step);
}

static bool is_number(const Type *t)
{
    return t->kind == TYPE_INT || t->kind == TYPE_FLOAT;
}

static Type result_of(Opcode fam, const Type *a, const Type *b, uint32_t node)
{
    bool fits;
    if (a->kind == TYPE_INT && b->kind == TYPE_INT) return range_of(fam, a, b, &fits);
    if (is_number(a) && is_number(b) && fam != OP_MOD) return type_float();
    Type t = type_value(node);
    // Text with anything is text; anything with text may be an operator method's answer.
    if (fam == OP_ADD && is_text(a)) t.what = WHAT_TEXT;
    return t;
}

// ---- calls -----------------------------------------------------------------------------------

static void call_known(Infer *in, const InferFn *callee, const Type *args, uint32_t argc,
                       uint32_t skip)
{
    uint32_t n = n_args(callee->p);
    for (uint32_t i = 0; i < argc && i + skip < n; i++)
        flows(in, &args[i], node_of_param(callee, i + skip));
}

static void make_object(Infer *in, const Type *state, uint32_t a, uint32_t argc, uint32_t kin)
{
    uint32_t init = infer_method(in, kin, SLICE_LIT("init"));
    if (init) call_known(in, &in->fns[init], state + a + 1, argc, 1);
}

static Type result_of_call(Infer *in, const InferFn *fn, const Type *state, uint32_t at,
                           const Type *callee)
{
    uint32_t w = fn->p->code.items[at], a = BC_A(w);
    Type t = type_value(fn->first_node + at);
    if (callee->kind != TYPE_VALUE) return t;
    if (callee->what == WHAT_FUNCTION || callee->what == WHAT_CLOSURE) {
        const InferFn *f = &in->fns[callee->ref];
        t.node = node_of_result(f);
        if (!in->guessing) call_known(in, f, state + a + 1, BC_B(w), 0);
    } else if (callee->what == WHAT_CLASS) {
        if (!in->guessing) make_object(in, state, a, BC_B(w), callee->ref);
        t.what = WHAT_OBJECT;
        t.ref = callee->ref;
        t.global = callee->global;
    }
    return t;
}

static Type result_of_method(Infer *in, const InferFn *fn, const Type *state, uint32_t at)
{
    uint32_t w = fn->p->code.items[at], a = BC_A(w);
    Type t = type_value(fn->first_node + at);
    if (state[a + 1].kind != TYPE_VALUE || state[a + 1].what != WHAT_OBJECT) return t;
    Slice name = fn->p->consts.items[fn->p->ic_names.items[fn->p->code.items[at + 1]]].s;
    uint32_t index = infer_method(in, state[a + 1].ref, name);
    if (!index) return t;
    t.node = node_of_result(&in->fns[index]);
    if (!in->guessing) call_known(in, &in->fns[index], state + a + 2, BC_B(w), 1);
    return t;
}

static Type type_of_global(const Infer *in, const InferFn *fn, uint32_t at, uint32_t g)
{
    Type t = type_value(fn->first_node + at);
    t.what = in->globals[g].what;
    t.ref = in->globals[g].ref;
    t.global = g;
    return t;
}

static Type builtin_result(const InferFn *fn, const Type *state, uint32_t at)
{
    uint32_t w = fn->p->code.items[at], id = fn->p->code.items[at + 1];
    const Type *x = &state[BC_A(w) + 1], *y = x + 1;
    bool ints = x->kind == TYPE_INT && y->kind == TYPE_INT;
    switch (id) {
    case MDH_B_ID_sqrt: return BC_B(w) == 1 ? type_float() : type_value(0);
    case MDH_B_ID_bit_an:
        if (BC_B(w) != 2) return type_value(0);
        if (ints && y->lo >= 0) return type_int(0, y->hi);
        if (ints && x->lo >= 0) return type_int(0, x->hi);
        return type_int(INT64_MIN, INT64_MAX);
    case MDH_B_ID_bit_shove_right:
        if (BC_B(w) != 2) return type_value(0);
        return ints && x->lo >= 0 ? type_int(0, x->hi) : type_int(INT64_MIN, INT64_MAX);
    case MDH_B_ID_bit_or: case MDH_B_ID_bit_xor: case MDH_B_ID_bit_shove_left:
        return BC_B(w) == 2 ? type_int(INT64_MIN, INT64_MAX) : type_value(0);
    default: return type_value(fn->first_node + at);
    }
}

static void builtin_evidence(Infer *in, const InferFn *fn, const Type *state, uint32_t at)
{
    uint32_t w = fn->p->code.items[at];
    const MdhBuiltin *row = &mdh_builtins[fn->p->code.items[at + 1]];
    const uint32_t number = 1u << MDH_TAG_INTEGER | 1u << MDH_TAG_FLOAT;
    for (uint32_t i = 0; i < BC_B(w) && i < row->nmax; i++) {
        const Type *t = &state[BC_A(w) + 1 + i];
        uint32_t kinds = row->params[i].types;
        if (t->kind != TYPE_VALUE) continue;
        if (kinds == 1u << MDH_TAG_INTEGER) saw(in, t->node, SEEN_INT);
        else if ((kinds & ~number) == 0) saw(in, t->node, SEEN_NUMBER);
        else if (kinds == 1u << MDH_TAG_STRING) saw(in, t->node, SEEN_TEXT);
    }
    uint8_t seen = !strcmp(row->ret, "INTEGER")  ? SEEN_INT
                   : !strcmp(row->ret, "FLOAT")  ? SEEN_FLOAT
                   : !strcmp(row->ret, "STRING") ? SEEN_TEXT
                                                 : 0;
    saw(in, fn->first_node + at, seen);
    saw(in, fn->first_node + at + in->n_nodes, seen);
}

// ---- one instruction -------------------------------------------------------------------------

static void set(const Infer *in, const InferFn *fn, Type *state, uint32_t r, Type t)
{
    if (in->guessing && regset_has(&fn->pinned, r) && t.kind != TYPE_VALUE) t = type_value(0);
    state[r] = t;
}

static void step_operator(Infer *in, const InferFn *fn, Type *state, uint32_t at, Opcode fam,
                          Step *step)
{
    uint32_t w = fn->p->code.items[at], node = fn->first_node + at;
    Operand a, b;
    operands_of(fn, state, at, &a, &b);
    if (in->guessing) guess_operands(in, fn, state, at, &a, &b, step);
    else gather(in, fam, &a.type, &b.type, node);
    if (bc_op_operands(BC_OP(w))[0] != 'd') return;
    if (fam == OP_LT || fam == OP_EQ) set(in, fn, state, BC_A(w), type_value(0));
    else set(in, fn, state, BC_A(w), result_of(fam, &a.type, &b.type, node));
}

static void guess_int(Infer *in, const InferFn *fn, Type *state, uint32_t at, uint32_t r,
                      Step *step)
{
    Operand o = of_reg(state, r);
    if (!in->guessing) {
        if (o.type.kind == TYPE_VALUE) saw(in, o.type.node, SEEN_INT);
        return;
    }
    if (o.type.kind == TYPE_VALUE && o.type.what == WHAT_ANY)
        add_guard(in, fn, state, at, &o, TYPE_INT, step);
}

static bool counts(const Type *t)
{
    return t->kind == TYPE_INT && t->lo > MDH_INT_MIN63 && t->hi < MDH_INT_MAX63;
}

static void step_for(Infer *in, const InferFn *fn, Type *state, uint32_t at, Step *step)
{
    uint32_t w = fn->p->code.items[at], a = BC_A(w);
    guess_int(in, fn, state, at, a, step);
    guess_int(in, fn, state, at, a + 1, step);
    bool ints = state[a].kind == TYPE_INT && state[a + 1].kind == TYPE_INT;
    if (ints && in->guessing && !regset_has(&fn->pinned, a) && !regset_has(&fn->pinned, a + 1)) {
        // What is outside is looked at when the loop starts.
        if (!counts(&state[a])) state[a] = type_int(MDH_INT_MIN63 + 1, MDH_INT_MAX63 - 1);
        if (!counts(&state[a + 1])) state[a + 1] = type_int(MDH_INT_MIN63 + 1, MDH_INT_MAX63 - 1);
        state[a + 1].lo--;
        state[a].synced = state[a + 1].synced = false;
    } else {
        set(in, fn, state, a, type_value(0));
        set(in, fn, state, a + 1, type_value(0));
    }
    set(in, fn, state, a + 2, type_value(0));
}

static void guess_shape(Infer *in, const InferFn *fn, Type *state, uint32_t at, uint32_t r,
                        Step *step)
{
    if (!in->guessing || !fn->hot[at] || state[r].kind != TYPE_VALUE) return;
    uint32_t kin = shape_worth(in, fn, &state[r], at, r);
    if (kin == UINT32_MAX) return;
    step->guards[step->n_guards++] = (Guard){(uint8_t)r, GUARD_SHAPE, kin};
    state[r].shape = kin + 1;
}

static void step_access(Infer *in, const InferFn *fn, Type *state, uint32_t at, Step *step)
{
    uint32_t w = fn->p->code.items[at], a = BC_A(w), b = BC_B(w), c = BC_C(w);
    uint32_t more = at + 1 < fn->p->code.len ? fn->p->code.items[at + 1] : 0;
    if (BC_OP(w) == OP_GETP) guess_shape(in, fn, state, at, b, step);
    if (BC_OP(w) == OP_SETP) guess_shape(in, fn, state, at, a, step);
    switch (BC_OP(w)) {
    case OP_GETP: {
        Slice name = fn->p->consts.items[fn->p->ic_names.items[more]].s;
        uint32_t shape = state[b].kind == TYPE_VALUE ? state[b].shape : 0;
        int slot = shape ? shape_slot(in, shape - 1, name) : -1;
        bool raw = slot >= 0 && shape_raw(in, shape - 1, (uint32_t)slot);
        set(in, fn, state, a, raw ? type_float() : type_value(node_of_field(in, name)));
        break;
    }
    case OP_SETP:
        if (!in->guessing)
            flows(in, &state[b],
                  node_of_field(in, fn->p->consts.items[fn->p->ic_names.items[more]].s));
        break;
    case OP_BGET:
        guess_int(in, fn, state, at, c, step);
        set(in, fn, state, a, type_int(0, ((int64_t)1 << (8 * (more >> 24))) - 1));
        break;
    case OP_BPUT:
        guess_int(in, fn, state, at, b, step);
        guess_int(in, fn, state, at, c, step);
        break;
    case OP_LEN: set(in, fn, state, a, type_int(0, MDH_INT_MAX63 >> 8)); break;
    default: break;
    }
}

static void guess_arguments(Infer *in, const InferFn *fn, Type *state, uint32_t at, Step *step)
{
    uint32_t w = fn->p->code.items[at], a = BC_A(w);
    switch (fn->p->code.items[at + 1]) {
    case MDH_B_ID_bit_an: case MDH_B_ID_bit_or: case MDH_B_ID_bit_xor:
    case MDH_B_ID_bit_shove_left: case MDH_B_ID_bit_shove_right:
        if (BC_B(w) != 2) break;
        guess_int(in, fn, state, at, a + 1, step);
        guess_int(in, fn, state, at, a + 2, step);
        break;
    case MDH_B_ID_sqrt: {
        Operand x = of_reg(state, a + 1);
        TypeKind kind = BC_B(w) == 1 ? guess(in, &x.type) : TYPE_NONE;
        if (kind != TYPE_NONE) add_guard(in, fn, state, at, &x, kind, step);
        break;
    }
    default: break;
    }
}

static uint32_t count(const BcProto *p)
{
    uint32_t n = 1;
    for (uint32_t i = 0; i < p->protos.len; i++) n += count(p->protos.items[i]);
    return n;
}

// What is captured from registers never changes after; functions are walked after those around.
static Type new_function(Infer *in, const InferFn *fn, const Type *state, uint32_t at)
{
    uint32_t w = fn->p->code.items[at];
    Type t = type_value(fn->first_node + at), any = type_value(0);
    t.what = WHAT_CLOSURE;
    t.ref = fn->index + 1;
    for (uint32_t i = 0; i < BC_BX(w); i++) t.ref += count(fn->p->protos.items[i]);
    InferFn *made = &in->fns[t.ref];
    for (uint32_t i = 0; i < made->p->nups; i++) {
        uint32_t x = fn->p->code.items[at + 1 + i];
        const Type *from = &any;
        if (BC_UP_KIND(x) == BC_UP_REG) from = &state[x & 255];
        else if (BC_UP_KIND(x) == BC_UP_PARENT) from = &fn->ups[x & 255];
        bool is_known = from->kind == TYPE_VALUE && from->what == WHAT_CLOSURE;
        type_meet(&made->ups[i], is_known ? from : &any, false);
    }
    return t;
}

static void step_other(Infer *in, const InferFn *fn, Type *state, uint32_t at, Step *step)
{
    uint32_t w = fn->p->code.items[at], a = BC_A(w), r, node = fn->first_node + at;
    uint32_t more = at + 1 < fn->p->code.len ? fn->p->code.items[at + 1] : 0;
    Type t = type_value(node);
    switch (BC_OP(w)) {
    case OP_LOADI: t = type_int(BC_SBX(w), BC_SBX(w)); t.synced = true; break;
    case OP_LOADK: t = type_of_const(&fn->p->consts.items[BC_BX(w)]); break;
    case OP_LOADKX: t = type_of_const(&fn->p->consts.items[more]); break;
    case OP_MOVE: t = state[BC_B(w)]; break;
    case OP_NEWFN: t = new_function(in, fn, state, at); break;
    case OP_LOADSELF:
        t.what = WHAT_CLOSURE;
        t.ref = fn->index;
        break;
    case OP_GETUP:
        if (fn->ups[BC_B(w)].kind == TYPE_VALUE) t = fn->ups[BC_B(w)];
        break;
    case OP_CONCAT: case OP_FORMAT: t.what = WHAT_TEXT; break;
    case OP_NEG:
        t = state[BC_B(w)];
        if (t.kind == TYPE_INT) t = type_int(t.hi == INT64_MIN ? INT64_MAX : -t.hi,
                                             t.lo == INT64_MIN ? INT64_MAX : -t.lo);
        else if (t.kind == TYPE_VALUE) t = type_value(t.node);
        t.synced = false;
        break;
    case OP_GETG: t = type_of_global(in, fn, at, more); break;
    case OP_CALL: t = result_of_call(in, fn, state, at, &state[a]); break;
    case OP_CALLG: {
        Type callee = type_of_global(in, fn, at, more);
        t = result_of_call(in, fn, state, at, &callee);
        break;
    }
    case OP_CALLM: t = result_of_method(in, fn, state, at); break;
    case OP_KIN: // in a register, where nothing but evidence can follow it
        if (in->guessing || fn->index) break;
        t.what = WHAT_CLASS;
        t.ref = more;
        break;
    case OP_CALLB:
        if (!in->guessing) builtin_evidence(in, fn, state, at);
        else guess_arguments(in, fn, state, at, step);
        t = builtin_result(fn, state, at);
        break;
    case OP_RET:
        if (!in->guessing) flows(in, &state[a], node_of_result(fn));
        return;
    case OP_LOADNIL: case OP_LOADBOOL: t.node = 0; break;
    default: break;
    }
    if (BC_OP(w) == OP_BOX) state[a] = type_value(0);
    if (BC_OP(w) == OP_ITERPREP) state[a] = state[a + 1] = state[a + 2] = type_value(0);
    if (writes_register(w, &r)) set(in, fn, state, r, t);
}

void infer_step(Infer *in, const InferFn *fn, Type *state, uint32_t at, Step *step)
{
    Opcode op = BC_OP(fn->p->code.items[at]), fam = family(op);
    step->n_guards = 0;
    if (fam != OP_COUNT) {
        step_operator(in, fn, state, at, fam, step);
        return;
    }
    switch (op) {
    case OP_FORPREP: step_for(in, fn, state, at, step); break;
    case OP_GETP: case OP_SETP: case OP_BGET: case OP_BPUT: case OP_LEN:
        step_access(in, fn, state, at, step);
        break;
    default: step_other(in, fn, state, at, step);
    }
}

// ---- over a function -------------------------------------------------------------------------

typedef struct Walk {
    Infer *in;
    InferFn *fn;
    uint8_t *queued, *visits;
    uint32_t *queue, n_queue;
} Walk;

static void flow_to(Walk *k, uint32_t at, const Type *state)
{
    InferFn *fn = k->fn;
    uint32_t n = fn->p->nregs;
    bool changed = false;
    if (!fn->in[at]) {
        fn->in[at] = arena_alloc_array(k->in->arena, n + 1, sizeof(Type));
        if (!fn->in[at]) {
            k->in->failed = true;
            return;
        }
        changed = true;
    }
    for (uint32_t r = 0; r < n; r++) {
        if (!regset_has(&fn->live[at], r)) continue;
        Type *into = &fn->in[at][r];
        if (!k->in->guessing && into->kind == TYPE_VALUE) flows(k->in, &state[r], into->node);
        else if (!k->in->guessing && state[r].kind == TYPE_VALUE)
            flows(k->in, into, state[r].node);
        changed |= type_meet(into, &state[r], k->visits[at] >= WIDEN_AFTER);
    }
    if (!changed) return;
    if (k->visits[at] < 255) k->visits[at]++;
    if (!k->queued[at]) {
        k->queued[at] = 1;
        k->queue[k->n_queue++] = at;
    }
}

static void jump_effects(Infer *in, const InferFn *fn, Type *state, uint32_t at)
{
    uint32_t w = fn->p->code.items[at], a = BC_A(w), b = BC_B(w);
    if (BC_OP(w) == OP_FORLOOP) {
        Type t = type_value(fn->first_node + at);
        if (state[a].kind == TYPE_INT && state[a + 1].kind == TYPE_INT) {
            int64_t hi = state[a + 1].hi > state[a].lo ? state[a + 1].hi : state[a].lo;
            t = type_int(state[a].lo, hi);
            t.synced = true;
            if (state[a].hi < hi + 1) state[a].hi = hi + 1;
        }
        set(in, fn, state, b, t);
    } else if (BC_OP(w) == OP_ITERNEXT) {
        uint32_t last = b + (BC_C(w) == 2);
        for (uint32_t r = b; r <= last; r++) set(in, fn, state, r, type_value(fn->first_node + at));
        if (BC_C(w) == 2) state[b].node = 0;
    }
}

static bool falls_through(Opcode op)
{
    switch (op) {
    case OP_JMP: case OP_LOOP: case OP_FORPREP: case OP_ITERPREP: case OP_RET: case OP_RETNIL:
    case OP_HURL: case OP_ASSERT: case OP_STRAY: case OP_RETHROW: case OP_NOMATCH:
        return false;
    default: return true;
    }
}

// The handler's register holds the error then, whatever was there before.
static void to_handlers(Walk *k, Type *state, uint32_t at)
{
    const BcProto *p = k->fn->p;
    for (uint32_t i = 0; i < p->handlers.len; i++) {
        const BcHandler *h = &p->handlers.items[i];
        if (at < h->start || at >= h->end) continue;
        Type before = state[h->reg];
        state[h->reg] = type_value(0);
        flow_to(k, h->target, state); // all that it reads is pinned: values
        state[h->reg] = before;
        return;
    }
}

static void walk_from(Walk *k, uint32_t at, Type *state, Type *jumped)
{
    InferFn *fn = k->fn;
    const BcProto *p = fn->p;
    memcpy(state, fn->in[at], p->nregs * sizeof *state);
    for (;;) {
        uint32_t w = p->code.items[at], next = at + bc_op_length(p, p->code.items + at);
        const char *more = bc_op_extra(BC_OP(w)), *j = strchr(more, 'j');
        Step step;
        if (p->handlers.len) to_handlers(k, state, at);
        infer_step(k->in, fn, state, at, &step);
        if (j) {
            uint32_t word = at + 1 + (uint32_t)(j - more);
            memcpy(jumped, state, p->nregs * sizeof *jumped);
            jump_effects(k->in, fn, jumped, at);
            flow_to(k, word + 1 + p->code.items[word], jumped);
        }
        if (BC_OP(w) == OP_HASKEY) set(k->in, fn, state, BC_A(w), type_value(0));
        if (!falls_through(BC_OP(w)) || next >= p->code.len) return;
        at = next;
        if (!fn->leads[at]) continue;
        flow_to(k, at, state);
        return;
    }
}

static void walk_function(Infer *in, InferFn *fn)
{
    const BcProto *p = fn->p;
    uint32_t n = p->code.len + 1;
    Walk k = {.in = in, .fn = fn};
    k.queued = arena_alloc_array(in->arena, n, 1);
    k.visits = arena_alloc_array(in->arena, n, 1);
    k.queue = arena_alloc_array(in->arena, n, sizeof *k.queue);
    fn->in = arena_alloc_array(in->arena, n, sizeof *fn->in);
    Type *state = arena_alloc_array(in->arena, p->nregs + 1u, sizeof *state);
    Type *jumped = arena_alloc_array(in->arena, p->nregs + 1u, sizeof *jumped);
    if (!k.queued || !k.visits || !k.queue || !fn->in || !state || !jumped) {
        in->failed = true;
        return;
    }
    for (uint32_t i = 0; i < n_args(p); i++) state[i] = type_value(node_of_param(fn, i));
    if (p->is_method) state[0].node = 0;
    if (fn->kin != UINT32_MAX && in->kins[fn->kin].global != UINT32_MAX) {
        state[0].what = WHAT_OBJECT;
        state[0].ref = fn->kin;
        state[0].global = in->kins[fn->kin].global;
    }
    flow_to(&k, 0, state);
    if (!k.queued[0] && fn->in[0]) k.queue[k.n_queue++] = 0;
    while (k.n_queue && !in->failed) {
        uint32_t at = k.queue[--k.n_queue];
        k.queued[at] = 0;
        walk_from(&k, at, state, jumped);
    }
}

// ---- over the module -------------------------------------------------------------------------

static bool find_leaders(Infer *in, InferFn *fn)
{
    const BcProto *p = fn->p;
    fn->leads = arena_alloc_array(in->arena, p->code.len + 1, 1);
    fn->hot = arena_alloc_array(in->arena, p->code.len + 1, 1);
    if (!fn->leads || !fn->hot) return false;
    if (p->code.len <= SMALL_FUNCTION && fn->index > 0) memset(fn->hot, 1, p->code.len);
    fn->leads[0] = 1;
    for (uint32_t at = 0, next; at < p->code.len; at = next) {
        const char *more = bc_op_extra(BC_OP(p->code.items[at])), *j = strchr(more, 'j');
        next = at + bc_op_length(p, p->code.items + at);
        if (BC_OP(p->code.items[at]) == OP_STASH) fn->off = true;
        if (BC_OP(p->code.items[at]) == OP_FORPREP) fn->hot[at] = 1; // a loop begins
        if (!j) continue;
        uint32_t word = at + 1 + (uint32_t)(j - more), to = word + 1 + p->code.items[word];
        fn->leads[to] = fn->leads[next] = 1;
        if (to <= at) memset(fn->hot + to, 1, at - to + 1);
    }
    for (uint32_t i = 0; i < p->handlers.len; i++) fn->leads[p->handlers.items[i].target] = 1;
    return true;
}

static bool collect(Infer *in, const BcProto *p, uint32_t *next)
{
    InferFn *fn = &in->fns[*next];
    *fn = (InferFn){.p = p, .index = (*next)++, .first_node = in->n_nodes, .kin = UINT32_MAX};
    in->n_nodes += p->code.len + n_args(p) + 1;
    for (uint32_t i = 0; i < p->ic_names.len; i++) {
        Slice name = p->consts.items[p->ic_names.items[i]].s;
        uint32_t n = in->fields.len;
        if (!map_get(&in->fields, name, NULL) && !map_put(&in->fields, name, n)) return false;
    }
    fn->ups = arena_alloc_array(in->arena, p->nups + 1u, sizeof *fn->ups);
    if (!fn->ups || !find_leaders(in, fn) || !liveness(in, fn)) return false;
    for (uint32_t i = 0; i < p->protos.len; i++)
        if (!collect(in, p->protos.items[i], next)) return false;
    return true;
}

static void walk_all(Infer *in)
{
    for (uint32_t i = 0; i < in->n_fns && !in->failed; i++)
        if (!in->fns[i].off) walk_function(in, &in->fns[i]);
}

Infer *infer_module(Arena *arena, const BcModule *m,
                    bool (*stored_elsewhere)(void *ctx, Slice name), void *ctx)
{
    Infer *in = ARENA_NEW(arena, Infer);
    uint32_t next = 0;
    if (!in) return NULL;
    *in = (Infer){.arena = arena, .m = m, .n_fns = count(m->main), .n_nodes = 1};
    in->fns = arena_alloc_array(arena, in->n_fns, sizeof *in->fns);
    in->globals = arena_alloc_array(arena, m->globals.len + 1, sizeof *in->globals);
    if (!in->fns || !in->globals || !collect(in, m->main, &next)) goto out;
    in->first_field = in->n_nodes;
    in->n_nodes += in->fields.len + 1;
    in->nodes = arena_alloc_array(arena, 2 * in->n_nodes, sizeof *in->nodes);
    in->evidence = arena_alloc_array(arena, 2 * in->n_nodes, 1);
    if (!in->nodes || !in->evidence) goto out;
    for (uint32_t i = 0; i < 2 * in->n_nodes; i++) in->nodes[i] = i;
    if (!known_find(in, stored_elsewhere, ctx) || !shapes_find(in)) goto out;
    walk_all(in);
    shapes_find_raw(in, holds_floats);
    in->guessing = true;
    walk_all(in);
    if (!in->failed) return in; // the map is needed until the code is emitted
out:
    map_deinit(&in->fields);
    return NULL;
}
