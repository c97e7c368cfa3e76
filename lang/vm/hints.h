// SPDX-License-Identifier: MIT
// Advice for uncaught errors, chosen by what the message says. Static text.
#ifndef MDH_LANG_VM_HINTS_H
#define MDH_LANG_VM_HINTS_H

#include "base/slice.h"

const char *hint_for_error(Slice message); // NULL: none
#endif
