// SPDX-License-Identifier: MIT
// Kinds and conversion: what a value is, and the same value as another kind.
#include "abi/abi.h"
#include "base/num.h"
#include "runtime/builtins/number.h"
#include "runtime/core/fn.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"

// Kind names are static strings, so asking for one allocates nothing.
static MdhStr kind_strs[MDH_TAG_COUNT] = {
#define T(tag, text, doc)                                                                  \
    {{MDH_TAG_STRING, 0, MDH_STR_ASCII | MDH_STR_SCANNED, sizeof(text) - 1},               \
     sizeof(text) - 1,                                                                     \
     0,                                                                                    \
     text},
#include "abi/types.def"
#undef T
};

MdhValue __mdh_whit_kind(MdhThread *t, int argc, const MdhArgs_whit_kind *a)
{
    (void)argc;
    unsigned tag = mdh_tag(a->v);
    if (tag == MDH_TAG_NATIVE) return mdh_str_c(t, mdh_kind_name(a->v));
    return mdh_from_ptr(&kind_strs[tag]);
}

// Conversion ------------------------------------------------------------------------------

MdhValue __mdh_tae_string(MdhThread *t, int argc, const MdhArgs_tae_string *a)
{
    (void)argc;
    return mdh_is_str(a->v) ? a->v : mdh_show(t, a->v);
}

MdhValue __mdh_tae_int(MdhThread *t, int argc, const MdhArgs_tae_int *a)
{
    (void)argc;
    if (mdh_is_int(a->v)) return a->v;
    if (mdh_is_float(a->v)) return mdh_int(t, mdh_double_to_int(mdh_float_of(a->v)));
    if (mdh_is_bool(a->v)) return mdh_fix(a->v.bits == MDH_BITS_AYE);
    int64_t i;
    if (num_parse_i64(mdh_str_slice(a->v), 10, &i) != NUM_OK)
        return mdh_throw_native(t, "Cannae turn '%v' intae an integer", a->v);
    return mdh_int(t, i);
}

MdhValue __mdh_tae_float(MdhThread *t, int argc, const MdhArgs_tae_float *a)
{
    (void)argc;
    if (mdh_is_float(a->v)) return a->v;
    if (mdh_is_int(a->v)) return mdh_float(t, (double)mdh_int_of(a->v));
    double d;
    NumStatus status = num_parse_double(mdh_str_slice(a->v), &d);
    if (status == NUM_NOMEM) return mdh_throw_oom(t, mdh_str_slice(a->v).len);
    if (status != NUM_OK)
        return mdh_throw_native(t, "Cannae turn '%v' intae a float", a->v);
    return mdh_float(t, d);
}

MdhValue __mdh_tae_bool(MdhThread *t, int argc, const MdhArgs_tae_bool *a)
{
    (void)t, (void)argc;
    return mdh_bool(mdh_truthy(a->v));
}

// Kind tests ------------------------------------------------------------------------------

static bool is_callable_kind(MdhValue v)
{
    unsigned tag = mdh_tag(v);
    return tag == MDH_TAG_FUNCTION || tag == MDH_TAG_NATIVE_FUNCTION;
}

static bool kind_is(MdhValue v, MdhValue name)
{
    return mdh_str_is(name, mdh_kind_name(v));
}

// A closed set of names: other kinds, such as creel, are asked for with whit_kind.
MdhValue __mdh_is_a(MdhThread *t, int argc, const MdhArgs_is_a *a)
{
    (void)t, (void)argc;
    static const struct {
        const char *name;
        unsigned tag;
    } names[] = {
        {"integer", MDH_TAG_INTEGER},   {"int", MDH_TAG_INTEGER},
        {"float", MDH_TAG_FLOAT},       {"string", MDH_TAG_STRING},
        {"str", MDH_TAG_STRING},        {"bool", MDH_TAG_BOOL},
        {"list", MDH_TAG_LIST},         {"dict", MDH_TAG_DICT},
        {"bytes", MDH_TAG_BYTES},       {"byte", MDH_TAG_BYTES},
        {"naething", MDH_TAG_NAETHING}, {"nil", MDH_TAG_NAETHING},
    };
    if (mdh_str_is(a->kind, "function") || mdh_str_is(a->kind, "dae"))
        return mdh_bool(is_callable_kind(a->v));
    for (size_t i = 0; i < countof(names); i++)
        if (mdh_str_is(a->kind, names[i].name))
            return mdh_bool(mdh_tag(a->v) == names[i].tag);
    return MDH_NAE;
}

MdhValue __mdh_wrang_sort(MdhThread *t, int argc, const MdhArgs_wrang_sort *a)
{
    (void)t, (void)argc;
    return mdh_bool(!kind_is(a->v, a->kind));
}

MdhValue __mdh_scunner_check(MdhThread *t, int argc, const MdhArgs_scunner_check *a)
{
    (void)argc;
    if (kind_is(a->v, a->kind)) return MDH_AYE;
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_sb_puts(&sb, "Och, ya scunner! Expected ");
    mdh_sb_put_str(&sb, a->kind);
    mdh_sb_puts(&sb, " but got ");
    mdh_sb_puts(&sb, mdh_kind_name(a->v));
    return mdh_sb_finish(t, &sb);
}

static uint64_t item_count(MdhValue v)
{
    switch (mdh_tag(v)) {
    case MDH_TAG_STRING: return mdh_str(v)->len;
    case MDH_TAG_LIST: return mdh_list_len(v);
    case MDH_TAG_DICT: return mdh_dict_len(v);
    case MDH_TAG_CREEL: return mdh_creel_len(v);
    case MDH_TAG_BYTES: return mdh_bytes_len(v);
    default: return 0;
    }
}

static void put_name(MdhSb *sb, const char *what, const char *name, size_t len)
{
    mdh_sb_puts(sb, what);
    mdh_sb_puts(sb, " '");
    mdh_sb_put(sb, name, len);
    mdh_sb_putc(sb, '\'');
}

static void put_cname(MdhSb *sb, const char *what, const char *name)
{
    put_name(sb, what, name, strlen(name));
}

static void put_name_str(MdhSb *sb, const char *what, MdhValue name)
{
    Slice s = mdh_str_slice(name);
    put_name(sb, what, s.ptr, s.len);
}

static void put_count(MdhSb *sb, const char *what, MdhValue v, const char *items)
{
    mdh_sb_puts(sb, what);
    mdh_sb_put_int(sb, (int64_t)item_count(v));
    mdh_sb_puts(sb, items);
}

static void put_info(MdhSb *sb, MdhValue v)
{
    switch (mdh_tag(v)) {
    case MDH_TAG_LIST: put_count(sb, "list wi' ", v, " items"); break;
    case MDH_TAG_DICT: put_count(sb, "dict wi' ", v, " entries"); break;
    case MDH_TAG_CREEL: put_count(sb, "creel wi' ", v, " items"); break;
    case MDH_TAG_STRING: put_count(sb, "string o' ", v, " characters"); break;
    case MDH_TAG_INTEGER:
        mdh_sb_puts(sb, "integer: ");
        mdh_sb_put_int(sb, mdh_int_of(v));
        break;
    case MDH_TAG_FLOAT:
        mdh_sb_puts(sb, "float: ");
        mdh_sb_put_float(sb, mdh_float_of(v));
        break;
    case MDH_TAG_BOOL:
        mdh_sb_puts(sb, v.bits == MDH_BITS_AYE ? "boolean: aye" : "boolean: nae");
        break;
    case MDH_TAG_FUNCTION:
        put_cname(sb, "function", ((MdhFn *)mdh_ptr(v))->info->name);
        break;
    case MDH_TAG_NATIVE_FUNCTION:
        put_cname(sb, "native function", ((MdhNativeFn *)mdh_ptr(v))->row->name);
        break;
    case MDH_TAG_CLASS: put_name_str(sb, "class", ((MdhClass *)mdh_ptr(v))->name); break;
    case MDH_TAG_INSTANCE:
        put_name_str(sb, "instance o'", mdh_instance(v)->cls->name);
        break;
    default: mdh_sb_puts(sb, mdh_kind_name(v)); break;
    }
}

MdhValue __mdh_clype(MdhThread *t, int argc, const MdhArgs_clype *a)
{
    (void)argc;
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_sb_putc(&sb, '[');
    mdh_sb_puts(&sb, mdh_kind_name(a->v));
    mdh_sb_puts(&sb, "] ");
    put_info(&sb, a->v);
    return mdh_sb_finish(t, &sb);
}

#define KIND_TEST(id, condition)                                                           \
    MdhValue __mdh_##id(MdhThread *t, int argc, const MdhArgs_##id *a)                     \
    {                                                                                      \
        (void)t, (void)argc;                                                               \
        return mdh_bool(condition);                                                        \
    }

KIND_TEST(is_int, mdh_is_int(a->v))
KIND_TEST(is_float, mdh_is_float(a->v))
KIND_TEST(is_string, mdh_is_str(a->v))
KIND_TEST(is_list, mdh_is_list(a->v))
KIND_TEST(is_dict, mdh_is_dict(a->v))
KIND_TEST(is_bool, mdh_is_bool(a->v))
KIND_TEST(is_function, is_callable_kind(a->v))
KIND_TEST(is_nowt, mdh_is_naething(a->v))
KIND_TEST(is_somethin, !mdh_is_naething(a->v))

MdhValue __mdh_is_nummer(MdhThread *t, int argc, const MdhArgs_is_nummer *a)
{
    (void)argc;
    if (mdh_is_number(a->v)) return MDH_AYE;
    if (!mdh_is_str(a->v)) return MDH_NAE;
    double d;
    NumStatus status = num_parse_double(mdh_str_slice(a->v), &d);
    if (status == NUM_NOMEM) return mdh_throw_oom(t, mdh_str_slice(a->v).len);
    return mdh_bool(status == NUM_OK);
}

MdhValue __mdh_is_hale_nummer(MdhThread *t, int argc, const MdhArgs_is_hale_nummer *a)
{
    (void)t, (void)argc;
    int64_t i;
    if (mdh_is_int(a->v)) return MDH_AYE;
    return mdh_bool(mdh_is_str(a->v) &&
                    num_parse_i64(mdh_str_slice(a->v), 10, &i) == NUM_OK);
}

// Size and copies -------------------------------------------------------------------------

MdhValue __mdh_len(MdhThread *t, int argc, const MdhArgs_len *a)
{
    (void)t, (void)argc;
    return mdh_fix((int64_t)item_count(a->v));
}

MdhValue __mdh_is_empty(MdhThread *t, int argc, const MdhArgs_is_empty *a)
{
    (void)t, (void)argc;
    return mdh_bool(item_count(a->v) == 0);
}

static MdhValue copy_creel(MdhThread *t, MdhValue creel)
{
    MdhValue out = mdh_creel_new(t, mdh_creel_len(creel)), key, val;
    if (mdh_is_exc(out)) return out;
    MdhDictIter it;
    mdh_dict_scan(creel, &it);
    while (mdh_dict_next(&it, &key, &val))
        if (!mdh_creel_add(t, out, key)) return MDH_EXC;
    return out;
}

MdhValue __mdh_copy(MdhThread *t, int argc, const MdhArgs_copy *a)
{
    (void)argc;
    switch (mdh_tag(a->v)) {
    case MDH_TAG_LIST: return mdh_list_copy(t, a->v);
    case MDH_TAG_DICT: return mdh_dict_copy(t, a->v);
    case MDH_TAG_CREEL: return copy_creel(t, a->v);
    default: return a->v;
    }
}

// `seen` maps each container already met to its copy, so that shared parts stay shared and a
// circle closes instead of being walked for ever.
static MdhValue deep(MdhThread *t, MdhValue v, MdhValue seen);

static bool deep_fill_list(MdhThread *t, MdhValue from, MdhValue out, MdhValue seen)
{
    const MdhListBuf *buf = mdh_list_buf(from);
    uint64_t n = __atomic_load_n(&buf->n, __ATOMIC_RELAXED);
    for (uint64_t i = 0; i < n; i++) {
        MdhValue item = mdh_listbuf_get(t, buf, i);
        if (mdh_is_exc(item)) return false;
        if (mdh_is_absent(item)) item = MDH_NAETHING; // another thread was shortening it
        item = deep(t, item, seen);
        if (mdh_is_exc(item) || !mdh_list_push(t, out, item)) return false;
    }
    return true;
}

// Keys and members are copied as they are: a copy of a container would be another key.
static bool deep_fill_table(MdhThread *t, MdhValue from, MdhValue out, MdhValue seen)
{
    MdhDictIter it;
    MdhValue key, val;
    mdh_dict_scan(from, &it);
    while (mdh_dict_next(&it, &key, &val)) {
        if (mdh_is_creel(from)) {
            if (!mdh_creel_add(t, out, key)) return false;
            continue;
        }
        val = deep(t, val, seen);
        if (mdh_is_exc(val) || !mdh_dict_put(t, out, key, val)) return false;
    }
    return true;
}

static MdhValue deep_container(MdhThread *t, MdhValue v, MdhValue seen)
{
    bool flat =
        mdh_is_list(v) && mdh_list_buf(v)->h.flags != MDH_LIST_VALUES; // only numbers
    MdhValue out = flat              ? mdh_list_copy(t, v)
                   : mdh_is_list(v)  ? mdh_list_new(t, mdh_list_len(v))
                   : mdh_is_dict(v)  ? mdh_dict_new(t, 0)
                   : mdh_is_creel(v) ? mdh_creel_new(t, 0)
                                     : mdh_bytes_from(t, NULL, 0);
    if (mdh_is_exc(out) || !mdh_dict_put(t, seen, v, out)) return MDH_EXC;
    if (flat) return out;
    if (mdh_is_bytes(v)) {
        Slice octets = mdh_bytes_slice_of(v);
        return mdh_bytes_append(t, out, octets.ptr, octets.len) ? out : MDH_EXC;
    }
    bool ok =
        mdh_is_list(v) ? deep_fill_list(t, v, out, seen) : deep_fill_table(t, v, out, seen);
    return ok ? out : MDH_EXC;
}

static MdhValue deep(MdhThread *t, MdhValue v, MdhValue seen)
{
    if (!mdh_is_list(v) && !mdh_is_dict(v) && !mdh_is_creel(v) && !mdh_is_bytes(v))
        return v;
    MdhValue done = mdh_dict_get(seen, v);
    if (!mdh_is_absent(done)) return done;
    if (t->data_depth >= MDH_MAX_DATA_DEPTH) return mdh_throw_error(t, MDH_E_STACK);
    t->data_depth++;
    MdhValue out = deep_container(t, v, seen);
    t->data_depth--;
    return out;
}

MdhValue __mdh_deep_copy(MdhThread *t, int argc, const MdhArgs_deep_copy *a)
{
    (void)argc;
    MdhValue seen = mdh_dict_new(t, 0);
    return mdh_is_exc(seen) ? seen : deep(t, a->v, seen);
}

MdhValue __mdh_identity(MdhThread *t, int argc, const MdhArgs_identity *a)
{
    (void)t, (void)argc;
    return a->v;
}

MdhValue __mdh_or_else(MdhThread *t, int argc, const MdhArgs_or_else *a)
{
    (void)t, (void)argc;
    return mdh_is_naething(a->v) ? a->fallback : a->v;
}
