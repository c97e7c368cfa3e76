// SPDX-License-Identifier: MIT
// The commands that take a program. Each returns the exit status.
#ifndef MDH_TOOLS_CLI_COMMANDS_H
#define MDH_TOOLS_CLI_COMMANDS_H

#include "runtime/core/thread.h"
#include "tools/cli/options.h"

int cmd_run(MdhThread *t, const Cli *cli);
int cmd_build(MdhThread *t, const Cli *cli);
int cmd_run_native(MdhThread *t, const Cli *cli);
int cmd_trace(MdhThread *t, const Cli *cli);
int cmd_check(MdhThread *t, const char *path);
int cmd_fmt(MdhThread *t, const Cli *cli);
int cmd_tokens(MdhThread *t, const char *path);
int cmd_ast(MdhThread *t, const char *path);
int cmd_disasm(MdhThread *t, const char *path);

// Says on standard error that a program's name lacks the usual extension, if so.
void cmd_warn_extension(const char *path);
#endif
