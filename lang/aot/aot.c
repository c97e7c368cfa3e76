// SPDX-License-Identifier: MIT
// The door: one call makes one object of a program's modules.
#include "lang/aot/aot.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include "lang/aot/gen.h"

#define MAX_PATH_LEN 4096

bool gen_fail(Gen *g, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    if (g->why) buf_vprintf(g->why, format, ap);
    va_end(ap);
    return false;
}

static void make_types(Gen *g)
{
    g->i1 = LLVMInt1TypeInContext(g->cx);
    g->i8 = LLVMInt8TypeInContext(g->cx);
    g->i32 = LLVMInt32TypeInContext(g->cx);
    g->i64 = LLVMInt64TypeInContext(g->cx);
    g->f64 = LLVMDoubleTypeInContext(g->cx);
    g->ptr = LLVMPointerTypeInContext(g->cx, 0);
    g->none = LLVMVoidTypeInContext(g->cx);
    g->entry_type =
        LLVMFunctionType(g->i64, (LLVMTypeRef[]){g->ptr, g->ptr, g->i32, g->ptr}, 4, false);
}

static LLVMValueRef weights(Gen *g, uint64_t yes, uint64_t no)
{
    LLVMMetadataRef items[] = {
        LLVMMDStringInContext2(g->cx, "branch_weights", 14),
        LLVMValueAsMetadata(LLVMConstInt(g->i32, yes, false)),
        LLVMValueAsMetadata(LLVMConstInt(g->i32, no, false))};
    return LLVMMetadataAsValue(g->cx, LLVMMDNodeInContext2(g->cx, items, 3));
}

static void make_metadata(Gen *g)
{
    g->invariant_kind = LLVMGetMDKindIDInContext(g->cx, "invariant.load", 14);
    g->prof_kind = LLVMGetMDKindIDInContext(g->cx, "prof", 4);
    g->invariant = LLVMMDNodeInContext2(g->cx, NULL, 0);
    g->unlikely = weights(g, 1, 2000);
    g->likely = weights(g, 2000, 1);
}

static LLVMValueRef text(Gen *g, const char *s)
{
    return s ? module_octets(g, slice_from_cstr(s), "text") : LLVMConstNull(g->ptr);
}

static LLVMValueRef module_named(Gen *g, const char *symbol)
{
    if (!symbol) return LLVMConstNull(g->ptr);
    LLVMValueRef v = LLVMGetNamedGlobal(g->llvm, symbol);
    return v ? v : LLVMAddGlobal(g->llvm, g->i8, symbol);
}

// The fields are those of struct VmNativeProgram.
static void emit_main(Gen *g)
{
    const AotProgram *p = g->program;
    LLVMValueRef fields[] = {module_named(g, p->main), module_named(g, p->prelude),
                             text(g, p->version), text(g, p->stdlib)};
    LLVMValueRef init = LLVMConstStructInContext(g->cx, fields, countof(fields), false);
    LLVMValueRef program = LLVMAddGlobal(g->llvm, LLVMTypeOf(init), "program");
    LLVMSetInitializer(program, init);
    LLVMSetGlobalConstant(program, true);
    LLVMSetLinkage(program, LLVMInternalLinkage);
    LLVMTypeRef start_type =
        LLVMFunctionType(g->i32, (LLVMTypeRef[]){g->i32, g->ptr, g->ptr}, 3, false);
    LLVMValueRef start = LLVMAddFunction(g->llvm, "vm_native_main", start_type);
    LLVMTypeRef main_type = LLVMFunctionType(g->i32, (LLVMTypeRef[]){g->i32, g->ptr}, 2, false);
    LLVMValueRef fn = LLVMAddFunction(g->llvm, "main", main_type);
    LLVMPositionBuilderAtEnd(g->b, LLVMAppendBasicBlockInContext(g->cx, fn, ""));
    LLVMSetCurrentDebugLocation2(g->b, NULL);
    LLVMValueRef args[] = {LLVMGetParam(fn, 0), LLVMGetParam(fn, 1), program};
    LLVMBuildRet(g->b, LLVMBuildCall2(g->b, start_type, start, args, 3, ""));
}

static bool generate(Gen *g)
{
    make_types(g);
    make_metadata(g);
    if (!target_begin(g) || !natives_declare(g)) return false;
    for (uint32_t i = 0; i < g->program->n_modules; i++)
        if (!module_generate(g, &g->program->modules[i])) return false;
    if (g->program->main && g->part == 0) emit_main(g);
    return target_finish(g);
}

// ---- several at once -------------------------------------------------------------------------

#define PART_WORDS 2000      // fewer are not worth a thread
#define PART_STACK ((size_t)256 << 20)

typedef struct Part {
    Gen g;
    AotOptions options;
    Buf why, object;
    bool fine;
    pthread_t thread;
} Part;

static uint64_t words_of(const BcProto *p)
{
    uint64_t n = p->code.len;
    for (uint32_t i = 0; i < p->protos.len; i++) n += words_of(p->protos.items[i]);
    return n;
}

static uint32_t count_parts(const AotProgram *program, const AotOptions *o, uint64_t *words)
{
    *words = 0;
    for (uint32_t i = 0; i < program->n_modules; i++)
        *words += words_of(program->modules[i].bc->main);
    if (!o->emit_object || o->emit_ir || o->fast || o->level == 0) return 1;
    uint32_t most = o->most_parts < AOT_MOST_PARTS ? o->most_parts : AOT_MOST_PARTS;
    while (most > 1 && *words < most * PART_WORDS) most--;
    return most ? most : 1;
}

static bool compile_part(Gen *g)
{
    g->arena = arena_new();
    if (!g->arena) return gen_fail(g, "out of memory");
    g->cx = LLVMContextCreate();
    g->llvm = LLVMModuleCreateWithNameInContext("program", g->cx);
    g->b = LLVMCreateBuilderInContext(g->cx);
    bool fine = generate(g);
    target_end(g);
    LLVMDisposeBuilder(g->b);
    LLVMDisposeModule(g->llvm);
    LLVMContextDispose(g->cx);
    arena_free(g->arena);
    return fine;
}

static void *run_part(void *part)
{
    Part *p = part;
    p->fine = compile_part(&p->g);
    return NULL;
}

static bool start_part(Part *p)
{
    pthread_attr_t attr;
    if (pthread_attr_init(&attr) != 0) return false;
    pthread_attr_setstacksize(&attr, PART_STACK);
    bool fine = pthread_create(&p->thread, &attr, run_part, p) == 0;
    pthread_attr_destroy(&attr);
    return fine;
}

// Signals are for the thread that was there before.
static uint32_t start_parts(Part *parts, uint32_t n)
{
    sigset_t all, before;
    uint32_t started = 1;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (started < n && start_part(&parts[started])) started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static bool compile_parts(const Gen *whole, Part *parts, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        Part *p = &parts[i];
        *p = (Part){.g = *whole, .options = *whole->options};
        buf_init(&p->why, whole->why ? whole->why->max : 1);
        buf_init(&p->object, MAX_PATH_LEN);
        if (i > 0) buf_printf(&p->object, "%s.%u", whole->options->emit_object, i);
        if (i > 0) p->options.emit_object = p->object.data;
        p->g.options = &p->options;
        p->g.why = &p->why;
        p->g.part = i;
    }
    uint32_t started = start_parts(parts, n);
    run_part(&parts[0]);
    for (uint32_t i = 1; i < started; i++) pthread_join(parts[i].thread, NULL);
    for (uint32_t i = started; i < n; i++) run_part(&parts[i]);
    bool fine = true;
    for (uint32_t i = 0; i < n; i++) {
        if (fine && !parts[i].fine && whole->why)
            buf_put(whole->why, parts[i].why.data, parts[i].why.len);
        fine = fine && parts[i].fine;
        buf_deinit(&parts[i].why);
        buf_deinit(&parts[i].object);
    }
    return fine;
}

bool aot_compile(const AotProgram *program, const AotOptions *options, Buf *why)
{
    Gen g = {.program = program, .options = options, .why = why};
    Part parts[AOT_MOST_PARTS];
    g.n_parts = count_parts(program, options, &g.whole_weight);
    target_initialize();
    if (g.n_parts == 1) return compile_part(&g);
    return compile_parts(&g, parts, g.n_parts);
}
