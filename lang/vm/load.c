// SPDX-License-Identifier: MIT
// From compiled module to running code: constants become values, global numbers of the module
// become slots of the process, every function gets its inline caches. What is made here lives as
// long as the process (a closure may outlive any scope), in uncollectable memory.
#include <string.h>

#include "lang/bytecode/verify.h"
#include "lang/vm/exec_inline.h"
#include "lang/vm/vm_priv.h"
#include "runtime/data/bytes.h"
#include "runtime/data/str.h"

static MdhValue make_const(MdhThread *t, const BcConst *c)
{
    switch (c->kind) {
    case BC_INT: return mdh_int(t, c->i);
    case BC_FLOAT: return mdh_float(t, c->d);
    case BC_STR: return c->s.len <= 64 ? mdh_str_intern(t, c->s.ptr, c->s.len)
                                       : mdh_str_new(t, c->s.ptr, c->s.len);
    case BC_BYTES: return mdh_bytes_from(t, c->s.ptr, c->s.len);
    }
    return MDH_NAETHING;
}

static bool make_constants(MdhThread *t, VmCode *code, const BcProto *p)
{
    code->k = mdh_gc_alloc_root((p->consts.len + 1) * sizeof *code->k);
    if (!code->k) return false;
    for (uint32_t i = 0; i < p->consts.len; i++) {
        code->k[i] = make_const(t, &p->consts.items[i]);
        if (mdh_is_exc(code->k[i])) return false;
    }
    return true;
}

static bool make_inverses(VmCode *code, const BcProto *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->code.len; i += bc_op_length(p, p->code.items + i)) {
        uint32_t w = p->code.items[i];
        if (BC_OP(w) == OP_MODK && BC_C(w) >= n) n = BC_C(w) + 1;
    }
    if (n == 0 || code->module->native) return true; // emitted code has its own
    code->inverses = mdh_gc_alloc_root(n * sizeof *code->inverses);
    if (!code->inverses) return false;
    for (uint32_t i = 0; i < n; i++) code->inverses[i] = inverse_for_mod(code->k[i]);
    return true;
}

static bool make_caches(VmCode *code, const BcProto *p)
{
    code->ic = mdh_gc_alloc_root((p->ic_names.len + 1) * sizeof *code->ic);
    if (!code->ic) return false;
    for (uint32_t i = 0; i < p->ic_names.len; i++) code->ic[i].name = code->k[p->ic_names.items[i]];
    return true;
}

// A sum whose remainder the next instruction takes. Both words stay where they are: jumps and
// line numbers know nothing of it.
static void quicken_sum(uint32_t *sum, uint32_t next)
{
    Opcode op = BC_OP(*sum);
    if (BC_OP(next) != OP_MODK || BC_B(next) != BC_A(*sum)) return;
    if (op == OP_ADD) *sum += OP_ADD_MODK - OP_ADD;
    if (op == OP_ADDI) *sum += OP_ADDI_MODK - OP_ADDI;
}

// The module's global numbers in a copy of the words become slots.
static uint32_t *bind_code(const BcProto *p, const uint32_t *slots)
{
    uint32_t *code = mdh_gc_alloc_root((p->code.len + 1) * sizeof *code);
    if (!code) return NULL;
    memcpy(code, p->code.items, p->code.len * sizeof *code);
    for (uint32_t i = 0, before = 0; i < p->code.len; i += bc_op_length(p, p->code.items + i)) {
        Opcode op = BC_OP(code[i]);
        if (before + 1 == i) quicken_sum(&code[before], code[i]);
        before = i;
        if (op == OP_GETG || op == OP_SETG || op == OP_DEFG || op == OP_CALLG)
            code[i + 1] = slots[code[i + 1]];
    }
    return code;
}

static void fill_info(VmCode *code, const BcProto *p, const VmModule *m, const uint32_t *words)
{
    code->info = (MdhFnInfo){
        .name = p->name, .file = m->file, .param_names = p->param_names, .line = p->line,
        .nregs = p->nregs, .nparams = p->nparams, .nrequired = p->nrequired,
        .has_rest = p->has_rest, .is_method = p->is_method, .is_lambda = p->is_lambda,
        .code = words, .lines = p->lines.items, .ncode = p->code.len};
    code->plain_argc = p->has_rest || p->is_method || p->nrequired < p->nparams ? -1 : p->nparams;
    code->method_argc = p->has_rest || !p->is_method ? -1 : p->nparams;
}

static VmCode *make_code(MdhThread *t, VmModule *m, const BcProto *p, const uint32_t *slots)
{
    VmCode *code = mdh_gc_alloc_root(sizeof *code);
    uint32_t *words = bind_code(p, slots);
    if (!code || !words) return NULL;
    code->bc = p;
    code->module = m;
    if (!make_constants(t, code, p) || !make_inverses(code, p) || !make_caches(code, p))
        return NULL;
    fill_info(code, p, m, words);
    vm_code_made(m, code);
    m->n_codes++;
    m->n_caches += p->ic_names.len;
    m->n_constants += p->consts.len;
    code->protos = mdh_gc_alloc_root((p->protos.len + 1) * sizeof(VmCode *));
    if (!code->protos) return NULL;
    for (uint32_t i = 0; i < p->protos.len; i++) {
        code->protos[i] = make_code(t, m, p->protos.items[i], slots);
        if (!code->protos[i]) return NULL;
    }
    return code;
}

// The compiler's work is right, so only debug builds look.
static void verify(const BcModule *bc)
{
#ifdef MDH_DEBUG
    Buf why;
    buf_init(&why, 4096);
    bool no_memory;
    if (!bc_verify(bc, &why, &no_memory) && !no_memory)
        mdh_assert_failed(why.data, bc->file, (int)bc->main->line, "bc_verify");
    buf_deinit(&why);
#else
    (void)bc;
#endif
}

VmCode *vm_module_extend(MdhThread *t, VmModule *m, BcModule *bc)
{
    verify(bc);
    VmCode *code = NULL;
    uint32_t n = bc->globals.len;
    uint32_t *slots = arena_alloc_array(bc->arena, n + 1, sizeof *slots);
    // Its own names come first: looking for an outer one may load the prelude.
    for (uint32_t i = 0; slots && i < n; i++) {
        Slice name = bc->globals.items[i].name;
        slots[i] = i < bc->n_own ? vm_global_own(m, name) : vm_global_outer(t, m, name);
        if (slots[i] == UINT32_MAX) slots = NULL;
    }
    if (slots) {
        vm_bound(m, slots);
        code = make_code(t, m, bc->main, slots);
    }
    if (!code) mdh_throw_oom(t, bc->main->code.len * sizeof(uint32_t));
    return code;
}

static VmModule *new_module(MdhThread *t, BcModule *bc, VmModule like)
{
    VmModule *m = vm_globals_init(t) ? mdh_gc_alloc_root(sizeof *m) : NULL;
    if (!m) {
        mdh_throw_oom(t, sizeof *m);
        bc_module_free(bc);
        return NULL;
    }
    *m = like;
    m->bc = bc;
    if (m->world == VM_WORLD_MAIN) vm_main = m;
    m->main = vm_module_extend(t, m, bc);
    return m->main ? m : NULL;
}

VmModule *vm_module_new(MdhThread *t, BcModule *bc, const char *dir, VmWorld world)
{
    return new_module(t, bc, (VmModule){.file = bc->file, .dir = dir, .world = world});
}

VmModule *vm_module_load(MdhThread *t, BcModule *bc, const struct VmNativeModule *native,
                         const char *file, VmWorld world)
{
    return new_module(t, bc, (VmModule){.file = file, .world = world, .native = native});
}

MdhValue vm_run(MdhThread *t, VmCode *main)
{
    MdhFn *fn = mdh_new(t, sizeof *fn);
    if (!fn) return mdh_throw_oom(t, sizeof *fn);
    fn->h.tag = MDH_TAG_FUNCTION;
    fn->entry = main->entry;
    fn->info = &main->info;
    return main->entry(t, fn, 0, NULL);
}

const VmModule *vm_frame_module(const MdhFrame *f)
{
    return f->fn ? ((const VmCode *)f->fn->info)->module : NULL;
}
