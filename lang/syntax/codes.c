// SPDX-License-Identifier: MIT

#include "lang/syntax/codes.h"

static const char *const codes[] = {
#define DIAG(id, code, doc) code,
#include "abi/diagnostics.def"
};

static const char *const docs[] = {
#define DIAG(id, code, doc) doc,
#include "abi/diagnostics.def"
};

const char *syntax_code(SyntaxCode id)
{
    return (unsigned)id < SYN_N_CODES ? codes[id] : "E0000";
}

const char *syntax_code_doc(SyntaxCode id)
{
    return (unsigned)id < SYN_N_CODES ? docs[id] : "";
}
