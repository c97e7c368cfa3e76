// SPDX-License-Identifier: MIT
// The dispatcher: one computed goto per instruction, registers in the thread's value stack.
//
// Each instruction does its usual case here (two small integers, two immediate doubles, a cached
// field, a plain function) and leaves everything else to the runtime, which both back ends
// share. Invariants:
//   - R is the base of the innermost frame, fp == t->fp, code belongs to fp->fn;
//   - fp->ip is saved (SAVE) before anything that may throw, allocate or look at the stack;
//   - the stack never moves, so R stays good across calls;
//   - a frame is complete before t->fp points at it: the collector may look at any moment.
// Build with gcc's -fno-gcse -fno-crossjumping, which keep one indirect jump per instruction.
#include "abi/abi.h"
#include "lang/vm/vm_priv.h"
#include "runtime/core/interrupt.h"
#include "runtime/core/ops.h"
#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"
#include "runtime/sys/in.h"
#include "runtime/sys/logrec.h"
// Last: it names the operands of an instruction A, B and C.
#include "lang/vm/exec_macros.h"

int vm_trace;
bool vm_polls;

// Where a prompt looks for Ctrl-C (jumps, calls, what can be seen): no program goes on for long
// without passing here.
#define POLLED(op)                                                                            \
    (((op) >= OP_JMP && (op) <= OP_ITERNEXT) || ((op) >= OP_CALL && (op) <= OP_HURL))

MdhValue vm_exec(MdhThread *t)
{
    static const void *const labels[] = {
#define OP(name, operands, extra, doc) &&L_##name,
#include "abi/opcodes.def"
#undef OP
#define OP(name) &&L_##name,
        VM_QUICK_OPS(OP)
#undef OP
    };
    // Under `trace` every instruction first goes through `step`, in a prompt some through `poll`.
    static const void *const stepping[256] = {[0 ... 255] = &&step};
    static const void *const polling[] = {
#define OP(name, operands, extra, doc) POLLED(OP_##name) ? &&poll : &&L_##name,
#include "abi/opcodes.def"
#undef OP
#define OP(name) &&L_##name,
        VM_QUICK_OPS(OP)
#undef OP
    };
    const void *const *const table = vm_trace ? stepping : vm_polls ? polling : labels;
    MdhFrame *fp = t->fp;
    MdhValue *R = fp->base;
    const VmCode *code = (const VmCode *)fp->fn->info;
    const MdhValue *K = code->k;
    const uint32_t *ip = fp->ip;
    MdhValue *const G = vm_globals;
    // Below this any function's registers fit.
    const MdhValue *const stack_limit = t->stack_end - UINT8_MAX - VM_SLACK;
    uint32_t in;
    NEXT;

step:
    vm_trace_step(t, code, ip - 1, R);
    in = (in & ~UINT32_C(255)) | BC_OP(code->bc->code.items[ip - 1 - code->info.code]);
poll:
    if (MDH_UNLIKELY(mdh_interrupted(t))) goto threw;
    goto *labels[in & 255];

    LABEL(LOADK) : RA = K[BC_BX(in)];
    NEXT;
    LABEL(LOADKX) : RA = K[*ip++];
    NEXT;
    LABEL(LOADI) : RA = mdh_fix(BC_SBX(in));
    NEXT;
    LABEL(LOADNIL) : RA = MDH_NAETHING;
    NEXT;
    LABEL(LOADBOOL) : RA = mdh_bool(B);
    NEXT;
    LABEL(UNSET) : RA = MDH_ABSENT;
    NEXT;
    LABEL(MOVE) : RA = RB;
    NEXT;
    LABEL(LOADSELF) : RA = mdh_from_ptr(fp->fn);
    NEXT;
    LABEL(LOADB) : SAVE();
    RESULT(vm_builtin_value(t, *ip++));
    LABEL(GETG) : {
        uint32_t slot = *ip++;
        MdhValue v = MDH_SLOT_LOAD(&G[slot]);
        if (MDH_UNLIKELY(mdh_is_absent(v))) {
            SAVE();
            v = vm_outside_global(t, slot);
            if (mdh_is_exc(v)) goto threw;
        }
        RESULT(v);
    }
    LABEL(SETG) : {
        uint32_t slot = *ip++;
        if (MDH_LIKELY(!mdh_is_absent(MDH_SLOT_LOAD(&G[slot])))) {
            MDH_SLOT_STORE(&G[slot], RA);
            NEXT;
        }
        SAVE();
        if (!vm_set_global(t, slot, RA)) goto threw;
        NEXT;
    }
    LABEL(DEFG) : {
        uint32_t slot = *ip++;
        MDH_SLOT_STORE(&G[slot], RA);
        NEXT;
    }
    LABEL(NEWCELL) : SAVE();
    RESULT(vm_new_cell(t, MDH_ABSENT));
    LABEL(BOX) : SAVE();
    RESULT(vm_new_cell(t, RA));
    LABEL(GETCELL) : RA = MDH_SLOT_LOAD(&((MdhCell *)mdh_ptr(RB))->v);
    NEXT;
    LABEL(SETCELL) : MDH_SLOT_STORE(&((MdhCell *)mdh_ptr(RA))->v, RB);
    NEXT;
    LABEL(GETUP) : RA = fp->fn->up[B];
    NEXT;
    LABEL(GETUPC) : RA = MDH_SLOT_LOAD(&((MdhCell *)mdh_ptr(fp->fn->up[B]))->v);
    NEXT;
    LABEL(SETUPC) : MDH_SLOT_STORE(&((MdhCell *)mdh_ptr(fp->fn->up[A]))->v, RB);
    NEXT;
    LABEL(JSET) : if (!mdh_is_absent(RA)) JUMP();
    else SKIP();
    NEXT;
    LABEL(CHKSELF) : if (MDH_LIKELY(!mdh_is_absent(RA))) NEXT;
    SAVE();
    mdh_throw_error(t, MDH_E_UNDEFINED, mdh_str_c(t, "masel"));
    goto threw;
    LABEL(ROOM) : SAVE();
    RESULT(vm_room_new(t, *ip++));
    LABEL(GETROOM) : RA = vm_room(RB)[*ip++];
    NEXT;
    LABEL(SETROOM) : vm_room(RA)[*ip++] = RB;
    NEXT;
    LABEL(STASH) : SAVE();
    RESULT(vm_stash(t, &RA, B));
    LABEL(UNSTASH) : RA = vm_unstash(&RB);
    NEXT;

    ARITH(ADD, add, SUM_OVER, +)
    ARITH(SUB, sub, DIFF_OVER, -)
    ARITH(MUL, mul, PROD_OVER, *)
    ARITH_FLOAT(ADD, +)
    ARITH_FLOAT(SUB, -)
    ARITH_FLOAT(MUL, *)
    THEN_MODK(ADD, RC, SUM_OVER)
    THEN_MODK(ADDI, mdh_fix(BC_SC(in)), SUM_OVER)
    DIVISION(DIV, div, div_fix, RC)
    DIVISION(MOD, mod, mod_fix, RC)
    ARITH_I(ADDI, add, __builtin_add_overflow((int64_t)a.bits, n * 2, &x), +)
    ARITH_I(SUBI, sub, __builtin_sub_overflow((int64_t)a.bits, n * 2, &x), -)
    ARITH_I(MULI, mul, __builtin_mul_overflow((int64_t)(a.bits - 1), n, &x), *)
    DIVISION(DIVI, div, div_fix, mdh_fix(BC_SC(in)))
    DIVISION(MODI, mod, mod_fix, mdh_fix(BC_SC(in)))
    ARITH_K(ADDK, add, SUM_OVER, +)
    ARITH_K(SUBK, sub, DIFF_OVER, -)
    ARITH_K(MULK, mul, PROD_OVER, *)
    DIVISION(DIVK, div, div_fix, K[C])
    LABEL(MODK) : {
        MdhValue a = RB, b = K[C], r;
        if (MDH_LIKELY(mod_by_inverse(a, b, code->inverses[C], &r)) ||
            (mdh_both_fixint(a, b) && mod_fix(a, b, &r))) {
            RA = r;
            NEXT;
        }
        SAVE();
        RESULT(__mdh_op_mod(t, a, b));
    }
    LABEL(NEG) : SAVE();
    RESULT(__mdh_op_neg(t, RB));
    LABEL(NOT) : RA = mdh_bool(!mdh_truthy(RB));
    NEXT;
    EQUAL(EQ, eq, false)
    EQUAL(NE, ne, true)
    COMPARE(LT, lt, <)
    COMPARE(LE, le, <=)
    COMPARE(GT, gt, >)
    COMPARE(GE, ge, >=)
    LABEL(CONCAT) : SAVE();
    RESULT(vm_concat(t, &RB, (int)C));
    LABEL(FORMAT) : {
        const BcFormat *f = &code->bc->formats.items[*ip++];
        SAVE();
        RESULT(vm_format(t, RB, f));
    }

    LABEL(JMP) : JUMP();
    NEXT;
    LABEL(LOOP) : JUMP();
    NEXT;
    LABEL(JT) : if (mdh_truthy(RA)) JUMP();
    else SKIP();
    NEXT;
    LABEL(JF) : if (!mdh_truthy(RA)) JUMP();
    else SKIP();
    NEXT;
    EQUAL_JUMP(JEQ, false)
    EQUAL_JUMP(JNE, true)
    COMPARE_JUMP(JLT, <)
    COMPARE_JUMP(JLE, <=)
    COMPARE_JUMP(JGT, >)
    COMPARE_JUMP(JGE, >=)
    EQUAL_JUMP_I(JEQI, false)
    EQUAL_JUMP_I(JNEI, true)
    COMPARE_JUMP_I(JLTI, JLT, <)
    COMPARE_JUMP_I(JLEI, JLE, <=)
    COMPARE_JUMP_I(JGTI, JGT, >)
    COMPARE_JUMP_I(JGEI, JGE, >=)
    EQUAL_JUMP_K(JEQK, false)
    EQUAL_JUMP_K(JNEK, true)
    COMPARE_JUMP_K(JLTK, JLT, <)
    COMPARE_JUMP_K(JLEK, JLE, <=)
    COMPARE_JUMP_K(JGTK, JGT, >)
    COMPARE_JUMP_K(JGEK, JGE, >=)

    LABEL(FORPREP) : SAVE();
    if (!vm_for_prep(t, &RA, B)) goto threw;
    JUMP();
    NEXT;
    LABEL(FORLOOP) : {
        MdhValue *r = &RA;
        if (MDH_LIKELY(mdh_both_fixint(r[0], r[1]))) {
            if ((int64_t)r[0].bits <= (int64_t)r[1].bits) {
                RB = r[0];
                r[0].bits += 2;
                JUMP();
            } else {
                SKIP();
            }
            NEXT;
        }
        goto iter_next;
    }
    LABEL(ITERPREP) : SAVE();
    if (!vm_iter_prep(t, &RA, (int)B)) goto threw;
    JUMP();
    NEXT;
    LABEL(ITERNEXT) : iter_next : {
        SAVE();
        int more = vm_iter_next(t, &RA, &RB, BC_OP(in) == OP_FORLOOP ? 1 : (int)C);
        if (MDH_UNLIKELY(more < 0)) goto threw;
        if (more) JUMP();
        else SKIP();
        NEXT;
    }

    LABEL(NEWLIST) : SAVE();
    RESULT(mdh_list_of(t, C, &RB));
    LABEL(APPEND) : {
        SAVE();
        MdhValue list = RA;
        for (uint32_t i = 0, n = C; i < n; i++)
            if (!mdh_list_push(t, list, (&RB)[i])) goto threw;
        NEXT;
    }
    LABEL(SPREAD) : SAVE();
    if (mdh_is_exc(__mdh_op_spread(t, RA, RB, C))) goto threw;
    NEXT;
    LABEL(NEWDICT) : SAVE();
    RESULT(mdh_dict_new(t, 0));
    LABEL(DICTPUT) : SAVE();
    if (!mdh_dict_put(t, RA, RB, RC)) goto threw;
    NEXT;
    LABEL(DICTK) : {
        const MdhValue *keys = K + *ip++;
        SAVE();
        RESULT(mdh_dict_of(t, C, keys, &RB));
    }
    LABEL(RANGE) : SAVE();
    RESULT(__mdh_op_range(t, RB, (&RB)[1], C));
    LABEL(GETI) : {
        MdhValue o = RB, k = RC;
        if (MDH_LIKELY(mdh_is_fixint(k)) && mdh_is_ptr(o)) {
            uint64_t i = (uint64_t)mdh_fixint(k);
            if (MDH_LIKELY(mdh_obj(o)->tag == MDH_TAG_LIST)) {
                MdhValue v = mdh_list_get_fast(o, i);
                if (MDH_LIKELY(!mdh_is_absent(v))) {
                    RA = v;
                    NEXT;
                }
            } else if (mdh_obj(o)->tag == MDH_TAG_BYTES) {
                const MdhWindow *w = mdh_bytes_window(o);
                if (MDH_LIKELY(i < w->len)) {
                    RA = mdh_fix(w->data[i]);
                    NEXT;
                }
            }
        }
        SAVE();
        RESULT(__mdh_op_index(t, o, k));
    }
    LABEL(GETII) : {
        MdhValue o = RB;
        if (mdh_is_list(o)) {
            MdhValue v = mdh_list_get_fast(o, (uint64_t)(int64_t)BC_SC(in));
            if (MDH_LIKELY(!mdh_is_absent(v))) {
                RA = v;
                NEXT;
            }
        }
        SAVE();
        RESULT(__mdh_op_index(t, o, mdh_fix(BC_SC(in))));
    }
    LABEL(GETIK) : {
        VmCache *ic = code->ic + *ip++;
        MdhValue o = RB;
        if (MDH_LIKELY(mdh_is_dict(o))) {
            MdhValue v = mdh_dict_get_cached(o, ic->name, &ic->word);
            if (MDH_LIKELY(!mdh_is_absent(v))) {
                RA = v;
                NEXT;
            }
        }
        SAVE();
        RESULT(__mdh_op_index(t, o, ic->name));
    }
    LABEL(SETI) : {
        MdhValue o = RA, k = RB, v = RC;
        if (mdh_is_fixint(k) && mdh_is_list(o) &&
            mdh_list_set_fast(o, (uint64_t)mdh_fixint(k), v))
            NEXT;
        SAVE();
        if (mdh_is_exc(__mdh_op_set_index(t, o, k, v))) goto threw;
        NEXT;
    }
    LABEL(SLICE) : SAVE();
    RESULT(__mdh_op_slice(t, RB, (&RB)[1], (&RB)[2], (&RB)[3]));
    LABEL(GETP) : {
        VmCache *ic = code->ic + *ip++;
        MdhValue o = RB;
        if (MDH_LIKELY(mdh_is_instance(o))) {
            MdhValue v;
            if (MDH_LIKELY(first_field(mdh_instance(o), ic, &v))) {
                RA = v;
                NEXT;
            }
            SAVE();
            v = vm_second_field(t, o, ic);
            if (!mdh_is_absent(v)) RESULT(v);
        }
        SAVE();
        RESULT(vm_get_property(t, o, ic->name, &ic->word));
    }
    LABEL(SETP) : {
        VmCache *ic = code->ic + *ip++;
        MdhValue o = RA;
        SAVE();
        if (MDH_LIKELY(mdh_is_instance(o))) {
            if (MDH_LIKELY(cached_store(t, o, RB, ic))) NEXT;
            goto threw;
        }
        if (mdh_is_exc(vm_set_property(t, o, ic->name, RB, &ic->word))) goto threw;
        NEXT;
    }
    LABEL(BGET) : {
        uint32_t w = *ip++;
        MdhValue o = RB, k = RC, v;
        switch (w >> 24) { // a place of its own in the branch predictor for each width
#define OCTETS(width)                                                                         \
    if (MDH_UNLIKELY(!bytes_get(o, k, width, &v))) break;                                     \
    RA = v;                                                                                   \
    NEXT
        case 1: OCTETS(1);
        case 2: OCTETS(2);
        case 3: OCTETS(3);
        default: OCTETS(4);
#undef OCTETS
        }
        SAVE();
        RESULT(vm_call_builtin_with(t, w & 0xffffff, 2, o, k, MDH_NAETHING));
    }
    LABEL(BPUT) : {
        uint32_t w = *ip++;
        MdhValue o = RA, k = RB, v = RC;
        SAVE();
        int done = bytes_put(t, o, k, v, w >> 24);
        if (MDH_LIKELY(done > 0)) NEXT;
        if (done < 0 || mdh_is_exc(vm_call_builtin_with(t, w & 0xffffff, 3, o, k, v))) goto threw;
        NEXT;
    }
    LABEL(LEN) : {
        MdhValue o = RB;
        if (MDH_LIKELY(mdh_is_ptr(o))) {
            switch (mdh_obj(o)->tag) {
            case MDH_TAG_LIST: RA = mdh_fix((int64_t)mdh_list_len(o)); NEXT;
            case MDH_TAG_STRING: RA = mdh_fix(mdh_str(o)->len); NEXT;
            case MDH_TAG_BYTES: RA = mdh_fix((int64_t)mdh_bytes_len(o)); NEXT;
            default: break;
            }
        }
        SAVE();
        RESULT(vm_call_builtin_with(t, MDH_B_ID_len, 1, o, MDH_NAETHING, MDH_NAETHING));
    }
    LABEL(DGET) : {
        MdhValue d = RB, k = RC, other = RA;
        if (MDH_LIKELY(mdh_is_dict(d))) {
            RA = mdh_dict_get_or(d, k, other);
            NEXT;
        }
        SAVE();
        RESULT(vm_call_builtin_with(t, MDH_B_ID_dict_get, 3, d, k, other));
    }
    LABEL(PUSH) : {
        MdhValue list = RA, v = RB;
        if (MDH_LIKELY(mdh_is_list(list)) && MDH_LIKELY(mdh_list_push_fast(list, v))) NEXT;
        SAVE();
        if (mdh_is_exc(vm_call_builtin_with(t, MDH_B_ID_shove, 2, list, v, MDH_NAETHING)))
            goto threw;
        NEXT;
    }

    LABEL(NEWFN) : {
        uint32_t i = BC_BX(in);
        const uint32_t *words = ip;
        ip += code->bc->protos.items[i]->nups;
        SAVE();
        RESULT(vm_new_closure(t, code, words, i, fp->fn, R));
    }
    LABEL(KIN) : {
        const BcKin *kin = &code->bc->kins.items[*ip++];
        SAVE();
        RESULT(vm_class(t, code, kin, &RA));
    }
    LABEL(THING) : {
        const BcThing *thing = &code->bc->things.items[*ip++];
        SAVE();
        RESULT(vm_thing(t, code, thing));
    }
    LABEL(CALLG) : {
        uint32_t slot = *ip++;
        MdhValue v = MDH_SLOT_LOAD(&G[slot]);
        if (MDH_UNLIKELY(mdh_is_absent(v))) {
            SAVE();
            v = vm_outside_global(t, slot);
            if (mdh_is_exc(v)) goto threw;
        }
        RA = v;
    }
    LABEL(CALL) : {
        MdhValue f = RA;
        if (MDH_LIKELY(mdh_is_fn(f))) {
            MdhFn *fn = mdh_ptr(f);
            const VmCode *callee = (const VmCode *)fn->info;
            if (MDH_LIKELY(callee->plain_argc == (int)B)) {
                MdhValue *base = &RA + 1;
                SAVE();
                MdhFrame *f2 = fp + 1;
                if (MDH_UNLIKELY(base > stack_limit) || MDH_UNLIKELY(f2 >= t->frames_end)) {
                    mdh_throw_error(t, MDH_E_STACK);
                    goto threw;
                }
                f2->fn = fn;
                f2->base = base;
                ip = callee->info.code;
                f2->kind = 0;
                __atomic_store_n(&t->fp, f2, __ATOMIC_RELEASE);
                fp = f2;
                R = base;
                code = callee;
                K = callee->k;
                NEXT;
            }
        }
        SAVE();
        switch (vm_call(t, &RA, (int)B)) {
        case VM_DONE: NEXT;
        case VM_PUSHED: RELOAD(); NEXT;
        case VM_THREW: goto threw;
        }
        NEXT;
    }
    LABEL(CALLB) : {
        const MdhBuiltin *row = &mdh_builtins[*ip++];
        SAVE();
        RESULT(mdh_builtin_call(t, row, (int)B, &RA));
    }
    LABEL(CALLM) : {
        VmCache *ic = code->ic + *ip++;
        MdhValue *w = &RA;
        SAVE();
        if (MDH_LIKELY(mdh_is_instance(w[1]))) {
            MdhValue m = cached_method(w[1], ic);
            if (MDH_LIKELY(!mdh_is_absent(m))) {
                MdhFn *fn = mdh_ptr(m);
                const VmCode *callee = (const VmCode *)fn->info;
                MdhFrame *f2 = fp + 1;
                MdhValue *base = w + 1;
                if (MDH_LIKELY(callee->method_argc == (int)B) &&
                    MDH_LIKELY(base <= stack_limit) && MDH_LIKELY(f2 < t->frames_end)) {
                    w[0] = m;
                    f2->fn = fn;
                    f2->base = base;
                    ip = callee->info.code;
                    f2->kind = 0;
                    __atomic_store_n(&t->fp, f2, __ATOMIC_RELEASE);
                    fp = f2;
                    R = base;
                    code = callee;
                    K = callee->k;
                    NEXT;
                }
            }
        }
        switch (vm_call_method(t, w, (int)B, ic->name, &ic->word)) {
        case VM_DONE: NEXT;
        case VM_PUSHED: RELOAD(); NEXT;
        case VM_THREW: goto threw;
        }
        NEXT;
    }
    LABEL(CALLA) : {
        MdhValue name = K[*ip++];
        SAVE();
        switch (vm_call_auld(t, &RA, (int)B, name)) {
        case VM_DONE: NEXT;
        case VM_PUSHED: RELOAD(); NEXT;
        case VM_THREW: goto threw;
        }
        NEXT;
    }
    LABEL(CALLX) : {
        uint32_t c = *ip++;
        const MdhValue *names = K + *ip++;
        SAVE();
        switch (vm_call_general(t, &RA, B, (int)C, B ? code->ic[c].name : MDH_ABSENT, names)) {
        case VM_DONE: NEXT;
        case VM_PUSHED: RELOAD(); NEXT;
        case VM_THREW: goto threw;
        }
        NEXT;
    }
    LABEL(RETNIL) : {
        R[-1] = MDH_NAETHING;
        goto leave;
    }
    LABEL(RET) : R[-1] = RA;
leave : {
    uint64_t kind = fp->kind;
    MdhFrame *f = fp - 1;
    __atomic_store_n(&t->fp, f, __ATOMIC_RELEASE);
    if (MDH_UNLIKELY(kind)) return R[-1];
    fp = f;
    R = fp->base;
    code = (const VmCode *)fp->fn->info;
    K = code->k;
    ip = fp->ip;
    NEXT;
}

    LABEL(PRINT) : SAVE();
    if (mdh_is_exc(vm_print(t, RA))) goto threw;
    NEXT;
    LABEL(SPEIR) : {
        SAVE();
        MdhValue prompt = mdh_show(t, RB);
        if (mdh_is_exc(prompt)) goto threw;
        RESULT(mdh_read_line(t, mdh_str_slice(prompt)));
    }
    LABEL(HURL) : SAVE();
    mdh_throw(t, RA);
    goto threw;
    LABEL(ASSERT) : SAVE();
    mdh_throw_error(t, MDH_E_ASSERT, RA);
    goto threw;
    LABEL(LOG) : SAVE();
    if (mdh_is_exc(mdh_log_statement(t, (int)A, (int)C - 1, &RB, code->info.file,
                                     code->info.lines[ip - 1 - code->info.code])))
        goto threw;
    NEXT;
    LABEL(STRAY) : SAVE();
    vm_throw_stray(t, A);
    goto threw;
    LABEL(FETCH) : SAVE();
    RESULT(vm_fetch(t, code->module, K[BC_BX(in)]));
    LABEL(IMPORT) : SAVE();
    if (!vm_import(t, code->module, RA)) goto threw;
    NEXT;
    LABEL(IMPORTED) : RA = mdh_dict_get(RB, K[*ip++]);
    NEXT;
    LABEL(CATCHALL) : SAVE();
    RESULT(mdh_keep_error(t));
    LABEL(RETHROW) : SAVE();
    mdh_throw_kept(t, RA);
    goto threw;
    LABEL(NOMATCH) : SAVE();
    mdh_throw_type(t, "Nae match found fer %v", RA);
    goto threw;
    LABEL(ISLIST) : {
        MdhValue v = RA;
        bool fits = mdh_is_list(v) && (C ? mdh_list_len(v) >= B : mdh_list_len(v) == B);
        if (!fits) JUMP();
        else SKIP();
        NEXT;
    }
    LABEL(ISINT) : if (!vm_in_range(RA, RB, RC)) JUMP();
    else SKIP();
    NEXT;
    LABEL(HASKEY) : {
        VmCache *ic = code->ic + *ip++;
        MdhValue o = RB, v = MDH_ABSENT;
        if (mdh_is_dict(o)) v = C ? MDH_NAETHING : mdh_dict_get_cached(o, ic->name, &ic->word);
        if (mdh_is_absent(v)) {
            JUMP();
        } else {
            RA = v;
            SKIP();
        }
        NEXT;
    }
    LABEL(UNPACK) : SAVE();
    RESULT(vm_unpack(t, RB, (int)C));

threw:
    fp->ip = ip;
    if (!vm_unwind(t)) return MDH_EXC;
    RELOAD();
    NEXT;
}
