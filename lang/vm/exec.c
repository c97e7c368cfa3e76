// SPDX-License-Identifier: MIT
// The dispatcher: one computed goto per instruction, registers in the thread's value stack.
//
// Each instruction does its usual case here (two small integers, two immediate doubles, a cached
// field, a plain function) and leaves everything else to the runtime, which both back ends
// share. Invariants:
//   - R is the base of the innermost frame, fp == t->fp, code belongs to fp->fn;
//   - fp->ip is saved (SAVE) before anything that may throw, allocate or look at the stack;
//   - the stack never moves, so R stays good across calls;
//   - a frame is complete before t->fp points at it: the collector may look at any moment.
// Build with gcc's -fno-gcse -fno-crossjumping, which keep one indirect jump per instruction.
#include "abi/abi.h"
#include "lang/vm/vm_priv.h"
#include "runtime/core/ops.h"
#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"
#include "runtime/sys/in.h"
#include "runtime/sys/logrec.h"
#include "runtime/sys/out.h"

int vm_trace;

// Instructions that only this file knows, beyond those of the table.
enum { OP_ADD_FLOAT = OP_COUNT, OP_SUB_FLOAT, OP_MUL_FLOAT };

// An immediate double, or false when it needs a box.
MDH_INLINE bool flonum_fits(double d, MdhValue *out)
{
    uint64_t w;
    memcpy(&w, &d, 8);
    w += MDH_FLOAT_BIAS;
    w = w << 3 | w >> 61;
    out->bits = w;
    return (w & 3) == 2;
}

MDH_INLINE bool is_immediate(MdhValue v) { return (v.bits & 7) == 4; }

// Truth of a comparison's result.
static MDH_COLD int truth_of(MdhValue v)
{
    return mdh_is_exc(v) ? -1 : mdh_truthy(v);
}

// a == b: 0, 1, or -1 when it threw.
static MDH_NOINLINE int equal_slow(MdhThread *t, MdhValue a, MdhValue b, bool negate)
{
    if (mdh_is_str(a) && mdh_is_str(b)) return mdh_str_eq(a, b) != negate;
    return truth_of(negate ? __mdh_op_ne(t, a, b) : __mdh_op_eq(t, a, b));
}

static MDH_NOINLINE int compare_slow(MdhThread *t, Opcode op, MdhValue a, MdhValue b)
{
    switch (op) {
    case OP_JLT: return truth_of(__mdh_op_lt(t, a, b));
    case OP_JLE: return truth_of(__mdh_op_le(t, a, b));
    case OP_JGT: return truth_of(__mdh_op_gt(t, a, b));
    default: return truth_of(__mdh_op_ge(t, a, b));
    }
}

static MDH_NOINLINE MdhValue call_builtin_with(MdhThread *t, uint32_t id, int argc, MdhValue a,
                                               MdhValue b, MdhValue c)
{
    MdhValue w[MDH_MAX_PARAMS + 1];
    w[0] = MDH_NAETHING;
    w[1] = a;
    w[2] = b;
    w[3] = c;
    return mdh_builtin_call(t, &mdh_builtins[id], argc, w);
}

static MDH_NOINLINE MdhValue print_value(MdhThread *t, MdhValue v)
{
    if (!mdh_is_str(v)) v = mdh_show(t, v);
    if (mdh_is_exc(v)) return v;
    Slice s = mdh_str_slice(v);
    mdh_out_write(s.ptr, s.len);
    mdh_out_write("\n", 1);
    return vm_check_output(t);
}

static MDH_NOINLINE MdhValue new_closure(MdhThread *t, const VmCode *code, const uint32_t *ip,
                                         uint32_t index, MdhFn *outer, const MdhValue *r)
{
    VmCode *c = code->protos[index];
    uint32_t n = c->bc->nups;
    MdhFn *fn = mdh_new(t, sizeof *fn + n * sizeof(MdhValue));
    if (!fn) return mdh_throw_oom(t, sizeof *fn);
    fn->h.tag = MDH_TAG_FUNCTION;
    fn->entry = vm_entry;
    fn->info = &c->info;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t w = ip[i];
        switch (BC_UP_KIND(w)) {
        case BC_UP_REG: fn->up[i] = r[w & 255]; break;
        case BC_UP_ROOM: fn->up[i] = vm_room(r[w & 255])[BC_UP_PLACE(w)]; break;
        case BC_UP_PARENT: fn->up[i] = outer->up[w & 255]; break;
        default: fn->up[i] = mdh_from_ptr(outer);
        }
    }
    return mdh_from_ptr(fn);
}

static MDH_NOINLINE MdhValue new_cell(MdhThread *t, MdhValue v)
{
    MdhCell *cell = mdh_new(t, sizeof *cell);
    if (!cell) return mdh_throw_oom(t, sizeof *cell);
    cell->h.tag = MDH_TAG_CELL;
    cell->v = v;
    return mdh_from_ptr(cell);
}

static MDH_NOINLINE MdhValue throw_stray(MdhThread *t, bool is_continue)
{
    return mdh_throw_error(t, is_continue ? MDH_E_CONTINUE : MDH_E_BREAK);
}

static MDH_NOINLINE MdhValue dict_entry(MdhThread *t, MdhValue d, MdhValue name, uint64_t *ic)
{
    MdhValue v = mdh_dict_get_cached(d, name, ic);
    return mdh_is_absent(v) ? mdh_throw_error(t, MDH_E_UNDEFINED, name) : v;
}

static MDH_NOINLINE MdhValue get_property(MdhThread *t, MdhValue o, MdhValue name, uint64_t *ic)
{
    if (mdh_is_dict(o)) return dict_entry(t, o, name, ic);
    if (mdh_is_absent(o)) return mdh_throw_error(t, MDH_E_UNDEFINED, mdh_str_c(t, "masel"));
    return __mdh_op_get_prop(t, o, name, ic);
}

static MDH_NOINLINE MdhValue set_property(MdhThread *t, MdhValue o, MdhValue name,
                                          MdhValue v, uint64_t *ic)
{
    if (mdh_is_absent(o)) return mdh_throw_error(t, MDH_E_UNDEFINED, mdh_str_c(t, "masel"));
    return __mdh_op_set_prop(t, o, name, v, ic);
}

// ---- inline caches ----------------------------------------------------------------------------

MDH_INLINE bool cache_hits(uint64_t word, const MdhInstance *o)
{
    return word >> 32 == mdh_shape_id(o);
}
// The first entry becomes the second; the slow way fills the first anew.
MDH_INLINE void cache_shift(VmCache *ic)
{
    __atomic_store_n(&ic->second, mdh_ic_load(&ic->word), __ATOMIC_RELAXED);
}

// The field when the first entry says where it lies inside the instance. What a shape has is
// set: it is stored before the shape is.
MDH_INLINE bool first_field(const MdhInstance *inst, const VmCache *ic, MdhValue *out)
{
    uint64_t c = mdh_ic_load(&ic->word);
    if (MDH_UNLIKELY(!cache_hits(c, inst)) || MDH_UNLIKELY((uint32_t)c >= MDH_IC_GROWS))
        return false;
    *out = MDH_SLOT_LOAD(&inst->slots[(uint32_t)c]);
    return true;
}

static MDH_NOINLINE MdhValue second_field(MdhValue o, VmCache *ic)
{
    const MdhInstance *inst = mdh_instance(o);
    uint64_t c = mdh_ic_load(&ic->second);
    if (cache_hits(c, inst) && (uint32_t)c < MDH_IC_GROWS)
        return MDH_SLOT_LOAD(&inst->slots[(uint32_t)c]);
    if (!cache_hits(mdh_ic_load(&ic->word), inst)) cache_shift(ic);
    return mdh_instance_get(o, ic->name, &ic->word);
}

MDH_INLINE bool cached_store(MdhThread *t, MdhValue o, MdhValue v, VmCache *ic)
{
    MdhInstance *inst = mdh_instance(o);
    uint64_t c = mdh_ic_load(&ic->word);
    if (MDH_UNLIKELY(!cache_hits(c, inst))) {
        c = mdh_ic_load(&ic->second);
        if (!cache_hits(c, inst)) {
            cache_shift(ic);
            return mdh_instance_set(t, o, ic->name, v, &ic->word);
        }
    }
    if (MDH_UNLIKELY((uint32_t)c >= MDH_IC_GROWS))
        return mdh_instance_set(t, o, ic->name, v, &ic->word);
    MDH_STORE_BARRIER(o, v);
    MDH_SLOT_STORE(&inst->slots[(uint32_t)c], v);
    return true;
}

MDH_INLINE MdhValue cached_method(MdhValue o, VmCache *ic)
{
    const MdhInstance *inst = mdh_instance(o);
    uint64_t c = mdh_ic_load(&ic->word);
    if (MDH_UNLIKELY(!cache_hits(c, inst))) {
        c = mdh_ic_load(&ic->second);
        if (!cache_hits(c, inst)) {
            cache_shift(ic);
            return mdh_instance_method_slow(o, ic->name, &ic->word);
        }
    }
    return inst->cls->methods[(uint32_t)c];
}

#define LABEL(op) L_##op
#define NEXT                                                                                  \
    do {                                                                                      \
        in = *ip++;                                                                           \
        goto *table[in & 255];                                                                \
    } while (0)
#define A BC_A(in)
#define B BC_B(in)
#define C BC_C(in)
#define RA R[BC_A(in)]
#define RB R[BC_B(in)]
#define RC R[BC_C(in)]
#define SAVE() (fp->ip = ip)
#define JUMP() (ip += (int32_t)*ip + 1)
#define SKIP() (ip++)
// Sets A to a value that may be the sign of an error.
#define RESULT(e)                                                                             \
    do {                                                                                      \
        MdhValue v_ = (e);                                                                    \
        if (MDH_UNLIKELY(mdh_is_exc(v_))) goto threw;                                         \
        RA = v_;                                                                              \
        NEXT;                                                                                 \
    } while (0)
#define TEST(e)                                                                               \
    do {                                                                                      \
        int t_ = (e);                                                                         \
        if (MDH_UNLIKELY(t_ < 0)) goto threw;                                                 \
        if (t_ == (int)C) JUMP();                                                             \
        else SKIP();                                                                          \
        NEXT;                                                                                 \
    } while (0)
#define RELOAD()                                                                              \
    do {                                                                                      \
        fp = t->fp;                                                                           \
        R = fp->base;                                                                         \
        code = (const VmCode *)fp->fn->info;                                                  \
        K = code->k;                                                                          \
        ip = fp->ip;                                                                          \
    } while (0)

// Arithmetic that has met doubles is rewritten to look for doubles first, and back when it meets
// something else. The words belong to this process alone and a word is replaced whole.
// Not under `trace`, which shows the instructions of the table.
#define QUICKEN(op)                                                                           \
    do {                                                                                      \
        if (!vm_trace)                                                                        \
            __atomic_store_n((uint32_t *)(uintptr_t)(ip - 1), (in & ~UINT32_C(255)) | OP_##op, \
                             __ATOMIC_RELAXED);                                               \
    } while (0)

// The instruction's own case for two small integers, then for two immediate doubles.
#define ARITH(NAME, name, overflow, fop)                                                      \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RB, b = RC, r;                                                           \
        int64_t x;                                                                            \
        if (MDH_LIKELY(mdh_both_fixint(a, b)) && MDH_LIKELY(!overflow)) {                     \
            RA = (MdhValue){(uint64_t)x | 1};                                                 \
            NEXT;                                                                             \
        }                                                                                     \
        if (MDH_LIKELY(mdh_both_flonum(a, b)) &&                                              \
            MDH_LIKELY(flonum_fits(mdh_flonum(a) fop mdh_flonum(b), &r))) {                   \
            RA = r;                                                                           \
            QUICKEN(NAME##_FLOAT);                                                            \
            NEXT;                                                                             \
        }                                                                                     \
        SAVE();                                                                               \
        RESULT(__mdh_op_##name(t, a, b));                                                     \
    }
#define ARITH_FLOAT(NAME, fop)                                                                \
    LABEL(NAME##_FLOAT) : {                                                                   \
        MdhValue a = RB, b = RC, r;                                                           \
        if (MDH_LIKELY(mdh_both_flonum(a, b)) &&                                              \
            MDH_LIKELY(flonum_fits(mdh_flonum(a) fop mdh_flonum(b), &r))) {                   \
            RA = r;                                                                           \
            NEXT;                                                                             \
        }                                                                                     \
        QUICKEN(NAME);                                                                        \
        goto L_##NAME;                                                                        \
    }
#define ARITH_I(NAME, name, overflow, fop)                                                    \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RB, r;                                                                   \
        int64_t x, n = BC_SC(in);                                                             \
        if (MDH_LIKELY(mdh_is_fixint(a)) && MDH_LIKELY(!overflow)) {                          \
            RA = (MdhValue){(uint64_t)x | 1};                                                 \
            NEXT;                                                                             \
        }                                                                                     \
        if (mdh_is_flonum(a) && flonum_fits(mdh_flonum(a) fop (double)n, &r)) {               \
            RA = r;                                                                           \
            NEXT;                                                                             \
        }                                                                                     \
        SAVE();                                                                               \
        RESULT(__mdh_op_##name(t, a, mdh_fix(n)));                                            \
    }
#define ARITH_K(NAME, name, overflow, fop)                                                    \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RB, b = K[C], r;                                                         \
        int64_t x;                                                                            \
        if (mdh_both_fixint(a, b) && MDH_LIKELY(!overflow)) {                                 \
            RA = (MdhValue){(uint64_t)x | 1};                                                 \
            NEXT;                                                                             \
        }                                                                                     \
        if (MDH_LIKELY(mdh_both_flonum(a, b)) &&                                              \
            MDH_LIKELY(flonum_fits(mdh_flonum(a) fop mdh_flonum(b), &r))) {                   \
            RA = r;                                                                           \
            NEXT;                                                                             \
        }                                                                                     \
        SAVE();                                                                               \
        RESULT(__mdh_op_##name(t, a, b));                                                     \
    }
// Sums and products of small integers, in their doubled form.
#define SUM_OVER __builtin_add_overflow((int64_t)a.bits, (int64_t)(b.bits - 1), &x)
#define DIFF_OVER __builtin_sub_overflow((int64_t)a.bits, (int64_t)(b.bits - 1), &x)
#define PROD_OVER __builtin_mul_overflow((int64_t)(a.bits - 1), (int64_t)b.bits >> 1, &x)

// Division and remainder: a zero divisor and the one overflow go the slow way.
MDH_INLINE bool div_fix(MdhValue a, MdhValue b, MdhValue *out)
{
    uint64_t x = a.bits - 1, y = b.bits - 1; // twice the numbers
    if (MDH_LIKELY((x | y) >> 32 == 0) && MDH_LIKELY(y != 0)) {
        *out = mdh_fix((uint32_t)x / (uint32_t)y);
        return true;
    }
    if (y == 0 || (int64_t)y == -2) return false;
    *out = mdh_fix((int64_t)x / (int64_t)y);
    return true;
}
MDH_INLINE bool mod_fix(MdhValue a, MdhValue b, MdhValue *out)
{
    uint64_t x = a.bits - 1, y = b.bits - 1;
    if (MDH_LIKELY((x | y) >> 32 == 0) && MDH_LIKELY(y != 0)) {
        out->bits = (uint32_t)x % (uint32_t)y + UINT64_C(1);
        return true;
    }
    if (y == 0 || (int64_t)y == -2) return false;
    out->bits = (uint64_t)((int64_t)x % (int64_t)y) + 1;
    return true;
}
MDH_INLINE bool div_flo(MdhValue a, MdhValue b, MdhValue *out)
{
    double y = mdh_flonum(b);
    return flonum_fits(mdh_flonum(a) / y, out); // an immediate double is never zero
}

#define DIVISION(NAME, name, fix, second)                                                     \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RB, b = second, r;                                                       \
        if (MDH_LIKELY(mdh_both_fixint(a, b)) && MDH_LIKELY(fix(a, b, &r))) {                 \
            RA = r;                                                                           \
            NEXT;                                                                             \
        }                                                                                     \
        if (&div_fix == &fix && mdh_both_flonum(a, b) && div_flo(a, b, &r)) {                 \
            RA = r;                                                                           \
            NEXT;                                                                             \
        }                                                                                     \
        SAVE();                                                                               \
        RESULT(__mdh_op_##name(t, a, b));                                                     \
    }

#define COMPARE_JUMP(NAME, op)                                                                \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RA, b = RB;                                                              \
        if (MDH_LIKELY(mdh_both_fixint(a, b)))                                                \
            TEST((int64_t)a.bits op (int64_t)b.bits);                                         \
        if (mdh_both_flonum(a, b)) TEST(mdh_flonum(a) op mdh_flonum(b));                      \
        SAVE();                                                                               \
        TEST(compare_slow(t, OP_##NAME, a, b));                                               \
    }
#define COMPARE_JUMP_I(NAME, SLOW, op)                                                        \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RA;                                                                      \
        if (MDH_LIKELY(mdh_is_fixint(a))) TEST((int64_t)a.bits op (int64_t)BC_SB(in) * 2 + 1); \
        if (mdh_is_flonum(a)) TEST(mdh_flonum(a) op (double)BC_SB(in));                       \
        SAVE();                                                                               \
        TEST(compare_slow(t, OP_##SLOW, a, mdh_fix(BC_SB(in))));                              \
    }
#define COMPARE_JUMP_K(NAME, SLOW, op)                                                        \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RA, b = K[*ip++];                                                        \
        if (MDH_LIKELY(mdh_both_fixint(a, b))) TEST((int64_t)a.bits op (int64_t)b.bits);      \
        if (mdh_both_flonum(a, b)) TEST(mdh_flonum(a) op mdh_flonum(b));                      \
        SAVE();                                                                               \
        TEST(compare_slow(t, OP_##SLOW, a, b));                                               \
    }
#define COMPARE(NAME, name, op)                                                               \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RB, b = RC;                                                              \
        if (MDH_LIKELY(mdh_both_fixint(a, b))) {                                              \
            RA = mdh_bool((int64_t)a.bits op (int64_t)b.bits);                                \
            NEXT;                                                                             \
        }                                                                                     \
        if (mdh_both_flonum(a, b)) {                                                          \
            RA = mdh_bool(mdh_flonum(a) op mdh_flonum(b));                                    \
            NEXT;                                                                             \
        }                                                                                     \
        SAVE();                                                                               \
        RESULT(__mdh_op_##name(t, a, b));                                                     \
    }
#define EQUAL(NAME, name, negate)                                                             \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RB, b = RC;                                                              \
        if (mdh_both_fixint(a, b) || is_immediate(a) || (is_immediate(b) && !mdh_is_ptr(a))) { \
            RA = mdh_bool((a.bits == b.bits) != negate);                                      \
            NEXT;                                                                             \
        }                                                                                     \
        if (mdh_is_str(a) && mdh_is_str(b)) {                                                 \
            RA = mdh_bool((a.bits == b.bits || mdh_str_eq(a, b)) != negate);                  \
            NEXT;                                                                             \
        }                                                                                     \
        SAVE();                                                                               \
        RESULT(__mdh_op_##name(t, a, b));                                                     \
    }
#define EQUAL_JUMP(NAME, negate)                                                              \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RA, b = RB;                                                              \
        if (mdh_both_fixint(a, b) || is_immediate(a) || (is_immediate(b) && !mdh_is_ptr(a)))  \
            TEST((a.bits == b.bits) != negate);                                               \
        SAVE();                                                                               \
        TEST(equal_slow(t, a, b, negate));                                                    \
    }
#define EQUAL_JUMP_I(NAME, negate)                                                            \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RA, b = mdh_fix(BC_SB(in));                                              \
        if (MDH_LIKELY(mdh_is_fixint(a))) TEST((a.bits == b.bits) != negate);                 \
        SAVE();                                                                               \
        TEST(equal_slow(t, a, b, negate));                                                    \
    }
#define EQUAL_JUMP_K(NAME, negate)                                                            \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RA, b = K[*ip++];                                                        \
        if (a.bits == b.bits) TEST(!negate);                                                  \
        if (mdh_both_fixint(a, b) || is_immediate(a)) TEST(negate);                           \
        SAVE();                                                                               \
        TEST(equal_slow(t, a, b, negate));                                                    \
    }

MdhValue vm_exec(MdhThread *t)
{
    static const void *const labels[] = {
#define OP(name, operands, extra, doc) &&L_##name,
#include "abi/opcodes.def"
#undef OP
        &&L_ADD_FLOAT,
        &&L_SUB_FLOAT,
        &&L_MUL_FLOAT,
    };
    // Under `trace` every instruction first goes through L_step.
    static const void *const stepping[256] = {[0 ... 255] = &&step};
    const void *const *const table = vm_trace ? stepping : labels;
    MdhFrame *fp = t->fp;
    MdhValue *R = fp->base;
    const VmCode *code = (const VmCode *)fp->fn->info;
    const MdhValue *K = code->k;
    const uint32_t *ip = fp->ip;
    MdhValue *const G = vm_globals;
    // Below this any function's registers fit.
    const MdhValue *const stack_limit = t->stack_end - UINT8_MAX - VM_SLACK;
    uint32_t in;
    NEXT;

step:
    vm_trace_step(t, code, ip - 1, R);
    goto *labels[in & 255];

    LABEL(LOADK) : RA = K[BC_BX(in)];
    NEXT;
    LABEL(LOADKX) : RA = K[*ip++];
    NEXT;
    LABEL(LOADI) : RA = mdh_fix(BC_SBX(in));
    NEXT;
    LABEL(LOADNIL) : RA = MDH_NAETHING;
    NEXT;
    LABEL(LOADBOOL) : RA = mdh_bool(B);
    NEXT;
    LABEL(UNSET) : RA = MDH_ABSENT;
    NEXT;
    LABEL(MOVE) : RA = RB;
    NEXT;
    LABEL(LOADSELF) : RA = mdh_from_ptr(fp->fn);
    NEXT;
    LABEL(LOADB) : SAVE();
    RESULT(vm_builtin_value(t, *ip++));
    LABEL(GETG) : {
        uint32_t slot = *ip++;
        MdhValue v = MDH_SLOT_LOAD(&G[slot]);
        if (MDH_UNLIKELY(mdh_is_absent(v))) {
            SAVE();
            v = vm_global_missing(t, slot);
            if (mdh_is_absent(v)) {
                Slice name = vm_global_name(slot);
                mdh_throw_error(t, MDH_E_UNDEFINED, mdh_str_new(t, name.ptr, name.len));
                goto threw;
            }
        }
        RESULT(v);
    }
    LABEL(SETG) : {
        uint32_t slot = *ip++;
        if (MDH_LIKELY(!mdh_is_absent(MDH_SLOT_LOAD(&G[slot])))) {
            MDH_SLOT_STORE(&G[slot], RA);
            NEXT;
        }
        SAVE();
        if (!vm_set_global(t, slot, RA)) goto threw;
        NEXT;
    }
    LABEL(DEFG) : {
        uint32_t slot = *ip++;
        MDH_SLOT_STORE(&G[slot], RA);
        NEXT;
    }
    LABEL(NEWCELL) : SAVE();
    RESULT(new_cell(t, MDH_ABSENT));
    LABEL(BOX) : SAVE();
    RESULT(new_cell(t, RA));
    LABEL(GETCELL) : RA = MDH_SLOT_LOAD(&((MdhCell *)mdh_ptr(RB))->v);
    NEXT;
    LABEL(SETCELL) : MDH_SLOT_STORE(&((MdhCell *)mdh_ptr(RA))->v, RB);
    NEXT;
    LABEL(GETUP) : RA = fp->fn->up[B];
    NEXT;
    LABEL(GETUPC) : RA = MDH_SLOT_LOAD(&((MdhCell *)mdh_ptr(fp->fn->up[B]))->v);
    NEXT;
    LABEL(SETUPC) : MDH_SLOT_STORE(&((MdhCell *)mdh_ptr(fp->fn->up[A]))->v, RB);
    NEXT;
    LABEL(JSET) : if (!mdh_is_absent(RA)) JUMP();
    else SKIP();
    NEXT;
    LABEL(CHKSELF) : if (MDH_LIKELY(!mdh_is_absent(RA))) NEXT;
    SAVE();
    mdh_throw_error(t, MDH_E_UNDEFINED, mdh_str_c(t, "masel"));
    goto threw;
    LABEL(ROOM) : SAVE();
    RESULT(vm_room_new(t, *ip++));
    LABEL(GETROOM) : RA = vm_room(RB)[*ip++];
    NEXT;
    LABEL(SETROOM) : vm_room(RA)[*ip++] = RB;
    NEXT;
    LABEL(STASH) : SAVE();
    RESULT(vm_stash(t, &RA, B));
    LABEL(UNSTASH) : RA = vm_unstash(&RB);
    NEXT;

    ARITH(ADD, add, SUM_OVER, +)
    ARITH(SUB, sub, DIFF_OVER, -)
    ARITH(MUL, mul, PROD_OVER, *)
    ARITH_FLOAT(ADD, +)
    ARITH_FLOAT(SUB, -)
    ARITH_FLOAT(MUL, *)
    DIVISION(DIV, div, div_fix, RC)
    DIVISION(MOD, mod, mod_fix, RC)
    ARITH_I(ADDI, add, __builtin_add_overflow((int64_t)a.bits, n * 2, &x), +)
    ARITH_I(SUBI, sub, __builtin_sub_overflow((int64_t)a.bits, n * 2, &x), -)
    ARITH_I(MULI, mul, __builtin_mul_overflow((int64_t)(a.bits - 1), n, &x), *)
    DIVISION(DIVI, div, div_fix, mdh_fix(BC_SC(in)))
    DIVISION(MODI, mod, mod_fix, mdh_fix(BC_SC(in)))
    ARITH_K(ADDK, add, SUM_OVER, +)
    ARITH_K(SUBK, sub, DIFF_OVER, -)
    ARITH_K(MULK, mul, PROD_OVER, *)
    DIVISION(DIVK, div, div_fix, K[C])
    DIVISION(MODK, mod, mod_fix, K[C])
    LABEL(NEG) : SAVE();
    RESULT(__mdh_op_neg(t, RB));
    LABEL(NOT) : RA = mdh_bool(!mdh_truthy(RB));
    NEXT;
    EQUAL(EQ, eq, false)
    EQUAL(NE, ne, true)
    COMPARE(LT, lt, <)
    COMPARE(LE, le, <=)
    COMPARE(GT, gt, >)
    COMPARE(GE, ge, >=)
    LABEL(CONCAT) : SAVE();
    RESULT(vm_concat(t, &RB, (int)C));
    LABEL(FORMAT) : {
        const BcFormat *f = &code->bc->formats.items[*ip++];
        SAVE();
        RESULT(vm_format(t, RB, f));
    }

    LABEL(JMP) : JUMP();
    NEXT;
    LABEL(LOOP) : JUMP();
    NEXT;
    LABEL(JT) : if (mdh_truthy(RA)) JUMP();
    else SKIP();
    NEXT;
    LABEL(JF) : if (!mdh_truthy(RA)) JUMP();
    else SKIP();
    NEXT;
    EQUAL_JUMP(JEQ, false)
    EQUAL_JUMP(JNE, true)
    COMPARE_JUMP(JLT, <)
    COMPARE_JUMP(JLE, <=)
    COMPARE_JUMP(JGT, >)
    COMPARE_JUMP(JGE, >=)
    EQUAL_JUMP_I(JEQI, false)
    EQUAL_JUMP_I(JNEI, true)
    COMPARE_JUMP_I(JLTI, JLT, <)
    COMPARE_JUMP_I(JLEI, JLE, <=)
    COMPARE_JUMP_I(JGTI, JGT, >)
    COMPARE_JUMP_I(JGEI, JGE, >=)
    EQUAL_JUMP_K(JEQK, false)
    EQUAL_JUMP_K(JNEK, true)
    COMPARE_JUMP_K(JLTK, JLT, <)
    COMPARE_JUMP_K(JLEK, JLE, <=)
    COMPARE_JUMP_K(JGTK, JGT, >)
    COMPARE_JUMP_K(JGEK, JGE, >=)

    LABEL(FORPREP) : SAVE();
    if (!vm_for_prep(t, &RA, B)) goto threw;
    JUMP();
    NEXT;
    LABEL(FORLOOP) : {
        MdhValue *r = &RA;
        if (MDH_LIKELY(mdh_both_fixint(r[0], r[1]))) {
            if ((int64_t)r[0].bits <= (int64_t)r[1].bits) {
                RB = r[0];
                r[0].bits += 2;
                JUMP();
            } else {
                SKIP();
            }
            NEXT;
        }
        goto iter_next;
    }
    LABEL(ITERPREP) : SAVE();
    if (!vm_iter_prep(t, &RA, (int)B)) goto threw;
    JUMP();
    NEXT;
    LABEL(ITERNEXT) : iter_next : {
        SAVE();
        int more = vm_iter_next(t, &RA, &RB, BC_OP(in) == OP_FORLOOP ? 1 : (int)C);
        if (MDH_UNLIKELY(more < 0)) goto threw;
        if (more) JUMP();
        else SKIP();
        NEXT;
    }

    LABEL(NEWLIST) : SAVE();
    RESULT(mdh_list_of(t, C, &RB));
    LABEL(APPEND) : {
        SAVE();
        MdhValue list = RA;
        for (uint32_t i = 0, n = C; i < n; i++)
            if (!mdh_list_push(t, list, (&RB)[i])) goto threw;
        NEXT;
    }
    LABEL(SPREAD) : SAVE();
    if (mdh_is_exc(__mdh_op_spread(t, RA, RB, C))) goto threw;
    NEXT;
    LABEL(NEWDICT) : SAVE();
    RESULT(mdh_dict_new(t, 0));
    LABEL(DICTPUT) : SAVE();
    if (!mdh_dict_put(t, RA, RB, RC)) goto threw;
    NEXT;
    LABEL(DICTK) : {
        const MdhValue *keys = K + *ip++;
        SAVE();
        RESULT(mdh_dict_of(t, C, keys, &RB));
    }
    LABEL(RANGE) : SAVE();
    RESULT(__mdh_op_range(t, RB, (&RB)[1], C));
    LABEL(GETI) : {
        MdhValue o = RB, k = RC;
        if (MDH_LIKELY(mdh_is_fixint(k)) && mdh_is_ptr(o)) {
            uint64_t i = (uint64_t)mdh_fixint(k);
            if (MDH_LIKELY(mdh_obj(o)->tag == MDH_TAG_LIST)) {
                MdhValue v = mdh_list_get_fast(o, i);
                if (MDH_LIKELY(!mdh_is_absent(v))) {
                    RA = v;
                    NEXT;
                }
            } else if (mdh_obj(o)->tag == MDH_TAG_BYTES) {
                const MdhWindow *w = mdh_bytes_window(o);
                if (MDH_LIKELY(i < w->len)) {
                    RA = mdh_fix(w->data[i]);
                    NEXT;
                }
            }
        }
        SAVE();
        RESULT(__mdh_op_index(t, o, k));
    }
    LABEL(GETII) : {
        MdhValue o = RB;
        if (mdh_is_list(o)) {
            MdhValue v = mdh_list_get_fast(o, (uint64_t)(int64_t)BC_SC(in));
            if (MDH_LIKELY(!mdh_is_absent(v))) {
                RA = v;
                NEXT;
            }
        }
        SAVE();
        RESULT(__mdh_op_index(t, o, mdh_fix(BC_SC(in))));
    }
    LABEL(GETIK) : {
        VmCache *ic = code->ic + *ip++;
        MdhValue o = RB;
        if (MDH_LIKELY(mdh_is_dict(o))) {
            MdhValue v = mdh_dict_get_cached(o, ic->name, &ic->word);
            if (MDH_LIKELY(!mdh_is_absent(v))) {
                RA = v;
                NEXT;
            }
        }
        SAVE();
        RESULT(__mdh_op_index(t, o, ic->name));
    }
    LABEL(SETI) : {
        MdhValue o = RA, k = RB, v = RC;
        if (mdh_is_fixint(k) && mdh_is_list(o) &&
            mdh_list_set_fast(o, (uint64_t)mdh_fixint(k), v))
            NEXT;
        SAVE();
        if (mdh_is_exc(__mdh_op_set_index(t, o, k, v))) goto threw;
        NEXT;
    }
    LABEL(SLICE) : SAVE();
    RESULT(__mdh_op_slice(t, RB, (&RB)[1], (&RB)[2], (&RB)[3]));
    LABEL(GETP) : {
        VmCache *ic = code->ic + *ip++;
        MdhValue o = RB;
        if (MDH_LIKELY(mdh_is_instance(o))) {
            MdhValue v;
            if (MDH_LIKELY(first_field(mdh_instance(o), ic, &v))) {
                RA = v;
                NEXT;
            }
            v = second_field(o, ic);
            if (!mdh_is_absent(v)) {
                RA = v;
                NEXT;
            }
        }
        SAVE();
        RESULT(get_property(t, o, ic->name, &ic->word));
    }
    LABEL(SETP) : {
        VmCache *ic = code->ic + *ip++;
        MdhValue o = RA;
        SAVE();
        if (MDH_LIKELY(mdh_is_instance(o))) {
            if (MDH_LIKELY(cached_store(t, o, RB, ic))) NEXT;
            goto threw;
        }
        if (mdh_is_exc(set_property(t, o, ic->name, RB, &ic->word))) goto threw;
        NEXT;
    }
    LABEL(BGET) : {
        uint32_t w = *ip++;
        MdhValue o = RB, k = RC;
        if (MDH_LIKELY(mdh_is_bytes(o)) && MDH_LIKELY(mdh_is_fixint(k))) {
            const MdhWindow *win = mdh_bytes_window(o);
            uint64_t i = (uint64_t)mdh_fixint(k), width = w >> 24;
            if (MDH_LIKELY(i < win->len) && MDH_LIKELY(width <= win->len - i)) {
                const uint8_t *p = win->data + i;
                switch (width) {
                case 1: RA = mdh_fix(p[0]); NEXT;
                case 2: RA = mdh_fix(p[0] << 8 | p[1]); NEXT;
                case 3: RA = mdh_fix(p[0] << 16 | p[1] << 8 | p[2]); NEXT;
                default:
                    RA = mdh_fix((int64_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
                                           (uint32_t)p[2] << 8 | p[3]));
                    NEXT;
                }
            }
        }
        SAVE();
        RESULT(call_builtin_with(t, w & 0xffffff, 2, o, k, MDH_NAETHING));
    }
    LABEL(BPUT) : {
        uint32_t w = *ip++;
        MdhValue o = RA, k = RB, v = RC;
        SAVE();
        // With other threads about, a store has to hold the lock: the builtin does.
        if (MDH_LIKELY(mdh_is_bytes(o)) && MDH_LIKELY(mdh_both_fixint(k, v)) &&
            MDH_LIKELY(!__atomic_load_n(&mdh_many_threads, __ATOMIC_RELAXED))) {
            const MdhWindow *win = mdh_bytes_writable(t, o);
            if (!win) goto threw;
            uint64_t i = (uint64_t)mdh_fixint(k), width = w >> 24, n = (uint64_t)mdh_fixint(v);
            if (MDH_LIKELY(i < win->len) && MDH_LIKELY(width <= win->len - i) &&
                MDH_LIKELY(n >> (8 * width) == 0)) {
                uint8_t *p = win->data + i;
                switch (width) {
                case 1: p[0] = (uint8_t)n; NEXT;
                case 2: p[0] = (uint8_t)(n >> 8); p[1] = (uint8_t)n; NEXT;
                case 3:
                    p[0] = (uint8_t)(n >> 16);
                    p[1] = (uint8_t)(n >> 8);
                    p[2] = (uint8_t)n;
                    NEXT;
                default:
                    p[0] = (uint8_t)(n >> 24); p[1] = (uint8_t)(n >> 16);
                    p[2] = (uint8_t)(n >> 8); p[3] = (uint8_t)n;
                    NEXT;
                }
            }
        }
        if (mdh_is_exc(call_builtin_with(t, w & 0xffffff, 3, o, k, v))) goto threw;
        NEXT;
    }
    LABEL(LEN) : {
        MdhValue o = RB;
        if (MDH_LIKELY(mdh_is_ptr(o))) {
            switch (mdh_obj(o)->tag) {
            case MDH_TAG_LIST: RA = mdh_fix((int64_t)mdh_list_len(o)); NEXT;
            case MDH_TAG_STRING: RA = mdh_fix(mdh_str(o)->len); NEXT;
            case MDH_TAG_BYTES: RA = mdh_fix((int64_t)mdh_bytes_len(o)); NEXT;
            default: break;
            }
        }
        SAVE();
        RESULT(call_builtin_with(t, MDH_B_ID_len, 1, o, MDH_NAETHING, MDH_NAETHING));
    }
    LABEL(PUSH) : {
        MdhValue list = RA, v = RB;
        if (MDH_LIKELY(mdh_is_list(list)) && MDH_LIKELY(mdh_list_push_fast(list, v))) NEXT;
        SAVE();
        if (mdh_is_exc(call_builtin_with(t, MDH_B_ID_shove, 2, list, v, MDH_NAETHING))) goto threw;
        NEXT;
    }

    LABEL(NEWFN) : {
        uint32_t i = BC_BX(in);
        const uint32_t *words = ip;
        ip += code->bc->protos.items[i]->nups;
        SAVE();
        RESULT(new_closure(t, code, words, i, fp->fn, R));
    }
    LABEL(KIN) : {
        const BcKin *kin = &code->bc->kins.items[*ip++];
        SAVE();
        RESULT(vm_class(t, code, kin, &RA));
    }
    LABEL(THING) : {
        const BcThing *thing = &code->bc->things.items[*ip++];
        SAVE();
        RESULT(vm_thing(t, code, thing));
    }
    LABEL(CALLG) : {
        uint32_t slot = *ip++;
        MdhValue v = MDH_SLOT_LOAD(&G[slot]);
        if (MDH_UNLIKELY(mdh_is_absent(v))) {
            SAVE();
            v = vm_global_missing(t, slot);
            if (mdh_is_absent(v)) {
                Slice name = vm_global_name(slot);
                mdh_throw_error(t, MDH_E_UNDEFINED, mdh_str_new(t, name.ptr, name.len));
                goto threw;
            }
        }
        RA = v;
    }
    LABEL(CALL) : {
        MdhValue f = RA;
        if (MDH_LIKELY(mdh_is_fn(f))) {
            MdhFn *fn = mdh_ptr(f);
            const VmCode *callee = (const VmCode *)fn->info;
            if (MDH_LIKELY(callee->plain_argc == (int)B)) {
                MdhValue *base = &RA + 1;
                SAVE();
                MdhFrame *f2 = fp + 1;
                if (MDH_UNLIKELY(base > stack_limit) || MDH_UNLIKELY(f2 >= t->frames_end)) {
                    mdh_throw_error(t, MDH_E_STACK);
                    goto threw;
                }
                f2->fn = fn;
                f2->base = base;
                ip = callee->info.code;
                f2->kind = 0;
                __atomic_store_n(&t->fp, f2, __ATOMIC_RELEASE);
                fp = f2;
                R = base;
                code = callee;
                K = callee->k;
                NEXT;
            }
        }
        SAVE();
        switch (vm_call(t, &RA, (int)B)) {
        case VM_DONE: NEXT;
        case VM_PUSHED: RELOAD(); NEXT;
        case VM_THREW: goto threw;
        }
        NEXT;
    }
    LABEL(CALLB) : {
        const MdhBuiltin *row = &mdh_builtins[*ip++];
        SAVE();
        RESULT(mdh_builtin_call(t, row, (int)B, &RA));
    }
    LABEL(CALLM) : {
        VmCache *ic = code->ic + *ip++;
        MdhValue *w = &RA;
        SAVE();
        if (MDH_LIKELY(mdh_is_instance(w[1]))) {
            MdhValue m = cached_method(w[1], ic);
            if (MDH_LIKELY(!mdh_is_absent(m))) {
                MdhFn *fn = mdh_ptr(m);
                const VmCode *callee = (const VmCode *)fn->info;
                MdhFrame *f2 = fp + 1;
                MdhValue *base = w + 1;
                if (MDH_LIKELY(callee->method_argc == (int)B) &&
                    MDH_LIKELY(base <= stack_limit) && MDH_LIKELY(f2 < t->frames_end)) {
                    w[0] = m;
                    f2->fn = fn;
                    f2->base = base;
                    ip = callee->info.code;
                    f2->kind = 0;
                    __atomic_store_n(&t->fp, f2, __ATOMIC_RELEASE);
                    fp = f2;
                    R = base;
                    code = callee;
                    K = callee->k;
                    NEXT;
                }
            }
        }
        switch (vm_call_method(t, w, (int)B, ic->name, &ic->word)) {
        case VM_DONE: NEXT;
        case VM_PUSHED: RELOAD(); NEXT;
        case VM_THREW: goto threw;
        }
        NEXT;
    }
    LABEL(CALLA) : {
        MdhValue name = K[*ip++];
        SAVE();
        switch (vm_call_auld(t, &RA, (int)B, name)) {
        case VM_DONE: NEXT;
        case VM_PUSHED: RELOAD(); NEXT;
        case VM_THREW: goto threw;
        }
        NEXT;
    }
    LABEL(CALLX) : {
        uint32_t c = *ip++;
        const MdhValue *names = K + *ip++;
        SAVE();
        switch (vm_call_general(t, &RA, B, (int)C, B ? code->ic[c].name : MDH_ABSENT, names)) {
        case VM_DONE: NEXT;
        case VM_PUSHED: RELOAD(); NEXT;
        case VM_THREW: goto threw;
        }
        NEXT;
    }
    LABEL(RETNIL) : {
        R[-1] = MDH_NAETHING;
        goto leave;
    }
    LABEL(RET) : R[-1] = RA;
leave : {
    uint64_t kind = fp->kind;
    MdhFrame *f = fp - 1;
    __atomic_store_n(&t->fp, f, __ATOMIC_RELEASE);
    if (MDH_UNLIKELY(kind)) return R[-1];
    fp = f;
    R = fp->base;
    code = (const VmCode *)fp->fn->info;
    K = code->k;
    ip = fp->ip;
    NEXT;
}

    LABEL(PRINT) : SAVE();
    if (mdh_is_exc(print_value(t, RA))) goto threw;
    NEXT;
    LABEL(SPEIR) : {
        SAVE();
        MdhValue prompt = mdh_show(t, RB);
        if (mdh_is_exc(prompt)) goto threw;
        RESULT(mdh_read_line(t, mdh_str_slice(prompt)));
    }
    LABEL(HURL) : SAVE();
    mdh_throw(t, RA);
    goto threw;
    LABEL(ASSERT) : SAVE();
    mdh_throw_error(t, MDH_E_ASSERT, RA);
    goto threw;
    LABEL(LOG) : SAVE();
    if (mdh_is_exc(mdh_log_statement(t, (int)A, (int)C - 1, &RB, code->info.file,
                                     code->info.lines[ip - 1 - code->info.code])))
        goto threw;
    NEXT;
    LABEL(STRAY) : SAVE();
    throw_stray(t, A);
    goto threw;
    LABEL(FETCH) : SAVE();
    RESULT(vm_fetch(t, code->module, K[BC_BX(in)]));
    LABEL(IMPORT) : SAVE();
    if (!vm_import(t, code->module, RA)) goto threw;
    NEXT;
    LABEL(IMPORTED) : RA = mdh_dict_get(RB, K[*ip++]);
    NEXT;
    LABEL(CATCHALL) : SAVE();
    RESULT(vm_catch_all(t));
    LABEL(RETHROW) : SAVE();
    vm_rethrow(t, RA);
    goto threw;
    LABEL(NOMATCH) : SAVE();
    mdh_throw_type(t, "Nae match found fer %v", RA);
    goto threw;
    LABEL(ISLIST) : {
        MdhValue v = RA;
        bool fits = mdh_is_list(v) && (C ? mdh_list_len(v) >= B : mdh_list_len(v) == B);
        if (!fits) JUMP();
        else SKIP();
        NEXT;
    }
    LABEL(ISINT) : if (!vm_in_range(RA, RB, RC)) JUMP();
    else SKIP();
    NEXT;
    LABEL(HASKEY) : {
        VmCache *ic = code->ic + *ip++;
        MdhValue o = RB, v = MDH_ABSENT;
        if (mdh_is_dict(o)) v = C ? MDH_NAETHING : mdh_dict_get_cached(o, ic->name, &ic->word);
        if (mdh_is_absent(v)) {
            JUMP();
        } else {
            RA = v;
            SKIP();
        }
        NEXT;
    }
    LABEL(UNPACK) : SAVE();
    RESULT(vm_unpack(t, RB, (int)C));

threw:
    fp->ip = ip;
    if (!vm_unwind(t)) return MDH_EXC;
    RELOAD();
    NEXT;
}
