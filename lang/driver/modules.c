// SPDX-License-Identifier: MIT
#define _GNU_SOURCE // the recursive mutex initialiser
// Modules: where a path in a fetch leads, loading each file once, circular imports, the prelude.
//
// Search order for a path that is not absolute, D being the importing file's directory: D/p, p
// from the working directory, D/stdlib/p, D/stdlib/<rest> of "lib/<rest>"; then for D and every
// directory above it A/p, A/stdlib/p and the same with lib/ stripped; last the bundled library.
#include <pthread.h>
#include <string.h>

#include "abi/abi.h"
#include "base/os.h"
#include "base/vec.h"
#include "lang/driver/driver.h"
#include "lang/syntax/syntax.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"

#define MAX_PATH_LEN 4096
#define MAX_MODULE_SOURCE ((size_t)64 << 20)

extern const char mdh_prelude_source[];
extern const size_t mdh_prelude_len;

// ---- finding ------------------------------------------------------------------------------------

typedef struct {
    Slice path;              // with extension
    Slice lib_rest;          // after "lib/", or empty
    Buf *out;
} Search;

static bool is_file(const char *path, Buf *out)
{
    out->len = 0;
    return os_is_file(path) && os_realpath(path, out, NULL) == MDH_OK;
}

static bool try_in(Search *s, Slice dir, const char *sub, Slice path)
{
    Buf b;
    buf_init(&b, MAX_PATH_LEN);
    buf_put(&b, dir.ptr, dir.len);
    if (dir.len && dir.ptr[dir.len - 1] != '/') buf_putc(&b, '/');
    buf_puts(&b, sub);
    buf_put(&b, path.ptr, path.len);
    bool found = buf_ok(&b) && is_file(b.data, s->out);
    buf_deinit(&b);
    return found;
}

static bool try_stdlib(Search *s, Slice dir)
{
    if (try_in(s, dir, "stdlib/", s->path)) return true;
    return s->lib_rest.len && try_in(s, dir, "stdlib/", s->lib_rest);
}

static bool try_upwards(Search *s, Slice dir)
{
    while (dir.len) {
        if (try_in(s, dir, "", s->path) || try_stdlib(s, dir)) return true;
        while (dir.len && dir.ptr[dir.len - 1] != '/') dir.len--;
        if (dir.len > 1) dir.len--;
        else if (dir.len == 1) return try_in(s, dir, "", s->path) || try_stdlib(s, dir);
    }
    return false;
}

static bool try_bundled(Search *s)
{
    Slice lib = slice_from_cstr(drv_stdlib_dir());
    if (!lib.len) return false;
    Slice rest = s->path;
    if (slice_starts_with(rest, SLICE_LIT("stdlib/"))) rest = slice_from(rest, 7);
    return try_in(s, lib, "", rest) || (s->lib_rest.len && try_in(s, lib, "", s->lib_rest));
}

static bool search(Search *s, Slice dir)
{
    if (s->path.len && s->path.ptr[0] == '/') return try_in(s, SLICE_LIT(""), "", s->path);
    return try_in(s, dir, "", s->path) || try_in(s, SLICE_LIT(""), "", s->path) ||
           try_stdlib(s, dir) || try_upwards(s, dir) || try_bundled(s);
}

static bool has_extension(Slice path)
{
    for (size_t i = path.len; i > 0 && path.ptr[i - 1] != '/'; i--)
        if (path.ptr[i - 1] == '.' && i > 1 && path.ptr[i - 2] != '/' &&
            path.ptr[i - 2] != '.')
            return true;
    return false;
}

bool drv_find_module(const char *dir, Slice path, Buf *out, bool *bundled)
{
    Buf full;
    buf_init(&full, MAX_PATH_LEN);
    buf_put(&full, path.ptr, path.len);
    if (!has_extension(path)) buf_puts(&full, ".braw");
    Search s = {{full.data, full.len}, SLICE_NONE, out};
    if (slice_starts_with(s.path, SLICE_LIT("lib/"))) s.lib_rest = slice_from(s.path, 4);
    bool clean = buf_ok(&full) && path.len && !memchr(path.ptr, 0, path.len);
    bool found = clean && search(&s, slice_from_cstr(dir));
    if (found && bundled) {
        Slice lib = slice_from_cstr(drv_stdlib_dir());
        *bundled = lib.len && out->len > lib.len &&
                   slice_starts_with((Slice){out->data, out->len}, lib) &&
                   out->data[lib.len] == '/';
    }
    buf_deinit(&full);
    return found;
}

// ---- the names a module exports, for the resolver ---------------------------------------------

typedef struct ExportList {
    char *path;
    Slice *names;
    uint32_t n;
    VEC(const MdhBuiltin *) stored; // builtins' names that are assigned to somewhere in it
    bool busy;
    Arena *arena;            // never freed: modules keep pointing at the names
    struct ExportList *next;
} ExportList;

static ExportList *export_lists;
static pthread_mutex_t loader_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

typedef struct {
    ExportList *list;
    const char *dir;
} ExportEnv;

static bool nested_exports(void *ctx, Slice path, const Slice **names, uint32_t *n)
{
    return drv_module_exports(((ExportEnv *)ctx)->dir, path, names, n);
}

static void copy_names(ExportList *list, const Scope *module)
{
    list->names = arena_alloc_array(list->arena, module->vars.len + 1, sizeof *list->names);
    for (uint32_t i = 0; list->names && i < module->vars.len; i++)
        list->names[list->n++] = arena_slice_dup(list->arena, module->vars.items[i]->name);
}

// What the module, and those that it fetches, assign to: a declared variable of that name counts
// too, which costs no more than a slower call.
static void scan_stores(void *ctx, AstNode *child)
{
    ExportEnv *env = ctx;
    bool stores = child->kind == AST_ASSIGN || child->kind == AST_COMPOUND;
    if (stores && child->assign.target->kind == AST_IDENT) {
        Slice name = child->assign.target->ident.name;
        const MdhBuiltin *b = mdh_builtin_find(name.ptr, name.len);
        if (b) (void)!vec_push(&env->list->stored, b); // without memory nothing goes on anyway
    }
    if (child->kind == AST_FETCH) drv_module_scan(env->dir, child->fetch.path);
    ast_each_child(child, scan_stores, env);
}

static char *dir_part(Arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    return arena_strndup(arena, path, slash && slash != path ? (size_t)(slash - path) : 1);
}

static void read_exports(ExportList *list)
{
    Buf source;
    DiagList diags;
    Arena *scratch = arena_new();
    buf_init(&source, MAX_MODULE_SOURCE);
    diag_init(&diags, 0);
    if (scratch && os_read_file(list->path, MAX_MODULE_SOURCE, &source, NULL) == MDH_OK) {
        SyntaxTree *tree =
            syntax_parse(scratch, (Slice){source.data, source.len}, list->path, &diags);
        ExportEnv env = {list, dir_part(list->arena, list->path)};
        ResolveEnv renv = {&env, nested_exports, false};
        Resolution *r = tree && env.dir && !diags.n_errors
                            ? resolve_program(scratch, tree->program, &renv)
                            : NULL;
        if (r) copy_names(list, r->module);
        if (r) ast_each_child(tree->program, scan_stores, &env);
        resolve_deinit(r);
    }
    diag_deinit(&diags);
    buf_deinit(&source);
    arena_free(scratch);
}

static ExportList *exports_of(const char *path)
{
    for (ExportList *l = export_lists; l; l = l->next)
        if (strcmp(l->path, path) == 0) return l;
    Arena *arena = arena_new();
    ExportList *l = arena ? ARENA_NEW(arena, ExportList) : NULL;
    char *kept = l ? arena_strndup(arena, path, strlen(path)) : NULL;
    if (!kept) {
        arena_free(arena);
        return NULL;
    }
    l->arena = arena;
    l->path = kept;
    l->next = export_lists;
    export_lists = l;
    l->busy = true;
    read_exports(l);
    l->busy = false;
    return l;
}

bool drv_module_scan(const char *dir, Slice path)
{
    Buf found;
    bool bundled = false;
    buf_init(&found, MAX_PATH_LEN);
    pthread_mutex_lock(&loader_lock);
    bool is_there = drv_find_module(dir, path, &found, &bundled);
    if (is_there && !bundled) exports_of(found.data);
    pthread_mutex_unlock(&loader_lock);
    buf_deinit(&found);
    return !bundled;
}

bool drv_modules_store(Slice name)
{
    const MdhBuiltin *b = mdh_builtin_find(name.ptr, name.len);
    bool found = false;
    pthread_mutex_lock(&loader_lock);
    for (const ExportList *l = b ? export_lists : NULL; l && !found; l = l->next)
        for (uint32_t i = 0; i < l->stored.len; i++) found = found || l->stored.items[i] == b;
    pthread_mutex_unlock(&loader_lock);
    return found;
}

bool drv_module_exports(const char *dir, Slice path, const Slice **names, uint32_t *n)
{
    Buf found;
    buf_init(&found, MAX_PATH_LEN);
    ExportList *l = NULL;
    pthread_mutex_lock(&loader_lock);
    if (drv_find_module(dir, path, &found, NULL)) l = exports_of(found.data);
    pthread_mutex_unlock(&loader_lock);
    buf_deinit(&found);
    if (!l || l->busy) return false;
    *names = l->names;
    *n = l->n;
    return true;
}

// ---- loading ------------------------------------------------------------------------------------

static char *root_copy(const char *s, size_t n)
{
    char *copy = mdh_gc_alloc_root(n + 1);
    if (copy) memcpy(copy, s, n);
    return copy;
}

typedef struct Making {
    const char *file;
    MdhValue path;           // as written
    bool bundled;
} Making;

static VmModule *compile_file(MdhThread *t, void *ctx)
{
    const Making *making = ctx;
    const char *file = making->file;
    Buf source;
    DiagList diags;
    VmModule *m = NULL;
    int sys_errno = 0;
    buf_init(&source, MAX_MODULE_SOURCE);
    diag_init(&diags, 0);
    MdhErr err = os_read_file(file, MAX_MODULE_SOURCE, &source, &sys_errno);
    const char *slash = strrchr(file, '/');
    char *dir = root_copy(file, slash && slash != file ? (size_t)(slash - file) : 1);
    if (err != MDH_OK) {
        mdh_throw_error(t, MDH_E_READ, making->path, drv_os_text(err, sys_errno));
    } else if (!dir) {
        mdh_throw_oom(t, MAX_PATH_LEN);
    } else {
        VmWorld world = making->bundled ? VM_WORLD_BUNDLED : VM_WORLD_USER;
        BcModule *bc = drv_compile((Slice){source.data, source.len}, file, dir, world, &diags);
        if (bc) m = vm_module_new(t, bc, dir, world);
        else
            vm_throw_in_module(t, making->path,
                               diags.len ? diags.items[0].message : "it cannae be compiled");
    }
    diag_deinit(&diags);
    buf_deinit(&source);
    return m;
}

MdhValue drv_fetch(MdhThread *t, const VmModule *importer, MdhValue path)
{
    Buf found;
    Making making = {.path = path};
    MdhValue v;
    buf_init(&found, MAX_PATH_LEN);
    if (drv_find_module(importer->dir, mdh_str_slice(path), &found, &making.bundled)) {
        making.file = found.data;
        v = vm_module_fetch(t, found.data, compile_file, &making);
    } else {
        v = mdh_throw_error(t, MDH_E_NO_MODULE, path);
    }
    buf_deinit(&found);
    return v;
}

// The prelude is compiled when a program first uses a name that is neither its own nor a
// builtin's, so that programs which need none of it pay nothing.
bool drv_load_prelude(MdhThread *t)
{
    static bool done;
    if (done) return true;
    done = true;
    DiagList diags;
    diag_init(&diags, 0);
    Slice source = {mdh_prelude_source, mdh_prelude_len};
    BcModule *bc = drv_compile(source, "<prelude>", "", VM_WORLD_BUNDLED, &diags);
    if (!bc && diags.len) {
        drv_report_diags(t, &diags);
    }
    diag_deinit(&diags);
    if (!bc) return false;
    VmModule *m = vm_base;
    m->bc = bc;
    VmCode *main = vm_module_extend(t, m, bc);
    return main && !mdh_is_exc(vm_run(t, main));
}
