// SPDX-License-Identifier: MIT
// Compiles the standard library for native programs, when mdhavers itself is built:
//   stdlib_compiler FOLDER LEVEL
#include "lang/driver/native.h"
#include "runtime/sys/out.h"

int main(int argc, char **argv)
{
    static const char usage[] = "usage: stdlib_compiler FOLDER LEVEL\n";
    MdhThread *t = argc == 3 ? drv_start(argc, argv) : NULL;
    if (!t) {
        mdh_err_write(usage, sizeof usage - 1);
        return 2;
    }
    return drv_build_stdlib(t, argv[1], argv[2][0] - '0');
}
