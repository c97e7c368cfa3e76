// SPDX-License-Identifier: MIT
// Classes, instances, structs and handles.
//
// An instance's layout never changes under a reader: slots are only appended, an inline slot
// stays where it is, and the body (slots beyond the inline ones) grows by publishing a copy. A
// new field is stored first, its body published next, the instance's shape id last: whoever sees
// the id finds the value. Existing inline fields are stored without the lock, for nothing ever
// moves them; everything that touches the body, and every new field, holds it, so that growing
// loses no store.
#include "runtime/data/object.h"

#include "runtime/core/throw.h"
#include "runtime/data/list.h"
#include "runtime/data/object_priv.h"
#include "runtime/data/str.h"

// Classes --------------------------------------------------------------------------------

static bool looks_like_operator(MdhValue name)
{
    Slice s = mdh_str_slice(name);
    return s.len > 4 && memcmp(s.ptr, "__", 2) == 0 &&
           memcmp(s.ptr + s.len - 2, "__", 2) == 0;
}

static void put_method(MdhClass *cls, MdhValue name, MdhValue fn)
{
    int at = mdh_name_index(cls->method_names, cls->nmethods, name);
    uint32_t i = at >= 0 ? (uint32_t)at : cls->nmethods++;
    cls->method_names[i] = name;
    cls->methods[i] = fn;
    if (looks_like_operator(name)) cls->h.flags |= MDH_CLASS_OPERATORS;
    if (mdh_str_is(name, "init")) cls->init = fn;
}

MdhValue mdh_class_new(MdhThread *t, MdhValue name, MdhClass *super, uint32_t n,
                       const MdhValue *names, const MdhValue *methods, uint32_t ninline)
{
    uint32_t inherited = super ? super->nmethods : 0;
    size_t table = ((size_t)n + inherited + 1) * sizeof(MdhValue);
    MdhClass *cls = mdh_new(t, sizeof *cls);
    if (!cls) return mdh_throw_oom(t, sizeof *cls);
    cls->h.tag = MDH_TAG_CLASS;
    cls->name = name;
    cls->super = super;
    cls->ninline = ninline;
    if (super && super->ninline > ninline) cls->ninline = super->ninline;
    cls->nraw = super ? super->nraw : 0;
    cls->raw_names = super ? super->raw_names : NULL;
    cls->method_names = mdh_new(t, table);
    cls->methods = mdh_new(t, table);
    if (!cls->method_names || !cls->methods) return mdh_throw_oom(t, table);
    for (uint32_t i = 0; i < inherited; i++)
        put_method(cls, super->method_names[i], super->methods[i]);
    for (uint32_t i = 0; i < n; i++) put_method(cls, names[i], methods[i]);
    cls->root = mdh_shape_root(t, cls);
    return cls->root ? mdh_from_ptr(cls) : MDH_EXC;
}

bool mdh_class_set_raw(MdhThread *t, MdhClass *cls, uint32_t n, const MdhValue *names)
{
    size_t bytes = ((size_t)cls->nraw + n) * sizeof(MdhValue);
    MdhValue *all = mdh_new(t, bytes);
    if (!all) {
        mdh_throw_oom(t, bytes);
        return false;
    }
    if (cls->nraw) memcpy(all, cls->raw_names, cls->nraw * sizeof *all);
    memcpy(all + cls->nraw, names, n * sizeof *all);
    cls->raw_names = all;
    cls->nraw += n;
    return true;
}

int mdh_class_find(const MdhClass *cls, MdhValue name)
{
    return mdh_name_index(cls->method_names, cls->nmethods, name);
}

MdhValue mdh_instance_method_slow(MdhValue o, MdhValue name, uint64_t *ic)
{
    const MdhInstance *inst = mdh_instance(o);
    int i = mdh_class_find(inst->cls, name);
    if (i < 0) return MDH_ABSENT;
    if (ic) mdh_ic_store(ic, mdh_shape_id(inst), (uint32_t)i);
    return inst->cls->methods[i];
}

// Instances ------------------------------------------------------------------------------

MdhValue mdh_instance_new(MdhThread *t, MdhClass *cls)
{
    size_t bytes = sizeof(MdhInstance) + cls->ninline * sizeof(MdhValue);
    MdhInstance *o = mdh_new(t, bytes);
    if (!o) return mdh_throw_oom(t, bytes);
    o->h.tag = MDH_TAG_INSTANCE;
    o->h.aux = cls->root->h.aux;
    o->cls = cls;
    return mdh_from_ptr(o);
}

// Whoever sees that the slot holds no double finds what it holds: that was stored before.
static MdhValue load_raw(MdhThread *t, const MdhInstance *o, uint32_t slot)
{
    uint64_t w = __atomic_load_n(&o->slots[slot].bits, __ATOMIC_ACQUIRE);
    double d;
    if (w == MDH_BITS_NOT_RAW)
        return MDH_SLOT_LOAD(&MDH_PTR_LOAD(&MDH_PTR_LOAD(&o->body)->others)[slot]);
    memcpy(&d, &w, sizeof d);
    return mdh_float(t, d);
}

static MdhValue load_at(MdhThread *t, const MdhInstance *o, uint32_t place)
{
    if (place < MDH_IC_RAW) return MDH_SLOT_LOAD(&o->slots[place]);
    if (place < MDH_IC_BODY) return load_raw(t, o, place & ~MDH_IC_RAW);
    return MDH_SLOT_LOAD(&MDH_PTR_LOAD(&o->body)->slots[place & ~MDH_IC_BODY]);
}

MdhValue mdh_instance_get(MdhThread *t, MdhValue v, MdhValue name, uint64_t *ic)
{
    const MdhInstance *o = mdh_instance(v);
    uint32_t id = mdh_shape_id(o);
    uint64_t c = ic ? mdh_ic_load(ic) : 0;
    if (c >> 32 == id) return load_at(t, o, (uint32_t)c);
    const MdhShape *shape = mdh_shape_of_id(id);
    int slot = mdh_shape_find(shape, name);
    if (slot < 0) return MDH_ABSENT;
    uint32_t place = mdh_shape_place(shape, (uint32_t)slot);
    if (ic) mdh_ic_store(ic, id, place);
    return load_at(t, o, place);
}

// Room for body slot i; the body is published when it is new. False when it threw.
static bool body_room(MdhThread *t, MdhInstance *o, uint32_t i)
{
    uint64_t cap = o->body ? o->body->cap : 0;
    if (i < cap) return true;
    uint64_t next = cap ? cap * 2 : 4;
    size_t bytes = sizeof(MdhBody) + next * sizeof(MdhValue);
    MdhBody *body = mdh_new(t, bytes);
    if (!body) {
        mdh_throw_oom(t, bytes);
        return false;
    }
    body->h.tag = MDH_TAG_BUFFER;
    body->cap = next;
    for (uint64_t k = 0; k < cap; k++) body->slots[k] = MDH_SLOT_LOAD(&o->body->slots[k]);
    if (o->body) body->others = o->body->others;
    MDH_PTR_PUBLISH(&o->body, body);
    return true;
}

// Room for what raw slots hold that is no float. False when it threw.
static bool others_room(MdhThread *t, MdhInstance *o)
{
    if (!o->body && !body_room(t, o, 0)) return false;
    if (o->body->others) return true;
    size_t bytes = o->cls->ninline * sizeof(MdhValue);
    MdhValue *others = mdh_new(t, bytes);
    if (others) MDH_PTR_PUBLISH(&o->body->others, others);
    else mdh_throw_oom(t, bytes);
    return others != NULL;
}

// A slot that holds a float again leaves the other word as it is: somebody may be about to read it.
static bool store_raw(MdhThread *t, MdhInstance *o, uint32_t slot, MdhValue v)
{
    if (mdh_is_float(v)) {
        mdh_raw_store(o, slot, mdh_float_of(v));
        return true;
    }
    if (!others_room(t, o)) return false;
    MDH_STORE_BARRIER(o, v);
    MDH_SLOT_STORE(&o->body->others[slot], v);
    MDH_SLOT_STORE(&o->slots[slot], (MdhValue){MDH_BITS_NOT_RAW});
    return true;
}

bool mdh_instance_set_raw(MdhThread *t, MdhValue o, uint32_t slot, MdhValue v)
{
    MdhInstance *inst = mdh_instance(o);
    mdh_lock(&inst->h);
    bool ok = store_raw(t, inst, slot, v);
    mdh_unlock(&inst->h);
    return ok;
}

static bool store_at(MdhThread *t, MdhInstance *o, uint32_t place, MdhValue v)
{
    MDH_STORE_BARRIER(o, v);
    if (place < MDH_IC_RAW) MDH_SLOT_STORE(&o->slots[place], v);
    else if (place < MDH_IC_BODY) return store_raw(t, o, place & ~MDH_IC_RAW, v);
    else MDH_SLOT_STORE(&o->body->slots[place & ~MDH_IC_BODY], v);
    return true;
}

// Appends the field that makes the instance's shape `next`.
static bool append_field(MdhThread *t, MdhInstance *o, const MdhShape *next, MdhValue v)
{
    uint32_t place = next->last;
    if (place - MDH_IC_RAW < MDH_IC_RAW && mdh_is_flonum(v))
        mdh_raw_store(o, place & ~MDH_IC_RAW, mdh_flonum(v));
    else if (place >= MDH_IC_BODY && !body_room(t, o, place & ~MDH_IC_BODY)) return false;
    else if (!store_at(t, o, place, v)) return false;
    __atomic_store_n(&o->h.aux, next->h.aux, __ATOMIC_RELEASE);
    return true;
}

static bool set_nolock(MdhThread *t, MdhInstance *o, MdhValue name, MdhValue v,
                       uint64_t *ic)
{
    uint32_t id = o->h.aux;
    uint64_t c = ic ? mdh_ic_load(ic) : 0;
    if (c >> 32 == id) {
        uint32_t place = (uint32_t)c;
        if ((place & (MDH_IC_BODY | MDH_IC_GROWS)) != MDH_IC_GROWS)
            return store_at(t, o, place, v);
        const MdhShape *next = mdh_shape_of_id(place & ~MDH_IC_GROWS);
        if (mdh_shape_takes(next, v)) return append_field(t, o, next, v);
    }
    MdhShape *shape = mdh_shape_of_id(id);
    int slot = mdh_shape_find(shape, name);
    if (slot >= 0) {
        uint32_t place = mdh_shape_place(shape, (uint32_t)slot);
        if (ic) mdh_ic_store(ic, id, place);
        return store_at(t, o, place, v);
    }
    MdhShape *next = mdh_shape_grown(t, shape, name, v);
    if (!next) return false;
    if (ic) mdh_ic_store(ic, id, MDH_IC_GROWS | next->h.aux);
    return append_field(t, o, next, v);
}

bool mdh_instance_set(MdhThread *t, MdhValue o, MdhValue name, MdhValue v, uint64_t *ic)
{
    MdhInstance *inst = mdh_instance(o);
    mdh_lock(&inst->h);
    bool ok = set_nolock(t, inst, name, v, ic);
    mdh_unlock(&inst->h);
    return ok;
}

MdhValue mdh_instance_fields(MdhThread *t, MdhValue o)
{
    const MdhShape *shape = mdh_shape_of_id(mdh_shape_id(mdh_instance(o)));
    return mdh_list_of(t, shape->nslots, shape->names);
}

// Structs and handles --------------------------------------------------------------------

MdhValue mdh_struct_new(MdhThread *t, MdhValue name, uint32_t n, const MdhValue *fields)
{
    size_t bytes = sizeof(MdhStruct) + n * sizeof(MdhValue);
    MdhStruct *s = mdh_new(t, bytes);
    if (!s) return mdh_throw_oom(t, bytes);
    s->h.tag = MDH_TAG_STRUCT;
    s->name = name;
    s->n = n;
    for (uint32_t i = 0; i < n; i++) s->fields[i] = fields[i];
    return mdh_from_ptr(s);
}

MdhValue mdh_native_new(MdhThread *t, const MdhNativeType *type, uint64_t id, MdhValue data)
{
    MdhNative *o = mdh_new(t, sizeof *o);
    if (!o) return mdh_throw_oom(t, sizeof *o);
    o->h.tag = MDH_TAG_NATIVE;
    o->type = type;
    o->id = id;
    o->data = data;
    if (type->finalise) mdh_gc_finalise(o, type->finalise);
    return mdh_from_ptr(o);
}
