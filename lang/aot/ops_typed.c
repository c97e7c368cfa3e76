// SPDX-License-Identifier: MIT
// Instructions on registers whose kinds are known: machine arithmetic in place of calls. Results
// and errors are those of the general way: integers that overflow 64 bits throw, floats divide by
// zero as the language says, and what does not fit 63 bits is boxed where a value is wanted.
#include "lang/aot/gen.h"

#include <string.h>

#include "abi/abi.h"

// An operand as a number: a register or a constant.
typedef struct Num {
    Type type;
    int reg;                 // -1: a constant
    int64_t i;
    double d;
} Num;

static Num num_reg(const FnGen *f, uint32_t r)
{
    return (Num){.type = f->types[r], .reg = (int)r};
}

static Num num_int(int64_t i)
{
    return (Num){.type = type_int(i, i), .reg = -1, .i = i};
}

static Num num_const(const FnGen *f, uint32_t k)
{
    const BcConst *c = &f->p->consts.items[k];
    if (c->kind == BC_INT) return num_int(c->i);
    if (c->kind == BC_FLOAT) return (Num){.type = type_float(), .reg = -1, .d = c->d};
    return (Num){.type = type_value(0), .reg = -1};
}

static bool is_int(const Num *n) { return n->type.kind == TYPE_INT; }
static bool is_float(const Num *n) { return n->type.kind == TYPE_FLOAT; }
static bool is_num(const Num *n) { return is_int(n) || is_float(n); }

static LLVMValueRef as_int(FnGen *f, const Num *n)
{
    return n->reg < 0 ? const_i64(f, (uint64_t)n->i) : int_get(f, (uint32_t)n->reg);
}

static LLVMValueRef as_float(FnGen *f, const Num *n)
{
    if (n->reg >= 0) return float_get(f, (uint32_t)n->reg);
    return LLVMConstReal(f->g->f64, is_int(n) ? (double)n->i : n->d);
}

// ---- arithmetic ------------------------------------------------------------------------------

static Opcode arith_of(const FnGen *f, uint32_t w, Num *a, Num *b)
{
    *a = num_reg(f, BC_B(w));
    switch (BC_OP(w)) {
    case OP_ADD: case OP_SUB: case OP_MUL: case OP_DIV: case OP_MOD:
        *b = num_reg(f, BC_C(w));
        return BC_OP(w);
    case OP_ADDI: *b = num_int(BC_SC(w)); return OP_ADD;
    case OP_SUBI: *b = num_int(BC_SC(w)); return OP_SUB;
    case OP_MULI: *b = num_int(BC_SC(w)); return OP_MUL;
    case OP_DIVI: *b = num_int(BC_SC(w)); return OP_DIV;
    case OP_MODI: *b = num_int(BC_SC(w)); return OP_MOD;
    case OP_ADDK: *b = num_const(f, BC_C(w)); return OP_ADD;
    case OP_SUBK: *b = num_const(f, BC_C(w)); return OP_SUB;
    case OP_MULK: *b = num_const(f, BC_C(w)); return OP_MUL;
    case OP_DIVK: *b = num_const(f, BC_C(w)); return OP_DIV;
    case OP_MODK: *b = num_const(f, BC_C(w)); return OP_MOD;
    default: return OP_COUNT;
    }
}

// To a call that throws, and out, when the condition holds.
static void throw_if(FnGen *f, LLVMValueRef i1, NativeFn thrower)
{
    LLVMBasicBlockRef bad = new_block(f, ""), fine = new_block(f, "");
    LLVMValueRef br = LLVMBuildCondBr(f->g->b, i1, bad, fine);
    LLVMSetMetadata(br, f->g->prof_kind, f->g->unlikely);
    go_on_in(f, bad);
    native_call(f, thrower, &f->t, 1);
    fail_now(f);
    go_on_in(f, fine);
}

static LLVMValueRef checked_int_op(FnGen *f, Opcode op, LLVMValueRef x, LLVMValueRef y)
{
    const char *name = op == OP_ADD   ? "llvm.sadd.with.overflow"
                       : op == OP_SUB ? "llvm.ssub.with.overflow"
                                      : "llvm.smul.with.overflow";
    unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
    LLVMValueRef fn = LLVMGetIntrinsicDeclaration(f->g->llvm, id, &f->g->i64, 1);
    LLVMTypeRef type = LLVMIntrinsicGetType(f->g->cx, id, &f->g->i64, 1);
    LLVMValueRef pair = LLVMBuildCall2(f->g->b, type, fn, (LLVMValueRef[]){x, y}, 2, "");
    LLVMValueRef result = LLVMBuildExtractValue(f->g->b, pair, 0, "");
    throw_if(f, LLVMBuildExtractValue(f->g->b, pair, 1, ""), NATIVE_vm_n_throw_overflow);
    return result;
}

static bool may_be(const Type *t, int64_t i)
{
    return t->lo <= i && i <= t->hi;
}

// Unsigned and of 32 bits where the numbers allow: division is dear.
static LLVMValueRef divide_small(FnGen *f, Opcode op, LLVMValueRef x, LLVMValueRef y)
{
    LLVMBuilderRef b = f->g->b;
    x = LLVMBuildTrunc(b, x, f->g->i32, "");
    y = LLVMBuildTrunc(b, y, f->g->i32, "");
    LLVMValueRef r = op == OP_DIV ? LLVMBuildUDiv(b, x, y, "") : LLVMBuildURem(b, x, y, "");
    return LLVMBuildZExt(b, r, f->g->i64, "");
}

static LLVMValueRef divide_ints(FnGen *f, Opcode op, const Num *a, const Num *b)
{
    LLVMBuilderRef build = f->g->b;
    LLVMValueRef x = as_int(f, a), y = as_int(f, b);
    if (may_be(&b->type, 0))
        throw_if(f, LLVMBuildICmp(build, LLVMIntEQ, y, const_i64(f, 0), ""),
                 NATIVE_vm_n_throw_div_zero);
    bool small = a->type.lo >= 0 && b->type.lo >= 0 && a->type.hi <= UINT32_MAX &&
                 b->type.hi <= UINT32_MAX;
    if (small) return divide_small(f, op, x, y);
    if (a->type.lo >= 0 && b->type.lo >= 0)
        return op == OP_DIV ? LLVMBuildUDiv(build, x, y, "") : LLVMBuildURem(build, x, y, "");
    if (may_be(&b->type, -1)) {
        LLVMValueRef minus = LLVMBuildICmp(build, LLVMIntEQ, y, const_i64(f, UINT64_MAX), "");
        if (op == OP_DIV && may_be(&a->type, INT64_MIN)) {
            LLVMValueRef least =
                LLVMBuildICmp(build, LLVMIntEQ, x, const_i64(f, (uint64_t)INT64_MIN), "");
            throw_if(f, LLVMBuildAnd(build, minus, least, ""), NATIVE_vm_n_throw_overflow);
        } else if (op == OP_MOD) { // x % -1 is 0, as x % 1 is
            y = LLVMBuildSelect(build, minus, const_i64(f, 1), y, "");
        }
    }
    return op == OP_DIV ? LLVMBuildSDiv(build, x, y, "") : LLVMBuildSRem(build, x, y, "");
}

static void int_op(FnGen *f, Opcode op, uint32_t dst, const Num *a, const Num *b)
{
    bool fits;
    Type t = range_of(op, &a->type, &b->type, &fits);
    LLVMValueRef r;
    if (op == OP_DIV || op == OP_MOD) {
        r = divide_ints(f, op, a, b);
    } else {
        LLVMValueRef x = as_int(f, a), y = as_int(f, b);
        r = !fits          ? checked_int_op(f, op, x, y)
            : op == OP_ADD ? LLVMBuildNSWAdd(f->g->b, x, y, "")
            : op == OP_SUB ? LLVMBuildNSWSub(f->g->b, x, y, "")
                           : LLVMBuildNSWMul(f->g->b, x, y, "");
    }
    int_set(f, dst, r, t);
}

static void float_op(FnGen *f, Opcode op, uint32_t dst, const Num *a, const Num *b)
{
    LLVMBuilderRef build = f->g->b;
    LLVMValueRef x = as_float(f, a), y = as_float(f, b), r;
    switch (op) {
    case OP_ADD: r = LLVMBuildFAdd(build, x, y, ""); break;
    case OP_SUB: r = LLVMBuildFSub(build, x, y, ""); break;
    case OP_MUL: r = LLVMBuildFMul(build, x, y, ""); break;
    default:
        throw_if(f, LLVMBuildFCmp(build, LLVMRealOEQ, y, LLVMConstReal(f->g->f64, 0), ""),
                 NATIVE_vm_n_throw_div_zero);
        r = LLVMBuildFDiv(build, x, y, "");
    }
    float_set(f, dst, r);
}

static bool arithmetic(FnGen *f, uint32_t w)
{
    Num a, b;
    Opcode op = arith_of(f, w, &a, &b);
    if (op == OP_COUNT) return false;
    if (is_int(&a) && is_int(&b)) int_op(f, op, BC_A(w), &a, &b);
    else if (is_num(&a) && is_num(&b) && op != OP_MOD) float_op(f, op, BC_A(w), &a, &b);
    else return false;
    return true;
}

static bool negate(FnGen *f, uint32_t w)
{
    Num a = num_reg(f, BC_B(w)), zero = num_int(0);
    if (is_int(&a)) int_op(f, OP_SUB, BC_A(w), &zero, &a);
    else if (is_float(&a)) float_set(f, BC_A(w), LLVMBuildFNeg(f->g->b, as_float(f, &a), ""));
    else return false;
    return true;
}

// ---- comparison ------------------------------------------------------------------------------

typedef struct Compare {
    Num a, b;
    LLVMIntPredicate ints;
    LLVMRealPredicate floats;
    uint32_t jump;           // which further word is the jump
    bool jumps;
} Compare;

static bool predicates(Opcode op, Compare *c)
{
    switch (op) {
    case OP_EQ: case OP_JEQ: case OP_JEQI: case OP_JEQK:
        c->ints = LLVMIntEQ, c->floats = LLVMRealOEQ;
        return true;
    case OP_NE: case OP_JNE: case OP_JNEI: case OP_JNEK:
        c->ints = LLVMIntNE, c->floats = LLVMRealUNE;
        return true;
    case OP_LT: case OP_JLT: case OP_JLTI: case OP_JLTK:
        c->ints = LLVMIntSLT, c->floats = LLVMRealOLT;
        return true;
    case OP_LE: case OP_JLE: case OP_JLEI: case OP_JLEK:
        c->ints = LLVMIntSLE, c->floats = LLVMRealOLE;
        return true;
    case OP_GT: case OP_JGT: case OP_JGTI: case OP_JGTK:
        c->ints = LLVMIntSGT, c->floats = LLVMRealOGT;
        return true;
    case OP_GE: case OP_JGE: case OP_JGEI: case OP_JGEK:
        c->ints = LLVMIntSGE, c->floats = LLVMRealOGE;
        return true;
    default: return false;
    }
}

static bool comparison_of(const FnGen *f, uint32_t w, Compare *c)
{
    if (!predicates(BC_OP(w), c)) return false;
    c->jump = 0;
    c->jumps = true;
    c->a = num_reg(f, BC_A(w));
    switch (BC_OP(w)) {
    case OP_JEQI: case OP_JNEI: case OP_JLTI: case OP_JLEI: case OP_JGTI: case OP_JGEI:
        c->b = num_int(BC_SB(w));
        break;
    case OP_JEQK: case OP_JNEK: case OP_JLTK: case OP_JLEK: case OP_JGTK: case OP_JGEK:
        c->b = num_const(f, extra(f, 0));
        c->jump = 1;
        break;
    case OP_JEQ: case OP_JNE: case OP_JLT: case OP_JLE: case OP_JGT: case OP_JGE:
        c->b = num_reg(f, BC_B(w));
        break;
    default:
        c->jumps = false;
        c->a = num_reg(f, BC_B(w));
        c->b = num_reg(f, BC_C(w));
    }
    return true;
}

// An integer that a double holds exactly, so that comparing as doubles is exact.
static bool exact(const Num *n)
{
    const int64_t most = (int64_t)1 << 53;
    return is_float(n) || (n->type.lo >= -most && n->type.hi <= most);
}

static bool comparison(FnGen *f, uint32_t w)
{
    Compare c;
    LLVMValueRef yes;
    if (!comparison_of(f, w, &c)) return false;
    if (is_int(&c.a) && is_int(&c.b)) {
        yes = LLVMBuildICmp(f->g->b, c.ints, as_int(f, &c.a), as_int(f, &c.b), "");
    } else if (is_num(&c.a) && is_num(&c.b) && exact(&c.a) && exact(&c.b)) {
        yes = LLVMBuildFCmp(f->g->b, c.floats, as_float(f, &c.a), as_float(f, &c.b), "");
    } else {
        return false;
    }
    if (c.jumps) {
        LLVMBasicBlockRef there = jump_block(f, c.jump), next = next_block(f);
        branch_if(f, yes, BC_C(w) ? there : next, BC_C(w) ? next : there);
    } else {
        reg_set(f, BC_A(w),
                LLVMBuildSelect(f->g->b, yes, const_i64(f, MDH_BITS_AYE),
                                const_i64(f, MDH_BITS_NAE), ""));
    }
    return true;
}

static bool truth(FnGen *f, uint32_t w)
{
    uint32_t r = BC_OP(w) == OP_NOT ? BC_B(w) : BC_A(w);
    if (f->types[r].kind != TYPE_INT) return false;
    LLVMValueRef yes = LLVMBuildICmp(f->g->b, LLVMIntNE, int_get(f, r), const_i64(f, 0), "");
    if (BC_OP(w) == OP_NOT) {
        reg_set(f, BC_A(w),
                LLVMBuildSelect(f->g->b, yes, const_i64(f, MDH_BITS_NAE),
                                const_i64(f, MDH_BITS_AYE), ""));
        return true;
    }
    LLVMBasicBlockRef there = jump_block(f, 0), next = next_block(f);
    bool sense = BC_OP(w) == OP_JT;
    branch_if(f, yes, sense ? there : next, sense ? next : there);
    return true;
}

// ---- loading ---------------------------------------------------------------------------------

static void both_forms(FnGen *f, uint32_t r, LLVMValueRef as_value)
{
    LLVMBuildStore(f->g->b, as_value, reg_slot(f, r));
    f->types[r].synced = true;
}

static bool load_number(FnGen *f, uint32_t w)
{
    Num n;
    LLVMValueRef v;
    if (BC_OP(w) == OP_LOADI) {
        n = num_int(BC_SBX(w));
        v = const_i64(f, (uint64_t)n.i << 1 | 1);
    } else {
        uint32_t k = BC_OP(w) == OP_LOADK ? BC_BX(w) : extra(f, 0);
        n = num_const(f, k);
        if (!is_num(&n)) return false;
        v = fn_constant(f, k);
    }
    if (is_int(&n)) int_set(f, BC_A(w), as_int(f, &n), n.type);
    else float_set(f, BC_A(w), as_float(f, &n));
    both_forms(f, BC_A(w), v);
    return true;
}

static bool move(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w), b = BC_B(w);
    Type t = f->types[b];
    if (t.kind == TYPE_INT) int_set(f, a, int_get(f, b), t);
    else if (t.kind == TYPE_FLOAT) float_set(f, a, float_get(f, b));
    else return false;
    if (t.synced) both_forms(f, a, LLVMBuildLoad2(f->g->b, f->g->i64, reg_slot(f, b), ""));
    return true;
}

// ---- counting loops --------------------------------------------------------------------------

static bool counts(const Type *t)
{
    return t->lo > MDH_INT_MIN63 && t->hi < MDH_INT_MAX63;
}

static bool for_prep(FnGen *f, uint32_t w)
{
    LLVMBuilderRef b = f->g->b;
    uint32_t r = BC_A(w);
    Type from = f->types[r], to = f->types[r + 1];
    bool pinned = regset_has(&f->inf->pinned, r) || regset_has(&f->inf->pinned, r + 1);
    if (from.kind != TYPE_INT || to.kind != TYPE_INT || pinned) return false;
    LLVMValueRef x = int_get(f, r), y = int_get(f, r + 1);
    if (!counts(&from) || !counts(&to)) { // near the ends of 63 bits a list is walked
        LLVMBasicBlockRef fine = new_block(f, "");
        LLVMValueRef least = const_i64(f, (uint64_t)MDH_INT_MIN63);
        LLVMValueRef most = const_i64(f, MDH_INT_MAX63);
        LLVMValueRef all = LLVMBuildAnd(b, LLVMBuildICmp(b, LLVMIntSGT, x, least, ""),
                                        LLVMBuildICmp(b, LLVMIntSLT, x, most, ""), "");
        all = LLVMBuildAnd(b, all, LLVMBuildICmp(b, LLVMIntSGT, y, least, ""), "");
        all = LLVMBuildAnd(b, all, LLVMBuildICmp(b, LLVMIntSLT, y, most, ""), "");
        LLVMValueRef br = LLVMBuildCondBr(b, all, fine, leave_typed(f));
        LLVMSetMetadata(br, f->g->prof_kind, f->g->likely);
        go_on_in(f, fine);
    }
    if (!BC_B(w)) y = LLVMBuildNSWSub(b, y, const_i64(f, 1), "");
    Type inner = type_int(MDH_INT_MIN63 + 1, MDH_INT_MAX63 - 1);
    if (!counts(&from)) from = inner;
    if (!counts(&to)) to = inner;
    to.lo--;
    int_set(f, r, x, from);
    int_set(f, r + 1, y, to);
    reg_set(f, r + 2, const_i64(f, MDH_BITS_NAETHING));
    branch(f, jump_block(f, 0));
    return true;
}

static bool for_loop(FnGen *f, uint32_t w)
{
    LLVMBuilderRef b = f->g->b;
    uint32_t r = BC_A(w), var = BC_B(w);
    if (f->types[r].kind != TYPE_INT || f->types[r + 1].kind != TYPE_INT) return false;
    Type at = f->types[r], end = f->types[r + 1];
    LLVMValueRef x = int_get(f, r), y = int_get(f, r + 1);
    LLVMBasicBlockRef more = new_block(f, "");
    branch_if(f, LLVMBuildICmp(b, LLVMIntSLE, x, y, ""), more, next_block(f));
    go_on_in(f, more);
    int64_t hi = end.hi > at.lo ? end.hi : at.lo;
    Type t = type_int(at.lo, hi);
    int_set(f, var, x, t);
    both_forms(f, var, box_int(f, x, &t));
    if (at.hi < hi + 1) at.hi = hi + 1;
    int_set(f, r, LLVMBuildNSWAdd(b, x, const_i64(f, 1), ""), at);
    if (regset_has(&f->inf->pinned, var)) f->types[var] = type_value(0);
    branch(f, jump_block(f, 0));
    return true;
}

// ---- containers ------------------------------------------------------------------------------


// A double out of a raw slot. When there is none, the other copy knows.
static void get_raw(FnGen *f, uint32_t dst, LLVMValueRef o, LLVMValueRef at)
{
    LLVMBuilderRef b = f->g->b;
    LLVMBasicBlockRef odd = new_block(f, ""), fine = new_block(f, "");
    LLVMValueRef d = NATIVE(f, vm_n_raw, o, at);
    LLVMValueRef nan = LLVMBuildFCmp(b, LLVMRealUNO, d, d, "");
    LLVMSetMetadata(LLVMBuildCondBr(b, nan, odd, fine), f->g->prof_kind, f->g->unlikely);
    go_on_in(f, odd);
    LLVMValueRef none = LLVMBuildICmp(b, LLVMIntNE, NATIVE(f, vm_n_not_raw, d), const_i32(f, 0),
                                      "");
    LLVMBuildCondBr(b, none, leave_typed(f), fine);
    go_on_in(f, fine);
    float_set(f, dst, d);
}

static void set_raw(FnGen *f, LLVMValueRef o, LLVMValueRef at, uint32_t src)
{
    if (f->types[src].kind == TYPE_FLOAT) NATIVE(f, vm_n_set_raw, o, at, float_get(f, src));
    else checked_truth(f, NATIVE(f, vm_n_set_raw_value, o, at, reg_get(f, src)));
}

// A field whose place in the object is known.
static bool field(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w), b = BC_B(w), object = BC_OP(w) == OP_GETP ? b : a;
    const Type *t = &f->types[object];
    if (t->kind != TYPE_VALUE || !t->shape) return false;
    Slice name = f->p->consts.items[f->p->ic_names.items[extra(f, 0)]].s;
    int slot = shape_slot(f->m->infer, t->shape - 1, name);
    if (slot < 0) return false;
    LLVMValueRef at = const_i32(f, (uint32_t)slot), o = reg_get(f, object);
    if (shape_raw(f->m->infer, t->shape - 1, (uint32_t)slot)) {
        if (BC_OP(w) == OP_GETP) get_raw(f, a, o, at);
        else set_raw(f, o, at, b);
        return true;
    }
    if (BC_OP(w) == OP_GETP) reg_set(f, a, NATIVE(f, vm_n_slot, o, at));
    else NATIVE(f, vm_n_set_slot, o, at, reg_get(f, b));
    return true;
}

static void set_octets(FnGen *f, uint32_t dst, LLVMValueRef v, int64_t hi)
{
    fail_if(f, LLVMBuildICmp(f->g->b, LLVMIntSLT, v, const_i64(f, 0), ""));
    int_set(f, dst, v, type_int(0, hi));
}

static bool access(FnGen *f, uint32_t w)
{
    uint32_t a = BC_A(w), b = BC_B(w), c = BC_C(w);
    bool int_b = f->types[b].kind == TYPE_INT, int_c = f->types[c].kind == TYPE_INT;
    switch (BC_OP(w)) {
    case OP_GETI:
        if (!int_c) return false;
        reg_set(f, a, checked(f, NATIVE(f, vm_n_geti_i, reg_get(f, b), int_get(f, c))));
        return true;
    case OP_SETI:
        if (!int_b) return false;
        checked(f, NATIVE(f, vm_n_seti_i, reg_get(f, a), int_get(f, b), reg_get(f, c)));
        return true;
    case OP_BGET:
        if (!int_c) return false;
        set_octets(f, a, NATIVE(f, vm_n_bget_i, reg_get(f, b), int_get(f, c),
                                const_i32(f, extra(f, 0))),
                   ((int64_t)1 << (8 * (extra(f, 0) >> 24))) - 1);
        return true;
    case OP_BPUT:
        if (!int_b || !int_c) return false;
        checked(f, NATIVE(f, vm_n_bput_i, reg_get(f, a), int_get(f, b), int_get(f, c),
                          const_i32(f, extra(f, 0))));
        return true;
    case OP_LEN:
        set_octets(f, a, NATIVE(f, vm_n_len_i, reg_get(f, b)), MDH_INT_MAX63 >> 8);
        return true;
    default: return false;
    }
}

// ---- builtins on numbers ---------------------------------------------------------------------

static bool bits(FnGen *f, uint32_t w, uint32_t id)
{
    LLVMBuilderRef b = f->g->b;
    uint32_t a = BC_A(w);
    const Type *x = &f->types[a + 1], *y = &f->types[a + 2];
    if (BC_B(w) != 2 || x->kind != TYPE_INT || y->kind != TYPE_INT) return false;
    bool shift = id == MDH_B_ID_bit_shove_left || id == MDH_B_ID_bit_shove_right;
    if (shift && (y->lo < 0 || y->hi > 63)) return false;
    Type t = type_int(INT64_MIN, INT64_MAX);
    LLVMValueRef m = int_get(f, a + 1), n = int_get(f, a + 2), r;
    switch (id) {
    case MDH_B_ID_bit_an:
        r = LLVMBuildAnd(b, m, n, "");
        if (y->lo >= 0) t = type_int(0, y->hi);
        else if (x->lo >= 0) t = type_int(0, x->hi);
        break;
    case MDH_B_ID_bit_or: r = LLVMBuildOr(b, m, n, ""); break;
    case MDH_B_ID_bit_xor: r = LLVMBuildXor(b, m, n, ""); break;
    case MDH_B_ID_bit_shove_left: r = LLVMBuildShl(b, m, n, ""); break;
    default:
        r = LLVMBuildAShr(b, m, n, "");
        if (x->lo >= 0) t = type_int(0, x->hi);
    }
    int_set(f, a, r, t);
    return true;
}

static bool builtin(FnGen *f, uint32_t w)
{
    uint32_t id = extra(f, 0), a = BC_A(w);
    switch (id) {
    case MDH_B_ID_bit_an: case MDH_B_ID_bit_or: case MDH_B_ID_bit_xor:
    case MDH_B_ID_bit_shove_left: case MDH_B_ID_bit_shove_right:
        return bits(f, w, id);
    case MDH_B_ID_sqrt: {
        Num x = num_reg(f, a + 1);
        if (BC_B(w) != 1 || !is_num(&x)) return false;
        float_set(f, a, NATIVE(f, vm_n_sqrt, as_float(f, &x)));
        return true;
    }
    default: return false;
    }
}

bool op_typed(FnGen *f, uint32_t w, const Step *step)
{
    (void)step;
    switch (BC_OP(w)) {
    case OP_LOADI: case OP_LOADK: case OP_LOADKX: return load_number(f, w);
    case OP_MOVE: return move(f, w);
    case OP_NEG: return negate(f, w);
    case OP_NOT: case OP_JT: case OP_JF: return truth(f, w);
    case OP_FORPREP: return for_prep(f, w);
    case OP_FORLOOP: return for_loop(f, w);
    case OP_GETP: case OP_SETP: return field(f, w);
    case OP_GETI: case OP_SETI: case OP_BGET: case OP_BPUT: case OP_LEN: return access(f, w);
    case OP_CALLB: return builtin(f, w);
    case OP_CALL: case OP_CALLG: case OP_CALLM:
        return direct_call(f, w) || (f->inf->hot[f->at] && body_call(f, w));
    default: return arithmetic(f, w) || comparison(f, w);
    }
}
