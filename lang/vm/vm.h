// SPDX-License-Identifier: MIT
// The interpreter: loads compiled modules into the process and runs them on a thread record.
#ifndef MDH_LANG_VM_VM_H
#define MDH_LANG_VM_VM_H

#include "base/map.h"
#include "lang/bytecode/proto.h"
#include "runtime/core/thread.h"

typedef struct VmModule VmModule;

// A function ready to run: the proto's words with globals bound, constants as values, inline
// caches. Lives as long as the process, in uncollectable memory.
// An inline cache of two entries and the interned name it is for: where two classes meet, both
// stay cached. The second entry is the one that the first had before.
typedef struct VmCache {
    uint64_t word, second;
    MdhValue name;
} VmCache;

typedef void (*MdhAnyFn)(void); // cast to what it is before it is called

typedef struct VmCode {
    MdhFnInfo info;          // first, so that a function's info is its code
    MdhValue *k;
    uint64_t *inverses;      // by constant, for MODK: see mod_by_inverse; 0: none
    VmCache *ic;
    struct VmCode **protos;
    const BcProto *bc;
    VmModule *module;
    MdhEntry entry;          // of its functions
    MdhAnyFn body;           // emitted: callable as (t, fn, argument, ...); NULL: by entry only
    int plain_argc;          // the number of arguments of the fast way in; -1: there is none
    int method_argc;         // the same for methods
} VmCode;

typedef enum VmWorld {
    VM_WORLD_BUNDLED,        // free names mean builtins and the prelude, never the program's
    VM_WORLD_USER,           // free names mean the program's globals first
    VM_WORLD_MAIN,           // is the program
} VmWorld;

struct VmModule {
    BcModule *bc;            // owned
    const char *file;        // for traces and messages, static
    const char *dir;         // where its own fetches are looked for first
    VmWorld world;
    Map slots;               // name -> global slot of its variables
    VmCode *main;
    const struct VmNativeModule *native; // in a native program: where its functions are
    uint32_t n_codes, n_caches, n_constants; // made so far
};

// Makes the module's code and binds its globals. `bc` is taken over also on failure. NULL: threw
// (out of memory).
VmModule *vm_module_new(MdhThread *t, BcModule *bc, const char *dir, VmWorld world);
// The same for a module of a native program, whose `file` may be elsewhere than at its build.
VmModule *vm_module_load(MdhThread *t, BcModule *bc, const struct VmNativeModule *native,
                         const char *file, VmWorld world);
// More code for a module that exists (an entry of the REPL): new globals are added to it.
VmCode *vm_module_extend(MdhThread *t, VmModule *m, BcModule *bc);
// Runs the top level. MDH_EXC when it threw.
MdhValue vm_run(MdhThread *t, VmCode *main);
// A new dict of the module's variables that are set, in order of definition.
MdhValue vm_module_exports(MdhThread *t, const VmModule *m);
// Defines a variable of the module.
bool vm_module_define(MdhThread *t, VmModule *m, MdhValue name, MdhValue v);
// The module whose code a frame runs; NULL at the bottom.
const VmModule *vm_frame_module(const MdhFrame *f);

// The exports of the module at that canonical path, which is made when it is fetched first and
// then run once.
typedef VmModule *(*VmMakeModule)(MdhThread *t, void *ctx); // NULL: threw
MdhValue vm_module_fetch(MdhThread *t, const char *path, VmMakeModule make, void *ctx);
// The module that was fetched as `path` does not compile.
MdhValue vm_throw_in_module(MdhThread *t, MdhValue path, const char *why);

// The back end's module loader: the exports of the module that `importer` names by `path`.
typedef MdhValue (*VmFetch)(MdhThread *t, const VmModule *importer, MdhValue path);
// Called when a name is met that is no variable of the program: loads the prelude.
typedef bool (*VmNeedPrelude)(MdhThread *t);
void vm_set_loader(VmFetch fetch, VmNeedPrelude need_prelude);

// Writes one line per instruction executed to standard error (the `trace` command). 0 off, 1 by
// line, 2 also values.
extern int vm_trace;
// Whether what runs looks for a kept Ctrl-C (base/os.h) now and then; set before it starts.
extern bool vm_polls;

// Globals (globals.c) ------------------------------------------------------------------------
// One array for the whole process; slots never move.
extern MdhValue *vm_globals;
extern VmModule *vm_main;    // the program, once there is one
extern VmModule *vm_base;    // the prelude and the constants
bool vm_globals_init(MdhThread *t);
// The slot that `name` means in module m: its own, or what lies outside. UINT32_MAX: no room.
uint32_t vm_global_own(VmModule *m, Slice name);
uint32_t vm_global_outer(MdhThread *t, VmModule *m, Slice name);
// What a slot that is unset stands for: ABSENT when nothing outside has that name either.
MdhValue vm_global_missing(MdhThread *t, uint32_t slot);
Slice vm_global_name(uint32_t slot);
// While held, no thread adds names to any module: for reading `slots`.
void vm_names_hold(void);
void vm_names_release(void);
MdhValue vm_builtin_value(MdhThread *t, uint32_t id);
#endif
