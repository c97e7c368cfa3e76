// SPDX-License-Identifier: MIT
// What tests of the bytecode share: compiling a text, and a program that uses every construct.
#ifndef MDH_TESTS_UNIT_COMPILED_H
#define MDH_TESTS_UNIT_COMPILED_H

#include "lang/bytecode/compiler.h"
#include "lang/bytecode/verify.h"
#include "lang/syntax/syntax.h"

// NULL when it does not compile.
static inline BcModule *compile_slice(Slice text)
{
    DiagList diags;
    Arena *arena = arena_new();
    BcModule *m = NULL;
    CompileEnv env = {0};
    diag_init(&diags, 0);
    SyntaxTree *tree = arena ? syntax_parse(arena, text, "test.braw", &diags) : NULL;
    env.resolve.private_top_level = true;
    if (tree && !diags.n_errors) m = compile_module(tree->program, "test.braw", text, &env, &diags);
    diag_deinit(&diags);
    arena_free(arena);
    return m;
}

static inline BcModule *compile_text(const char *text)
{
    return compile_slice(slice_from_cstr(text));
}

static const char *const everything MDH_UNUSED =
    "fetch \"m\" tae m\nfetch \"n\"\n"
    "ken a = 1\nken b = 70000\nken c = 1.5\nken d = \"text\"\nken e = b\"\\x00\\xff\"\n"
    "ken [p, ...q] = [a, b, c]\nken x = {\"k\": a, \"l\": {c: d}}\n"
    "dae f(u, v = 2, ...w) { gie u + v * len(w) - 3 }\n"
    "dae counter() { ken n = 0\n gie || { n += 1\n gie n } }\n"
    "thing Point { px, py }\n"
    "kin Beast { dae init(name) { masel.name = name } dae speak() { gie masel.name } }\n"
    "kin Dug fae Beast { dae speak() { gie auld.speak() + \"!\" } }\n"
    "fer i in 0..10 { gin i % 3 == 0 an i > 2 { haud } ither { brak } }\n"
    "fer k, val in x { blether f\"{k:>8} {val:.2f} {c}\" }\n"
    "whiles a < 5 { a += 1 }\n"
    "hae_a_bash { hurl \"x\" } gin_it_gangs_wrang err { blether err } at_the_hinner_en { a = 9 }\n"
    "dae g() { fer i in [1] { hae_a_bash { gie 1 } at_the_hinner_en { brak } } }\n"
    "ken r = keek a { whan 1, 2 -> 3 whan [h, ...t] gin h -> t whan {\"k\": z} -> z whan _ -> 0 }\n"
    "blether f(1, v: 3)\nblether f(...[1, 2])\nblether [1, 2] |> len\nshove(q, 3)\n"
    "ken bb = bytes(4)\nbytes_write_u16be(bb, 0, 7)\nblether bytes_read_u16be(bb, 0)\n"
    "bb[0] = 1\nx.k = 2\nblether bb[0:2]\nblether 1..3\nmak_siccar a > 0, \"aye\"\n"
    "log_blether \"x\", {\"a\": 1}\nblether counter()()\nblether gin a than b ither c\n"
    "nope = 3\nblether PI\nlater()\ndae later() { gie later }\n";

#endif
