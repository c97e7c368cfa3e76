// SPDX-License-Identifier: MIT
// From a gathered program to an executable: the native compiler is a library that is opened here
// and nowhere else, the system's C compiler is asked to link. What is made stands under another
// name until it is whole.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "lang/driver/native_priv.h"
#include "runtime/sys/out.h"

#define MAX_PATH_LEN 4096
#define MAX_MESSAGE ((size_t)1 << 20)
#define MAX_ARGUMENTS 40

extern char **environ;

// ---- what went wrong ------------------------------------------------------------------------

bool native_complain(const char *format, ...)
{
    Buf b;
    va_list args;
    buf_init(&b, MAX_MESSAGE);
    va_start(args, format);
    buf_vprintf(&b, format, args);
    va_end(args);
    buf_putc(&b, '\n');
    report_write(&b);
    return false;
}

// ---- the native compiler --------------------------------------------------------------------

static bool say_no_compiler(const char *path, const char *why)
{
    if (!os_is_file(path))
        return native_complain(
            "This mdhavers wis built wi'oot its native compiler (%s isnae there).\n"
            "Install LLVM 19 an' build mdhavers again: apt-get install llvm-19-dev clang-19",
            path);
    if (strstr(why, "libLLVM"))
        return native_complain("The native compiler needs LLVM 19 (%s).\n"
                               "Install it: apt-get install libllvm19",
                               why);
    return native_complain("Cannae open the native compiler: %s", why);
}

AotCompile *native_compiler(void)
{
    static AotCompile *compile;
    if (compile) return compile;
    Buf path;
    buf_init(&path, MAX_PATH_LEN);
    void *library = NULL;
    const char *why = "nae memory";
    if (native_lib_path("aot.so", &path)) {
        library = dlopen(path.data, RTLD_NOW | RTLD_LOCAL);
        if (!library) why = dlerror();
        else compile = (AotCompile *)(uintptr_t)dlsym(library, "aot_compile");
        if (library && !compile) why = "it lacks aot_compile";
    }
    if (!compile) say_no_compiler(path.data, why);
    buf_deinit(&path);
    return compile;
}

static AotModule aot_module(const NativeModule *m)
{
    return (AotModule){.bc = m->bc, .symbol = m->symbol, .file = m->file, .source = m->source,
                       .world = m->world, .fetches = m->fetches.items,
                       .n_fetches = m->fetches.len};
}

bool native_compile(const NativeProgram *p, const AotOptions *options, bool is_program)
{
    AotCompile *compile = native_compiler();
    AotModule *modules = arena_alloc_array(p->arena, p->modules.len + 1, sizeof *modules);
    AotProgram program = {.modules = modules, .version = MDH_VERSION, .stdlib = drv_stdlib_dir(),
                          .frames = p->shows_frames};
    if (!compile || !modules) return false;
    for (uint32_t i = 0; i < p->modules.len; i++)
        if (p->modules.items[i]->bc)
            modules[program.n_modules++] = aot_module(p->modules.items[i]);
    if (is_program) program.main = p->modules.items[0]->symbol;
    if (is_program && p->needs_prelude) program.prelude = NATIVE_PRELUDE;
    Buf why;
    buf_init(&why, MAX_MESSAGE);
    bool fine = compile(&program, options, &why);
    if (!fine) native_complain("Cannae compile %s: %s", p->modules.items[0]->path, why.data);
    buf_deinit(&why);
    return fine;
}

// ---- linking --------------------------------------------------------------------------------

// Runs a program, its standard error to `log`. The exit status; -1 when it could not be run.
static int run_tool(char *const *argv, const char *log)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;
    if (posix_spawn_file_actions_init(&actions) != 0) return -1;
    bool fine = posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_TRUNC,
                                                 0600) == 0 &&
                posix_spawnp(&child, argv[0], &actions, NULL, argv, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    if (!fine) return -1;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static bool is_on_path(const char *name)
{
    const char *at = getenv("PATH");
    if (strchr(name, '/')) return access(name, X_OK) == 0;
    while (at && *at) {
        size_t n = strcspn(at, ":");
        char full[MAX_PATH_LEN];
        int len = snprintf(full, sizeof full, "%.*s/%s", (int)n, at, name);
        if (len > 0 && (size_t)len < sizeof full && os_is_file(full) && access(full, X_OK) == 0)
            return true;
        at += n + (at[n] == ':');
    }
    return false;
}

static const char *linker(void)
{
    static const char *const names[] = {"cc", "gcc", "clang", "clang-19"};
    const char *chosen = getenv("CC");
    if (chosen && *chosen) return is_on_path(chosen) ? chosen : NULL;
    for (size_t i = 0; i < countof(names); i++)
        if (is_on_path(names[i])) return names[i];
    return NULL;
}

static bool say_failed_link(const char *out, const char *log)
{
    Buf said;
    buf_init(&said, MAX_MESSAGE);
    if (os_read_file(log, MAX_MESSAGE, &said, NULL) != MDH_OK) buf_clear(&said);
    bool lacks_library = strstr(said.data, "cannot find -l") ||
                         strstr(said.data, "unable to find library");
    native_complain("The linker couldnae mak %s:\n%s%s", out, said.data,
                    lacks_library ? "Install whit it misses: apt-get install libgc-dev "
                                    "libpcre2-dev libc-ares-dev libssl-dev"
                                  : "");
    buf_deinit(&said);
    return false;
}

typedef struct Arguments {
    char *items[MAX_ARGUMENTS + 1];
    size_t n;
} Arguments;

static void add(Arguments *a, const char *word)
{
    if (a->n < MAX_ARGUMENTS) a->items[a->n++] = (char *)(uintptr_t)word;
}

static void add_libraries(Arguments *a)
{
    static const char *const libraries[] = {MDH_NATIVE_LIBRARIES};
    for (size_t i = 0; i < countof(libraries); i++) add(a, libraries[i]);
}

static bool link_with(const DrvBuild *b, const Arguments *objects, const char *made,
                      const char *log, const char *stdlib, const char *runtime)
{
    Arguments a = {.n = 0};
    const char *cc = linker();
    if (!cc)
        return native_complain("Ah need a C compiler tae link wi', an' there's nane: "
                               "apt-get install gcc");
    if (!os_is_file(runtime)) return native_complain("The runtime library isnae at %s", runtime);
    add(&a, cc);
    add(&a, "-o");
    add(&a, made);
    if (is_on_path("ld.lld")) add(&a, "-fuse-ld=lld");
    add(&a, b->is_static ? "-static" : "-pie");
    add(&a, "-Wl,--gc-sections,--as-needed");
    if (!b->debug) add(&a, "-s");
    for (size_t i = 0; i < objects->n; i++) add(&a, objects->items[i]);
    if (os_is_file(stdlib)) add(&a, stdlib);
    add(&a, runtime);
    add_libraries(&a);
    int status = run_tool(a.items, log);
    if (status < 0) return native_complain("Cannae run %s", cc);
    return status == 0 || say_failed_link(b->out, log);
}

// The objects to b->out, which appears whole or not at all.
static bool link_program(const DrvBuild *b, const Arguments *objects, const char *made,
                         const char *folder)
{
    Buf log, stdlib, runtime;
    buf_init(&log, MAX_PATH_LEN);
    buf_init(&stdlib, MAX_PATH_LEN);
    buf_init(&runtime, MAX_PATH_LEN);
    buf_printf(&log, "%s/linker", folder);
    bool fine = buf_ok(&log) && native_lib_path("stdlib.a", &stdlib) &&
                native_lib_path("libmdhrt.a", &runtime) &&
                link_with(b, objects, made, log.data, stdlib.data, runtime.data);
    if (log.len) unlink(log.data);
    buf_deinit(&log);
    buf_deinit(&stdlib);
    buf_deinit(&runtime);
    return fine;
}

// ---- building -------------------------------------------------------------------------------

// An empty file beside `out`, which will become it: tells at once when that cannot be written.
static bool open_product(const char *out, Buf *made, bool is_program)
{
    buf_printf(made, "%s.XXXXXX", out);
    int fd = buf_ok(made) ? mkstemp(made->data) : -1;
    if (fd < 0) {
        native_complain("Cannae write tae %s: %s", out, strerror(errno));
        buf_clear(made);
        return false;
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, (is_program ? 0777 : 0666) & ~mask);
    close(fd);
    if (os_is_dir(out)) return native_complain("Cannae write tae %s: it's a directory", out);
    return true;
}

static bool work_folder(Buf *folder)
{
    const char *tmp = getenv("TMPDIR");
    buf_printf(folder, "%s/mdhavers-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (buf_ok(folder) && mkdtemp(folder->data)) return true;
    native_complain("Cannae write tae %s: %s", folder->data, strerror(errno));
    buf_clear(folder);
    return false;
}

// What was compiled: the object, and the further ones of a big program.
static bool compile_and_link(const NativeProgram *p, const DrvBuild *b, AotOptions *options,
                             const char *made, const char *folder)
{
    Buf paths[AOT_MOST_PARTS];
    Arguments objects = {.n = 0};
    for (uint32_t i = 0; i < AOT_MOST_PARTS; i++) {
        buf_init(&paths[i], MAX_PATH_LEN);
        buf_printf(&paths[i], "%s/program.o", folder);
        if (i > 0) buf_printf(&paths[i], ".%u", i);
    }
    int cpus = os_cpu_count();
    options->emit_object = paths[0].data;
    options->most_parts = cpus > 0 ? (uint32_t)cpus : 1;
    bool fine = buf_ok(&paths[AOT_MOST_PARTS - 1]) && native_compile(p, options, true);
    for (size_t i = 0; i < AOT_MOST_PARTS; i++)
        if (os_is_file(paths[i].data)) add(&objects, paths[i].data);
    fine = fine && link_program(b, &objects, made, folder);
    for (size_t i = 0; i < AOT_MOST_PARTS; i++) {
        unlink(paths[i].data);
        buf_deinit(&paths[i]);
    }
    return fine;
}

static bool produce_program(const NativeProgram *p, const DrvBuild *b, AotOptions *options,
                            const char *made)
{
    Buf folder;
    buf_init(&folder, MAX_PATH_LEN);
    bool fine = work_folder(&folder) && compile_and_link(p, b, options, made, folder.data);
    if (folder.len) rmdir(folder.data);
    buf_deinit(&folder);
    return fine;
}

bool native_produce(const NativeProgram *p, const DrvBuild *b)
{
    Buf made, runtime;
    buf_init(&made, MAX_PATH_LEN);
    buf_init(&runtime, MAX_PATH_LEN);
    bool is_program = b->product == DRV_EXECUTABLE;
    bool fine = native_compiler() && native_lib_path("mdhrt.bc", &runtime) &&
                open_product(b->out, &made, is_program);
    AotOptions options = {.level = b->level, .fast = b->fast, .debug = b->debug, .sections = true,
                          .runtime = runtime.data};
    if (fine && is_program) {
        fine = produce_program(p, b, &options, made.data);
    } else if (fine) {
        if (b->product == DRV_IR) options.emit_ir = made.data;
        else options.emit_object = made.data;
        fine = native_compile(p, &options, true);
    }
    if (fine && rename(made.data, b->out) != 0)
        fine = native_complain("Cannae write tae %s: %s", b->out, strerror(errno));
    if (!fine && made.len) unlink(made.data);
    buf_deinit(&made);
    buf_deinit(&runtime);
    return fine;
}

bool drv_build(MdhThread *t, const DrvBuild *b)
{
    NativeProgram p = {0};
    bool fine = native_gather(t, b->path, &p) && native_produce(&p, b);
    native_release(&p);
    return fine;
}
