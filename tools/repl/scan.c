// SPDX-License-Identifier: MIT
// Whether an entry wants more lines. This looks at brackets and strings only: an entry that is
// wrong in any other way is complete, and its error is reported.
#include "tools/repl/repl.h"

// Just after the string that begins at text[i]; past the end when it is still open. A single
// quote that finds no partner on its line is an apostrophe gone astray, not an open string.
static size_t skip_string(Slice text, size_t i)
{
    char quote = text.ptr[i++];
    while (i < text.len && text.ptr[i] != quote) {
        if (quote == '\'' && text.ptr[i] == '\n') return i;
        i += text.ptr[i] == '\\' ? 2 : 1;
    }
    if (i >= text.len && quote == '\'') return text.len;
    return i + 1;
}

static size_t skip_comment(Slice text, size_t i)
{
    while (i < text.len && text.ptr[i] != '\n') i++;
    return i;
}

bool repl_is_unfinished(Slice text)
{
    long depth = 0;
    size_t i = 0;
    while (i < text.len) {
        char c = text.ptr[i];
        bool comment = c == '#' || (c == '/' && i + 1 < text.len && text.ptr[i + 1] == '/');
        if (c == '"' || c == '\'') {
            i = skip_string(text, i);
        } else if (comment) {
            i = skip_comment(text, i);
        } else {
            depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
            i++;
        }
        if (depth < 0) return false; // one too many closed: no line can mend that
    }
    return depth > 0 || i > text.len;
}
