// SPDX-License-Identifier: MIT
// The door: one call makes one object of a program's modules.
#include "lang/aot/aot.h"

#include <stdarg.h>
#include <string.h>

#include "lang/aot/gen.h"

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
    if (g->program->main) emit_main(g);
    return target_finish(g);
}

bool aot_compile(const AotProgram *program, const AotOptions *options, Buf *why)
{
    Gen g = {.program = program, .options = options, .why = why};
    g.arena = arena_new();
    if (!g.arena) return gen_fail(&g, "out of memory");
    g.cx = LLVMContextCreate();
    g.llvm = LLVMModuleCreateWithNameInContext("program", g.cx);
    g.b = LLVMCreateBuilderInContext(g.cx);
    bool fine = generate(&g);
    target_end(&g);
    LLVMDisposeBuilder(g.b);
    LLVMDisposeModule(g.llvm);
    LLVMContextDispose(g.cx);
    arena_free(g.arena);
    return fine;
}
