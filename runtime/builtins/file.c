// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/abi.h"
#include "base/os.h"
#include "base/utf8.h"
#include "runtime/builtins/ctext.h"
#include "runtime/core/ops.h"
#include "runtime/data/bytes.h"
#include "runtime/data/list.h"
#include "runtime/data/text.h"

static const char CANNOT_READ[] = "Couldnae read '%v': %s";

// Reading --------------------------------------------------------------------------------------

// The whole file into `out`, which the caller releases. 0 or an errno.
static int read_all(MdhValue path, Buf *out)
{
    Buf name;
    buf_init(out, MDH_MAX_OBJECT_BYTES);
    int err = mdh_ctext(path, &name);
    if (!err && os_read_file(name.data, MDH_MAX_OBJECT_BYTES, out, &err) == MDH_OK) err = 0;
    buf_deinit(&name);
    return err;
}

// The file as a string; a missing one is "" when `or_empty`.
static MdhValue read_text(MdhThread *t, MdhValue path, bool or_empty)
{
    Buf text;
    MdhValue result;
    int err = read_all(path, &text);
    if (or_empty && err == ENOENT) result = mdh_str_empty;
    else if (err) result = mdh_throw_errno(t, CANNOT_READ, path, err);
    else if (!utf8_is_valid(text.data, text.len))
        result = mdh_throw_native(t, CANNOT_READ, path, "it isnae valid UTF-8");
    else result = mdh_str_new(t, text.data, text.len);
    buf_deinit(&text);
    return result;
}

MdhValue __mdh_read_file(MdhThread *t, int argc, const MdhArgs_read_file *a)
{
    (void)argc;
    return read_text(t, a->path, false);
}

MdhValue __mdh_slurp(MdhThread *t, int argc, const MdhArgs_slurp *a)
{
    (void)argc;
    return read_text(t, a->path, true);
}

MdhValue __mdh_read_lines(MdhThread *t, int argc, const MdhArgs_read_lines *a)
{
    (void)argc;
    MdhValue text = read_text(t, a->path, false);
    MdhValue lines = mdh_is_exc(text) ? text : mdh_list_new(t, 0);
    if (mdh_is_exc(lines)) return lines;
    Slice s = mdh_str_slice(text);
    for (size_t from = 0; from < s.len;) {
        size_t length = slice_find_char(slice_from(s, from), '\n');
        size_t to = length == SLICE_NOT_FOUND ? s.len : from + length;
        size_t end = to > from && to < s.len && s.ptr[to - 1] == '\r' ? to - 1 : to;
        MdhValue line = mdh_str_new(t, s.ptr + from, end - from);
        if (mdh_is_exc(line) || !mdh_list_push(t, lines, line)) return MDH_EXC;
        from = to + 1;
    }
    return lines;
}

MdhValue __mdh_read_file_bytes(MdhThread *t, int argc, const MdhArgs_read_file_bytes *a)
{
    (void)argc;
    Buf data;
    int err = read_all(a->path, &data);
    MdhValue result = err ? mdh_throw_errno(t, CANNOT_READ, a->path, err)
                          : mdh_bytes_from(t, data.data, data.len);
    buf_deinit(&data);
    return result;
}

// Writing --------------------------------------------------------------------------------------

typedef struct WriteWay {
    int flags;
    const char *cannot_open, *cannot_write;
} WriteWay;

static const WriteWay replacing = {O_TRUNC, "Couldnae open '%v' fer writin': %s",
                                   "Couldnae write tae '%v': %s"};
static const WriteWay appending = {O_APPEND, "Couldnae open '%v' fer appendin': %s",
                                   "Couldnae append tae '%v': %s"};

static int open_for_writing(MdhValue path, int flags, int *fd)
{
    Buf name;
    int err = mdh_ctext(path, &name);
    *fd = -1;
    while (!err && *fd < 0) {
        *fd = open(name.data, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
        if (*fd < 0 && (errno != EINTR || os_interrupted())) err = errno;
    }
    buf_deinit(&name);
    return err;
}

static MdhValue write_slice(MdhThread *t, MdhValue path, Slice data, const WriteWay *way)
{
    int fd;
    int err = open_for_writing(path, way->flags, &fd);
    if (err) return mdh_throw_errno(t, way->cannot_open, path, err);
    if (os_write_fd(fd, data.ptr, data.len, &err) == MDH_OK) err = 0;
    // A full disk may show only at the close; EINTR closes all the same.
    if (close(fd) && errno != EINTR && !err) err = errno;
    return err ? mdh_throw_errno(t, way->cannot_write, path, err) : MDH_NAETHING;
}

static MdhValue write_text(MdhThread *t, MdhValue path, MdhValue v, const WriteWay *way)
{
    if (!mdh_is_str(v)) v = mdh_show(t, v);
    return mdh_is_exc(v) ? v : write_slice(t, path, mdh_str_slice(v), way);
}

MdhValue __mdh_scrieve(MdhThread *t, int argc, const MdhArgs_scrieve *a)
{
    (void)argc;
    return write_text(t, a->path, a->v, &replacing);
}

MdhValue __mdh_append_file(MdhThread *t, int argc, const MdhArgs_append_file *a)
{
    (void)argc;
    return write_text(t, a->path, a->v, &appending);
}

MdhValue __mdh_write_file_bytes(MdhThread *t, int argc, const MdhArgs_write_file_bytes *a)
{
    (void)argc;
    return write_slice(t, a->path, mdh_bytes_slice_of(a->b), &replacing);
}

// Looking --------------------------------------------------------------------------------------

// What stat says of the path. 0 or an errno.
static int look(MdhValue path, struct stat *st)
{
    Buf name;
    int err = mdh_ctext(path, &name);
    if (!err && stat(name.data, st)) err = errno;
    buf_deinit(&name);
    return err;
}

MdhValue __mdh_file_exists(MdhThread *t, int argc, const MdhArgs_file_exists *a)
{
    (void)t, (void)argc;
    struct stat st;
    return mdh_bool(!look(a->path, &st));
}

MdhValue __mdh_is_dir(MdhThread *t, int argc, const MdhArgs_is_dir *a)
{
    (void)t, (void)argc;
    struct stat st;
    return mdh_bool(!look(a->path, &st) && S_ISDIR(st.st_mode));
}

MdhValue __mdh_file_size(MdhThread *t, int argc, const MdhArgs_file_size *a)
{
    (void)argc;
    struct stat st;
    int err = look(a->path, &st);
    if (err) return mdh_throw_errno(t, "Couldnae get file info fer '%v': %s", a->path, err);
    return mdh_int(t, (int64_t)st.st_size);
}

static bool push_names(MdhThread *t, MdhValue list, DIR *dir, int *err)
{
    const struct dirent *e;
    while (errno = 0, (e = readdir(dir))) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
        MdhValue name = mdh_text_lossy(t, e->d_name, strlen(e->d_name));
        if (mdh_is_exc(name) || !mdh_list_push(t, list, name)) return false;
    }
    *err = errno;
    return true;
}

MdhValue __mdh_list_dir(MdhThread *t, int argc, const MdhArgs_list_dir *a)
{
    (void)argc;
    Buf name;
    MdhValue list = mdh_list_new(t, 0);
    if (mdh_is_exc(list)) return list;
    int err = mdh_ctext(a->path, &name);
    DIR *dir = err ? NULL : opendir(name.data);
    if (!dir && !err) err = errno;
    buf_deinit(&name);
    bool ok = !dir || push_names(t, list, dir, &err);
    if (dir) closedir(dir);
    if (!ok) return MDH_EXC;
    if (err) return mdh_throw_errno(t, "Couldnae read directory '%v': %s", a->path, err);
    return mdh_list_sort(t, list, MDH_ABSENT);
}

// Changing -------------------------------------------------------------------------------------

MdhValue __mdh_file_delete(MdhThread *t, int argc, const MdhArgs_file_delete *a)
{
    (void)argc;
    Buf name;
    int err = mdh_ctext(a->path, &name);
    if (!err && unlink(name.data)) err = errno;
    buf_deinit(&name);
    return err ? mdh_throw_errno(t, "Couldnae delete '%v': %s", a->path, err)
               : MDH_NAETHING;
}

// One folder, which may be there already.
static int make_one(const char *path)
{
    struct stat st;
    if (!mkdir(path, 0777)) return 0;
    int err = errno;
    return !stat(path, &st) && S_ISDIR(st.st_mode) ? 0 : err;
}

// The folder and those above it; cuts the path at each slash in turn.
static int make_all(char *path)
{
    for (char *p = path; *p; p++) {
        if (*p != '/' || p == path) continue;
        *p = 0;
        int err = make_one(path);
        *p = '/';
        if (err) return err == EEXIST ? ENOTDIR : err; // a file in the way
    }
    return make_one(path);
}

MdhValue __mdh_make_dir(MdhThread *t, int argc, const MdhArgs_make_dir *a)
{
    (void)argc;
    Buf name;
    int err = mdh_ctext(a->path, &name);
    if (!err && name.len) err = make_all(name.data);
    else if (!err) err = ENOENT;
    buf_deinit(&name);
    return err ? mdh_throw_errno(t, "Couldnae create directory '%v': %s", a->path, err)
               : MDH_NAETHING;
}

MdhValue __mdh_path_join(MdhThread *t, int argc, const MdhArgs_path_join *a)
{
    (void)argc;
    Slice base = mdh_str_slice(a->base), path = mdh_str_slice(a->path);
    if (!base.len || (path.len && path.ptr[0] == '/')) return a->path;
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_sb_put(&sb, base.ptr, base.len);
    if (base.ptr[base.len - 1] != '/') mdh_sb_putc(&sb, '/');
    mdh_sb_put(&sb, path.ptr, path.len);
    return mdh_sb_finish(t, &sb);
}
