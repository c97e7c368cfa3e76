// SPDX-License-Identifier: MIT
// Callables. A function value carries an entry point, set by whichever back end made it; the
// runtime itself only ever calls mdh_call.
#ifndef MDH_CORE_FN_H
#define MDH_CORE_FN_H

#include "runtime/core/value.h"

typedef struct MdhFn MdhFn;
// Runs `fn` on argc values. Arity is checked inside. Returns the result or MDH_EXC.
typedef MdhValue (*MdhEntry)(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv);

// What both back ends know of a function. Immortal: lives as long as its image.
typedef struct MdhFnInfo {
    const char *name;        // "<lambda>" for lambdas
    const char *file;
    const char *const *param_names; // without masel
    uint32_t line;
    uint16_t nregs;          // registers of a frame
    uint8_t nparams;         // positional parameters, without masel and rest
    uint8_t nrequired;       // those without default
    bool has_rest, is_method, is_lambda;
    // the line of an instruction, for traces: lines[ip - code]
    const uint32_t *code;
    const uint32_t *lines;
    uint32_t ncode;
} MdhFnInfo;

struct MdhFn {
    MdhObj h;                // MDH_TAG_FUNCTION
    MdhEntry entry;
    const MdhFnInfo *info;
    MdhValue up[];           // captured cells, and values that never change
};

// A builtin as a value.
struct MdhBuiltin;
typedef struct MdhNativeFn {
    MdhObj h;                // MDH_TAG_NATIVE_FUNCTION; aux = index of the row
    const struct MdhBuiltin *row;
} MdhNativeFn;

typedef struct MdhCell {
    MdhObj h;                // MDH_TAG_CELL
    MdhValue v;
} MdhCell;

// Calls any callable value (function, builtin, class, struct). Limits re-entry to
// MDH_MAX_REENTRY. Returns MDH_EXC when it threw.
MdhValue mdh_call(MdhThread *t, MdhValue fn, int argc, const MdhValue *argv);
MDH_INLINE MdhValue mdh_call1(MdhThread *t, MdhValue fn, MdhValue a)
{
    return mdh_call(t, fn, 1, &a);
}
MDH_INLINE MdhValue mdh_call2(MdhThread *t, MdhValue fn, MdhValue a, MdhValue b)
{
    MdhValue argv[2] = {a, b};
    return mdh_call(t, fn, 2, argv);
}
// Calls a function value with masel bound (obj.m(...), init, operator methods). A function whose
// info says is_method receives masel as argv[0], counted in argc, and parameters after it; any
// other function gets the arguments only. Not strict: missing arguments become naething as far
// as nrequired, surplus ones are dropped. mdh_call gives is_method functions ABSENT as masel.
MdhValue mdh_call_method(MdhThread *t, MdhValue fn, MdhValue self, int argc,
                         const MdhValue *argv, bool strict);
bool mdh_is_callable(MdhValue v);
// How many positional parameters a function takes at most; -1 when it has a rest parameter.
int mdh_max_params(MdhValue fn);

// A builtin's call window: w[0] is the callee, w[1..argc] the arguments; there are at least
// MDH_MAX_PARAMS + 1 words. Checks arity and types from the row, fills optionals, picks the form.
MdhValue mdh_builtin_call(MdhThread *t, const struct MdhBuiltin *row, int argc, MdhValue *w);

#endif
