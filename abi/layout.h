// SPDX-License-Identifier: MIT
// The bits of a value and the header of an object: the one place that the runtime, the
// interpreter and the native compiler read them from.
//
//   ...1   integer of 63 bits, v << 1 | 1
//   ..10   double, rotated so that the common exponent range fits in 62 bits
//   .000   pointer to an object, as it is (visible to a conservative collector); 0 is "unset"
//   .100   the five immediates below
#ifndef MDH_ABI_LAYOUT_H
#define MDH_ABI_LAYOUT_H

#include <stdint.h>

typedef struct MdhValue {
    uint64_t bits;
} MdhValue;

typedef struct MdhThread MdhThread;

#define MDH_BITS_ABSENT 0u    // an unset slot; fresh memory reads as this
#define MDH_BITS_NAETHING 4u
#define MDH_BITS_NAE 12u
#define MDH_BITS_AYE 20u
#define MDH_BITS_EXC 36u      // "an error waits in the thread record"

#define MDH_INT_MAX63 ((int64_t)((UINT64_C(1) << 62) - 1))
#define MDH_INT_MIN63 (-MDH_INT_MAX63 - 1)
#define MDH_FLOAT_BIAS (UINT64_C(1) << 60)
// In a raw slot of an instance: what it holds is no double and lies elsewhere. A signalling NaN,
// which no computation gives; no float of the language has these bits.
#define MDH_BITS_NOT_RAW UINT64_C(0x7ff4000000000001)

// MDH_TAG_NAETHING, MDH_TAG_BYTES, ...: the kind of every value (abi/types.def).
enum {
#define T(tag, name, doc) MDH_TAG_##tag,
#include "types.def"
#undef T
    MDH_TAG_COUNT
};

// Every heap object starts with this. `lock` is the byte lock of containers, `flags` belong to
// the kind, `aux` too (shape id of an instance, character count of a string).
typedef struct MdhObj {
    uint8_t tag;
    uint8_t lock;
    uint16_t flags;
    uint32_t aux;
} MdhObj;

#define MDH_OBJ_TAG_OFFSET 0
#define MDH_OBJ_AUX_OFFSET 4
#define MDH_MAX_PARAMS 250 // what a call window can hold besides the callee
#define MDH_MAX_OBJECT_BYTES (UINT64_C(1) << 30)

#endif
