// SPDX-License-Identifier: MIT
// Building native executables: which modules a program has, compiling them with the native
// compiler (opened when needed), linking with the runtime library.
#ifndef MDH_LANG_DRIVER_NATIVE_H
#define MDH_LANG_DRIVER_NATIVE_H

#include "base/diag.h"
#include "base/map.h"
#include "base/vec.h"
#include "lang/aot/aot.h"
#include "lang/driver/driver.h"

typedef enum DrvProduct { DRV_EXECUTABLE, DRV_OBJECT, DRV_IR } DrvProduct;

typedef struct DrvBuild {
    const char *path;        // the program
    const char *out;
    DrvProduct product;
    int level;               // 0..3
    bool fast, is_static, debug;
} DrvBuild;

// Writes b->out. False: what went wrong is on standard error.
bool drv_build(MdhThread *t, const DrvBuild *b);
// Builds into the cache of the user, unless it is there already, and runs it in place of this
// process. Returns the exit status when that fails.
int drv_run_native(MdhThread *t, const DrvBuild *b, char **argv);
// Compiles bundled modules and the prelude for later programs, each to an object in `folder`, with
// a list of them; only what has changed since. Returns the exit status.
int drv_build_stdlib(MdhThread *t, const char *folder, int level);

// ---- the program as a whole (native_modules.c) ----------------------------------------

typedef struct NativeModule {
    const char *path;        // canonical
    const char *dir;         // where its fetches are looked for
    const char *file;        // as shown in traces
    const char *symbol;
    Slice source;
    VmWorld world;
    BcModule *bc;            // NULL: it does not compile (see error), or is compiled already
    const char *error;       // what a fetch of it throws
    VEC(AotFetch) fetches;
} NativeModule;

typedef struct NativeProgram {
    Arena *arena;
    VEC(NativeModule *) modules;   // main first
    Map program_names;       // the program's variables: they hide builtins from its modules
    Map prelude_names;
    Map compiled;            // symbol -> 1: bundled modules that stdlib.a has
    bool needs_prelude, only_first, no_memory;
    bool shows_frames;       // it asks for stack traces: all modules are compiled anew, with frames
    uint64_t key[2];         // of all sources
} NativeProgram;

// Compiles the program and every module that it may fetch. False: it is reported already.
bool native_gather(MdhThread *t, const char *path, NativeProgram *p);
// The bundled module at `path` (below the stdlib's folder) as a program of its own, or the prelude
// when path is NULL.
bool native_gather_bundled(MdhThread *t, const char *path, NativeProgram *p);
void native_release(NativeProgram *p);
// lib/mdhavers beside the executable's folder, plus `name`.
bool native_lib_path(const char *name, Buf *out);
uint64_t native_hash(Slice text);
#endif
