// SPDX-License-Identifier: MIT
// What the verifier accepts (all that the compiler makes) and what it refuses: compiled programs
// with one thing changed.
#include "lang/bytecode/verify.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "lang/bytecode/image.h"
#include "tests/unit/compiled.h"
#include "tests/unit/harness.h"

#define MAX ((size_t)64 << 20)

// ---- accepted ---------------------------------------------------------------------------

static void check_accepted(BcModule *m, const char *name)
{
    Buf why;
    buf_init(&why, MAX);
    if (!bc_verify(m, &why, NULL)) {
        printf("%s: %s\n", name, why.data);
        CHECK(false);
    }
    buf_deinit(&why);
}

TEST(a_program_of_everything_is_accepted)
{
    BcModule *m = compile_text(everything);
    REQUIRE(m);
    check_accepted(m, "everything");
    bc_module_free(m);
}

static void check_file(const char *path)
{
    Buf source;
    buf_init(&source, MAX);
    BcModule *m = os_read_file(path, MAX, &source, NULL) ? NULL : compile_slice(buf_view(&source));
    if (m) check_accepted(m, path);
    bc_module_free(m);
    buf_deinit(&source);
}

// From the root of the repository, as `make test` runs it.
TEST(all_golden_programs_are_accepted)
{
    glob_t files;
    if (glob("tests/golden/*/*.braw", 0, NULL, &files)) return;
    for (size_t i = 0; i < files.gl_pathc; i++) check_file(files.gl_pathv[i]);
    CHECK(files.gl_pathc > 100);
    globfree(&files);
}

TEST(surplus_variables_and_deep_expressions_are_accepted)
{
    Buf text;
    buf_init(&text, MAX);
    buf_puts(&text, "dae f(a, b) { gie b }\ndae g() {\n");
    for (int i = 0; i < 400; i++) buf_printf(&text, "ken v%d = %d\n", i, i);
    buf_puts(&text, "ken h = || v399 + v3\nv398 = 1\nfer i in 0..3 { ken q = i\n(|| q)() }\ngie ");
    for (int i = 0; i < 200; i++) buf_puts(&text, "f(1, [2, ");
    buf_puts(&text, "v397");
    for (int i = 0; i < 200; i++) buf_puts(&text, "])");
    buf_puts(&text, "\n}\n");
    BcModule *m = compile_slice(buf_view(&text));
    REQUIRE(m);
    check_accepted(m, "surplus");
    bc_module_free(m);
    buf_deinit(&text);
}

// ---- refused ----------------------------------------------------------------------------

typedef struct Changed {
    BcModule *m;
    BcProto *p;
} Changed;

static Changed compiled(const char *text)
{
    BcModule *m = compile_text(text);
    REQUIRE(m);
    REQUIRE(bc_verify(m, NULL, NULL));
    return (Changed){m, m->main};
}

// The place of the nth instruction of that kind in the function.
static uint32_t find(const BcProto *p, Opcode op, int nth)
{
    for (uint32_t at = 0; at < p->code.len; at += bc_op_length(p, p->code.items + at))
        if (BC_OP(p->code.items[at]) == op && nth-- == 0) return at;
    printf("no %s\n", bc_op_name(op));
    test_check(false, "found", __FILE__, __LINE__);
    test_stop();
}

static void refused(Changed c, const char *reason)
{
    Buf why;
    buf_init(&why, MAX);
    CHECK(!bc_verify(c.m, &why, NULL));
    if (!slice_contains(buf_view(&why), slice_from_cstr(reason))) CHECK_STR(why.data, reason);
    bc_module_free(c.m);
    buf_deinit(&why);
}

TEST(an_unknown_instruction)
{
    Changed c = compiled("blether 1\n");
    c.p->code.items[0] = OP_COUNT;
    refused(c, "no such instruction");
}

TEST(a_register_beyond_the_last)
{
    Changed c = compiled("blether 1\n");
    c.p->code.items[find(c.p, OP_PRINT, 0)] = BC_WORD(OP_PRINT, c.p->nregs, 0, 0);
    refused(c, "register");
}

TEST(a_window_beyond_the_last_register)
{
    Changed c = compiled("blether upper(\"a\")\n");
    uint32_t at = find(c.p, OP_CALLB, 0);
    c.p->code.items[at] = BC_WORD(OP_CALLB, 0, 200, 0);
    refused(c, "registers 1 to 200");
}

TEST(a_constant_beyond_the_last)
{
    Changed c = compiled("blether \"a\"\n");
    c.p->code.items[find(c.p, OP_LOADK, 0)] = OP_LOADK | 999u << 16;
    refused(c, "constant 999");
}

TEST(a_builtin_beyond_the_last)
{
    Changed c = compiled("blether upper(\"a\")\n");
    c.p->code.items[find(c.p, OP_CALLB, 0) + 1] = 1000000;
    refused(c, "builtin 1000000");
}

TEST(a_global_beyond_the_last)
{
    Changed c = compiled("nope()\n");
    c.p->code.items[find(c.p, OP_CALLG, 0) + 1] = 77;
    refused(c, "global 77");
}

TEST(a_cache_beyond_the_last)
{
    Changed c = compiled("ken x = {}\nblether x.y\n");
    c.p->code.items[find(c.p, OP_GETP, 0) + 1] = 5;
    refused(c, "cache 5");
}

TEST(a_jump_into_an_instruction)
{
    Changed c = compiled("gin nope { blether later() }\n");
    uint32_t at = find(c.p, OP_CALLG, 0), j = find(c.p, OP_JF, 0) + 1;
    c.p->code.items[j] = at + 1 - (j + 1);
    refused(c, "jumps to");
}

TEST(a_jump_out_of_the_function)
{
    Changed c = compiled("gin nope { blether 1 }\n");
    c.p->code.items[find(c.p, OP_JF, 0) + 1] = (uint32_t)-100;
    refused(c, "jumps to -");
}

TEST(running_off_the_end)
{
    Changed c = compiled("blether 1\n");
    c.p->code.len = c.p->lines.len = find(c.p, OP_RETNIL, 0);
    refused(c, "falls off the end");
}

TEST(an_instruction_cut_short)
{
    Changed c = compiled("blether nope\n");
    c.p->code.len = c.p->lines.len = find(c.p, OP_GETG, 0) + 1;
    refused(c, "cut short");
}

TEST(a_handler_that_leads_nowhere)
{
    Changed c = compiled("hae_a_bash { nope() } gin_it_gangs_wrang e { blether e }\n");
    REQUIRE(c.p->handlers.len);
    c.p->handlers.items[0].target = c.p->code.len;
    refused(c, "handler");
}

TEST(handlers_that_overlap)
{
    Changed c = compiled("hae_a_bash { hae_a_bash { nope() } gin_it_gangs_wrang e { blether e } } "
                         "gin_it_gangs_wrang f { blether f }\n");
    REQUIRE(c.p->handlers.len == 2);
    BcHandler inner = c.p->handlers.items[0];
    c.p->handlers.items[0] = c.p->handlers.items[1];
    c.p->handlers.items[1] = inner;
    refused(c, "overlap");
}

TEST(a_capture_of_what_is_not_there)
{
    Changed c = compiled("dae f(a) { gie || a }\n");
    BcProto *f = c.p->protos.items[0];
    f->code.items[find(f, OP_NEWFN, 0) + 1] = BC_UP_PARENT << 8 | 3;
    refused(c, "captures");
}

TEST(a_captured_variable_beyond_the_last)
{
    Changed c = compiled("dae f(a) { gie || a }\n");
    BcProto *inner = c.p->protos.items[0]->protos.items[0];
    inner->code.items[find(inner, OP_GETUP, 0)] = BC_WORD(OP_GETUP, 0, 9, 0);
    refused(c, "GETUP");
}

TEST(a_value_read_as_a_cell)
{
    Changed c = compiled("dae f() { ken a = 1\nken g = || a\na = 2\ngie a }\n");
    BcProto *f = c.p->protos.items[0];
    uint32_t at = find(f, OP_NEWCELL, 0);
    f->code.items[at] = BC_WORD(OP_LOADNIL, BC_A(f->code.items[at]), 0, 0);
    refused(c, "");
}

TEST(a_cell_read_as_a_value)
{
    Changed c = compiled("dae f() { ken a = 1\nken g = || a\na = 2\ngie a }\n");
    BcProto *f = c.p->protos.items[0];
    uint32_t at = find(f, OP_GETCELL, 0), w = f->code.items[at];
    f->code.items[at] = BC_WORD(OP_MOVE, BC_A(w), BC_B(w), 0);
    refused(c, "where a value is due");
}

TEST(a_register_read_before_it_is_written)
{
    Changed c = compiled("ken a = 1\nblether a\n");
    uint32_t at = find(c.p, OP_LOADI, 0), a = BC_A(c.p->code.items[at]);
    c.p->code.items[at] = BC_WORD(OP_LOADI, a == 0, 0, 0);
    c.p->nregs = 2;
    refused(c, "where a value is due");
}

TEST(a_loop_over_no_state)
{
    Changed c = compiled("ken a = 1\nken b = 2\nken c = 3\nfer i in 0..3 { blether i }\n");
    uint32_t at = find(c.p, OP_FORLOOP, 0), w = c.p->code.items[at];
    c.p->code.items[at] = BC_WORD(OP_FORLOOP, 0, BC_B(w), 0);
    refused(c, "where a range is due");
}

TEST(a_method_that_is_no_function)
{
    Changed c = compiled("kin A { dae f() { } }\n");
    uint32_t at = find(c.p, OP_NEWFN, 0), w = c.p->code.items[at];
    c.p->code.items[at] = BC_WORD(OP_LOADNIL, BC_A(w), 0, 0);
    refused(c, "where a function is due");
}

TEST(a_name_that_is_no_text)
{
    Changed c = compiled("ken x = {}\nblether x.y\n");
    REQUIRE(c.p->ic_names.len && c.p->consts.len);
    c.p->consts.items[c.p->ic_names.items[0]].kind = BC_INT;
    refused(c, "has no name");
}

TEST(a_text_that_is_not_utf8)
{
    Changed c = compiled("blether \"abc\"\n");
    c.p->consts.items[0].s = SLICE_LIT("\xff");
    refused(c, "not UTF-8");
}

TEST(more_parameters_than_registers)
{
    Changed c = compiled("dae f(a, b, c) { }\n");
    c.p->protos.items[0]->nregs = 2;
    refused(c, "2 registers for 3");
}

TEST(a_format_out_of_bounds)
{
    Changed c = compiled("blether f\"{1:>8}\"\n");
    REQUIRE(c.p->formats.len);
    c.p->formats.items[0].width = 1 << 30;
    refused(c, "no format");
}

TEST(a_module_with_captured_variables)
{
    Changed c = compiled("blether 1\n");
    c.p->nups = 1;
    refused(c, "a module with");
}
