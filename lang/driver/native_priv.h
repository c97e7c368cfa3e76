// SPDX-License-Identifier: MIT
// What the files of the native build share.
#ifndef MDH_LANG_DRIVER_NATIVE_PRIV_H
#define MDH_LANG_DRIVER_NATIVE_PRIV_H

#include "lang/driver/native.h"

#define NATIVE_PRELUDE "mdh_module_prelude"

// A line on standard error. Always false.
bool native_complain(const char *format, ...) MDH_PRINTF(1, 2);
// Opens the native compiler; NULL: it is reported why there is none.
AotCompile *native_compiler(void);
// The modules of p that are not compiled yet, as options say.
bool native_compile(const NativeProgram *p, const AotOptions *options, bool is_program);
// All of a build but finding the modules.
bool native_produce(const NativeProgram *p, const DrvBuild *b);
#endif
