// SPDX-License-Identifier: MIT
// Line tables, so that debuggers and profilers show the lines of the script.
#include <string.h>

#include "lang/aot/gen.h"

static LLVMMetadataRef file_of(Gen *g, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return LLVMDIBuilderCreateFile(g->di, name, strlen(name), path,
                                   slash ? (size_t)(slash - path) : 0);
}

static void module_flag(Gen *g, const char *name, uint64_t value)
{
    LLVMAddModuleFlag(g->llvm, LLVMModuleFlagBehaviorWarning, name, strlen(name),
                      LLVMValueAsMetadata(LLVMConstInt(g->i32, value, false)));
}

void debug_begin(ModGen *mg)
{
    static const char producer[] = "mdhavers";
    Gen *g = mg->g;
    if (!g->options->debug) return;
    if (!g->di) {
        module_flag(g, "Debug Info Version", LLVMDebugMetadataVersion());
        module_flag(g, "Dwarf Version", 4);
    }
    g->di = LLVMCreateDIBuilder(g->llvm);
    mg->di_file = file_of(g, mg->m->file);
    mg->di_unit = LLVMDIBuilderCreateCompileUnit(
        g->di, LLVMDWARFSourceLanguageC, mg->di_file, producer, sizeof producer - 1,
        g->options->level > 0, "", 0, 0, "", 0, LLVMDWARFEmissionLineTablesOnly, 0, false, false,
        "", 0, "", 0);
    mg->di_type = LLVMDIBuilderCreateSubroutineType(g->di, mg->di_file, NULL, 0,
                                                    LLVMDIFlagZero);
}

void debug_function(FnGen *f)
{
    if (!f->g->options->debug) return;
    const char *name = f->p->name;
    f->di_sub = LLVMDIBuilderCreateFunction(
        f->g->di, f->m->di_file, name, strlen(name), "", 0, f->m->di_file, f->p->line,
        f->m->di_type, true, true, f->p->line, LLVMDIFlagZero, f->g->options->level > 0);
    LLVMSetSubprogram(f->fn, f->di_sub);
    debug_line(f, f->p->line ? f->p->line : 1);
}

void debug_line(FnGen *f, uint32_t line)
{
    if (!f->di_sub || line == f->line) return;
    f->line = line;
    LLVMSetCurrentDebugLocation2(
        f->g->b, LLVMDIBuilderCreateDebugLocation(f->g->cx, line, 0, f->di_sub, NULL));
}

void debug_end(ModGen *mg)
{
    if (!mg->g->options->debug) return;
    LLVMDIBuilderFinalize(mg->g->di);
    LLVMDisposeDIBuilder(mg->g->di);
}
