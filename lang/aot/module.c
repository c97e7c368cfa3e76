// SPDX-License-Identifier: MIT
// One module: its functions in preorder, the arrays that loading fills, the image, and the
// VmNativeModule that names them all.
#include <stdio.h>
#include <string.h>

#include "lang/aot/gen.h"
#include "lang/bytecode/image.h"

static uint32_t count_functions(const BcProto *p)
{
    uint32_t n = 1;
    for (uint32_t i = 0; i < p->protos.len; i++) n += count_functions(p->protos.items[i]);
    return n;
}

// Parts are stretches of about the same number of words.
static bool is_elsewhere(Gen *g, const BcProto *p)
{
    uint64_t part = g->n_parts > 1 ? g->weight * g->n_parts / (g->whole_weight + 1) : 0;
    g->weight += p->code.len;
    return part != g->part;
}

static void plan_function(ModGen *mg, const BcProto *p, const FnPlan *outer)
{
    FnPlan *plan = &mg->plans[mg->n_functions];
    *plan = (FnPlan){.p = p,
                     .outer = outer,
                     .index = mg->n_functions++,
                     .first_const = mg->n_consts,
                     .first_cache = mg->n_caches,
                     .n_args = (uint32_t)p->is_method + p->nparams + p->has_rest,
                     .elsewhere = is_elsewhere(mg->g, p)};
    plan->by_value = plan->n_args <= AOT_MAX_BY_VALUE;
    mg->n_consts += p->consts.len;
    mg->n_caches += p->ic_names.len;
    for (uint32_t i = 0; i < p->protos.len; i++) plan_function(mg, p->protos.items[i], plan);
}

uint32_t module_child(const ModGen *mg, const FnPlan *plan, uint32_t i)
{
    uint32_t at = plan->index + 1;
    for (; i > 0; i--) at += count_functions(mg->plans[at].p);
    return at;
}

static LLVMValueRef zeroed_array(ModGen *mg, LLVMTypeRef of, uint32_t n, const char *name,
                                 LLVMTypeRef *type)
{
    *type = LLVMArrayType2(of, n ? n : 1);
    LLVMValueRef v = LLVMAddGlobal(mg->g->llvm, *type, name);
    LLVMSetInitializer(v, LLVMConstNull(*type));
    LLVMSetLinkage(v, LLVMInternalLinkage);
    LLVMSetAlignment(v, 16);
    return v;
}

uint32_t module_number(const ModGen *mg)
{
    return (uint32_t)(mg->m - mg->g->program->modules);
}

// The same for all parts of the program: the first one has it.
static LLVMValueRef shared_array(ModGen *mg, LLVMTypeRef of, uint32_t n, const char *name,
                                 LLVMTypeRef *type)
{
    char unique[64];
    LLVMValueRef v = zeroed_array(mg, of, n, name, type);
    if (mg->g->n_parts <= 1) return v;
    snprintf(unique, sizeof unique, "braw.%u.%s", module_number(mg), name);
    LLVMSetValueName2(v, unique, strlen(unique));
    LLVMSetLinkage(v, LLVMExternalLinkage);
    LLVMSetVisibility(v, LLVMHiddenVisibility);
    if (mg->g->part > 0) LLVMSetInitializer(v, NULL);
    return v;
}

LLVMValueRef module_octets(Gen *g, Slice s, const char *name)
{
    LLVMValueRef text = LLVMConstStringInContext2(g->cx, s.ptr ? s.ptr : "", s.len, false);
    LLVMValueRef v = LLVMAddGlobal(g->llvm, LLVMTypeOf(text), name);
    LLVMSetInitializer(v, text);
    LLVMSetLinkage(v, LLVMPrivateLinkage);
    LLVMSetGlobalConstant(v, true);
    LLVMSetUnnamedAddress(v, LLVMGlobalUnnamedAddr);
    return v;
}

static LLVMValueRef text_or_null(Gen *g, const char *s)
{
    return s ? module_octets(g, slice_from_cstr(s), "text") : LLVMConstNull(g->ptr);
}

static LLVMValueRef constant_array(Gen *g, LLVMTypeRef of, LLVMValueRef *items, uint32_t n,
                                   const char *name)
{
    LLVMValueRef init = LLVMConstArray2(of, items, n);
    LLVMValueRef v = LLVMAddGlobal(g->llvm, LLVMTypeOf(init), name);
    LLVMSetInitializer(v, init);
    LLVMSetLinkage(v, LLVMInternalLinkage);
    LLVMSetGlobalConstant(v, true);
    return v;
}

static LLVMValueRef extern_module(Gen *g, const char *symbol)
{
    LLVMValueRef v = LLVMGetNamedGlobal(g->llvm, symbol);
    return v ? v : LLVMAddGlobal(g->llvm, g->i8, symbol);
}

// ---- the table of the module -----------------------------------------------------------------

LLVMValueRef module_shape(ModGen *mg, uint32_t kin)
{
    Gen *g = mg->g;
    LLVMTypeRef two = LLVMArrayType2(g->i64, 2);
    if (!mg->shapes)
        mg->shapes = zeroed_array(mg, two, mg->m->bc->main->kins.len, "shapes", &mg->shapes_type);
    LLVMValueRef at[] = {LLVMConstInt(g->i32, 0, false), LLVMConstInt(g->i32, kin, false)};
    return LLVMConstInBoundsGEP2(mg->shapes_type, mg->shapes, at, 2);
}

// The caches that init names its fields with: the names are in them.
LLVMValueRef module_fields(ModGen *mg, uint32_t kin)
{
    Gen *g = mg->g;
    const KnownKin *k = &mg->infer->kins[kin];
    LLVMValueRef items[256];
    if (mg->fields[kin]) return mg->fields[kin];
    uint32_t first = mg->plans[k->init].first_cache;
    for (uint32_t i = 0; i < k->n_fields; i++) {
        LLVMValueRef at[] = {LLVMConstInt(g->i32, 0, false),
                             LLVMConstInt(g->i32, first + k->fields[i], false)};
        items[i] = LLVMConstInBoundsGEP2(mg->caches_type, mg->caches, at, 2);
    }
    mg->fields[kin] = constant_array(g, g->ptr, items, k->n_fields, "fields");
    return mg->fields[kin];
}

static LLVMValueRef fetch_table(ModGen *mg)
{
    Gen *g = mg->g;
    uint32_t n = mg->m->n_fetches;
    LLVMTypeRef row = LLVMStructTypeInContext(
        g->cx, (LLVMTypeRef[]){g->ptr, g->i64, g->ptr, g->ptr}, 4, false);
    LLVMValueRef *items = arena_alloc_array(g->arena, n + 1, sizeof *items);
    if (!items) return NULL;
    for (uint32_t i = 0; i < n; i++) {
        const AotFetch *x = &mg->m->fetches[i];
        LLVMValueRef fields[] = {
            module_octets(g, x->path, "path"), LLVMConstInt(g->i64, x->path.len, false),
            x->symbol ? extern_module(g, x->symbol) : LLVMConstNull(g->ptr),
            text_or_null(g, x->error)};
        items[i] = LLVMConstStructInContext(g->cx, fields, 4, false);
    }
    return constant_array(g, row, items, n, "fetches");
}

static LLVMValueRef function_table(ModGen *mg, bool bodies)
{
    Gen *g = mg->g;
    LLVMValueRef *items = arena_alloc_array(g->arena, mg->n_functions, sizeof *items);
    if (!items) return NULL;
    for (uint32_t i = 0; i < mg->n_functions; i++) {
        const FnPlan *plan = &mg->plans[i];
        items[i] = !bodies          ? plan->entry
                   : plan->by_value ? plan->body
                                    : LLVMConstNull(g->ptr);
    }
    return constant_array(g, g->ptr, items, mg->n_functions, bodies ? "bodies" : "entries");
}

static LLVMValueRef image_octets(ModGen *mg, uint64_t *len)
{
    Buf image;
    LLVMValueRef v = NULL;
    buf_init(&image, BC_IMAGE_MAX);
    if (bc_image_write(mg->m->bc, &image)) {
        v = module_octets(mg->g, buf_view(&image), "image");
        *len = image.len;
    }
    buf_deinit(&image);
    return v;
}

// The order of fields is that of struct VmNativeModule.
static bool emit_table(ModGen *mg)
{
    Gen *g = mg->g;
    const AotModule *m = mg->m;
    uint64_t image_len = 0;
    LLVMValueRef image = image_octets(mg, &image_len);
    LLVMValueRef fetches = fetch_table(mg);
    LLVMValueRef entries = function_table(mg, false), bodies = function_table(mg, true);
    if (!image || !fetches || !entries || !bodies) return gen_fail(g, "out of memory");
#define U32(x) LLVMConstInt(g->i32, (x), false)
#define U64(x) LLVMConstInt(g->i64, (x), false)
    LLVMValueRef fields[] = {
        text_or_null(g, m->file), image, U64(image_len),
        m->source.len ? module_octets(g, m->source, "source") : LLVMConstNull(g->ptr),
        U64(m->source.len), mg->globals, entries, bodies, mg->codes, mg->caches, mg->constants,
        fetches, U32(m->bc->globals.len), U32(mg->n_functions), U32(m->n_fetches),
        U32(m->world), U32(mg->n_caches), U32(mg->n_consts)};
    LLVMValueRef init = LLVMConstStructInContext(g->cx, fields, countof(fields), false);
    LLVMValueRef old = LLVMGetNamedGlobal(g->llvm, m->symbol);
    LLVMValueRef v = LLVMAddGlobal(g->llvm, LLVMTypeOf(init), old ? "" : m->symbol);
    if (old) { // a fetch named it already
        LLVMReplaceAllUsesWith(old, v);
        LLVMDeleteGlobal(old);
        LLVMSetValueName2(v, m->symbol, strlen(m->symbol));
    }
    LLVMSetInitializer(v, init);
    LLVMSetGlobalConstant(v, true);
    return true;
}

static bool assigns(const BcProto *p, uint32_t global)
{
    for (uint32_t at = 0; at < p->code.len; at += bc_op_length(p, p->code.items + at)) {
        Opcode op = BC_OP(p->code.items[at]);
        if ((op == OP_SETG || op == OP_DEFG) && p->code.items[at + 1] == global) return true;
    }
    for (uint32_t i = 0; i < p->protos.len; i++)
        if (assigns(p->protos.items[i], global)) return true;
    return false;
}

// Another module of the program assigns to the main module's variables by their names.
static bool stored_elsewhere(void *ctx, Slice name)
{
    const ModGen *mg = ctx;
    for (uint32_t i = 0; i < mg->g->program->n_modules; i++) {
        const BcModule *bc = mg->g->program->modules[i].bc;
        if (bc == mg->m->bc) continue;
        for (uint32_t k = bc->n_own; k < bc->globals.len; k++)
            if (slice_eq(bc->globals.items[k].name, name) && assigns(bc->main, k)) return true;
    }
    return false;
}

// Those of this part; and what they call of others' in so far as it is small.
static bool generate_functions(ModGen *mg)
{
    for (uint32_t i = 0; i < mg->n_functions; i++)
        if (!mg->plans[i].elsewhere && !function_generate(mg, &mg->plans[i])) return false;
    for (uint32_t i = 0; i < mg->n_functions; i++)
        if (mg->plans[i].wanted && !function_copy(mg, &mg->plans[i])) return false;
    return true;
}

bool module_generate(Gen *g, const AotModule *m)
{
    ModGen mg = {.g = g, .m = m};
    mg.plans = arena_alloc_array(g->arena, count_functions(m->bc->main), sizeof *mg.plans);
    if (!mg.plans) return gen_fail(g, "out of memory");
    plan_function(&mg, m->bc->main, NULL);
    mg.fields = arena_alloc_array(g->arena, m->bc->main->kins.len + 1, sizeof *mg.fields);
    if (!mg.fields) return gen_fail(g, "out of memory");
    LLVMTypeRef cache = LLVMArrayType2(g->i64, 3);
    mg.codes = shared_array(&mg, g->ptr, mg.n_functions, "codes", &mg.codes_type);
    mg.globals = shared_array(&mg, g->ptr, m->bc->globals.len, "globals", &mg.globals_type);
    mg.constants = shared_array(&mg, g->i64, mg.n_consts, "constants", &mg.constants_type);
    mg.caches = shared_array(&mg, cache, mg.n_caches, "caches", &mg.caches_type);
    if (!g->options->fast && g->options->level > 0) {
        mg.infer = infer_module(g->arena, m->bc, stored_elsewhere, &mg);
        if (!mg.infer) return gen_fail(g, "out of memory");
    }
    if (!heat_find(&mg)) return false;
    debug_begin(&mg);
    for (uint32_t i = 0; i < mg.n_functions; i++) function_declare(&mg, &mg.plans[i]);
    bool fine = generate_functions(&mg);
    debug_end(&mg);
    if (mg.infer) map_deinit(&mg.infer->fields);
    return fine && (g->part > 0 || emit_table(&mg));
}
