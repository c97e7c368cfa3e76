// SPDX-License-Identifier: MIT
// Parsing by the tables. The first operand decides: a command's name, or else a program to run.
// Options may stand anywhere before `--`; what follows `--` is operands whatever it looks like.
#include "tools/cli/options.h"

#include <string.h>

#define HELP_INDENT 30
#define HELP_COLUMNS 92

const CliCommandRow cli_commands[CMD_COUNT] = {
    [CMD_GLOBAL] = {"", "", "", 0, -1},
#define COMMAND(id, name, operands, min, max, doc) [CMD_##id] = {name, operands, doc, min, max},
#include "abi/options.def"
};

const CliOptionRow cli_options[OPT_COUNT] = {
#define OPTION(command, id, long_name, short_name, value, doc)                                \
    [OPT_##id] = {CMD_##command, long_name, short_name, value, doc},
#include "abi/options.def"
};

const CliEnvironmentRow cli_environment[] = {
#define ENVIRONMENT(name, doc) {name, doc},
#include "abi/options.def"
    {NULL, NULL},
};

// ---- parsing ----------------------------------------------------------------------------------

static CliCommand command_named(const char *word)
{
    for (int c = CMD_GLOBAL + 1; c < CMD_COUNT; c++)
        if (strcmp(word, cli_commands[c].name) == 0) return (CliCommand)c;
    return CMD_GLOBAL;
}

static bool applies(const CliOptionRow *row, CliCommand command)
{
    return row->command == CMD_GLOBAL || row->command == command;
}

static int find_long(CliCommand command, Slice name)
{
    for (int i = 0; i < OPT_COUNT; i++)
        if (applies(&cli_options[i], command) && slice_eq_cstr(name, cli_options[i].long_name))
            return i;
    return -1;
}

static int find_short(CliCommand command, char letter)
{
    for (int i = 0; i < OPT_COUNT; i++)
        if (applies(&cli_options[i], command) && cli_options[i].short_name == letter) return i;
    return -1;
}

static bool must_have_value(int option)
{
    return option >= 0 && cli_options[option].value[0] && cli_options[option].value[0] != '[';
}

static bool take_option(Cli *cli, int option, const char *value, const char *word, Buf *why)
{
    bool may_have_value = option >= 0 && cli_options[option].value[0];
    if (!value && must_have_value(option)) {
        buf_printf(why, "'%s' needs %s", word, cli_options[option].value);
        return false;
    }
    if (option < 0 || (value && !may_have_value)) {
        buf_printf(why, option < 0 ? "Ah dinnae ken the option '%s'" : "'%s' takes nae value",
                   word);
        return false;
    }
    cli->given[option] = true;
    cli->values[option] = value;
    return true;
}

// `next` is the word after it, taken (*took) when the option needs a value and has none.
static bool take_long(Cli *cli, const char *word, const char *next, bool *took, Buf *why)
{
    const char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word - 2) : strlen(word + 2);
    int option = find_long(cli->command, (Slice){word + 2, len});
    *took = !equals && next && must_have_value(option);
    const char *value = equals ? equals + 1 : *took ? next : NULL;
    return take_option(cli, option, value, word, why);
}

// A value follows its letter, -O2, or is the next word, -O 2.
static bool take_shorts(Cli *cli, const char *word, const char *next, bool *took, Buf *why)
{
    for (const char *p = word + 1; *p; p++) {
        int option = find_short(cli->command, *p);
        const char *value = NULL;
        if (must_have_value(option)) {
            *took = !p[1] && next;
            value = p[1] ? p + 1 : *took ? next : NULL;
        }
        if (!take_option(cli, option, value, word, why)) return false;
        if (value) break;
    }
    return true;
}

// The command has to be known before the options are: its name is the first operand. (No option
// of those before it has a value.)
static int find_command(int argc, char **argv, CliCommand *command)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (argv[i][0] == '-' && argv[i][1]) continue;
        *command = command_named(argv[i]);
        return *command == CMD_GLOBAL ? 0 : i;
    }
    return 0;
}

static bool right_count(const Cli *cli, Buf *why)
{
    const CliCommandRow *row = &cli_commands[cli->command];
    if (cli->given[OPT_HELP] || cli->given[OPT_VERSION]) return true;
    if (cli->n_operands < row->min) buf_printf(why, "'%s' needs %s", row->name, row->operands);
    else if (row->max >= 0 && cli->n_operands > row->max)
        buf_printf(why, "Whit's '%s' daein here?", cli->operands[row->max]);
    else return true;
    return false;
}

bool cli_parse(int argc, char **argv, Cli *out, Buf *why)
{
    *out = (Cli){.operands = argv + 1};
    int at = find_command(argc, argv, &out->command);
    bool is_open = true;
    if (!at && argc > 1) out->command = CMD_RUN;
    for (int i = 1; i < argc; i++) {
        char *word = argv[i], *next = argv[i + 1];
        bool took = false;
        if (i == at) continue;
        if (is_open && strcmp(word, "--") == 0) is_open = false;
        else if (is_open && word[0] == '-' && word[1] == '-') {
            if (!take_long(out, word, next, &took, why)) return false;
        } else if (is_open && word[0] == '-' && word[1]) {
            if (!take_shorts(out, word, next, &took, why)) return false;
        } else {
            out->operands[out->n_operands++] = word;
        }
        i += took;
    }
    if (!at && !out->n_operands) out->command = CMD_GLOBAL;
    return right_count(out, why);
}

// ---- help -------------------------------------------------------------------------------------

// Words of `text` from column HELP_INDENT on; `used` columns of the line are taken already.
static void put_wrapped(Buf *out, size_t used, const char *text)
{
    size_t column = used;
    if (used + 2 > HELP_INDENT) {
        buf_putc(out, '\n');
        column = 0;
    }
    buf_fill(out, ' ', HELP_INDENT - column);
    column = HELP_INDENT;
    while (*text) {
        size_t len = strcspn(text, " ");
        if (column > HELP_INDENT && column + 1 + len > HELP_COLUMNS) {
            buf_putc(out, '\n');
            buf_fill(out, ' ', HELP_INDENT);
            column = HELP_INDENT;
        } else if (column > HELP_INDENT) {
            buf_putc(out, ' ');
            column++;
        }
        buf_put(out, text, len);
        column += len;
        text += len + (text[len] == ' ');
    }
    buf_putc(out, '\n');
}

static void put_option(Buf *out, const CliOptionRow *row, const char *indent)
{
    size_t start = out->len;
    buf_puts(out, indent);
    if (row->short_name) buf_printf(out, "-%c, ", row->short_name);
    buf_printf(out, "--%s%s%s", row->long_name, row->value[0] && row->value[0] != '[' ? " " : "",
               row->value);
    put_wrapped(out, out->len - start, row->doc);
}

static void put_options_of(Buf *out, CliCommand command, const char *indent)
{
    for (int i = 0; i < OPT_COUNT; i++)
        if (cli_options[i].command == command) put_option(out, &cli_options[i], indent);
}

static void put_command(Buf *out, CliCommand command)
{
    const CliCommandRow *row = &cli_commands[command];
    size_t start = out->len;
    buf_printf(out, "  %s%s%s", row->name, row->operands[0] ? " " : "", row->operands);
    put_wrapped(out, out->len - start, row->doc);
    put_options_of(out, command, "    ");
}

void cli_help(CliCommand command, Buf *out)
{
    if (command != CMD_GLOBAL) {
        const CliCommandRow *row = &cli_commands[command];
        buf_printf(out, "Usage: mdhavers %s%s%s\n\n", row->name, row->operands[0] ? " " : "",
                   row->operands);
        put_command(out, command);
        return;
    }
    buf_puts(out, "mdhavers " MDH_VERSION " - a Scots programming language\n\n"
                  "Usage: mdhavers [COMMAND] [FILE]\n\n"
                  "  mdhavers FILE    is the same as  mdhavers run FILE\n"
                  "  mdhavers         is the same as  mdhavers repl\n\nCommands:\n");
    for (int c = CMD_GLOBAL + 1; c < CMD_COUNT; c++) put_command(out, (CliCommand)c);
    buf_puts(out, "\nOptions:\n");
    put_options_of(out, CMD_GLOBAL, "  ");
}
