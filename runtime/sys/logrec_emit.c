// SPDX-License-Identifier: MIT
// Records on their way to the sinks, log statements, spans.
#include <string.h>

#include "base/os.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"
#include "runtime/sys/logrec_priv.h"
#include "runtime/sys/out.h"

// A callback that logs does not get its own records, else it would never end.
static _Thread_local bool in_callback;

void mdh_log_write_fd(int fd, const char *p, size_t n)
{
    MdhErr ignored = os_write_fd(fd, p, n, NULL); // a full disk must not stop the program
    (void)ignored;
}

// Sinks ----------------------------------------------------------------------------------------

// Keeps the last `max` records: the list is cut when it is twice as long.
static bool remember(MdhThread *t, const MdhLogSink *sink, MdhValue record)
{
    uint64_t max = (uint64_t)sink->max;
    if (!mdh_list_push(t, sink->value, record)) return false;
    uint64_t n = mdh_list_len(sink->value);
    if (n < 16 || n / 2 <= max) return true;
    MdhValue rest = mdh_list_slice(t, sink->value, n - max, n);
    if (mdh_is_exc(rest)) return false;
    mdh_log_replace_memory(sink->value, rest);
    return true;
}

static bool call_back(MdhThread *t, MdhValue fn, MdhValue record)
{
    if (in_callback) return true;
    in_callback = true;
    MdhValue result = mdh_call1(t, fn, record);
    in_callback = false;
    return !mdh_is_exc(result);
}

static bool wants_line(const MdhLogConfig *c)
{
    for (uint32_t i = 0; i < c->nsinks; i++)
        if (c->sinks[i].kind <= MDH_SINK_FILE) return true;
    return false;
}

static bool has_kind(const MdhLogConfig *c, MdhLogSinkKind kind)
{
    for (uint32_t i = 0; i < c->nsinks; i++)
        if (c->sinks[i].kind == kind) return true;
    return false;
}

static void write_streams(const MdhLogConfig *c, const char *p, size_t n)
{
    for (uint32_t i = 0; i < c->nsinks; i++) {
        if (c->sinks[i].kind == MDH_SINK_STDERR) mdh_err_write(p, n);
        if (c->sinks[i].kind == MDH_SINK_STDOUT) mdh_out_write(p, n);
    }
}

// The line, once plain for files and once coloured, if asked for, for streams.
static bool write_lines(MdhThread *t, const MdhLogRecord *r, const MdhLogConfig *c)
{
    MdhSb sb;
    bool files = has_kind(c, MDH_SINK_FILE);
    mdh_sb_init(&sb);
    bool ok = mdh_log_format(t, &sb, r, c, c->color);
    if (ok && !sb.failed) write_streams(c, sb.data, sb.len);
    if (ok && files && c->color) {
        mdh_sb_deinit(&sb);
        ok = mdh_log_format(t, &sb, r, c, false);
    }
    if (ok && files && !sb.failed) mdh_log_write_files(sb.data, sb.len);
    mdh_sb_deinit(&sb);
    return ok;
}

bool mdh_log_emit(MdhThread *t, const MdhLogRecord *r)
{
    MdhLogConfig c;
    MdhValue dict = MDH_ABSENT;
    mdh_log_get_config(&c);
    if (wants_line(&c) && !write_lines(t, r, &c)) return false;
    for (uint32_t i = 0; i < c.nsinks; i++) {
        const MdhLogSink *s = &c.sinks[i];
        if (s->kind <= MDH_SINK_FILE) continue;
        if (mdh_is_absent(dict)) dict = mdh_log_record_dict(t, r);
        if (mdh_is_exc(dict)) return false;
        if (s->kind == MDH_SINK_MEMORY ? !remember(t, s, dict)
                                       : !call_back(t, s->value, dict))
            return false;
    }
    return true;
}

MdhValue mdh_log_memory(MdhThread *t)
{
    MdhLogConfig c;
    MdhValue all = mdh_list_new(t, 0);
    mdh_log_get_config(&c);
    for (uint32_t i = 0; i < c.nsinks && !mdh_is_exc(all); i++) {
        const MdhLogSink *s = &c.sinks[i];
        if (s->kind != MDH_SINK_MEMORY) continue;
        uint64_t n = mdh_list_len(s->value), max = (uint64_t)s->max;
        MdhValue last = mdh_list_slice(t, s->value, n > max ? n - max : 0, n);
        if (mdh_is_exc(last) || !mdh_list_extend(t, all, last)) all = MDH_EXC;
    }
    return all;
}

// Statements -----------------------------------------------------------------------------------

// Fields and target of `extra, extra`. NULL, or the type error's text.
static const char *sort_extras(int nextras, const MdhValue *extras, MdhValue *fields,
                               MdhValue *target)
{
    if (nextras == 1) {
        if (mdh_is_dict(extras[0])) *fields = extras[0];
        else if (mdh_is_str(extras[0])) *target = extras[0];
        else return "log_* expects a dict or string for the extra argument";
    }
    if (nextras < 2) return NULL;
    if (!mdh_is_dict(extras[0]))
        return "log_* expects fields as a dict when passing two extras";
    if (!mdh_is_str(extras[1])) return "log_* expects target as a string";
    *fields = extras[0];
    *target = extras[1];
    return NULL;
}

Slice mdh_log_file_target(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slice_from_cstr(slash ? slash + 1 : file);
}

MdhValue mdh_log_statement(MdhThread *t, int level, int nextras, const MdhValue *v,
                           const char *file, uint32_t line)
{
    MdhValue fields = MDH_ABSENT, target = MDH_ABSENT;
    const char *wrong = sort_extras(nextras, v + 1, &fields, &target);
    if (wrong) return mdh_throw_type(t, "%s", wrong);
    if (!file) file = "script";
    MdhLogRecord r = {.level = level, .file = file, .line = line, .fields = fields};
    r.target = mdh_is_absent(target) ? mdh_log_file_target(file) : mdh_str_slice(target);
    if (!mdh_log_enabled(level, r.target)) return MDH_NAETHING;
    r.message = mdh_is_str(v[0]) ? v[0] : mdh_show(t, v[0]);
    if (mdh_is_exc(r.message)) return MDH_EXC;
    r.wall_ns = os_wall_ns();
    return mdh_log_emit(t, &r) ? MDH_NAETHING : MDH_EXC;
}

// Spans ----------------------------------------------------------------------------------------

static MdhValue span_prop(MdhThread *t, MdhValue self, MdhValue name)
{
    static const char *const names[MDH_SPAN_PARTS] = {"name", "level", "fields", "target"};
    for (int i = 0; i < MDH_SPAN_PARTS; i++)
        if (mdh_str_is(name, names[i])) return mdh_log_span_part(t, self, i);
    return MDH_ABSENT;
}

// The kind has the name of the builtin that makes it.
static const MdhNativeType span_type = {"log"
                                        "_span",
                                        span_prop, NULL};

bool mdh_log_is_span(MdhValue v)
{
    return mdh_has_tag(v, MDH_TAG_NATIVE) && ((MdhNative *)mdh_ptr(v))->type == &span_type;
}

MdhValue mdh_log_span_new(MdhThread *t, const MdhValue parts[MDH_SPAN_PARTS])
{
    MdhValue list = mdh_list_of(t, MDH_SPAN_PARTS, parts);
    return mdh_is_exc(list) ? list : mdh_native_new(t, &span_type, 0, list);
}

MdhValue mdh_log_span_part(MdhThread *t, MdhValue span, int part)
{
    return mdh_list_get(t, ((MdhNative *)mdh_ptr(span))->data, (uint64_t)part);
}
