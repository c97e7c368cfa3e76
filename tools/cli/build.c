// SPDX-License-Identifier: MIT
// build, and run --native: what the options mean.
#include <string.h>

#include "base/os.h"
#include "lang/driver/native.h"
#include "runtime/sys/out.h"
#include "tools/cli/commands.h"

#define MAX_NAME 4096
#define EXIT_USAGE 2

static int print(Buf *out)
{
    bool written = buf_ok(out) && os_write_fd(1, out->data, out->len, NULL) == MDH_OK;
    buf_deinit(out);
    return written ? 0 : 1;
}

static int usage(const char *text)
{
    mdh_err_write(text, strlen(text));
    return EXIT_USAGE;
}

// The program's path with another extension (or none).
static void put_default_name(const char *path, DrvProduct product, Buf *out)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    bool has_extension = dot && dot != base;
    buf_put(out, path, has_extension ? (size_t)(dot - path) : strlen(path));
    if (product == DRV_IR) buf_puts(out, ".ll");
    else if (product == DRV_OBJECT) buf_puts(out, ".o");
    else if (!has_extension) buf_puts(out, ".out"); // or it would replace the program
}

static DrvProduct product_of(const Cli *cli)
{
    return cli->given[OPT_BUILD_LLVM]     ? DRV_IR
           : cli->given[OPT_BUILD_OBJECT] ? DRV_OBJECT
                                          : DRV_EXECUTABLE;
}

static int say_built(const DrvBuild *b)
{
    static const char *const kinds[] = {"native executable", "object file", "LLVM code"};
    Buf out;
    buf_init(&out, 4 * MAX_NAME);
    buf_printf(&out, "Braw! Built %s from %s: %s\n", kinds[b->product], b->path, b->out);
    return print(&out);
}

int cmd_build(MdhThread *t, const Cli *cli)
{
    Buf name;
    const char *level = cli->given[OPT_BUILD_LEVEL] ? cli->values[OPT_BUILD_LEVEL] : "2";
    if (strlen(level) != 1 || level[0] < '0' || level[0] > '3')
        return usage("The level tae optimise at is 0, 1, 2 or 3. Try 'mdhavers build --help'.\n");
    DrvBuild b = {.path = cli->operands[0], .product = product_of(cli), .level = level[0] - '0',
                  .fast = cli->given[OPT_BUILD_FAST], .is_static = cli->given[OPT_BUILD_STATIC],
                  .debug = cli->given[OPT_BUILD_DEBUG]};
    buf_init(&name, MAX_NAME);
    if (cli->given[OPT_BUILD_OUT]) buf_puts(&name, cli->values[OPT_BUILD_OUT]);
    else put_default_name(b.path, b.product, &name);
    b.out = name.data;
    int status = drv_build(t, &b) ? say_built(&b) : 1;
    buf_deinit(&name);
    return status;
}

int cmd_run_native(MdhThread *t, const Cli *cli)
{
    DrvBuild b = {.path = cli->operands[0], .product = DRV_EXECUTABLE, .level = 2};
    cli->operands[cli->n_operands] = NULL; // other words of the command line stood behind
    return drv_run_native(t, &b, cli->operands);
}
