// SPDX-License-Identifier: MIT
// From source text to running program: parsing and compiling in one call, where modules are
// found, the prelude, and how errors are reported to a person.
#ifndef MDH_LANG_DRIVER_DRIVER_H
#define MDH_LANG_DRIVER_DRIVER_H

#include "base/diag.h"
#include "base/err.h"
#include "lang/bytecode/compiler.h"
#include "lang/syntax/syntax.h"
#include "lang/vm/report.h"
#include "lang/vm/vm.h"

// Starts the runtime and the main thread's record, remembers the process arguments, finds the
// standard library beside the executable. NULL when memory is out.
MdhThread *drv_start(int argc, char **argv);
// Where bundled modules are: the directory that holds prelude.braw; "" when there is none.
const char *drv_stdlib_dir(void);

// Reads, compiles and runs a program as `mdhavers run` does, reporting what goes wrong on
// standard error. Returns the exit status.
int drv_run_file(MdhThread *t, const char *path);
// Source text of a file; MDH_ERR and the message on standard error when it cannot be read.
bool drv_read_source(const char *path, Buf *out);
// The system's words for a failed read.
const char *drv_os_text(MdhErr err, int sys_errno);
// Compiles a text on its own, for `disasm` and tests. `file` is shown in messages. NULL: see
// diags, which borrow `source`.
BcModule *drv_compile_text(Slice source, const char *file, DiagList *diags);
// Warnings about a program that parsed: names that nothing defines, builtins called with a wrong
// number of arguments, modules that are not there. Runs nothing. Diags borrow the tree's source.
void drv_check(const SyntaxTree *tree, const char *path, DiagList *diags);

// A read-eval-print session: entries share one module, whose names may be redefined.
typedef struct DrvSession DrvSession;
DrvSession *drv_session_new(MdhThread *t);
void drv_session_free(DrvSession *s);
VmModule *drv_session_module(DrvSession *s);
// Runs one entry; the value of its last expression statement, naething, or MDH_EXC when an
// error waits. *ok is false when it did not compile; then diags say why.
MdhValue drv_session_eval(DrvSession *s, MdhThread *t, Slice text, DiagList *diags, bool *ok);

// ---- reports ----------------------------------------------------------------------------------

// What the compiler said, to standard error. False when there were no errors.
bool drv_report_diags(MdhThread *t, const DiagList *diags);

// ---- modules ------------------------------------------------------------------------------------

// The canonical path that `path`, as written in a fetch in a file of directory `dir`, means.
// False when there is no such module.
bool drv_find_module(const char *dir, Slice path, Buf *out, bool *bundled);
// The loader hook of the interpreter.
MdhValue drv_fetch(MdhThread *t, const VmModule *importer, MdhValue path);
bool drv_load_prelude(MdhThread *t);
// Top-level names of the module at `path` for the resolver; the names live as long as the process.
bool drv_module_exports(const char *dir, Slice path, const Slice **names, uint32_t *n);
// Looks at a module that a program fetches, and at those that this one fetches. False when it is a
// bundled one, which cannot touch the program.
bool drv_module_scan(const char *dir, Slice path);
// May a module that was looked at assign to the builtin's name? Then programs call what the name
// means at that moment.
bool drv_modules_store(Slice name);
// Parses and compiles for a module of that directory and world.
BcModule *drv_compile(Slice source, const char *file, const char *dir, VmWorld world,
                      DiagList *diags);
// The same for a program that is not loaded: the names of its variables hide builtins.
BcModule *drv_compile_in(Slice source, const char *file, const char *dir, VmWorld world,
                         const Map *program, DiagList *diags);
// Where the fetches of the program at `path` are looked for first. NULL: no memory.
char *drv_dir_of(const char *path);
#endif
