// SPDX-License-Identifier: MIT
// Where lines come from. On a terminal libedit reads them, with history in ~/.mdhavers_history
// and completion; otherwise they are standard input's, by way of the buffer that `speir` reads
// from too, so that a script piped in may answer its own questions.
//
// Ctrl-C is a key while a line is edited: the terminal does not turn it into a signal then. While
// an entry runs it is a signal and ends the entry; without a terminal it ends the process.
#include "tools/repl/repl.h"

#include <histedit.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "base/os.h"
#include "runtime/sys/in.h"
#include "runtime/sys/out.h"
#include "runtime/sys/process.h"

#define HISTORY_LINES 1000
#define MAX_PATH_LEN 4096
#define LIST_COLUMNS 80

static struct {
    Repl *repl;
    EditLine *edit;          // NULL: not a terminal
    History *history;
    Buf path;                // of the history file; "" when there is no home
    const char *prompt;
    bool interrupted, warned;
} in;

// ---- the editor's callbacks -------------------------------------------------------------------

static char *give_prompt(EditLine *edit)
{
    static char text[64];
    (void)edit;
    snprintf(text, sizeof text, "%s", in.prompt);
    return text;
}

static unsigned char on_interrupt(EditLine *edit, int key)
{
    (void)edit;
    (void)key;
    in.interrupted = true;
    mdh_out_write("\n", 1);
    mdh_out_flush();
    return CC_EOF;
}

// Ctrl-Z: back to the shell, and here again when it says so.
static unsigned char on_stop(EditLine *edit, int key)
{
    (void)key;
    el_set(edit, EL_PREP_TERM, 0);
    raise(SIGTSTP);
    el_set(edit, EL_PREP_TERM, 1);
    return CC_REDISPLAY;
}

static bool in_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t common_prefix(const ReplWords *words)
{
    Slice first = words->items.items[0];
    size_t len = first.len;
    vec_each(Slice, word, &words->items) {
        size_t n = 0;
        while (n < len && n < word->len && word->ptr[n] == first.ptr[n]) n++;
        len = n;
    }
    return len;
}

static void list_words(const ReplWords *words)
{
    Buf out;
    int column = 0, columns = os_tty_columns(1, LIST_COLUMNS);
    buf_init(&out, (size_t)1 << 20);
    buf_putc(&out, '\n');
    vec_each(Slice, word, &words->items) {
        if (column && column + (int)word->len + 2 > columns) {
            buf_putc(&out, '\n');
            column = 0;
        }
        buf_printf(&out, "%s%.*s", column ? "  " : "", SLICE_ARG(*word));
        column += (int)word->len + 2;
    }
    buf_putc(&out, '\n');
    mdh_out_write(out.data, out.len);
    mdh_out_flush();
    buf_deinit(&out);
}

static unsigned char insert(EditLine *edit, Slice text)
{
    Buf b;
    buf_init(&b, 4096);
    buf_put_slice(&b, text);
    int failed = buf_ok(&b) ? el_insertstr(edit, b.data) : -1;
    buf_deinit(&b);
    return failed ? CC_ERROR : CC_REFRESH;
}

static unsigned char complete_word(EditLine *edit, const ReplWords *words, size_t typed)
{
    if (!words->items.len) return CC_ERROR;
    Slice first = words->items.items[0];
    size_t len = common_prefix(words);
    if (len > typed) return insert(edit, slice_sub(first, typed, len));
    list_words(words);
    return CC_REDISPLAY;
}

// Tab: four blanks at the start of a line, else the rest of the word.
static unsigned char on_tab(EditLine *edit, int key)
{
    (void)key;
    const LineInfo *line = el_line(edit);
    const char *word = line->cursor;
    ReplWords words = {0};
    while (word > line->buffer && in_word(word[-1])) word--;
    if (word == line->cursor) return insert(edit, SLICE_LIT("    "));
    if (word > line->buffer && word[-1] == '.') return CC_ERROR;
    size_t typed = (size_t)(line->cursor - word);
    bool at_start = word == line->buffer || (word == line->buffer + 1 && word[-1] == ':');
    bool fine = repl_complete(in.repl, (Slice){word, typed}, at_start, &words);
    unsigned char what = fine ? complete_word(edit, &words, typed) : CC_ERROR;
    vec_free(&words.items);
    return what;
}

// ---- history ----------------------------------------------------------------------------

static void open_history(void)
{
    HistEvent event;
    in.history = history_init();
    buf_init(&in.path, MAX_PATH_LEN);
    if (!in.history) return;
    history(in.history, &event, H_SETSIZE, HISTORY_LINES);
    history(in.history, &event, H_SETUNIQUE, 1);
    if (mdh_env_get("HOME", &in.path) && in.path.len) buf_puts(&in.path, "/.mdhavers_history");
    if (buf_ok(&in.path) && in.path.len) history(in.history, &event, H_LOAD, in.path.data);
    el_set(in.edit, EL_HIST, history, in.history);
}

static void save_history(void)
{
    HistEvent event;
    if (!in.history || !in.path.len || in.warned) return;
    if (history(in.history, &event, H_SAVE, in.path.data) >= 0) return;
    static const char text[] = "Warning: cannae save the history\n";
    mdh_err_write(text, sizeof text - 1);
    in.warned = true;
}

static void remember(const char *line)
{
    HistEvent event;
    if (!in.history || !slice_trim(slice_from_cstr(line)).len) return;
    history(in.history, &event, H_ENTER, line);
    save_history();
}

// ---- lines ------------------------------------------------------------------------------

bool repl_input_open(Repl *r)
{
    in.repl = r;
    in.prompt = "";
    if (!os_is_tty(0)) return true;
    // libedit decodes what is typed by the locale; only character types, so numbers stay ours.
    if (!setlocale(LC_CTYPE, "")) setlocale(LC_CTYPE, "C.UTF-8"); // lint: allow — for libedit only
    in.edit = el_init("mdhavers", stdin, stdout, stderr);
    if (!in.edit) return true; // an odd terminal: plain lines will do
    el_set(in.edit, EL_PROMPT, give_prompt);
    el_set(in.edit, EL_EDITOR, "emacs");
    el_set(in.edit, EL_SIGNAL, 1);
    el_set(in.edit, EL_ADDFN, "mdh-complete", "Complete the word", on_tab);
    el_set(in.edit, EL_BIND, "^I", "mdh-complete", NULL);
    el_set(in.edit, EL_ADDFN, "mdh-interrupt", "Give up the line", on_interrupt);
    el_set(in.edit, EL_BIND, "^C", "mdh-interrupt", NULL);
    el_set(in.edit, EL_ADDFN, "mdh-stop", "Stop until the shell says go on", on_stop);
    el_set(in.edit, EL_BIND, "^Z", "mdh-stop", NULL);
    el_set(in.edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    open_history();
    el_source(in.edit, NULL);
    el_set(in.edit, EL_SETTY, "-d", "-isig", NULL); // Ctrl-C and Ctrl-Z are keys while editing
    return true;
}

static ReplRead edited_line(Buf *out)
{
    int n = 0;
    in.interrupted = false;
    mdh_out_flush();
    el_set(in.edit, EL_PREP_TERM, 1); // before the prompt is seen: keys may come at once
    const char *line = el_gets(in.edit, &n);
    if (in.interrupted) return REPL_INTERRUPTED;
    if (!line || n <= 0) {
        mdh_out_write("\n", 1);
        return REPL_END;
    }
    if (line[n - 1] == '\n') n--;
    buf_put(out, line, (size_t)n);
    remember(out->data);
    return REPL_LINE;
}

ReplRead repl_input_line(const char *prompt, Buf *out)
{
    in.prompt = prompt;
    if (in.edit) return edited_line(out);
    return mdh_read_raw_line(out) ? REPL_LINE : REPL_END;
}

bool repl_input_is_terminal(void)
{
    return in.edit != NULL;
}

void repl_input_close(void)
{
    if (in.history) history_end(in.history);
    if (in.edit) el_end(in.edit);
    buf_deinit(&in.path);
    in.history = NULL;
    in.edit = NULL;
}
