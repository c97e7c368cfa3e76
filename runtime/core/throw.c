// SPDX-License-Identifier: MIT
// Throwing. The error waits in the thread record while MDH_EXC is returned up.
//
// A runtime error is a text with the line of the failing code in its middle, which the thrower
// does not know: it leaves the place open (exc_line_at), and the first dispatcher above it calls
// mdh_throw_at, which puts the number in. Texts come from the templates of abi/errors.def; for
// type errors and builtin failures the template's %v is itself a formatted message.
#include <stdarg.h>
#include <stdio.h>

#include "base/num.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"

static const char *const templates[MDH_E_COUNT] = {
#define E(id, text, doc) text,
#include "abi/errors.def"
#undef E
};

static const char oom_static_text[] = "Jings! Something went awfy wrang: Nae memory left";
static MdhStr oom_static = {
    {MDH_TAG_STRING, 0, MDH_STR_ASCII | MDH_STR_SCANNED, sizeof oom_static_text - 1},
    sizeof oom_static_text - 1,
    0,
    oom_static_text};

#define OOM_TEXT_MAX 100

static MdhValue wait_with(MdhThread *t, MdhValue v, int32_t line_at, bool hurled)
{
    t->exc = v;
    t->exc_line_at = line_at;
    t->exc_hurled = hurled;
    t->exc_line = 0;
    t->exc_file = NULL;
    t->exc_thread = MDH_ABSENT;
    t->ntrace = t->ntrace_dropped = 0;
    return MDH_EXC;
}

MdhValue mdh_throw(MdhThread *t, MdhValue v)
{
    return wait_with(t, v, -1, true);
}

// Arguments of a message. A struct, because va_list cannot portably be passed by address.
typedef struct Args {
    va_list ap;
} Args;

static void put_value(MdhThread *t, MdhSb *sb, MdhValue v)
{
    // A value too deep to print stands as its kind: the error at hand matters more.
    if (!mdh_show_into(t, sb, v)) mdh_sb_puts(sb, mdh_kind_name(v));
}

// Appends `fmt`; where `inner` is given it stands for the %v of `fmt`.
static void expand(MdhThread *t, MdhSb *sb, const char *fmt, const char *inner, Args *args,
                   int32_t *line_at)
{
    for (const char *p = fmt; *p; p++) {
        if (*p != '%') {
            mdh_sb_putc(sb, *p);
            continue;
        }
        switch (*++p) {
        case 's': mdh_sb_puts(sb, va_arg(args->ap, const char *)); break;
        case 'd': mdh_sb_put_int(sb, va_arg(args->ap, int64_t)); break;
        case 'k': mdh_sb_puts(sb, mdh_kind_name(va_arg(args->ap, MdhValue))); break;
        case 'L': *line_at = (int32_t)sb->len; break;
        case 'v':
            if (inner) expand(t, sb, inner, NULL, args, line_at);
            else put_value(t, sb, va_arg(args->ap, MdhValue));
            break;
        case '\0': return;
        default: mdh_sb_putc(sb, *p); break;
        }
    }
}

static MdhValue throw_text(MdhThread *t, const char *fmt, const char *inner, Args *args)
{
    MdhSb sb;
    int32_t line_at = -1;
    mdh_sb_init(&sb);
    expand(t, &sb, fmt, inner, args, &line_at);
    MdhValue text = mdh_sb_finish(t, &sb);
    if (mdh_is_exc(text)) return text; // out of memory is the error now
    return wait_with(t, text, line_at, false);
}

MdhValue mdh_throw_error(MdhThread *t, MdhErrorId id, ...)
{
    Args args;
    va_start(args.ap, id);
    MdhValue v = throw_text(t, templates[id], NULL, &args);
    va_end(args.ap);
    return v;
}

MdhValue mdh_throw_type(MdhThread *t, const char *fmt, ...)
{
    Args args;
    va_start(args.ap, fmt);
    MdhValue v = throw_text(t, templates[MDH_E_TYPE], fmt, &args);
    va_end(args.ap);
    return v;
}

MdhValue mdh_throw_native(MdhThread *t, const char *fmt, ...)
{
    Args args;
    va_start(args.ap, fmt);
    MdhValue v = throw_text(t, templates[MDH_E_NATIVE], fmt, &args);
    va_end(args.ap);
    return v;
}

// Out of memory ----------------------------------------------------------------------------

// A small string of n octets, without the help of code that throws.
static MdhStr *raw_string(MdhThread *t, size_t n)
{
    MdhStr *s = mdh_new_atomic(t, sizeof *s + n);
    if (s) *s = (MdhStr){{MDH_TAG_STRING, 0, 0, 0}, (uint32_t)n, 0, (const char *)(s + 1)};
    return s;
}

void mdh_oom_reserve(MdhThread *t)
{
    if (!mdh_is_absent(t->oom_text)) return;
    MdhStr *s = raw_string(t, OOM_TEXT_MAX);
    if (s) t->oom_text = mdh_from_ptr(s);
}

// The reserved string is given away with its text: strings never change once seen.
static MdhStr *take_reserved(MdhThread *t)
{
    if (mdh_is_absent(t->oom_text)) return NULL;
    MdhStr *s = mdh_str(t->oom_text);
    t->oom_text = MDH_ABSENT;
    return s;
}

static size_t oom_message(char *text, uint64_t bytes)
{
    int n = snprintf(text, OOM_TEXT_MAX,
                     "Jings! Something went awfy wrang: Nae memory left fer %llu bytes",
                     (unsigned long long)bytes);
    return n < OOM_TEXT_MAX ? (size_t)n : OOM_TEXT_MAX - 1;
}

MdhValue mdh_throw_oom(MdhThread *t, uint64_t bytes)
{
    char text[OOM_TEXT_MAX];
    size_t n = oom_message(text, bytes);
    MdhStr *s = raw_string(t, n);
    if (!s) s = take_reserved(t);
    if (!s) return wait_with(t, mdh_from_ptr(&oom_static), -1, false);
    memcpy((char *)(s + 1), text, n);
    s->len = (uint32_t)n;
    return wait_with(t, mdh_from_ptr(s), -1, false);
}

// On the way up ----------------------------------------------------------------------------

static void complete_text(MdhThread *t, uint32_t line)
{
    int32_t at = t->exc_line_at;
    t->exc_line_at = -1;
    if (at < 0 || !mdh_is_str(t->exc)) return;
    Slice text = mdh_str_slice(t->exc);
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_sb_put(&sb, text.ptr, (size_t)at);
    mdh_sb_put_int(&sb, line);
    mdh_sb_put(&sb, text.ptr + at, text.len - (size_t)at);
    MdhValue whole = mdh_sb_finish(t, &sb);
    if (!mdh_is_exc(whole)) t->exc = whole;
}

void mdh_throw_at(MdhThread *t, const char *fn_name, const char *file, uint32_t line)
{
    if (t->ntrace == 0) {
        complete_text(t, line);
        t->exc_line = line;
        t->exc_file = file;
    }
    if (t->ntrace < MDH_TRACE_MAX)
        t->trace[t->ntrace++] = (MdhTraceEntry){fn_name, file, line};
    else t->ntrace_dropped++;
}

MdhValue mdh_take_error(MdhThread *t)
{
    complete_text(t, t->exc_line);
    MdhValue v = t->exc;
    wait_with(t, MDH_ABSENT, -1, false);
    mdh_oom_reserve(t);
    return v;
}

typedef struct KeptError {
    MdhObj h; // MDH_TAG_CELL: never seen by a program
    MdhValue exc, thread;
    int32_t line_at;
    bool hurled;
    uint32_t line, ntrace, ndropped;
    const char *file;
    MdhTraceEntry trace[MDH_TRACE_MAX];
} KeptError;

// What is kept where there is no memory: that there is none.
static const KeptError kept_oom = {.h = {MDH_TAG_CELL, 0, 0, 0}};

MdhValue mdh_keep_error(MdhThread *t)
{
    KeptError *k = mdh_new(t, sizeof *k);
    if (!k) {
        mdh_take_error(t);
        return mdh_from_ptr(&kept_oom);
    }
    k->h.tag = MDH_TAG_CELL;
    k->line_at = t->exc_line_at;
    k->hurled = t->exc_hurled;
    k->line = t->exc_line;
    k->file = t->exc_file;
    k->thread = t->exc_thread;
    k->ntrace = t->ntrace;
    k->ndropped = t->ntrace_dropped;
    for (uint32_t i = 0; i < t->ntrace; i++) k->trace[i] = t->trace[i];
    k->exc = mdh_take_error(t);
    return mdh_from_ptr(k);
}

MdhValue mdh_throw_kept(MdhThread *t, MdhValue kept)
{
    const KeptError *k = mdh_ptr(kept);
    if (k == &kept_oom) return wait_with(t, mdh_from_ptr(&oom_static), -1, false);
    wait_with(t, k->exc, k->line_at, k->hurled);
    t->exc_line = k->line;
    t->exc_file = k->file;
    t->exc_thread = k->thread;
    t->ntrace = k->ntrace;
    t->ntrace_dropped = k->ndropped;
    for (uint32_t i = 0; i < k->ntrace; i++) t->trace[i] = k->trace[i];
    return MDH_EXC;
}
