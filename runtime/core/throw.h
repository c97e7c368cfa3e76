// SPDX-License-Identifier: MIT
// Throwing: a program's bug becomes a value that waits in the thread record while MDH_EXC is
// returned up. Every call that can return MDH_EXC is tested at once and the caller returns.
#ifndef MDH_CORE_THROW_H
#define MDH_CORE_THROW_H

#include "runtime/core/thread.h"

typedef enum MdhErrorId {
#define E(id, text, doc) MDH_E_##id,
#include "abi/errors.def"
#undef E
    MDH_E_COUNT
} MdhErrorId;

// `hurl v`: the caught value is v itself.
MdhValue mdh_throw(MdhThread *t, MdhValue v);
// A runtime error: the caught value is its text. Arguments follow the template of
// abi/errors.def: %s const char *, %v MdhValue (printed form), %d int64_t, %L nothing.
MdhValue mdh_throw_error(MdhThread *t, MdhErrorId id, ...);
// TYPE and NATIVE errors whose message is itself formatted, with the same %s %v %d, and %k:
// an MdhValue whose kind name is shown.
MdhValue mdh_throw_type(MdhThread *t, const char *fmt, ...);
MdhValue mdh_throw_native(MdhThread *t, const char *fmt, ...);
// "Nae memory left fer <n> bytes", from the preallocated text when need be.
MdhValue mdh_throw_oom(MdhThread *t, uint64_t bytes);
// Keeps the memory for one such text in the record, if it can.
void mdh_oom_reserve(MdhThread *t);
// Called by the first dispatcher above the thrower: fills in the open line and starts the
// trace; called again for every frame that is left, it appends to the trace.
void mdh_throw_at(MdhThread *t, const char *fn_name, const char *file, uint32_t line);
// Takes the waiting error (for a catch): clears the record.
MdhValue mdh_take_error(MdhThread *t);
// Takes it with all that belongs to it, place and trace, as an object that programs never see;
// throwing that again, on any thread, goes on where it was. Never fails: without memory it is the
// error that there is none, so that whoever must tidy up first can.
MdhValue mdh_keep_error(MdhThread *t);
MdhValue mdh_throw_kept(MdhThread *t, MdhValue kept);

#endif
