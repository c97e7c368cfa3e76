// SPDX-License-Identifier: MIT
// The read-eval-print loop. repl_run is the door; the rest is shared by the files here.
#ifndef MDH_TOOLS_REPL_REPL_H
#define MDH_TOOLS_REPL_REPL_H

#include "lang/driver/driver.h"

typedef struct Repl {
    MdhThread *t;
    DrvSession *session;
    Buf entry;               // what has been typed of an unfinished entry
    uint32_t n_wisdom;       // which saying comes next
    bool done;
    int status;
} Repl;

// Reads entries from standard input until it ends or one of them leaves. Returns the exit
// status.
int repl_run(MdhThread *t);

// commands.c: does the line's command, if it is one. `open`: an entry is unfinished, so only the
// forms with a colon count.
bool repl_command(Repl *r, Slice line, bool open);
// Every word that a line may begin a command with, ending with NULL.
extern const char *const repl_command_words[];

// scan.c: does the text end inside brackets or a string?
bool repl_is_unfinished(Slice text);

// input.c: lines. From a terminal with editing, history and completion, else as they come.
typedef enum { REPL_LINE, REPL_END, REPL_INTERRUPTED } ReplRead;
bool repl_input_open(Repl *r);
ReplRead repl_input_line(const char *prompt, Buf *out);
bool repl_input_is_terminal(void);
void repl_input_close(void);

// complete.c: words that continue `prefix`, sorted, each once, until `full`.
typedef struct ReplWords {
    VEC(Slice) items;
} ReplWords;
bool repl_complete(Repl *r, Slice prefix, bool at_start, ReplWords *out);

// vars.c
void repl_show_vars(Repl *r, Buf *out);

// talk.c
void repl_banner(Buf *out);
void repl_help(Buf *out);
void repl_help_for(Slice name, Buf *out);
void repl_examples(Buf *out);
void repl_wisdom(uint32_t which, Buf *out);
void repl_code_wisdom(uint32_t which, Buf *out);
#endif
