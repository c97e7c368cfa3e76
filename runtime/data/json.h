// SPDX-License-Identifier: MIT
// JSON to values and back. Both directions are linear in the text, nest at most
// MDH_MAX_DATA_DEPTH levels (then the catchable stack error) and accept any value or text.
#ifndef MDH_DATA_JSON_H
#define MDH_DATA_JSON_H

#include "base/slice.h"
#include "runtime/core/thread.h"
#include "runtime/data/str.h"

// The value that the text begins with; what follows it is ignored. Objects become dicts in the
// text's order, of a repeated key the last value wins. MDH_EXC with a message when malformed.
MdhValue mdh_json_parse(MdhThread *t, Slice text);

// Appends `v` as JSON; false when it threw. Kinds that JSON lacks are written as a string of
// their printed form, NaN and infinities as null. `pretty`: two blanks of indent a level.
bool mdh_json_write(MdhThread *t, MdhSb *sb, MdhValue v, bool pretty);

// Appends a text with its quotes and escapes.
void mdh_json_put_text(MdhSb *sb, Slice text);

#endif
