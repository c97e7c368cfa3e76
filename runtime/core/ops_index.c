// SPDX-License-Identifier: MIT
// Elements and properties, ranges and spreading. Containers may change under a reader: buffer
// and length are read once, and an element that is gone meanwhile is an ordinary error.
#include "runtime/core/ops_priv.h"
#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"

// Elements ------------------------------------------------------------------------------------

// Position `i` counted from the end when negative; n or more when out of range.
MDH_INLINE uint64_t position(int64_t i, uint64_t n)
{
    return i < 0 ? (uint64_t)i + n : (uint64_t)i; // wraps to a huge number when too low
}

static MDH_NOINLINE MdhValue out_of_bounds(MdhThread *t, MdhValue i, uint64_t n)
{
    return mdh_throw_error(t, MDH_E_INDEX, mdh_int_of(i), (int64_t)n);
}

static MdhValue index_list(MdhThread *t, MdhValue list, MdhValue key)
{
    const MdhListBuf *b = mdh_list_buf(list);
    uint64_t n = __atomic_load_n(&b->n, __ATOMIC_RELAXED);
    uint64_t at = position(mdh_int_of(key), n);
    if (MDH_UNLIKELY(at >= n)) return out_of_bounds(t, key, n);
    MdhValue v = mdh_listbuf_get(t, b, at);
    return MDH_UNLIKELY(mdh_is_absent(v)) ? out_of_bounds(t, key, n) : v;
}

static MdhValue index_string(MdhThread *t, MdhValue s, MdhValue key)
{
    uint64_t n = mdh_str_nchars(s), at = position(mdh_int_of(key), n);
    return at < n ? mdh_str_char(t, s, (uint32_t)at) : out_of_bounds(t, key, n);
}

static MdhValue index_bytes(MdhThread *t, MdhValue b, MdhValue key)
{
    const MdhWindow *w = mdh_bytes_window(b);
    uint64_t at = position(mdh_int_of(key), w->len);
    if (at >= w->len) return out_of_bounds(t, key, w->len);
    return mdh_fix(__atomic_load_n(&w->data[at], __ATOMIC_RELAXED));
}

static MdhValue index_dict(MdhThread *t, MdhValue d, MdhValue key)
{
    MdhValue v = mdh_dict_get(d, key);
    return mdh_is_absent(v) ? mdh_throw_error(t, MDH_E_UNDEFINED, key) : v;
}

static MdhValue native_prop(MdhThread *t, MdhValue obj, MdhValue name)
{
    const MdhNativeType *type = ((MdhNative *)mdh_ptr(obj))->type;
    MdhValue v = type->get_prop ? type->get_prop(t, obj, name) : MDH_ABSENT;
    if (!mdh_is_absent(v)) return v;
    return mdh_throw_type(t, "Cannae access property '%v' on a %k", name, obj);
}

MdhValue __mdh_op_index(MdhThread *t, MdhValue obj, MdhValue key)
{
    if (MDH_LIKELY(mdh_is_ptr(obj))) {
        unsigned tag = mdh_obj(obj)->tag;
        if (tag == MDH_TAG_DICT) return index_dict(t, obj, key);
        if (mdh_is_int(key)) {
            if (tag == MDH_TAG_LIST) return index_list(t, obj, key);
            if (tag == MDH_TAG_STRING) return index_string(t, obj, key);
            if (tag == MDH_TAG_BYTES) return index_bytes(t, obj, key);
        }
        // an address is written like the dict {host, port} that it stands for
        if (tag == MDH_TAG_NATIVE && mdh_is_str(key)) return native_prop(t, obj, key);
    }
    return mdh_throw_type(t, "Cannae index a %k wi' a %k", obj, key);
}

static MdhValue set_list(MdhThread *t, MdhValue list, MdhValue key, MdhValue v)
{
    uint64_t n = mdh_list_len(list), at = position(mdh_int_of(key), n);
    if (at >= n) return out_of_bounds(t, key, n);
    return mdh_list_set(t, list, at, v) ? v : MDH_EXC;
}

static MdhValue set_bytes(MdhThread *t, MdhValue b, MdhValue key, MdhValue v)
{
    if (!mdh_is_fixint(v) || mdh_fixint(v) < 0 || mdh_fixint(v) > 255)
        return mdh_throw_type(t, "A byte maun be an integer fae 0 tae 255, no' %v", v);
    MdhWindow *w = mdh_bytes_write_begin(t, b);
    if (!w) return MDH_EXC;
    uint64_t n = w->len, at = position(mdh_int_of(key), n);
    if (at < n) __atomic_store_n(&w->data[at], (uint8_t)mdh_fixint(v), __ATOMIC_RELAXED);
    mdh_bytes_write_end(b);
    return at < n ? v : out_of_bounds(t, key, n);
}

MdhValue __mdh_op_set_index(MdhThread *t, MdhValue obj, MdhValue key, MdhValue v)
{
    if (MDH_LIKELY(mdh_is_ptr(obj))) {
        unsigned tag = mdh_obj(obj)->tag;
        if (tag == MDH_TAG_DICT) return mdh_dict_put(t, obj, key, v) ? v : MDH_EXC;
        if (mdh_is_int(key)) {
            if (tag == MDH_TAG_LIST) return set_list(t, obj, key, v);
            if (tag == MDH_TAG_BYTES) return set_bytes(t, obj, key, v);
        }
    }
    return mdh_throw_type(t, "Cannae set index on a %k wi' a %k", obj, key);
}

// Properties ----------------------------------------------------------------------------------

static MdhValue prop_of_instance(MdhThread *t, MdhValue obj, MdhValue name, uint64_t *ic)
{
    MdhValue v = mdh_instance_get(t, obj, name, ic);
    if (!mdh_is_absent(v)) return v;
    const MdhClass *cls = mdh_instance(obj)->cls;
    int i = mdh_class_find(cls, name);
    return i < 0 ? mdh_throw_error(t, MDH_E_UNDEFINED, name) : cls->methods[i];
}

MdhValue __mdh_op_get_prop(MdhThread *t, MdhValue obj, MdhValue name, uint64_t *ic)
{
    MdhValue v = MDH_ABSENT;
    if (mdh_is_instance(obj)) return prop_of_instance(t, obj, name, ic);
    if (mdh_is_dict(obj)) {
        v = ic ? mdh_dict_get_cached(obj, name, ic) : mdh_dict_get(obj, name);
        return mdh_is_absent(v) ? mdh_throw_error(t, MDH_E_UNDEFINED, name) : v;
    }
    if (mdh_has_tag(obj, MDH_TAG_NATIVE)) return native_prop(t, obj, name);
    return mdh_throw_type(t, "Cannae access property '%v' on a %k", name, obj);
}

MdhValue __mdh_op_set_prop(MdhThread *t, MdhValue obj, MdhValue name, MdhValue v,
                           uint64_t *ic)
{
    bool fine;
    if (mdh_is_instance(obj)) fine = mdh_instance_set(t, obj, name, v, ic);
    else if (mdh_is_dict(obj))
        fine =
            ic ? mdh_dict_put_cached(t, obj, name, v, ic) : mdh_dict_put(t, obj, name, v);
    else return mdh_throw_type(t, "Cannae set property '%v' on a %k", name, obj);
    return fine ? v : MDH_EXC;
}

// Ranges --------------------------------------------------------------------------------------

// A bound: floats are cut towards zero and clamped, NaN is 0.
static bool range_bound(MdhValue v, int64_t *out)
{
    if (mdh_is_int(v)) {
        *out = mdh_int_of(v);
        return true;
    }
    if (!mdh_is_float(v)) return false;
    double d = mdh_float_of(v);
    if (d >= 9223372036854775808.0) *out = INT64_MAX;
    else if (d < -9223372036854775808.0) *out = INT64_MIN;
    else *out = d == d ? (int64_t)d : 0;
    return true;
}

MdhValue __mdh_op_range(MdhThread *t, MdhValue a, MdhValue b, bool inclusive)
{
    int64_t from, to;
    if (!range_bound(a, &from) || !range_bound(b, &to))
        return mdh_throw_type(t, "Range bounds must be integers");
    if (from > to) return mdh_list_new(t, 0);
    uint64_t n = (uint64_t)to - (uint64_t)from;
    if (inclusive && n < UINT64_MAX) n++;
    uint64_t bytes;
    if (__builtin_mul_overflow(n, sizeof(int64_t), &bytes)) bytes = INT64_MAX;
    if (bytes > MDH_MAX_OBJECT_BYTES) return mdh_throw_oom(t, bytes);
    return mdh_list_of_ints(t, from, n);
}

// Spreading -----------------------------------------------------------------------------------

static bool push_characters(MdhThread *t, MdhValue list, MdhValue s)
{
    uint32_t n = mdh_str_nchars(s);
    for (uint32_t i = 0; i < n; i++) {
        MdhValue c = mdh_str_char(t, s, i);
        if (mdh_is_exc(c) || !mdh_list_push(t, list, c)) return false;
    }
    return true;
}

MdhValue __mdh_op_spread(MdhThread *t, MdhValue list, MdhValue v, bool in_call)
{
    if (mdh_is_list(v)) return mdh_list_extend(t, list, v) ? list : MDH_EXC;
    if (in_call)
        return mdh_throw_type(
            t, "Cannae skail (spread) somethin' that isnae a list in function call!");
    if (mdh_is_str(v)) return push_characters(t, list, v) ? list : MDH_EXC;
    return mdh_throw_type(t,
                          "Cannae skail (spread) somethin' that isnae a list or string!");
}
