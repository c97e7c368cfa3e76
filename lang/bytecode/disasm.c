// SPDX-License-Identifier: MIT
// The listing. An instruction's operands are shown by what abi/opcodes.def says of them, so a new
// instruction needs nothing here; what a number stands for follows after `;`.
//
//   0007    12  JLTI      r3, 10, 1, -> 0003
//   word   line          operands
#include "lang/bytecode/disasm.h"

#include <string.h>

#include "abi/abi.h"

#define MAX_SHOWN 40         // octets of a text constant
#define MAX_DEPTH 2000

typedef struct Listing {
    const BcModule *m;
    const BcProto *p;
    uint32_t at;
    Buf *out;
    Buf notes;               // after the `;`
} Listing;

// ---- what numbers stand for ---------------------------------------------------------------------

static void put_text(Buf *out, Slice s)
{
    buf_putc(out, '"');
    for (size_t i = 0; i < s.len && i < MAX_SHOWN; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c == '\n') buf_puts(out, "\\n");
        else if (c == '"' || c == '\\') buf_printf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f) buf_printf(out, "\\x%02x", c);
        else buf_putc(out, (char)c);
    }
    buf_puts(out, s.len > MAX_SHOWN ? "\"..." : "\"");
}

static void put_octets(Buf *out, Slice s)
{
    buf_puts(out, "b\"");
    for (size_t i = 0; i < s.len && i < MAX_SHOWN; i++)
        buf_printf(out, "\\x%02x", (unsigned)(unsigned char)s.ptr[i]);
    buf_puts(out, s.len > MAX_SHOWN ? "\"..." : "\"");
}

static void put_const(Buf *out, const BcProto *p, uint32_t k)
{
    if (k >= p->consts.len) {
        buf_puts(out, "?");
        return;
    }
    const BcConst *c = &p->consts.items[k];
    switch (c->kind) {
    case BC_INT: buf_put_i64(out, c->i); break;
    case BC_FLOAT: buf_printf(out, "%.17g", c->d); break;
    case BC_STR: put_text(out, c->s); break;
    case BC_BYTES: put_octets(out, c->s); break;
    }
}

static void note(Listing *l)
{
    if (l->notes.len) buf_puts(&l->notes, ", ");
}

static void note_const(Listing *l, uint32_t k)
{
    note(l);
    put_const(&l->notes, l->p, k);
}

static void note_cache(Listing *l, uint32_t cache)
{
    note(l);
    buf_putc(&l->notes, '.');
    if (cache < l->p->ic_names.len) put_const(&l->notes, l->p, l->p->ic_names.items[cache]);
}

static void note_global(Listing *l, uint32_t g)
{
    note(l);
    if (g >= l->m->globals.len) return;
    const BcGlobal *global = &l->m->globals.items[g];
    buf_put_slice(&l->notes, global->name);
    if (global->kind == BC_GLOBAL_OUTER) buf_puts(&l->notes, " (outer)");
}

static void note_builtin(Listing *l, uint32_t id)
{
    note(l);
    buf_puts(&l->notes, id < MDH_B_COUNT ? mdh_builtins[id].name : "?");
}

static void note_proto(Listing *l, uint32_t i)
{
    note(l);
    buf_puts(&l->notes, i < l->p->protos.len ? l->p->protos.items[i]->name : "?");
}

// The plain numbers that index a table of the function or carry a builtin.
static void note_number(Listing *l, Opcode op, uint32_t n)
{
    const BcProto *p = l->p;
    if (op == OP_BGET || op == OP_BPUT) note_builtin(l, n & 0xffffff);
    if (op == OP_KIN && n < p->kins.len) note_const(l, p->kins.items[n].name_k);
    if (op == OP_THING && n < p->things.len) note_const(l, p->things.items[n].name_k);
    if (op != OP_FORMAT || n >= p->formats.len) return;
    const BcFormat *f = &p->formats.items[n];
    note(l);
    buf_printf(&l->notes, "fill '%.5s' align %c width %d precision %d type %c", f->fill,
               f->align ? f->align : '-', f->width, f->precision, f->type ? f->type : '-');
}

// ---- operands -----------------------------------------------------------------------------------

// One of A, B, C; `wide` kinds take B and C together.
static void put_operand(Listing *l, char kind, uint32_t word, int place)
{
    uint32_t byte = word >> (8 + 8 * place) & 255;
    switch (kind) {
    case 'd': case 's': case 'x': buf_printf(l->out, "r%u", byte); break;
    case 'w': buf_printf(l->out, "r%u..", byte); break;
    case 'i': buf_printf(l->out, "%d", (int)(int8_t)byte); break;
    case 'u': buf_printf(l->out, "%u", byte); break;
    case 'k':
        buf_printf(l->out, "k%u", byte);
        note_const(l, byte);
        break;
    case 'K':
        buf_printf(l->out, "k%u", BC_BX(word));
        note_const(l, BC_BX(word));
        break;
    case 'I': buf_printf(l->out, "%d", (int)BC_SBX(word)); break;
    case 'P':
        buf_printf(l->out, "f%u", BC_BX(word));
        note_proto(l, BC_BX(word));
        break;
    default: break;
    }
}

static void put_comma(Listing *l, bool *first)
{
    if (!*first) buf_puts(l->out, ", ");
    *first = false;
}

static void put_extra(Listing *l, char kind, Opcode op, uint32_t at)
{
    uint32_t word = l->p->code.items[at];
    switch (kind) {
    case 'j': buf_printf(l->out, "-> %04u", (uint32_t)(at + 1 + word)); break;
    case 'g':
        buf_printf(l->out, "g%u", word);
        note_global(l, word);
        break;
    case 'b':
        buf_printf(l->out, "b%u", word);
        note_builtin(l, word);
        break;
    case 'k':
        buf_printf(l->out, "k%u", word);
        note_const(l, word);
        break;
    case 'c':
        buf_printf(l->out, "c%u", word);
        note_cache(l, word);
        break;
    default:
        buf_printf(l->out, "%u", word);
        note_number(l, op, word);
    }
}

static void put_capture(Listing *l, uint32_t word)
{
    switch (word >> 8) {
    case BC_UP_REG: buf_printf(l->out, "r%u", word & 255); break;
    case BC_UP_PARENT: buf_printf(l->out, "up%u", word & 255); break;
    default: buf_puts(l->out, "self");
    }
}

static void put_operands(Listing *l, Opcode op, uint32_t word)
{
    const char *operands = bc_op_operands(op), *extra = bc_op_extra(op);
    uint32_t len = bc_op_length(l->p, l->p->code.items + l->at);
    bool first = true;
    for (int i = 0; i < 3 && operands[i]; i++) {
        if (operands[i] == '-') continue;
        put_comma(l, &first);
        put_operand(l, operands[i], word, i);
    }
    for (uint32_t i = 1; i < len && l->at + i < l->p->code.len; i++) {
        put_comma(l, &first);
        if (op == OP_NEWFN) put_capture(l, l->p->code.items[l->at + i]);
        else put_extra(l, extra[i - 1], op, l->at + i);
    }
}

static void put_instruction(Listing *l)
{
    uint32_t word = l->p->code.items[l->at];
    Opcode op = BC_OP(word);
    buf_clear(&l->notes);
    buf_printf(l->out, "%-9s ", bc_op_name(op));
    size_t start = l->out->len;
    if (op < OP_COUNT) put_operands(l, op, word);
    if (!l->notes.len) return;
    size_t used = l->out->len - start;
    buf_fill(l->out, ' ', used < 24 ? 24 - used : 1);
    buf_puts(l->out, "; ");
    buf_put_slice(l->out, buf_view(&l->notes));
}

void bc_disasm_instruction(const BcModule *m, const BcProto *p, uint32_t at, Buf *out)
{
    Listing l = {m, p, at, out, {0}};
    buf_init(&l.notes, (size_t)1 << 16);
    put_instruction(&l);
    buf_deinit(&l.notes);
}

// ---- functions --------------------------------------------------------------------------

static void put_head(const BcProto *p, Buf *out)
{
    buf_printf(out, "function %s(", p->name);
    for (uint32_t i = 0; i < p->nparams; i++)
        buf_printf(out, "%s%s%s", i ? ", " : "", p->param_names[i], i < p->nrequired ? "" : "?");
    if (p->has_rest) buf_puts(out, p->nparams ? ", ..." : "...");
    buf_printf(out, ") line %u: %u registers, %u captured%s%s\n", p->line, p->nregs, p->nups,
               p->is_method ? ", method" : "", p->is_lambda ? ", lambda" : "");
}

static void put_handlers(const BcProto *p, Buf *out)
{
    for (uint32_t i = 0; i < p->handlers.len; i++) {
        const BcHandler *h = &p->handlers.items[i];
        buf_printf(out, "  handler   %04u..%04u -> %04u, r%u%s\n", h->start, h->end, h->target,
                   h->reg, h->keep_all ? " (finally)" : "");
    }
}

static void put_code(Listing *l)
{
    uint32_t line = 0;
    for (l->at = 0; l->at < l->p->code.len;) {
        uint32_t now = l->at < l->p->lines.len ? l->p->lines.items[l->at] : 0;
        buf_printf(l->out, "  %04u  ", l->at);
        if (now != line) buf_printf(l->out, "%5u  ", now);
        else buf_puts(l->out, "    .  ");
        line = now;
        put_instruction(l);
        buf_putc(l->out, '\n');
        l->at += bc_op_length(l->p, l->p->code.items + l->at);
    }
}

static void put_proto(Listing *l, const BcProto *p, int depth)
{
    if (!buf_ok(l->out) || depth > MAX_DEPTH) return;
    l->p = p;
    put_head(p, l->out);
    put_handlers(p, l->out);
    put_code(l);
    for (uint32_t i = 0; i < p->protos.len; i++) {
        buf_putc(l->out, '\n');
        put_proto(l, p->protos.items[i], depth + 1);
    }
}

void bc_disasm(const BcModule *m, Buf *out)
{
    Listing l = {.m = m, .out = out};
    buf_init(&l.notes, (size_t)1 << 16);
    put_proto(&l, m->main, 0);
    buf_deinit(&l.notes);
}
