// SPDX-License-Identifier: MIT
// Standard input, by lines and by keys, behind one small buffer. Any thread may read; a line
// goes to one reader whole.
#ifndef MDH_SYS_IN_H
#define MDH_SYS_IN_H

#include "base/buf.h"
#include "runtime/core/thread.h"

// `speir`: shows the prompt, reads a line. A string without blanks at its ends, "" at the end of
// input; octets that are not UTF-8 read as U+FFFD. MDH_EXC only when memory is out.
MdhValue mdh_read_line(MdhThread *t, Slice prompt);

// A line as it is, without its newline, appended to `line`. False at the end of input.
bool mdh_read_raw_line(Buf *line);

// One key press from the terminal, without echo and without waiting for a newline, as UTF-8:
// the character, "\n", "\x1b", "\x08", or "Up", "Down", "Left", "Right". Writes it to `key` and
// returns its length; 0 when standard input is no terminal or has ended.
size_t mdh_read_key(char key[8]);

#endif
