// SPDX-License-Identifier: MIT
// What each token is in its tree, as far as layout needs to know. Internal to the
// formatter.

#ifndef MDH_TOOLS_FMT_FMT_ROLES_H
#define MDH_TOOLS_FMT_FMT_ROLES_H

#include "lang/syntax/syntax.h"

enum {
    ROLE_START = 1 << 0, // first token of a statement, method or arm
    ROLE_DEFINITION =
        1 << 1, // of a top-level function or class, or a method: a blank line follows
    ROLE_UNARY = 1 << 2,     // prefix - or !
    ROLE_TIGHT = 1 << 3,     // bracket of a call, an index, parameters: no blank before it
    ROLE_INDEX = 1 << 4,     // bracket in which `:` is a slice's
    ROLE_BLOCK = 1 << 5,     // brace around statements, methods or arms
    ROLE_INLINE = 1 << 6,    // such a brace that stays on one line
    ROLE_GLUED = 1 << 7,     // stays on the line of what stands before it
    ROLE_HEADER = 1 << 8,    // brace that ends the head of a statement
    ROLE_FIELDS = 1 << 9,    // brace of a `thing`
    ROLE_BAR_OPEN = 1 << 10, // of a lambda's parameters
    ROLE_BAR_CLOSE = 1 << 11,
    ROLE_JOINED = 1 << 12, // after `->`: on its line unless a comment stands between
};

// One set of roles per token, in the arena; NULL when memory is out.
uint16_t *fmt_roles(Arena *arena, const SyntaxTree *tree);

#endif
