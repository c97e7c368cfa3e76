// SPDX-License-Identifier: MIT
// The tables as JSON arrays, one row a line: for editors and generated tests.
#include <string.h>

#include "abi/abi.h"
#include "lang/bytecode/proto.h"
#include "tools/doc/doc.h"

#define ANY_MASK ((1u << MDH_TAG_COUNT) - 1)

// ---- JSON -------------------------------------------------------------------------------------

static void put_string(Buf *out, const char *text)
{
    buf_putc(out, '"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') buf_printf(out, "\\%c", c);
        else if (c < 0x20) buf_printf(out, "\\u%04x", c);
        else buf_putc(out, (char)c);
    }
    buf_putc(out, '"');
}

static void put_field(Buf *out, const char *name, const char *text)
{
    buf_printf(out, "\"%s\": ", name);
    put_string(out, text);
}

static void put_comma(Buf *out, bool *first)
{
    if (!*first) buf_puts(out, ", ");
    *first = false;
}

// ---- builtins ---------------------------------------------------------------------------------

static void put_types(Buf *out, uint32_t types)
{
    bool first = true;
    if (types == ANY_MASK) {
        buf_puts(out, "[\"ANY\"]");
        return;
    }
    buf_putc(out, '[');
    for (unsigned tag = MDH_TAG_NAETHING; tag < MDH_TAG_CELL; tag++) {
        if (!(types >> tag & 1) || tag == MDH_TAG_RANGE) continue;
        put_comma(out, &first);
        put_string(out, mdh_type_name(tag));
    }
    buf_putc(out, ']');
}

static void put_default(Buf *out, const MdhParam *p)
{
    buf_puts(out, ", \"default\": ");
    switch (p->dflt) {
    case MDH_D_INT: buf_put_i64(out, p->dflt_int); break;
    case MDH_D_BOOL: buf_puts(out, p->dflt_int ? "true" : "false"); break;
    case MDH_D_STR: put_string(out, p->dflt_str); break;
    default: buf_puts(out, "null");
    }
}

static void put_param(Buf *out, const MdhParam *p)
{
    buf_putc(out, '{');
    put_field(out, "name", p->name);
    buf_puts(out, ", \"types\": ");
    put_types(out, p->types);
    buf_printf(out, ", \"required\": %s, \"rest\": %s", p->kind == 'P' ? "true" : "false",
               p->kind == 'R' ? "true" : "false");
    if (p->kind == 'O') put_default(out, p);
    buf_puts(out, ", ");
    put_field(out, "error", p->error);
    buf_putc(out, '}');
}

static void put_forms(Buf *out, const MdhBuiltin *row)
{
    bool first_form = true;
    buf_puts(out, ", \"forms\": [");
    for (const MdhBuiltin *f = row; f; f = mdh_builtin_next_form(f)) {
        bool first = true;
        put_comma(out, &first_form);
        buf_puts(out, "{\"params\": [");
        for (const MdhParam *p = f->params; p->name; p++) {
            put_comma(out, &first);
            put_param(out, p);
        }
        buf_puts(out, "]}");
    }
    buf_putc(out, ']');
}

static void put_aliases(Buf *out, const MdhBuiltin *row)
{
    bool first = true;
    buf_puts(out, ", \"aliases\": [");
    for (uint32_t i = 0; i < mdh_alias_count; i++) {
        if (mdh_aliases[i].id != row->id) continue;
        put_comma(out, &first);
        put_string(out, mdh_aliases[i].name);
    }
    buf_putc(out, ']');
}

static void put_flags(Buf *out, uint32_t flags)
{
    static const struct { uint32_t bit; const char *name; } names[] = {
        {MDH_B_PURE, "PURE"}, {MDH_B_ALLOC, "ALLOC"}, {MDH_B_THROWS, "THROWS"},
        {MDH_B_BLOCKS, "BLOCKS"}, {MDH_B_IO, "IO"}, {MDH_B_CALLS, "CALLS"},
        {MDH_B_TYPE_ERRORS, "TYPE_ERRORS"}, {MDH_B_RANDOM, "RANDOM"},
    };
    bool first = true;
    buf_puts(out, ", \"flags\": [");
    for (size_t i = 0; i < countof(names); i++) {
        if (!(flags & names[i].bit)) continue;
        put_comma(out, &first);
        put_string(out, names[i].name);
    }
    buf_putc(out, ']');
}

static void put_examples(Buf *out, const MdhExample *examples)
{
    bool first = true;
    buf_puts(out, ", \"examples\": [");
    for (const MdhExample *e = examples; e->code; e++) {
        put_comma(out, &first);
        buf_putc(out, '{');
        put_field(out, "code", e->code);
        buf_puts(out, ", ");
        put_field(out, "shown", e->shown);
        buf_putc(out, '}');
    }
    buf_putc(out, ']');
}

static void put_builtin(Buf *out, const MdhBuiltin *row)
{
    buf_putc(out, '{');
    put_field(out, "name", row->name);
    buf_puts(out, ", ");
    put_field(out, "module", mdh_builtin_module(row)->name);
    put_aliases(out, row);
    put_forms(out, row);
    put_flags(out, row->flags);
    buf_puts(out, ", ");
    put_field(out, "returns", row->ret);
    buf_puts(out, ", ");
    put_field(out, "doc", row->doc);
    put_examples(out, row->examples);
    buf_putc(out, '}');
}

void doc_builtins_json(Buf *out)
{
    for (uint32_t i = 0; i < MDH_B_COUNT; i++) {
        buf_puts(out, i ? ",\n" : "[\n");
        put_builtin(out, &mdh_builtins[i]);
    }
    buf_puts(out, "\n]\n");
}

// ---- keywords and instructions ----------------------------------------------------------------

static const struct { const char *kind, *word, *canonical, *doc; } keywords[] = {
#define KEYWORD(id, spelling, canonical, doc) {"keyword", spelling, canonical, doc},
#define KEYWORD_ALIAS(id, spelling, canonical, doc) {"alias", spelling, canonical, doc},
#define KEYWORD_SOFT(id, spelling, canonical, doc) {"soft", spelling, canonical, doc},
#include "abi/keywords.def"
};

void doc_keywords_json(Buf *out)
{
    for (size_t i = 0; i < countof(keywords); i++) {
        buf_puts(out, i ? ",\n{" : "[\n{");
        put_field(out, "word", keywords[i].word);
        buf_puts(out, ", ");
        put_field(out, "kind", keywords[i].kind);
        buf_puts(out, ", ");
        put_field(out, "canonical", keywords[i].canonical);
        buf_puts(out, ", ");
        put_field(out, "doc", keywords[i].doc);
        buf_putc(out, '}');
    }
    buf_puts(out, "\n]\n");
}

void doc_opcodes_json(Buf *out)
{
    for (int op = 0; op < OP_COUNT; op++) {
        buf_puts(out, op ? ",\n{" : "[\n{");
        put_field(out, "name", bc_op_name((Opcode)op));
        buf_puts(out, ", ");
        put_field(out, "operands", bc_op_operands((Opcode)op));
        buf_puts(out, ", ");
        put_field(out, "extra", bc_op_extra((Opcode)op));
        buf_puts(out, ", ");
        put_field(out, "doc", bc_op_doc((Opcode)op));
        buf_putc(out, '}');
    }
    buf_puts(out, "\n]\n");
}
