// SPDX-License-Identifier: MIT
#define _GNU_SOURCE // the recursive mutex initialiser
// The modules of the process by their paths: each is loaded and run once, every fetch gets a copy
// of its variables, and a circle of fetches is an error. A loading module fetches others itself.
#include <pthread.h>
#include <string.h>

#include "lang/vm/vm_priv.h"
#include "runtime/data/dict.h"
#include "runtime/data/str.h"

typedef struct Loaded {
    char *path;
    MdhValue exports;        // as they were when the module had run
    bool loading;
    struct Loaded *next;
} Loaded;

static Loaded *loaded;       // newest first
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static MdhValue throw_circular(MdhThread *t, const Loaded *again)
{
    // The circle runs from `again` to the newest one still loading.
    const Loaded *chain[256];
    int n = 0;
    for (const Loaded *l = loaded; l && n < 256; l = l->next) {
        if (l->loading) chain[n++] = l;
        if (l == again) break;
    }
    MdhSb sb;
    mdh_sb_init(&sb);
    while (n-- > 0) {
        mdh_sb_puts(&sb, chain[n]->path);
        mdh_sb_puts(&sb, " -> ");
    }
    mdh_sb_puts(&sb, again->path);
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

static void forget(Loaded *l)
{
    for (Loaded **at = &loaded; *at; at = &(*at)->next)
        if (*at == l) {
            *at = l->next;
            break;
        }
    mdh_gc_free_root(l->path);
    mdh_gc_free_root(l);
}

static Loaded *begin(MdhThread *t, const char *path)
{
    size_t n = strlen(path) + 1;
    Loaded *l = mdh_gc_alloc_root(sizeof *l);
    if (l) l->path = mdh_gc_alloc_root(n);
    if (!l || !l->path) {
        mdh_throw_oom(t, sizeof *l);
        mdh_gc_free_root(l);
        return NULL;
    }
    memcpy(l->path, path, n);
    l->loading = true;
    l->next = loaded;
    loaded = l;
    return l;
}

static MdhValue load(MdhThread *t, const char *path, VmMakeModule make, void *ctx)
{
    for (Loaded *l = loaded; l; l = l->next) {
        if (strcmp(l->path, path) != 0) continue;
        return l->loading ? throw_circular(t, l) : mdh_dict_copy(t, l->exports);
    }
    Loaded *l = begin(t, path);
    VmModule *m = l ? make(t, ctx) : NULL;
    MdhValue exports = MDH_EXC;
    if (m && !mdh_is_exc(vm_run(t, m->main))) exports = vm_module_exports(t, m);
    if (mdh_is_exc(exports)) {
        if (l) forget(l); // the next fetch tries again
        return MDH_EXC;
    }
    l->exports = exports;
    l->loading = false;
    return mdh_dict_copy(t, exports);
}

MdhValue vm_module_fetch(MdhThread *t, const char *path, VmMakeModule make, void *ctx)
{
    pthread_mutex_lock(&lock);
    MdhValue v = load(t, path, make, ctx);
    pthread_mutex_unlock(&lock);
    return v;
}
