// SPDX-License-Identifier: MIT
// What a native executable is to the runtime: the modules that lang/aot emitted, the start of the
// process, and what emitted code calls beyond the operators and vm_priv.h.
//
// A native program loads its modules as the interpreter does, from images (load.c), so that
// constants, globals, inline caches, classes, lines and handlers are the same thing in both back
// ends; but each VmCode's entry is an emitted function. No frames are pushed on t->frames.
#ifndef MDH_LANG_VM_NATIVE_H
#define MDH_LANG_VM_NATIVE_H

#include "lang/vm/vm_priv.h"

typedef struct VmNativeModule VmNativeModule;

// A path as it is written in a fetch of the module, and what it means. NULL: the module did not
// compile when the program was built, for that reason, or there was none; the fetch throws.
typedef struct VmNativeFetch {
    const char *path;
    uint64_t path_len;
    const VmNativeModule *module;
    const char *error;       // or NULL
} VmNativeFetch;

// Emitted as a constant, one per module, under a symbol that other modules' fetches name; the
// arrays behind globals and codes are the module's own writable memory (zeroed).
struct VmNativeModule {
    const char *file;        // as shown in traces; of a bundled module below the stdlib's folder
    const uint8_t *image;    // bc_image_write
    uint64_t image_len;
    const char *source;      // for the lines around an uncaught error; may be NULL
    uint64_t source_len;
    MdhValue **globals;      // [n_globals] of BcModule.globals: filled with each slot's address
    const MdhEntry *entries; // [n_functions] preorder of the tree of protos, main first
    const MdhAnyFn *bodies;  // [n_functions] NULL, or called (t, fn, argument, ...): VmCode.body
    VmCode **codes;          // [n_functions] same order, filled
    VmCache *caches;         // [n_caches] of all functions, one after another: VmCode.ic lies here
    MdhValue *constants;     // [n_constants] copies of every VmCode.k, one after another
    const VmNativeFetch *fetches;
    uint32_t n_globals, n_functions, n_fetches;
    uint32_t world;          // VmWorld
    uint32_t n_caches, n_constants;
};

typedef struct VmNativeProgram {
    const VmNativeModule *main;
    const VmNativeModule *prelude; // NULL: the program is known not to need it
    const char *version;     // of the compiler
    const char *stdlib;      // the folder that bundled modules came from, for traces
} VmNativeProgram;

// The whole process: starts the runtime on a stack of its own, runs main, reports what nobody
// caught. Returns the exit status. The emitted main() is a call of this.
int vm_native_main(int argc, char **argv, const VmNativeProgram *p);

// ---- calls --------------------------------------------------------------------------------------
// A window w[] is w[0] callee, w[1..argc] arguments, and nothing beyond them is needed (a
// method's: w[1] the object, w[2..argc + 1] the arguments; CALLX's as its instruction says). The
// callee may change the window. The result, or MDH_EXC. No depth is counted: recursion of native
// code is limited by the C stack alone.
// A window for CALLB has room for what any form of the builtin takes: vm_native_window words.

MdhValue vm_native_call(MdhThread *t, MdhValue *w, int argc);
// w[1].name(w[2]...); `ic` as CALLM has it.
MdhValue vm_native_call_method(MdhThread *t, MdhValue *w, int argc, VmCache *ic);
MdhValue vm_native_call_auld(MdhThread *t, MdhValue *w, int argc, MdhValue name);
MdhValue vm_native_call_general(MdhThread *t, MdhValue *w, uint32_t how, int n_named,
                                MdhValue name, const MdhValue *names);
// CALLB of a builtin that asks where it was called from (log, stacktrace): see vm_native_asks.
MdhValue vm_native_builtin_at(MdhThread *t, MdhFn *fn, const VmCode *code, uint32_t pc, uint32_t id,
                              int argc, MdhValue *w);

// What an entry does before its body: checks the number of arguments, fills what is missing,
// gathers the rest. out has is_method + nparams + has_rest words. False: threw (the entry returns
// MDH_EXC and adds nothing to the trace).
bool vm_native_arrange(MdhThread *t, const MdhFn *fn, int argc, const MdhValue *argv,
                       MdhValue *out);
// The stack error, of a prologue that found too little stack: returned as it is, without
// vm_native_left. In the trace the caller is the innermost function.
MdhValue vm_native_too_deep(MdhThread *t);

// In programs that show frames (stacktrace): a function pushes one while it runs. False: there is
// no room.
bool vm_native_enter(MdhThread *t, MdhFn *fn);

// ---- the rest -----------------------------------------------------------------------------------

// Something threw in the instruction at `pc` (index of its first word): adds the line to the
// trace. True when a handler may run: then take the error (mdh_take_error, or CATCHALL) and go
// there. False: the program is ending; return MDH_EXC as without a handler.
bool vm_native_left(MdhThread *t, const VmCode *code, uint32_t pc);
// NEWFN: `up` are the captured values in order; the values of UP_SELF, UP_PARENT from `outer`.
MdhValue vm_native_closure(MdhThread *t, VmCode *code, const MdhValue *up);
#endif
