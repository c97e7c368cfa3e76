// SPDX-License-Identifier: MIT
// The printed form of a value: the one conversion behind blether, tae_string, f-strings, join
// and string +. Nothing is quoted or escaped but dict keys and creel members.
//
// A container inside itself prints as [...], {...} or creel{...}: the path from the outermost
// container to the current one is a list through the C stack, looked at for every container.
// Nesting deeper than MDH_MAX_DATA_DEPTH throws.
#include <stdlib.h>

#include "abi/abi.h"
#include "base/num.h"
#include "runtime/core/ops_priv.h"
#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"

typedef struct Path {
    uint64_t bits;
    const struct Path *up;
} Path;

static bool show(MdhThread *t, MdhSb *sb, MdhValue v, const Path *up);

static bool is_on(const Path *path, MdhValue v)
{
    for (; path; path = path->up)
        if (path->bits == v.bits) return true;
    return false;
}

static bool show_list(MdhThread *t, MdhSb *sb, MdhValue list, const Path *path)
{
    const MdhListBuf *b = mdh_list_buf(list);
    uint64_t n = __atomic_load_n(&b->n, __ATOMIC_RELAXED);
    mdh_sb_putc(sb, '[');
    for (uint64_t i = 0; i < n && !sb->failed; i++) {
        MdhValue v = mdh_listbuf_get(t, b, i);
        if (mdh_is_exc(v)) return false;
        if (i) mdh_sb_put(sb, ", ", 2);
        if (!show(t, sb, v, path)) return false;
    }
    mdh_sb_putc(sb, ']');
    return true;
}

static bool show_dict(MdhThread *t, MdhSb *sb, MdhValue d, const Path *path)
{
    MdhDictIter it;
    MdhValue key, v;
    bool first = true;
    mdh_sb_putc(sb, '{');
    for (mdh_dict_scan(d, &it); !sb->failed && mdh_dict_next(&it, &key, &v);
         first = false) {
        if (!first) mdh_sb_put(sb, ", ", 2);
        mdh_sb_putc(sb, '"');
        if (!show(t, sb, key, path)) return false;
        mdh_sb_put(sb, "\": ", 3);
        if (!show(t, sb, v, path)) return false;
    }
    mdh_sb_putc(sb, '}');
    return true;
}

// Creels ---------------------------------------------------------------------------------------

static int by_text(const void *a, const void *b)
{
    return mdh_str_cmp(*(const MdhValue *)a, *(const MdhValue *)b);
}

// The text of one member, with what is around it on the path.
static MdhValue member_text(MdhThread *t, MdhValue v, const Path *path)
{
    MdhSb sb;
    if (mdh_is_str(v)) return v;
    mdh_sb_init(&sb);
    if (show(t, &sb, v, path)) return mdh_sb_finish(t, &sb);
    mdh_sb_deinit(&sb);
    return MDH_EXC;
}

static bool member_texts(MdhThread *t, MdhValue creel, const Path *path, MdhValue *texts,
                         uint32_t max, uint32_t *n)
{
    MdhDictIter it;
    MdhValue key, v;
    *n = 0;
    for (mdh_dict_scan(creel, &it); *n < max && mdh_dict_next(&it, &key, &v);) {
        MdhValue text = member_text(t, key, path);
        if (mdh_is_exc(text)) return false;
        texts[(*n)++] = text;
    }
    return true;
}

static bool show_creel(MdhThread *t, MdhSb *sb, MdhValue creel, const Path *path)
{
    uint32_t max = mdh_creel_len(creel), n;
    MdhValue *texts = mdh_new(t, (max + 1) * sizeof *texts);
    if (!texts) {
        mdh_throw_oom(t, (uint64_t)max * sizeof *texts);
        return false;
    }
    if (!member_texts(t, creel, path, texts, max, &n)) return false;
    qsort(texts, n, sizeof *texts, by_text);
    mdh_sb_puts(sb, "creel{");
    for (uint32_t i = 0; i < n; i++) {
        mdh_sb_puts(sb, i ? ", \"" : "\"");
        mdh_sb_put_str(sb, texts[i]);
        mdh_sb_putc(sb, '"');
    }
    mdh_sb_putc(sb, '}');
    return true;
}

// Any value -------------------------------------------------------------------------------------

static bool show_container(MdhThread *t, MdhSb *sb, MdhValue v, const Path *up)
{
    unsigned tag = mdh_obj(v)->tag;
    if (is_on(up, v)) {
        mdh_sb_puts(sb, tag == MDH_TAG_LIST   ? "[...]"
                        : tag == MDH_TAG_DICT ? "{...}"
                                              : "creel{...}");
        return true;
    }
    if (t->data_depth >= MDH_MAX_DATA_DEPTH) {
        mdh_throw_error(t, MDH_E_STACK);
        return false;
    }
    Path path = {v.bits, up};
    t->data_depth++;
    bool fine = tag == MDH_TAG_LIST   ? show_list(t, sb, v, &path)
                : tag == MDH_TAG_DICT ? show_dict(t, sb, v, &path)
                                      : show_creel(t, sb, v, &path);
    t->data_depth--;
    return fine;
}

static bool show_native(MdhThread *t, MdhSb *sb, MdhValue v)
{
    const MdhNative *n = mdh_ptr(v);
    if (n->h.flags & MDH_NATIVE_BY_VALUE) {
        MdhValue text = mdh_str_intern_c("text");
        if (!mdh_is_absent(text)) text = n->type->get_prop(t, v, text);
        if (mdh_is_exc(text)) return false;
        if (mdh_is_str(text)) mdh_sb_put_str(sb, text);
        return true;
    }
    mdh_sb_puts(sb, "<native ");
    mdh_sb_puts(sb, n->type->kind);
    if (n->id) mdh_sb_printf(sb, " %llu", (unsigned long long)n->id);
    mdh_sb_putc(sb, '>');
    return true;
}

static void put_named(MdhSb *sb, const char *before, Slice name, const char *after)
{
    mdh_sb_puts(sb, before);
    mdh_sb_put(sb, name.ptr, name.len);
    mdh_sb_puts(sb, after);
}

static void show_thing(MdhSb *sb, MdhValue v)
{
    void *p = mdh_ptr(v);
    switch (mdh_tag(v)) {
    case MDH_TAG_FUNCTION:
        put_named(sb, "<dae ", slice_from_cstr(((MdhFn *)p)->info->name), ">");
        break;
    case MDH_TAG_NATIVE_FUNCTION:
        put_named(sb, "<native dae ", slice_from_cstr(((MdhNativeFn *)p)->row->name), ">");
        break;
    case MDH_TAG_CLASS:
        put_named(sb, "<kin ", mdh_str_slice(((MdhClass *)p)->name), ">");
        break;
    case MDH_TAG_INSTANCE:
        put_named(sb, "<", mdh_str_slice(((MdhInstance *)p)->cls->name), " instance>");
        break;
    case MDH_TAG_STRUCT:
        put_named(sb, "<thing ", mdh_str_slice(((MdhStruct *)p)->name), ">");
        break;
    default: put_named(sb, "<", slice_from_cstr(mdh_kind_name(v)), ">"); break;
    }
}

static bool show(MdhThread *t, MdhSb *sb, MdhValue v, const Path *up)
{
    switch (mdh_tag(v)) {
    case MDH_TAG_ABSENT:
    case MDH_TAG_NAETHING: mdh_sb_put(sb, "naething", 8); break;
    case MDH_TAG_BOOL: mdh_sb_puts(sb, v.bits == MDH_BITS_AYE ? "aye" : "nae"); break;
    case MDH_TAG_INTEGER: mdh_sb_put_int(sb, mdh_int_of(v)); break;
    case MDH_TAG_FLOAT: mdh_sb_put_float(sb, mdh_float_of(v)); break;
    case MDH_TAG_STRING: mdh_sb_put_str(sb, v); break;
    case MDH_TAG_BYTES:
        mdh_sb_puts(sb, "bytes[");
        mdh_sb_put_int(sb, (int64_t)mdh_bytes_len(v));
        mdh_sb_putc(sb, ']');
        break;
    case MDH_TAG_LIST:
    case MDH_TAG_DICT:
    case MDH_TAG_CREEL: return show_container(t, sb, v, up);
    case MDH_TAG_NATIVE: return show_native(t, sb, v);
    default: show_thing(sb, v); break;
    }
    return true;
}

bool mdh_show_into(MdhThread *t, MdhSb *sb, MdhValue v)
{
    return show(t, sb, v, NULL);
}

#define CONSTANT_TEXT(text)                                                                \
    {                                                                                      \
        {MDH_TAG_STRING, 0, MDH_STR_ASCII | MDH_STR_SCANNED, sizeof(text) - 1},            \
            sizeof(text) - 1, 0, text                                                      \
    }
static MdhStr text_aye = CONSTANT_TEXT("aye"), text_nae = CONSTANT_TEXT("nae"),
              text_naething = CONSTANT_TEXT("naething");

MdhValue mdh_show(MdhThread *t, MdhValue v)
{
    if (mdh_is_str(v)) return v;
    if (mdh_is_int(v)) {
        char text[NUM_I64_MAX];
        return mdh_str_new(t, text, num_format_i64(mdh_int_of(v), text));
    }
    if (mdh_is_float(v)) {
        char text[NUM_DOUBLE_MAX];
        return mdh_str_new(t, text, mdh_float_text(mdh_float_of(v), text));
    }
    if (mdh_is_bool(v)) return mdh_from_ptr(v.bits == MDH_BITS_AYE ? &text_aye : &text_nae);
    if (mdh_is_naething(v)) return mdh_from_ptr(&text_naething);
    MdhSb sb;
    mdh_sb_init(&sb);
    if (mdh_show_into(t, &sb, v)) return mdh_sb_finish(t, &sb);
    mdh_sb_deinit(&sb);
    return MDH_EXC;
}
