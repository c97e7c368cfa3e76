// SPDX-License-Identifier: MIT
// A builtin's name for its error texts, as the table has it: no name is written twice.
#ifndef MDH_BUILTINS_NAME_H
#define MDH_BUILTINS_NAME_H

#include "abi/abi.h"

#define MDH_NAME(id) (mdh_builtins[MDH_B_ID_##id].name)

#endif
