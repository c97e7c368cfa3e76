// SPDX-License-Identifier: MIT
// What is known of the registers of a function before it runs: kinds of number, ranges of
// integers, which functions and classes.
//
// A body is emitted for what is known or guessed. A guess (this field holds floats, this
// parameter an integer) is looked at when the value is used; where it is wrong, control goes to a
// second copy of the code, in which every register is a plain value, and stays there. So a
// function pays for its guesses with a test, and never gives another result for a wrong one.
#ifndef MDH_LANG_AOT_INFER_H
#define MDH_LANG_AOT_INFER_H

#include "base/arena.h"
#include "base/map.h"
#include "lang/bytecode/proto.h"

typedef enum TypeKind {
    TYPE_NONE,               // nothing that is read
    TYPE_INT,                // an integer in a machine word, between lo and hi
    TYPE_FLOAT,              // a double
    TYPE_VALUE,              // a value of the language
} TypeKind;

// A text and a closure are what is said; the others likely, to be looked at by `global`.
typedef enum TypeWhat {
    WHAT_ANY, WHAT_TEXT, WHAT_FUNCTION, WHAT_CLASS, WHAT_OBJECT,
    WHAT_CLOSURE,            // made of the function `ref`, here or around
} TypeWhat;

typedef struct Type {
    uint8_t kind, what;
    bool synced;             // a number whose register also holds it as a value
    uint32_t ref;            // which function or class it is likely to be
    uint32_t global;         // by which variable to look whether it is
    uint32_t shape;          // an object seen to have the fields of that class in order, plus 1
    uint32_t node;           // of a value: what it stands for in the search for guesses
    int64_t lo, hi;
} Type;

typedef struct RegSet {
    uint64_t bits[4];
} RegSet;

static inline bool regset_has(const RegSet *s, uint32_t r)
{
    return s->bits[r >> 6] >> (r & 63) & 1;
}
static inline void regset_add(RegSet *s, uint32_t r)
{
    s->bits[r >> 6] |= UINT64_C(1) << (r & 63);
}

// What is known of a global variable that is set once.
typedef struct KnownGlobal {
    uint8_t what;            // WHAT_ANY: nothing
    uint32_t ref;            // function: its index in preorder; class: index of its KIN in main
} KnownGlobal;

// A class: its methods' functions, and the variable whose value its superclass is.
typedef struct KnownKin {
    uint32_t global, super;  // UINT32_MAX: none, or not known
    uint32_t *methods;       // function indexes, 0: not known
    uint32_t init;           // function index of its own init
    uint32_t *fields;        // what init sets first, in order: inline caches of that function
    uint32_t n_fields;
    uint64_t raw;            // which of them get raw slots, a bit each
} KnownKin;

typedef struct InferFn {
    const BcProto *p;
    uint32_t index;          // in preorder
    uint32_t first_node;
    uint32_t kin;            // a method: of that class of main; else UINT32_MAX
    bool off;                // nothing is inferred here
    RegSet *live;            // before each word
    RegSet pinned;           // what handlers read: always values
    uint8_t *hot;            // by word: worth a guess
    Type **in;               // before each leader, nregs of them; NULL: never reached
    uint8_t *leads;
    Type *ups;               // what it captures; of the kind NONE before it is made
} InferFn;

typedef struct Infer {
    Arena *arena;
    const BcModule *m;
    InferFn *fns;
    uint32_t n_fns;
    KnownGlobal *globals;
    KnownKin *kins;          // of main
    // Union-find of what is computed with what; and once more, n_nodes further on, of what only
    // receives what.
    uint32_t *nodes;         // parent
    uint8_t *evidence;
    uint32_t n_nodes, first_field;
    Map fields;              // name -> number
    bool guessing;           // the second pass
    bool failed;             // out of memory
} Infer;

#define GUARD_SHAPE 100      // a kind of guard beyond the kinds of types: the object has a shape

typedef struct Guard {
    uint8_t reg, kind;
    uint32_t kin;
} Guard;

typedef struct Step {
    Guard guards[3];         // tests to make before the instruction, in order
    uint32_t n_guards;
} Step;

// NULL when memory is out. `stored_elsewhere`: may another module assign to that global?
Infer *infer_module(Arena *arena, const BcModule *m,
                    bool (*stored_elsewhere)(void *ctx, Slice name), void *ctx);
// The function that a method's name means in class `kin` or those above; 0: not known.
uint32_t infer_method(const Infer *in, uint32_t kin, Slice name);
// shapes.c: the place of a field in objects of that shape; -1: not known.
int shape_slot(const Infer *in, uint32_t kin, Slice name);
bool shapes_find(Infer *in);
bool shape_raw(const Infer *in, uint32_t kin, uint32_t slot);
bool shape_any_raw(const Infer *in, Slice name); // in some class of the module
// Which fields get raw slots: those of which `floats` says that they are given floats alone.
void shapes_find_raw(Infer *in, bool (*floats)(Infer *in, Slice name));
// The class whose shape is worth a test at this access of register r; UINT32_MAX: none.
uint32_t shape_worth(const Infer *in, const InferFn *fn, const Type *t, uint32_t at, uint32_t r);
// known.c
bool known_find(Infer *in, bool (*stored_elsewhere)(void *ctx, Slice name), void *ctx);
// What the instruction at `at` makes of the registers, guards included. A jump's own effects
// (FORLOOP's variable) are not in it.
void infer_step(Infer *in, const InferFn *fn, Type *state, uint32_t at, Step *step);

// liveness.c
bool liveness(Infer *in, InferFn *fn);
bool writes_register(uint32_t w, uint32_t *r); // the one that the instruction surely sets

// ranges.c
Type type_value(uint32_t node);
Type type_int(int64_t lo, int64_t hi);
Type type_float(void);
bool fits_63(const Type *t);
Type range_of(Opcode family, const Type *a, const Type *b, bool *fits); // OP_ADD ... OP_MOD
bool type_meet(Type *into, const Type *from, bool widen);
#endif
