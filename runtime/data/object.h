// SPDX-License-Identifier: MIT
// Classes, instances and their shapes. A shape says which field is in which slot; slots are only
// appended, offsets never move. `header.aux` of an instance is its shape id: process-wide,
// never reused. The first `ninline` slots lie in the instance, later ones in a body published
// by one store. An inline-cache entry is one aligned 64-bit word: shape id << 32 | index.
//
// A raw slot is an inline one that holds a double as it is, so that compiled code need not take
// tags off and put them on. Which slots are raw is the shape's and never changes either. A value
// that is no float goes to a word beside the body, and MDH_BITS_NOT_RAW into the slot says so.
#ifndef MDH_DATA_OBJECT_H
#define MDH_DATA_OBJECT_H

#include "runtime/core/lock.h"
#include "runtime/core/thread.h"

enum { MDH_CLASS_OPERATORS = 1 }; // some method may be an operator method (__name__)

typedef struct MdhClass {
    MdhObj h; // MDH_TAG_CLASS; flags: MDH_CLASS_*
    MdhValue name;
    struct MdhClass *super;
    uint32_t nmethods;      // own and inherited, flattened; own ones win
    uint32_t ninline;       // slots in every instance
    uint32_t nraw;
    MdhValue *raw_names;    // fields that get raw slots where a float is the first they hold
    MdhValue *method_names; // interned strings
    MdhValue *methods;      // functions
    struct MdhShape *root;  // the shape of a new instance
    MdhValue init;          // ABSENT when there is none
} MdhClass;

typedef struct MdhShape {
    MdhObj h; // MDH_TAG_SHAPE; aux: id
    MdhClass *cls;
    uint32_t nslots;
    uint32_t last;   // where the last of them lies, as the index of a cache word
    uint64_t raw;    // which of the first 64 slots are raw, a bit each
    MdhValue *names; // nslots interned strings
    struct MdhShape *parent;
    MdhValue transitions; // dict name -> shape, under the byte lock; ABSENT: none yet
} MdhShape;

typedef struct MdhBody {
    MdhObj h; // MDH_TAG_BUFFER
    uint64_t cap;
    MdhValue *others; // for each raw slot what it holds that is no float; NULL: nothing yet
    MdhValue slots[];
} MdhBody;

typedef struct MdhInstance {
    MdhObj h; // MDH_TAG_INSTANCE; aux: shape id (atomic)
    MdhClass *cls;
    MdhBody *body;    // slots from ninline on, or NULL
    MdhValue slots[]; // cls->ninline of them
} MdhInstance;

MDH_INLINE MdhInstance *mdh_instance(MdhValue v)
{
    return (MdhInstance *)mdh_ptr(v);
}
MDH_INLINE uint32_t mdh_shape_id(const MdhInstance *o)
{
    return __atomic_load_n(&o->h.aux, __ATOMIC_ACQUIRE);
}

// The index of a field's cache word says where the value lies, so that a hit needs neither the
// class nor the shape: an inline slot, a raw one, a slot of the body, or (stores only) "the store
// appends a field, and the instance then has this shape". One cache word serves one purpose:
// reading a field, storing one, or finding a method. Below MDH_IC_RAW all are plain inline slots.
#define MDH_IC_BODY  UINT32_C(0x80000000)
#define MDH_IC_GROWS UINT32_C(0x40000000)
#define MDH_IC_RAW   UINT32_C(0x20000000)
MDH_INLINE uint64_t mdh_ic_load(const uint64_t *ic)
{
    return __atomic_load_n(ic, __ATOMIC_RELAXED);
}
MDH_INLINE void mdh_ic_store(uint64_t *ic, uint32_t shape, uint32_t index)
{
    __atomic_store_n(ic, (uint64_t)shape << 32 | index, __ATOMIC_RELAXED);
}

// `super` NULL for none; methods[i] named names[i]. ninline: a guess of the number of fields.
MdhValue mdh_class_new(MdhThread *t, MdhValue name, MdhClass *super, uint32_t n,
                       const MdhValue *names, const MdhValue *methods, uint32_t ninline);
// Fields of these (interned) names get raw slots from now on; those of the superclass do anyway.
// For a class that has no instance yet. False when it threw.
bool mdh_class_set_raw(MdhThread *t, MdhClass *cls, uint32_t n, const MdhValue *names);
// Index into cls->methods, or -1.
int mdh_class_find(const MdhClass *cls, MdhValue name);
// A new instance without running init.
MdhValue mdh_instance_new(MdhThread *t, MdhClass *cls);
// A field; ABSENT when there is none. `ic` may be NULL, `name` is interned. A float out of a raw
// slot may need a box: MDH_EXC.
MdhValue mdh_instance_get(MdhThread *t, MdhValue o, MdhValue name, uint64_t *ic);
bool mdh_instance_set(MdhThread *t, MdhValue o, MdhValue name, MdhValue v, uint64_t *ic);
// A store into a raw slot of any value. False when it threw.
bool mdh_instance_set_raw(MdhThread *t, MdhValue o, uint32_t slot, MdhValue v);
// The shape of an id that an instance has or had; lock-free.
struct MdhShape *mdh_shape_of_id(uint32_t id);
// After mdh_gc_reset: forget all shapes. No instance and no cache word may outlive this.
void mdh_shapes_reset(void);

// The same with a cache, inline where it hits.
MDH_INLINE MdhValue mdh_instance_get_cached(MdhThread *t, MdhValue o, MdhValue name,
                                            uint64_t *ic)
{
    const MdhInstance *inst = mdh_instance(o);
    uint64_t c = mdh_ic_load(ic);
    if (MDH_LIKELY(c >> 32 == mdh_shape_id(inst)) && MDH_LIKELY((uint32_t)c < MDH_IC_RAW))
        return MDH_SLOT_LOAD(&inst->slots[(uint32_t)c]);
    return mdh_instance_get(t, o, name, ic);
}
MDH_INLINE bool mdh_instance_set_cached(MdhThread *t, MdhValue o, MdhValue name, MdhValue v,
                                        uint64_t *ic)
{
    MdhInstance *inst = mdh_instance(o);
    uint64_t c = mdh_ic_load(ic);
    if (MDH_LIKELY(c >> 32 == mdh_shape_id(inst)) &&
        MDH_LIKELY((uint32_t)c < MDH_IC_RAW)) {
        MDH_STORE_BARRIER(o, v);
        MDH_SLOT_STORE(&inst->slots[(uint32_t)c], v); // inline slots never move: no lock
        return true;
    }
    return mdh_instance_set(t, o, name, v, ic);
}

// What a raw slot holds, where it is a double.
MDH_INLINE double mdh_raw_load(const MdhInstance *o, uint32_t slot)
{
    MdhValue w = MDH_SLOT_LOAD(&o->slots[slot]);
    double d;
    memcpy(&d, &w.bits, sizeof d);
    return d;
}
MDH_INLINE bool mdh_not_raw(double d)
{
    uint64_t w;
    memcpy(&w, &d, sizeof w);
    return w == MDH_BITS_NOT_RAW;
}
MDH_INLINE void mdh_raw_store(MdhInstance *o, uint32_t slot, double d)
{
    MdhValue w;
    memcpy(&w.bits, &d, sizeof d);
    MDH_SLOT_STORE(&o->slots[slot], w); // inline slots never move: no lock
}

// The slow half of a cached method lookup: fills `ic`; ABSENT when there is no such method.
MdhValue mdh_instance_method_slow(MdhValue o, MdhValue name, uint64_t *ic);
MDH_INLINE MdhValue mdh_instance_method(MdhValue o, MdhValue name, uint64_t *ic)
{
    const MdhInstance *inst = mdh_instance(o);
    uint64_t c = mdh_ic_load(ic);
    if (MDH_LIKELY(c >> 32 == mdh_shape_id(inst))) return inst->cls->methods[(uint32_t)c];
    return mdh_instance_method_slow(o, name, ic);
}
// Names of the fields in slot order, as a list (REPL, tests).
MdhValue mdh_instance_fields(MdhThread *t, MdhValue o);

// `thing S { a, b }`: calling it gives a dict.
typedef struct MdhStruct {
    MdhObj h; // MDH_TAG_STRUCT
    MdhValue name;
    uint32_t n;
    MdhValue fields[]; // interned strings
} MdhStruct;
MdhValue mdh_struct_new(MdhThread *t, MdhValue name, uint32_t n, const MdhValue *fields);

// Handles: values of kind `native` whose type names itself. One with MDH_NATIVE_BY_VALUE in its
// header is no handle but an immutable value (a network address): two of one type are equal when
// their `data` is the same key, and they are printed as their property `text`.
enum { MDH_NATIVE_BY_VALUE = 1 };
typedef struct MdhNativeType {
    const char *kind; // whit_kind, "socket"
    // A property; ABSENT when there is none. May be NULL.
    MdhValue (*get_prop)(MdhThread *t, MdhValue self, MdhValue name);
    void (*finalise)(void *self); // may be NULL
} MdhNativeType;
typedef struct MdhNative {
    MdhObj h; // MDH_TAG_NATIVE
    const MdhNativeType *type;
    uint64_t id;   // index and generation, or a number to show
    MdhValue data; // kind's own
} MdhNative;
MdhValue mdh_native_new(MdhThread *t, const MdhNativeType *type, uint64_t id,
                        MdhValue data);

#endif
