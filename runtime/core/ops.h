// SPDX-License-Identifier: MIT
// The operations of the language that are more than one instruction, shared by both back ends.
// All return MDH_EXC when they threw. Fast paths for two small integers or two immediate
// doubles are inline in ops_inline.h and in the interpreter; these are the complete forms.
#ifndef MDH_CORE_OPS_H
#define MDH_CORE_OPS_H

#include "runtime/core/value.h"

// __mdh_op_add and the others, one for each row of abi/rtcalls.def.
#define RT_TYPE_VAL MdhValue
#define RT_TYPE_CACHE uint64_t *
#define RT_TYPE_FLAG bool
#define A(name, type) , RT_TYPE_##type name
#define RT(name, ret, params, flags, doc) RT_TYPE_##ret __mdh_op_##name(MdhThread *t params);
#include "abi/rtcalls.def"
#undef RT
#undef A

// Interns the names of operator methods: by mdh_runtime_init.
bool mdh_ops_setup(void);

// The equality of `==` without operator methods; deep on lists; depth-limited (throws STACK).
// *out is valid when the result is true ("did not throw").
bool mdh_equal(MdhThread *t, MdhValue a, MdhValue b, bool *out);
// Same without a thread: identity beyond MDH_MAX_DATA_DEPTH. For tables and tests.
bool mdh_key_same(MdhValue a, MdhValue b);  // key identity of dicts and creels
uint32_t mdh_key_hash(MdhValue k);
// Ordering of sort: numbers numerically, strings by code point, any other pair equal (0).
int mdh_order(MdhValue a, MdhValue b);

// The printed form (blether, tae_string, f-strings, join, +) as a string value.
MdhValue mdh_show(MdhThread *t, MdhValue v);
// Appends the printed form to `sb`; false when it threw.
struct MdhSb;
bool mdh_show_into(MdhThread *t, struct MdhSb *sb, MdhValue v);
// An f-string format spec, already parsed by the compiler into its parts.
typedef struct MdhFormatSpec {
    char fill[5];            // one character, UTF-8
    char align;              // < > ^ or 0
    char sign;               // + - space or 0
    char type;               // d x X b o f e g s or 0
    bool alternate, zero;
    int width, precision;    // -1 = left out
} MdhFormatSpec;
MdhValue mdh_format_value(MdhThread *t, MdhValue v, const MdhFormatSpec *spec);

#endif
