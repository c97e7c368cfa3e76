// SPDX-License-Identifier: MIT
#include <math.h>

#include "base/num.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict.h"
#include "runtime/data/json.h"
#include "runtime/data/list.h"

typedef struct Writer {
    MdhThread *t;
    MdhSb *sb;
    bool pretty;
    int level; // of indent
} Writer;

static bool write_value(Writer *w, MdhValue v);

// Texts ----------------------------------------------------------------------------------------

static void put_escape(MdhSb *sb, unsigned char c)
{
    switch (c) {
    case '"': mdh_sb_put(sb, "\\\"", 2); break;
    case '\\': mdh_sb_put(sb, "\\\\", 2); break;
    case '\n': mdh_sb_put(sb, "\\n", 2); break;
    case '\t': mdh_sb_put(sb, "\\t", 2); break;
    case '\r': mdh_sb_put(sb, "\\r", 2); break;
    default: mdh_sb_printf(sb, "\\u%04x", c);
    }
}

void mdh_json_put_text(MdhSb *sb, Slice text)
{
    const char *p = text.ptr, *end = p + text.len, *plain = p;
    mdh_sb_putc(sb, '"');
    for (; p < end; p++) {
        unsigned char c = (unsigned char)*p;
        // DEL and the controls of Latin-1 (C2 80 .. C2 9F) count as control characters too
        bool c1 = c == 0xC2 && p + 1 < end && (unsigned char)p[1] < 0xA0;
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && !c1) continue;
        mdh_sb_put(sb, plain, (size_t)(p - plain));
        if (c1) c = (unsigned char)*++p;
        put_escape(sb, c);
        plain = p + 1;
    }
    mdh_sb_put(sb, plain, (size_t)(end - plain));
    mdh_sb_putc(sb, '"');
}

// A value's printed form as text: keys, and kinds that JSON has not.
static bool write_shown(Writer *w, MdhValue v)
{
    if (!mdh_is_str(v)) v = mdh_show(w->t, v);
    if (mdh_is_exc(v)) return false;
    mdh_json_put_text(w->sb, mdh_str_slice(v));
    return true;
}

static void write_float(Writer *w, double d)
{
    char text[NUM_DOUBLE_MAX];
    if (isfinite(d)) mdh_sb_put(w->sb, text, num_format_shortest(d, text));
    else mdh_sb_put(w->sb, "null", 4);
}

// Containers -----------------------------------------------------------------------------------

static void new_line(Writer *w)
{
    mdh_sb_putc(w->sb, '\n');
    for (int i = 0; i < w->level; i++) mdh_sb_put(w->sb, "  ", 2);
}

// Before item number `i`.
static void put_separator(Writer *w, uint64_t i)
{
    if (w->pretty) {
        if (i) mdh_sb_putc(w->sb, ',');
        new_line(w);
    } else if (i) {
        mdh_sb_put(w->sb, ", ", 2);
    }
}

static void close_items(Writer *w, uint64_t count, char c)
{
    w->level--;
    if (w->pretty && count) new_line(w);
    mdh_sb_putc(w->sb, c);
}

static bool write_list(Writer *w, MdhValue list)
{
    const MdhListBuf *buf = mdh_list_buf(list);
    uint64_t n = __atomic_load_n(&buf->n, __ATOMIC_RELAXED);
    mdh_sb_putc(w->sb, '[');
    w->level++;
    for (uint64_t i = 0; i < n; i++) {
        MdhValue v = mdh_listbuf_get(w->t, buf, i);
        put_separator(w, i);
        if (mdh_is_exc(v) || !write_value(w, v)) return false;
        if (w->sb->failed) break; // over the limit: the finish throws
    }
    close_items(w, n, ']');
    return true;
}

static bool write_dict(Writer *w, MdhValue dict)
{
    MdhDictIter it;
    MdhValue key, v;
    uint64_t n = 0;
    mdh_sb_putc(w->sb, '{');
    w->level++;
    mdh_dict_scan(dict, &it);
    while (mdh_dict_next(&it, &key, &v) && !w->sb->failed) {
        put_separator(w, n++);
        if (!write_shown(w, key)) return false;
        mdh_sb_put(w->sb, ": ", 2);
        if (!write_value(w, v)) return false;
    }
    close_items(w, n, '}');
    return true;
}

static bool write_nested(Writer *w, MdhValue v)
{
    MdhThread *t = w->t;
    if (t->data_depth >= MDH_MAX_DATA_DEPTH) {
        mdh_throw_error(t, MDH_E_STACK);
        return false;
    }
    t->data_depth++;
    bool ok = mdh_is_dict(v) ? write_dict(w, v) : write_list(w, v);
    t->data_depth--;
    return ok;
}

static bool write_value(Writer *w, MdhValue v)
{
    switch (mdh_tag(v)) {
    case MDH_TAG_ABSENT: // a slot that another thread has just emptied
    case MDH_TAG_NAETHING: mdh_sb_put(w->sb, "null", 4); return true;
    case MDH_TAG_BOOL:
        mdh_sb_puts(w->sb, v.bits == MDH_BITS_AYE ? "true" : "false");
        return true;
    case MDH_TAG_INTEGER: mdh_sb_put_int(w->sb, mdh_int_of(v)); return true;
    case MDH_TAG_FLOAT: write_float(w, mdh_float_of(v)); return true;
    case MDH_TAG_LIST:
    case MDH_TAG_DICT: return write_nested(w, v);
    default: return write_shown(w, v);
    }
}

bool mdh_json_write(MdhThread *t, MdhSb *sb, MdhValue v, bool pretty)
{
    Writer w = {t, sb, pretty, 0};
    return write_value(&w, v);
}
