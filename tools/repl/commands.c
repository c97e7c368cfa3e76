// SPDX-License-Identifier: MIT
// The words that are not program text: leaving, help, looking at the session, tracing.
#include "tools/repl/repl.h"

#include "base/os.h"
#include "runtime/sys/out.h"

#define MAX_TEXT ((size_t)4 << 20)

static void say(const char *text)
{
    Buf out;
    buf_init(&out, MAX_TEXT);
    buf_printf(&out, "%s\n", text);
    mdh_out_write(out.data, out.len);
    buf_deinit(&out);
}

static void show(void (*put)(Buf *out))
{
    Buf out;
    buf_init(&out, MAX_TEXT);
    put(&out);
    mdh_out_write(out.data, out.len);
    buf_deinit(&out);
}

// ---- the commands -----------------------------------------------------------------------------

static void do_quit(Repl *r)
{
    say("Haste ye back! Slàinte!");
    r->done = true;
}

static void do_help(Repl *r)
{
    (void)r;
    show(repl_help);
}

static void do_clear(Repl *r)
{
    static const char home[] = "\x1b[2J\x1b[H";
    (void)r;
    if (os_is_tty(1)) mdh_out_write(home, sizeof home - 1);
}

static void do_cancel(Repl *r)
{
    say(r->entry.len ? "Cancelled multiline input." : "There's naething tae cancel.");
    buf_clear(&r->entry);
}

static void do_reset(Repl *r)
{
    DrvSession *fresh = drv_session_new(r->t);
    if (!fresh) {
        say("Nae memory left fer a new session.");
        return;
    }
    drv_session_free(r->session);
    r->session = fresh;
    buf_clear(&r->entry);
    say("A clean slate: the session is reset.");
}

static void do_wisdom(Repl *r)
{
    Buf out;
    buf_init(&out, MAX_TEXT);
    repl_wisdom(r->n_wisdom++, &out);
    mdh_out_write(out.data, out.len);
    buf_deinit(&out);
}

static void do_code_wisdom(Repl *r)
{
    Buf out;
    buf_init(&out, MAX_TEXT);
    repl_code_wisdom(r->n_wisdom++, &out);
    mdh_out_write(out.data, out.len);
    buf_deinit(&out);
}

static void do_examples(Repl *r)
{
    (void)r;
    show(repl_examples);
}

static void do_trace(Repl *r)
{
    (void)r;
    vm_trace = vm_trace ? 0 : 1;
    say(vm_trace ? "Tracin' is on." : "Tracin' is aff.");
}

static void do_trace_verbose(Repl *r)
{
    (void)r;
    vm_trace = 2;
    say("Tracin' is on, wi' aw the values.");
}

static void do_vars(Repl *r)
{
    Buf out;
    buf_init(&out, MAX_TEXT);
    repl_show_vars(r, &out);
    mdh_out_write(out.data, out.len);
    buf_deinit(&out);
}

// ---- finding them -----------------------------------------------------------------------------

// word, whether a leading colon is fine too, what it does
#define COMMANDS(X)                                                                           \
    X("quit", true, do_quit)                                                                  \
    X("exit", true, do_quit)                                                                  \
    X("bye", false, do_quit)                                                                  \
    X("cheers", false, do_quit)                                                               \
    X("haud yer wheesht", false, do_quit)                                                     \
    X("help", true, do_help)                                                                  \
    X("halp", false, do_help)                                                                 \
    X("clear", true, do_clear)                                                                \
    X("cls", false, do_clear)                                                                 \
    X("cancel", true, do_cancel)                                                              \
    X("reset", true, do_reset)                                                                \
    X("wisdom", true, do_wisdom)                                                              \
    X("codewisdom", true, do_code_wisdom)                                                     \
    X("examples", true, do_examples)                                                          \
    X("trace", true, do_trace)                                                                \
    X("trace v", true, do_trace_verbose)                                                      \
    X("trace verbose", true, do_trace_verbose)                                                \
    X("vars", true, do_vars)                                                                  \
    X("env", true, do_vars)

static const struct { const char *word; bool colon; void (*act)(Repl *r); } commands[] = {
#define X(word, colon, act) {word, colon, act},
    COMMANDS(X)
#undef X
};

const char *const repl_command_words[] = {
#define X(word, colon, act) word,
    COMMANDS(X)
#undef X
    NULL,
};

// Equal but for case, where one blank in `word` stands for any number of them.
static bool same_words(Slice line, const char *word)
{
    size_t i = 0;
    for (; *word; word++) {
        if (i >= line.len || !slice_eq_nocase(slice_sub(line, i, i + 1), (Slice){word, 1}))
            return false;
        i++;
        while (*word == ' ' && i < line.len && line.ptr[i] == ' ') i++;
    }
    return i == line.len;
}

// "help shove": what the tables say of one name.
static bool help_for(Slice line)
{
    Buf out;
    if (line.len < 6 || !same_words(slice_sub(line, 0, 5), "help ")) return false;
    Slice name = slice_trim(slice_from(line, 5));
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '_') return false;
    }
    buf_init(&out, MAX_TEXT);
    repl_help_for(name, &out);
    mdh_out_write(out.data, out.len);
    buf_deinit(&out);
    return true;
}

bool repl_command(Repl *r, Slice line, bool open)
{
    bool colon = line.len && line.ptr[0] == ':';
    if (open && !colon) return false;
    if (colon) line = slice_from(line, 1);
    for (size_t i = 0; i < countof(commands); i++) {
        if ((colon && !commands[i].colon) || !same_words(line, commands[i].word)) continue;
        commands[i].act(r);
        return true;
    }
    return help_for(line);
}
