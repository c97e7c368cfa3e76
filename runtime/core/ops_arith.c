// SPDX-License-Identifier: MIT
// + - * / % and unary minus, complete: two small integers first, then any two numbers (bools as
// 0 and 1), then operator methods of the left operand, text and lists, and last the error.
#include <math.h>

#include "base/num.h"
#include "runtime/core/ops_priv.h"
#include "runtime/data/bytes.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"

static const char *const method_names[MDH_OPER_COUNT] = {
    [MDH_OPER_ADD] = "__pit_thegither__",
    [MDH_OPER_SUB] = "__tak_awa__",
    [MDH_OPER_MUL] = "__times__",
    [MDH_OPER_DIV] = "__pairt__",
    [MDH_OPER_MOD] = "__lave__",
    [MDH_OPER_EQ] = "__same_as__",
    [MDH_OPER_NE] = "__differs_fae__",
    [MDH_OPER_LT] = "__wee_er__",
    [MDH_OPER_LE] = "__wee_er_or_same__",
    [MDH_OPER_GT] = "__muckle_er__",
    [MDH_OPER_GE] = "__muckle_er_or_same__",
};
static MdhValue method_strings[MDH_OPER_COUNT]; // interned: outside the collected heap

bool mdh_ops_setup(void)
{
    for (int op = 0; op < MDH_OPER_COUNT; op++) {
        method_strings[op] = mdh_str_intern_c(method_names[op]);
        if (mdh_is_absent(method_strings[op])) return false;
    }
    return true;
}

MdhValue mdh_operator_method(MdhValue a, MdhOperator op)
{
    const MdhClass *cls = mdh_instance(a)->cls;
    int i = mdh_class_find(cls, method_strings[op]);
    return i < 0 ? MDH_ABSENT : cls->methods[i];
}

static MdhValue overflow(MdhThread *t)
{
    return mdh_throw_error(t, MDH_E_OVERFLOW);
}

// `a op b` where the operands are numbers; false when one of them is not.
MDH_INLINE bool both_numbers(MdhValue a, MdhValue b, MdhOperand *x, MdhOperand *y)
{
    *x = mdh_operand(a);
    *y = mdh_operand(b);
    return x->is_number && y->is_number;
}

// Addition -----------------------------------------------------------------------------------

// "x" + value and value + "x": appends the printed form.
static MdhValue add_text(MdhThread *t, MdhValue a, MdhValue b)
{
    if (mdh_is_int(b)) {
        char text[NUM_I64_MAX];
        return mdh_str_append_ascii(t, a, text, num_format_i64(mdh_int_of(b), text));
    }
    if (!mdh_is_str(a)) a = mdh_show(t, a);
    if (mdh_is_exc(a)) return a;
    if (!mdh_is_str(b)) b = mdh_show(t, b);
    if (mdh_is_exc(b)) return b;
    return mdh_str_concat(t, a, b);
}

static MdhValue add_bytes(MdhThread *t, MdhValue a, MdhValue b)
{
    Slice x = mdh_bytes_slice_of(a), y = mdh_bytes_slice_of(b);
    MdhValue sum = mdh_bytes_from(t, x.ptr, x.len);
    if (mdh_is_exc(sum) || !mdh_bytes_append(t, sum, y.ptr, y.len)) return MDH_EXC;
    return sum;
}

static MdhValue add_others(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue result;
    if (mdh_operator_answers(t, MDH_OPER_ADD, a, b, &result)) return result;
    if (mdh_is_str(a) || mdh_is_str(b)) return add_text(t, a, b);
    if (mdh_is_list(a) && mdh_is_list(b)) return mdh_list_concat(t, a, b);
    if (mdh_is_bytes(a) && mdh_is_bytes(b)) return add_bytes(t, a, b);
    return mdh_throw_type(t, "Cannae add %k an' %k", a, b);
}

MdhValue __mdh_op_add(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhOperand x, y;
    int64_t i;
    if (mdh_both_fixint(a, b)) return mdh_int(t, mdh_fixint(a) + mdh_fixint(b));
    if (mdh_both_flonum(a, b)) return mdh_float(t, mdh_flonum(a) + mdh_flonum(b));
    if (mdh_is_str(a) && mdh_is_str(b)) return mdh_str_concat(t, a, b);
    if (!both_numbers(a, b, &x, &y)) return add_others(t, a, b);
    if (x.is_float || y.is_float) return mdh_float(t, x.d + y.d);
    return __builtin_add_overflow(x.i, y.i, &i) ? overflow(t) : mdh_int(t, i);
}

// Subtraction --------------------------------------------------------------------------------

static MdhValue sub_others(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue result;
    if (mdh_operator_answers(t, MDH_OPER_SUB, a, b, &result)) return result;
    return mdh_throw_type(t, "Cannae subtract %k fae %k", b, a);
}

MdhValue __mdh_op_sub(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhOperand x, y;
    int64_t i;
    if (mdh_both_fixint(a, b)) return mdh_int(t, mdh_fixint(a) - mdh_fixint(b));
    if (mdh_both_flonum(a, b)) return mdh_float(t, mdh_flonum(a) - mdh_flonum(b));
    if (!both_numbers(a, b, &x, &y)) return sub_others(t, a, b);
    if (x.is_float || y.is_float) return mdh_float(t, x.d - y.d);
    return __builtin_sub_overflow(x.i, y.i, &i) ? overflow(t) : mdh_int(t, i);
}

// Multiplication -----------------------------------------------------------------------------

static MdhValue repeat(MdhThread *t, MdhValue s, MdhValue count)
{
    int64_t n = mdh_int_of(count);
    if (n < 0) return mdh_throw_type(t, "Repeat count must be non-negative");
    return mdh_str_repeat(t, s, n);
}

static MdhValue mul_others(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue result;
    if (mdh_operator_answers(t, MDH_OPER_MUL, a, b, &result)) return result;
    if (mdh_is_str(a) && mdh_is_int(b)) return repeat(t, a, b);
    if (mdh_is_int(a) && mdh_is_str(b)) return repeat(t, b, a);
    return mdh_throw_type(t, "Cannae multiply %k by %k", a, b);
}

MdhValue __mdh_op_mul(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhOperand x, y;
    int64_t i;
    if (mdh_both_flonum(a, b)) return mdh_float(t, mdh_flonum(a) * mdh_flonum(b));
    if (!both_numbers(a, b, &x, &y)) return mul_others(t, a, b);
    if (x.is_float || y.is_float) return mdh_float(t, x.d * y.d);
    return __builtin_mul_overflow(x.i, y.i, &i) ? overflow(t) : mdh_int(t, i);
}

// Division and remainder ---------------------------------------------------------------------

static MdhValue div_others(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue result;
    if (mdh_operator_answers(t, MDH_OPER_DIV, a, b, &result)) return result;
    return mdh_throw_type(t, "Cannae divide %k by %k", a, b);
}

MdhValue __mdh_op_div(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhOperand x, y;
    if (!both_numbers(a, b, &x, &y)) return div_others(t, a, b);
    if (y.d == 0) return mdh_throw_error(t, MDH_E_DIV_ZERO);
    if (x.is_float || y.is_float) return mdh_float(t, x.d / y.d);
    if (x.i == INT64_MIN && y.i == -1) return overflow(t);
    return mdh_int(t, x.i / y.i);
}

static MdhValue mod_others(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue result;
    if (mdh_operator_answers(t, MDH_OPER_MOD, a, b, &result)) return result;
    return mdh_throw_type(t, "Cannae get remainder o' %k by %k", a, b);
}

MdhValue __mdh_op_mod(MdhThread *t, MdhValue a, MdhValue b)
{
    // Bools take no part in remainders.
    if (!mdh_is_number(a) || !mdh_is_number(b)) return mod_others(t, a, b);
    if (mdh_is_int(b)) {
        int64_t y = mdh_int_of(b);
        if (y == 0) return mdh_throw_error(t, MDH_E_DIV_ZERO);
        if (mdh_is_int(a)) return mdh_int(t, y == -1 ? 0 : mdh_int_of(a) % y);
    }
    return mdh_float(t, fmod(mdh_number_as_double(a), mdh_number_as_double(b)));
}

MdhValue __mdh_op_neg(MdhThread *t, MdhValue a)
{
    if (mdh_is_int(a)) {
        int64_t i = mdh_int_of(a);
        return i == INT64_MIN ? overflow(t) : mdh_int(t, -i);
    }
    if (mdh_is_float(a)) return mdh_float(t, -mdh_float_of(a));
    return mdh_throw_type(t, "Cannae negate a %k", a);
}
