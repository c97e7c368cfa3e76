// SPDX-License-Identifier: MIT
// The modules of the process by their paths: each is loaded and run once, every fetch gets a copy
// of its variables, and a circle of fetches is an error.
//
// The lock is held for looking only, never while a module runs. A thread that fetches what another
// one is loading waits for it, unless that one waits, directly or not, for a module that this
// thread is loading: then the two fetch each other in a circle.
#include "runtime/conc/wait.h"

#include <string.h>

#include "lang/vm/vm_priv.h"
#include "runtime/data/dict.h"
#include "runtime/data/str.h"

typedef struct Loaded {
    char *path;
    MdhValue exports;        // as they were when the module had run
    uint64_t loader;         // the thread that loads it, 0: it is loaded
    bool has_failed;         // out of the list; those that wait are to try again
    uint32_t n_waiting;
    MdhWaitQueue waiters;
    struct Loaded *next;
} Loaded;

// A thread that waits for a module.
typedef struct Waiting {
    uint64_t thread;
    const Loaded *module;
    struct Waiting *next;
} Waiting;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Loaded *loaded;       // newest first
static Waiting *waiting;     // on the stacks of those that wait

static Loaded *find_nolock(const char *path)
{
    Loaded *l = loaded;
    while (l && strcmp(l->path, path) != 0) l = l->next;
    return l;
}

#define CIRCLE_MAX 256

// "a -> b -> a", by what each thread of the circle is loading: what it began last stands first in
// the list.
static uint32_t circle_nolock(uint64_t thread, const Loaded *again, const Loaded **chain)
{
    uint32_t n = 0;
    for (const Loaded *l = loaded; l && n < CIRCLE_MAX; l = l->next) {
        if (l->loader == thread) chain[n++] = l;
        if (l == again) break;
    }
    return n;
}

static MdhValue throw_circular(MdhThread *t, const Loaded *const *chain, uint32_t n,
                               const char *again)
{
    MdhSb sb;
    mdh_sb_init(&sb);
    while (n-- > 0) {
        mdh_sb_puts(&sb, chain[n]->path);
        mdh_sb_puts(&sb, " -> ");
    }
    mdh_sb_puts(&sb, again);
    MdhValue text = mdh_sb_finish(t, &sb);
    return mdh_is_exc(text) ? text : mdh_throw_error(t, MDH_E_CIRCULAR, text);
}

MdhValue vm_throw_in_module(MdhThread *t, MdhValue path, const char *why)
{
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_sb_puts(&sb, "Error in module '");
    mdh_sb_put_str(&sb, path);
    mdh_sb_puts(&sb, "': ");
    mdh_sb_puts(&sb, why);
    MdhValue text = mdh_sb_finish(t, &sb);
    return mdh_is_exc(text) ? text : mdh_throw_error(t, MDH_E_PARSE, text);
}

static const Loaded *waits_for_nolock(uint64_t thread)
{
    for (const Waiting *w = waiting; w; w = w->next)
        if (w->thread == thread) return w->module;
    return NULL;
}

// Would waiting for `l` be waiting for oneself?
static bool is_circle_nolock(const MdhThread *t, const Loaded *l)
{
    while (l && l->loader && l->loader != t->id) l = waits_for_nolock(l->loader);
    return l && l->loader;
}

static void free_nolock(Loaded *l)
{
    if (l->n_waiting) return; // the last one that waited does it
    mdh_gc_free_root(l->path);
    mdh_gc_free_root(l);
}

// Until it is loaded, or has failed. False: threw.
static bool await_nolock(MdhThread *t, Loaded *l)
{
    MdhWaitInfo what = {.kind = "the loading o a module"};
    MdhWaitResult r = MDH_WAIT_WOKEN;
    Waiting me = {t->id, l, waiting}, **at = &waiting;
    waiting = &me;
    l->n_waiting++;
    while (l->loader && !l->has_failed && r == MDH_WAIT_WOKEN)
        r = mdh_wait_on(t, &l->waiters, &lock, OS_NEVER, &what);
    while (*at != &me) at = &(*at)->next;
    *at = me.next;
    l->n_waiting--;
    if (l->has_failed) free_nolock(l);
    return r == MDH_WAIT_WOKEN;
}

// The module is loaded, or this thread is to load it: *mine. NULL when it threw. The lock is held
// and released.
static Loaded *find_or_begin_unlock(MdhThread *t, const char *path, Loaded *fresh, bool *mine)
{
    const Loaded *chain[CIRCLE_MAX];
    uint32_t n = 0;
    Loaded *l;
    bool ok = true, is_circle = false;
    while (ok && (l = find_nolock(path)) != NULL && l->loader) {
        is_circle = is_circle_nolock(t, l);
        if (is_circle) n = circle_nolock(t->id, l, chain);
        ok = !is_circle && await_nolock(t, l);
    }
    *mine = ok && !l;
    if (*mine) {
        l = fresh;
        l->loader = t->id;
        l->next = loaded;
        loaded = l;
    }
    pthread_mutex_unlock(&lock);
    // What this thread is loading stays in the list.
    if (is_circle) throw_circular(t, chain, n, path);
    return ok ? l : NULL;
}

static void end_loading(Loaded *l, MdhValue exports)
{
    pthread_mutex_lock(&lock);
    if (!mdh_is_exc(exports)) {
        l->exports = exports;
        l->loader = 0;
        mdh_wake_all(&l->waiters);
    } else { // the next fetch tries again
        Loaded **at = &loaded;
        while (*at != l) at = &(*at)->next;
        *at = l->next;
        l->has_failed = true;
        mdh_wake_all(&l->waiters);
        free_nolock(l);
    }
    pthread_mutex_unlock(&lock);
}

static Loaded *new_loaded(MdhThread *t, const char *path)
{
    size_t n = strlen(path) + 1;
    Loaded *l = mdh_gc_alloc_root(sizeof *l);
    if (l) l->path = mdh_gc_alloc_root(n);
    if (l && l->path) {
        memcpy(l->path, path, n);
        return l;
    }
    mdh_throw_oom(t, sizeof *l);
    mdh_gc_free_root(l);
    return NULL;
}

static bool look_for(const char *path, MdhValue *exports)
{
    pthread_mutex_lock(&lock);
    const Loaded *l = find_nolock(path);
    bool found = l && !l->loader;
    if (found) *exports = l->exports;
    pthread_mutex_unlock(&lock);
    return found;
}

static MdhValue load(MdhThread *t, const char *path, VmMakeModule make, void *ctx)
{
    bool mine = false;
    Loaded *fresh = new_loaded(t, path);
    if (!fresh) return MDH_EXC;
    pthread_mutex_lock(&lock);
    Loaded *l = find_or_begin_unlock(t, path, fresh, &mine);
    if (!mine) free_nolock(fresh);
    if (!mine) return l ? l->exports : MDH_EXC;
    VmModule *m = make(t, ctx);
    MdhValue exports = MDH_EXC;
    if (m && !mdh_is_exc(vm_run(t, m->main))) exports = vm_module_exports(t, m);
    end_loading(l, exports);
    return exports;
}

MdhValue vm_module_fetch(MdhThread *t, const char *path, VmMakeModule make, void *ctx)
{
    MdhValue exports;
    if (!look_for(path, &exports)) exports = load(t, path, make, ctx);
    return mdh_is_exc(exports) ? exports : mdh_dict_copy(t, exports);
}
