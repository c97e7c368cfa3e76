// SPDX-License-Identifier: MIT
#include <unistd.h>

#include "abi/abi.h"
#include "base/os.h"
#include "runtime/builtins/ctext.h"
#include "runtime/builtins/where.h"
#include "runtime/core/ops.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/text.h"
#include "runtime/sys/out.h"
#include "runtime/sys/process.h"

MdhValue __mdh_args(MdhThread *t, int argc, const MdhArgs_args *a)
{
    (void)argc, (void)a;
    MdhValue list = mdh_list_new(t, 0);
    for (int i = 0; i < mdh_arg_count() && !mdh_is_exc(list); i++) {
        MdhValue s = mdh_text_lossy(t, mdh_arg(i), strlen(mdh_arg(i)));
        if (mdh_is_exc(s) || !mdh_list_push(t, list, s)) list = MDH_EXC;
    }
    return list;
}

// The environment ------------------------------------------------------------------------------

MdhValue __mdh_env_get(MdhThread *t, int argc, const MdhArgs_env_get *a)
{
    (void)argc;
    Buf name, value;
    MdhValue result = MDH_NAETHING;
    buf_init(&value, MDH_MAX_OBJECT_BYTES);
    if (!mdh_ctext(a->name, &name) && mdh_env_get(name.data, &value)) {
        result = buf_ok(&value) ? mdh_text_lossy(t, value.data, value.len)
                                : mdh_throw_oom(t, value.len);
    }
    buf_deinit(&name);
    buf_deinit(&value);
    return result;
}

MdhValue __mdh_env_set(MdhThread *t, int argc, const MdhArgs_env_set *a)
{
    (void)argc;
    Buf name, text;
    MdhValue v = mdh_is_str(a->v) ? a->v : mdh_show(t, a->v);
    if (mdh_is_exc(v)) return v;
    int err = mdh_ctext(a->name, &name), err_text = mdh_ctext(v, &text);
    if (!err) err = err_text;
    if (!err) err = mdh_env_set(name.data, text.data);
    buf_deinit(&name);
    buf_deinit(&text);
    return err ? mdh_throw_errno(t, "Couldnae set '%v': %s", a->name, err) : MDH_NAETHING;
}

// One "NAME=value".
static bool put_variable(MdhThread *t, MdhValue dict, Slice entry)
{
    size_t eq = slice_find_char(entry, '=');
    if (eq == SLICE_NOT_FOUND) return true;
    Slice text = slice_from(entry, eq + 1);
    MdhValue name = mdh_text_lossy(t, entry.ptr, eq), value = MDH_EXC;
    if (!mdh_is_exc(name)) value = mdh_text_lossy(t, text.ptr, text.len);
    return !mdh_is_exc(value) && mdh_dict_put(t, dict, name, value);
}

MdhValue __mdh_env_all(MdhThread *t, int argc, const MdhArgs_env_all *a)
{
    (void)argc, (void)a;
    Buf all;
    buf_init(&all, MDH_MAX_OBJECT_BYTES);
    mdh_env_list(&all);
    MdhValue dict = buf_ok(&all) ? mdh_dict_new(t, 0) : mdh_throw_oom(t, all.len);
    Slice rest = buf_view(&all);
    while (rest.len && !mdh_is_exc(dict)) {
        size_t n = slice_find_char(rest, '\0');
        if (!put_variable(t, dict, slice_sub(rest, 0, n))) dict = MDH_EXC;
        rest = slice_from(rest, n + 1);
    }
    buf_deinit(&all);
    return dict;
}

// The current folder ---------------------------------------------------------------------------

MdhValue __mdh_cwd(MdhThread *t, int argc, const MdhArgs_cwd *a)
{
    (void)argc, (void)a;
    Buf dir;
    buf_init(&dir, 1 << 20);
    MdhErr err = os_current_dir(&dir);
    MdhValue result =
        err ? mdh_throw_native(t, "Couldnae get current directory: %s", err_text(err))
            : mdh_text_lossy(t, dir.data, dir.len);
    buf_deinit(&dir);
    return result;
}

MdhValue __mdh_chdir(MdhThread *t, int argc, const MdhArgs_chdir *a)
{
    (void)argc;
    Buf name;
    int err = mdh_ctext(a->path, &name);
    if (!err && chdir(name.data)) err = errno;
    buf_deinit(&name);
    if (!err) return MDH_NAETHING;
    return mdh_throw_errno(t, "Couldnae change tae directory '%v': %s", a->path, err);
}

// Children -------------------------------------------------------------------------------------

static MdhValue throw_shell(MdhThread *t, int err)
{
    char unknown[64];
    return mdh_throw_native(t, "Shell command failed: %s",
                            err_errno_text(err, unknown, sizeof unknown));
}

MdhValue __mdh_shell(MdhThread *t, int argc, const MdhArgs_shell *a)
{
    (void)argc;
    Buf command, out, wrong;
    int status;
    buf_init(&out, MDH_MAX_OBJECT_BYTES);
    buf_init(&wrong, MDH_MAX_OBJECT_BYTES);
    mdh_out_flush();
    int err = mdh_ctext(a->command, &command);
    if (!err) err = mdh_shell_run(command.data, &out, &wrong, &status);
    const Buf *text = out.len ? &out : &wrong;
    MdhValue result;
    if (err) result = throw_shell(t, err);
    else if (!buf_ok(text)) result = mdh_throw_oom(t, text->len);
    else result = mdh_text_lossy(t, text->data, text->len);
    buf_deinit(&command);
    buf_deinit(&out);
    buf_deinit(&wrong);
    return result;
}

MdhValue __mdh_shell_status(MdhThread *t, int argc, const MdhArgs_shell_status *a)
{
    (void)argc;
    Buf command;
    int status = 0;
    mdh_out_flush();
    int err = mdh_ctext(a->command, &command);
    if (!err) err = mdh_shell_run(command.data, NULL, NULL, &status);
    buf_deinit(&command);
    return err ? throw_shell(t, err) : mdh_fix(status);
}

// The end --------------------------------------------------------------------------------------

// Travels like an error, but nothing catches it: whoever unwinds looks at `exiting` first.
MdhValue __mdh_exit(MdhThread *t, int argc, const MdhArgs_exit *a)
{
    (void)argc;
    double d = mdh_is_float(a->status) ? mdh_float_of(a->status) : 0;
    t->exit_status = d > -2147483649.0 && d < 2147483648.0 ? (int)d : 0;
    if (mdh_is_int(a->status))
        t->exit_status = (int)(uint32_t)(uint64_t)mdh_int_of(a->status);
    t->exiting = true;
    return MDH_EXC;
}

// Odds and ends --------------------------------------------------------------------------------

MdhValue __mdh_uuid(MdhThread *t, int argc, const MdhArgs_uuid *a)
{
    static const char digits[] = "0123456789abcdef";
    (void)argc, (void)a;
    uint8_t r[16];
    char text[36];
    int at = 0;
    os_random(r, sizeof r);
    r[6] = (uint8_t)((r[6] & 0x0f) | 0x40); // version 4
    r[8] = (uint8_t)((r[8] & 0x3f) | 0x80); // the variant of RFC 9562 §4.1
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text[at++] = '-';
        text[at++] = digits[r[i] >> 4];
        text[at++] = digits[r[i] & 15];
    }
    return mdh_str_new(t, text, sizeof text);
}

MdhValue __mdh_runtime_version(MdhThread *t, int argc, const MdhArgs_runtime_version *a)
{
    (void)argc, (void)a;
    return mdh_str_c(t, "1.0.0");
}

MdhValue __mdh_runtime_platform(MdhThread *t, int argc, const MdhArgs_runtime_platform *a)
{
#if defined(__linux__)
    static const char name[] = "linux";
#elif defined(__APPLE__)
    static const char name[] = "macos";
#else
    static const char name[] = "unix";
#endif
    (void)argc, (void)a;
    return mdh_str_c(t, name);
}

// The frames of the whole run are not copied: a deep recursion shows its ends.
#define TRACE_HEAD 64

static void put_frame(MdhSb *sb, const MdhFrame *f)
{
    const MdhFnInfo *info = f->fn->info;
    mdh_sb_printf(sb, "%s  at %s (%s:%u)", sb->len ? "\n" : "",
                  info->name ? info->name : "?", info->file ? info->file : "?",
                  (unsigned)mdh_frame_line(f));
}

MdhValue __mdh_stacktrace(MdhThread *t, int argc, const MdhArgs_stacktrace *a)
{
    (void)argc, (void)a;
    MdhSb sb;
    int shown = 0;
    mdh_sb_init(&sb);
    // The outermost frame is the script itself, which nobody called.
    for (const MdhFrame *f = t->fp; f && f > t->frames && shown <= TRACE_HEAD; f--) {
        if (!f->fn || (f == t->frames + 1)) continue;
        if (shown++ < TRACE_HEAD) put_frame(&sb, f);
        else mdh_sb_puts(&sb, "\n  ...");
    }
    if (!sb.len) mdh_sb_puts(&sb, "(no stack trace)");
    return mdh_sb_finish(t, &sb);
}

MdhValue __mdh_set_crash_handling(MdhThread *t, int argc,
                                  const MdhArgs_set_crash_handling *a)
{
    (void)t, (void)argc, (void)a;
    return MDH_NAETHING;
}
