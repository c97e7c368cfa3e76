// SPDX-License-Identifier: MIT
// Text in, running program out.
#include <stdlib.h>

#include "base/os.h"
#include "lang/driver/driver.h"
#include "lang/syntax/syntax.h"
#include "runtime/core/throw.h"
#include "runtime/sys/out.h"
#include "runtime/sys/process.h"

#define MAX_SOURCE ((size_t)256 << 20)

static char stdlib_dir[4096];

const char *drv_stdlib_dir(void)
{
    return stdlib_dir;
}

// bin/mdhavers finds share/mdhavers/stdlib beside bin, in the build tree and installed.
static void find_stdlib(void)
{
    Buf path;
    buf_init(&path, sizeof stdlib_dir - 1);
    if (os_executable_dir(&path) == MDH_OK) {
        buf_puts(&path, "/../share/mdhavers/stdlib");
        Buf real;
        buf_init(&real, sizeof stdlib_dir - 1);
        if (os_realpath(path.data, &real, NULL) == MDH_OK)
            memcpy(stdlib_dir, real.data, real.len + 1);
        buf_deinit(&real);
    }
    buf_deinit(&path);
}

MdhThread *drv_start(int argc, char **argv)
{
    if (!mdh_runtime_init()) return NULL;
    MdhThread *t = mdh_thread_new("main");
    if (!t || !vm_globals_init(t)) return NULL;
    mdh_set_args(argc, argv);
    find_stdlib();
    vm_set_loader(drv_fetch, drv_load_prelude);
    return t;
}

const char *drv_os_text(MdhErr err, int sys_errno)
{
    static _Thread_local char text[128];
    return sys_errno ? err_errno_text(sys_errno, text, sizeof text) : err_text(err);
}

bool drv_read_source(const char *path, Buf *out)
{
    int sys_errno = 0;
    MdhErr err = os_read_file(path, MAX_SOURCE, out, &sys_errno);
    if (err == MDH_OK) return true;
    Buf msg;
    buf_init(&msg, 16384);
    buf_printf(&msg, "Dinnae be daft! Cannae read '%s': %s\n", path, drv_os_text(err, sys_errno));
    if (buf_ok(&msg)) mdh_err_write(msg.data, msg.len);
    else report_no_memory();
    buf_deinit(&msg);
    return false;
}

// ---- compiling --------------------------------------------------------------------------------

typedef struct {
    const char *dir;
    VmWorld world;
    bool session;
    const Map *program;      // the names of its variables
} EnvContext;

static bool env_exports(void *ctx, Slice path, const Slice **names, uint32_t *n)
{
    const EnvContext *e = ctx;
    return drv_module_exports(e->dir, path, names, n);
}

static bool env_outer_has(void *ctx, Slice name)
{
    const EnvContext *e = ctx;
    // A later entry of a session may hide any builtin, also from functions made before.
    if (e->session) return true;
    if (e->world != VM_WORLD_BUNDLED && drv_modules_store(name)) return true;
    return e->world == VM_WORLD_USER && e->program && map_get(e->program, name, NULL);
}

typedef struct {
    const char *dir;
    bool user_modules;
} FetchScan;

static void scan_fetch(void *ctx, AstNode *child)
{
    FetchScan *scan = ctx;
    if (child->kind == AST_FETCH && drv_module_scan(scan->dir, child->fetch.path))
        scan->user_modules = true;
    ast_each_child(child, scan_fetch, scan);
}

// May no other module look at the program's variables?
static bool top_level_is_private(const AstNode *program, const char *dir)
{
    FetchScan scan = {dir, false};
    ast_each_child(program, scan_fetch, &scan);
    return !scan.user_modules;
}

static BcModule *compile_with(Slice source, const char *file, EnvContext *ctx, bool session,
                              DiagList *diags)
{
    Arena *arena = arena_new();
    BcModule *bc = NULL;
    SyntaxTree *tree = arena ? syntax_parse(arena, source, file, diags) : NULL;
    if (tree && diags->n_errors == 0) {
        CompileEnv env = {.resolve = {ctx, env_exports, false}, .ctx = ctx,
                          .outer_has = env_outer_has, .keep_last_value = session};
        env.resolve.private_top_level = ctx->world == VM_WORLD_MAIN && !session &&
                                        top_level_is_private(tree->program, ctx->dir);
        bc = compile_module(tree->program, file, source, &env, diags);
    }
    arena_free(arena);
    return bc;
}

BcModule *drv_compile(Slice source, const char *file, const char *dir, VmWorld world,
                      DiagList *diags)
{
    vm_names_hold();
    const Map *program = vm_main ? &vm_main->slots : NULL;
    BcModule *bc = drv_compile_in(source, file, dir, world, program, diags);
    vm_names_release();
    return bc;
}

BcModule *drv_compile_in(Slice source, const char *file, const char *dir, VmWorld world,
                         const Map *program, DiagList *diags)
{
    EnvContext ctx = {dir, world, false, program};
    return compile_with(source, file, &ctx, false, diags);
}

BcModule *drv_compile_text(Slice source, const char *file, DiagList *diags)
{
    return drv_compile(source, file, ".", VM_WORLD_MAIN, diags);
}

// ---- running ----------------------------------------------------------------------------------

char *drv_dir_of(const char *path)
{
    Buf real;
    buf_init(&real, 4096);
    if (os_realpath(path, &real, NULL) != MDH_OK) buf_puts(&real, path);
    char *slash = real.len ? strrchr(real.data, '/') : NULL;
    size_t n = slash ? (size_t)(slash - real.data) : 0;
    char *dir = mdh_gc_alloc_root(n + 2);
    if (dir) {
        if (slash) memcpy(dir, real.data, n ? n : 1);
        else dir[0] = '.';
    }
    buf_deinit(&real);
    return dir;
}

int drv_run_file(MdhThread *t, const char *path)
{
    Buf source;
    DiagList diags;
    buf_init(&source, MAX_SOURCE);
    diag_init(&diags, 0);
    int status = 1;
    if (drv_read_source(path, &source)) {
        char *dir = drv_dir_of(path);
        BcModule *bc = dir ? drv_compile(slice_make(source.data, source.len), path, dir,
                                         VM_WORLD_MAIN, &diags)
                           : NULL;
        if (bc) {
            VmModule *m = vm_module_new(t, bc, dir, VM_WORLD_MAIN);
            status = report_finish(t, m ? vm_run(t, m->main) : MDH_EXC);
        } else if (!drv_report_diags(t, &diags)) {
            report_no_memory();
        }
    }
    diag_deinit(&diags);
    buf_deinit(&source);
    return status;
}

// ---- sessions -----------------------------------------------------------------------------------

struct DrvSession {
    VmModule *module;
    char dir[4096];
};

DrvSession *drv_session_new(MdhThread *t)
{
    DrvSession *s = mdh_gc_alloc_root(sizeof *s);
    DiagList diags;
    diag_init(&diags, 0);
    BcModule *bc = s ? drv_compile(SLICE_LIT(""), "<repl>", ".", VM_WORLD_MAIN, &diags) : NULL;
    diag_deinit(&diags);
    if (!bc) return NULL;
    s->dir[0] = '.';
    s->module = vm_module_new(t, bc, s->dir, VM_WORLD_MAIN);
    return s->module ? s : NULL;
}

void drv_session_free(DrvSession *s)
{
    mdh_gc_free_root(s);
}

VmModule *drv_session_module(DrvSession *s)
{
    return s->module;
}

MdhValue drv_session_eval(DrvSession *s, MdhThread *t, Slice text, DiagList *diags, bool *ok)
{
    EnvContext ctx = {s->dir, VM_WORLD_MAIN, true, NULL};
    // Functions keep pointing at the compiled module: it stays for the life of the process.
    BcModule *bc = compile_with(text, "<repl>", &ctx, true, diags);
    *ok = bc != NULL;
    if (!bc) return MDH_NAETHING;
    VmCode *code = vm_module_extend(t, s->module, bc);
    return code ? vm_run(t, code) : MDH_EXC;
}
