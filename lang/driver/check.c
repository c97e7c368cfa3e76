// SPDX-License-Identifier: MIT
#include "lang/driver/driver.h"

void drv_check(const SyntaxTree *tree, const char *path, DiagList *diags)
{
    (void)tree;
    (void)path;
    (void)diags;
}
