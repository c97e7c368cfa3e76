// SPDX-License-Identifier: MIT
// Declarations of what emitted code calls, made from the C types in abi/native.def.
#include <string.h>

#include "lang/aot/gen.h"

typedef struct NativeRow {
    const char *name, *flags, *ret, *params;
} NativeRow;

static const NativeRow rows[NATIVE_COUNT] = {
#define N(flags, ret, name, ...) {#name, #flags, #ret, #__VA_ARGS__},
#include "abi/native.def"
#undef N
};

static LLVMTypeRef type_of(const Gen *g, Slice c)
{
    if (c.len && c.ptr[c.len - 1] == '*') return g->ptr;
    if (slice_eq_cstr(c, "MdhValue") || slice_eq_cstr(c, "int64_t") ||
        slice_eq_cstr(c, "uint64_t"))
        return g->i64;
    if (slice_eq_cstr(c, "int") || slice_eq_cstr(c, "uint32_t")) return g->i32;
    if (slice_eq_cstr(c, "double")) return g->f64;
    if (slice_eq_cstr(c, "void")) return g->none;
    return NULL;
}

static LLVMTypeRef function_type(const Gen *g, const NativeRow *row)
{
    LLVMTypeRef params[16], ret = type_of(g, slice_from_cstr(row->ret));
    unsigned n = 0;
    for (Slice rest = slice_from_cstr(row->params); rest.len && n < 16;) {
        size_t comma = slice_find_char(rest, ',');
        size_t end = comma == SLICE_NOT_FOUND ? rest.len : comma;
        params[n] = type_of(g, slice_trim(slice_sub(rest, 0, end)));
        if (!params[n++]) return NULL;
        rest = comma == SLICE_NOT_FOUND ? SLICE_NONE : slice_from(rest, end + 1);
    }
    return ret ? LLVMFunctionType(ret, params, n, false) : NULL;
}

bool natives_declare(Gen *g)
{
    for (int i = 0; i < NATIVE_COUNT; i++) {
        g->native_types[i] = function_type(g, &rows[i]);
        if (!g->native_types[i]) return gen_fail(g, "abi/native.def: a type of %s", rows[i].name);
    }
    return true;
}

void mark(Gen *g, LLVMValueRef fn, const char *name)
{
    unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
    LLVMAttributeRef a = LLVMCreateEnumAttribute(g->cx, kind, 0);
    if (LLVMIsAFunction(fn)) LLVMAddAttributeAtIndex(fn, LLVMAttributeFunctionIndex, a);
    else LLVMAddCallSiteAttribute(fn, LLVMAttributeFunctionIndex, a);
}

// Declared when it is first called.
static LLVMValueRef native(Gen *g, NativeFn which)
{
    if (g->natives[which]) return g->natives[which];
    LLVMValueRef fn = LLVMAddFunction(g->llvm, rows[which].name, g->native_types[which]);
    mark(g, fn, "nounwind");
    g->natives[which] = fn;
    return fn;
}

LLVMValueRef native_call(FnGen *f, NativeFn which, LLVMValueRef *args, unsigned n)
{
    Gen *g = f->g;
    LLVMValueRef fn = native(g, which);
    return heat_call(f, LLVMBuildCall2(g->b, g->native_types[which], fn, args, n, ""));
}
