// SPDX-License-Identifier: MIT
#include "tools/repl/repl.h"

int repl_run(MdhThread *t)
{
    (void)t;
    return 0;
}
