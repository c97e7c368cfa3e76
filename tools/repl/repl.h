// SPDX-License-Identifier: MIT
// The read-eval-print loop on standard input. Returns the exit status.
#ifndef MDH_TOOLS_REPL_REPL_H
#define MDH_TOOLS_REPL_REPL_H

#include "runtime/core/thread.h"

int repl_run(MdhThread *t);
#endif
