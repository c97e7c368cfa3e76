// SPDX-License-Identifier: MIT
// Atomic integers as builtins.
#include "abi/abi.h"
#include "runtime/builtins/number.h"
#include "runtime/conc/sync.h"
#include "runtime/core/throw.h"

static int64_t int_of(MdhValue v)
{
    return mdh_is_int(v) ? mdh_int_of(v) : mdh_double_to_int(mdh_float_of(v));
}

MdhValue __mdh_atomic_new(MdhThread *t, int argc, const MdhArgs_atomic_new *a)
{
    (void)argc;
    return mdh_atomic_int_new(t, int_of(a->value));
}

MdhValue __mdh_atomic_load(MdhThread *t, int argc, const MdhArgs_atomic_load *a)
{
    (void)argc;
    const int64_t *p = mdh_atomic_int_of(t, a->atomic);
    return p ? mdh_int(t, __atomic_load_n(p, __ATOMIC_SEQ_CST)) : MDH_EXC;
}

MdhValue __mdh_atomic_store(MdhThread *t, int argc, const MdhArgs_atomic_store *a)
{
    (void)argc;
    int64_t *p = mdh_atomic_int_of(t, a->atomic);
    if (!p) return MDH_EXC;
    __atomic_store_n(p, int_of(a->value), __ATOMIC_SEQ_CST);
    return MDH_NAETHING;
}

// The sum must be known to fit before it is stored: a comparison and exchange that is tried again
// when another thread was faster (so some thread always gets on).
static MdhValue add(MdhThread *t, MdhValue atomic, int64_t n, bool subtract)
{
    int64_t *p = mdh_atomic_int_of(t, atomic), old, sum;
    if (!p) return MDH_EXC;
    old = __atomic_load_n(p, __ATOMIC_RELAXED);
    do {
        if (subtract ? __builtin_sub_overflow(old, n, &sum)
                     : __builtin_add_overflow(old, n, &sum))
            return mdh_throw_error(t, MDH_E_OVERFLOW);
    } while (!__atomic_compare_exchange_n(p, &old, sum, true, __ATOMIC_SEQ_CST,
                                          __ATOMIC_RELAXED));
    return mdh_int(t, sum);
}

MdhValue __mdh_atomic_add(MdhThread *t, int argc, const MdhArgs_atomic_add *a)
{
    (void)argc;
    return add(t, a->atomic, int_of(a->n), false);
}

MdhValue __mdh_atomic_sub(MdhThread *t, int argc, const MdhArgs_atomic_sub *a)
{
    (void)argc;
    return add(t, a->atomic, int_of(a->n), true);
}

#define BITWISE(op)                                                                        \
    MdhValue __mdh_atomic_##op(MdhThread *t, int argc, const MdhArgs_atomic_##op *a)       \
    {                                                                                      \
        (void)argc;                                                                        \
        int64_t *p = mdh_atomic_int_of(t, a->atomic);                                      \
        if (!p) return MDH_EXC;                                                            \
        return mdh_int(t, __atomic_##op##_fetch(p, int_of(a->n), __ATOMIC_SEQ_CST));       \
    }

BITWISE(and)
BITWISE(or)
BITWISE(xor)
#undef BITWISE

MdhValue __mdh_atomic_swap(MdhThread *t, int argc, const MdhArgs_atomic_swap *a)
{
    (void)argc;
    int64_t *p = mdh_atomic_int_of(t, a->atomic);
    return p ? mdh_int(t, __atomic_exchange_n(p, int_of(a->value), __ATOMIC_SEQ_CST)) : MDH_EXC;
}

MdhValue __mdh_atomic_cas(MdhThread *t, int argc, const MdhArgs_atomic_cas *a)
{
    (void)argc;
    int64_t *p = mdh_atomic_int_of(t, a->atomic), expected = int_of(a->expected);
    if (!p) return MDH_EXC;
    return mdh_bool(__atomic_compare_exchange_n(p, &expected, int_of(a->desired), false,
                                                __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
}
