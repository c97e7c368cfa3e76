// SPDX-License-Identifier: MIT
// Private to the ops_*.c files: operator methods of instances, and numbers as operands.
#ifndef MDH_CORE_OPS_PRIV_H
#define MDH_CORE_OPS_PRIV_H

#include "runtime/core/ops.h"
#include "runtime/core/throw.h"

typedef enum MdhOperator {
    MDH_OPER_ADD,
    MDH_OPER_SUB,
    MDH_OPER_MUL,
    MDH_OPER_DIV,
    MDH_OPER_MOD,
    MDH_OPER_EQ,
    MDH_OPER_NE,
    MDH_OPER_LT,
    MDH_OPER_LE,
    MDH_OPER_GT,
    MDH_OPER_GE,
    MDH_OPER_COUNT,
} MdhOperator;

// The operator method of the left operand's class, or ABSENT. `a` is an instance.
MdhValue mdh_operator_method(MdhValue a, MdhOperator op);
// Calls it with the other operand; it must take exactly one parameter.
MDH_INLINE MdhValue mdh_operator_call(MdhThread *t, MdhValue method, MdhValue a, MdhValue b)
{
    return mdh_call_method(t, method, a, 1, &b, true);
}

// True, and *result is the method's answer, when `a` is an instance with such a method.
MDH_INLINE bool mdh_operator_answers(MdhThread *t, MdhOperator op, MdhValue a, MdhValue b,
                                     MdhValue *result)
{
    if (MDH_LIKELY(!mdh_is_instance(a))) return false;
    MdhValue method = mdh_operator_method(a, op);
    if (mdh_is_absent(method)) return false;
    *result = mdh_operator_call(t, method, a, b);
    return true;
}

// An operand of arithmetic or ordering: bools count as 0 and 1.
typedef struct MdhOperand {
    bool is_number, is_float;
    int64_t i;
    double d; // valid also for integers
} MdhOperand;

MDH_INLINE MdhOperand mdh_operand(MdhValue v)
{
    if (mdh_is_int(v))
        return (MdhOperand){true, false, mdh_int_of(v), (double)mdh_int_of(v)};
    if (mdh_is_float(v)) return (MdhOperand){true, true, 0, mdh_float_of(v)};
    int64_t b = v.bits == MDH_BITS_AYE;
    return (MdhOperand){mdh_is_bool(v), false, b, (double)b};
}

// Numeric order across kinds without rounding: -1, 0, 1, or 2 when one is NaN.
int mdh_compare_numbers(MdhValue a, MdhValue b);

#endif
