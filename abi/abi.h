// SPDX-License-Identifier: MIT
// The readings of the builtin tables that C code needs: ids, call windows, prototypes, rows.
//
// A row of abi/builtins/<module>.def:
//   B(id, RET, params, FLAGS, "doc", examples)     a builtin and its first parameter form
//   FORM(id, impl, params)                         a further form of `id`, tried in order,
//                                                  implemented by __mdh_<impl>
//   ALIAS(alias, id)                               another name for `id`
// params are written without commas:
//   P(name, TYPES, "error")            required
//   O(name, TYPES, DEFAULT, "error")   optional: D_NAETHING, D_ABSENT, D_INT(n), D_BOOL(b),
//                                      D_STR("s")
//   R(name, TYPES, "error")            rest, last; read with MDH_REST(id, a) and argc
// TYPES are kinds of abi/types.def joined by |, or ANY, NUM, INTISH, SEQ, CALLABLE (abi.c).
// The error text is thrown when the argument is of another kind: a text that starts with "…"
// continues after "<name>() ", any other text stands alone; %k is the argument's kind name and
// %v its printed form. It is a `Jings! …` error, or a type error when the row says TYPE_ERRORS.
// An empty text gives the standard one from the table: "…expects <kinds> as argument <n>".
#ifndef MDH_ABI_ABI_H
#define MDH_ABI_ABI_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/layout.h"

typedef void (*MdhAnyFn)(void);

enum {
    MDH_B_PURE = 1, MDH_B_ALLOC = 2, MDH_B_THROWS = 4, MDH_B_BLOCKS = 8, MDH_B_IO = 16,
    MDH_B_CALLS = 32, MDH_B_TYPE_ERRORS = 64, MDH_B_RANDOM = 128,
};

typedef enum MdhDefaultKind {
    MDH_D_NONE,
    MDH_D_NAETHING,
    MDH_D_ABSENT,
    MDH_D_INT,
    MDH_D_BOOL,
    MDH_D_STR
} MdhDefaultKind;

typedef struct MdhParam {
    const char *name;
    uint32_t types;          // mask of 1 << tag
    char kind;               // 'P', 'O', 'R'
    MdhDefaultKind dflt;
    int64_t dflt_int;
    const char *dflt_str;
    const char *dflt_text;   // as written, for the docs
    const char *types_text;
    const char *error;
} MdhParam;

typedef struct MdhExample {
    const char *code, *shown;
} MdhExample;

typedef struct MdhBuiltin {
    const char *name, *symbol, *doc, *ret;
    MdhAnyFn fn;
    const MdhParam *params;  // ends with a NULL name
    const MdhExample *examples;
    uint8_t nreq, nmax;      // without rest
    bool rest;
    uint32_t flags;
    uint32_t id;
} MdhBuiltin;

enum MdhBuiltinId {
#define MODULE(m, doc)
#define P(n, t, e)
#define O(n, t, d, e)
#define R(n, t, e)
#define EX(c, w)
#define FORM(id, impl, params)
#define ALIAS(a, id)
#define B(id, ret, params, flags, doc, ex) MDH_B_ID_##id,
#include "abi/builtins.def"
#undef B
#undef P
#undef O
#undef R
#undef FORM
    MDH_B_COUNT
};

// Call windows and prototypes: `a->name` is the argument of that name. Every builtin has the
// same C shape, so a wrong name or count does not compile.
#define P(n, t, e) MdhValue n;
#define O(n, t, d, e) MdhValue n;
#define R(n, t, e)
#define B(id, ret, params, flags, doc, ex)                                                    \
    typedef struct MdhArgs_##id {                                                             \
        MdhValue callee;                                                                      \
        params                                                                                \
    } MdhArgs_##id;                                                                           \
    MdhValue __mdh_##id(MdhThread *t, int argc, const MdhArgs_##id *a);
#define FORM(id, impl, params)                                                                \
    typedef struct MdhArgs_##impl {                                                           \
        MdhValue callee;                                                                      \
        params                                                                                \
    } MdhArgs_##impl;                                                                         \
    MdhValue __mdh_##impl(MdhThread *t, int argc, const MdhArgs_##impl *a);
#include "abi/builtins.def"
#undef B
#undef P
#undef O
#undef R
#undef FORM
#undef ALIAS
#undef EX
#undef MODULE

// The rest arguments of a call: MDH_REST(id, a)[0 .. argc - fixed).
#define MDH_REST(id, a) ((const MdhValue *)(const void *)((a) + 1))
typedef MdhValue (*MdhBuiltinImpl)(MdhThread *t, int argc, const void *window);

extern const MdhBuiltin mdh_builtins[MDH_B_COUNT + 1];

// The next parameter form of the same builtin, or NULL.
const MdhBuiltin *mdh_builtin_next_form(const MdhBuiltin *row);

typedef struct MdhModuleRow {
    const char *name, *doc;
    uint32_t first;          // id of its first builtin
} MdhModuleRow;
extern const MdhModuleRow mdh_modules[];
extern const uint32_t mdh_module_count;
const MdhModuleRow *mdh_builtin_module(const MdhBuiltin *row);

typedef struct MdhAlias {
    const char *name;
    uint32_t id;
} MdhAlias;
extern const MdhAlias mdh_aliases[];
extern const uint32_t mdh_alias_count;
// The row of a builtin or alias by name; NULL when there is none.
const MdhBuiltin *mdh_builtin_find(const char *name, size_t len);
const char *mdh_type_name(unsigned tag);

#endif
