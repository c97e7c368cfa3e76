// SPDX-License-Identifier: MIT
// What the session says of itself: banner, help, examples, and a word of wisdom when asked.
#include "abi/abi.h"
#include "tools/repl/repl.h"

void repl_banner(Buf *out)
{
    buf_puts(out, "mdhavers REPL - A Scots Programming Language\n"
                  "Version " MDH_VERSION ". Type 'help' fer help, 'quit' tae leave.\n");
}

void repl_help(Buf *out)
{
    buf_puts(out,
             "mdhavers Help\n"
             "\n"
             "  Type an expression tae see its value, or ony statement tae run it. Open brackets\n"
             "  and strings carry on tae the neist line. Tab completes, the arrows recall.\n"
             "\n"
             "  help [NAME]        this, or whit a builtin or keyword does\n"
             "  vars, env          yer variables\n"
             "  examples           a few things tae try\n"
             "  trace, trace v     a commentary on whit runs; wi' values\n"
             "  clear, cls         wipe the screen\n"
             "  cancel             forget an unfinished entry\n"
             "  reset              forget aw yer variables\n"
             "  wisdom, codewisdom a word tae the wise\n"
             "  quit, exit, bye    leave (or cheers, haud yer wheesht, Ctrl-D)\n"
             "\n"
             "  In an unfinished entry pit a colon in front: ':cancel', ':help', ':quit'.\n");
}

void repl_examples(Buf *out)
{
    buf_puts(out,
             "Examples\n"
             "\n"
             "  ken name = \"Morag\"\n"
             "  blether f\"Hullo {name}!\"\n"
             "  dae twice(x) { gie x * 2 }\n"
             "  gaun([1, 2, 3], twice)\n"
             "  fer i in 1..=3 { blether i }\n"
             "  gin 3 > 2 { blether \"aye\" } ither { blether \"nae\" }\n"
             "  hae_a_bash { 1 / 0 } gin_it_gangs_wrang e { blether e }\n");
}

// ---- help for one name --------------------------------------------------------------------------

static const struct { const char *word, *doc; } keywords[] = {
#define KEYWORD(id, spelling, canonical, doc) {spelling, doc},
#define KEYWORD_ALIAS(id, spelling, canonical, doc) {spelling, doc},
#define KEYWORD_SOFT(id, spelling, canonical, doc) {spelling, doc},
#include "abi/keywords.def"
};

static void put_builtin(const MdhBuiltin *row, Buf *out)
{
    for (const MdhBuiltin *f = row; f; f = mdh_builtin_next_form(f)) {
        buf_printf(out, "  %s(", row->name);
        for (const MdhParam *p = f->params; p->name; p++)
            buf_printf(out, "%s%s%s%s", p == f->params ? "" : ", ", p->kind == 'R' ? "..." : "",
                       p->name, p->kind == 'O' ? "?" : "");
        buf_puts(out, ")\n");
    }
    buf_printf(out, "  %s\n", row->doc);
    for (const MdhExample *e = row->examples; e->code; e++)
        buf_printf(out, "    %s  # %s\n", e->code, e->shown);
}

void repl_help_for(Slice name, Buf *out)
{
    for (size_t i = 0; i < countof(keywords); i++) {
        if (!slice_eq_cstr(name, keywords[i].word)) continue;
        buf_printf(out, "  %s: %s\n", keywords[i].word, keywords[i].doc);
        return;
    }
    const MdhBuiltin *row = mdh_builtin_find(name.ptr, name.len);
    if (row) put_builtin(row, out);
    else buf_printf(out, "Ah dinnae ken '%.*s'.\n", SLICE_ARG(name));
}

// ---- wisdom -----------------------------------------------------------------------------------

static const char *const sayings[] = {
    "Whit's fer ye'll no go by ye.",
    "Mony a mickle maks a muckle.",
    "Lang may yer lum reek.",
    "Keep the heid.",
    "A gaun fit's aye gettin.",
    "Dinnae mak a fool o yersel in front o yer freends: let them find oot.",
    "Ne'er cast a cloot til May be oot.",
    "Guid gear comes in sma bulk.",
};

static const char *const code_sayings[] = {
    "A test the day saves a fankle the morn.",
    "Name a thing weel an ye've hauf written it.",
    "If it's no measured, it's no faster.",
    "The best line is the ane ye didnae need.",
    "Whan twa places say the same thing, ane o them is leein.",
    "Read the error afore ye mend the code.",
    "Handle the failure whaur ye can dae something aboot it.",
    "Wee functions, wee fankles.",
};

void repl_wisdom(uint32_t which, Buf *out)
{
    buf_printf(out, "%s\n", sayings[which % countof(sayings)]);
}

void repl_code_wisdom(uint32_t which, Buf *out)
{
    buf_printf(out, "%s\n", code_sayings[which % countof(code_sayings)]);
}
