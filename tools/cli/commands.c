// SPDX-License-Identifier: MIT
// run, trace, check, fmt, tokens, ast, disasm: reading a program, handing it to the floor below,
// and printing what comes back.
#include "tools/cli/commands.h"

#include <string.h>

#include "base/os.h"
#include "lang/bytecode/disasm.h"
#include "lang/bytecode/verify.h"
#include "lang/driver/driver.h"
#include "lang/syntax/ast_dump.h"
#include "lang/syntax/syntax.h"
#include "lang/syntax/token_dump.h"
#include "runtime/sys/out.h"
#include "runtime/sys/process.h"
#include "tools/fmt/fmt.h"

#define MAX_LISTING ((size_t)2 << 30)

// ---- running ------------------------------------------------------------------------------------

void cmd_warn_extension(const char *path)
{
    const char *base = strrchr(path, '/');
    const char *dot = strrchr(base ? base : path, '.');
    if (dot && strcmp(dot, ".braw") == 0) return;
    Buf b;
    buf_init(&b, 16384);
    buf_printf(&b, "Warning: File should have .braw extension, but got %s\n", dot ? dot : "nane");
    mdh_err_write(b.data, b.len);
    buf_deinit(&b);
}

int cmd_run(MdhThread *t, const Cli *cli)
{
    mdh_set_args(cli->n_operands, cli->operands);
    return drv_run_file(t, cli->operands[0]);
}

static void banner(const char *head, const char *path, const char *tail)
{
    Buf b;
    buf_init(&b, 16384);
    buf_printf(&b, "%s%s%s\n", head, path, tail);
    mdh_err_write(b.data, b.len);
    buf_deinit(&b);
}

int cmd_trace(MdhThread *t, const Cli *cli)
{
    const char *path = cli->operands[0];
    vm_trace = cli->given[OPT_VERBOSE] ? 2 : 1;
    banner("--- Tracin' ", path, " ---");
    int status = cmd_run(t, cli);
    banner("--- Done wi' ", path, " ---");
    return status;
}

// ---- looking ----------------------------------------------------------------------------

// A program's text and tree.
typedef struct Loaded {
    Buf source;
    Arena *arena;
    DiagList diags;
    SyntaxTree *tree;
} Loaded;

static bool load(const char *path, Loaded *l)
{
    memset(l, 0, sizeof *l);
    buf_init(&l->source, SYNTAX_MAX_SOURCE);
    diag_init(&l->diags, 0);
    if (!drv_read_source(path, &l->source)) return false;
    l->arena = arena_new();
    if (l->arena) l->tree = syntax_parse(l->arena, buf_view(&l->source), path, &l->diags);
    return l->tree != NULL;
}

static void unload(Loaded *l)
{
    arena_free(l->arena);
    diag_deinit(&l->diags);
    buf_deinit(&l->source);
}

static int print(Buf *out)
{
    bool fine = buf_ok(out);
    mdh_out_write(out->data, out->len);
    buf_deinit(out);
    return mdh_out_flush() && fine ? 0 : 1;
}

static void put_warnings(const DiagList *diags)
{
    Buf out;
    buf_init(&out, MAX_LISTING);
    diag_render_all(diags, os_is_tty(2), &out);
    mdh_err_write(out.data, out.len);
    buf_deinit(&out);
}

static int report_check(MdhThread *t, Loaded *l, const char *path)
{
    Buf out;
    buf_init(&out, MAX_LISTING);
    bool lexed = l->tree && !l->tree->n_lex_errors;
    if (lexed) buf_printf(&out, "✓ Lexing passed (%u tokens)\n", l->tree->n_tokens);
    if (l->tree && !l->diags.n_errors) {
        drv_check(l->tree, path, &l->diags);
        buf_printf(&out, "✓ Parsing passed\n\nBonnie! %s looks braw!\n", path);
    }
    int status = print(&out);
    if (drv_report_diags(t, &l->diags)) return 1;
    if (l->diags.n_warnings) put_warnings(&l->diags);
    return status;
}

int cmd_check(MdhThread *t, const char *path)
{
    Loaded l;
    bool got = load(path, &l);
    int status = got || l.diags.n_errors ? report_check(t, &l, path) : 1;
    unload(&l);
    return status;
}

// ---- formatting -------------------------------------------------------------------------

static bool write_back(const char *path, const Buf *text)
{
    int sys_errno = 0;
    MdhErr err = os_write_file(path, text->data, text->len, OS_WRITE_REPLACE, &sys_errno);
    if (err == MDH_OK) return true;
    Buf b;
    buf_init(&b, 16384);
    buf_printf(&b, "Cannae write tae %s: %s\n", path, drv_os_text(err, sys_errno));
    mdh_err_write(b.data, b.len);
    buf_deinit(&b);
    return false;
}

static int say_formatted(const Cli *cli, bool same, const Buf *text)
{
    const char *path = cli->operands[0];
    bool check = cli->given[OPT_FMT_CHECK];
    Buf out;
    if (!check && !same && !write_back(path, text)) return 1;
    buf_init(&out, MAX_LISTING);
    if (!check) buf_printf(&out, "Bonnie! Formatted %s - lookin' braw!\n", path);
    else if (same) buf_printf(&out, "✓ %s is already formatted braw!\n", path);
    else buf_printf(&out, "✗ %s needs formattin'!\n", path);
    int status = print(&out);
    return check && !same ? 1 : status;
}

int cmd_fmt(MdhThread *t, const Cli *cli)
{
    Buf source, text;
    DiagList diags;
    int status = 1;
    buf_init(&source, SYNTAX_MAX_SOURCE);
    buf_init(&text, MAX_LISTING);
    diag_init(&diags, 0);
    if (drv_read_source(cli->operands[0], &source)) {
        if (fmt_source(buf_view(&source), cli->operands[0], &text, &diags))
            status = say_formatted(cli, slice_eq(buf_view(&source), buf_view(&text)), &text);
        else
            drv_report_diags(t, &diags);
    }
    diag_deinit(&diags);
    buf_deinit(&text);
    buf_deinit(&source);
    return status;
}

int cmd_tokens(MdhThread *t, const char *path)
{
    Loaded l;
    int status = 1;
    if (load(path, &l) && !l.tree->n_lex_errors) {
        Buf out;
        buf_init(&out, MAX_LISTING);
        token_dump(l.tree, &out);
        status = print(&out);
    } else {
        drv_report_diags(t, &l.diags);
    }
    unload(&l);
    return status;
}

int cmd_ast(MdhThread *t, const char *path)
{
    Loaded l;
    int status = 1;
    if (load(path, &l) && !l.diags.n_errors) {
        Buf out;
        buf_init(&out, MAX_LISTING);
        ast_dump(l.tree, &out);
        status = print(&out);
    } else {
        drv_report_diags(t, &l.diags);
    }
    unload(&l);
    return status;
}

static int say_unverified(Buf *why)
{
    buf_puts(why, ": the compiler made a mistake\n");
    mdh_err_write(why->data, why->len);
    return 1;
}

int cmd_disasm(MdhThread *t, const char *path)
{
    Buf source, out, why;
    DiagList diags;
    BcModule *bc = NULL;
    int status = 1;
    buf_init(&source, SYNTAX_MAX_SOURCE);
    buf_init(&out, MAX_LISTING);
    buf_init(&why, MAX_LISTING);
    diag_init(&diags, 0);
    if (drv_read_source(path, &source)) bc = drv_compile_text(buf_view(&source), path, &diags);
    if (bc) {
        bc_disasm(bc, &out);
        status = print(&out);
        if (!bc_verify(bc, &why, NULL)) status = say_unverified(&why);
    } else {
        drv_report_diags(t, &diags);
    }
    bc_module_free(bc);
    buf_deinit(&why);
    buf_deinit(&out);
    diag_deinit(&diags);
    buf_deinit(&source);
    return status;
}
