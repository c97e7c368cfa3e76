// SPDX-License-Identifier: MIT
// What the files of the native compiler share. A Gen is one object being made; a ModGen one
// module of the program in it; an FnGen one function.
//
// Registers of a function are allocas, which LLVM makes values of. A call window is one alloca
// that arguments are copied into. Each instruction is a call of a function of abi/native.def,
// inlined later; where the kinds of the operands are known it is written out here.
#ifndef MDH_LANG_AOT_GEN_H
#define MDH_LANG_AOT_GEN_H

#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/TargetMachine.h>

#include "abi/layout.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/common.h"
#include "lang/aot/aot.h"
#include "lang/aot/infer.h"

typedef enum NativeFn {
#define N(flags, ret, name, ...) NATIVE_##name,
#include "abi/native.def"
#undef N
    NATIVE_COUNT
} NativeFn;

typedef struct Gen {
    const AotProgram *program;
    const AotOptions *options;
    Buf *why;
    Arena *arena;
    LLVMContextRef cx;
    LLVMModuleRef llvm;
    LLVMBuilderRef b;
    LLVMTargetMachineRef machine;
    LLVMTypeRef i1, i8, i32, i64, f64, ptr, none;
    LLVMTypeRef entry_type;
    LLVMTypeRef native_types[NATIVE_COUNT];
    LLVMValueRef natives[NATIVE_COUNT];
    LLVMAttributeRef cpu_attrs[2];   // of every function, the same as mdhrt.bc's
    uint32_t n_cpu_attrs;
    LLVMMetadataRef invariant;       // an empty node
    unsigned invariant_kind, prof_kind;
    LLVMValueRef unlikely, likely;   // branch weights
    LLVMDIBuilderRef di;
    uint32_t part, n_parts;          // of a program that becomes several objects
    uint64_t weight, whole_weight;   // words of functions planned so far, and of all
} Gen;

typedef struct FnPlan {              // what is known of a function before it is emitted
    const BcProto *p;
    const struct FnPlan *outer;
    uint32_t index;                  // in preorder
    uint32_t first_const, first_cache;
    uint32_t n_args;                 // with masel and rest
    bool by_value;                   // arguments are parameters of the body
    bool elsewhere;                  // in another part: its code is there
    bool wanted;                     // but called from here, and small: LLVM may put it in place
    uint8_t *looped;                 // NULL, or it runs once: by word, whether in a loop
    LLVMValueRef body, entry;
    LLVMTypeRef body_type;
} FnPlan;

typedef struct ModGen {
    Gen *g;
    const AotModule *m;
    FnPlan *plans;
    uint32_t n_functions, n_consts, n_caches;
    Infer *infer;                    // NULL: nothing is inferred (quick compilation)
    LLVMValueRef shapes;             // per class of main two words: shapes that were looked at
    LLVMTypeRef shapes_type;
    LLVMValueRef *fields;            // per class: its fields' caches
    LLVMValueRef codes, globals, constants, caches;
    LLVMTypeRef codes_type, globals_type, constants_type, caches_type;
    LLVMMetadataRef di_file, di_type, di_unit;
} ModGen;

#define AOT_HUGE 3000 // words of code
#define AOT_MAX_BY_VALUE 12

typedef struct FnGen {
    Gen *g;
    ModGen *m;
    const FnPlan *plan;
    const BcProto *p;
    const uint32_t *words;
    uint32_t at;                     // the instruction being emitted
    LLVMValueRef fn;                 // the LLVM function
    LLVMValueRef t, self;            // its first parameters
    LLVMBasicBlockRef entry;         // allocas only
    LLVMBasicBlockRef *blocks;       // by position; NULL: no jump leads there
    LLVMBasicBlockRef *plain_blocks; // of the second copy, where all registers are values
    bool plain;                      // that copy is being emitted
    bool more_plain;                 // it was asked for more of it
    const InferFn *inf;              // NULL: only the second copy exists
    Type types[256];                 // what each register holds here
    LLVMValueRef regs[256], ints[256], floats[256], keeps[256];
    LLVMValueRef window;             // scratch of as many words as any instruction needs
    LLVMTypeRef window_type;
    struct { LLVMBasicBlockRef block; LLVMValueRef at; } *fails; // by handler, the last: none
    bool ended;                      // the block being emitted has its terminator
    LLVMMetadataRef di_sub;
    uint32_t line;
} FnGen;

bool gen_fail(Gen *g, const char *format, ...) MDH_PRINTF(2, 3);

// target.c
void target_initialize(void);        // before there are threads
bool target_begin(Gen *g);
bool target_finish(Gen *g);          // links the inline runtime, optimises, writes
void target_end(Gen *g);

// natives.c
bool natives_declare(Gen *g);
void mark(Gen *g, LLVMValueRef fn, const char *attribute); // a function, or a call
LLVMValueRef native_call(FnGen *f, NativeFn which, LLVMValueRef *args, unsigned n);
// CALL(f, vm_n_add, a, b): the thread is put in front.
#define NATIVE(f, name, ...)                                                                  \
    native_call((f), NATIVE_##name, (LLVMValueRef[]){(f)->t, __VA_ARGS__},                    \
                sizeof((LLVMValueRef[]){(f)->t, __VA_ARGS__}) / sizeof(LLVMValueRef))
#define NATIVE0(f, name) native_call((f), NATIVE_##name, (LLVMValueRef[]){(f)->t}, 1)

// module.c
bool module_generate(Gen *g, const AotModule *m);
uint32_t module_number(const ModGen *mg); // in the program
LLVMValueRef module_octets(Gen *g, Slice s, const char *name);
uint32_t module_child(const ModGen *mg, const FnPlan *plan, uint32_t i); // index of a proto's proto

// heat.c
bool heat_find(ModGen *mg);          // before anything is emitted
bool heat_is_low(const FnGen *f);    // does the instruction run once, or hardly ever?
LLVMValueRef heat_call(const FnGen *f, LLVMValueRef call); // then the call is not to be inlined

// function.c
void function_declare(ModGen *mg, FnPlan *plan);
bool function_generate(ModGen *mg, FnPlan *plan);
bool function_copy(ModGen *mg, FnPlan *plan); // of another part, only to be put in place
LLVMValueRef const_i64(const FnGen *f, uint64_t bits);
LLVMValueRef const_i32(const FnGen *f, uint32_t n);
LLVMValueRef load_invariant(FnGen *f, LLVMTypeRef type, LLVMValueRef p);
LLVMValueRef fn_code(FnGen *f, uint32_t index);      // the VmCode of a function of the module
LLVMValueRef fn_constant(FnGen *f, uint32_t k);      // a constant as a value
LLVMValueRef fn_constants_at(FnGen *f, uint32_t k);  // its address
LLVMValueRef fn_cache(FnGen *f, uint32_t ic);
LLVMValueRef fn_global(FnGen *f, uint32_t g);        // address of the slot
LLVMValueRef alloca_at_entry(FnGen *f, LLVMTypeRef type);
LLVMValueRef reg_slot(FnGen *f, uint32_t r);         // where it is as a value
LLVMValueRef reg_get(FnGen *f, uint32_t r);
void reg_set(FnGen *f, uint32_t r, LLVMValueRef v);
LLVMValueRef window_at(FnGen *f, uint32_t i);
void window_put(FnGen *f, uint32_t i, LLVMValueRef v);
LLVMValueRef window_get(FnGen *f, uint32_t i);
void window_fill(FnGen *f, uint32_t first, uint32_t n); // registers [first, first + n)
void give_back(FnGen *f, LLVMValueRef v);            // the function's result
LLVMBasicBlockRef new_block(FnGen *f, const char *name);
void go_on_in(FnGen *f, LLVMBasicBlockRef b);
void branch(FnGen *f, LLVMBasicBlockRef b);
void branch_if(FnGen *f, LLVMValueRef i1, LLVMBasicBlockRef yes, LLVMBasicBlockRef no);
// To the function's way out (or handler) when `threw`; emission goes on where it did not.
void fail_if(FnGen *f, LLVMValueRef threw);
void fail_now(FnGen *f);
LLVMValueRef checked(FnGen *f, LLVMValueRef v);      // a value that may be MDH_EXC
LLVMValueRef checked_truth(FnGen *f, LLVMValueRef i32);
// The block that the instruction's jump word `n` (0 the first further word) leads to.
LLVMBasicBlockRef jump_block(FnGen *f, uint32_t n);
LLVMBasicBlockRef next_block(FnGen *f);              // after the instruction
uint32_t extra(const FnGen *f, uint32_t n);

LLVMValueRef module_shape(ModGen *mg, uint32_t kin);    // the words of a class
LLVMValueRef module_fields(ModGen *mg, uint32_t kin);

// typed.c: registers that are no plain values
bool is_typed(const FnGen *f);
LLVMValueRef int_get(FnGen *f, uint32_t r);          // of a register of TYPE_INT
LLVMValueRef float_get(FnGen *f, uint32_t r);        // of a number
void int_set(FnGen *f, uint32_t r, LLVMValueRef i64, Type t);
void float_set(FnGen *f, uint32_t r, LLVMValueRef f64);
LLVMValueRef box_int(FnGen *f, LLVMValueRef i64, const Type *t);
LLVMValueRef box_float(FnGen *f, LLVMValueRef f64);
LLVMBasicBlockRef edge(FnGen *f, uint32_t to);       // the way from here to that position
LLVMBasicBlockRef plain_block(FnGen *f, uint32_t at);
LLVMBasicBlockRef leave_typed(FnGen *f);             // to the instruction in the other copy
void guard(FnGen *f, const Guard *g);
void settle(FnGen *f, const Type *after);            // registers as the inference has them

// ops_typed.c: instructions whose operands' kinds are known; false when there is nothing better
// than the general way.
bool op_typed(FnGen *f, uint32_t w, const Step *step);

// ops.c, ops_call.c, ops_flow.c: false when the opcode is not theirs.
bool op_arith(FnGen *f, uint32_t w);
bool op_data(FnGen *f, uint32_t w);
bool op_flow(FnGen *f, uint32_t w);
bool op_call(FnGen *f, uint32_t w);
bool builtin_asks(uint32_t id);      // where it is called from
// The callee and the arguments from register a on put into the window from word `from` on.
LLVMValueRef call_window(FnGen *f, uint32_t a, uint32_t argc, uint32_t from, bool seldom);
LLVMValueRef call_method_window(FnGen *f, uint32_t a, uint32_t argc, uint32_t ic, bool seldom);

// direct.c: calls of functions that are known; false when it is not known.
bool direct_call(FnGen *f, uint32_t w);
bool body_call(FnGen *f, uint32_t w); // of any function, by the address of its body

// debug.c
void debug_begin(ModGen *mg);
void debug_function(FnGen *f);
void debug_line(FnGen *f, uint32_t line);
void debug_end(ModGen *mg);
#endif
