// SPDX-License-Identifier: MIT
// What a callback did wrong: threw, or took too long. Told with whose it was, where it stands in
// the source and the trace; the loop goes on.
#include "abi/abi.h"
#include "base/buf.h"
#include "base/log.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"
#include "runtime/loop/loop_priv.h"

#define TEXT_MAX 1500 // of a message in the log, which cuts its lines

// A copy of what the thread record says of the error, before it is taken.
typedef struct Trace {
    uint32_t n, dropped;
    MdhTraceEntry entries[MDH_TRACE_MAX];
} Trace;

static void copy_trace(const MdhThread *t, Trace *trace)
{
    trace->n = t->ntrace;
    trace->dropped = t->ntrace_dropped;
    for (uint32_t i = 0; i < t->ntrace; i++) trace->entries[i] = t->trace[i];
}

static Slice name_of(MdhValue fn)
{
    switch (mdh_tag(fn)) {
    case MDH_TAG_FUNCTION: return slice_from_cstr(((MdhFn *)mdh_ptr(fn))->info->name);
    case MDH_TAG_NATIVE_FUNCTION:
        return slice_from_cstr(((MdhNativeFn *)mdh_ptr(fn))->row->name);
    case MDH_TAG_CLASS: return mdh_str_slice(((MdhClass *)mdh_ptr(fn))->name);
    case MDH_TAG_STRUCT: return mdh_str_slice(((MdhStruct *)mdh_ptr(fn))->name);
    default: return slice_from_cstr(mdh_kind_name(fn));
    }
}

// "server.braw:12" for functions of the program, nothing for others.
static void put_where(Buf *out, MdhValue fn)
{
    if (!mdh_is_fn(fn)) return;
    const MdhFnInfo *info = ((MdhFn *)mdh_ptr(fn))->info;
    buf_printf(out, "%s:%u", info->file, info->line);
}

// "read callback on_packet (server.braw:12) of <native socket 3>"
static void put_source(MdhThread *t, Buf *out, const LoopSource *source)
{
    if (mdh_is_str(source->kind)) buf_put_slice(out, mdh_str_slice(source->kind));
    buf_puts(out, " callback ");
    buf_put_slice(out, name_of(source->fn));
    if (mdh_is_fn(source->fn)) {
        buf_puts(out, " (");
        put_where(out, source->fn);
        buf_puts(out, ")");
    }
    if (source->timer_id)
        buf_printf(out, " of timer %llu", (unsigned long long)source->timer_id);
    if (mdh_is_absent(source->sock)) return;
    MdhValue sock = mdh_show(t, source->sock);
    if (mdh_is_exc(sock)) mdh_take_error(t);
    else {
        buf_puts(out, " of ");
        buf_put_slice(out, mdh_str_slice(sock));
    }
}

static void put_shown(MdhThread *t, Buf *out, MdhValue v)
{
    MdhValue text = mdh_show(t, v);
    if (!mdh_is_exc(text)) {
        Slice s = mdh_str_slice(text);
        buf_put_slice(out, slice_sub(s, 0, s.len < TEXT_MAX ? s.len : TEXT_MAX));
        return;
    }
    mdh_take_error(t);
    buf_puts(out, mdh_kind_name(v));
}

static void log_error(MdhThread *t, const LoopSource *source, MdhValue error,
                      const Trace *trace)
{
    Buf out;
    buf_init(&out, 4 * TEXT_MAX);
    put_source(t, &out, source);
    buf_puts(&out, " threw: ");
    put_shown(t, &out, error);
    if (buf_ok(&out)) log_line(LOG_ERROR, "loop", "%.*s", (int)out.len, out.data);
    else log_line(LOG_ERROR, "loop", "a callback threw: nae memory tae tell mair");
    for (uint32_t i = 0; i < trace->n; i++)
        log_line(LOG_ERROR, "loop", "  at %s (%s:%u)", trace->entries[i].fn_name,
                 trace->entries[i].file, trace->entries[i].line);
    if (trace->dropped) log_line(LOG_ERROR, "loop", "  ... and %u mair", trace->dropped);
    buf_deinit(&out);
}

static MdhValue text_of(MdhThread *t, Buf *out)
{
    MdhValue v =
        buf_ok(out) ? mdh_str_new(t, out->data, out->len) : mdh_throw_oom(t, TEXT_MAX);
    buf_deinit(out);
    return v;
}

static MdhValue trace_list(MdhThread *t, const Trace *trace)
{
    MdhValue list = mdh_list_new(t, trace->n);
    for (uint32_t i = 0; i < trace->n && !mdh_is_exc(list); i++) {
        Buf out;
        buf_init(&out, TEXT_MAX);
        const MdhTraceEntry *e = &trace->entries[i];
        buf_printf(&out, "%s (%s:%u)", e->fn_name, e->file, e->line);
        MdhValue line = text_of(t, &out);
        if (mdh_is_exc(line) || !mdh_list_push(t, list, line)) list = MDH_EXC;
    }
    return list;
}

static MdhValue where_text(MdhThread *t, MdhValue fn)
{
    Buf out;
    if (!mdh_is_fn(fn)) return MDH_NAETHING;
    buf_init(&out, TEXT_MAX);
    put_where(&out, fn);
    return text_of(t, &out);
}

// in: what the handler is told: {error, kind, name, where, trace, sock, id, event, callback}
static MdhValue report_dict(MdhThread *t, MdhLoop *l, const LoopSource *s, MdhValue error,
                            const Trace *trace)
{
    Slice name = name_of(s->fn);
    MdhValue event = mdh_is_absent(s->event) ? s->make(t, l, s) : s->event;
    const struct {
        int word;
        MdhValue value;
    } fields[] = {
        {W_ERROR, error},
        {W_KIND, s->kind},
        {W_NAME, mdh_str_new(t, name.ptr, name.len)},
        {W_WHERE, where_text(t, s->fn)},
        {W_TRACE, trace_list(t, trace)},
        {W_SOCK, mdh_is_absent(s->sock) ? MDH_NAETHING : s->sock},
        {W_ID, s->timer_id ? mdh_fix((int64_t)s->timer_id) : MDH_NAETHING},
        {W_EVENT, mdh_is_exc(event) ? MDH_NAETHING : event},
        {W_CALLBACK, s->fn},
    };
    MdhValue keys[countof(fields)], values[countof(fields)];
    for (size_t i = 0; i < countof(fields); i++) {
        if (mdh_is_exc(fields[i].value)) return MDH_EXC;
        keys[i] = loop_word(l, fields[i].word);
        values[i] = fields[i].value;
    }
    return mdh_dict_of(t, countof(fields), keys, values);
}

void loop_report_error(MdhThread *t, MdhLoop *l, const LoopSource *source)
{
    Trace trace;
    copy_trace(t, &trace);
    MdhValue error = mdh_take_error(t), handler = MDH_SLOT_LOAD(&l->roots->on_error);
    if (mdh_is_naething(handler)) {
        log_error(t, source, error, &trace);
        return;
    }
    MdhValue report = report_dict(t, l, source, error, &trace);
    if (!mdh_is_exc(report) && !mdh_is_exc(mdh_call1(t, handler, report))) return;
    if (t->exiting) return;
    // The handler threw in turn: both errors go to the log.
    Trace second_trace;
    copy_trace(t, &second_trace);
    MdhValue second = mdh_take_error(t);
    LoopSource of_handler = {.kind = loop_word(l, W_ERROR),
                             .sock = MDH_ABSENT,
                             .fn = handler,
                             .event = MDH_NAETHING};
    log_error(t, source, error, &trace);
    log_error(t, &of_handler, second, &second_trace);
}

void loop_report_lag(MdhThread *t, const LoopSource *source, uint64_t took_ns)
{
    Buf out;
    buf_init(&out, 4 * TEXT_MAX);
    put_source(t, &out, source);
    log_line(LOG_WARN, "loop", "slow: %.*s took %.1f ms; nothing else ran meanwhile",
             (int)out.len, out.data, (double)took_ns / 1e6);
    buf_deinit(&out);
}
