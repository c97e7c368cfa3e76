// SPDX-License-Identifier: MIT
// Global variables. Every variable of every module has a slot in one array that never moves, so
// an instruction names it by number. An unset slot is no error by itself: the name may exist
// further out (the program's globals for a user module, then the prelude and the constants, then
// the builtins). A name that only exists outside is bound right there when its module is loaded.
//
// Threads. Slots, and what is known of each, lie in reserved address space and never move: whoever
// has the number of a slot reads them without a lock. Which names a module has may be asked while
// another thread adds some, so all maps are behind one lock, held for one look or one addition.
#define _GNU_SOURCE // the recursive mutex initialiser
#include <pthread.h>

#include "abi/abi.h"
#include "base/os.h"
#include "lang/vm/report.h"
#include "lang/vm/vm_priv.h"
#include "runtime/conc/thread.h"
#include "runtime/data/dict.h"
#include "runtime/data/str.h"

#define MAX_GLOBALS (1u << 20)
#define ROOT_CHUNK 4096

MdhValue *vm_globals;
VmModule *vm_main, *vm_base;

typedef struct SlotInfo {
    Slice name;
    VmModule *owner;
} SlotInfo;

static pthread_rwlock_t maps_lock = PTHREAD_RWLOCK_INITIALIZER;
static uint32_t n_globals, n_rooted;
static SlotInfo *infos;      // parallel to the globals
static MdhValue *builtin_values;
static VmNeedPrelude need_prelude_fn;
static VmFetch fetch_fn;
static VmModule base_module;

void vm_set_loader(VmFetch fetch, VmNeedPrelude need_prelude)
{
    fetch_fn = fetch;
    need_prelude_fn = need_prelude;
}

MdhValue vm_fetch(MdhThread *t, const VmModule *importer, MdhValue path)
{
    if (!fetch_fn) return mdh_throw_error(t, MDH_E_NO_MODULE, path);
    return fetch_fn(t, importer, path);
}

static uint32_t new_slot_nolock(VmModule *m, Slice name)
{
    if (n_globals == MAX_GLOBALS) return UINT32_MAX;
    if (n_globals == n_rooted) {
        MdhValue *chunk = vm_globals + n_rooted;
        if (!os_commit(chunk, ROOT_CHUNK * sizeof *chunk) ||
            !os_commit(infos + n_rooted, ROOT_CHUNK * sizeof *infos))
            return UINT32_MAX;
        mdh_gc_add_root(chunk, chunk + ROOT_CHUNK);
        n_rooted += ROOT_CHUNK;
    }
    infos[n_globals] = (SlotInfo){name, m};
    return n_globals++;
}

Slice vm_global_name(uint32_t slot)
{
    return infos[slot].name;
}

static MdhValue make_builtin(MdhThread *t, uint32_t id)
{
    MdhNativeFn *f = mdh_new(t, sizeof *f);
    if (!f) return mdh_throw_oom(t, sizeof *f);
    f->h.tag = MDH_TAG_NATIVE_FUNCTION;
    f->h.aux = id;
    f->row = &mdh_builtins[id];
    return mdh_from_ptr(f);
}

MdhValue vm_builtin_value(MdhThread *t, uint32_t id)
{
    MdhValue v = MDH_SLOT_LOAD(&builtin_values[id]);
    if (!mdh_is_absent(v)) return v;
    MdhValue made = make_builtin(t, id), none = MDH_ABSENT;
    if (mdh_is_exc(made)) return made;
    // Another thread may have been faster: a builtin is the same value everywhere.
    bool first = __atomic_compare_exchange_n(&builtin_values[id].bits, &none.bits, made.bits,
                                             false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    return first ? made : none;
}

static bool define_constant(MdhThread *t, const char *name, double d)
{
    uint32_t slot = vm_global_own(vm_base, slice_from_cstr(name));
    if (slot == UINT32_MAX) return false;
    vm_globals[slot] = mdh_float(t, d);
    return true;
}

bool vm_globals_init(MdhThread *t)
{
    if (vm_globals) return true;
    mdh_thread_report = report_error;
    vm_globals = os_reserve(MAX_GLOBALS * sizeof *vm_globals);
    infos = os_reserve(MAX_GLOBALS * sizeof *infos);
    builtin_values = mdh_gc_alloc_root(MDH_B_COUNT * sizeof *builtin_values);
    if (!vm_globals || !infos || !builtin_values) return false;
    base_module = (VmModule){.file = "<prelude>", .dir = "", .world = VM_WORLD_BUNDLED};
    vm_base = &base_module;
#define C(name, value)                                                                        \
    if (!define_constant(t, #name, value)) return false;
#include "abi/constants.def"
#undef C
    return true;
}

void vm_names_hold(void)
{
    pthread_rwlock_rdlock(&maps_lock);
}

void vm_names_release(void)
{
    pthread_rwlock_unlock(&maps_lock);
}

static uint32_t own_nolock(VmModule *m, Slice name)
{
    uint32_t slot;
    if (map_get(&m->slots, name, &slot)) return slot;
    slot = new_slot_nolock(m, name);
    if (slot != UINT32_MAX && !map_put(&m->slots, name, slot)) return UINT32_MAX;
    return slot;
}

uint32_t vm_global_own(VmModule *m, Slice name)
{
    pthread_rwlock_wrlock(&maps_lock);
    uint32_t slot = own_nolock(m, name);
    pthread_rwlock_unlock(&maps_lock);
    return slot;
}

// Is there a set or declared variable of that name?
static bool known(const VmModule *m, Slice name, uint32_t *slot)
{
    if (!m) return false;
    pthread_rwlock_rdlock(&maps_lock);
    bool is = map_get(&m->slots, name, slot);
    pthread_rwlock_unlock(&maps_lock);
    return is;
}

// The first thread that needs the prelude loads it, the others wait; while loading, the prelude's
// own names are looked for here too.
static bool need_prelude(MdhThread *t)
{
    static pthread_mutex_t loading = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    static bool is_ready;
    static int depth;
    if (!need_prelude_fn || __atomic_load_n(&is_ready, __ATOMIC_ACQUIRE)) return need_prelude_fn;
    pthread_mutex_lock(&loading);
    depth++;
    bool ok = need_prelude_fn(t);
    if (--depth == 0) __atomic_store_n(&is_ready, true, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&loading);
    return ok;
}

static bool in_base(MdhThread *t, Slice name, uint32_t *slot)
{
    if (known(vm_base, name, slot)) return true;
    if (mdh_builtin_find(name.ptr, name.len)) return false;
    return need_prelude(t) && known(vm_base, name, slot);
}

uint32_t vm_global_outer(MdhThread *t, VmModule *m, Slice name)
{
    uint32_t slot;
    VmModule *world = m->world == VM_WORLD_BUNDLED ? m : vm_main ? vm_main : m;
    if (world != m && known(world, name, &slot)) return slot;
    if (m != vm_base && in_base(t, name, &slot)) return slot;
    // Nowhere yet: a variable of the program (or of the bundled module) that may come.
    return vm_global_own(world, name);
}

MdhValue vm_global_missing(MdhThread *t, uint32_t slot)
{
    Slice name = infos[slot].name;
    const VmModule *m = infos[slot].owner;
    uint32_t outer;
    MdhValue v = MDH_ABSENT;
    if (m->world == VM_WORLD_USER && known(vm_main, name, &outer))
        v = MDH_SLOT_LOAD(&vm_globals[outer]);
    if (mdh_is_absent(v) && m != vm_base && in_base(t, name, &outer))
        v = MDH_SLOT_LOAD(&vm_globals[outer]);
    if (!mdh_is_absent(v)) return v;
    const MdhBuiltin *b = mdh_builtin_find(name.ptr, name.len);
    return b ? vm_builtin_value(t, b->id) : MDH_ABSENT;
}

// Assignment to a slot that is unset: the nearest variable outside that is set, or a builtin,
// which the slot then hides.
bool vm_set_global(MdhThread *t, uint32_t slot, MdhValue v)
{
    Slice name = infos[slot].name;
    const VmModule *m = infos[slot].owner;
    uint32_t outer;
    if (m->world == VM_WORLD_USER && known(vm_main, name, &outer) &&
        !mdh_is_absent(MDH_SLOT_LOAD(&vm_globals[outer])))
        slot = outer;
    else if (m != vm_base && in_base(t, name, &outer))
        slot = outer;
    else if (!mdh_builtin_find(name.ptr, name.len)) {
        MdhValue text = mdh_str_intern(t, name.ptr, name.len);
        if (!mdh_is_exc(text)) mdh_throw_error(t, MDH_E_UNDEFINED, text);
        return false;
    }
    MDH_SLOT_STORE(&vm_globals[slot], v);
    return true;
}

bool vm_module_define(MdhThread *t, VmModule *m, MdhValue name, MdhValue v)
{
    Slice key = mdh_str_slice(name);
    uint32_t slot;
    if (!known(m, key, &slot)) {
        // The map borrows its keys: keep the text for ever.
        MdhStr *kept = mdh_gc_alloc_root(key.len + 1);
        if (kept) memcpy(kept, key.ptr, key.len);
        slot = kept ? vm_global_own(m, (Slice){(const char *)kept, key.len}) : UINT32_MAX;
    }
    if (slot == UINT32_MAX) {
        mdh_throw_oom(t, key.len);
        return false;
    }
    MDH_SLOT_STORE(&vm_globals[slot], v);
    return true;
}

bool vm_import(MdhThread *t, VmModule *m, MdhValue dict)
{
    MdhDictIter it;
    MdhValue key, val;
    mdh_dict_iter(dict, &it);
    while (mdh_dict_next(&it, &key, &val))
        if (mdh_is_str(key) && !vm_module_define(t, m, key, val)) return false;
    return true;
}

MdhValue vm_module_exports(MdhThread *t, const VmModule *m)
{
    MdhValue d = mdh_dict_new(t, 0);
    for (uint32_t i = 0; i < m->bc->n_own && !mdh_is_exc(d); i++) {
        Slice name = m->bc->globals.items[i].name;
        uint32_t slot;
        if (!known(m, name, &slot)) continue;
        MdhValue v = MDH_SLOT_LOAD(&vm_globals[slot]);
        if (mdh_is_absent(v)) continue;
        MdhValue key = mdh_str_intern(t, name.ptr, name.len);
        if (mdh_is_exc(key) || !mdh_dict_put(t, d, key, v)) return MDH_EXC;
    }
    return d;
}
