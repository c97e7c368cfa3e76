// SPDX-License-Identifier: MIT
// The command line as data: abi/options.def as tables, the parser over them, the help text.
#ifndef MDH_TOOLS_CLI_OPTIONS_H
#define MDH_TOOLS_CLI_OPTIONS_H

#include "base/buf.h"

typedef enum CliCommand {
    CMD_GLOBAL,              // no command given
#define COMMAND(id, name, operands, min, max, doc) CMD_##id,
#include "abi/options.def"
    CMD_COUNT
} CliCommand;

typedef enum CliOption {
#define OPTION(command, id, long_name, short_name, value, doc) OPT_##id,
#include "abi/options.def"
    OPT_COUNT
} CliOption;

typedef struct CliCommandRow {
    const char *name, *operands, *doc;
    int min, max;
} CliCommandRow;

typedef struct CliOptionRow {
    CliCommand command;
    const char *long_name;
    char short_name;         // 0: none
    const char *value, *doc;
} CliOptionRow;

typedef struct CliEnvironmentRow {
    const char *name, *doc;
} CliEnvironmentRow;

extern const CliEnvironmentRow cli_environment[]; // ends with a NULL name
extern const CliCommandRow cli_commands[CMD_COUNT];
extern const CliOptionRow cli_options[OPT_COUNT];

// What was asked for. `operands` points into argv, whose order the parser changes.
typedef struct Cli {
    CliCommand command;
    int n_operands;
    char **operands;
    bool given[OPT_COUNT];
    const char *values[OPT_COUNT]; // NULL when none was glued on
} Cli;

// False when the usage is wrong: `why` then says so in a sentence.
bool cli_parse(int argc, char **argv, Cli *out, Buf *why);

// The text of --help: everything, or one command and its options.
void cli_help(CliCommand command, Buf *out);
#endif
