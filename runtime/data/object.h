// SPDX-License-Identifier: MIT
// Classes, instances and their shapes. A shape says which field is in which slot; slots are only
// appended, offsets never move. `header.aux` of an instance is its shape id: process-wide,
// never reused. The first `ninline` slots lie in the instance, later ones in a body published
// by one store. An inline-cache entry is one aligned 64-bit word: shape id << 32 | index.
#ifndef MDH_DATA_OBJECT_H
#define MDH_DATA_OBJECT_H

#include "runtime/core/lock.h"
#include "runtime/core/thread.h"

typedef struct MdhClass {
    MdhObj h;                // MDH_TAG_CLASS; flags bit 0: has operator methods
    MdhValue name;
    struct MdhClass *super;
    uint32_t nmethods;       // own and inherited, flattened; own ones win
    uint32_t ninline;        // slots in every instance
    MdhValue *method_names;  // interned strings
    MdhValue *methods;       // functions
    struct MdhShape *root;   // the shape of a new instance
    MdhValue init;           // ABSENT when there is none
} MdhClass;

typedef struct MdhShape {
    MdhObj h;                // MDH_TAG_SHAPE; aux: id
    MdhClass *cls;
    uint32_t nslots;
    MdhValue *names;         // nslots interned strings
    void *index;             // over 8 slots: name -> slot
    struct MdhShape *parent;
    MdhValue transitions;    // dict name -> shape pointer holder, under the byte lock
} MdhShape;

typedef struct MdhBody {
    MdhObj h;                // MDH_TAG_BUFFER
    uint64_t cap;
    MdhValue slots[];
} MdhBody;

typedef struct MdhInstance {
    MdhObj h;                // MDH_TAG_INSTANCE; aux: shape id (atomic)
    MdhClass *cls;
    MdhBody *body;           // slots from ninline on, or NULL
    MdhValue slots[];        // cls->ninline of them
} MdhInstance;

MDH_INLINE MdhInstance *mdh_instance(MdhValue v) { return (MdhInstance *)mdh_ptr(v); }
MDH_INLINE uint32_t mdh_shape_id(const MdhInstance *o)
{
    return __atomic_load_n(&o->h.aux, __ATOMIC_ACQUIRE);
}
MDH_INLINE uint64_t mdh_ic_load(const uint64_t *ic) { return __atomic_load_n(ic, __ATOMIC_RELAXED); }
MDH_INLINE void mdh_ic_store(uint64_t *ic, uint32_t shape, uint32_t index)
{
    __atomic_store_n(ic, (uint64_t)shape << 32 | index, __ATOMIC_RELAXED);
}

// `super` NULL for none; methods[i] named names[i]. ninline: a guess of the number of fields.
MdhValue mdh_class_new(MdhThread *t, MdhValue name, MdhClass *super, uint32_t n,
                       const MdhValue *names, const MdhValue *methods, uint32_t ninline);
// Index into cls->methods, or -1.
int mdh_class_find(const MdhClass *cls, MdhValue name);
// A new instance without running init.
MdhValue mdh_instance_new(MdhThread *t, MdhClass *cls);
// A field; ABSENT when there is none. `ic` may be NULL.
MdhValue mdh_instance_get(MdhValue o, MdhValue name, uint64_t *ic);
bool mdh_instance_set(MdhThread *t, MdhValue o, MdhValue name, MdhValue v, uint64_t *ic);
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
    MdhObj h;                // MDH_TAG_STRUCT
    MdhValue name;
    uint32_t n;
    MdhValue fields[];       // interned strings
} MdhStruct;
MdhValue mdh_struct_new(MdhThread *t, MdhValue name, uint32_t n, const MdhValue *fields);

// Handles: values of kind `native` whose type names itself.
typedef struct MdhNativeType {
    const char *kind;                                                 // whit_kind, "socket"
    MdhValue (*get_prop)(MdhThread *t, MdhValue self, MdhValue name); // ABSENT: no such property; may be NULL
    void (*finalise)(void *self);                                     // may be NULL
} MdhNativeType;
typedef struct MdhNative {
    MdhObj h;                // MDH_TAG_NATIVE
    const MdhNativeType *type;
    uint64_t id;             // index and generation, or a number to show
    MdhValue data;           // kind's own
} MdhNative;
MdhValue mdh_native_new(MdhThread *t, const MdhNativeType *type, uint64_t id, MdhValue data);

#endif
