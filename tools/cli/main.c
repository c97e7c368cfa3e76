// SPDX-License-Identifier: MIT
// The command line: what was asked for, and who does it.
#include "base/os.h"
#include "lang/driver/driver.h"
#include "runtime/conc/thread.h"
#include "runtime/sys/out.h"
#include "tools/cli/commands.h"
#include "tools/cli/options.h"
#include "tools/doc/doc.h"
#include "tools/repl/repl.h"

#define MAX_TEXT ((size_t)64 << 20)
#define EXIT_USAGE 2

static int print(Buf *out)
{
    bool written = buf_ok(out) && os_write_fd(1, out->data, out->len, NULL) == MDH_OK;
    buf_deinit(out);
    return written ? 0 : 1;
}

static int usage(const Buf *why)
{
    Buf text;
    buf_init(&text, MAX_TEXT);
    buf_printf(&text, "%s. Try 'mdhavers --help'.\n", why->data);
    mdh_err_write(text.data, text.len);
    buf_deinit(&text);
    return EXIT_USAGE;
}

static int say_version(void)
{
    Buf out;
    buf_init(&out, MAX_TEXT);
    buf_puts(&out, "mdhavers " MDH_VERSION "\n");
    return print(&out);
}

static int say_help(CliCommand command)
{
    Buf out;
    buf_init(&out, MAX_TEXT);
    cli_help(command, &out);
    return print(&out);
}

// doc and dump: the tables, one after another as the options say.
static int tables(const Cli *cli, Buf *why)
{
    Buf out;
    int n = 0;
    buf_init(&out, MAX_TEXT);
    for (int i = 0; i < OPT_COUNT; i++) {
        if (!cli->given[i] || cli_options[i].command != cli->command) continue;
        const char *form = cli->values[i];
        if (form && !slice_eq_cstr(SLICE_LIT("json"), form)) {
            buf_printf(why, "Ah can only dump json, no' '%s'", form);
            buf_deinit(&out);
            return usage(why);
        }
        switch (i) {
        case OPT_DOC_BUILTINS: doc_builtins_markdown(&out); break;
        case OPT_DOC_MAN: doc_man_page(&out); break;
        case OPT_DUMP_BUILTINS: doc_builtins_json(&out); break;
        case OPT_DUMP_KEYWORDS: doc_keywords_json(&out); break;
        case OPT_DUMP_OPCODES: doc_opcodes_json(&out); break;
        default: break;
        }
        n++;
    }
    if (n) return print(&out);
    buf_deinit(&out);
    buf_printf(why, "'%s' needs tae ken whit: see its options", cli_commands[cli->command].name);
    return usage(why);
}

static int with_runtime(int argc, char **argv, const Cli *cli)
{
    MdhThread *t = drv_start(argc, argv);
    if (!t) {
        static const char text[] = "Nae memory left tae stert wi'\n";
        mdh_err_write(text, sizeof text - 1);
        return 1;
    }
    mdh_out_flush_on_signals();
    if (cli->n_operands) cmd_warn_extension(cli->operands[0]);
    switch (cli->command) {
    case CMD_RUN: return cli->given[OPT_RUN_NATIVE] ? cmd_run_native(t, cli) : cmd_run(t, cli);
    case CMD_BUILD: return cmd_build(t, cli);
    case CMD_TRACE: return cmd_trace(t, cli);
    case CMD_CHECK: return cmd_check(t, cli->operands[0]);
    case CMD_FMT: return cmd_fmt(t, cli);
    case CMD_TOKENS: return cmd_tokens(t, cli->operands[0]);
    case CMD_AST: return cmd_ast(t, cli->operands[0]);
    case CMD_DISASM: return cmd_disasm(t, cli->operands[0]);
    default: return repl_run(t);
    }
}

static int act(int argc, char **argv, Buf *why)
{
    Cli cli;
    if (!cli_parse(argc, argv, &cli, why)) return usage(why);
    if (cli.given[OPT_HELP]) return say_help(cli.command);
    if (cli.given[OPT_VERSION]) return say_version();
    if (cli.command == CMD_DOC || cli.command == CMD_DUMP) return tables(&cli, why);
    return with_runtime(argc, argv, &cli);
}

int main(int argc, char **argv)
{
    Buf why;
    buf_init(&why, MAX_TEXT);
    int status = act(argc, argv, &why);
    buf_deinit(&why);
    if (mdh_threads_remain()) mdh_process_end(status); // of a prompt that was left
    return status;
}
