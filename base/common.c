// SPDX-License-Identifier: MIT

#include "base/common.h"

#include <stdio.h>
#include <stdlib.h>

void mdh_assert_failed(const char *cond, const char *file, int line, const char *func)
{
    fprintf(stderr, "%s:%d: %s: broken invariant: %s\n", file, line, func, cond);
    abort();
}
