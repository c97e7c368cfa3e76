// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <unistd.h>

#include "abi/abi.h"
#include "base/os.h"
#include "runtime/builtins/ctext.h"
#include "runtime/builtins/name.h"
#include "runtime/builtins/where.h"
#include "runtime/core/ops.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/sys/logrec.h"
#include "runtime/sys/out.h"

#define MEMORY_MAX 1000 // records a memory sink keeps unless told

// Levels and filters ---------------------------------------------------------------------------

// The level that a string or an integer names; -1 when it threw.
static int level_of(MdhThread *t, MdhValue v)
{
    if (mdh_is_str(v)) {
        int level = mdh_log_level_parse(mdh_str_slice(v));
        if (level < 0)
            mdh_throw_native(t,
                             "Invalid log level '%v'. Use: wheesht, roar, holler, blether, "
                             "mutter, or whisper",
                             v);
        return level;
    }
    int64_t i = mdh_int_of(v);
    if (i >= 0 && i < MDH_LOG_LEVELS) return (int)i;
    mdh_throw_native(t, "Invalid log level %d. Use 0-5", i);
    return -1;
}

MdhValue __mdh_set_log_level(MdhThread *t, int argc, const MdhArgs_set_log_level *a)
{
    (void)argc;
    int level = level_of(t, a->level);
    if (level < 0) return MDH_EXC;
    mdh_log_set_level(level);
    return MDH_NAETHING;
}

MdhValue __mdh_get_log_level(MdhThread *t, int argc, const MdhArgs_get_log_level *a)
{
    (void)t, (void)argc, (void)a;
    return mdh_fix(mdh_log_level());
}

static bool set_filter(MdhThread *t, const char *name, MdhValue spec)
{
    Slice bad;
    if (mdh_log_set_filter(mdh_str_slice(spec), &bad)) return true;
    MdhValue word = mdh_str_new(t, bad.ptr, bad.len);
    if (!mdh_is_exc(word)) mdh_throw_native(t, "%s() Invalid log level '%v'", name, word);
    return false;
}

MdhValue __mdh_log_set_filter(MdhThread *t, int argc, const MdhArgs_log_set_filter *a)
{
    (void)argc;
    return set_filter(t, MDH_NAME(log_set_filter), a->spec) ? MDH_NAETHING : MDH_EXC;
}

MdhValue __mdh_log_get_filter(MdhThread *t, int argc, const MdhArgs_log_get_filter *a)
{
    (void)argc, (void)a;
    Buf text;
    buf_init(&text, MDH_MAX_OBJECT_BYTES);
    mdh_log_get_filter(&text);
    MdhValue s =
        buf_ok(&text) ? mdh_str_new(t, text.data, text.len) : mdh_throw_oom(t, text.len);
    buf_deinit(&text);
    return s;
}

// Records --------------------------------------------------------------------------------------

// The script's place that called us.
static const char *where(const MdhThread *t, uint32_t *line)
{
    const MdhFrame *f = mdh_frame_top(t);
    *line = f ? mdh_frame_line(f) : 0;
    return f && f->fn->info->file ? f->fn->info->file : "script";
}

MdhValue __mdh_log_enabled(MdhThread *t, int argc, const MdhArgs_log_enabled *a)
{
    (void)argc;
    uint32_t line;
    int level = level_of(t, a->level);
    if (level < 0) return MDH_EXC;
    Slice target = mdh_is_str(a->target) ? mdh_str_slice(a->target)
                                         : mdh_log_file_target(where(t, &line));
    return mdh_bool(mdh_log_enabled(level, target));
}

MdhValue __mdh_log_event(MdhThread *t, int argc, const MdhArgs_log_event *a)
{
    (void)argc;
    uint32_t line;
    int level = level_of(t, a->level), extras = 0;
    if (level < 0) return MDH_EXC;
    MdhValue v[3] = {a->message, MDH_NAETHING, MDH_NAETHING};
    if (!mdh_is_naething(a->extra)) v[++extras] = a->extra;
    if (!mdh_is_naething(a->target)) v[++extras] = a->target;
    if (extras == 2 && !mdh_is_dict(a->extra))
        return mdh_throw_native(t, "%s() expects fields as a dict when passing two extras",
                                MDH_NAME(log_event));
    const char *file = where(t, &line);
    return mdh_log_statement(t, level, extras, v, file, line);
}

MdhValue __mdh_log_records(MdhThread *t, int argc, const MdhArgs_log_records *a)
{
    (void)argc, (void)a;
    return mdh_log_memory(t);
}

// Configuration --------------------------------------------------------------------------------

static bool throw_config(MdhThread *t, const char *text)
{
    mdh_throw_native(t, "%s() %s", MDH_NAME(log_init), text);
    return false;
}

static bool read_format(MdhThread *t, MdhValue config, int *out)
{
    static const char *const names[] = {"text", "json", "compact"};
    MdhValue v = mdh_dict_get_c(config, "format");
    if (mdh_is_absent(v)) return true;
    if (!mdh_is_str(v)) return throw_config(t, "format must be a string");
    for (int i = 0; i < 3; i++) {
        if (!mdh_str_is(v, names[i])) continue;
        *out = i; // MDH_LOG_TEXT, MDH_LOG_JSON, MDH_LOG_COMPACT
        return true;
    }
    return throw_config(t, "format must be text, json, or compact");
}

static bool read_bool(MdhThread *t, MdhValue dict, const char *key, const char *error,
                      bool *out)
{
    MdhValue v = mdh_dict_get_c(dict, key);
    if (mdh_is_absent(v)) return true;
    if (!mdh_is_bool(v)) return throw_config(t, error);
    *out = v.bits == MDH_BITS_AYE;
    return true;
}

static bool open_file(MdhThread *t, MdhValue spec, MdhLogSink *sink)
{
    bool append = true;
    Buf name;
    MdhValue path = mdh_dict_get_c(spec, "path");
    if (!mdh_is_str(path)) return throw_config(t, "file sink requires string path");
    if (!read_bool(t, spec, "append", "file append must be bool", &append)) return false;
    int err = mdh_ctext(path, &name);
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND | (append ? 0 : O_TRUNC);
    sink->fd = err ? -1 : open(name.data, flags, 0666);
    if (!err && sink->fd < 0) err = errno;
    buf_deinit(&name);
    if (err) mdh_throw_errno(t, "Couldnae open '%v' fer writin': %s", path, err);
    return !err;
}

static bool open_memory(MdhThread *t, MdhValue spec, MdhLogSink *sink)
{
    MdhValue max = mdh_dict_get_c(spec, "max");
    if (!mdh_is_absent(max) && !mdh_is_int(max))
        return throw_config(t, "memory max must be integer");
    sink->max = mdh_is_absent(max) ? MEMORY_MAX : mdh_int_of(max);
    if (sink->max < 0) sink->max = 0;
    sink->value = mdh_list_new(t, 0);
    return !mdh_is_exc(sink->value);
}

static bool open_sink(MdhThread *t, MdhValue spec, MdhLogSink *sink)
{
    *sink = (MdhLogSink){.fd = -1};
    if (!mdh_is_dict(spec)) return throw_config(t, "sink specs must be dicts");
    MdhValue kind = mdh_dict_get_c(spec, "kind");
    if (!mdh_is_str(kind)) return throw_config(t, "sink kind must be a string");
    if (mdh_str_is(kind, "stderr")) {
        sink->kind = MDH_SINK_STDERR;
    } else if (mdh_str_is(kind, "stdout")) {
        sink->kind = MDH_SINK_STDOUT;
    } else if (mdh_str_is(kind, "file")) {
        sink->kind = MDH_SINK_FILE;
        return open_file(t, spec, sink);
    } else if (mdh_str_is(kind, "memory")) {
        sink->kind = MDH_SINK_MEMORY;
        return open_memory(t, spec, sink);
    } else if (mdh_str_is(kind, "callback")) {
        sink->kind = MDH_SINK_CALLBACK;
        sink->value = mdh_dict_get_c(spec, "fn");
        return mdh_is_callable(sink->value) || throw_config(t, "callback sink requires fn");
    } else {
        mdh_throw_native(t, "Unknown log sink kind '%v'", kind);
        return false;
    }
    return true;
}

static void close_sinks(const MdhLogConfig *c)
{
    for (uint32_t i = 0; i < c->nsinks; i++)
        if (c->sinks[i].kind == MDH_SINK_FILE && c->sinks[i].fd >= 0) close(c->sinks[i].fd);
}

// Opens what the list says; what is open is in `c` also when it throws.
static bool read_sinks(MdhThread *t, MdhValue config, MdhLogConfig *c)
{
    MdhValue list = mdh_dict_get_c(config, "sinks");
    if (mdh_is_absent(list)) return true;
    if (!mdh_is_list(list)) return throw_config(t, "sinks must be a list");
    uint64_t n = mdh_list_len(list);
    if (n > MDH_LOG_MAX_SINKS) return throw_config(t, "takes 16 sinks at maist");
    if (!n) return true; // standard error, as by default
    c->nsinks = 0;
    for (uint64_t i = 0; i < n; i++) {
        MdhValue spec = mdh_list_get(t, list, i);
        if (!open_sink(t, spec, &c->sinks[c->nsinks])) return false;
        c->nsinks++;
    }
    return true;
}

static bool read_config(MdhThread *t, MdhValue config, MdhLogConfig *c, int *level)
{
    MdhValue v = mdh_dict_get_c(config, "level");
    *level = -1;
    if (!mdh_is_absent(v)) {
        if (!mdh_is_str(v) && !mdh_is_int(v))
            return throw_config(t, "level expects a string or integer");
        *level = level_of(t, v);
        if (*level < 0) return false;
    }
    v = mdh_dict_get_c(config, "filter");
    if (!mdh_is_absent(v) && !mdh_is_str(v))
        return throw_config(t, "filter must be a string");
    return read_format(t, config, &c->format) &&
           read_bool(t, config, "color", "color must be a bool", &c->color) &&
           read_bool(t, config, "timestamps", "timestamps must be a bool",
                     &c->timestamps) &&
           read_sinks(t, config, c);
}

// All or nothing: the filter, which may be bad too, is set when the rest is known to be good.
MdhValue __mdh_log_init(MdhThread *t, int argc, const MdhArgs_log_init *a)
{
    (void)argc;
    MdhLogConfig c;
    int level, before = mdh_log_level();
    if (mdh_is_naething(a->config)) {
        mdh_log_reset();
        return MDH_NAETHING;
    }
    mdh_log_default_config(&c);
    if (!read_config(t, a->config, &c, &level)) {
        close_sinks(&c);
        return MDH_EXC;
    }
    if (level >= 0) mdh_log_set_level(level);
    MdhValue filter = mdh_dict_get_c(a->config, "filter");
    if (mdh_is_str(filter) && !set_filter(t, MDH_NAME(log_init), filter)) {
        mdh_log_set_level(before);
        close_sinks(&c);
        return MDH_EXC;
    }
    mdh_log_set_config(&c);
    return MDH_NAETHING;
}

// Spans ----------------------------------------------------------------------------------------

MdhValue __mdh_log_span(MdhThread *t, int argc, const MdhArgs_log_span *a)
{
    (void)argc;
    uint32_t line;
    int level = mdh_is_naething(a->level) ? MDH_LOG_BLETHER : level_of(t, a->level);
    if (level < 0) return MDH_EXC;
    Slice file = mdh_log_file_target(where(t, &line));
    MdhValue parts[MDH_SPAN_PARTS] = {a->name, mdh_str_c(t, mdh_log_level_name(level)),
                                      a->fields, a->target};
    if (mdh_is_naething(a->fields)) parts[MDH_SPAN_FIELDS] = mdh_dict_new(t, 0);
    if (mdh_is_naething(a->target))
        parts[MDH_SPAN_TARGET] = mdh_str_new(t, file.ptr, file.len);
    for (int i = 0; i < MDH_SPAN_PARTS; i++)
        if (mdh_is_exc(parts[i])) return MDH_EXC;
    return mdh_log_span_new(t, parts);
}

static bool check_span(MdhThread *t, const char *name, MdhValue span)
{
    if (mdh_log_is_span(span)) return true;
    mdh_throw_native(t, "%s() expects a log span handle", name);
    return false;
}

static uint64_t open_spans(const MdhThread *t)
{
    return mdh_is_list(t->log_spans) ? mdh_list_len(t->log_spans) : 0;
}

static bool enter(MdhThread *t, MdhValue span)
{
    if (!mdh_is_list(t->log_spans)) {
        MdhValue list = mdh_list_new(t, 4);
        if (mdh_is_exc(list)) return false;
        t->log_spans = list;
    }
    return mdh_list_push(t, t->log_spans, span);
}

MdhValue __mdh_log_span_enter(MdhThread *t, int argc, const MdhArgs_log_span_enter *a)
{
    (void)argc;
    if (!check_span(t, MDH_NAME(log_span_enter), a->span)) return MDH_EXC;
    return enter(t, a->span) ? MDH_NAETHING : MDH_EXC;
}

MdhValue __mdh_log_span_current(MdhThread *t, int argc, const MdhArgs_log_span_current *a)
{
    (void)argc, (void)a;
    uint64_t n = open_spans(t);
    return n ? mdh_list_get(t, t->log_spans, n - 1) : MDH_NAETHING;
}

MdhValue __mdh_log_span_exit(MdhThread *t, int argc, const MdhArgs_log_span_exit *a)
{
    (void)argc;
    const char *name = MDH_NAME(log_span_exit);
    if (!check_span(t, name, a->span)) return MDH_EXC;
    uint64_t n = open_spans(t);
    if (!n) return mdh_throw_native(t, "%s() called with nae active spans", name);
    if (!mdh_same(mdh_list_get(t, t->log_spans, n - 1), a->span))
        return mdh_throw_native(t, "%s() got a mismatched span", name);
    return mdh_is_exc(mdh_list_pop(t, t->log_spans)) ? MDH_EXC : MDH_NAETHING;
}

MdhValue __mdh_log_span_in(MdhThread *t, int argc, const MdhArgs_log_span_in *a)
{
    (void)argc;
    if (!check_span(t, MDH_NAME(log_span_in), a->span)) return MDH_EXC;
    uint64_t n = open_spans(t);
    if (!enter(t, a->span)) return MDH_EXC;
    MdhValue result = mdh_call(t, a->fn, 0, NULL);
    while (open_spans(t) > n)
        (void)mdh_list_pop(t, t->log_spans); // also those left open inside
    return result;
}

// Of older programs ----------------------------------------------------------------------------

#define QUIET(id)                                                                          \
    MdhValue __mdh_##id(MdhThread *t, int argc, const MdhArgs_##id *a)                     \
    {                                                                                      \
        (void)t, (void)argc, (void)a;                                                      \
        return MDH_NAETHING;                                                               \
    }
QUIET(log_debug)
QUIET(log_info)
QUIET(log_warn)
QUIET(log_error)

static MdhValue print_line(MdhThread *t, MdhValue v)
{
    MdhSb sb;
    mdh_sb_init(&sb);
    bool ok = mdh_show_into(t, &sb, v);
    mdh_sb_putc(&sb, '\n');
    if (ok && sb.failed) mdh_throw_oom(t, sb.len);
    if (ok && !sb.failed) mdh_out_write(sb.data, sb.len);
    ok = ok && !sb.failed;
    mdh_sb_deinit(&sb);
    return ok ? MDH_NAETHING : MDH_EXC;
}

MdhValue __mdh_whisper(MdhThread *t, int argc, const MdhArgs_whisper *a)
{
    (void)argc;
    return print_line(t, a->v);
}

MdhValue __mdh_holler(MdhThread *t, int argc, const MdhArgs_holler *a)
{
    (void)argc;
    return print_line(t, a->v);
}
