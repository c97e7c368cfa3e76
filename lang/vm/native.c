// SPDX-License-Identifier: MIT
// The life of a native executable: the runtime starts on a big stack of its own, modules come from
// the images that the compiler embedded, functions from what it emitted.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <ucontext.h>

#include "base/os.h"
#include "lang/bytecode/image.h"
#include "lang/vm/native.h"
#include "lang/vm/report.h"
#include "runtime/conc/thread.h"
#include "runtime/data/str.h"
#include "runtime/sys/out.h"
#include "runtime/sys/process.h"

#define NATIVE_STACK ((size_t)256 << 20)
#define THREAD_STACK ((size_t)64 << 20)
#define VALUE_STACK ((size_t)1 << 20) // the interpreter's, which nobody uses
#define LEAST_STACK ((size_t)8 << 20)
#define GUARD ((size_t)64 << 10)
#define STACK_HELD_BACK ((size_t)256 << 10) // for what runs where a script may recurse no deeper

static const VmNativeProgram *program;

// ---- modules --------------------------------------------------------------------------------

// The modules loaded so far, for their sources. Never removed.
typedef struct Known {
    const char *file;
    const VmNativeModule *native;
    struct Known *next;
} Known;

static Known *known;
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER; // of adding

static bool remember(const VmNativeModule *native, const char *file)
{
    mdh_gc_add_root(native->constants, native->constants + native->n_constants);
    mdh_gc_add_root(native->caches, native->caches + native->n_caches);
    Known *k = mdh_gc_alloc_root(sizeof *k);
    if (!k) return false;
    pthread_mutex_lock(&known_lock);
    *k = (Known){file, native, known};
    MDH_PTR_PUBLISH(&known, k);
    pthread_mutex_unlock(&known_lock);
    return true;
}

static bool find_source(const char *file, Slice *text)
{
    for (const Known *k = MDH_PTR_LOAD(&known); k; k = k->next) {
        if (!k->native->source || strcmp(k->file, file) != 0) continue;
        *text = (Slice){k->native->source, k->native->source_len};
        return true;
    }
    return false;
}

// What traces call the module: bundled ones lie in a folder that the program as a whole names.
static const char *file_of(const VmNativeModule *native)
{
    if (native->world != VM_WORLD_BUNDLED || native->file[0] == '<') return native->file;
    size_t dir = strlen(program->stdlib), name = strlen(native->file);
    char *file = mdh_gc_alloc_root(dir + name + 2);
    if (!file) return native->file;
    memcpy(file, program->stdlib, dir);
    file[dir] = '/';
    memcpy(file + dir + 1, native->file, name);
    return file;
}

static BcModule *read_image(MdhThread *t, const VmNativeModule *native)
{
    Buf why;
    buf_init(&why, 4096);
    Slice image = {(const char *)native->image, native->image_len};
    BcModule *bc = bc_image_read(image, &why);
    if (!bc && why.len) mdh_throw_native(t, "Cannae load a module: %s", why.data);
    else if (!bc) mdh_throw_oom(t, native->image_len);
    buf_deinit(&why);
    return bc;
}

static VmModule *load(MdhThread *t, const VmNativeModule *native, const char *file)
{
    BcModule *bc = read_image(t, native);
    if (bc && !remember(native, file)) {
        mdh_throw_oom(t, sizeof(Known));
        bc_module_free(bc);
        bc = NULL;
    }
    return bc ? vm_module_load(t, bc, native, file, (VmWorld)native->world) : NULL;
}

typedef struct Making {
    const VmNativeModule *native;
    const char *file;
} Making;

static VmModule *make(MdhThread *t, void *ctx)
{
    const Making *making = ctx;
    return load(t, making->native, making->file);
}

static MdhValue fetch(MdhThread *t, const VmModule *importer, MdhValue path)
{
    const VmNativeModule *from = importer->native;
    Slice wanted = mdh_str_slice(path);
    for (uint32_t i = 0; from && i < from->n_fetches; i++) {
        const VmNativeFetch *f = &from->fetches[i];
        if (!slice_eq((Slice){f->path, f->path_len}, wanted)) continue;
        if (f->error) return vm_throw_in_module(t, path, f->error);
        if (!f->module) break;
        Making making = {f->module, file_of(f->module)};
        return vm_module_fetch(t, making.file, make, &making);
    }
    return mdh_throw_error(t, MDH_E_NO_MODULE, path);
}

static bool need_prelude(MdhThread *t)
{
    static bool done;
    if (done) return true;
    done = true;
    BcModule *bc = program->prelude ? read_image(t, program->prelude) : NULL;
    if (!bc || !remember(program->prelude, "<prelude>")) return false;
    vm_base->bc = bc;
    vm_base->native = program->prelude;
    VmCode *main = vm_module_extend(t, vm_base, bc);
    return main && !mdh_is_exc(vm_run(t, main));
}

// ---- what load.c asks a back end ------------------------------------------------------------

// An image with more functions than its module was emitted with: never, unless the file is broken.
static MdhValue no_entry(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc, (void)argv;
    return mdh_throw_native(t, "A function of the program is missing");
}

// Constants and inline caches where emitted code knows their addresses.
static void place(const VmNativeModule *native, const VmModule *m, VmCode *code)
{
    const BcProto *p = code->bc;
    if (m->n_caches + p->ic_names.len > native->n_caches ||
        m->n_constants + p->consts.len > native->n_constants)
        return;
    VmCache *caches = native->caches + m->n_caches, *made = code->ic;
    for (uint32_t i = 0; i < p->ic_names.len; i++) caches[i] = made[i];
    for (uint32_t i = 0; i < p->consts.len; i++) native->constants[m->n_constants + i] = code->k[i];
    code->ic = caches;
    mdh_gc_free_root(made);
}

void vm_code_made(VmModule *m, VmCode *code)
{
    const VmNativeModule *native = m->native;
    code->entry = no_entry;
    if (!native || m->n_codes >= native->n_functions) return;
    native->codes[m->n_codes] = code;
    code->entry = native->entries[m->n_codes];
    code->body = native->bodies[m->n_codes];
    place(native, m, code);
}

void vm_bound(const VmModule *m, const uint32_t *slots)
{
    const VmNativeModule *native = m->native;
    for (uint32_t i = 0; native && i < native->n_globals && i < m->bc->globals.len; i++)
        native->globals[i] = &vm_globals[slots[i]];
}

// ---- the process ----------------------------------------------------------------------------

static int out_of_memory(void)
{
    static const char text[] = "Nae memory left tae stert wi'\n";
    mdh_err_write(text, sizeof text - 1);
    return 1;
}

static int argument_count;
static char **arguments;

static int run_program(char *stack)
{
    mdh_value_stack_bytes = VALUE_STACK;
    MdhThread *t = mdh_thread_new("main");
    if (!t || !vm_globals_init(t)) return out_of_memory();
    if (stack) t->c_stack_limit = stack + STACK_HELD_BACK;
    mdh_thread_stack_bytes = THREAD_STACK;
    mdh_set_args(argument_count, arguments);
    mdh_out_flush_on_signals();
    vm_set_loader(fetch, need_prelude);
    report_set_sources(find_source);
    VmModule *m = load(t, program->main, file_of(program->main));
    return report_finish(t, m ? vm_run(t, m->main) : MDH_EXC);
}

// The first thread runs on this stack instead of the system's, which is too small for deep
// recursion; its far pages cost nothing before they are touched. It never goes back.
static ucontext_t own_context;
static char *own_stack;
static size_t own_size;

static void on_own_stack(void)
{
    mdh_gc_stack_moved(own_stack + own_size);
    exit(run_program(own_stack));
}

// Asks for less where the system does not like to give so much. The lowest page stays closed.
static bool make_stack(void)
{
    struct rlimit room;
    bool is_limited = getrlimit(RLIMIT_AS, &room) == 0 && room.rlim_cur != RLIM_INFINITY;
    for (own_size = NATIVE_STACK; own_size >= LEAST_STACK; own_size /= 2) {
        if (is_limited && own_size > room.rlim_cur / 4) continue; // the rest is for all else
        own_stack = os_reserve(own_size);
        if (own_stack && os_commit(own_stack + GUARD, own_size - GUARD)) return true;
        os_release(own_stack, own_size);
    }
    return false;
}

int vm_native_main(int argc, char **argv, const VmNativeProgram *p)
{
    program = p;
    argument_count = argc;
    arguments = argv;
    if (!mdh_runtime_init()) return out_of_memory();
    if (!make_stack() || getcontext(&own_context) != 0) return run_program(NULL);
    own_context.uc_stack.ss_sp = own_stack;
    own_context.uc_stack.ss_size = own_size;
    makecontext(&own_context, on_own_stack, 0);
    setcontext(&own_context);
    return run_program(NULL);
}
