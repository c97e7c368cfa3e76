// SPDX-License-Identifier: MIT
#include <stdio.h>
#include "lang/driver/driver.h"

int main(int argc, char **argv)
{
    MdhThread *t = drv_start(argc, argv);
    if (!t) return 1;
    return drv_run_file(t, argv[argc - 1]);
}
