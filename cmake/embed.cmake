# SPDX-License-Identifier: MIT
# cmake -DINPUT=file -DOUTPUT=file.c -DSYMBOL=name -P embed.cmake
# Writes `const char name_source[]` (with a NUL after the text) and `const size_t name_len`.
file(READ ${INPUT} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR octets "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," hex "${hex}")
string(REGEX REPLACE "('\\\\x0a',)" "\\1\n    " hex "${hex}")
file(WRITE ${OUTPUT} "// Generated from ${INPUT}.
#include <stddef.h>

extern const char ${SYMBOL}_source[];
extern const size_t ${SYMBOL}_len;

const char ${SYMBOL}_source[] = {
    ${hex}0};
const size_t ${SYMBOL}_len = ${octets};
")
