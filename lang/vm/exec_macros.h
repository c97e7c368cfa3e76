// SPDX-License-Identifier: MIT
// The usual case of each family of instructions, as macros over the locals of vm_exec (t, fp, R,
// code, K, ip, in and its label `threw`). For exec.c only.
#ifndef MDH_LANG_VM_EXEC_MACROS_H
#define MDH_LANG_VM_EXEC_MACROS_H

#include "lang/vm/exec_inline.h"

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
#define QUICKEN(op)                                                                           \
    do {                                                                                      \
        __atomic_store_n((uint32_t *)(uintptr_t)(ip - 1), (in & ~UINT32_C(255)) | OP_##op,    \
                         __ATOMIC_RELAXED);                                                   \
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
// With the next instruction, a MODK of the sum, at once: the sum need not come back from memory.
#define THEN_MODK(NAME, second, overflow)                                                     \
    LABEL(NAME##_MODK) : {                                                                    \
        MdhValue a = RB, b = second, r;                                                       \
        int64_t x;                                                                            \
        if (MDH_UNLIKELY(!mdh_both_fixint(a, b)) || MDH_UNLIKELY(overflow)) goto L_##NAME;    \
        RA = a = (MdhValue){(uint64_t)x | 1};                                                 \
        if (MDH_UNLIKELY(!mod_by_inverse(a, K[BC_C(*ip)], code->inverses[BC_C(*ip)], &r))) NEXT; \
        in = *ip++;                                                                           \
        RA = r;                                                                               \
        NEXT;                                                                                 \
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
        TEST(vm_compare_slow(t, OP_##NAME, a, b));                                               \
    }
#define COMPARE_JUMP_I(NAME, SLOW, op)                                                        \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RA;                                                                      \
        if (MDH_LIKELY(mdh_is_fixint(a))) TEST((int64_t)a.bits op (int64_t)BC_SB(in) * 2 + 1); \
        if (mdh_is_flonum(a)) TEST(mdh_flonum(a) op (double)BC_SB(in));                       \
        SAVE();                                                                               \
        TEST(vm_compare_slow(t, OP_##SLOW, a, mdh_fix(BC_SB(in))));                              \
    }
#define COMPARE_JUMP_K(NAME, SLOW, op)                                                        \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RA, b = K[*ip++];                                                        \
        if (MDH_LIKELY(mdh_both_fixint(a, b))) TEST((int64_t)a.bits op (int64_t)b.bits);      \
        if (mdh_both_flonum(a, b)) TEST(mdh_flonum(a) op mdh_flonum(b));                      \
        SAVE();                                                                               \
        TEST(vm_compare_slow(t, OP_##SLOW, a, b));                                               \
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
        TEST(vm_equal_slow(t, a, b, negate));                                                    \
    }
#define EQUAL_JUMP_I(NAME, negate)                                                            \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RA, b = mdh_fix(BC_SB(in));                                              \
        if (MDH_LIKELY(mdh_is_fixint(a))) TEST((a.bits == b.bits) != negate);                 \
        SAVE();                                                                               \
        TEST(vm_equal_slow(t, a, b, negate));                                                    \
    }
#define EQUAL_JUMP_K(NAME, negate)                                                            \
    LABEL(NAME) : {                                                                           \
        MdhValue a = RA, b = K[*ip++];                                                        \
        if (a.bits == b.bits) TEST(!negate);                                                  \
        if (mdh_both_fixint(a, b) || is_immediate(a)) TEST(negate);                           \
        SAVE();                                                                               \
        TEST(vm_equal_slow(t, a, b, negate));                                                    \
    }

#endif
