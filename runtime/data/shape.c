// SPDX-License-Identifier: MIT
// Shapes: which field of an instance is in which slot. A shape is immutable but for the table of
// shapes that follow it by one more field. Instances and inline caches name a shape by its id,
// never by a pointer: an id is never used again, so a stale cache word can only miss.
//
// The id -> shape table is read without a lock: chunks are published once, entries are stored
// before any instance carries their id, neither ever changes. Shapes live for ever; there are as
// many as a program has classes and distinct orders of assigning fields.
//
// Lock order: instance, shape, then the dict of its transitions or the id table.
#include "runtime/core/throw.h"
#include "runtime/data/dict.h"
#include "runtime/data/object_priv.h"
#include "runtime/data/str.h"

#define CHUNK_BITS 10
#define CHUNK_SIZE (1u << CHUNK_BITS)
#define MAX_CHUNKS 4096u

static MdhShape **chunks[MAX_CHUNKS];
static uint32_t next_id = 1; // 0 stays the id of nothing: a zeroed cache word never hits
static MdhObj table_lock;

MdhShape *mdh_shape_of_id(uint32_t id)
{
    MdhShape **chunk = MDH_PTR_LOAD(&chunks[id >> CHUNK_BITS]);
    return MDH_PTR_LOAD(&chunk[id & (CHUNK_SIZE - 1)]);
}

void mdh_shapes_reset(void)
{
    memset(chunks, 0, sizeof chunks);
    next_id = 1;
}

// Gives the shape its id. False when the table is full or there is no memory.
static bool give_id(MdhShape *shape)
{
    mdh_lock(&table_lock);
    uint32_t id = next_id, c = id >> CHUNK_BITS;
    bool ok = c < MAX_CHUNKS;
    if (ok && !chunks[c]) {
        MdhShape **chunk = mdh_gc_alloc_root(CHUNK_SIZE * sizeof *chunk);
        if (chunk) MDH_PTR_PUBLISH(&chunks[c], chunk);
        ok = chunk != NULL;
    }
    if (ok) {
        shape->h.aux = id;
        MDH_PTR_PUBLISH(&chunks[c][id & (CHUNK_SIZE - 1)], shape);
        next_id = id + 1;
    }
    mdh_unlock(&table_lock);
    return ok;
}

static MdhShape *shape_new(MdhThread *t, MdhClass *cls, MdhShape *parent, uint32_t nslots)
{
    MdhShape *s = mdh_new(t, sizeof *s);
    if (s && nslots) s->names = mdh_new(t, nslots * sizeof(MdhValue));
    if (!s || (nslots && !s->names)) {
        mdh_throw_oom(t, sizeof *s + nslots * sizeof(MdhValue));
        return NULL;
    }
    s->h.tag = MDH_TAG_SHAPE;
    s->cls = cls;
    s->nslots = nslots;
    s->parent = parent;
    s->raw = parent ? parent->raw : 0;
    if (parent && parent->nslots)
        memcpy(s->names, parent->names, parent->nslots * sizeof(MdhValue));
    return s;
}

static MdhShape *with_id(MdhThread *t, MdhShape *s)
{
    if (s && !give_id(s)) {
        mdh_throw_oom(t, sizeof *s);
        return NULL;
    }
    return s;
}

MdhShape *mdh_shape_root(MdhThread *t, MdhClass *cls)
{
    return with_id(t, shape_new(t, cls, NULL, 0));
}

uint32_t mdh_shape_place(const MdhShape *shape, uint32_t slot)
{
    uint32_t ninline = shape->cls->ninline;
    if (slot >= ninline) return MDH_IC_BODY | (slot - ninline);
    return slot < 64 && shape->raw >> slot & 1 ? MDH_IC_RAW | slot : slot;
}

// Shall a new field begin with a raw slot?
static bool begins_raw(const MdhShape *shape, MdhValue name, MdhValue v)
{
    const MdhClass *cls = shape->cls;
    uint32_t slot = shape->nslots;
    return slot < 64 && slot < cls->ninline && mdh_is_float(v) &&
           mdh_name_index(cls->raw_names, cls->nraw, name) >= 0;
}

static MdhShape *grown_nolock(MdhThread *t, MdhShape *shape, MdhValue name, MdhValue v)
{
    bool raw = begins_raw(shape, name, v);
    if (!mdh_is_absent(shape->transitions)) {
        MdhValue known = mdh_dict_get(shape->transitions, name);
        if (!mdh_is_absent(known)) {
            if (mdh_shape_takes(mdh_ptr(known), v)) return mdh_ptr(known);
            raw = false;
        }
    } else {
        MdhValue d = mdh_dict_new(t, 1);
        if (mdh_is_exc(d)) return NULL;
        shape->transitions = d;
    }
    MdhShape *next = shape_new(t, shape->cls, shape, shape->nslots + 1);
    if (!next) return NULL;
    next->names[shape->nslots] = name;
    if (raw) next->raw |= UINT64_C(1) << shape->nslots;
    next->last = mdh_shape_place(next, shape->nslots);
    next = with_id(t, next);
    if (!next || !mdh_dict_put(t, shape->transitions, name, mdh_from_ptr(next)))
        return NULL;
    return next;
}

MdhShape *mdh_shape_grown(MdhThread *t, MdhShape *shape, MdhValue name, MdhValue v)
{
    mdh_lock(&shape->h);
    MdhShape *next = grown_nolock(t, shape, name, v);
    mdh_unlock(&shape->h);
    return next;
}

int mdh_name_index(const MdhValue *names, uint32_t n, MdhValue name)
{
    for (uint32_t i = 0; i < n; i++)
        if (mdh_same(names[i], name)) return (int)i;
    if (mdh_str_is_interned(mdh_str(name))) return -1;
    for (uint32_t i = 0; i < n; i++)
        if (mdh_str_eq(names[i], name)) return (int)i;
    return -1;
}

int mdh_shape_find(const MdhShape *shape, MdhValue name)
{
    return mdh_name_index(shape->names, shape->nslots, name);
}
