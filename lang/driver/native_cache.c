// SPDX-License-Identifier: MIT
// Programs that were built to be run at once are kept: under a name made of their modules' text,
// the options and this very compiler, so that a file there is right or absent. Several processes
// may build the same program; each renames a whole file into place. The oldest go when there are
// many.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "base/siphash.h"
#include "lang/driver/native_priv.h"

#define MAX_PATH_LEN 4096
#define MAX_KEPT 64
#define NAME_LEN 32

static bool make_folder(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static bool cache_folder(Buf *out)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/') {
        buf_puts(out, cache);
    } else if (home && *home) {
        buf_printf(out, "%s/.cache", home);
    } else {
        return native_complain("There's nae HOME or XDG_CACHE_HOME tae keep the program in");
    }
    bool fine = buf_ok(out) && make_folder(out->data);
    buf_puts(out, "/mdhavers");
    if (fine && buf_ok(out) && make_folder(out->data)) return true;
    return native_complain("Cannae write tae %s: %s", out->data, strerror(errno));
}

// When a file of ours was last made anew.
static uint64_t state_of(const char *name)
{
    Buf path;
    struct stat st;
    uint64_t words[4] = {0};
    buf_init(&path, MAX_PATH_LEN);
    if (native_lib_path(name, &path) && stat(path.data, &st) == 0) {
        words[0] = (uint64_t)st.st_size;
        words[1] = (uint64_t)st.st_mtim.tv_sec;
        words[2] = (uint64_t)st.st_mtim.tv_nsec;
        words[3] = (uint64_t)st.st_ino;
    }
    buf_deinit(&path);
    return native_hash((Slice){(const char *)words, sizeof words});
}

static void put_name(const NativeProgram *p, const DrvBuild *b, Buf *out)
{
    uint64_t words[] = {p->key[0], p->key[1], state_of("aot.so"), state_of("mdhrt.bc"),
                        state_of("libmdhrt.a"), state_of("stdlib.a"),
                        native_hash(slice_from_cstr(MDH_VERSION)),
                        native_hash(slice_from_cstr(drv_stdlib_dir())),
                        (uint64_t)b->level << 8 | (uint64_t)b->fast << 1 | b->debug};
    for (uint64_t i = 0; i < 2; i++) {
        uint64_t key[2] = {i, ~i};
        buf_printf(out, "%016llx", (unsigned long long)siphash13(key, words, sizeof words));
    }
}

// ---- keeping few ----------------------------------------------------------------------------

typedef struct Kept {
    char name[NAME_LEN + 1];
    struct timespec used;
} Kept;

static bool is_ours(const char *name)
{
    return strlen(name) == NAME_LEN && strspn(name, "0123456789abcdef") == NAME_LEN;
}

static int by_age(const void *a, const void *b)
{
    const struct timespec *x = &((const Kept *)a)->used, *y = &((const Kept *)b)->used;
    if (x->tv_sec != y->tv_sec) return x->tv_sec < y->tv_sec ? 1 : -1;
    return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

// Called before one more is added.
static void drop_oldest(const char *folder)
{
    VEC(Kept) kept = {0};
    DIR *dir = opendir(folder);
    struct stat st;
    for (struct dirent *e; dir && (e = readdir(dir));) {
        Kept k;
        if (!is_ours(e->d_name) || fstatat(dirfd(dir), e->d_name, &st, 0) != 0) continue;
        memcpy(k.name, e->d_name, sizeof k.name);
        k.used = st.st_mtim;
        if (!vec_push(&kept, k)) break;
    }
    if (kept.len >= MAX_KEPT) qsort(kept.items, kept.len, sizeof *kept.items, by_age);
    for (uint32_t i = MAX_KEPT - 1; dir && i < kept.len; i++)
        unlinkat(dirfd(dir), kept.items[i].name, 0);
    if (dir) closedir(dir);
    vec_free(&kept);
}

// ---- running --------------------------------------------------------------------------------

int drv_run_native(MdhThread *t, const DrvBuild *b, char **argv)
{
    NativeProgram p = {0};
    Buf path;
    buf_init(&path, MAX_PATH_LEN);
    bool fine = native_gather(t, b->path, &p) && cache_folder(&path);
    if (fine) {
        size_t folder = path.len;
        buf_putc(&path, '/');
        put_name(&p, b, &path);
        DrvBuild build = *b;
        build.out = path.data;
        if (utimensat(AT_FDCWD, path.data, NULL, 0) != 0) {
            path.data[folder] = 0;
            drop_oldest(path.data);
            path.data[folder] = '/';
            fine = native_produce(&p, &build);
        }
    }
    native_release(&p);
    if (fine) {
        execv(path.data, argv);
        native_complain("Cannae run %s: %s", path.data, strerror(errno));
    }
    buf_deinit(&path);
    return 1;
}
