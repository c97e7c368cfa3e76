// SPDX-License-Identifier: MIT
// The interpreter's frames: pushing one for a call, leaving them for a throw, and the way in from
// C. Native programs have none of this (native_calls.c).
#include "lang/vm/vm_priv.h"

static bool push_frame(MdhThread *t, MdhFn *fn, MdhValue *base, uint64_t kind)
{
    MdhFrame *f = t->fp + 1;
    if (MDH_UNLIKELY(base + fn->info->nregs + VM_SLACK > t->stack_end) ||
        MDH_UNLIKELY(f >= t->frames_end)) {
        mdh_throw_error(t, MDH_E_STACK);
        return false;
    }
    f->fn = fn;
    f->base = base;
    f->ip = fn->info->code;
    f->kind = kind;
    __atomic_store_n(&t->fp, f, __ATOMIC_RELEASE);
    return true;
}

static bool push(MdhThread *t, MdhFn *fn, int argc, MdhValue *base, bool strict, uint64_t kind)
{
    const MdhFnInfo *info = fn->info;
    bool fine = info->is_method ? vm_arrange(t, info, argc - 1, base + 1, base + 1, strict)
                                : vm_arrange(t, info, argc, base, base, strict);
    return fine && push_frame(t, fn, base, kind);
}

VmCall vm_push(MdhThread *t, MdhFn *fn, int argc, MdhValue *base, bool strict)
{
    return push(t, fn, argc, base, strict, 0) ? VM_PUSHED : VM_THREW;
}

MdhValue vm_entry(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    const MdhFrame *f = t->fp;
    MdhValue *w = f && f->fn ? f->base + f->fn->info->nregs + VM_SLACK : t->stack;
    if (argc > MDH_MAX_PARAMS && !fn->info->has_rest) return vm_throw_arity(t, fn->info, argc);
    if (w + argc + VM_SLACK > t->stack_end) return mdh_throw_error(t, MDH_E_STACK);
    w[0] = mdh_from_ptr(fn);
    for (int i = 0; i < argc; i++) w[i + 1] = argv[i];
    if (!push(t, fn, argc, w + 1, true, 1)) return MDH_EXC;
    return vm_exec(t);
}

static const BcHandler *handler_for(const VmCode *code, const uint32_t *ip)
{
    uint32_t at = (uint32_t)(ip - 1 - code->info.code);
    for (uint32_t i = 0; i < code->bc->handlers.len; i++) {
        const BcHandler *h = &code->bc->handlers.items[i];
        if (at >= h->start && at < h->end) return h;
    }
    return NULL;
}

// Dead registers. The collector may still read them (it reads more than a frame uses), and after
// "nae memory left" what they hold on to is just what is wanted back.
static void let_go(MdhValue *from, MdhValue *end)
{
    while (from < end) *from++ = MDH_ABSENT;
}

bool vm_unwind(MdhThread *t)
{
    for (;;) {
        MdhFrame *f = t->fp;
        const VmCode *code = (const VmCode *)f->fn->info;
        uint32_t at = (uint32_t)(f->ip - 1 - code->info.code);
        vm_throw_at(t, code, at);
        const BcHandler *h = t->exiting ? NULL : handler_for(code, f->ip);
        if (h) {
            let_go(f->base + h->reg + 1, f->base + code->info.nregs);
            if (!h->keep_all) f->base[h->reg] = mdh_take_error(t);
            f->ip = code->info.code + h->target;
            return true;
        }
        let_go(f->base, f->base + code->info.nregs);
        __atomic_store_n(&t->fp, f - 1, __ATOMIC_RELEASE);
        if (f->kind) return false;
    }
}

void vm_code_made(VmModule *m, VmCode *code)
{
    (void)m;
    code->entry = vm_entry;
}

void vm_bound(const VmModule *m, const uint32_t *slots)
{
    (void)m, (void)slots;
}
