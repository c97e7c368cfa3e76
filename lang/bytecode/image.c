// SPDX-License-Identifier: MIT
// The layout of an image. Numbers are big-endian; u8, u16, u32, u64 are their widths; text is
// u32 length and octets.
//
//   "MDHB"  u16 version  u64 fingerprint of the tables
//   text file   u32 globals, own ones   { u8 kind  text name } ...   function
//
//   function:
//     text name   u32 line   u8 parameters  u8 required  u8 flags  u16 registers  u8 captured
//     text for each parameter
//     u32 words { u32 }            u32 runs of lines { u32 words  u32 line }
//     u32 constants { u8 kind  u64 or text }
//     u32 caches { u32 constant }
//     u32 handlers { u32 start end target  u8 register  u8 keep_all }
//     u32 formats { 5 octets fill  u8 align type zero  u32 width precision }
//     u32 classes { u32 name super first_method methods fields }
//     u32 structs { u32 name first_field fields }
//     u32 functions { function }
//
// Reading trusts no count: each is held against the octets that are left before anything is
// allocated for it, and the arena is bounded by the image's size.
#include "lang/bytecode/image.h"

#include <string.h>

#include "abi/abi.h"
#include "base/cursor.h"
#include "lang/bytecode/verify.h"

#define MAGIC UINT32_C(0x4d444842) // "MDHB"
#define ARENA_PER_OCTET 64         // a record in memory is at most so much bigger
#define ARENA_BASE ((size_t)1 << 20)

enum { FLAG_REST = 1, FLAG_METHOD = 2, FLAG_LAMBDA = 4 };

// Of everything that gives the numbers in an image their meaning (FNV-1a).
static uint64_t mix(uint64_t h, const char *text)
{
    do h = (h ^ (uint64_t)(unsigned char)*text) * UINT64_C(0x100000001b3);
    while (*text++);
    return h;
}

static uint64_t fingerprint(void)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (int op = 0; op < OP_COUNT; op++) {
        h = mix(h, bc_op_name((Opcode)op));
        h = mix(h, bc_op_operands((Opcode)op));
        h = mix(h, bc_op_extra((Opcode)op));
    }
    for (uint32_t i = 0; i < MDH_B_COUNT; i++) h = mix(h, mdh_builtins[i].name);
    return h;
}

// ---- writing ----------------------------------------------------------------------------

static void put_text(Buf *out, Slice s)
{
    buf_put_u32be(out, (uint32_t)s.len);
    buf_put_slice(out, s);
}

static void put_code(const BcProto *p, Buf *out)
{
    uint32_t runs = 0;
    buf_put_u32be(out, p->code.len);
    for (uint32_t i = 0; i < p->code.len; i++) buf_put_u32be(out, p->code.items[i]);
    for (uint32_t i = 0; i < p->code.len; i++)
        runs += i == 0 || p->lines.items[i] != p->lines.items[i - 1];
    buf_put_u32be(out, runs);
    for (uint32_t i = 0, n; i < p->code.len; i += n) {
        n = 1;
        while (i + n < p->code.len && p->lines.items[i + n] == p->lines.items[i]) n++;
        buf_put_u32be(out, n);
        buf_put_u32be(out, p->lines.items[i]);
    }
}

static void put_const(const BcConst *k, Buf *out)
{
    uint64_t bits = (uint64_t)k->i;
    if (k->kind == BC_FLOAT) memcpy(&bits, &k->d, sizeof bits);
    buf_put_u8(out, (uint8_t)k->kind);
    if (k->kind == BC_STR || k->kind == BC_BYTES) put_text(out, k->s);
    else buf_put_u64be(out, bits);
}

static void put_handler(const BcHandler *h, Buf *out)
{
    buf_put_u32be(out, h->start);
    buf_put_u32be(out, h->end);
    buf_put_u32be(out, h->target);
    buf_put_u8(out, h->reg);
    buf_put_u8(out, h->keep_all);
}

static void put_format(const BcFormat *f, Buf *out)
{
    buf_put(out, f->fill, sizeof f->fill);
    buf_put_u8(out, (uint8_t)f->align);
    buf_put_u8(out, (uint8_t)f->type);
    buf_put_u8(out, f->zero);
    buf_put_u32be(out, (uint32_t)f->width);
    buf_put_u32be(out, (uint32_t)f->precision);
}

static void put_tables(const BcProto *p, Buf *out)
{
    buf_put_u32be(out, p->consts.len);
    vec_each(const BcConst, k, &p->consts) put_const(k, out);
    buf_put_u32be(out, p->ic_names.len);
    for (uint32_t i = 0; i < p->ic_names.len; i++) buf_put_u32be(out, p->ic_names.items[i]);
    buf_put_u32be(out, p->handlers.len);
    vec_each(const BcHandler, h, &p->handlers) put_handler(h, out);
    buf_put_u32be(out, p->formats.len);
    vec_each(const BcFormat, f, &p->formats) put_format(f, out);
    buf_put_u32be(out, p->kins.len);
    vec_each(const BcKin, kin, &p->kins) {
        buf_put_u32be(out, kin->name_k);
        buf_put_u32be(out, kin->super_k);
        buf_put_u32be(out, kin->first_method_k);
        buf_put_u32be(out, kin->n_methods);
        buf_put_u32be(out, kin->n_fields);
    }
    buf_put_u32be(out, p->things.len);
    vec_each(const BcThing, thing, &p->things) {
        buf_put_u32be(out, thing->name_k);
        buf_put_u32be(out, thing->first_field_k);
        buf_put_u32be(out, thing->n_fields);
    }
}

static void put_proto(const BcProto *p, Buf *out)
{
    put_text(out, slice_from_cstr(p->name));
    buf_put_u32be(out, p->line);
    buf_put_u8(out, p->nparams);
    buf_put_u8(out, p->nrequired);
    buf_put_u8(out, (uint8_t)((p->has_rest ? FLAG_REST : 0) | (p->is_method ? FLAG_METHOD : 0) |
                              (p->is_lambda ? FLAG_LAMBDA : 0)));
    buf_put_u16be(out, p->nregs);
    buf_put_u8(out, (uint8_t)p->nups);
    for (uint32_t i = 0; i < p->nparams; i++) put_text(out, slice_from_cstr(p->param_names[i]));
    put_code(p, out);
    put_tables(p, out);
    buf_put_u32be(out, p->protos.len);
    for (uint32_t i = 0; i < p->protos.len && buf_ok(out); i++) put_proto(p->protos.items[i], out);
}

bool bc_image_write(const BcModule *m, Buf *out)
{
    buf_put_u32be(out, MAGIC);
    buf_put_u16be(out, BC_IMAGE_VERSION);
    buf_put_u64be(out, fingerprint());
    put_text(out, slice_from_cstr(m->file));
    buf_put_u32be(out, m->globals.len);
    buf_put_u32be(out, m->n_own);
    vec_each(const BcGlobal, g, &m->globals) {
        buf_put_u8(out, (uint8_t)g->kind);
        put_text(out, g->name);
    }
    put_proto(m->main, out);
    return buf_ok(out);
}

// ---- reading ----------------------------------------------------------------------------

typedef struct Reader {
    Cursor cur;
    Arena *arena;
    bool out_of_memory;
} Reader;

// Room for `n` items of at least `octets` in the image and `size` here. NULL after a failure.
static void *take_array(Reader *r, uint32_t n, size_t octets, size_t size)
{
    void *items = cur_has_items(&r->cur, n, octets)
                      ? arena_alloc_array(r->arena, (size_t)n + 1, size)
                      : NULL;
    if (!items) {
        r->out_of_memory |= cur_ok(&r->cur);
        cur_fail(&r->cur);
    }
    return items;
}

// A count, then room for so many items in the vector.
#define TAKE_VEC(r, v, octets)                                                                \
    ((v)->len = (v)->cap = cur_u32be(&(r)->cur),                                              \
     (v)->items = take_array((r), (v)->len, (octets), sizeof *(v)->items),                    \
     (v)->items ? true : ((v)->len = (v)->cap = 0, false))

static Slice take_text(Reader *r)
{
    Slice s = cur_take(&r->cur, cur_u32be(&r->cur));
    Slice copy = cur_ok(&r->cur) ? arena_slice_dup(r->arena, s) : SLICE_NONE;
    if (!copy.ptr) {
        r->out_of_memory |= cur_ok(&r->cur);
        cur_fail(&r->cur);
        return SLICE_LIT("");
    }
    return copy;
}

// A name that C code reads: no NUL inside.
static const char *take_name(Reader *r)
{
    Slice s = cur_take(&r->cur, cur_u32be(&r->cur));
    char *copy = cur_ok(&r->cur) && slice_find_char(s, '\0') == SLICE_NOT_FOUND
                     ? arena_strndup(r->arena, s.ptr, s.len)
                     : NULL;
    if (copy) return copy;
    cur_fail(&r->cur);
    return "";
}

static bool take_bool(Reader *r)
{
    uint8_t b = cur_u8(&r->cur);
    if (b > 1) cur_fail(&r->cur);
    return b == 1;
}

static void take_code(Reader *r, BcProto *p)
{
    if (!TAKE_VEC(r, &p->code, 4)) return;
    for (uint32_t i = 0; i < p->code.len; i++) p->code.items[i] = cur_u32be(&r->cur);
    uint32_t runs = cur_u32be(&r->cur), at = 0;
    p->lines.items = arena_alloc_array(r->arena, (size_t)p->code.len + 1, sizeof *p->lines.items);
    if (!p->lines.items) cur_fail(&r->cur);
    for (uint32_t i = 0; i < runs && cur_ok(&r->cur); i++) {
        uint32_t n = cur_u32be(&r->cur), line = cur_u32be(&r->cur);
        if (!n || n > p->code.len - at) cur_fail(&r->cur);
        else while (n--) p->lines.items[at++] = line;
    }
    if (at != p->code.len) cur_fail(&r->cur);
    p->lines.len = p->lines.cap = at;
}

static void take_const(Reader *r, BcConst *k)
{
    uint8_t kind = cur_u8(&r->cur);
    if (kind > BC_BYTES) cur_fail(&r->cur);
    k->kind = (BcConstKind)(kind & 3);
    if (k->kind == BC_STR || k->kind == BC_BYTES) {
        k->s = take_text(r);
        return;
    }
    uint64_t bits = cur_u64be(&r->cur);
    if (k->kind == BC_FLOAT) memcpy(&k->d, &bits, sizeof bits);
    else k->i = (int64_t)bits;
}

static void take_handler(Reader *r, BcHandler *h)
{
    h->start = cur_u32be(&r->cur);
    h->end = cur_u32be(&r->cur);
    h->target = cur_u32be(&r->cur);
    h->reg = cur_u8(&r->cur);
    h->keep_all = take_bool(r);
}

static void take_format(Reader *r, BcFormat *f)
{
    Slice fill = cur_take(&r->cur, sizeof f->fill);
    if (fill.len) memcpy(f->fill, fill.ptr, fill.len);
    f->align = (char)cur_u8(&r->cur);
    f->type = (char)cur_u8(&r->cur);
    f->zero = take_bool(r);
    f->width = (int)cur_u32be(&r->cur);
    f->precision = (int)cur_u32be(&r->cur);
}

static void take_kin(Reader *r, BcKin *k)
{
    k->name_k = cur_u32be(&r->cur);
    k->super_k = cur_u32be(&r->cur);
    k->first_method_k = cur_u32be(&r->cur);
    k->n_methods = cur_u32be(&r->cur);
    k->n_fields = cur_u32be(&r->cur);
}

static void take_thing(Reader *r, BcThing *t)
{
    t->name_k = cur_u32be(&r->cur);
    t->first_field_k = cur_u32be(&r->cur);
    t->n_fields = cur_u32be(&r->cur);
}

static void take_tables(Reader *r, BcProto *p)
{
    if (TAKE_VEC(r, &p->consts, 5))
        vec_each(BcConst, k, &p->consts) take_const(r, k);
    if (TAKE_VEC(r, &p->ic_names, 4))
        for (uint32_t i = 0; i < p->ic_names.len; i++) p->ic_names.items[i] = cur_u32be(&r->cur);
    if (TAKE_VEC(r, &p->handlers, 14))
        vec_each(BcHandler, h, &p->handlers) take_handler(r, h);
    if (TAKE_VEC(r, &p->formats, 16))
        vec_each(BcFormat, f, &p->formats) take_format(r, f);
    if (TAKE_VEC(r, &p->kins, 20))
        vec_each(BcKin, k, &p->kins) take_kin(r, k);
    if (TAKE_VEC(r, &p->things, 12))
        vec_each(BcThing, t, &p->things) take_thing(r, t);
}

static void take_head(Reader *r, BcProto *p)
{
    p->name = take_name(r);
    p->line = cur_u32be(&r->cur);
    p->nparams = cur_u8(&r->cur);
    p->nrequired = cur_u8(&r->cur);
    uint8_t flags = cur_u8(&r->cur);
    if (flags > (FLAG_REST | FLAG_METHOD | FLAG_LAMBDA)) cur_fail(&r->cur);
    p->has_rest = flags & FLAG_REST;
    p->is_method = flags & FLAG_METHOD;
    p->is_lambda = flags & FLAG_LAMBDA;
    p->nregs = cur_u16be(&r->cur);
    p->nups = cur_u8(&r->cur);
    p->param_names = take_array(r, p->nparams, 4, sizeof *p->param_names);
    for (uint32_t i = 0; i < p->nparams && p->param_names; i++) p->param_names[i] = take_name(r);
}

#define LEAST_PROTO 50 // octets of a function with nothing in it

static BcProto *take_proto(Reader *r, int depth)
{
    BcProto *p = ARENA_NEW(r->arena, BcProto);
    if (!p || depth > BC_MAX_NESTING) {
        cur_fail(&r->cur);
        return NULL;
    }
    take_head(r, p);
    take_code(r, p);
    take_tables(r, p);
    if (TAKE_VEC(r, &p->protos, LEAST_PROTO))
        for (uint32_t i = 0; i < p->protos.len && cur_ok(&r->cur); i++)
            p->protos.items[i] = take_proto(r, depth + 1);
    return p;
}

static void take_globals(Reader *r, BcModule *m)
{
    m->globals.len = m->globals.cap = cur_u32be(&r->cur);
    m->n_own = cur_u32be(&r->cur);
    m->globals.items = take_array(r, m->globals.len, 5, sizeof *m->globals.items);
    for (uint32_t i = 0; i < m->globals.len && cur_ok(&r->cur); i++) {
        uint8_t kind = cur_u8(&r->cur);
        if (kind > BC_GLOBAL_OUTER) cur_fail(&r->cur);
        m->globals.items[i].kind = (BcGlobalKind)(kind & 1);
        m->globals.items[i].name = take_text(r);
    }
}

static const char *read_module(Reader *r, BcModule *m)
{
    if (cur_u32be(&r->cur) != MAGIC) return "no image of a program";
    if (cur_u16be(&r->cur) != BC_IMAGE_VERSION) return "an image of another version";
    if (cur_u64be(&r->cur) != fingerprint()) return "an image of another build";
    m->file = take_name(r);
    take_globals(r, m);
    if (cur_ok(&r->cur)) m->main = take_proto(r, 0);
    if (r->out_of_memory || arena_failed(r->arena)) return "no memory left for the image";
    if (!cur_ok(&r->cur)) return "a broken image";
    return cur_done(&r->cur) ? NULL : "an image with something behind it";
}

BcModule *bc_image_read(Slice image, Buf *why)
{
    if (image.len > BC_IMAGE_MAX) return NULL;
    Reader r = {.cur = cur_from_slice(image)};
    r.arena = arena_new_limited(image.len * ARENA_PER_OCTET + ARENA_BASE);
    BcModule *m = r.arena ? ARENA_NEW(r.arena, BcModule) : NULL;
    const char *wrong = m ? read_module(&r, m) : "no memory left for the image";
    if (wrong && why) buf_puts(why, wrong);
    if (wrong || !bc_verify(m, why, NULL)) {
        arena_free(r.arena);
        return NULL;
    }
    m->arena = r.arena;
    return m;
}
