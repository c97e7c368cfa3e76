// SPDX-License-Identifier: MIT
// The usual cases of instructions, inline: in the dispatcher, and in emitted code through
// native_inline.c.
#ifndef MDH_LANG_VM_EXEC_INLINE_H
#define MDH_LANG_VM_EXEC_INLINE_H

#include "lang/vm/vm_priv.h"
#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/data/object.h"

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

// ---- small integers ---------------------------------------------------------------------------

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
// x % y by two multiplications instead of a division: `inverse` is 2^64 / y, rounded up (Lemire,
// Kaser, Kurz: Faster remainder by direct computation, 2019; exact for numbers of 32 bits). Of
// doubled numbers the remainder is doubled too, so nothing is shifted.
MDH_INLINE uint64_t inverse_for_mod(MdhValue y)
{
    bool fits = mdh_is_fixint(y) && y.bits > 1 && y.bits >> 32 == 0;
    return fits ? UINT64_MAX / (y.bits - 1) + 1 : 0;
}
MDH_INLINE bool mod_by_inverse(MdhValue a, MdhValue b, uint64_t inverse, MdhValue *out)
{
    uint64_t x = a.bits - 1;
    if (MDH_UNLIKELY(!mdh_is_fixint(a)) || MDH_UNLIKELY(x >> 32 != 0) || MDH_UNLIKELY(!inverse))
        return false;
    __extension__ typedef unsigned __int128 Wide;
    out->bits = (uint64_t)((Wide)(inverse * x) * (b.bits - 1) >> 64) + 1;
    return true;
}
MDH_INLINE bool div_flo(MdhValue a, MdhValue b, MdhValue *out)
{
    double y = mdh_flonum(b);
    return flonum_fits(mdh_flonum(a) / y, out); // an immediate double is never zero
}

// ---- octets -----------------------------------------------------------------------------------

// The number of `width` octets at k of bytes o; false when the builtin has to look.
MDH_INLINE bool bytes_get(MdhValue o, MdhValue k, uint64_t width, MdhValue *out)
{
    if (MDH_UNLIKELY(!mdh_is_bytes(o)) || MDH_UNLIKELY(!mdh_is_fixint(k))) return false;
    const MdhWindow *win = mdh_bytes_window(o);
    uint64_t i = (uint64_t)mdh_fixint(k);
    if (MDH_UNLIKELY(i >= win->len) || MDH_UNLIKELY(width > win->len - i)) return false;
    const uint8_t *p = win->data + i;
    switch (width) {
    case 1: *out = mdh_fix(p[0]); break;
    case 2: *out = mdh_fix(p[0] << 8 | p[1]); break;
    case 3: *out = mdh_fix(p[0] << 16 | p[1] << 8 | p[2]); break;
    default:
        *out = mdh_fix((int64_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
                                 (uint32_t)p[2] << 8 | p[3]));
    }
    return true;
}

// Writes v there: 1 done, 0 the builtin has to look (with other threads about, a store has to
// hold the lock: the builtin does), -1 threw.
MDH_INLINE int bytes_put(MdhThread *t, MdhValue o, MdhValue k, MdhValue v, uint64_t width)
{
    if (MDH_UNLIKELY(!mdh_is_bytes(o)) || MDH_UNLIKELY(!mdh_both_fixint(k, v)) ||
        MDH_UNLIKELY(__atomic_load_n(&mdh_many_threads, __ATOMIC_RELAXED)))
        return 0;
    const MdhWindow *win = mdh_bytes_writable(t, o);
    if (!win) return -1;
    uint64_t i = (uint64_t)mdh_fixint(k), n = (uint64_t)mdh_fixint(v);
    if (MDH_UNLIKELY(i >= win->len) || MDH_UNLIKELY(width > win->len - i) ||
        MDH_UNLIKELY(n >> (8 * width) != 0))
        return 0;
    uint8_t *p = win->data + i;
    switch (width) {
    case 1: p[0] = (uint8_t)n; break;
    case 2:
        p[0] = (uint8_t)(n >> 8);
        p[1] = (uint8_t)n;
        break;
    case 3:
        p[0] = (uint8_t)(n >> 16);
        p[1] = (uint8_t)(n >> 8);
        p[2] = (uint8_t)n;
        break;
    default:
        p[0] = (uint8_t)(n >> 24);
        p[1] = (uint8_t)(n >> 16);
        p[2] = (uint8_t)(n >> 8);
        p[3] = (uint8_t)n;
    }
    return 1;
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

// Where the field lies when the entry knows the shape and it is a plain inline slot: below
// MDH_IC_RAW. One comparison for both.
MDH_INLINE uint64_t cached_slot(uint64_t entry, const MdhInstance *inst)
{
    return entry ^ (uint64_t)mdh_shape_id(inst) << 32;
}

// The field when the first entry says where it lies inside the instance. What a shape has is
// set: it is stored before the shape is.
MDH_INLINE bool first_field(const MdhInstance *inst, const VmCache *ic, MdhValue *out)
{
    uint64_t slot = cached_slot(mdh_ic_load(&ic->word), inst);
    if (MDH_UNLIKELY(slot >= MDH_IC_RAW)) return false;
    *out = MDH_SLOT_LOAD(&inst->slots[slot]);
    return true;
}

MDH_INLINE bool second_field(const MdhInstance *inst, const VmCache *ic, MdhValue *out)
{
    uint64_t slot = cached_slot(mdh_ic_load(&ic->second), inst);
    if (slot >= MDH_IC_RAW) return false;
    *out = MDH_SLOT_LOAD(&inst->slots[slot]);
    return true;
}

// The same for a store.
MDH_INLINE bool first_store(MdhValue o, MdhValue v, const VmCache *ic)
{
    MdhInstance *inst = mdh_instance(o);
    uint64_t slot = cached_slot(mdh_ic_load(&ic->word), inst);
    if (MDH_UNLIKELY(slot >= MDH_IC_RAW)) return false;
    MDH_STORE_BARRIER(o, v);
    MDH_SLOT_STORE(&inst->slots[slot], v);
    return true;
}

// A float that the first entry finds in a raw slot and that needs no box. What says that the slot
// holds no double would need one.
MDH_INLINE bool raw_field(const MdhInstance *inst, const VmCache *ic, MdhValue *out)
{
    uint64_t slot = cached_slot(mdh_ic_load(&ic->word), inst) - MDH_IC_RAW;
    return slot < MDH_IC_RAW && flonum_fits(mdh_raw_load(inst, (uint32_t)slot), out);
}
MDH_INLINE bool raw_store(MdhInstance *inst, MdhValue v, const VmCache *ic)
{
    uint64_t slot = cached_slot(mdh_ic_load(&ic->word), inst) - MDH_IC_RAW;
    if (slot >= MDH_IC_RAW || !mdh_is_flonum(v)) return false;
    mdh_raw_store(inst, (uint32_t)slot, mdh_flonum(v));
    return true;
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
    if (MDH_UNLIKELY((uint32_t)c >= MDH_IC_RAW))
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

#endif
