// SPDX-License-Identifier: MIT
// x[start:end:step] on lists, strings (by character) and bytes.
#include "runtime/core/ops_priv.h"
#include "runtime/data/bytes.h"
#include "runtime/data/list.h"
#include "runtime/data/str.h"

// Positions start, start + step, ... up to but without end; empty when they lie the wrong way.
typedef struct Walk {
    int64_t at, end, step;
    uint64_t n; // of the sequence
} Walk;

static bool next(Walk *w, uint64_t *at)
{
    // Backwards from the end means from the last: position n is passed over.
    if (w->step < 0 && w->at >= 0 && (uint64_t)w->at >= w->n) w->at += w->step;
    if (w->step > 0 ? w->at >= w->end || (uint64_t)w->at >= w->n
                    : w->at <= w->end || w->at < 0)
        return false;
    *at = (uint64_t)w->at;
    if (__builtin_add_overflow(w->at, w->step, &w->at))
        w->at = w->step > 0 ? INT64_MAX : -1;
    return true;
}

static bool bound(MdhThread *t, MdhValue v, const char *which, int64_t dflt, int64_t *out)
{
    if (mdh_is_absent(v)) {
        *out = dflt;
        return true;
    }
    if (!mdh_is_int(v)) {
        mdh_throw_type(t, "Slice %s must be an integer", which);
        return false;
    }
    *out = mdh_int_of(v);
    return true;
}

static int64_t clamp(int64_t i, int64_t n, int64_t lowest)
{
    if (i < 0) return n + i < lowest ? lowest : n + i;
    return i > n ? n : i;
}

// Backwards, the defaults are the last position and the one before the first.
static bool plan(MdhThread *t, MdhValue start, MdhValue end, MdhValue step, uint64_t len,
                 Walk *w)
{
    int64_t n = (int64_t)len;
    if (!bound(t, step, "step", 1, &w->step)) return false;
    if (w->step == 0) {
        mdh_throw_type(t, "Slice step cannae be zero, ya dafty!");
        return false;
    }
    if (!bound(t, start, "start", w->step > 0 ? 0 : -1, &w->at)) return false;
    if (!bound(t, end, "end", w->step > 0 ? n : -(n + 1), &w->end)) return false;
    w->n = len;
    w->at = clamp(w->at, n, 0);
    w->end = clamp(w->end, n, -1);
    return true;
}

// One plain run [*from, *to): the common case, which each kind does at one go.
static bool is_run(const Walk *w, uint64_t *from, uint64_t *to)
{
    if (w->step != 1) return false;
    *from = (uint64_t)w->at;
    *to = w->end > w->at ? (uint64_t)w->end : *from;
    return true;
}

static MdhValue slice_list(MdhThread *t, MdhValue list, Walk *w)
{
    uint64_t from, to, at;
    if (is_run(w, &from, &to)) return mdh_list_slice(t, list, from, to);
    MdhListBuf *b = mdh_list_buf(list);
    uint64_t n = __atomic_load_n(&b->n, __ATOMIC_RELAXED);
    if (n < w->n) w->n = n; // it shrank since the plan
    MdhValue out = mdh_list_new(t, 0);
    while (!mdh_is_exc(out) && next(w, &at)) {
        if (at >= n) continue;
        MdhValue v = mdh_listbuf_get(t, b, at);
        if (mdh_is_exc(v)) return v;
        if (!mdh_is_absent(v) && !mdh_list_push(t, out, v)) return MDH_EXC;
    }
    return out;
}

static MdhValue slice_string(MdhThread *t, MdhValue s, Walk *w)
{
    uint64_t from, to, at;
    if (is_run(w, &from, &to)) return mdh_str_sub_chars(t, s, (int64_t)from, (int64_t)to);
    const char *text = mdh_str(s)->data;
    bool ascii = mdh_str_is_ascii(s);
    MdhSb sb;
    mdh_sb_init(&sb);
    while (next(w, &at)) {
        if (ascii) {
            mdh_sb_putc(&sb, text[at]);
            continue;
        }
        uint32_t a = mdh_str_offset(s, (uint32_t)at),
                 b = mdh_str_offset(s, (uint32_t)at + 1);
        mdh_sb_put(&sb, text + a, b - a);
    }
    return mdh_sb_finish(t, &sb);
}

static MdhValue slice_bytes(MdhThread *t, MdhValue b, Walk *w)
{
    uint64_t from, to, at;
    if (is_run(w, &from, &to)) return mdh_bytes_sub(t, b, from, to);
    const MdhWindow *win = mdh_bytes_window(b);
    uint64_t n = 0;
    for (Walk count = *w; next(&count, &at);) n++;
    MdhValue out = mdh_bytes_new(t, n);
    if (mdh_is_exc(out)) return out;
    uint8_t *to_data = mdh_bytes_window(out)->data;
    for (uint64_t i = 0; next(w, &at); i++)
        to_data[i] = at < win->len ? __atomic_load_n(&win->data[at], __ATOMIC_RELAXED) : 0;
    return out;
}

MdhValue __mdh_op_slice(MdhThread *t, MdhValue obj, MdhValue a, MdhValue b, MdhValue step)
{
    Walk w;
    switch (mdh_tag(obj)) {
    case MDH_TAG_LIST:
        return plan(t, a, b, step, mdh_list_len(obj), &w) ? slice_list(t, obj, &w)
                                                          : MDH_EXC;
    case MDH_TAG_STRING:
        return plan(t, a, b, step, mdh_str_nchars(obj), &w) ? slice_string(t, obj, &w)
                                                            : MDH_EXC;
    case MDH_TAG_BYTES:
        return plan(t, a, b, step, mdh_bytes_len(obj), &w) ? slice_bytes(t, obj, &w)
                                                           : MDH_EXC;
    default: return mdh_throw_type(t, "Cannae slice a %k, ya numpty!", obj);
    }
}
