// SPDX-License-Identifier: MIT

#include "lang/syntax/ast_dump.h"

#include "base/num.h"
#include "lang/syntax/token_dump.h"

#define MAX_INDENT 40u // deeper blocks are not moved further right: output stays linear
#define MAX_TEXT   1000u

typedef struct {
    Buf *out;
    uint32_t indent;
} Dump;

static void dump_node(Dump *d, const AstNode *node);

static void put_text(Dump *d, Slice text)
{
    buf_puts(d->out, " \"");
    token_dump_text(d->out, text, MAX_TEXT);
    buf_putc(d->out, '"');
}

static void put_slice(Dump *d, Slice text)
{
    buf_putc(d->out, ' ');
    buf_put_slice(d->out, text);
}

// A name that may be missing: `-` then.
static void put_name(Dump *d, const AstName *name)
{
    put_slice(d, name ? name->text : SLICE_LIT("-"));
}

static void put_child(Dump *d, const AstNode *node)
{
    buf_putc(d->out, ' ');
    if (node) dump_node(d, node);
    else buf_putc(d->out, '-');
}

static void put_list(Dump *d, AstList list)
{
    for (uint32_t i = 0; i < list.len; i++) put_child(d, list.items[i]);
}

static void put_statements(Dump *d, AstList list)
{
    d->indent++;
    for (uint32_t i = 0; i < list.len; i++) {
        buf_putc(d->out, '\n');
        buf_fill(d->out, ' ',
                 2 * (size_t)(d->indent < MAX_INDENT ? d->indent : MAX_INDENT));
        dump_node(d, list.items[i]);
    }
    d->indent--;
}

static void dump_function(Dump *d, const AstFunction *function)
{
    if (function->name) put_name(d, function->name);
    buf_puts(d->out, " [");
    for (uint32_t i = 0; i < function->n_params; i++) {
        const AstParam *param = &function->params[i];
        if (i) buf_putc(d->out, ' ');
        if (param->is_rest) buf_puts(d->out, "...");
        buf_put_slice(d->out, param->name.text);
        if (!param->default_value) continue;
        buf_putc(d->out, '=');
        dump_node(d, param->default_value);
    }
    buf_putc(d->out, ']');
    put_child(d, function->body);
}

static void dump_format(Dump *d, const AstFormat *f)
{
    buf_puts(d->out, " (format");
    if (f->fill) {
        buf_puts(d->out, " fill=");
        buf_put_utf8(d->out, f->fill);
    }
    if (f->align) buf_printf(d->out, " align=%c", f->align);
    if (f->zero_pad) buf_puts(d->out, " zero");
    if (f->has_width) buf_printf(d->out, " width=%u", f->width);
    if (f->has_precision) buf_printf(d->out, " precision=%u", f->precision);
    if (f->type) buf_printf(d->out, " type=%c", f->type);
    buf_putc(d->out, ')');
}

static void dump_fstring(Dump *d, const AstNode *node)
{
    for (uint32_t i = 0; i < node->fstring.n_parts; i++) {
        const AstFPart *part = &node->fstring.parts[i];
        if (!part->expr) {
            put_text(d, part->text);
            continue;
        }
        put_child(d, part->expr);
        if (part->format) dump_format(d, part->format);
    }
}

static void dump_keek(Dump *d, const AstNode *node)
{
    if (node->keek.is_expr) buf_puts(d->out, " expr");
    put_child(d, node->keek.subject);
    for (uint32_t i = 0; i < node->keek.n_arms; i++) {
        const AstKeekArm *arm = &node->keek.arms[i];
        buf_puts(d->out, " (whan");
        put_list(d, arm->patterns);
        if (arm->guard) {
            buf_puts(d->out, " (guard");
            put_child(d, arm->guard);
            buf_putc(d->out, ')');
        }
        put_child(d, arm->body);
        buf_putc(d->out, ')');
    }
}

static void dump_gin(Dump *d, const AstNode *node)
{
    for (uint32_t i = 0; i < node->gin.n_arms; i++) {
        put_child(d, node->gin.arms[i].cond);
        put_child(d, node->gin.arms[i].body);
    }
    if (node->gin.ither) put_child(d, node->gin.ither);
}

static void dump_try(Dump *d, const AstNode *node)
{
    put_child(d, node->try_.body);
    put_name(d, node->try_.error_name);
    put_child(d, node->try_.handler);
    put_child(d, node->try_.finally);
}

static void dump_pairs(Dump *d, const AstNode *node)
{
    for (uint32_t i = 0; i < node->dict.n_pairs; i++) {
        put_child(d, node->dict.pairs[i].key);
        put_child(d, node->dict.pairs[i].value);
    }
}

static void dump_entries(Dump *d, const AstNode *node)
{
    for (uint32_t i = 0; i < node->pat_dict.n_entries; i++) {
        put_text(d, node->pat_dict.entries[i].key);
        put_child(d, node->pat_dict.entries[i].pattern);
    }
}

static void dump_thing(Dump *d, const AstNode *node)
{
    put_name(d, node->thing.name);
    for (uint32_t i = 0; i < node->thing.n_fields; i++) put_name(d, &node->thing.fields[i]);
}

static void put_float(Dump *d, double value)
{
    char text[NUM_DOUBLE_MAX];
    buf_putc(d->out, ' ');
    buf_put(d->out, text, num_format_shortest(value, text));
}

static void dump_statement(Dump *d, const AstNode *node)
{
    static const char *const levels[] = {"",        "roar",   "holler",
                                         "blether", "mutter", "whisper"};
    switch ((AstKind)node->kind) {
    case AST_KEN:
        put_name(d, node->ken.name);
        put_child(d, node->ken.value);
        break;
    case AST_KEN_LIST:
        put_list(d, node->ken_list.targets);
        put_child(d, node->ken_list.value);
        break;
    case AST_KIN:
        put_name(d, node->kin.name);
        put_name(d, node->kin.superclass);
        put_statements(d, node->kin.methods);
        break;
    case AST_THING: dump_thing(d, node); break;
    case AST_FETCH:
        put_text(d, node->fetch.path);
        put_name(d, node->fetch.alias);
        break;
    case AST_GIN: dump_gin(d, node); break;
    case AST_WHILES:
        put_child(d, node->whiles.cond);
        put_child(d, node->whiles.body);
        break;
    case AST_FER:
        put_name(d, node->fer.first);
        put_name(d, node->fer.second);
        put_child(d, node->fer.iterable);
        put_child(d, node->fer.body);
        break;
    case AST_TRY: dump_try(d, node); break;
    case AST_MAK_SICCAR:
        put_child(d, node->mak_siccar.cond);
        put_child(d, node->mak_siccar.message);
        break;
    case AST_LOG:
        put_slice(d, slice_from_cstr(levels[node->log.level]));
        put_list(d, node->log.args);
        break;
    default: break;
    }
}

static void dump_expression(Dump *d, const AstNode *node)
{
    switch ((AstKind)node->kind) {
    case AST_INT:
        buf_putc(d->out, ' ');
        buf_put_i64(d->out, node->integer.value);
        break;
    case AST_FLOAT: put_float(d, node->floating.value); break;
    case AST_STRING:
    case AST_BYTES: put_text(d, node->string.value); break;
    case AST_FSTRING: dump_fstring(d, node); break;
    case AST_BOOL: buf_puts(d->out, node->boolean ? " aye" : " nae"); break;
    case AST_IDENT:
    case AST_PAT_BIND:
    case AST_PAT_REST: put_slice(d, node->ident.name); break;
    case AST_DICT: dump_pairs(d, node); break;
    case AST_TERNARY:
        put_child(d, node->ternary.cond);
        put_child(d, node->ternary.yes);
        put_child(d, node->ternary.no);
        break;
    case AST_BINARY:
        buf_printf(d->out, " %s", ast_op_text(node->binary.op));
        MDH_FALLTHROUGH;
    case AST_AN:
    case AST_OR:
    case AST_PIPE:
        put_child(d, node->binary.left);
        put_child(d, node->binary.right);
        break;
    case AST_COMPOUND:
        buf_printf(d->out, " %s", ast_op_text(node->assign.op));
        MDH_FALLTHROUGH;
    case AST_ASSIGN:
        put_child(d, node->assign.target);
        put_child(d, node->assign.value);
        break;
    case AST_CALL:
        put_child(d, node->call.callee);
        put_list(d, node->call.args);
        break;
    case AST_PROPERTY:
        put_child(d, node->property.object);
        put_slice(d, node->property.name);
        break;
    case AST_INDEX:
        put_child(d, node->index.object);
        put_child(d, node->index.key);
        break;
    case AST_SLICE:
        put_child(d, node->slice.object);
        put_child(d, node->slice.start);
        put_child(d, node->slice.stop);
        put_child(d, node->slice.step);
        break;
    case AST_RANGE:
        if (node->range.inclusive) buf_puts(d->out, " inclusive");
        put_child(d, node->range.start);
        put_child(d, node->range.end);
        break;
    case AST_KWARG:
        put_name(d, node->kwarg.name);
        put_child(d, node->kwarg.value);
        break;
    case AST_KEEK: dump_keek(d, node); break;
    case AST_PAT_RANGE:
        buf_putc(d->out, ' ');
        buf_put_i64(d->out, node->pat_range.start);
        put_child(d, node->pat_range.end);
        break;
    case AST_PAT_DICT: dump_entries(d, node); break;
    default: dump_statement(d, node); break;
    }
}

static void dump_node(Dump *d, const AstNode *node)
{
    buf_printf(d->out, "(%s", ast_kind_name((AstKind)node->kind));
    switch ((AstKind)node->kind) {
    case AST_PROGRAM:
    case AST_BLOCK:
    case AST_BLOCK_EXPR: put_statements(d, node->list); break;
    case AST_LIST:
    case AST_PAT_LIST: put_list(d, node->list); break;
    case AST_DAE:
    case AST_LAMBDA: dump_function(d, node->function); break;
    case AST_GIE:
        if (node->operand) put_child(d, node->operand);
        break;
    case AST_BLETHER:
    case AST_HURL:
    case AST_EXPR_STMT:
    case AST_GROUP:
    case AST_SPEIR:
    case AST_NEGATE:
    case AST_NOT:
    case AST_SPREAD:
    case AST_PAT_VALUE: put_child(d, node->operand); break;
    default: dump_expression(d, node); break;
    }
    buf_putc(d->out, ')');
}

void ast_dump_node(const AstNode *node, Buf *out)
{
    Dump d = {out, 0};
    dump_node(&d, node);
}

void ast_dump(const SyntaxTree *tree, Buf *out)
{
    AstList list = tree->program->list;
    buf_puts(out, "AST:\n");
    token_dump_rule(out);
    for (uint32_t i = 0; i < list.len; i++) {
        buf_printf(out, "%u: ", i + 1);
        ast_dump_node(list.items[i], out);
        buf_putc(out, '\n');
    }
    token_dump_rule(out);
    buf_printf(out, "Total: %u top-level statements\n", list.len);
}
