// SPDX-License-Identifier: MIT
// The prototypes of what emitted code calls, from the table.
#ifndef MDH_LANG_VM_NATIVE_OPS_H
#define MDH_LANG_VM_NATIVE_OPS_H

#include "lang/vm/vm_priv.h"

#define N(flags, ret, name, ...) ret name(__VA_ARGS__);
#include "abi/native.def"
#undef N

#endif
