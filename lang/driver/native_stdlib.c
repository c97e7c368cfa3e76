// SPDX-License-Identifier: MIT
// The standard library, compiled once for all programs: an object for each module, and a list that
// says of what text. Objects whose module and compiler are as they were stay. Several processes
// share the work.
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "base/siphash.h"
#include "lang/bytecode/image.h"
#include "lang/driver/native_priv.h"

#define MAX_PATH_LEN 4096
#define MAX_FILE ((size_t)256 << 20)
#define MAX_DEPTH 4

typedef VEC(char *) Paths;

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// Every module below the folder.
static bool list_modules(Arena *arena, const char *folder, int depth, Paths *out)
{
    DIR *dir = depth < MAX_DEPTH ? opendir(folder) : NULL;
    Buf path;
    bool fine = true;
    for (struct dirent *e; dir && fine && (e = readdir(dir));) {
        if (e->d_name[0] == '.') continue;
        buf_init(&path, MAX_PATH_LEN);
        buf_printf(&path, "%s/%s", folder, e->d_name);
        if (os_is_dir(path.data)) {
            fine = list_modules(arena, path.data, depth + 1, out);
        } else if (slice_ends_with(buf_view(&path), SLICE_LIT(".braw")) &&
                   strcmp(e->d_name, "prelude.braw") != 0) {
            char *copy = arena_strndup(arena, path.data, path.len);
            fine = copy && vec_push(out, copy);
        }
        buf_deinit(&path);
    }
    if (dir) closedir(dir);
    return fine;
}

static uint64_t hash_file(const char *name)
{
    Buf path, text;
    uint64_t hash = 0;
    buf_init(&path, MAX_PATH_LEN);
    buf_init(&text, MAX_FILE);
    if (native_lib_path(name, &path) && os_read_file(path.data, MAX_FILE, &text, NULL) == MDH_OK)
        hash = native_hash(buf_view(&text));
    buf_deinit(&text);
    buf_deinit(&path);
    return hash;
}

// What the object of a module depends on, in one line.
static void put_key(const NativeProgram *p, uint64_t compiler, Buf *out)
{
    const NativeModule *m = p->modules.items[0];
    Buf image;
    buf_init(&image, BC_IMAGE_MAX);
    if (!bc_image_write(m->bc, &image)) buf_clear(&image);
    buf_printf(out, "%016llx %016llx %016llx", (unsigned long long)compiler,
               (unsigned long long)native_hash(buf_view(&image)),
               (unsigned long long)native_hash(m->source));
    for (uint32_t i = 0; i < m->fetches.len; i++)
        buf_printf(out, " %s", m->fetches.items[i].symbol ? m->fetches.items[i].symbol : "-");
    buf_putc(out, '\n');
    buf_deinit(&image);
}

static bool is_current(const char *key_path, const char *object, const Buf *key)
{
    Buf was;
    buf_init(&was, (size_t)1 << 20);
    bool same = os_is_file(object) &&
                os_read_file(key_path, (size_t)1 << 20, &was, NULL) == MDH_OK &&
                slice_eq(buf_view(&was), buf_view(key));
    buf_deinit(&was);
    return same;
}

static bool compile_if_new(const NativeProgram *p, const char *folder, int level, const Buf *key)
{
    Buf object, key_path, runtime;
    buf_init(&object, MAX_PATH_LEN);
    buf_init(&key_path, MAX_PATH_LEN);
    buf_init(&runtime, MAX_PATH_LEN);
    buf_printf(&object, "%s/%s.o", folder, p->modules.items[0]->symbol);
    buf_printf(&key_path, "%s/%s.key", folder, p->modules.items[0]->symbol);
    bool fine = native_lib_path("mdhrt.bc", &runtime);
    if (fine && !is_current(key_path.data, object.data, key)) {
        AotOptions options = {.level = level, .sections = true, .runtime = runtime.data,
                              .emit_object = object.data};
        fine = native_compile(p, &options, false) &&
               os_write_file(key_path.data, key->data, key->len, OS_WRITE_REPLACE, NULL) == MDH_OK;
    }
    buf_deinit(&runtime);
    buf_deinit(&key_path);
    buf_deinit(&object);
    return fine;
}

// One module (NULL: the prelude) to its object.
static bool build_module(MdhThread *t, const char *path, const char *folder, int level,
                         uint64_t compiler)
{
    NativeProgram p = {0};
    Buf key;
    buf_init(&key, (size_t)1 << 20);
    bool fine = native_gather_bundled(t, path, &p);
    if (fine) {
        put_key(&p, compiler, &key);
        fine = buf_ok(&key) && compile_if_new(&p, folder, level, &key);
    }
    buf_deinit(&key);
    native_release(&p);
    return fine;
}

// A share of the work in a process of its own.
static pid_t start_share(MdhThread *t, const Paths *paths, uint32_t first, uint32_t step,
                         const char *folder, int level, uint64_t compiler)
{
    pid_t child = fork();
    if (child != 0) return child;
    bool fine = true;
    for (uint32_t i = first; i < paths->len; i += step)
        fine = build_module(t, paths->items[i], folder, level, compiler) && fine;
    _exit(fine ? 0 : 1);
}

static bool build_all(MdhThread *t, const Paths *paths, const char *folder, int level,
                      uint64_t compiler)
{
    uint32_t n = (uint32_t)os_cpu_count();
    bool fine = true;
    uint32_t started = 0;
    for (; started < n && fine; started++)
        fine = start_share(t, paths, started, n, folder, level, compiler) > 0;
    for (; started > 0; started--) {
        int status;
        if (wait(&status) < 0 || status != 0) fine = false;
    }
    return fine;
}

static bool write_text(const char *folder, const char *name, const Buf *text)
{
    Buf path;
    buf_init(&path, MAX_PATH_LEN);
    buf_printf(&path, "%s/%s", folder, name);
    bool fine = buf_ok(&path) && buf_ok(text) &&
                os_write_file(path.data, text->data, text->len, OS_WRITE_REPLACE, NULL) == MDH_OK;
    buf_deinit(&path);
    return fine;
}

// The modules with the hashes of their texts, and the objects for the archiver.
static bool write_lists(MdhThread *t, const Paths *paths, const char *folder)
{
    Buf list, objects;
    buf_init(&list, MAX_FILE);
    buf_init(&objects, MAX_FILE);
    bool fine = true;
    for (uint32_t i = 0; i < paths->len && fine; i++) {
        NativeProgram p = {0};
        fine = native_gather_bundled(t, paths->items[i], &p);
        if (fine) {
            const NativeModule *m = p.modules.items[0];
            buf_printf(&list, "%s %016llx\n", m->symbol,
                       (unsigned long long)native_hash(m->source));
            buf_printf(&objects, "%s/%s.o\n", folder, m->symbol);
        }
        native_release(&p);
    }
    fine = fine && write_text(folder, "stdlib.list", &list) &&
           write_text(folder, "objects", &objects);
    buf_deinit(&objects);
    buf_deinit(&list);
    return fine;
}

int drv_build_stdlib(MdhThread *t, const char *folder, int level)
{
    Paths paths = {0};
    Arena *arena = arena_new();
    uint64_t words[3] = {hash_file("aot.so"), hash_file("mdhrt.bc"), (uint64_t)level};
    uint64_t compiler = native_hash((Slice){(const char *)words, sizeof words});
    bool fine = arena && list_modules(arena, drv_stdlib_dir(), 0, &paths);
    if (paths.len) qsort(paths.items, paths.len, sizeof *paths.items, by_name);
    fine = fine && vec_push(&paths, NULL); // the prelude
    fine = fine && native_compiler() && build_all(t, &paths, folder, level, compiler) &&
           write_lists(t, &paths, folder);
    vec_free(&paths);
    arena_free(arena);
    return fine ? 0 : 1;
}
