// SPDX-License-Identifier: MIT
// The first half of the verifier: every instruction alone. Opcodes exist, operands lie inside
// the function's registers and tables, jumps and handlers lead to instructions of the same
// function, nothing runs off the end, constants are of the kind that their user expects.
#include "lang/bytecode/verify.h"

#include <string.h>

#include "abi/abi.h"
#include "base/utf8.h"
#include "lang/bytecode/verify_priv.h"

#define MAX_FORMAT 100000    // width and precision
#define MAX_ROOM 65535
#define MAX_FIELDS 64        // a class's guess

bool verify_fail(const FnCheck *f, uint32_t at, const char *format, ...)
{
    Buf *why = f->v->why;
    if (!why) return false;
    va_list args;
    va_start(args, format);
    buf_printf(why, "%s, word %u: ", f->p->name ? f->p->name : "?", at);
    buf_vprintf(why, format, args);
    va_end(args);
    return false;
}

bool verify_no_memory(const FnCheck *f)
{
    f->v->no_memory = true;
    return verify_fail(f, 0, "no memory left");
}

// ---- tables of the function -------------------------------------------------------------

static bool is_text_const(const BcProto *p, uint32_t k)
{
    return k < p->consts.len && p->consts.items[k].kind == BC_STR;
}

static bool are_text_consts(const BcProto *p, uint32_t first, uint32_t n)
{
    if (first > p->consts.len || n > p->consts.len - first) return false;
    for (uint32_t i = 0; i < n; i++)
        if (!is_text_const(p, first + i)) return false;
    return true;
}

static bool check_consts(FnCheck *f)
{
    const BcProto *p = f->p;
    for (uint32_t i = 0; i < p->consts.len; i++) {
        const BcConst *k = &p->consts.items[i];
        if (k->kind > BC_BYTES) return verify_fail(f, 0, "constant %u is of no kind", i);
        if (k->kind == BC_STR && !utf8_is_valid(k->s.ptr, k->s.len))
            return verify_fail(f, 0, "constant %u is not UTF-8", i);
    }
    for (uint32_t i = 0; i < p->ic_names.len; i++)
        if (!is_text_const(p, p->ic_names.items[i]))
            return verify_fail(f, 0, "cache %u has no name", i);
    return true;
}

static bool check_descriptions(FnCheck *f)
{
    const BcProto *p = f->p;
    for (uint32_t i = 0; i < p->kins.len; i++) {
        const BcKin *k = &p->kins.items[i];
        bool fine = is_text_const(p, k->name_k) && is_text_const(p, k->super_k) &&
                    k->n_fields <= MAX_FIELDS &&
                    are_text_consts(p, k->first_method_k, k->n_methods);
        if (!fine) return verify_fail(f, 0, "class %u is ill described", i);
    }
    for (uint32_t i = 0; i < p->things.len; i++) {
        const BcThing *t = &p->things.items[i];
        if (!is_text_const(p, t->name_k) || !are_text_consts(p, t->first_field_k, t->n_fields))
            return verify_fail(f, 0, "struct %u is ill described", i);
    }
    return true;
}

static bool is_format(const BcFormat *f)
{
    bool align = f->align == 0 || strchr("<>^", f->align);
    bool type = f->type == 0 || strchr("dxXbofegs", f->type);
    size_t fill = strnlen(f->fill, sizeof f->fill);
    return align && type && fill < sizeof f->fill && utf8_is_valid(f->fill, fill) &&
           f->width >= -1 && f->width <= MAX_FORMAT && f->precision >= -1 &&
           f->precision <= MAX_FORMAT;
}

static bool check_shape(FnCheck *f)
{
    const BcProto *p = f->p;
    uint32_t params = (uint32_t)p->nparams + p->is_method + p->has_rest;
    if (!p->name || p->nregs > BC_MAX_REGISTERS || p->nregs < params)
        return verify_fail(f, 0, "%u registers for %u parameters", p->nregs, params);
    if (p->nrequired > p->nparams || p->nparams > MDH_MAX_PARAMS)
        return verify_fail(f, 0, "%u of %u parameters required", p->nrequired, p->nparams);
    for (uint32_t i = 0; i < p->nparams; i++)
        if (!p->param_names || !p->param_names[i])
            return verify_fail(f, 0, "parameter %u has no name", i);
    if (p->nups > BC_MAX_CAPTURED) return verify_fail(f, 0, "%u captured variables", p->nups);
    if (!p->code.len || p->lines.len != p->code.len)
        return verify_fail(f, 0, "%u lines for %u words", p->lines.len, p->code.len);
    for (uint32_t i = 0; i < p->formats.len; i++)
        if (!is_format(&p->formats.items[i])) return verify_fail(f, 0, "format %u is no format", i);
    return true;
}

// ---- finding the instructions -----------------------------------------------------------

static bool find_starts(FnCheck *f)
{
    const BcProto *p = f->p;
    uint32_t at = 0;
    f->starts = arena_alloc(f->v->arena, (size_t)p->code.len + 1);
    if (!f->starts) return verify_no_memory(f);
    while (at < p->code.len) {
        uint32_t word = p->code.items[at];
        if ((word & 255) >= OP_COUNT)
            return verify_fail(f, at, "no such instruction: %u", word & 255);
        if (BC_OP(word) == OP_NEWFN && BC_BX(word) >= p->protos.len)
            return verify_fail(f, at, "no such function: %u", BC_BX(word));
        if (BC_OP(word) == OP_NEWFN && p->protos.items[BC_BX(word)]->nups > BC_MAX_CAPTURED)
            return verify_fail(f, at, "captures too many variables");
        uint32_t len = bc_op_length(p, p->code.items + at);
        if (len > p->code.len - at) return verify_fail(f, at, "cut short");
        f->starts[at] |= AT_START;
        at += len;
    }
    return true;
}

static bool is_start(const FnCheck *f, uint64_t at)
{
    return at < f->p->code.len && f->starts[at];
}

bool verify_falls_through(Opcode op)
{
    switch (op) {
    case OP_RET: case OP_RETNIL: case OP_HURL: case OP_ASSERT: case OP_STRAY: case OP_RETHROW:
    case OP_NOMATCH: case OP_JMP: case OP_LOOP: case OP_FORPREP: case OP_ITERPREP: return false;
    default: return true;
    }
}

static bool check_end(FnCheck *f)
{
    uint32_t last = f->p->code.len - 1;
    while (!f->starts[last]) last--;
    return !verify_falls_through(BC_OP(f->p->code.items[last])) ||
           verify_fail(f, last, "falls off the end");
}

// ---- one instruction --------------------------------------------------------------------

static RegRange range(uint32_t first, uint32_t n)
{
    return (RegRange){first, n};
}

RegRange verify_reads(const BcProto *p, uint32_t at)
{
    uint32_t w = p->code.items[at], a = BC_A(w), b = BC_B(w), c = BC_C(w);
    switch (BC_OP(w)) {
    case OP_CONCAT: case OP_NEWLIST: case OP_APPEND: case OP_DICTK: case OP_LOG: return range(b, c);
    case OP_RANGE: return range(b, 2);
    case OP_SLICE: return range(b, 4);
    case OP_FORPREP: return range(a, 2);
    case OP_FORLOOP: case OP_ITERNEXT: return range(a, 3);
    case OP_ITERPREP: return range(a, 1);
    case OP_STASH: return range(a, b);
    case OP_UNSTASH: return range(b, 2);
    case OP_CALL: return range(a, 1 + b);
    case OP_CALLG: case OP_CALLB: return range(a + 1, b);
    case OP_CALLM: return range(a + 1, 1 + b);
    case OP_CALLA: return range(a, 2 + b);
    case OP_CALLX: return b == BC_CALL_METHOD ? range(a + 1, 2 + c) : range(a, 3 + c);
    case OP_KIN: {
        uint32_t i = p->code.items[at + 1];
        return range(a, 1 + (i < p->kins.len ? p->kins.items[i].n_methods : 0));
    }
    default: return range(0, 0);
    }
}

// The last register it writes besides A and B as its operands say.
static uint32_t highest_written(uint32_t w)
{
    uint32_t a = BC_A(w), b = BC_B(w);
    switch (BC_OP(w)) {
    case OP_FORPREP: case OP_ITERPREP: return a + 2;
    case OP_ITERNEXT: return b + (BC_C(w) == 2);
    case OP_CALLX: return a + 2;
    default: return bc_op_operands(BC_OP(w))[0] == 'u' ? 0 : a;
    }
}

static bool check_operand(FnCheck *f, uint32_t at, char kind, int place)
{
    const BcProto *p = f->p;
    uint32_t w = p->code.items[at], byte = w >> (8 + 8 * place) & 255;
    switch (kind) {
    case 'd': case 's': case 'x': case 'w':
        return byte < p->nregs || verify_fail(f, at, "register %u of %u", byte, p->nregs);
    case 'k': return byte < p->consts.len || verify_fail(f, at, "constant %u", byte);
    case 'K': return BC_BX(w) < p->consts.len || verify_fail(f, at, "constant %u", BC_BX(w));
    default: return true; // P was looked at by find_starts; numbers by check_numbers
    }
}

static bool check_jump(FnCheck *f, uint32_t at)
{
    int64_t target = (int64_t)at + 1 + (int32_t)f->p->code.items[at];
    bool fine = target >= 0 && is_start(f, (uint64_t)target);
    if (fine) f->starts[target] |= AT_LEADER;
    return fine || verify_fail(f, at, "jumps to %lld", (long long)target);
}

static bool check_number(FnCheck *f, uint32_t at, Opcode op, uint32_t n)
{
    const BcProto *p = f->p;
    switch (op) {
    case OP_FORMAT: return n < p->formats.len || verify_fail(f, at, "format %u", n);
    case OP_KIN: return n < p->kins.len || verify_fail(f, at, "class %u", n);
    case OP_THING: return n < p->things.len || verify_fail(f, at, "struct %u", n);
    case OP_ROOM:
        if (n > f->n_room) f->n_room = n;
        return n <= MAX_ROOM || verify_fail(f, at, "a room of %u", n);
    case OP_BGET: case OP_BPUT:
        return ((n & 0xffffff) < MDH_B_COUNT && n >> 24 >= 1 && n >> 24 <= 4) ||
               verify_fail(f, at, "octets by %#x", n);
    default: return true;
    }
}

static bool check_extra(FnCheck *f, uint32_t at, uint32_t i, char kind)
{
    const BcProto *p = f->p;
    Opcode op = BC_OP(p->code.items[at]);
    uint32_t n = p->code.items[at + i];
    switch (kind) {
    case 'j': return check_jump(f, at + i);
    case 'g': return n < f->v->m->globals.len || verify_fail(f, at, "global %u", n);
    case 'b': return n < MDH_B_COUNT || verify_fail(f, at, "builtin %u", n);
    case 'k': {
        bool run = op == OP_DICTK || op == OP_CALLX; // of C constants: check_uses counts them
        return n < p->consts.len + run || verify_fail(f, at, "constant %u", n);
    }
    case 'c':
        if (op == OP_HASKEY && BC_C(p->code.items[at])) return true; // any dict will do: no cache
        return n < p->ic_names.len || verify_fail(f, at, "cache %u", n);
    default: return check_number(f, at, op, n);
    }
}

static bool check_captures(FnCheck *f, uint32_t at)
{
    const BcProto *p = f->p;
    uint32_t n = p->protos.items[BC_BX(p->code.items[at])]->nups;
    for (uint32_t i = 1; i <= n; i++) {
        uint32_t w = p->code.items[at + i], index = w & 255;
        bool fine = false;
        switch (BC_UP_KIND(w)) {
        case BC_UP_REG: case BC_UP_ROOM: fine = index < p->nregs; break;
        case BC_UP_PARENT: fine = index < p->nups; break;
        case BC_UP_SELF: fine = true; break;
        default: break;
        }
        if (!fine) return verify_fail(f, at, "captures %#x", w);
    }
    return true;
}

// Constants that are read as texts, and small numbers with few meanings.
static bool check_uses(FnCheck *f, uint32_t at)
{
    const BcProto *p = f->p;
    const uint32_t *w = p->code.items + at;
    uint32_t a = BC_A(*w), b = BC_B(*w), c = BC_C(*w);
    bool fine = true;
    switch (BC_OP(*w)) {
    case OP_LOADKX: case OP_JEQK: case OP_JNEK:
    case OP_JLTK: case OP_JLEK: case OP_JGTK: case OP_JGEK: fine = w[1] < p->consts.len; break;
    case OP_DICTK: fine = are_text_consts(p, w[1], c); break;
    case OP_CALLA: case OP_IMPORTED: fine = is_text_const(p, w[1]); break;
    case OP_FETCH: fine = is_text_const(p, BC_BX(*w)); break;
    case OP_CALLX:
        fine = b <= BC_CALL_AULD && (!b || w[1] < p->ic_names.len) && are_text_consts(p, w[2], c);
        break;
    case OP_GETUP: case OP_GETUPC: fine = b < p->nups; break;
    case OP_SETUPC: fine = a < p->nups; break;
    case OP_ITERPREP: fine = b == 1 || b == 2; break;
    case OP_ITERNEXT: fine = c == 1 || c == 2; break;
    case OP_LOG: fine = a >= 1 && a <= 5 && c >= 1 && c <= 3; break;
    case OP_STASH: fine = b >= 2; break;
    case OP_CONCAT: fine = c >= 1; break;
    default: break;
    }
    return fine || verify_fail(f, at, "%s with %u, %u, %u", bc_op_name(BC_OP(*w)), a, b, c);
}

static bool check_instruction(FnCheck *f, uint32_t at)
{
    const BcProto *p = f->p;
    uint32_t w = p->code.items[at];
    Opcode op = BC_OP(w);
    const char *operands = bc_op_operands(op), *extra = bc_op_extra(op);
    for (int i = 0; i < 3; i++)
        if (!check_operand(f, at, operands[i], i)) return false;
    if (op == OP_NEWFN) return check_captures(f, at);
    for (uint32_t i = 0; extra[i]; i++)
        // CALLX without a name to look up: its cache word means nothing.
        if (!(op == OP_CALLX && i == 0) && !check_extra(f, at, i + 1, extra[i])) return false;
    if (!check_uses(f, at)) return false;
    RegRange r = verify_reads(p, at);
    if (r.n && (r.first + r.n > p->nregs || highest_written(w) >= p->nregs))
        return verify_fail(f, at, "registers %u to %u of %u", r.first, r.first + r.n - 1, p->nregs);
    return true;
}

// ---- handlers ---------------------------------------------------------------------------

static bool check_handler(FnCheck *f, const BcHandler *h)
{
    const BcProto *p = f->p;
    bool span = h->start < h->end && is_start(f, h->start) &&
                (h->end == p->code.len || is_start(f, h->end));
    if (!span || !is_start(f, h->target) || h->reg >= p->nregs)
        return verify_fail(f, h->target, "handler of %u to %u", h->start, h->end);
    if (h->keep_all != (BC_OP(p->code.items[h->target]) == OP_CATCHALL))
        return verify_fail(f, h->target, "a finally that keeps nothing");
    f->starts[h->target] |= AT_LEADER;
    return true;
}

// Inner ones come before outer ones, and none overlap otherwise.
static bool check_handlers(FnCheck *f)
{
    const BcProto *p = f->p;
    for (uint32_t i = 0; i < p->handlers.len; i++) {
        const BcHandler *h = &p->handlers.items[i];
        if (!check_handler(f, h)) return false;
        for (uint32_t k = 0; k < i; k++) {
            const BcHandler *in = &p->handlers.items[k];
            bool apart = in->end <= h->start || h->end <= in->start;
            if (!apart && (in->start < h->start || in->end > h->end))
                return verify_fail(f, h->target, "handlers %u and %u overlap", k, i);
        }
    }
    return true;
}

// ---- functions and modules --------------------------------------------------------------

static bool check_proto(Verifier *v, const BcProto *p, uint32_t *ups, bool is_made, int depth);

static bool check_inner(FnCheck *f, int depth)
{
    const BcProto *p = f->p;
    for (uint32_t i = 0; i < p->protos.len; i++) {
        uint32_t *ups = f->inner_ups[i];
        if (!check_proto(f->v, p->protos.items[i], ups, ups != NULL, depth + 1)) return false;
    }
    return true;
}

// A function whose NEWFN is never reached is never made and never runs: of it, and of those inside
// it, only the shape is checked.
static bool check_proto(Verifier *v, const BcProto *p, uint32_t *ups, bool is_made, int depth)
{
    FnCheck f = {.v = v, .p = p, .ups = ups};
    if (depth > BC_MAX_NESTING) return verify_fail(&f, 0, "functions nested too deep");
    if (!check_shape(&f) || !check_consts(&f) || !check_descriptions(&f) ||
        !find_starts(&f))
        return false;
    for (uint32_t at = 0; at < p->code.len; at++)
        if (f.starts[at] && !check_instruction(&f, at)) return false;
    if (!check_end(&f) || !check_handlers(&f)) return false;
    f.inner_ups = arena_alloc_array(v->arena, p->protos.len + 1, sizeof *f.inner_ups);
    if (!f.inner_ups) return verify_no_memory(&f);
    return (!is_made || verify_flow(&f)) && check_inner(&f, depth);
}

static bool check_module(Verifier *v)
{
    const BcModule *m = v->m;
    FnCheck f = {.v = v, .p = m->main};
    if (!m->main || !m->file) return false;
    if (m->n_own > m->globals.len) return verify_fail(&f, 0, "%u own globals", m->n_own);
    for (uint32_t i = 0; i < m->globals.len; i++) {
        const BcGlobal *g = &m->globals.items[i];
        BcGlobalKind kind = i < m->n_own ? BC_GLOBAL_OWN : BC_GLOBAL_OUTER;
        if (!g->name.len || g->kind != kind) return verify_fail(&f, 0, "global %u", i);
    }
    if (m->main->nups || m->main->is_method || m->main->nparams || m->main->has_rest)
        return verify_fail(&f, 0, "a module with parameters");
    return check_proto(v, m->main, NULL, true, 0);
}

bool bc_verify(const BcModule *m, Buf *why, bool *no_memory)
{
    Verifier v = {m, why, arena_new(), false};
    v.no_memory = !v.arena;
    bool fine = v.arena && check_module(&v);
    arena_free(v.arena);
    if (no_memory) *no_memory = v.no_memory;
    return fine;
}
