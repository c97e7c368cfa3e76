// SPDX-License-Identifier: MIT
// The slow halves of values: boxes, kind names, truth of heap objects, and the waiting half of
// the byte lock.
#include <math.h>
#include <sched.h>

#include "abi/abi.h"
#include "runtime/core/lock.h"
#include "runtime/core/thread.h"
#include "runtime/core/throw.h"
#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"

bool mdh_many_threads;

// Both zeros lie outside the immediate range; there is one box of each in the whole process.
static MdhBoxFloat zero_boxes[2] = {
    {{MDH_TAG_FLOAT, 0, 0, 0}, 0.0},
    {{MDH_TAG_FLOAT, 0, 0, 0}, -0.0},
};

MdhValue mdh_box_int(MdhThread *t, int64_t i)
{
    MdhBoxInt *box = mdh_new_atomic(t, sizeof *box);
    if (!box) return mdh_throw_oom(t, sizeof *box);
    *box = (MdhBoxInt){{MDH_TAG_INTEGER, 0, 0, 0}, i};
    return mdh_from_ptr(box);
}

MdhValue mdh_box_float(MdhThread *t, double d)
{
    uint64_t w;
    if (d == 0) return mdh_from_ptr(&zero_boxes[signbit(d) ? 1 : 0]);
    memcpy(&w, &d, sizeof w);
    if ((w & ~(UINT64_C(1) << 63)) == MDH_BITS_NOT_RAW) d = NAN; // from octets, say
    MdhBoxFloat *box = mdh_new_atomic(t, sizeof *box);
    if (!box) return mdh_throw_oom(t, sizeof *box);
    *box = (MdhBoxFloat){{MDH_TAG_FLOAT, 0, 0, 0}, d};
    return mdh_from_ptr(box);
}

const char *mdh_kind_name(MdhValue v)
{
    if (mdh_has_tag(v, MDH_TAG_NATIVE)) return ((MdhNative *)mdh_ptr(v))->type->kind;
    return mdh_type_name(mdh_tag(v));
}

bool mdh_truthy_slow(MdhValue v)
{
    switch (mdh_tag(v)) {
    case MDH_TAG_ABSENT:
    case MDH_TAG_NAETHING: return false;
    case MDH_TAG_BOOL: return v.bits == MDH_BITS_AYE;
    case MDH_TAG_INTEGER: return mdh_int_of(v) != 0;
    case MDH_TAG_FLOAT: return mdh_float_of(v) != 0;
    case MDH_TAG_STRING: return mdh_str(v)->len != 0;
    case MDH_TAG_LIST: return mdh_list_len(v) != 0;
    case MDH_TAG_CREEL: return mdh_creel_len(v) != 0;
    case MDH_TAG_BYTES: return mdh_bytes_len(v) != 0;
    default: return true;
    }
}

// The holder is a few instructions from the end, or the kernel (or the collector) has put it
// aside: then spinning helps nobody.
void mdh_lock_slow(MdhObj *o)
{
    unsigned spins = 0;
    do {
        while (__atomic_load_n(&o->lock, __ATOMIC_RELAXED))
            if (++spins > 40) sched_yield();
    } while (__atomic_exchange_n(&o->lock, 1, __ATOMIC_ACQUIRE));
}
