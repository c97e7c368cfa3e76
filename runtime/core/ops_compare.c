// SPDX-License-Identifier: MIT
// Equality, key identity, ordering.
//
// Integers and floats compare exactly: rounding a large integer to a double first would make
// 2^53 and 2^53 + 1 equal to the same float. Equality by word is right only when both words are
// immediates of the same kind, so boxed numbers always go the long way.
#include <math.h>

#include "base/siphash.h"
#include "runtime/core/ops_priv.h"
#include "runtime/data/bytes.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"

// Numbers -----------------------------------------------------------------------------------

#define TWO_63 9223372036854775808.0

// i against d, d not NaN.
static int compare_int_float(int64_t i, double d)
{
    if (d >= TWO_63) return -1;
    if (d < -TWO_63) return 1;
    int64_t whole = (int64_t)d;
    if (i != whole) return i < whole ? -1 : 1;
    double rest = d - (double)whole;
    return (rest < 0) - (rest > 0);
}

int mdh_compare_numbers(MdhValue a, MdhValue b)
{
    MdhOperand x = mdh_operand(a), y = mdh_operand(b);
    if (!x.is_float && !y.is_float) return (x.i > y.i) - (x.i < y.i);
    if (isnan(x.d) || isnan(y.d)) return 2;
    if (x.is_float && y.is_float) return (x.d > y.d) - (x.d < y.d);
    return x.is_float ? -compare_int_float(y.i, x.d) : compare_int_float(x.i, y.d);
}

// Equality ------------------------------------------------------------------------------------

static bool equal_lists(MdhThread *t, MdhValue a, MdhValue b, bool *out);

bool mdh_equal(MdhThread *t, MdhValue a, MdhValue b, bool *out)
{
    *out = false;
    if (mdh_both_fixint(a, b) || !(mdh_is_ptr(a) || mdh_is_ptr(b))) {
        if (mdh_is_flonum(a) != mdh_is_flonum(b))
            *out = mdh_is_number(a) && mdh_is_number(b) && mdh_compare_numbers(a, b) == 0;
        else if (mdh_is_flonum(a))
            *out = mdh_flonum(a) == mdh_flonum(b); // by number: NaN differs from itself
        else *out = mdh_same(a, b);
        return true;
    }
    unsigned ta = mdh_tag(a), tb = mdh_tag(b);
    if (mdh_is_number(a) && mdh_is_number(b)) *out = mdh_compare_numbers(a, b) == 0;
    else if (ta != tb) return true;
    else if (ta == MDH_TAG_STRING) *out = mdh_str_eq(a, b);
    else if (ta == MDH_TAG_BYTES) *out = mdh_bytes_equal(a, b);
    else if (ta == MDH_TAG_LIST) return equal_lists(t, a, b, out);
    else *out = mdh_key_same(a, b);
    return true;
}

static bool equal_items(MdhThread *t, MdhListBuf *x, MdhListBuf *y, uint64_t n, bool *out)
{
    *out = true;
    for (uint64_t i = 0; i < n && *out; i++) {
        MdhValue a = mdh_listbuf_get(t, x, i), b = mdh_listbuf_get(t, y, i);
        if (mdh_is_exc(a) || mdh_is_exc(b)) return false;
        if (!mdh_equal(t, a, b, out)) return false;
    }
    return true;
}

static bool equal_lists(MdhThread *t, MdhValue a, MdhValue b, bool *out)
{
    MdhListBuf *x = mdh_list_buf(a), *y = mdh_list_buf(b);
    uint64_t n = __atomic_load_n(&x->n, __ATOMIC_RELAXED);
    if (n != __atomic_load_n(&y->n, __ATOMIC_RELAXED)) return true; // *out is false
    size_t octets = x->h.flags == MDH_LIST_U8 ? 1 : x->h.flags == MDH_LIST_I64 ? 8 : 0;
    if (octets && x->h.flags == y->h.flags) {
        *out = memcmp(x->items, y->items, n * octets) == 0;
        return true;
    }
    if (t->data_depth >= MDH_MAX_DATA_DEPTH) {
        mdh_throw_error(t, MDH_E_STACK);
        return false;
    }
    t->data_depth++;
    bool fine = equal_items(t, x, y, n, out);
    t->data_depth--;
    return fine;
}

// Keys ----------------------------------------------------------------------------------------

// The native value behind v when it counts by its data, not by identity.
static const MdhNative *native_by_value(MdhValue v)
{
    const MdhNative *n = mdh_ptr(v);
    return n->h.flags & MDH_NATIVE_BY_VALUE ? n : NULL;
}

static bool same_natives(MdhValue a, MdhValue b)
{
    const MdhNative *x = native_by_value(a), *y = native_by_value(b);
    return x && y && x->type == y->type && mdh_key_same(x->data, y->data);
}

bool mdh_key_same(MdhValue a, MdhValue b)
{
    if (mdh_same(a, b)) return true;
    if (!mdh_is_ptr(a) || !mdh_is_ptr(b)) return false; // numbers have one form each
    unsigned tag = mdh_obj(a)->tag;
    if (tag != mdh_obj(b)->tag) return false;
    if (tag == MDH_TAG_STRING) return mdh_str_eq(a, b);
    if (tag == MDH_TAG_INTEGER) return mdh_int_of(a) == mdh_int_of(b);
    if (tag == MDH_TAG_NATIVE) return same_natives(a, b);
    if (tag != MDH_TAG_FLOAT) return false;
    double x = mdh_float_of(a), y = mdh_float_of(b);
    return memcmp(&x, &y, sizeof x) == 0;
}

uint32_t mdh_key_hash(MdhValue k)
{
    uint64_t word = k.bits;
    if (mdh_is_ptr(k)) {
        unsigned tag = mdh_obj(k)->tag;
        if (tag == MDH_TAG_STRING) return mdh_str_hash(k);
        if (tag == MDH_TAG_NATIVE && native_by_value(k))
            return mdh_key_hash(native_by_value(k)->data) + 1;
        if (tag == MDH_TAG_INTEGER) word = (uint64_t)((MdhBoxInt *)mdh_ptr(k))->i;
        if (tag == MDH_TAG_FLOAT)
            memcpy(&word, &((MdhBoxFloat *)mdh_ptr(k))->d, sizeof word);
    }
    return hash_u64(word);
}

// Order ---------------------------------------------------------------------------------------

int mdh_order(MdhValue a, MdhValue b)
{
    if (mdh_both_fixint(a, b)) {
        int64_t x = mdh_fixint(a), y = mdh_fixint(b);
        return (x > y) - (x < y);
    }
    if (mdh_is_number(a) && mdh_is_number(b)) {
        int order = mdh_compare_numbers(a, b);
        return order == 2 ? 0 : order;
    }
    if (mdh_is_str(a) && mdh_is_str(b)) return mdh_str_cmp(a, b);
    return 0;
}

// Operators -----------------------------------------------------------------------------------

MdhValue __mdh_op_eq(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue result;
    bool same;
    if (mdh_operator_answers(t, MDH_OPER_EQ, a, b, &result)) return result;
    return mdh_equal(t, a, b, &same) ? mdh_bool(same) : MDH_EXC;
}

MdhValue __mdh_op_ne(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue result;
    bool same;
    if (mdh_operator_answers(t, MDH_OPER_NE, a, b, &result)) return result;
    return mdh_equal(t, a, b, &same) ? mdh_bool(!same) : MDH_EXC;
}

// Sets *order as mdh_compare_numbers does, or *result when the comparison ends otherwise.
static bool compare(MdhThread *t, MdhOperator op, MdhValue a, MdhValue b, int *order,
                    MdhValue *result)
{
    if (mdh_operand(a).is_number && mdh_operand(b).is_number) {
        *order = mdh_compare_numbers(a, b);
        return true;
    }
    if (mdh_is_str(a) && mdh_is_str(b)) {
        int c = mdh_str_cmp(a, b);
        *order = (c > 0) - (c < 0);
        return true;
    }
    if (!mdh_operator_answers(t, op, a, b, result))
        *result = mdh_throw_type(t, "Cannae compare %k wi' %k", a, b);
    return false;
}

MdhValue __mdh_op_lt(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue result;
    int order;
    return compare(t, MDH_OPER_LT, a, b, &order, &result) ? mdh_bool(order == -1) : result;
}

MdhValue __mdh_op_le(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue result;
    int order;
    return compare(t, MDH_OPER_LE, a, b, &order, &result) ? mdh_bool(order <= 0) : result;
}

MdhValue __mdh_op_gt(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue result;
    int order;
    return compare(t, MDH_OPER_GT, a, b, &order, &result) ? mdh_bool(order == 1) : result;
}

MdhValue __mdh_op_ge(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue result;
    int order;
    return compare(t, MDH_OPER_GE, a, b, &order, &result)
               ? mdh_bool(order == 0 || order == 1)
               : result;
}
