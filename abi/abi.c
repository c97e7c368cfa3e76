// SPDX-License-Identifier: MIT
// The table readings of abi/builtins.def that are data: rows, parameters, examples, aliases.
#include "abi/abi.h"

#include "base/map.h"

// Type masks, named as the .def files name them.
enum {
#define T(tag, name, doc) tag = 1 << MDH_TAG_##tag,
#include "abi/types.def"
#undef T
    ANY = (1 << MDH_TAG_COUNT) - 1,
    NUM = INTEGER | FLOAT,
    INTISH = INTEGER | FLOAT, // an integer, or a float that the builtin truncates
    SEQ = LIST | STRING,
    CALLABLE = FUNCTION | NATIVE_FUNCTION | CLASS | STRUCT,
};

enum {
    PURE = MDH_B_PURE, ALLOC = MDH_B_ALLOC, THROWS = MDH_B_THROWS, BLOCKS = MDH_B_BLOCKS,
    IO = MDH_B_IO, CALLS = MDH_B_CALLS, TYPE_ERRORS = MDH_B_TYPE_ERRORS, RANDOM = MDH_B_RANDOM,
};

#define D_NAETHING MDH_D_NAETHING, 0, ""
#define D_ABSENT MDH_D_ABSENT, 0, ""
#define D_INT(i) MDH_D_INT, i, ""
#define D_BOOL(b) MDH_D_BOOL, b, ""
#define D_STR(s) MDH_D_STR, 0, s
#define D_SPREAD(...) __VA_ARGS__

// Parameters and examples.
#define EX(c, w) {c, w},
#define P(n, t, e) {#n, (uint32_t)(t), 'P', MDH_D_NONE, 0, "", "", #t, e},
#define O(n, t, d, e) {#n, (uint32_t)(t), 'O', d, #d, #t, e},
#define R(n, t, e) {#n, (uint32_t)(t), 'R', MDH_D_NONE, 0, "", "", #t, e},
#define MODULE(m, doc)
#define ALIAS(a, id)
#define B(id, ret, params, flags, doc, ex)                                                    \
    static const MdhParam par_##id[] = {params{NULL, 0, 0, MDH_D_NONE, 0, "", "", "", ""}};   \
    static const MdhExample ex_##id[] = {ex{NULL, NULL}};
#define FORM(id, impl, params)                                                                \
    static const MdhParam par_##impl[] = {params{NULL, 0, 0, MDH_D_NONE, 0, "", "", "", ""}};
#include "abi/builtins.def"
#undef P
#undef O
#undef R
#undef B
#undef FORM
#undef EX
#define EX(c, w)

// Counts fall out of three more readings of the same row.
#define COUNTS(PREFIX) enum {
#define P(n, t, e) +1
#define O(n, t, d, e)
#define R(n, t, e)
#define B(id, ret, params, flags, doc, ex) REQ_##id = 0 params,
#define FORM(id, impl, params) REQ_##impl = 0 params,
enum {
#include "abi/builtins.def"
};
#undef B
#undef FORM
#undef O
#define O(n, t, d, e) +1
#define B(id, ret, params, flags, doc, ex) MAX_##id = 0 params,
#define FORM(id, impl, params) MAX_##impl = 0 params,
enum {
#include "abi/builtins.def"
};
#undef B
#undef FORM
#undef P
#undef O
#undef R
#define P(n, t, e)
#define O(n, t, d, e)
#define R(n, t, e) +1
#define B(id, ret, params, flags, doc, ex) REST_##id = 0 params,
#define FORM(id, impl, params) REST_##impl = 0 params,
enum {
#include "abi/builtins.def"
};
#undef B
#undef FORM
#undef P
#undef O
#undef R

// The rows themselves.
#define P(n, t, e)
#define O(n, t, d, e)
#define R(n, t, e)
#define ROW(id, sym, ret, flags, doc, ex, number)                                             \
    {#id, "__mdh_" #sym, doc, ret, (MdhAnyFn)__mdh_##sym, par_##sym, ex, REQ_##sym, MAX_##sym, \
     REST_##sym != 0, (flags), number}
#define FORM(id, impl, params)
#define B(id, ret, params, flags, doc, ex)                                                    \
    [MDH_B_ID_##id] = ROW(id, id, #ret, flags, doc, ex_##id, MDH_B_ID_##id),
const MdhBuiltin mdh_builtins[MDH_B_COUNT + 1] = {
#include "abi/builtins.def"
};
#undef B
#undef FORM
#define B(id, ret, params, flags, doc, ex)
#define FORM(id, impl, params) ROW(id, impl, "", 0, "", NULL, MDH_B_ID_##id),
static const MdhBuiltin forms[] = {
#include "abi/builtins.def"
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, false, 0, 0},
};
#undef FORM
#undef ALIAS
#define FORM(id, impl, params)
#define ALIAS(a, id) {#a, MDH_B_ID_##id},
const MdhAlias mdh_aliases[] = {
#include "abi/builtins.def"
};
const uint32_t mdh_alias_count = sizeof mdh_aliases / sizeof mdh_aliases[0];
#undef ALIAS
#undef MODULE
#undef B

// Where each module's rows begin: the id counter at its MODULE line.
#define ALIAS(a, id)
#define MODULE(m, doc) AT_##m, BACK_##m = AT_##m - 1,
#define B(id, ret, params, flags, doc, ex) N_##id,
enum {
#include "abi/builtins.def"
};
#undef MODULE
#undef B
#define B(id, ret, params, flags, doc, ex)
#define MODULE(m, doc) {#m, doc, AT_##m},
const MdhModuleRow mdh_modules[] = {
#include "abi/builtins.def"
};
const uint32_t mdh_module_count = sizeof mdh_modules / sizeof mdh_modules[0];

static const char *const type_names[] = {
#define T(tag, name, doc) name,
#include "abi/types.def"
#undef T
};

const char *mdh_type_name(unsigned tag)
{
    return tag < MDH_TAG_COUNT ? type_names[tag] : "?";
}

const MdhBuiltin *mdh_builtin_next_form(const MdhBuiltin *row)
{
    const MdhBuiltin *f = row >= forms && row < forms + countof(forms) ? row + 1 : forms;
    for (; f->name; f++)
        if (f->id == row->id) return f;
    return NULL;
}

const MdhModuleRow *mdh_builtin_module(const MdhBuiltin *row)
{
    uint32_t i = mdh_module_count;
    while (i > 1 && mdh_modules[i - 1].first > row->id) i--;
    return &mdh_modules[i - 1];
}

// Sorted at first use: names and aliases together, for lookups by the resolver.
static Map by_name;
static bool by_name_ready;

static bool fill_by_name(void)
{
    for (uint32_t i = 0; i < MDH_B_COUNT; i++)
        if (!map_put(&by_name, slice_from_cstr(mdh_builtins[i].name), i)) return false;
    for (uint32_t i = 0; i < mdh_alias_count; i++)
        if (!map_put(&by_name, slice_from_cstr(mdh_aliases[i].name), mdh_aliases[i].id))
            return false;
    return true;
}

const MdhBuiltin *mdh_builtin_find(const char *name, size_t len)
{
    uint32_t id;
    if (!by_name_ready) by_name_ready = fill_by_name();
    return map_get(&by_name, (Slice){name, len}, &id) ? &mdh_builtins[id] : NULL;
}
