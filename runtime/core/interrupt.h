// SPDX-License-Identifier: MIT
// Ctrl-C where the process outlives it: what runs ends as `exit` ends it, without catch or finally
// blocks, and the prompt goes on.
#ifndef MDH_CORE_INTERRUPT_H
#define MDH_CORE_INTERRUPT_H

#include "base/os.h"
#include "runtime/core/thread.h"

// Has the user had enough? Then the caller returns MDH_EXC at once.
MDH_INLINE bool mdh_interrupted(MdhThread *t)
{
    if (MDH_LIKELY(!os_interrupted())) return false;
    t->exiting = true;
    return true;
}

#endif
