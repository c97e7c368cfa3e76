// SPDX-License-Identifier: MIT
// The native compiler: modules of bytecode in, one object file (or readable IR) out. Built as a
// library that the command line opens when it needs it, so that running scripts never loads LLVM.
//
// What it emits for a module is a constant VmNativeModule (lang/vm/native.h) under `symbol`, an
// entry for each function, and with `emit_main` the program's main(). It links against the
// runtime library; modules compiled elsewhere are named by their symbols.
#ifndef MDH_LANG_AOT_AOT_H
#define MDH_LANG_AOT_AOT_H

#include "base/buf.h"
#include "lang/bytecode/proto.h"

// A path as a fetch of the module writes it, and the symbol of the module that it means; NULL:
// there is none, or it does not compile for the reason `error`: the fetch throws.
typedef struct AotFetch {
    Slice path;
    const char *symbol, *error;
} AotFetch;

typedef struct AotModule {
    const BcModule *bc;
    const char *symbol;      // of its VmNativeModule
    const char *file;        // as shown in traces
    Slice source;            // for the lines around an uncaught error; may be empty
    uint32_t world;          // VmWorld
    const AotFetch *fetches;
    uint32_t n_fetches;
} AotModule;

typedef struct AotProgram {
    const AotModule *modules;
    uint32_t n_modules;
    const char *main;        // symbol of the main module; NULL: no main() is emitted
    const char *prelude;     // symbol, or NULL
    const char *version, *stdlib;
    bool frames;             // functions push frames, for programs that look at them
} AotProgram;

typedef struct AotOptions {
    int level;               // 0..3
    bool fast;               // compile quickly: as level 0, with a few cheap passes
    bool debug;              // line tables for debuggers (-g)
    bool sections;           // one section per function, so that the linker can drop some
    const char *runtime;     // path of mdhrt.bc, inlined from level 1 on
    const char *emit_ir;     // path for the IR as text, or NULL
    const char *emit_object; // path for the object, or NULL
    uint32_t most_parts;     // a big program may become so many objects, made at once: the further
} AotOptions;                // ones stand under that path and ".1", ".2"…; 0 and 1: one object

#define AOT_MOST_PARTS 4

// False: `why` says what went wrong. Safe to call again in one process, not on two threads.
__attribute__((visibility("default"))) bool aot_compile(const AotProgram *program,
                                                        const AotOptions *options,
                                                        Buf *why);
typedef bool AotCompile(const AotProgram *program, const AotOptions *options, Buf *why);

#endif
