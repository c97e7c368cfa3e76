// SPDX-License-Identifier: MIT
// Aggregates over lists that more than one builtin offers.
#ifndef MDH_BUILTINS_NUMBERS_H
#define MDH_BUILTINS_NUMBERS_H

#include "runtime/core/throw.h"
#include "runtime/data/list.h"

// The smallest or largest item of a list of integers only or floats only. Errors begin with the
// name that the program called.
MdhValue mdh_list_extreme(MdhThread *t, MdhValue list, const char *name, bool largest);

#endif
