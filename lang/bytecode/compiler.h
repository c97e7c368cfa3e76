// SPDX-License-Identifier: MIT
// The compiler from syntax tree to register bytecode. compile_module is the door; the rest is
// shared by the compile_*.c files.
//
// Registers: locals lie at the bottom, each where it was declared; temporaries are a stack above
// them (`free` is its top). A call takes a window of consecutive registers at the top: callee,
// arguments; its first register receives the result.
//
// A function may have more variables than registers: those declared when LOCAL_REGS are taken go
// to a "room", an array that one register holds. An expression nested so deep that temporaries
// run out puts those of the expressions around it aside meanwhile (STASH, UNSTASH).
#ifndef MDH_LANG_BYTECODE_COMPILER_H
#define MDH_LANG_BYTECODE_COMPILER_H

#include "base/diag.h"
#include "lang/bytecode/proto.h"
#include "lang/syntax/resolve.h"

typedef struct CompileEnv {
    ResolveEnv resolve;
    void *ctx;
    // Is `name` a variable of what lies outside the module (the program's own globals)?
    // Such a name hides the builtin. May be NULL.
    bool (*outer_has)(void *ctx, Slice name);
    // The last top-level expression statement is the module's result (REPL).
    bool keep_last_value;
} CompileEnv;

// NULL when something is wrong; the diagnostics say what. `program`, `source` and `file` must
// outlive the call only; the module owns an arena of its own.
BcModule *compile_module(const AstNode *program, const char *file, Slice source,
                         const CompileEnv *env, DiagList *diags);

// ---- shared by compile_*.c -----------------------------------------------------------------

#define MAX_REGS 250
#define LOCAL_REGS 110       // further variables are surplus
#define STASH_AT 150         // with so many registers taken, temporaries are put aside...
#define STASH_MIN 8          // ...when there are that many

typedef struct JumpList {
    VEC(uint32_t) at;        // positions of the offset words
} JumpList;

typedef enum {
    EXIT_BREAK, EXIT_CONTINUE, EXIT_RETURN, EXIT_VALUE, EXIT_STATEMENT, EXIT_STRAY
} ExitKind;

typedef struct Pending {     // a way out that leads through a finally
    ExitKind kind;
    struct Context *target;
    uint32_t stray;          // EXIT_STRAY: which one of the target's
} Pending;

// A brak or haud at top level outside a loop: an error, but one that no hae_a_bash around it
// catches, because it is raised where the top-level statement ends.
typedef struct Stray {
    JumpList at;
    bool is_haud;
    uint32_t line;
} Stray;

// What encloses the code being compiled, within one function.
typedef struct Context {
    enum { CTX_LOOP, CTX_BLOCK_EXPR, CTX_TOP_STATEMENT, CTX_FINALLY } kind;
    struct Context *outer;
    JumpList breaks, continues;  // breaks: also the end of a block expression or statement
    int reg;                 // block expression: its result; finally: the saved value
    int kind_reg;            // finally: which pending way out
    JumpList to_finally;
    VEC(Pending) pending;
    VEC(Stray) strays;       // top-level statement
} Context;

typedef struct UpRef {
    const Var *var;          // NULL: the enclosing function `self`
    const Func *self;
    uint32_t word;           // of NEWFN
} UpRef;

typedef struct FnState FnState;

typedef struct Compiler {
    Arena *arena;            // the module's
    Arena *scratch;
    BcModule *module;
    Resolution *names;
    const CompileEnv *env;
    const char *file;
    Slice source;
    DiagList *diags;
    Map outer_globals;       // name -> index in module->globals
    Map stored_outer;        // names that the program assigns to without declaring them
    bool failed;
} Compiler;

struct FnState {
    Compiler *c;
    FnState *parent;
    const Func *func;
    Scope *scope;            // the innermost one being compiled
    BcProto *p;
    int free;                // first free register
    int nlocals;             // registers below hold declared variables or values in use
    int room;                // register of the surplus variables; -1: the function has none
    uint32_t n_surplus;
    uint32_t room_word;      // where their number goes
    uint32_t line;
    Context *ctx;
    VEC(UpRef) ups;
    struct { uint32_t *slots; uint32_t cap, len; } consts; // hash index over p->consts
    const AstNode *kin;      // the class whose methods are compiled
};

// emit.c
void fail_at(FnState *fs, const AstNode *n, const char *code, const char *message);
uint32_t emit(FnState *fs, uint32_t word);
#define EMIT(fs, op, a, b, c) emit((fs), BC_WORD(OP_##op, (a), (b), (c)))
void emit_bx(FnState *fs, Opcode op, int a, uint32_t bx);
// The offset word of the instruction just emitted.
void emit_jump(FnState *fs, JumpList *list);
void emit_jmp(FnState *fs, JumpList *list);         // JMP to be patched
void patch_here(FnState *fs, JumpList *list);
void patch_to(FnState *fs, JumpList *list, uint32_t target);
void emit_back(FnState *fs, uint32_t target);       // offset word back to an instruction
uint32_t here(const FnState *fs);
uint32_t const_str(FnState *fs, Slice s);
uint32_t const_bytes(FnState *fs, Slice s);
uint32_t const_int(FnState *fs, int64_t i);
uint32_t const_float(FnState *fs, double d);
uint32_t const_run(FnState *fs, const Slice *names, uint32_t n); // n consecutive string constants
uint32_t new_cache(FnState *fs, Slice name);
void emit_const(FnState *fs, int dst, uint32_t k);
void emit_int(FnState *fs, int dst, int64_t i);
int new_reg(FnState *fs, const AstNode *n);
void emit_move(FnState *fs, int dst, int src);
void at_line(FnState *fs, uint32_t line);

// surplus variables and temporaries (compile_room.c)
void room_begin(FnState *fs);
void room_end(FnState *fs);
bool goes_to_room(const FnState *fs, const Var *v);  // when it is declared here and now
void place_var(FnState *fs, Var *v);                 // gives it a register, or a place in the room
void load_surplus(FnState *fs, const Var *v, int dst);
void store_surplus(FnState *fs, const Var *v, int src);
bool must_stash(const FnState *fs, const AstNode *n);
void stashed_expr(FnState *fs, const AstNode *n, int dst);

// variables (compile_vars.c)
void scope_enter(FnState *fs, Scope *s);
void scope_leave(FnState *fs, Scope *s, Scope *outer);
void load_use(FnState *fs, const Use *u, int dst);
void store_use(FnState *fs, const Use *u, int src);
void define_var(FnState *fs, Var *v, int src);
int own_register(FnState *fs, const Use *u);         // a plain local of this function, or -1
bool use_is_global(const Use *u, uint32_t *slot);
bool use_is_outer(const Use *u);
uint32_t outer_global(FnState *fs, Slice name);
void load_outer(FnState *fs, Slice name, int dst);
// Is it a plain local, whose value's register becomes its own?
bool starts_here(const FnState *fs, const Var *v);
uint32_t capture(FnState *fs, const Var *v);         // index among the captured variables
bool is_constant_name(Slice name);
const struct MdhBuiltin *builtin_named(FnState *fs, Slice name); // NULL: none, or hidden

// expressions
void expr(FnState *fs, const AstNode *n, int dst);
int expr_fresh(FnState *fs, const AstNode *n);       // into a new temporary
int operand(FnState *fs, const AstNode *n, const AstNode *later1, const AstNode *later2);
// As operand, but an unset masel is left for the property or call instruction to find.
int receiver(FnState *fs, const AstNode *n, const AstNode *later);
void jump_if(FnState *fs, const AstNode *n, bool sense, JumpList *list);
void assign(FnState *fs, const AstNode *n, int dst); // dst -1: the value is not wanted
void function_value(FnState *fs, const AstNode *n, int dst);
void call_expr(FnState *fs, const AstNode *n, const AstNode *piped, int dst);
void keek(FnState *fs, const AstNode *n, int dst);   // dst -1: a statement

// statements
void statement(FnState *fs, const AstNode *n);
void statements(FnState *fs, const AstList *list);
void block(FnState *fs, const AstNode *n);           // in a scope of its own
void leave(FnState *fs, ExitKind kind, int value, const AstNode *n);
void raise_strays(FnState *fs, Context *ctx);        // at the end of a top-level statement
void compile_kin(FnState *fs, const AstNode *n);
// A statement's value, left as it was when it has none.
void last_value(FnState *fs, const AstNode *n, int dst);
#endif
