// SPDX-License-Identifier: MIT
// What the compiler makes of a module, independent of the runtime: both back ends read it.
// Everything lives in one arena that the module owns.
#ifndef MDH_LANG_BYTECODE_PROTO_H
#define MDH_LANG_BYTECODE_PROTO_H

#include "base/arena.h"
#include "base/slice.h"
#include "base/vec.h"

typedef enum Opcode {
#define OP(name, operands, extra, doc) OP_##name,
#include "abi/opcodes.def"
#undef OP
    OP_COUNT
} Opcode;

#define BC_OP(w) ((Opcode)((w) & 255))
#define BC_A(w) ((w) >> 8 & 255)
#define BC_B(w) ((w) >> 16 & 255)
#define BC_C(w) ((w) >> 24)
#define BC_SB(w) ((int8_t)((w) >> 16))
#define BC_SC(w) ((int8_t)((w) >> 24))
#define BC_BX(w) ((w) >> 16)
#define BC_SBX(w) ((int16_t)((w) >> 16))
#define BC_WORD(op, a, b, c)                                                                  \
    ((uint32_t)(op) | (uint32_t)(uint8_t)(a) << 8 | (uint32_t)(uint8_t)(b) << 16 |            \
     (uint32_t)(uint8_t)(c) << 24)

typedef enum BcConstKind { BC_INT, BC_FLOAT, BC_STR, BC_BYTES } BcConstKind;

typedef struct BcConst {
    BcConstKind kind;
    int64_t i;
    double d;
    Slice s;
} BcConst;

// Instructions [start, end) are covered; at a throw the value goes to `reg` and control to
// `target`. Inner handlers come before outer ones.
typedef struct BcHandler {
    uint32_t start, end, target;
    uint8_t reg;
    bool keep_all;           // a finally: the handler starts with CATCHALL
} BcHandler;

// What a captured-variable word of NEWFN says: kind << 8 | register or index; of a room, the
// variable's place stands above.
enum { BC_UP_REG, BC_UP_PARENT, BC_UP_SELF, BC_UP_ROOM };
#define BC_UP_KIND(w) ((w) >> 8 & 255)
#define BC_UP_PLACE(w) ((w) >> 16)

// What CALLX calls, its B: a value, a method of the receiver, a method of the superclass.
enum { BC_CALL_PLAIN, BC_CALL_METHOD, BC_CALL_AULD };

typedef struct BcFormat {
    char fill[5];
    char align, type;
    bool zero;
    int width, precision;    // -1: left out
} BcFormat;

// A class: its name, then the method names, are consecutive constants.
typedef struct BcKin {
    uint32_t name_k;         // constant
    uint32_t super_k;        // constant: the superclass as written
    uint32_t first_method_k;
    uint32_t n_methods;
    uint32_t n_fields;       // distinct masel.x names: a guess of the slots
} BcKin;

typedef struct BcThing {
    uint32_t name_k, first_field_k, n_fields;
} BcThing;

typedef struct BcProto BcProto;
struct BcProto {
    const char *name;        // "<lambda>" for lambdas, "<main>" for a module
    uint32_t line;
    uint8_t nparams, nrequired;
    bool has_rest, is_method, is_lambda;
    uint16_t nregs;
    const char **param_names;
    VEC(uint32_t) code;
    VEC(uint32_t) lines;     // one per word
    VEC(BcConst) consts;
    VEC(BcProto *) protos;
    VEC(BcHandler) handlers;
    VEC(BcFormat) formats;
    VEC(BcKin) kins;
    VEC(BcThing) things;
    VEC(uint32_t) ic_names;  // inline cache -> constant of the name
    uint32_t nups;
};

// How a global word is to be bound.
typedef enum BcGlobalKind {
    BC_GLOBAL_OWN,           // a variable of this module
    BC_GLOBAL_OUTER,         // no variable of this module: the program's, the prelude's, a constant
} BcGlobalKind;

typedef struct BcGlobal {
    Slice name;
    BcGlobalKind kind;
} BcGlobal;

typedef struct BcModule {
    Arena *arena;
    const char *file;        // as shown in traces
    BcProto *main;
    VEC(BcGlobal) globals;   // what `g` words index; OWN ones first, in order of definition
    uint32_t n_own;
} BcModule;

void bc_module_free(BcModule *m); // NULL is fine
const char *bc_op_name(Opcode op);
const char *bc_op_operands(Opcode op);
const char *bc_op_extra(Opcode op);
const char *bc_op_doc(Opcode op);
// Words of the instruction at `code`; NEWFN asks for its function's captures.
uint32_t bc_op_length(const BcProto *p, const uint32_t *code);
#endif
