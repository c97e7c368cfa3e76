// SPDX-License-Identifier: MIT
// What the dispatcher has inline: immediate doubles, inline caches, and the usual case of each
// family of instructions as a macro. Included by exec.c (all of it) and slow.c (the functions).
#ifndef MDH_LANG_VM_EXEC_INLINE_H
#define MDH_LANG_VM_EXEC_INLINE_H

#include "lang/vm/vm_priv.h"
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

#endif
