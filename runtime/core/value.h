// SPDX-License-Identifier: MIT
// The value: one 8-byte tagged word (layout in abi/layout.h) and everything that can be told or
// made from the word alone. Boxed numbers (integers beyond 63 bits, doubles outside the
// immediate range, both zeros) exist only where the immediate form cannot hold the number.
#ifndef MDH_CORE_VALUE_H
#define MDH_CORE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "abi/layout.h"
#include "base/common.h"

typedef struct MdhBoxInt {
    MdhObj h;
    int64_t i;
} MdhBoxInt;

typedef struct MdhBoxFloat {
    MdhObj h;
    double d;
} MdhBoxFloat;

#define MDH_INLINE static inline __attribute__((always_inline))

#define MDH_ABSENT ((MdhValue){MDH_BITS_ABSENT})
#define MDH_NAETHING ((MdhValue){MDH_BITS_NAETHING})
#define MDH_NAE ((MdhValue){MDH_BITS_NAE})
#define MDH_AYE ((MdhValue){MDH_BITS_AYE})
#define MDH_EXC ((MdhValue){MDH_BITS_EXC})

#if defined(__SANITIZE_THREAD__)
#define MDH_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MDH_TSAN 1
#endif
#endif

// Slots of shared objects are only ever read and written through these: an aligned 8-byte
// atomic move, so that a racing reader sees some value that was stored, never half of one.
// The store releases: an object is complete before its address can be found in a slot. The
// reader reaches it through the address, which orders its loads on all our processors; the
// thread sanitizer wants to be told.
#ifdef MDH_TSAN
#define MDH_SLOT_LOAD(p) ((MdhValue){__atomic_load_n(&(p)->bits, __ATOMIC_ACQUIRE)})
#else
#define MDH_SLOT_LOAD(p) ((MdhValue){__atomic_load_n(&(p)->bits, __ATOMIC_RELAXED)})
#endif
#define MDH_SLOT_STORE(p, v) __atomic_store_n(&(p)->bits, (v).bits, __ATOMIC_RELEASE)
// A store of `v` into a slot of `obj`. The barrier is empty under a stop-the-world collector.
#define MDH_STORE_BARRIER(obj, v) ((void)(obj), (void)(v))
// Pointers to published buffers: acquire on load, release on publish.
#define MDH_PTR_LOAD(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define MDH_PTR_PUBLISH(p, q) __atomic_store_n((p), (q), __ATOMIC_RELEASE)

MDH_INLINE bool mdh_same(MdhValue a, MdhValue b) { return a.bits == b.bits; }
MDH_INLINE bool mdh_is_exc(MdhValue v) { return v.bits == MDH_BITS_EXC; }
MDH_INLINE bool mdh_is_absent(MdhValue v) { return v.bits == MDH_BITS_ABSENT; }
MDH_INLINE bool mdh_is_naething(MdhValue v) { return v.bits == MDH_BITS_NAETHING; }
MDH_INLINE bool mdh_is_bool(MdhValue v)
{
    return (v.bits & ~UINT64_C(24)) == 4 && v.bits != 4 && v.bits != 28;
}
MDH_INLINE MdhValue mdh_bool(bool b) { return (MdhValue){b ? MDH_BITS_AYE : MDH_BITS_NAE}; }

MDH_INLINE bool mdh_is_ptr(MdhValue v) { return (v.bits & 7) == 0 && v.bits != 0; }
MDH_INLINE void *mdh_ptr(MdhValue v) { return (void *)(uintptr_t)v.bits; }
MDH_INLINE MdhObj *mdh_obj(MdhValue v) { return (MdhObj *)(uintptr_t)v.bits; }
MDH_INLINE MdhValue mdh_from_ptr(const void *p) { return (MdhValue){(uint64_t)(uintptr_t)p}; }
MDH_INLINE bool mdh_has_tag(MdhValue v, unsigned tag)
{
    return mdh_is_ptr(v) && mdh_obj(v)->tag == tag;
}

// Integers -------------------------------------------------------------------------------
MDH_INLINE bool mdh_is_fixint(MdhValue v) { return v.bits & 1; }
MDH_INLINE bool mdh_both_fixint(MdhValue a, MdhValue b) { return a.bits & b.bits & 1; }
MDH_INLINE int64_t mdh_fixint(MdhValue v) { return (int64_t)v.bits >> 1; }
MDH_INLINE bool mdh_is_int(MdhValue v)
{
    return mdh_is_fixint(v) || mdh_has_tag(v, MDH_TAG_INTEGER);
}
// The integer of a value known to be one.
MDH_INLINE int64_t mdh_int_of(MdhValue v)
{
    return mdh_is_fixint(v) ? mdh_fixint(v) : ((MdhBoxInt *)mdh_ptr(v))->i;
}
// A 63-bit integer known to fit.
MDH_INLINE MdhValue mdh_fix(int64_t i) { return (MdhValue){(uint64_t)i << 1 | 1}; }
MdhValue mdh_box_int(MdhThread *t, int64_t i);   // slow path of mdh_int; MDH_EXC when out of memory
MDH_INLINE MdhValue mdh_int(MdhThread *t, int64_t i)
{
    int64_t twice;
    if (MDH_LIKELY(!__builtin_add_overflow(i, i, &twice))) return (MdhValue){(uint64_t)twice | 1};
    return mdh_box_int(t, i);
}

// Floats ---------------------------------------------------------------------------------
MDH_INLINE bool mdh_is_flonum(MdhValue v) { return (v.bits & 3) == 2; }
MDH_INLINE bool mdh_both_flonum(MdhValue a, MdhValue b)
{
    return (((a.bits ^ 2) | (b.bits ^ 2)) & 3) == 0;
}
MDH_INLINE double mdh_flonum(MdhValue v)
{
    uint64_t w = (v.bits >> 3 | v.bits << 61) - MDH_FLOAT_BIAS;
    double d;
    memcpy(&d, &w, 8);
    return d;
}
MDH_INLINE bool mdh_is_float(MdhValue v)
{
    return mdh_is_flonum(v) || mdh_has_tag(v, MDH_TAG_FLOAT);
}
MDH_INLINE double mdh_float_of(MdhValue v)
{
    return mdh_is_flonum(v) ? mdh_flonum(v) : ((MdhBoxFloat *)mdh_ptr(v))->d;
}
MdhValue mdh_box_float(MdhThread *t, double d);  // slow path of mdh_float; ±0.0 are static boxes
MDH_INLINE MdhValue mdh_float(MdhThread *t, double d)
{
    uint64_t w;
    memcpy(&w, &d, 8);
    w += MDH_FLOAT_BIAS;
    w = w << 3 | w >> 61;
    if (MDH_LIKELY((w & 3) == 2)) return (MdhValue){w};
    return mdh_box_float(t, d);
}
MDH_INLINE bool mdh_is_number(MdhValue v) { return mdh_is_int(v) || mdh_is_float(v); }
MDH_INLINE double mdh_number_as_double(MdhValue v)
{
    return mdh_is_int(v) ? (double)mdh_int_of(v) : mdh_float_of(v);
}

// Kinds ----------------------------------------------------------------------------------
MDH_INLINE unsigned mdh_tag(MdhValue v)
{
    if (mdh_is_fixint(v)) return MDH_TAG_INTEGER;
    if (mdh_is_flonum(v)) return MDH_TAG_FLOAT;
    if (mdh_is_ptr(v)) return mdh_obj(v)->tag;
    if (v.bits == MDH_BITS_NAETHING) return MDH_TAG_NAETHING;
    return v.bits == MDH_BITS_ABSENT ? MDH_TAG_ABSENT : MDH_TAG_BOOL;
}
MDH_INLINE bool mdh_is_str(MdhValue v) { return mdh_has_tag(v, MDH_TAG_STRING); }
MDH_INLINE bool mdh_is_list(MdhValue v) { return mdh_has_tag(v, MDH_TAG_LIST); }
MDH_INLINE bool mdh_is_dict(MdhValue v) { return mdh_has_tag(v, MDH_TAG_DICT); }
MDH_INLINE bool mdh_is_creel(MdhValue v) { return mdh_has_tag(v, MDH_TAG_CREEL); }
MDH_INLINE bool mdh_is_bytes(MdhValue v) { return mdh_has_tag(v, MDH_TAG_BYTES); }
MDH_INLINE bool mdh_is_fn(MdhValue v) { return mdh_has_tag(v, MDH_TAG_FUNCTION); }
MDH_INLINE bool mdh_is_instance(MdhValue v) { return mdh_has_tag(v, MDH_TAG_INSTANCE); }

// The name `whit_kind` gives: a static string; handles name their own type.
const char *mdh_kind_name(MdhValue v);

// Falsy: nae, naething, 0, ±0.0, "", [], empty creel, empty bytes. An empty dict is truthy.
bool mdh_truthy_slow(MdhValue v);
MDH_INLINE bool mdh_truthy(MdhValue v)
{
    if (v.bits == MDH_BITS_AYE) return true;
    if (v.bits == MDH_BITS_NAE || v.bits == MDH_BITS_NAETHING) return false;
    if (mdh_is_fixint(v)) return v.bits != 1;
    return mdh_truthy_slow(v);
}

#endif
