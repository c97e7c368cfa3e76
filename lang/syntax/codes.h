// SPDX-License-Identifier: MIT
// What can be wrong with a source text, from abi/diagnostics.def.

#ifndef MDH_LANG_SYNTAX_CODES_H
#define MDH_LANG_SYNTAX_CODES_H

typedef enum {
#define DIAG(id, code, doc) SYN_##id,
#include "abi/diagnostics.def"
    SYN_N_CODES
} SyntaxCode;

const char *syntax_code(SyntaxCode id); // "E0201"
const char *syntax_code_doc(SyntaxCode id);

#endif
