// SPDX-License-Identifier: MIT
// What emitted code calls, one function for each row of abi/native.def. The usual case of each
// instruction stands here, from the same pieces as the dispatcher's, and everything else is a
// call. This file is compiled twice: into the runtime library, and to bitcode that the native
// compiler inlines. So it has no data of its own, and calls only what is visible outside.
#include "abi/abi.h"
#include "lang/vm/exec_inline.h"
#include "lang/vm/native.h"
#include "lang/vm/native_ops.h"
#include "runtime/core/ops.h"
#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"
#include "runtime/sys/in.h"
#include "runtime/sys/logrec.h"

// A value out of a slot is never the sign of an error: the test for one falls away after inlining.
MDH_INLINE MdhValue stored(MdhValue v)
{
    if (mdh_is_exc(v)) __builtin_unreachable();
    return v;
}

// ---- the function itself --------------------------------------------------------------------

int vm_n_too_deep(MdhThread *t)
{
    char here;
    return (uintptr_t)&here < (uintptr_t)t->c_stack_limit;
}

MdhValue vm_n_throw_deep(MdhThread *t)
{
    return vm_native_too_deep(t);
}

int vm_n_enter(MdhThread *t, MdhFn *fn)
{
    return !vm_native_enter(t, fn);
}

void vm_n_at(MdhThread *t, const VmCode *code, uint32_t at)
{
    t->fp->ip = code->info.code + at + 1;
}

void vm_n_leave(MdhThread *t)
{
    MDH_PTR_PUBLISH(&t->fp, t->fp - 1);
}

int vm_n_left(MdhThread *t, const VmCode *code, uint32_t at)
{
    return vm_native_left(t, code, at);
}

MdhValue vm_n_take_error(MdhThread *t)
{
    return mdh_take_error(t);
}

int vm_n_arrange(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv, MdhValue *out)
{
    return vm_native_arrange(t, fn, argc, argv, out);
}

MdhValue vm_n_up(MdhThread *t, MdhFn *fn, uint32_t i)
{
    (void)t;
    return fn->up[i];
}

// ---- variables ------------------------------------------------------------------------------

MdhValue vm_n_builtin(MdhThread *t, uint32_t id)
{
    return vm_builtin_value(t, id);
}

MdhValue vm_n_getg(MdhThread *t, MdhValue *slot)
{
    MdhValue v = MDH_SLOT_LOAD(slot);
    if (MDH_LIKELY(!mdh_is_absent(v))) return stored(v);
    return vm_outside_global(t, (uint32_t)(slot - vm_globals));
}

int vm_n_setg(MdhThread *t, MdhValue *slot, MdhValue v)
{
    if (MDH_UNLIKELY(mdh_is_absent(MDH_SLOT_LOAD(slot))))
        return vm_set_global(t, (uint32_t)(slot - vm_globals), v) ? 0 : -1;
    MDH_SLOT_STORE(slot, v);
    return 0;
}

void vm_n_defg(MdhThread *t, MdhValue *slot, MdhValue v)
{
    (void)t;
    MDH_SLOT_STORE(slot, v);
}

MdhValue vm_n_new_cell(MdhThread *t, MdhValue v)
{
    return vm_new_cell(t, v);
}

MdhValue vm_n_getcell(MdhThread *t, MdhValue cell)
{
    (void)t;
    return MDH_SLOT_LOAD(&((MdhCell *)mdh_ptr(cell))->v);
}

void vm_n_setcell(MdhThread *t, MdhValue cell, MdhValue v)
{
    (void)t;
    MDH_SLOT_STORE(&((MdhCell *)mdh_ptr(cell))->v, v);
}

MdhValue vm_n_throw_masel(MdhThread *t)
{
    return mdh_throw_error(t, MDH_E_UNDEFINED, mdh_str_c(t, "masel"));
}

MdhValue vm_n_room_new(MdhThread *t, uint32_t n)
{
    return vm_room_new(t, n);
}

MdhValue vm_n_getroom(MdhThread *t, MdhValue room, uint32_t i)
{
    (void)t;
    return vm_room(room)[i];
}

void vm_n_setroom(MdhThread *t, MdhValue room, uint32_t i, MdhValue v)
{
    (void)t;
    vm_room(room)[i] = v;
}

MdhValue vm_n_stash(MdhThread *t, const MdhValue *r, uint32_t n)
{
    return vm_stash(t, r, n);
}

MdhValue vm_n_unstash(MdhThread *t, MdhValue *r)
{
    (void)t;
    return vm_unstash(r);
}

// ---- operators ------------------------------------------------------------------------------

// Small integers in place. Doubles are one call away: where they are many, the compiler has them
// unboxed.
#define ARITH_OP(name, overflow, fop)                                                         \
    MDH_NOINLINE MdhValue vm_n_##name##_slow(MdhThread *t, MdhValue a, MdhValue b)            \
    {                                                                                         \
        MdhValue r;                                                                           \
        if (MDH_LIKELY(mdh_both_flonum(a, b)) &&                                              \
            MDH_LIKELY(flonum_fits(mdh_flonum(a) fop mdh_flonum(b), &r)))                     \
            return r;                                                                         \
        return __mdh_op_##name(t, a, b);                                                      \
    }                                                                                         \
    MdhValue vm_n_##name(MdhThread *t, MdhValue a, MdhValue b)                                \
    {                                                                                         \
        int64_t x;                                                                            \
        if (MDH_LIKELY(mdh_both_fixint(a, b)) && MDH_LIKELY(!overflow))                       \
            return (MdhValue){(uint64_t)x | 1};                                               \
        return vm_n_##name##_slow(t, a, b);                                                   \
    }
ARITH_OP(add, SUM_OVER, +)
ARITH_OP(sub, DIFF_OVER, -)
ARITH_OP(mul, PROD_OVER, *)

MDH_NOINLINE MdhValue vm_n_div_slow(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue r;
    if (mdh_both_flonum(a, b) && div_flo(a, b, &r)) return r;
    return __mdh_op_div(t, a, b);
}

MdhValue vm_n_div(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue r;
    if (MDH_LIKELY(mdh_both_fixint(a, b)) && MDH_LIKELY(div_fix(a, b, &r))) return r;
    return vm_n_div_slow(t, a, b);
}

MdhValue vm_n_mod(MdhThread *t, MdhValue a, MdhValue b)
{
    MdhValue r;
    if (MDH_LIKELY(mdh_both_fixint(a, b)) && MDH_LIKELY(mod_fix(a, b, &r))) return r;
    return __mdh_op_mod(t, a, b);
}

MdhValue vm_n_neg(MdhThread *t, MdhValue v)
{
    return __mdh_op_neg(t, v);
}

int vm_n_truthy(MdhThread *t, MdhValue v)
{
    (void)t;
    return mdh_truthy(v);
}

#define EQUAL_OP(name, negate)                                                                \
    int vm_n_##name(MdhThread *t, MdhValue a, MdhValue b)                                     \
    {                                                                                         \
        if (mdh_both_fixint(a, b) || is_immediate(a) || (is_immediate(b) && !mdh_is_ptr(a)))  \
            return (a.bits == b.bits) != negate;                                              \
        return vm_equal_slow(t, a, b, negate);                                                \
    }
EQUAL_OP(eq, false)
EQUAL_OP(ne, true)

#define COMPARE_OP(name, NAME, op)                                                            \
    MDH_NOINLINE int vm_n_##name##_slow(MdhThread *t, MdhValue a, MdhValue b)                 \
    {                                                                                         \
        if (mdh_both_flonum(a, b)) return mdh_flonum(a) op mdh_flonum(b);                     \
        return vm_compare_slow(t, OP_##NAME, a, b);                                           \
    }                                                                                         \
    int vm_n_##name(MdhThread *t, MdhValue a, MdhValue b)                                     \
    {                                                                                         \
        if (MDH_LIKELY(mdh_both_fixint(a, b))) return (int64_t)a.bits op (int64_t)b.bits;     \
        return vm_n_##name##_slow(t, a, b);                                                   \
    }
COMPARE_OP(lt, JLT, <)
COMPARE_OP(le, JLE, <=)
COMPARE_OP(gt, JGT, >)
COMPARE_OP(ge, JGE, >=)

#define EQUAL_VALUE(name, negate)                                                             \
    MdhValue vm_n_v##name(MdhThread *t, MdhValue a, MdhValue b)                               \
    {                                                                                         \
        if (mdh_both_fixint(a, b) || is_immediate(a) || (is_immediate(b) && !mdh_is_ptr(a)))  \
            return mdh_bool((a.bits == b.bits) != negate);                                    \
        return __mdh_op_##name(t, a, b);                                                      \
    }
EQUAL_VALUE(eq, false)
EQUAL_VALUE(ne, true)

#define COMPARE_VALUE(name, op)                                                               \
    MdhValue vm_n_v##name(MdhThread *t, MdhValue a, MdhValue b)                               \
    {                                                                                         \
        if (MDH_LIKELY(mdh_both_fixint(a, b)))                                                \
            return mdh_bool((int64_t)a.bits op (int64_t)b.bits);                              \
        if (mdh_both_flonum(a, b)) return mdh_bool(mdh_flonum(a) op mdh_flonum(b));           \
        return __mdh_op_##name(t, a, b);                                                      \
    }
COMPARE_VALUE(lt, <)
COMPARE_VALUE(le, <=)
COMPARE_VALUE(gt, >)
COMPARE_VALUE(ge, >=)

MdhValue vm_n_concat(MdhThread *t, const MdhValue *v, int n)
{
    return vm_concat(t, v, n);
}

MdhValue vm_n_format(MdhThread *t, const VmCode *code, uint32_t i, MdhValue v)
{
    return vm_format(t, v, &code->bc->formats.items[i]);
}

// ---- numbers out of their boxes -------------------------------------------------------------

MdhValue vm_n_box_int(MdhThread *t, int64_t i)
{
    return mdh_int(t, i);
}

MdhValue vm_n_box_float(MdhThread *t, double d)
{
    MdhValue r;
    if (MDH_LIKELY(flonum_fits(d, &r))) return stored(r);
    return mdh_box_float(t, d);
}

int64_t vm_n_int_of(MdhThread *t, MdhValue v)
{
    (void)t;
    return mdh_int_of(v);
}

double vm_n_float_of(MdhThread *t, MdhValue v)
{
    (void)t;
    return mdh_float_of(v);
}

int vm_n_is_float(MdhThread *t, MdhValue v)
{
    (void)t;
    return mdh_is_float(v);
}

MdhValue vm_n_throw_overflow(MdhThread *t)
{
    return mdh_throw_error(t, MDH_E_OVERFLOW);
}

MdhValue vm_n_throw_div_zero(MdhThread *t)
{
    return mdh_throw_error(t, MDH_E_DIV_ZERO);
}

double vm_n_sqrt(MdhThread *t, double d)
{
    (void)t;
    return __builtin_sqrt(d);
}

// The value of a slot, ABSENT while it is unset.
MdhValue vm_n_known(MdhThread *t, MdhValue *slot)
{
    (void)t;
    return MDH_SLOT_LOAD(slot);
}

MDH_NOINLINE MdhValue vm_n_geti_slow(MdhThread *t, MdhValue o, int64_t k)
{
    MdhValue key = mdh_int(t, k);
    return mdh_is_exc(key) ? key : __mdh_op_index(t, o, key);
}

MDH_NOINLINE MdhValue vm_n_seti_slow(MdhThread *t, MdhValue o, int64_t k, MdhValue v)
{
    MdhValue key = mdh_int(t, k);
    return mdh_is_exc(key) ? key : __mdh_op_set_index(t, o, key, v);
}

MDH_NOINLINE MdhValue vm_n_bget_slow(MdhThread *t, MdhValue o, int64_t k, uint32_t w)
{
    MdhValue key = mdh_int(t, k);
    if (mdh_is_exc(key)) return key;
    return vm_call_builtin_with(t, w & 0xffffff, 2, o, key, MDH_NAETHING);
}

MDH_NOINLINE MdhValue vm_n_bput_slow(MdhThread *t, MdhValue o, int64_t k, int64_t n, uint32_t w)
{
    MdhValue key = mdh_int(t, k), v = mdh_int(t, n);
    if (mdh_is_exc(key) || mdh_is_exc(v)) return MDH_EXC;
    return vm_call_builtin_with(t, w & 0xffffff, 3, o, key, v);
}

MDH_NOINLINE MdhValue vm_n_len_slow(MdhThread *t, MdhValue o)
{
    return vm_call_builtin_with(t, MDH_B_ID_len, 1, o, MDH_NAETHING, MDH_NAETHING);
}

MDH_NOINLINE MdhValue vm_n_dget_slow(MdhThread *t, MdhValue d, MdhValue key, MdhValue other)
{
    return vm_call_builtin_with(t, MDH_B_ID_dict_get, 3, d, key, other);
}

MdhValue vm_n_geti_i(MdhThread *t, MdhValue o, int64_t k)
{
    if (MDH_LIKELY(mdh_is_ptr(o))) {
        if (MDH_LIKELY(mdh_obj(o)->tag == MDH_TAG_LIST)) {
            MdhValue v = mdh_list_get_fast(o, (uint64_t)k);
            if (MDH_LIKELY(!mdh_is_absent(v))) return stored(v);
        } else if (mdh_obj(o)->tag == MDH_TAG_BYTES) {
            const MdhWindow *w = mdh_bytes_window(o);
            if (MDH_LIKELY((uint64_t)k < w->len)) return mdh_fix(w->data[k]);
        }
    }
    return vm_n_geti_slow(t, o, k);
}

MdhValue vm_n_seti_i(MdhThread *t, MdhValue o, int64_t k, MdhValue v)
{
    if (MDH_LIKELY(mdh_is_list(o)) && MDH_LIKELY(mdh_list_set_fast(o, (uint64_t)k, v)))
        return MDH_NAETHING;
    return vm_n_seti_slow(t, o, k, v);
}

int64_t vm_n_bget_i(MdhThread *t, MdhValue o, int64_t k, uint32_t w)
{
    MdhValue v;
    bool fits = k >= 0 && k <= MDH_INT_MAX63;
    if (MDH_LIKELY(fits) && MDH_LIKELY(bytes_get(o, mdh_fix(k), w >> 24, &v)))
        return mdh_fixint(v);
    v = vm_n_bget_slow(t, o, k, w);
    return mdh_is_exc(v) ? -1 : mdh_int_of(v);
}

MdhValue vm_n_bput_i(MdhThread *t, MdhValue o, int64_t k, int64_t n, uint32_t w)
{
    bool fit = k >= 0 && k <= MDH_INT_MAX63 && n >= 0 && n <= MDH_INT_MAX63;
    int done = fit ? bytes_put(t, o, mdh_fix(k), mdh_fix(n), w >> 24) : 0;
    if (MDH_LIKELY(done > 0)) return MDH_NAETHING;
    return done < 0 ? MDH_EXC : vm_n_bput_slow(t, o, k, n, w);
}

int64_t vm_n_len_i(MdhThread *t, MdhValue o)
{
    MdhValue v = vm_n_len(t, o);
    return mdh_is_exc(v) ? -1 : mdh_int_of(v);
}

// ---- loops ----------------------------------------------------------------------------------

int vm_n_for_prep(MdhThread *t, MdhValue *r, int inclusive)
{
    return vm_for_prep(t, r, inclusive != 0) ? 0 : -1;
}

int vm_n_iter_prep(MdhThread *t, MdhValue *r, int nvars)
{
    return vm_iter_prep(t, r, nvars) ? 0 : -1;
}

int vm_n_iter_next(MdhThread *t, MdhValue *r, MdhValue *out, int nvars)
{
    return vm_iter_next(t, r, out, nvars);
}

// The next item when a list of values is walked; else ABSENT.
MdhValue vm_n_iter_item(MdhThread *t, MdhValue what, MdhValue at, MdhValue end)
{
    (void)t;
    if (MDH_UNLIKELY((end.bits & 15) != (VM_WALK_LIST << 1 | 1))) return MDH_ABSENT;
    uint64_t i = (uint64_t)mdh_fixint(at);
    if (MDH_UNLIKELY(i >= (uint64_t)mdh_fixint(end) >> 3)) return MDH_ABSENT;
    const MdhListBuf *b = mdh_ptr(what);
    return MDH_LIKELY(b->h.flags == MDH_LIST_VALUES) ? MDH_SLOT_LOAD(&b->items[i]) : MDH_ABSENT;
}

// ---- containers -----------------------------------------------------------------------------

MdhValue vm_n_new_list(MdhThread *t, int n, const MdhValue *items)
{
    return mdh_list_of(t, (uint64_t)n, items);
}

int vm_n_append(MdhThread *t, MdhValue list, int n, const MdhValue *items)
{
    for (int i = 0; i < n; i++)
        if (!mdh_list_push(t, list, items[i])) return -1;
    return 0;
}

MdhValue vm_n_spread(MdhThread *t, MdhValue list, MdhValue v, int in_call)
{
    return __mdh_op_spread(t, list, v, in_call != 0);
}

MdhValue vm_n_new_dict(MdhThread *t)
{
    return mdh_dict_new(t, 0);
}

int vm_n_dict_put(MdhThread *t, MdhValue d, MdhValue k, MdhValue v)
{
    return mdh_dict_put(t, d, k, v) ? 0 : -1;
}

MdhValue vm_n_dict_of(MdhThread *t, uint32_t n, const MdhValue *keys, const MdhValue *vals)
{
    return mdh_dict_of(t, n, keys, vals);
}

MdhValue vm_n_range(MdhThread *t, MdhValue a, MdhValue b, int inclusive)
{
    return __mdh_op_range(t, a, b, inclusive != 0);
}

MdhValue vm_n_geti(MdhThread *t, MdhValue o, MdhValue k)
{
    if (MDH_LIKELY(mdh_is_fixint(k)) && mdh_is_ptr(o)) {
        uint64_t i = (uint64_t)mdh_fixint(k);
        if (MDH_LIKELY(mdh_obj(o)->tag == MDH_TAG_LIST)) {
            MdhValue v = mdh_list_get_fast(o, i);
            if (MDH_LIKELY(!mdh_is_absent(v))) return stored(v);
        } else if (mdh_obj(o)->tag == MDH_TAG_BYTES) {
            const MdhWindow *w = mdh_bytes_window(o);
            if (MDH_LIKELY(i < w->len)) return mdh_fix(w->data[i]);
        }
    }
    return __mdh_op_index(t, o, k);
}

MdhValue vm_n_getik(MdhThread *t, MdhValue o, VmCache *ic)
{
    if (MDH_LIKELY(mdh_is_dict(o))) {
        MdhValue v = mdh_dict_get_cached(o, ic->name, &ic->word);
        if (MDH_LIKELY(!mdh_is_absent(v))) return stored(v);
    }
    return __mdh_op_index(t, o, ic->name);
}

MdhValue vm_n_seti(MdhThread *t, MdhValue o, MdhValue k, MdhValue v)
{
    if (mdh_is_fixint(k) && mdh_is_list(o) && mdh_list_set_fast(o, (uint64_t)mdh_fixint(k), v))
        return MDH_NAETHING;
    return __mdh_op_set_index(t, o, k, v);
}

MdhValue vm_n_slice(MdhThread *t, MdhValue o, MdhValue a, MdhValue b, MdhValue step)
{
    return __mdh_op_slice(t, o, a, b, step);
}

MDH_NOINLINE MdhValue vm_n_getp_slow(MdhThread *t, MdhValue o, VmCache *ic)
{
    if (MDH_LIKELY(mdh_is_instance(o))) {
        MdhValue v;
        if (raw_field(mdh_instance(o), ic, &v)) return v;
        v = vm_second_field(t, o, ic);
        if (!mdh_is_absent(v)) return v;
    }
    return vm_get_property(t, o, ic->name, &ic->word);
}

MdhValue vm_n_getp(MdhThread *t, MdhValue o, VmCache *ic)
{
    MdhValue v;
    if (MDH_LIKELY(mdh_is_instance(o)) && MDH_LIKELY(first_field(mdh_instance(o), ic, &v)))
        return stored(v);
    if (MDH_LIKELY(mdh_is_instance(o)) && second_field(mdh_instance(o), ic, &v)) return stored(v);
    return vm_n_getp_slow(t, o, ic);
}

// The same where the field has a raw slot in some class.
MdhValue vm_n_getp_raw(MdhThread *t, MdhValue o, VmCache *ic)
{
    MdhValue v;
    if (MDH_LIKELY(mdh_is_instance(o)) && MDH_LIKELY(raw_field(mdh_instance(o), ic, &v)))
        return stored(v);
    return vm_n_getp_slow(t, o, ic);
}

MDH_NOINLINE MdhValue vm_n_setp_slow(MdhThread *t, MdhValue o, MdhValue v, VmCache *ic)
{
    if (MDH_LIKELY(mdh_is_instance(o))) {
        if (raw_store(mdh_instance(o), v, ic)) return MDH_NAETHING;
        return MDH_LIKELY(cached_store(t, o, v, ic)) ? MDH_NAETHING : MDH_EXC;
    }
    return vm_set_property(t, o, ic->name, v, &ic->word);
}

MdhValue vm_n_setp(MdhThread *t, MdhValue o, MdhValue v, VmCache *ic)
{
    if (MDH_LIKELY(mdh_is_instance(o)) && MDH_LIKELY(first_store(o, v, ic))) return MDH_NAETHING;
    return vm_n_setp_slow(t, o, v, ic);
}

// Does the object hold n fields of these names in its first slots, in that order, and are those
// of them raw that `raw` says? Slots never move and never change kind, so that what was seen once
// stays so. `seen` remembers two shapes that do.
MDH_NOINLINE int vm_n_learn(MdhThread *t, MdhValue o, uint64_t *seen,
                            const VmCache *const *fields, uint32_t n, uint64_t raw)
{
    (void)t;
    if (!mdh_is_instance(o)) return 0;
    const MdhInstance *inst = mdh_instance(o);
    uint32_t id = mdh_shape_id(inst);
    const MdhShape *shape = mdh_shape_of_id(id);
    if (!shape || shape->nslots < n || inst->cls->ninline < n) return 0;
    uint64_t ours = n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
    if ((shape->raw & ours) != raw) return 0;
    for (uint32_t i = 0; i < n; i++)
        if (!mdh_same(shape->names[i], fields[i]->name)) return 0;
    if (!__atomic_load_n(&seen[0], __ATOMIC_RELAXED))
        __atomic_store_n(&seen[0], id, __ATOMIC_RELAXED);
    else __atomic_store_n(&seen[1], id, __ATOMIC_RELAXED);
    return 1;
}

int vm_n_shaped(MdhThread *t, MdhValue o, uint64_t *seen, const VmCache *const *fields,
                uint32_t n, uint64_t raw)
{
    if (MDH_LIKELY(mdh_is_instance(o))) {
        uint32_t id = mdh_shape_id(mdh_instance(o));
        if (MDH_LIKELY(id == __atomic_load_n(&seen[0], __ATOMIC_RELAXED)) ||
            id == __atomic_load_n(&seen[1], __ATOMIC_RELAXED))
            return 1;
    }
    return vm_n_learn(t, o, seen, fields, n, raw);
}

MdhValue vm_n_slot(MdhThread *t, MdhValue o, uint32_t i)
{
    (void)t;
    return stored(MDH_SLOT_LOAD(&mdh_instance(o)->slots[i]));
}

void vm_n_set_slot(MdhThread *t, MdhValue o, uint32_t i, MdhValue v)
{
    (void)t;
    MDH_STORE_BARRIER(o, v);
    MDH_SLOT_STORE(&mdh_instance(o)->slots[i], v);
}

double vm_n_raw(MdhThread *t, MdhValue o, uint32_t i)
{
    (void)t;
    return mdh_raw_load(mdh_instance(o), i);
}

// Never inlined: the double would take its way through an integer register everywhere.
MDH_NOINLINE int vm_n_not_raw(MdhThread *t, double d)
{
    (void)t;
    return mdh_not_raw(d);
}

void vm_n_set_raw(MdhThread *t, MdhValue o, uint32_t i, double d)
{
    (void)t;
    mdh_raw_store(mdh_instance(o), i, d);
}

int vm_n_set_raw_value(MdhThread *t, MdhValue o, uint32_t i, MdhValue v)
{
    if (MDH_UNLIKELY(!mdh_is_flonum(v))) return mdh_instance_set_raw(t, o, i, v) ? 0 : -1;
    mdh_raw_store(mdh_instance(o), i, mdh_flonum(v));
    return 0;
}

MdhValue vm_n_bget(MdhThread *t, MdhValue o, MdhValue k, uint32_t w)
{
    MdhValue v;
    if (MDH_LIKELY(bytes_get(o, k, w >> 24, &v))) return v;
    return vm_call_builtin_with(t, w & 0xffffff, 2, o, k, MDH_NAETHING);
}

MdhValue vm_n_bput(MdhThread *t, MdhValue o, MdhValue k, MdhValue v, uint32_t w)
{
    int done = bytes_put(t, o, k, v, w >> 24);
    if (MDH_LIKELY(done > 0)) return MDH_NAETHING;
    if (done < 0) return MDH_EXC;
    return vm_call_builtin_with(t, w & 0xffffff, 3, o, k, v);
}

MdhValue vm_n_len(MdhThread *t, MdhValue o)
{
    if (MDH_LIKELY(mdh_is_ptr(o))) {
        switch (mdh_obj(o)->tag) {
        case MDH_TAG_LIST: return mdh_fix((int64_t)mdh_list_len(o));
        case MDH_TAG_STRING: return mdh_fix(mdh_str(o)->len);
        case MDH_TAG_BYTES: return mdh_fix((int64_t)mdh_bytes_len(o));
        default: break;
        }
    }
    return vm_n_len_slow(t, o);
}

MdhValue vm_n_dget(MdhThread *t, MdhValue d, MdhValue key, MdhValue other)
{
    if (MDH_UNLIKELY(!mdh_is_dict(d))) return vm_n_dget_slow(t, d, key, other);
    return mdh_dict_get_or(d, key, other);
}

MdhValue vm_n_push(MdhThread *t, MdhValue list, MdhValue v)
{
    if (MDH_LIKELY(mdh_is_list(list)) && MDH_LIKELY(mdh_list_push_fast(list, v)))
        return MDH_NAETHING;
    return vm_call_builtin_with(t, MDH_B_ID_shove, 2, list, v, MDH_NAETHING);
}

// ---- functions, classes, calls --------------------------------------------------------------

MdhValue vm_n_closure(MdhThread *t, VmCode *code, const MdhValue *up)
{
    return vm_native_closure(t, code, up);
}

MdhValue vm_n_class(MdhThread *t, const VmCode *code, uint32_t i, const MdhValue *w)
{
    return vm_class(t, code, &code->bc->kins.items[i], w);
}

// Those of the fields that `raw` says.
int vm_n_raw_fields(MdhThread *t, MdhValue cls, const VmCache *const *fields, uint32_t n,
                    uint64_t raw)
{
    MdhValue names[64];
    uint32_t found = 0;
    for (uint32_t i = 0; i < n && i < 64; i++)
        if (raw >> i & 1) names[found++] = fields[i]->name;
    return mdh_class_set_raw(t, mdh_ptr(cls), found, names) ? 0 : -1;
}

MdhValue vm_n_thing(MdhThread *t, const VmCode *code, uint32_t i)
{
    return vm_thing(t, code, &code->bc->things.items[i]);
}

MdhValue vm_n_call(MdhThread *t, MdhValue *w, int argc)
{
    MdhValue f = w[0];
    if (MDH_LIKELY(mdh_is_fn(f))) {
        MdhFn *fn = mdh_ptr(f);
        if (MDH_LIKELY(!fn->info->is_method)) return fn->entry(t, fn, argc, w + 1);
    }
    return vm_native_call(t, w, argc);
}

MdhValue vm_n_call_builtin(MdhThread *t, uint32_t id, int argc, MdhValue *w)
{
    return mdh_builtin_call(t, &mdh_builtins[id], argc, w);
}

MdhValue vm_n_call_builtin_at(MdhThread *t, MdhFn *fn, const VmCode *code, uint32_t at,
                              uint32_t id, int argc, MdhValue *w)
{
    return vm_native_builtin_at(t, fn, code, at, id, argc, w);
}

MdhValue vm_n_call_method(MdhThread *t, MdhValue *w, int argc, VmCache *ic)
{
    if (MDH_LIKELY(mdh_is_instance(w[1]))) {
        MdhValue m = cached_method(w[1], ic);
        if (MDH_LIKELY(!mdh_is_absent(m))) {
            MdhFn *fn = mdh_ptr(m);
            if (MDH_LIKELY(((const VmCode *)fn->info)->method_argc == argc))
                return fn->entry(t, fn, argc + 1, w + 1);
        }
    }
    return vm_native_call_method(t, w, argc, ic);
}

MDH_NOINLINE MdhValue vm_n_call_cold(MdhThread *t, MdhValue *w, int argc)
{
    return vm_native_call(t, w, argc);
}

MDH_NOINLINE MdhValue vm_n_call_method_cold(MdhThread *t, MdhValue *w, int argc, VmCache *ic)
{
    return vm_native_call_method(t, w, argc, ic);
}

// The body of a function that takes just so many arguments, as a word; 0: call it as any value.
MDH_INLINE uint64_t body_for(MdhFn *fn, int plain_argc, int argc)
{
    const VmCode *code = (const VmCode *)fn->info;
    return MDH_LIKELY(plain_argc == argc) ? (uint64_t)(uintptr_t)code->body : 0;
}

uint64_t vm_n_body(MdhThread *t, MdhValue f, int argc)
{
    (void)t;
    if (MDH_UNLIKELY(!mdh_is_fn(f))) return 0;
    MdhFn *fn = mdh_ptr(f);
    return body_for(fn, ((const VmCode *)fn->info)->plain_argc, argc);
}

MDH_NOINLINE MdhValue vm_n_method_slow(MdhThread *t, MdhValue o, VmCache *ic)
{
    (void)t;
    return cached_method(o, ic);
}

// The same of a method: the function first, ABSENT when it is none.
MdhValue vm_n_method(MdhThread *t, MdhValue o, VmCache *ic)
{
    if (MDH_UNLIKELY(!mdh_is_instance(o))) return MDH_ABSENT;
    const MdhInstance *inst = mdh_instance(o);
    uint64_t c = mdh_ic_load(&ic->word);
    if (MDH_LIKELY(cache_hits(c, inst))) return inst->cls->methods[(uint32_t)c];
    return vm_n_method_slow(t, o, ic);
}

uint64_t vm_n_method_body(MdhThread *t, MdhValue f, int argc)
{
    (void)t;
    if (MDH_UNLIKELY(mdh_is_absent(f))) return 0;
    MdhFn *fn = mdh_ptr(f);
    return body_for(fn, ((const VmCode *)fn->info)->method_argc, argc);
}

MDH_NOINLINE int vm_n_fits_slow(MdhThread *t, MdhValue v, uint32_t kinds)
{
    (void)t;
    return kinds >> mdh_tag(v) & 1;
}

// Is it of one of the kinds of a mask?
int vm_n_fits(MdhThread *t, MdhValue v, uint32_t kinds)
{
    if (mdh_is_fixint(v)) return kinds >> MDH_TAG_INTEGER & 1;
    if (mdh_is_ptr(v)) return kinds >> mdh_obj(v)->tag & 1;
    return vm_n_fits_slow(t, v, kinds);
}

// Is it an instance of just that class?
int vm_n_is_of(MdhThread *t, MdhValue o, MdhValue *cls)
{
    (void)t;
    return mdh_is_instance(o) &&
           mdh_same(mdh_from_ptr(mdh_instance(o)->cls), MDH_SLOT_LOAD(cls));
}

MdhValue vm_n_instance(MdhThread *t, MdhValue cls)
{
    return mdh_instance_new(t, mdh_ptr(cls));
}

MdhValue vm_n_call_auld(MdhThread *t, MdhValue *w, int argc, MdhValue name)
{
    return vm_native_call_auld(t, w, argc, name);
}

MdhValue vm_n_call_general(MdhThread *t, MdhValue *w, uint32_t how, int n_named, MdhValue name,
                           const MdhValue *names)
{
    return vm_native_call_general(t, w, how, n_named, name, names);
}

// ---- statements -----------------------------------------------------------------------------

MdhValue vm_n_print(MdhThread *t, MdhValue v)
{
    return vm_print(t, v);
}

MdhValue vm_n_speir(MdhThread *t, MdhValue prompt)
{
    prompt = mdh_show(t, prompt);
    return mdh_is_exc(prompt) ? prompt : mdh_read_line(t, mdh_str_slice(prompt));
}

MdhValue vm_n_hurl(MdhThread *t, MdhValue v)
{
    return mdh_throw(t, v);
}

MdhValue vm_n_assert(MdhThread *t, MdhValue message)
{
    return mdh_throw_error(t, MDH_E_ASSERT, message);
}

MdhValue vm_n_log(MdhThread *t, const VmCode *code, uint32_t at, int level, int n,
                  const MdhValue *v)
{
    return mdh_log_statement(t, level, n - 1, v, code->info.file, code->info.lines[at]);
}

MdhValue vm_n_stray(MdhThread *t, int is_continue)
{
    return vm_throw_stray(t, is_continue != 0);
}

MdhValue vm_n_fetch(MdhThread *t, const VmCode *code, MdhValue path)
{
    return vm_fetch(t, code->module, path);
}

int vm_n_import(MdhThread *t, const VmCode *code, MdhValue dict)
{
    return vm_import(t, code->module, dict) ? 0 : -1;
}

MdhValue vm_n_imported(MdhThread *t, MdhValue dict, MdhValue name)
{
    (void)t;
    return mdh_dict_get(dict, name);
}

MdhValue vm_n_catch_all(MdhThread *t)
{
    return mdh_keep_error(t);
}

MdhValue vm_n_rethrow(MdhThread *t, MdhValue kept)
{
    return mdh_throw_kept(t, kept);
}

MdhValue vm_n_nomatch(MdhThread *t, MdhValue v)
{
    return mdh_throw_type(t, "Nae match found fer %v", v);
}

int vm_n_is_list(MdhThread *t, MdhValue v, uint32_t n, int or_more)
{
    (void)t;
    if (!mdh_is_list(v)) return 0;
    return or_more ? mdh_list_len(v) >= n : mdh_list_len(v) == n;
}

int vm_n_in_range(MdhThread *t, MdhValue v, MdhValue from, MdhValue to)
{
    (void)t;
    return vm_in_range(v, from, to);
}

// The value, or ABSENT.
MdhValue vm_n_haskey(MdhThread *t, MdhValue o, int any, VmCache *ic)
{
    (void)t;
    if (!mdh_is_dict(o)) return MDH_ABSENT;
    return any ? MDH_NAETHING : mdh_dict_get_cached(o, ic->name, &ic->word);
}

MdhValue vm_n_unpack(MdhThread *t, MdhValue v, int wanted)
{
    return vm_unpack(t, v, wanted);
}
