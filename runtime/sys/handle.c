// SPDX-License-Identifier: MIT
// The table of handles. A place is {state, thing, type}; state is one atomic word: generation
// in the upper half, "open" in bit 31, the number of pins below. Pinning is a compare-and-swap
// that succeeds only while generation and "open" are those of the handle; closing clears "open";
// whoever brings a closed place to no pins releases the thing, counts the generation up and puts
// the place on the free list. So a stale handle can never reach a later thing, and a thing is
// never released under somebody's hands. Places lie in chunks that never move.
#include "runtime/sys/handle.h"

#include <pthread.h>

#include "base/log.h"
#include "base/vec.h"
#include "runtime/core/throw.h"

#define CHUNK 1024u
#define MAX_CHUNKS 1024u
#define OPEN (UINT64_C(1) << 31)
#define PINS (OPEN - 1)
#define GENERATIONS ((UINT64_C(1) << 30) - 1) // what fits beside the place in a small integer

typedef struct Place {
    uint64_t state;
    void *thing;
    const MdhHandleType *type;
    uint64_t serial;
} Place;

static Place *chunks[MAX_CHUNKS];
static VEC(uint32_t) free_places;
static uint32_t n_places, n_open;
static uint64_t last_serial;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static Place *place_at(uint32_t i)
{
    return &chunks[i / CHUNK][i % CHUNK];
}

// A handle value's data: generation << 31 | place, as a small integer.
static uint32_t place_of(MdhValue v)
{
    return (uint32_t)((uint64_t)mdh_fixint(((MdhNative *)mdh_ptr(v))->data) & (OPEN - 1));
}

static uint64_t generation_of(MdhValue v)
{
    return (uint64_t)mdh_fixint(((MdhNative *)mdh_ptr(v))->data) >> 31;
}

static bool grow_nolock(void)
{
    if (n_places % CHUNK == 0) {
        if (n_places / CHUNK == MAX_CHUNKS) return false;
        Place *chunk = mdh_gc_alloc_root(CHUNK * sizeof *chunk);
        if (!chunk) return false;
        chunks[n_places / CHUNK] = chunk;
    }
    if (!vec_push(&free_places, n_places)) return false;
    n_places++;
    return true;
}

static bool take_place(const MdhHandleType *type, void *thing, uint32_t *at, uint64_t *generation)
{
    pthread_mutex_lock(&table_lock);
    bool ok = free_places.len > 0 || grow_nolock();
    if (ok) {
        *at = vec_pop(&free_places);
        Place *p = place_at(*at);
        p->thing = thing;
        p->type = type;
        p->serial = ++last_serial;
        *generation = __atomic_load_n(&p->state, __ATOMIC_RELAXED) >> 32;
        n_open++;
        __atomic_store_n(&p->state, *generation << 32 | OPEN, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&table_lock);
    return ok;
}

// Nobody holds the place any more and it is closed.
static void retire(uint32_t at, Place *p)
{
    p->type->release(p->thing);
    pthread_mutex_lock(&table_lock);
    uint64_t generation = (__atomic_load_n(&p->state, __ATOMIC_RELAXED) >> 32) + 1;
    p->thing = NULL;
    __atomic_store_n(&p->state, (generation & GENERATIONS) << 32, __ATOMIC_RELEASE);
    if (!vec_push(&free_places, at)) log_line(LOG_WARN, "handle", "a place is lost, out of memory");
    n_open--;
    pthread_mutex_unlock(&table_lock);
}

static bool close_place(uint32_t at, uint64_t generation)
{
    Place *p = place_at(at);
    uint64_t s = __atomic_load_n(&p->state, __ATOMIC_ACQUIRE);
    do
        if (s >> 32 != generation || !(s & OPEN)) return false;
    while (!__atomic_compare_exchange_n(&p->state, &s, s & ~OPEN, true, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE));
    if ((s & PINS) == 0) retire(at, p);
    return true;
}

static void finalise(void *self)
{
    MdhValue v = mdh_from_ptr(self);
    Place *p = place_at(place_of(v));
    const MdhHandleType *type = p->type;
    uint64_t serial = ((MdhNative *)self)->id;
    if (close_place(place_of(v), generation_of(v)) && !type->quiet)
        log_line(LOG_WARN, "handle", "%s %llu was never closed; closed it now", type->native.kind,
                 (unsigned long long)serial);
}

typedef struct Keeper {
    MdhNative native; // first
    void *kept;
} Keeper;

static MdhValue new_value(MdhThread *t, const MdhHandleType *type, uint64_t serial, MdhValue data,
                          void *kept)
{
    if (!kept) return mdh_native_new(t, &type->native, serial, data);
    Keeper *k = mdh_new(t, sizeof *k);
    if (!k) return mdh_throw_oom(t, sizeof *k);
    k->native.h.tag = MDH_TAG_NATIVE;
    k->native.type = &type->native;
    k->native.id = serial;
    k->native.data = data;
    k->kept = kept;
    return mdh_from_ptr(k);
}

MdhValue mdh_handle_open_own(MdhThread *t, const MdhHandleType *type, void *thing)
{
    return mdh_handle_open_keeping_own(t, type, thing, NULL);
}

MdhValue mdh_handle_open_keeping_own(MdhThread *t, const MdhHandleType *type, void *thing,
                                     void *kept)
{
    uint32_t at;
    uint64_t generation;
    mdh_gc_run_finalisers(); // lost handles give their places and descriptors back
    if (!take_place(type, thing, &at, &generation)) {
        type->release(thing);
        return mdh_throw_oom(t, sizeof(Place));
    }
    MdhValue data = mdh_fix((int64_t)(generation << 31 | at));
    MdhValue v = new_value(t, type, place_at(at)->serial, data, kept);
    if (mdh_is_exc(v)) close_place(at, generation);
    else mdh_gc_finalise(mdh_ptr(v), finalise);
    return v;
}

bool mdh_handle_is(MdhValue v, const MdhHandleType *type)
{
    if (!mdh_has_tag(v, MDH_TAG_NATIVE) || ((MdhNative *)mdh_ptr(v))->type != &type->native)
        return false;
    uint64_t s = __atomic_load_n(&place_at(place_of(v))->state, __ATOMIC_ACQUIRE);
    return s >> 32 == generation_of(v) && (s & OPEN);
}

// The kind in words: "event loop".
static MdhValue unknown(MdhThread *t, const MdhHandleType *type)
{
    char words[32];
    size_t n = 0;
    for (const char *c = type->native.kind; *c && n + 1 < sizeof words; c++)
        words[n++] = *c == '_' ? ' ' : *c;
    words[n] = 0;
    return mdh_throw_native(t, "Unknown %s handle", words);
}

void *mdh_handle_pin(MdhThread *t, MdhValue v, const MdhHandleType *type)
{
    if (mdh_has_tag(v, MDH_TAG_NATIVE) && ((MdhNative *)mdh_ptr(v))->type == &type->native) {
        Place *p = place_at(place_of(v));
        uint64_t generation = generation_of(v), s = __atomic_load_n(&p->state, __ATOMIC_ACQUIRE);
        while (s >> 32 == generation && (s & OPEN))
            if (__atomic_compare_exchange_n(&p->state, &s, s + 1, true, __ATOMIC_ACQ_REL,
                                            __ATOMIC_ACQUIRE))
                return p->thing;
    }
    unknown(t, type);
    return NULL;
}

void mdh_handle_unpin(MdhValue v)
{
    uint32_t at = place_of(v);
    Place *p = place_at(at);
    uint64_t s = __atomic_sub_fetch(&p->state, 1, __ATOMIC_ACQ_REL);
    if (!(s & OPEN) && (s & PINS) == 0) retire(at, p);
}

bool mdh_handle_close(MdhThread *t, MdhValue v, const MdhHandleType *type)
{
    bool mine = mdh_has_tag(v, MDH_TAG_NATIVE) && ((MdhNative *)mdh_ptr(v))->type == &type->native;
    if (mine && close_place(place_of(v), generation_of(v))) return true;
    unknown(t, type);
    return false;
}

uint32_t mdh_handle_count(void)
{
    return __atomic_load_n(&n_open, __ATOMIC_RELAXED);
}
