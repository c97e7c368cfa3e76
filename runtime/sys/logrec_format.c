// SPDX-License-Identifier: MIT
// Records as lines: text, compact, JSON; and as dicts for callbacks and memory.
#include <stdio.h>

#include "runtime/core/ops.h"
#include "runtime/data/dict.h"
#include "runtime/data/json.h"
#include "runtime/data/list.h"
#include "runtime/data/str.h"
#include "runtime/sys/calendar.h"
#include "runtime/sys/logrec_priv.h"

#define S_NS     INT64_C(1000000000)
#define TIME_MAX 40

// "YYYY-MM-DD HH:MM:SS.mmm", local.
static void time_text(int64_t wall_ns, char out[TIME_MAX])
{
    MdhDate d;
    out[0] = 0;
    if (!mdh_date_local(wall_ns / S_NS, &d)) return;
    snprintf(out, TIME_MAX, "%04d-%02d-%02d %02d:%02d:%02d.%03d", (int)d.year, d.month,
             d.day, d.hour, d.minute, d.second, (int)(wall_ns % S_NS / 1000000));
}

// "YYYY-MM-DDTHH:MM:SS.mmmZ" (RFC 3339).
static void time_utc(int64_t wall_ns, char out[TIME_MAX])
{
    MdhDate d;
    out[0] = 0;
    if (!mdh_date_utc(wall_ns / S_NS, &d)) return;
    snprintf(out, TIME_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)d.year, d.month,
             d.day, d.hour, d.minute, d.second, (int)(wall_ns % S_NS / 1000000));
}

// Text from outside must not move the cursor of whoever reads the log: control characters other
// than line ends and tabs are shown as \xNN.
static void put_safe(MdhSb *sb, Slice s)
{
    size_t plain = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        bool line_end = c == '\r' && i + 1 < s.len && s.ptr[i + 1] == '\n';
        if ((c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t' || line_end) continue;
        mdh_sb_put(sb, s.ptr + plain, i - plain);
        mdh_sb_printf(sb, "\\x%02x", c);
        plain = i + 1;
    }
    mdh_sb_put(sb, s.ptr + plain, s.len - plain);
}

static bool put_shown(MdhThread *t, MdhSb *sb, MdhValue v)
{
    if (!mdh_is_str(v)) v = mdh_show(t, v);
    if (mdh_is_exc(v)) return false;
    put_safe(sb, mdh_str_slice(v));
    return true;
}

// " k=v" for each field.
static bool put_fields(MdhThread *t, MdhSb *sb, MdhValue fields)
{
    MdhDictIter it;
    MdhValue key, v;
    if (!mdh_is_dict(fields)) return true;
    mdh_dict_scan(fields, &it);
    while (mdh_dict_next(&it, &key, &v)) {
        mdh_sb_putc(sb, ' ');
        if (!put_shown(t, sb, key)) return false;
        mdh_sb_putc(sb, '=');
        if (!put_shown(t, sb, v)) return false;
    }
    return true;
}

static uint64_t span_count(const MdhThread *t)
{
    return mdh_is_list(t->log_spans) ? mdh_list_len(t->log_spans) : 0;
}

static MdhValue span_name(MdhThread *t, uint64_t i)
{
    return mdh_log_span_part(t, mdh_list_get(t, t->log_spans, i), MDH_SPAN_NAME);
}

// " span=a>b", outermost first.
static bool put_spans(MdhThread *t, MdhSb *sb)
{
    uint64_t n = span_count(t);
    if (n) mdh_sb_puts(sb, " span=");
    for (uint64_t i = 0; i < n; i++) {
        if (i) mdh_sb_putc(sb, '>');
        if (!put_shown(t, sb, span_name(t, i))) return false;
    }
    return true;
}

static MdhValue span_list(MdhThread *t)
{
    uint64_t n = span_count(t);
    MdhValue names = mdh_list_new(t, n);
    for (uint64_t i = 0; i < n && !mdh_is_exc(names); i++)
        if (!mdh_list_push(t, names, span_name(t, i))) names = MDH_EXC;
    return names;
}

// Lines ----------------------------------------------------------------------------------------

static void put_level(MdhSb *sb, int level, int width, bool color)
{
    static const char *const colors[MDH_LOG_LEVELS] = {"", "31", "33", "32", "36", "90"};
    char name[16];
    size_t n = 0;
    for (const char *p = mdh_log_level_name(level); *p && n + 1 < sizeof name; p++)
        name[n++] = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
    name[n] = 0;
    color = color && level >= 0 && level < MDH_LOG_LEVELS && *colors[level];
    if (color) mdh_sb_printf(sb, "\x1b[%sm", colors[level]);
    mdh_sb_printf(sb, "[%-*s]", width, name);
    if (color) mdh_sb_puts(sb, "\x1b[0m");
}

static void put_place(MdhThread *t, MdhSb *sb, const MdhLogRecord *r, bool timestamps)
{
    char when[TIME_MAX];
    if (timestamps) {
        time_text(r->wall_ns, when);
        mdh_sb_printf(sb, " %s", when);
    }
    mdh_sb_printf(sb, " [thread:%04llu", (unsigned long long)t->id);
    if (t->id != 1) mdh_sb_printf(sb, " %s", t->name);
    mdh_sb_puts(sb, "] ");
    put_safe(sb, r->target);
    mdh_sb_printf(sb, " %s:%u |", r->file, (unsigned)r->line);
}

static bool put_line(MdhThread *t, MdhSb *sb, const MdhLogRecord *r, const MdhLogConfig *c,
                     bool color)
{
    bool text = c->format == MDH_LOG_TEXT;
    put_level(sb, r->level, text ? 7 : 0, color);
    if (text) put_place(t, sb, r, c->timestamps);
    mdh_sb_putc(sb, ' ');
    put_safe(sb, mdh_str_slice(r->message));
    return put_fields(t, sb, r->fields) && put_spans(t, sb);
}

static void put_pair(MdhSb *sb, const char *key, Slice text)
{
    mdh_sb_printf(sb, ", \"%s\": ", key);
    mdh_json_put_text(sb, text);
}

static bool put_json(MdhThread *t, MdhSb *sb, const MdhLogRecord *r, const MdhLogConfig *c)
{
    char when[TIME_MAX];
    mdh_sb_putc(sb, '{');
    if (c->timestamps) {
        time_utc(r->wall_ns, when);
        mdh_sb_printf(sb, "\"ts\": \"%s\", ", when);
    }
    mdh_sb_printf(sb, "\"level\": \"%s\"", mdh_log_level_name(r->level));
    put_pair(sb, "target", r->target);
    put_pair(sb, "file", slice_from_cstr(r->file));
    mdh_sb_printf(sb, ", \"line\": %u", (unsigned)r->line);
    put_pair(sb, "msg", mdh_str_slice(r->message));
    mdh_sb_puts(sb, ", \"fields\": ");
    if (!mdh_is_dict(r->fields)) mdh_sb_puts(sb, "{}");
    else if (!mdh_json_write(t, sb, r->fields, false)) return false;
    mdh_sb_puts(sb, ", \"span\": ");
    MdhValue spans = span_list(t);
    if (mdh_is_exc(spans) || !mdh_json_write(t, sb, spans, false)) return false;
    mdh_sb_putc(sb, '}');
    return true;
}

bool mdh_log_format(MdhThread *t, MdhSb *sb, const MdhLogRecord *r, const MdhLogConfig *c,
                    bool color)
{
    bool ok =
        c->format == MDH_LOG_JSON ? put_json(t, sb, r, c) : put_line(t, sb, r, c, color);
    mdh_sb_putc(sb, '\n');
    return ok;
}

// Dicts ----------------------------------------------------------------------------------------

static bool put_text(MdhThread *t, MdhValue d, const char *key, Slice text)
{
    MdhValue s = mdh_str_new(t, text.ptr, text.len);
    return !mdh_is_exc(s) && mdh_dict_put_c(t, d, key, s);
}

MdhValue mdh_log_record_dict(MdhThread *t, const MdhLogRecord *r)
{
    char when[TIME_MAX];
    MdhValue d = mdh_dict_new(t, 8);
    if (mdh_is_exc(d)) return d;
    MdhValue fields =
        mdh_is_dict(r->fields) ? mdh_dict_copy(t, r->fields) : mdh_dict_new(t, 0);
    MdhValue spans = mdh_is_exc(fields) ? fields : span_list(t);
    if (mdh_is_exc(spans)) return spans;
    time_text(r->wall_ns, when);
    bool ok = put_text(t, d, "level", slice_from_cstr(mdh_log_level_name(r->level))) &&
              mdh_dict_put_c(t, d, "message", r->message) &&
              put_text(t, d, "target", r->target) &&
              put_text(t, d, "file", slice_from_cstr(r->file)) &&
              mdh_dict_put_c(t, d, "line", mdh_fix(r->line)) &&
              put_text(t, d, "timestamp", slice_from_cstr(when)) &&
              mdh_dict_put_c(t, d, "fields", fields) && mdh_dict_put_c(t, d, "span", spans);
    return ok ? d : MDH_EXC;
}
