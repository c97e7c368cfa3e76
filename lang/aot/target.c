// SPDX-License-Identifier: MIT
// The machine that code is made for, the inline runtime, the passes, and what is written.
#include <llvm-c/Analysis.h>
#include <llvm-c/BitReader.h>
#include <llvm-c/Linker.h>
#include <llvm-c/Target.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <string.h>

#include "lang/aot/gen.h"

// Moves LLVM's text into `why` and frees it.
static bool fail_with(Gen *g, const char *what, char *text)
{
    gen_fail(g, "%s: %s", what, text ? text : "?");
    LLVMDisposeMessage(text);
    return false;
}

static bool is_quick(const Gen *g)
{
    return g->options->fast || g->options->level <= 0;
}

static LLVMCodeGenOptLevel codegen_level(const Gen *g)
{
    if (is_quick(g)) return LLVMCodeGenLevelNone;
    return g->options->level == 1   ? LLVMCodeGenLevelLess
           : g->options->level == 2 ? LLVMCodeGenLevelDefault
                                    : LLVMCodeGenLevelAggressive;
}

void target_initialize(void)
{
    LLVMInitializeNativeTarget();
    LLVMInitializeNativeAsmPrinter();
}

bool target_begin(Gen *g)
{
    char *triple = LLVMGetDefaultTargetTriple(), *error = NULL;
    LLVMTargetRef target;
    if (LLVMGetTargetFromTriple(triple, &target, &error)) {
        LLVMDisposeMessage(triple);
        return fail_with(g, "target", error);
    }
    g->machine = LLVMCreateTargetMachine(target, triple, "", "", codegen_level(g), LLVMRelocPIC,
                                         LLVMCodeModelDefault);
    LLVMSetTarget(g->llvm, triple);
    LLVMDisposeMessage(triple);
    if (!g->machine) return gen_fail(g, "no code generator for this machine");
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(g->machine);
    LLVMSetModuleDataLayout(g->llvm, layout);
    LLVMDisposeTargetData(layout);
    return true;
}

// ---- the inline runtime ----------------------------------------------------------------------

// Functions of the table are inlined wherever they are called; nothing of this is emitted twice.
static void prepare_inline(Gen *g, LLVMModuleRef inlines)
{
    unsigned always = LLVMGetEnumAttributeKindForName("alwaysinline", 12);
    unsigned never = LLVMGetEnumAttributeKindForName("noinline", 8);
    for (LLVMValueRef fn = LLVMGetFirstFunction(inlines); fn; fn = LLVMGetNextFunction(fn)) {
        if (LLVMIsDeclaration(fn)) continue;
        LLVMSetLinkage(fn, LLVMAvailableExternallyLinkage);
        size_t len;
        const char *name = LLVMGetValueName2(fn, &len);
        if (!strncmp(name, "vm_n_", 5) &&
            !LLVMGetEnumAttributeAtIndex(fn, LLVMAttributeFunctionIndex, never))
            LLVMAddAttributeAtIndex(fn, LLVMAttributeFunctionIndex,
                                    LLVMCreateEnumAttribute(g->cx, always, 0));
    }
}

// Functions inline only into those of the same processor.
static void take_cpu(Gen *g, LLVMModuleRef inlines)
{
    static const char *const names[] = {"target-cpu", "target-features", "tune-cpu"};
    LLVMValueRef like = LLVMGetNamedFunction(inlines, "vm_n_add");
    if (!like) return;
    for (LLVMValueRef fn = LLVMGetFirstFunction(g->llvm); fn; fn = LLVMGetNextFunction(fn)) {
        if (LLVMIsDeclaration(fn)) continue;
        for (size_t i = 0; i < countof(names); i++) {
            LLVMAttributeRef a = LLVMGetStringAttributeAtIndex(
                like, LLVMAttributeFunctionIndex, names[i], (unsigned)strlen(names[i]));
            if (a) LLVMAddAttributeAtIndex(fn, LLVMAttributeFunctionIndex, a);
        }
    }
}

static bool link_inline(Gen *g)
{
    LLVMMemoryBufferRef file;
    LLVMModuleRef inlines;
    char *error = NULL;
    if (LLVMCreateMemoryBufferWithContentsOfFile(g->options->runtime, &file, &error))
        return fail_with(g, g->options->runtime, error);
    if (LLVMParseBitcodeInContext2(g->cx, file, &inlines)) {
        LLVMDisposeMemoryBuffer(file);
        return gen_fail(g, "%s is no bitcode of this LLVM", g->options->runtime);
    }
    LLVMDisposeMemoryBuffer(file);
    prepare_inline(g, inlines);
    take_cpu(g, inlines);
    if (LLVMLinkModules2(g->llvm, inlines))
        return gen_fail(g, "%s does not fit", g->options->runtime);
    return true;
}

// ---- passes ----------------------------------------------------------------------------------

// What default<O2> does that pays for emitted code, in its order; without the passes that look for
// what is not there (vectors, loads of structures, recursion over the whole program) and the fourth
// to seventh time of those that come again and again. Compiling takes a quarter less.
#define COMBINE "instcombine<max-iterations=1;no-verify-fixpoint>"
#define TIDY "simplifycfg<switch-range-to-icmp>"
#define MERGE "simplifycfg<switch-range-to-icmp;hoist-common-insts;sink-common-insts>"
#define UNSWITCH "simple-loop-unswitch<no-nontrivial;trivial>"
#define HOIST "licm<allowspeculation>"
#define EMITTED "function<eager-inv>(lower-expect,simplifycfg,sroa,early-cse),always-inline"
#define SIMPLIFY                                                                              \
    "sroa,early-cse<memssa>,jump-threading,correlated-propagation," TIDY "," COMBINE          \
    ",reassociate,constraint-elimination,"                                                    \
    "loop-mssa(loop-instsimplify,loop-simplifycfg," HOIST ",loop-rotate," HOIST "," UNSWITCH  \
    ")," TIDY "," COMBINE ",loop(loop-idiom,indvars," UNSWITCH                                \
    ",loop-deletion,loop-unroll-full),sroa,gvn,sccp,bdce,jump-threading,"                     \
    "correlated-propagation,adce,dse,loop-mssa(" HOIST ")," MERGE "," COMBINE
#define LATE(vectors)                                                                         \
    "float2int,loop(loop-rotate,loop-deletion),loop-load-elim,"                               \
    "simplifycfg<switch-range-to-icmp;switch-to-lookup;no-keep-loops;hoist-common-insts;"     \
    "sink-common-insts>," vectors "loop-unroll<O2>," COMBINE ",loop-mssa(" HOIST              \
    "),loop-sink,instsimplify,div-rem-pairs,tailcallelim,simplifycfg<speculate-unpredictables>"
#define PIPELINE(vectors)                                                                     \
    EMITTED ",cgscc(inline,function-attrs,function<eager-inv;no-rerun>(" SIMPLIFY             \
            ")),deadargelim,globalopt,globaldce,elim-avail-extern,function<eager-inv>(" LATE( \
                vectors) "),globaldce,constmerge"

// Sums and products of doubles may be done two at once.
static bool has_doubles(const Gen *g)
{
    for (LLVMValueRef fn = LLVMGetFirstFunction(g->llvm); fn; fn = LLVMGetNextFunction(fn)) {
        if (LLVMGetLinkage(fn) == LLVMAvailableExternallyLinkage) continue;
        LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(fn);
        for (; b; b = LLVMGetNextBasicBlock(b)) {
            LLVMValueRef i = LLVMGetFirstInstruction(b);
            for (; i; i = LLVMGetNextInstruction(i))
                if (LLVMGetInstructionOpcode(i) == LLVMFMul) return true;
        }
    }
    return false;
}

static const char *pipeline(const Gen *g)
{
    if (g->options->fast) return "function(sroa,instsimplify,simplifycfg)";
    switch (g->options->level) {
    case 0: return "";
    case 1: return "default<O1>";
    case 2: break;
    default: return "default<O3>";
    }
    return has_doubles(g) ? PIPELINE("slp-vectorizer,vector-combine,") : PIPELINE("");
}

static bool optimise(Gen *g)
{
    const char *passes = pipeline(g);
    if (!passes[0]) return true;
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef error = LLVMRunPasses(g->llvm, passes, g->machine, options);
    LLVMDisposePassBuilderOptions(options);
    if (!error) return true;
    char *text = LLVMGetErrorMessage(error);
    gen_fail(g, "passes: %s", text);
    LLVMDisposeErrorMessage(text);
    return false;
}

static bool verify(Gen *g)
{
    char *error = NULL;
    if (LLVMVerifyModule(g->llvm, LLVMReturnStatusAction, &error))
        return fail_with(g, "emitted code is wrong", error);
    LLVMDisposeMessage(error);
    return true;
}

bool target_finish(Gen *g)
{
    char *error = NULL;
    const AotOptions *o = g->options;
#ifdef MDH_DEBUG
    if (!verify(g)) return false;
#else
    if (o->emit_ir && !verify(g)) return false;
#endif
    if (!is_quick(g) && o->runtime && !link_inline(g)) return false;
    if (!optimise(g)) return false;
    if (o->emit_ir && LLVMPrintModuleToFile(g->llvm, o->emit_ir, &error))
        return fail_with(g, o->emit_ir, error);
    if (o->emit_object && LLVMTargetMachineEmitToFile(g->machine, g->llvm, o->emit_object,
                                                      LLVMObjectFile, &error))
        return fail_with(g, o->emit_object, error);
    return true;
}

void target_end(Gen *g)
{
    if (g->machine) LLVMDisposeTargetMachine(g->machine);
}
