// SPDX-License-Identifier: MIT
// The slow halves of instructions: loops over things, unwinding, classes, texts.
#include <string.h>

#include "base/err.h"
#include "lang/vm/vm_priv.h"
#include "runtime/core/ops.h"
#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"
#include "runtime/sys/out.h"

// ---- loops ----------------------------------------------------------------------------------
// State of a walk: r[0] what is walked, r[1] the next position, r[2] end << 3 | what it is.

enum { WALK_LIST = VM_WALK_LIST, WALK_TABLE, WALK_CREEL, WALK_STRING, WALK_BYTES };

static bool start_walk(MdhValue *r, MdhValue what, uint64_t end, int kind)
{
    r[0] = what;
    r[1] = mdh_fix(0);
    r[2] = mdh_fix((int64_t)(end << 3 | (unsigned)kind));
    return true;
}

bool vm_iter_prep(MdhThread *t, MdhValue *r, int nvars)
{
    (void)nvars;
    MdhValue v = r[0];
    uint64_t n;
    switch (mdh_tag(v)) {
    case MDH_TAG_LIST: {
        const MdhListBuf *b = mdh_list_freeze(v, &n);
        return start_walk(r, mdh_from_ptr(b), n, WALK_LIST);
    }
    case MDH_TAG_DICT:
    case MDH_TAG_CREEL: {
        MdhDictIter it;
        mdh_dict_iter(v, &it);
        return start_walk(r, mdh_from_ptr(it.tab), it.end,
                          mdh_is_dict(v) ? WALK_TABLE : WALK_CREEL);
    }
    case MDH_TAG_STRING: return start_walk(r, v, mdh_str_nchars(v), WALK_STRING);
    case MDH_TAG_BYTES:
        v = mdh_bytes_sub(t, v, 0, mdh_bytes_len(v));
        return !mdh_is_exc(v) && start_walk(r, v, mdh_bytes_len(v), WALK_BYTES);
    default: mdh_throw_type(t, "Cannae iterate ower a %k", v); return false;
    }
}

static bool range_bound(MdhThread *t, MdhValue *v)
{
    if (mdh_is_int(*v)) return true;
    if (!mdh_is_float(*v)) {
        mdh_throw_type(t, "Range bounds must be integers");
        return false;
    }
    double d = mdh_float_of(*v);
    int64_t i = d != d                        ? 0
                : d >= 9223372036854775807.0  ? INT64_MAX
                : d <= -9223372036854775808.0 ? INT64_MIN
                                              : (int64_t)d;
    *v = mdh_int(t, i);
    return !mdh_is_exc(*v);
}

bool vm_for_prep(MdhThread *t, MdhValue *r, bool inclusive)
{
    if (!range_bound(t, &r[0]) || !range_bound(t, &r[1])) return false;
    int64_t from = mdh_int_of(r[0]), to = mdh_int_of(r[1]);
    if (to <= from && !(inclusive && to == from)) { // empty
        r[0] = mdh_fix(1);
        r[1] = mdh_fix(0);
        return true;
    }
    if (!inclusive) to--;
    if (from > MDH_INT_MIN63 && to < MDH_INT_MAX63) {
        r[0] = mdh_fix(from);
        r[1] = mdh_fix(to);
        return true;
    }
    MdhValue list = __mdh_op_range(t, r[0], r[1], inclusive);
    if (mdh_is_exc(list)) return false;
    r[0] = list;
    return vm_iter_prep(t, r, 1);
}

static int next_entry(MdhValue *r, uint64_t end, MdhValue *key, MdhValue *val)
{
    MdhDictIter it = {mdh_ptr(r[0]), (uint32_t)mdh_fixint(r[1]), (uint32_t)end};
    if (!mdh_dict_next(&it, key, val)) return 0;
    r[1] = mdh_fix(it.i);
    return 1;
}

int vm_iter_next(MdhThread *t, MdhValue *r, MdhValue *out, int nvars)
{
    uint64_t i = (uint64_t)mdh_fixint(r[1]), end = (uint64_t)mdh_fixint(r[2]) >> 3;
    int kind = (int)(mdh_fixint(r[2]) & 7);
    MdhValue a = mdh_fix((int64_t)i), b = MDH_ABSENT;
    if (i >= end) return 0;
    switch (kind) {
    case WALK_LIST: b = mdh_listbuf_get(t, mdh_ptr(r[0]), i); break;
    case WALK_TABLE: {
        MdhValue val;
        if (!next_entry(r, end, &b, &val)) return 0;
        out[0] = b;
        if (nvars == 2) out[1] = val;
        return 1;
    }
    case WALK_CREEL: {
        MdhValue val;
        if (!next_entry(r, end, &b, &val)) return 0;
        r[1] = mdh_fix(mdh_fixint(r[1]) - 1);
        break;
    }
    case WALK_STRING: b = mdh_str_char(t, r[0], (uint32_t)i); break;
    case WALK_BYTES: b = mdh_fix(mdh_bytes_window(r[0])->data[i]); break;
    }
    if (mdh_is_exc(b)) return -1;
    r[1] = mdh_fix(mdh_fixint(r[1]) + 1);
    if (nvars == 2) *out++ = a;
    *out = b;
    return 1;
}

bool vm_in_range(MdhValue v, MdhValue from, MdhValue to)
{
    if (!mdh_is_int(v) || !mdh_is_number(to)) return false;
    int64_t i = mdh_int_of(v);
    if (i < mdh_int_of(from)) return false;
    return mdh_is_int(to) ? i < mdh_int_of(to) : (double)i < mdh_float_of(to);
}

// ---- places of errors ------------------------------------------------------------------------

// `at` is the instruction or, from the dispatcher, its last word, which may look like one.
static bool is_rethrow(const BcProto *p, uint32_t at)
{
    const uint32_t *words = p->code.items;
    uint32_t start = 0;
    if (BC_OP(words[at]) != OP_RETHROW) return false;
    while (start < at) start += bc_op_length(p, words + start);
    return start == at;
}

void vm_throw_at(MdhThread *t, const VmCode *code, uint32_t at)
{
    if (t->ntrace && is_rethrow(code->bc, at)) return;
    mdh_throw_at(t, code->info.name, code->info.file, code->info.lines[at]);
}

// ---- rooms ----------------------------------------------------------------------------------

typedef struct Room {
    MdhObj h;                // MDH_TAG_CELL: never seen by a program
    uint32_t n;
    MdhValue v[];
} Room;

static Room *room_of(MdhThread *t, uint32_t n)
{
    Room *room = mdh_new(t, sizeof *room + n * sizeof(MdhValue));
    if (!room) {
        mdh_throw_oom(t, n * sizeof(MdhValue));
        return NULL;
    }
    room->h.tag = MDH_TAG_CELL;
    room->n = n;
    return room;
}

MdhValue vm_room_new(MdhThread *t, uint32_t n)
{
    if (n == 0) return MDH_NAETHING;
    Room *room = room_of(t, n);
    if (!room) return MDH_EXC;
    for (uint32_t i = 0; i < n; i++) room->v[i] = MDH_ABSENT;
    return mdh_from_ptr(room);
}

MdhValue *vm_room(MdhValue room)
{
    return ((Room *)mdh_ptr(room))->v;
}

MdhValue vm_stash(MdhThread *t, const MdhValue *r, uint32_t n)
{
    Room *room = room_of(t, n);
    if (!room) return MDH_EXC;
    memcpy(room->v, r, n * sizeof *r);
    return mdh_from_ptr(room);
}

MdhValue vm_unstash(MdhValue *r)
{
    const Room *room = mdh_ptr(r[0]);
    MdhValue result = r[1];
    memcpy(r, room->v, room->n * sizeof *r);
    return result;
}

// ---- classes, texts, destructuring ----------------------------------------------------------

MdhValue vm_class(MdhThread *t, const VmCode *code, const BcKin *kin, const MdhValue *w)
{
    MdhClass *super = NULL;
    if (!mdh_is_absent(w[0])) {
        if (!mdh_has_tag(w[0], MDH_TAG_CLASS))
            return mdh_throw_type(t, "%v isnae a class", code->k[kin->super_k]);
        super = mdh_ptr(w[0]);
    }
    return mdh_class_new(t, code->k[kin->name_k], super, kin->n_methods,
                         code->k + kin->first_method_k, w + 1, kin->n_fields);
}

MdhValue vm_thing(MdhThread *t, const VmCode *code, const BcThing *thing)
{
    return mdh_struct_new(t, code->k[thing->name_k], thing->n_fields,
                          code->k + thing->first_field_k);
}

MdhValue vm_format(MdhThread *t, MdhValue v, const BcFormat *f)
{
    MdhFormatSpec spec = {.align = f->align, .type = f->type, .zero = f->zero, .width = f->width,
                          .precision = f->precision};
    memcpy(spec.fill, f->fill, sizeof spec.fill);
    return mdh_format_value(t, v, &spec);
}

MdhValue vm_concat(MdhThread *t, const MdhValue *v, int n)
{
    if (n == 1 && mdh_is_str(v[0])) return v[0];
    MdhSb sb;
    mdh_sb_init(&sb);
    for (int i = 0; i < n; i++) {
        if (mdh_is_str(v[i])) mdh_sb_put_str(&sb, v[i]);
        else if (mdh_is_fixint(v[i])) mdh_sb_put_int(&sb, mdh_fixint(v[i]));
        else if (!mdh_show_into(t, &sb, v[i])) {
            mdh_sb_deinit(&sb);
            return MDH_EXC;
        }
    }
    return mdh_sb_finish(t, &sb);
}

MdhValue vm_check_output(MdhThread *t)
{
    char text[128];
    int sys_errno;
    if (MDH_LIKELY(!mdh_out_failed(&sys_errno))) return MDH_NAETHING;
    return mdh_throw_native(t, "Cannae write tae standard output: %s",
                            err_errno_text(sys_errno, text, sizeof text));
}

MdhValue vm_unpack(MdhThread *t, MdhValue v, int wanted)
{
    uint64_t n;
    if (mdh_is_list(v)) {
        v = mdh_list_copy(t, v);
        if (mdh_is_exc(v)) return v;
        n = mdh_list_len(v);
    } else if (mdh_is_str(v)) {
        MdhValue list = mdh_list_new(t, mdh_str_nchars(v));
        if (mdh_is_exc(list)) return list;
        v = __mdh_op_spread(t, list, v, false);
        if (mdh_is_exc(v)) return v;
        v = list;
        n = mdh_list_len(v);
    } else {
        return mdh_throw_type(t, "Ye can only destructure lists and strings, no' %k", v);
    }
    if (n < (uint64_t)wanted)
        return mdh_throw_type(t, "Cannae destructure: need at least %d elements but got %d",
                              (int64_t)wanted, (int64_t)n);
    return v;
}
