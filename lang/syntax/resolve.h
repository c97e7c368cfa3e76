// SPDX-License-Identifier: MIT
// Names: which variable every use of a name means, decided once over the whole tree, for both
// back ends. The rule:
//
//   A use in the same function means the innermost declaration textually before it. A use inside
//   a nested function means the innermost enclosing declaration anywhere in that scope. If that
//   variable has not been set yet when the use is executed, the next outer one is read; if there
//   is none, the name is undefined.
//
// So a use has a list of candidates, innermost first; all but the last may turn out to be unset.
// The list ends at the first candidate that is certainly set, or at a module variable (which the
// running program looks at, and then at what lies outside the module).
#ifndef MDH_LANG_SYNTAX_RESOLVE_H
#define MDH_LANG_SYNTAX_RESOLVE_H

#include "base/diag.h"
#include "base/map.h"
#include "base/vec.h"
#include "lang/syntax/ast.h"

// Top-level variables that may live in registers.
#define RESOLVE_MAX_LOCALS 100

typedef struct Scope Scope;
typedef struct Func Func;

typedef enum { VAR_LOCAL, VAR_GLOBAL } VarPlace;

// A stretch of the text, in resolver order, in which a loop, catch or match variable is set.
typedef struct {
    uint32_t start, end;
} VarRegion;

typedef struct Var {
    Slice name;
    Scope *scope;
    uint32_t set_from;       // certainly set for uses after this; UINT32_MAX: only in regions
    VEC(VarRegion) regions;
    VarPlace place;
    bool captured;           // used by a nested function
    bool reassigned;         // stored to again after its declaration
    bool may_be_unset;       // some use has to look: starts as "unset"
    bool special;            // loop, catch, match or fetched variable: lives from the scope's entry
    bool injected;           // by a fetch without alias: always a module variable at top level
    bool by_copy;            // captured, but never changes once captured: no cell needed
    bool in_cell;            // captured in a cell
    Func *self;              // the function that this `dae` declares, when it is never reassigned
    // for the compiler
    int reg;                 // register of the value or of the cell; -1 = not there yet
    bool surplus;            // reg counts the function's surplus variables instead
    uint32_t slot;           // VAR_GLOBAL: index among the module's globals
} Var;

struct Scope {
    Scope *parent;
    Func *func;
    VEC(Var *) vars;
    Map by_name;             // used from 9 variables on
};

struct Func {
    Func *parent;
    Scope *scope;            // of the parameters and the body
    uint32_t start;          // order at which the closure is made
    Var *name_var;           // the variable its `dae` declares, or NULL
    bool is_method;
    uint32_t n_vars;         // in all its scopes
};

typedef struct {
    Var *var;
    bool certain;            // no check needed
} Candidate;

typedef struct Use {
    Slice name;
    Scope *scope;
    uint32_t order;
    bool is_store;
    Candidate *candidates;   // NULL when the name is nowhere in this module
    uint32_t n;
} Use;

// What the world outside a module tells the resolver.
typedef struct ResolveEnv {
    void *ctx;
    // The names that the module at `path` exports, for a fetch without alias. False: not to be
    // had now (the program will say so when it runs). May be NULL.
    bool (*exports)(void *ctx, Slice path, const Slice **names, uint32_t *n);
    // Top-level variables that no function uses may live in registers: true only for a main
    // program that no other module can look into.
    bool private_top_level;
} ResolveEnv;

typedef struct Resolution {
    Arena *arena;
    Scope *module;           // its vars, in order, are the module's names
    Func *top;
    uint32_t n_globals;
    struct { const void *key; void *val; } *table; // node or name -> Use, Var, Scope, Func
    uint32_t table_len, table_cap;
    VEC(Use *) uses;
    VEC(Scope *) scopes;
    bool has_fetch;
    bool failed;             // out of memory
} Resolution;

Resolution *resolve_program(Arena *arena, const AstNode *program, const ResolveEnv *env);
void resolve_deinit(Resolution *r); // releases what is not in the arena; NULL is fine

// The name of the hidden variable that holds a class's superclass. In `auld.name(...)` the
// PROPERTY node gives the Use of it and the CALL node that of `masel`.
#define RESOLVE_SUPER SLICE_LIT("(auld)")

// What was found for a node: an IDENT, MASEL or superclass name gives a Use; a declared name or
// PAT_BIND a Var; a node that opens a scope a Scope; a function node a Func.
void *resolve_get(const Resolution *r, const void *key);
Var *scope_find(const Scope *s, Slice name);
#endif
