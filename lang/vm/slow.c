// SPDX-License-Identifier: MIT
// The slow halves of single instructions, out of the dispatcher's way.
#include "abi/abi.h"
#include "lang/vm/exec_inline.h"
#include "lang/vm/vm_priv.h"
#include "runtime/core/ops.h"
#include "runtime/data/str.h"
#include "runtime/sys/out.h"

// Truth of a comparison's result.
static int truth_of(MdhValue v)
{
    return mdh_is_exc(v) ? -1 : mdh_truthy(v);
}

// a == b: 0, 1, or -1 when it threw.
int vm_equal_slow(MdhThread *t, MdhValue a, MdhValue b, bool negate)
{
    if (mdh_is_str(a) && mdh_is_str(b)) return mdh_str_eq(a, b) != negate;
    return truth_of(negate ? __mdh_op_ne(t, a, b) : __mdh_op_eq(t, a, b));
}

int vm_compare_slow(MdhThread *t, Opcode op, MdhValue a, MdhValue b)
{
    switch (op) {
    case OP_JLT: return truth_of(__mdh_op_lt(t, a, b));
    case OP_JLE: return truth_of(__mdh_op_le(t, a, b));
    case OP_JGT: return truth_of(__mdh_op_gt(t, a, b));
    default: return truth_of(__mdh_op_ge(t, a, b));
    }
}

MdhValue vm_call_builtin_with(MdhThread *t, uint32_t id, int argc, MdhValue a,
                                               MdhValue b, MdhValue c)
{
    MdhValue w[MDH_MAX_PARAMS + 1];
    w[0] = MDH_NAETHING;
    w[1] = a;
    w[2] = b;
    w[3] = c;
    return mdh_builtin_call(t, &mdh_builtins[id], argc, w);
}

MdhValue vm_print(MdhThread *t, MdhValue v)
{
    if (!mdh_is_str(v)) v = mdh_show(t, v);
    if (mdh_is_exc(v)) return v;
    Slice s = mdh_str_slice(v);
    mdh_out_write(s.ptr, s.len);
    mdh_out_write("\n", 1);
    return vm_check_output(t);
}

MdhValue vm_new_closure(MdhThread *t, const VmCode *code, const uint32_t *ip,
                                         uint32_t index, MdhFn *outer, const MdhValue *r)
{
    VmCode *c = code->protos[index];
    uint32_t n = c->bc->nups;
    MdhFn *fn = mdh_new(t, sizeof *fn + n * sizeof(MdhValue));
    if (!fn) return mdh_throw_oom(t, sizeof *fn);
    fn->h.tag = MDH_TAG_FUNCTION;
    fn->entry = c->entry;
    fn->info = &c->info;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t w = ip[i];
        switch (BC_UP_KIND(w)) {
        case BC_UP_REG: fn->up[i] = r[w & 255]; break;
        case BC_UP_ROOM: fn->up[i] = vm_room(r[w & 255])[BC_UP_PLACE(w)]; break;
        case BC_UP_PARENT: fn->up[i] = outer->up[w & 255]; break;
        default: fn->up[i] = mdh_from_ptr(outer);
        }
    }
    return mdh_from_ptr(fn);
}

MdhValue vm_new_cell(MdhThread *t, MdhValue v)
{
    MdhCell *cell = mdh_new(t, sizeof *cell);
    if (!cell) return mdh_throw_oom(t, sizeof *cell);
    cell->h.tag = MDH_TAG_CELL;
    cell->v = v;
    return mdh_from_ptr(cell);
}

MdhValue vm_throw_stray(MdhThread *t, bool is_continue)
{
    return mdh_throw_error(t, is_continue ? MDH_E_CONTINUE : MDH_E_BREAK);
}

static MdhValue dict_entry(MdhThread *t, MdhValue d, MdhValue name, uint64_t *ic)
{
    MdhValue v = mdh_dict_get_cached(d, name, ic);
    return mdh_is_absent(v) ? mdh_throw_error(t, MDH_E_UNDEFINED, name) : v;
}

MdhValue vm_get_property(MdhThread *t, MdhValue o, MdhValue name, uint64_t *ic)
{
    if (mdh_is_dict(o)) return dict_entry(t, o, name, ic);
    if (mdh_is_absent(o)) return mdh_throw_error(t, MDH_E_UNDEFINED, mdh_str_c(t, "masel"));
    return __mdh_op_get_prop(t, o, name, ic);
}

MdhValue vm_set_property(MdhThread *t, MdhValue o, MdhValue name,
                                          MdhValue v, uint64_t *ic)
{
    if (mdh_is_absent(o)) return mdh_throw_error(t, MDH_E_UNDEFINED, mdh_str_c(t, "masel"));
    return __mdh_op_set_prop(t, o, name, v, ic);
}

MdhValue vm_second_field(MdhThread *t, MdhValue o, VmCache *ic)
{
    const MdhInstance *inst = mdh_instance(o);
    uint64_t c = mdh_ic_load(&ic->second);
    if (cache_hits(c, inst) && (uint32_t)c < MDH_IC_RAW)
        return MDH_SLOT_LOAD(&inst->slots[(uint32_t)c]);
    if (!cache_hits(mdh_ic_load(&ic->word), inst)) cache_shift(ic);
    return mdh_instance_get(t, o, ic->name, &ic->word);
}

MdhValue vm_outside_global(MdhThread *t, uint32_t slot)
{
    MdhValue v = vm_global_missing(t, slot);
    if (!mdh_is_absent(v)) return v;
    Slice name = vm_global_name(slot);
    MdhValue text = mdh_str_new(t, name.ptr, name.len);
    return mdh_is_exc(text) ? text : mdh_throw_error(t, MDH_E_UNDEFINED, text);
}
