// SPDX-License-Identifier: MIT
// What exec.c leaves to the other files of the interpreter: everything that is not fast.
#ifndef MDH_LANG_VM_VM_PRIV_H
#define MDH_LANG_VM_VM_PRIV_H

#include "lang/vm/vm.h"
#include "runtime/core/throw.h"

// Words that every frame keeps free above its registers for call windows.
#define VM_SLACK (MDH_MAX_PARAMS + 4)

typedef enum VmCall { VM_DONE, VM_PUSHED, VM_THREW } VmCall;

// The entry of interpreted functions.
MdhValue vm_entry(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv);
// Runs the innermost frame until it returns.
MdhValue vm_exec(MdhThread *t);
// Sets the entry of the module's next function, in preorder: each back end has its own.
void vm_code_made(VmModule *m, VmCode *code);
// The module's globals lie in these slots now; for back ends that keep their addresses.
void vm_bound(const VmModule *m, const uint32_t *slots);
// Enters `fn` whose arguments stand at base[0..argc). The interpreter pushes a frame (VM_PUSHED),
// a native program runs it and puts the result into base[-1] (VM_DONE): each back end has its own.
VmCall vm_push(MdhThread *t, MdhFn *fn, int argc, MdhValue *base, bool strict);
MdhValue vm_throw_arity(MdhThread *t, const MdhFnInfo *info, int argc);
// from[0..argc) are the arguments without masel. args gets nparams of them, what is missing filled
// in, and after them a list of the rest; it may be `from`. False: threw.
bool vm_arrange(MdhThread *t, const MdhFnInfo *info, int argc, const MdhValue *from,
                MdhValue *args, bool strict);
struct MdhStruct;
MdhValue vm_make_struct(MdhThread *t, struct MdhStruct *s, int argc, const MdhValue *args);
// What recv.name(...) calls when it is not a method: a field, a dict's value, a property.
MdhValue vm_callee_of(MdhThread *t, MdhValue recv, MdhValue name, uint64_t *ic);
// The method that auld.name means, cls being the superclass.
MdhValue vm_auld_method(MdhThread *t, MdhValue cls, MdhValue name);
// Calls w[0] on argc arguments from w[1]; the result goes to w[0] (VM_DONE) or a frame waits.
VmCall vm_call(MdhThread *t, MdhValue *w, int argc);
// w[1].name(w[2]...)
VmCall vm_call_method(MdhThread *t, MdhValue *w, int argc, MdhValue name, uint64_t *ic);
// Method `name` of class w[0] on w[1].
VmCall vm_call_auld(MdhThread *t, MdhValue *w, int argc, MdhValue name);
// `how`: one of BC_CALL_*.
VmCall vm_call_general(MdhThread *t, MdhValue *w, uint32_t how, int n_named, MdhValue name,
                       const MdhValue *names);
// Looks for a handler from the innermost frame outwards; false when the entry frame is left.
bool vm_unwind(MdhThread *t);
// The waiting error passes word `at`: its line, and an entry of the trace. A finally that throws
// on what it kept adds nothing, since the place in this function is in the trace already.
void vm_throw_at(MdhThread *t, const VmCode *code, uint32_t at);

// Loops: r[0..2] is the iterator's state.
bool vm_for_prep(MdhThread *t, MdhValue *r, bool inclusive);
// In its low bits r[2] says what is walked; emitted code looks for lists itself.
#define VM_WALK_LIST 0
bool vm_iter_prep(MdhThread *t, MdhValue *r, int nvars);
// 1: out[0] (and out[1]) set; 0: the end; -1: threw.
int vm_iter_next(MdhThread *t, MdhValue *r, MdhValue *out, int nvars);

// Arrays of values in one register: surplus variables, and temporaries put aside.
MdhValue vm_room_new(MdhThread *t, uint32_t n);
MdhValue *vm_room(MdhValue room);
MdhValue vm_stash(MdhThread *t, const MdhValue *r, uint32_t n);
// Instructions beyond those of the table, that stand only in the words of running code: arithmetic
// that has met doubles, and a sum whose remainder the next instruction takes.
#define VM_QUICK_OPS(OP)                                                                       \
    OP(ADD_FLOAT) OP(SUB_FLOAT) OP(MUL_FLOAT) OP(ADD_MODK) OP(ADDI_MODK)
enum {
    OP_BEFORE_QUICK = OP_COUNT - 1,
#define OP(name) OP_##name,
    VM_QUICK_OPS(OP)
#undef OP
};

MdhValue vm_unstash(MdhValue *r); // the value that r[1] had

MdhValue vm_class(MdhThread *t, const VmCode *code, const BcKin *kin, const MdhValue *w);
MdhValue vm_thing(MdhThread *t, const VmCode *code, const BcThing *thing);
MdhValue vm_format(MdhThread *t, MdhValue v, const BcFormat *f);
MdhValue vm_concat(MdhThread *t, const MdhValue *v, int n);
MdhValue vm_unpack(MdhThread *t, MdhValue v, int wanted);
MdhValue vm_fetch(MdhThread *t, const VmModule *importer, MdhValue path);
bool vm_import(MdhThread *t, VmModule *m, MdhValue dict);
bool vm_set_global(MdhThread *t, uint32_t slot, MdhValue v);
// Naething, or MDH_EXC when standard output can no longer be written.
MdhValue vm_check_output(MdhThread *t);
bool vm_in_range(MdhValue v, MdhValue from, MdhValue to);
void vm_trace_step(MdhThread *t, const VmCode *code, const uint32_t *ip, const MdhValue *r);

// slow.c: the slow halves of single instructions. A truth is 0, 1, or -1 when it threw.
int vm_equal_slow(MdhThread *t, MdhValue a, MdhValue b, bool negate);
int vm_compare_slow(MdhThread *t, Opcode op, MdhValue a, MdhValue b);
MdhValue vm_call_builtin_with(MdhThread *t, uint32_t id, int argc, MdhValue a, MdhValue b,
                              MdhValue c);
MdhValue vm_print(MdhThread *t, MdhValue v);
MdhValue vm_new_closure(MdhThread *t, const VmCode *code, const uint32_t *words,
                        uint32_t index, MdhFn *outer, const MdhValue *r);
MdhValue vm_new_cell(MdhThread *t, MdhValue v);
MdhValue vm_throw_stray(MdhThread *t, bool is_continue);
MdhValue vm_get_property(MdhThread *t, MdhValue o, MdhValue name, uint64_t *ic);
MdhValue vm_set_property(MdhThread *t, MdhValue o, MdhValue name, MdhValue v, uint64_t *ic);
MdhValue vm_second_field(MdhThread *t, MdhValue o, VmCache *ic);
// The value of a module variable that is unset: what its name means outside, or it throws.
MdhValue vm_outside_global(MdhThread *t, uint32_t slot);
#endif
