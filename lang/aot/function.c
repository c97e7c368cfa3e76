// SPDX-License-Identifier: MIT
// One function: the body, which takes its arguments by value, the entry that everybody may call,
// registers, blocks, and the ways out when something throws.
#include <stdio.h>
#include <string.h>

#include "abi/abi.h"
#include "lang/aot/gen.h"

// ---- small things that every opcode needs ----------------------------------------------------

LLVMValueRef const_i64(const FnGen *f, uint64_t bits)
{
    return LLVMConstInt(f->g->i64, bits, false);
}

LLVMValueRef const_i32(const FnGen *f, uint32_t n)
{
    return LLVMConstInt(f->g->i32, n, false);
}

LLVMValueRef load_invariant(FnGen *f, LLVMTypeRef type, LLVMValueRef p)
{
    LLVMValueRef v = LLVMBuildLoad2(f->g->b, type, p, "");
    LLVMSetMetadata(v, f->g->invariant_kind, LLVMMetadataAsValue(f->g->cx, f->g->invariant));
    return v;
}

static LLVMValueRef element(const FnGen *f, LLVMTypeRef array, LLVMValueRef base, uint32_t i)
{
    LLVMValueRef at[] = {const_i32(f, 0), const_i32(f, i)};
    return LLVMConstInBoundsGEP2(array, base, at, 2);
}

LLVMValueRef fn_code(FnGen *f, uint32_t index)
{
    return load_invariant(f, f->g->ptr, element(f, f->m->codes_type, f->m->codes, index));
}

LLVMValueRef fn_constants_at(FnGen *f, uint32_t k)
{
    return element(f, f->m->constants_type, f->m->constants, f->plan->first_const + k);
}

// An immediate when the number is one; else what loading made of it.
LLVMValueRef fn_constant(FnGen *f, uint32_t k)
{
    const BcConst *c = &f->p->consts.items[k];
    if (c->kind == BC_INT && c->i >= MDH_INT_MIN63 && c->i <= MDH_INT_MAX63)
        return const_i64(f, (uint64_t)c->i << 1 | 1);
    if (c->kind == BC_FLOAT) {
        uint64_t w;
        memcpy(&w, &c->d, sizeof w);
        w += MDH_FLOAT_BIAS;
        w = w << 3 | w >> 61;
        if ((w & 3) == 2) return const_i64(f, w);
    }
    return load_invariant(f, f->g->i64, fn_constants_at(f, k));
}

LLVMValueRef fn_cache(FnGen *f, uint32_t ic)
{
    return element(f, f->m->caches_type, f->m->caches, f->plan->first_cache + ic);
}

LLVMValueRef fn_global(FnGen *f, uint32_t g)
{
    return load_invariant(f, f->g->ptr, element(f, f->m->globals_type, f->m->globals, g));
}

uint32_t extra(const FnGen *f, uint32_t n)
{
    return f->words[f->at + 1 + n];
}

// ---- registers and the window ----------------------------------------------------------------

LLVMValueRef alloca_at_entry(FnGen *f, LLVMTypeRef type)
{
    LLVMBasicBlockRef here = LLVMGetInsertBlock(f->g->b);
    LLVMValueRef first = LLVMGetFirstInstruction(f->entry);
    LLVMMetadataRef where = LLVMGetCurrentDebugLocation2(f->g->b);
    if (first) LLVMPositionBuilderBefore(f->g->b, first);
    else LLVMPositionBuilderAtEnd(f->g->b, f->entry);
    LLVMValueRef v = LLVMBuildAlloca(f->g->b, type, "");
    LLVMPositionBuilderAtEnd(f->g->b, here);
    LLVMSetCurrentDebugLocation2(f->g->b, where);
    return v;
}

LLVMValueRef reg_slot(FnGen *f, uint32_t r)
{
    if (!f->regs[r]) f->regs[r] = alloca_at_entry(f, f->g->i64);
    return f->regs[r];
}

// As a value, boxed if need be; then it is known as one too.
LLVMValueRef reg_get(FnGen *f, uint32_t r)
{
    Type *t = &f->types[r];
    if ((t->kind == TYPE_INT || t->kind == TYPE_FLOAT) && !t->synced) {
        LLVMValueRef v = t->kind == TYPE_INT ? box_int(f, int_get(f, r), t)
                                             : box_float(f, float_get(f, r));
        LLVMBuildStore(f->g->b, v, reg_slot(f, r));
        t->synced = true;
        return v;
    }
    return LLVMBuildLoad2(f->g->b, f->g->i64, reg_slot(f, r), "");
}

// What a variable of the program itself holds lives as long as the variable does, though nothing
// may read it again: a socket that merely listens must not be closed as a lost one.
static void keep_alive(FnGen *f, uint32_t r, LLVMValueRef v)
{
    if (f->plan->outer || LLVMIsConstant(v)) return;
    if (!f->keeps[r]) f->keeps[r] = alloca_at_entry(f, f->g->i64);
    LLVMSetVolatile(LLVMBuildStore(f->g->b, v, f->keeps[r]), true);
}

void reg_set(FnGen *f, uint32_t r, LLVMValueRef v)
{
    LLVMBuildStore(f->g->b, v, reg_slot(f, r));
    keep_alive(f, r, v);
    f->types[r] = type_value(0);
}

LLVMValueRef window_at(FnGen *f, uint32_t i)
{
    LLVMValueRef at[] = {const_i32(f, 0), const_i32(f, i)};
    return LLVMBuildInBoundsGEP2(f->g->b, f->window_type, f->window, at, 2, "");
}

void window_put(FnGen *f, uint32_t i, LLVMValueRef v)
{
    LLVMBuildStore(f->g->b, v, window_at(f, i));
}

LLVMValueRef window_get(FnGen *f, uint32_t i)
{
    return LLVMBuildLoad2(f->g->b, f->g->i64, window_at(f, i), "");
}

void window_fill(FnGen *f, uint32_t first, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) window_put(f, i, reg_get(f, first + i));
}

static uint32_t builtin_window(uint32_t id)
{
    uint32_t n = 0;
    for (const MdhBuiltin *b = &mdh_builtins[id]; b; b = mdh_builtin_next_form(b))
        if (b->nmax > n) n = b->nmax;
    return n + 1;
}

// As many as the instruction at `at` puts into the window, or more.
static uint32_t words_needed(const BcProto *p, uint32_t at)
{
    uint32_t w = p->code.items[at], b;
    switch (BC_OP(w)) {
    case OP_CALL: case OP_CALLG: return BC_B(w) + 1;
    case OP_CALLM: case OP_CALLA: return BC_B(w) + 2;
    case OP_CALLX: return BC_C(w) + 3;
    case OP_CALLB:
        b = builtin_window(p->code.items[at + 1]);
        return BC_B(w) + 1 > b ? BC_B(w) + 1 : b;
    case OP_KIN: return p->kins.items[p->code.items[at + 1]].n_methods + 1;
    case OP_NEWFN: return p->protos.items[BC_BX(w)]->nups;
    case OP_FORPREP: case OP_FORLOOP: case OP_ITERPREP: case OP_ITERNEXT: return 5;
    case OP_STASH: return BC_B(w);
    case OP_NEWLIST: case OP_APPEND: case OP_DICTK: case OP_CONCAT: case OP_LOG: return BC_C(w);
    default: return 0;
    }
}

static uint32_t window_words(const BcProto *p)
{
    uint32_t n = 1;
    for (uint32_t at = 0; at < p->code.len; at += bc_op_length(p, p->code.items + at)) {
        uint32_t need = words_needed(p, at);
        if (need > n) n = need;
    }
    return n;
}

// ---- blocks ----------------------------------------------------------------------------------

LLVMBasicBlockRef new_block(FnGen *f, const char *name)
{
    return LLVMAppendBasicBlockInContext(f->g->cx, f->fn, name);
}

void go_on_in(FnGen *f, LLVMBasicBlockRef b)
{
    LLVMPositionBuilderAtEnd(f->g->b, b);
    f->ended = false;
}

void branch(FnGen *f, LLVMBasicBlockRef b)
{
    LLVMBuildBr(f->g->b, b);
    f->ended = true;
}

void branch_if(FnGen *f, LLVMValueRef i1, LLVMBasicBlockRef yes, LLVMBasicBlockRef no)
{
    LLVMBuildCondBr(f->g->b, i1, yes, no);
    f->ended = true;
}

LLVMBasicBlockRef jump_block(FnGen *f, uint32_t n)
{
    uint32_t word = f->at + 1 + n;
    return edge(f, word + 1 + f->words[word]); // the offset is signed: it wraps
}

LLVMBasicBlockRef next_block(FnGen *f)
{
    return edge(f, f->at + bc_op_length(f->p, f->words + f->at));
}

void give_back(FnGen *f, LLVMValueRef v)
{
    if (f->g->program->frames) NATIVE0(f, vm_n_leave);
    LLVMBuildRet(f->g->b, v);
}

// ---- throwing --------------------------------------------------------------------------------

// The innermost handler of the instruction; their number when there is none.
static uint32_t handler_here(const FnGen *f)
{
    uint32_t n = f->p->handlers.len;
    for (uint32_t i = 0; i < n; i++) {
        const BcHandler *h = &f->p->handlers.items[i];
        if (f->at >= h->start && f->at < h->end) return i;
    }
    return n;
}

#define MANY_THROWS 64

// Where what throws under one handler goes; it comes with its position. Thousands of ways into one
// block would take LLVM the square of the time: each has but MANY_THROWS.
static LLVMBasicBlockRef make_fail_block(FnGen *f, uint32_t handler)
{
    Gen *g = f->g;
    LLVMBasicBlockRef here = LLVMGetInsertBlock(g->b);
    LLVMBasicBlockRef b = new_block(f, "threw");
    uint32_t n = f->p->handlers.len, which = handler > n ? handler - n - 1 : handler;
    bool caught = which < n;
    LLVMPositionBuilderAtEnd(g->b, b);
    LLVMValueRef at = LLVMBuildPhi(g->b, g->i32, "");
    f->fails[handler].block = b;
    f->fails[handler].at = at;
    LLVMValueRef may = NATIVE(f, vm_n_left, fn_code(f, f->plan->index), at);
    if (caught) {
        const BcHandler *h = &f->p->handlers.items[which];
        LLVMBasicBlockRef take = new_block(f, "caught"), leave = new_block(f, "");
        LLVMBuildCondBr(g->b, LLVMBuildICmp(g->b, LLVMIntNE, may, const_i32(f, 0), ""), take,
                        leave);
        LLVMPositionBuilderAtEnd(g->b, take);
        if (!h->keep_all) {
            LLVMValueRef error = NATIVE0(f, vm_n_take_error);
            LLVMBuildStore(g->b, error, reg_slot(f, h->reg));
        }
        // What a handler reads is kept as values in both copies.
        LLVMBuildBr(g->b, f->plain ? plain_block(f, h->target) : f->blocks[h->target]);
        LLVMPositionBuilderAtEnd(g->b, leave);
    }
    give_back(f, const_i64(f, MDH_BITS_EXC));
    LLVMPositionBuilderAtEnd(g->b, here);
    return b;
}

static LLVMBasicBlockRef fail_block(FnGen *f)
{
    uint32_t h = handler_here(f);
    if (f->plain && h < f->p->handlers.len) h += f->p->handlers.len + 1;
    bool full = f->fails[h].at && LLVMCountIncoming(f->fails[h].at) >= MANY_THROWS;
    LLVMBasicBlockRef b = f->fails[h].block && !full ? f->fails[h].block : make_fail_block(f, h);
    LLVMBasicBlockRef here = LLVMGetInsertBlock(f->g->b);
    LLVMValueRef at = const_i32(f, f->at);
    LLVMAddIncoming(f->fails[h].at, &at, &here, 1);
    return b;
}

void fail_now(FnGen *f)
{
    branch(f, fail_block(f));
}

void fail_if(FnGen *f, LLVMValueRef threw)
{
    LLVMBasicBlockRef fine = new_block(f, "");
    LLVMValueRef br = LLVMBuildCondBr(f->g->b, threw, fail_block(f), fine);
    LLVMSetMetadata(br, f->g->prof_kind, f->g->unlikely);
    LLVMPositionBuilderAtEnd(f->g->b, fine);
}

LLVMValueRef checked(FnGen *f, LLVMValueRef v)
{
    fail_if(f, LLVMBuildICmp(f->g->b, LLVMIntEQ, v, const_i64(f, MDH_BITS_EXC), ""));
    return v;
}

LLVMValueRef checked_truth(FnGen *f, LLVMValueRef i32)
{
    fail_if(f, LLVMBuildICmp(f->g->b, LLVMIntSLT, i32, const_i32(f, 0), ""));
    return i32;
}

#define LONG_WORDS 200

// ---- declaration -----------------------------------------------------------------------------

static void add_attributes(Gen *g, LLVMValueRef fn)
{
    for (uint32_t i = 0; i < g->n_cpu_attrs; i++)
        LLVMAddAttributeAtIndex(fn, LLVMAttributeFunctionIndex, g->cpu_attrs[i]);
    mark(g, fn, "nounwind");
    LLVMAddAttributeAtIndex(fn, LLVMAttributeFunctionIndex,
                            LLVMCreateStringAttribute(g->cx, "frame-pointer", 13, "none", 4));
}

// Registers are given out in a time that grows faster than the function: a huge one, which is
// mostly run once, is emitted as it stands; so is a long one that runs once, without loops.
static void leave_as_it_stands(Gen *g, const FnPlan *plan)
{
    LLVMValueRef fn = plan->body;
    uint32_t len = plan->p->code.len;
    bool once = plan->looped && !memchr(plan->looped, 1, len);
    if (len <= (once ? LONG_WORDS : AOT_HUGE)) return;
    mark(g, fn, "optnone");
    mark(g, fn, "noinline");
}

// Where the program has parts, they know each other's functions by name.
static LLVMValueRef add_function(ModGen *mg, const FnPlan *plan, const char *kind,
                                 LLVMTypeRef type)
{
    char name[256];
    bool parts = mg->g->n_parts > 1;
    if (parts) snprintf(name, sizeof name, "%s.%u.%u.%s", kind, module_number(mg), plan->index,
                        plan->p->name);
    else snprintf(name, sizeof name, "%s.%s", kind, plan->p->name); // LLVM tells equal ones apart
    LLVMValueRef fn = LLVMAddFunction(mg->g->llvm, name, type);
    LLVMSetLinkage(fn, parts ? LLVMExternalLinkage : LLVMInternalLinkage);
    if (parts) LLVMSetVisibility(fn, LLVMHiddenVisibility);
    return fn;
}

void function_declare(ModGen *mg, FnPlan *plan)
{
    Gen *g = mg->g;
    LLVMTypeRef params[2 + AOT_MAX_BY_VALUE] = {g->ptr, g->ptr};
    unsigned n = 2;
    for (uint32_t i = 0; plan->by_value && i < plan->n_args; i++) params[n++] = g->i64;
    if (!plan->by_value) params[n++] = g->ptr;
    plan->body_type = LLVMFunctionType(g->i64, params, n, false);
    plan->body = add_function(mg, plan, "braw", plan->body_type);
    plan->entry = add_function(mg, plan, "braw.entry", g->entry_type);
    add_attributes(g, plan->body);
    add_attributes(g, plan->entry);
    leave_as_it_stands(g, plan);
}

// ---- the entry -------------------------------------------------------------------------------

static void call_body(FnGen *f, LLVMValueRef argv)
{
    Gen *g = f->g;
    LLVMValueRef args[2 + AOT_MAX_BY_VALUE] = {f->t, f->self, argv};
    unsigned n = 2;
    for (uint32_t i = 0; f->plan->by_value && i < f->plan->n_args; i++) {
        LLVMValueRef at = const_i32(f, i);
        LLVMValueRef p = LLVMBuildInBoundsGEP2(g->b, g->i64, argv, &at, 1, "");
        args[n++] = LLVMBuildLoad2(g->b, g->i64, p, "");
    }
    if (!f->plan->by_value) n = 3;
    LLVMValueRef v = LLVMBuildCall2(g->b, f->plan->body_type, f->plan->body, args, n, "");
    LLVMSetTailCall(v, f->plan->by_value);
    mark(g, v, "noinline");
    LLVMBuildRet(g->b, v);
}

// Right number of arguments: on to the body. Else what is missing is filled in first.
static void generate_entry(FnGen *f)
{
    Gen *g = f->g;
    const BcProto *p = f->p;
    f->fn = f->plan->entry;
    f->t = LLVMGetParam(f->fn, 0);
    f->self = LLVMGetParam(f->fn, 1);
    LLVMValueRef argc = LLVMGetParam(f->fn, 2), argv = LLVMGetParam(f->fn, 3);
    LLVMPositionBuilderAtEnd(g->b, new_block(f, ""));
    LLVMBasicBlockRef arrange = new_block(f, "arrange");
    LLVMValueRef n_args = const_i32(f, f->plan->n_args);
    LLVMTypeRef all = LLVMArrayType2(g->i64, f->plan->n_args + 1);
    LLVMValueRef out = LLVMBuildAlloca(g->b, all, "");
    if (p->has_rest) {
        LLVMBuildBr(g->b, arrange);
    } else {
        LLVMBasicBlockRef plain = new_block(f, "plain");
        LLVMBuildCondBr(g->b, LLVMBuildICmp(g->b, LLVMIntEQ, argc, n_args, ""), plain, arrange);
        LLVMPositionBuilderAtEnd(g->b, plain);
        call_body(f, argv);
    }
    LLVMPositionBuilderAtEnd(g->b, arrange);
    LLVMBasicBlockRef fine = new_block(f, ""), threw = new_block(f, "");
    LLVMValueRef done = NATIVE(f, vm_n_arrange, f->self, argc, argv, out);
    done = LLVMBuildICmp(g->b, LLVMIntNE, done, const_i32(f, 0), "");
    LLVMBuildCondBr(g->b, done, fine, threw);
    LLVMPositionBuilderAtEnd(g->b, fine);
    call_body(f, out);
    LLVMPositionBuilderAtEnd(g->b, threw);
    LLVMBuildRet(g->b, const_i64(f, MDH_BITS_EXC));
}

// ---- the body --------------------------------------------------------------------------------

static bool make_blocks(FnGen *f)
{
    const BcProto *p = f->p;
    f->blocks = arena_alloc_array(f->g->arena, p->code.len + 1, sizeof *f->blocks);
    f->plain_blocks = arena_alloc_array(f->g->arena, p->code.len + 1, sizeof *f->plain_blocks);
    f->fails = arena_alloc_array(f->g->arena, 2 * p->handlers.len + 1, sizeof *f->fails);
    uint8_t *leads = arena_alloc_array(f->g->arena, p->code.len + 1, 1);
    if (!f->blocks || !f->plain_blocks || !f->fails || !leads)
        return gen_fail(f->g, "out of memory");
    for (uint32_t at = 0; at < p->code.len;) {
        const char *more = bc_op_extra(BC_OP(f->words[at]));
        const char *j = strchr(more, 'j');
        uint32_t next = at + bc_op_length(p, f->words + at);
        if (j) {
            uint32_t word = at + 1 + (uint32_t)(j - more);
            leads[word + 1 + f->words[word]] = 1;
            leads[next] = 1;
        }
        at = next;
    }
    for (uint32_t i = 0; i < p->handlers.len; i++) leads[p->handlers.items[i].target] = 1;
    leads[0] = 1;
    for (uint32_t at = 0; at < p->code.len; at++)
        if (leads[at]) f->blocks[at] = f->inf ? new_block(f, "") : f->entry; // or only a mark
    return true;
}

static void store_arguments(FnGen *f)
{
    Gen *g = f->g;
    for (uint32_t i = 0; i < f->plan->n_args; i++) {
        if (f->plan->by_value) {
            reg_set(f, i, LLVMGetParam(f->fn, 2 + i));
            continue;
        }
        LLVMValueRef at = const_i32(f, i);
        LLVMValueRef p = LLVMBuildInBoundsGEP2(g->b, g->i64, LLVMGetParam(f->fn, 2), &at, 1, "");
        reg_set(f, i, LLVMBuildLoad2(g->b, g->i64, p, ""));
    }
}

static void check_depth(FnGen *f)
{
    Gen *g = f->g;
    LLVMBasicBlockRef deep = new_block(f, "deep"), fine = new_block(f, "");
    LLVMValueRef too = NATIVE0(f, vm_n_too_deep);
    LLVMValueRef br = LLVMBuildCondBr(
        g->b, LLVMBuildICmp(g->b, LLVMIntNE, too, const_i32(f, 0), ""), deep, fine);
    LLVMSetMetadata(br, g->prof_kind, g->unlikely);
    LLVMPositionBuilderAtEnd(g->b, deep);
    LLVMBuildRet(g->b, NATIVE0(f, vm_n_throw_deep));
    go_on_in(f, fine);
}

#define LEAF_WORDS 24
#define LEAF_ACCESSES 4

// Instructions whose usual case is long.
static uint32_t accesses(const BcProto *p)
{
    uint32_t n = 0;
    for (uint32_t at = 0; at < p->code.len; at += bc_op_length(p, p->code.items + at)) {
        switch (BC_OP(p->code.items[at])) {
        case OP_GETP: case OP_SETP: case OP_GETI: case OP_GETII: case OP_GETIK: case OP_SETI:
        case OP_BGET: case OP_BPUT: case OP_PUSH: case OP_HASKEY: n++; break;
        default: break;
        }
    }
    return n;
}

// Small functions that call none are put in the place of their direct calls.
static void inline_leaf(FnGen *f)
{
    if (f->p->code.len > LEAF_WORDS || f->plan->index == 0 || f->g->program->frames) return;
    if (accesses(f->p) <= LEAF_ACCESSES) mark(f->g, f->fn, "alwaysinline");
}

static void push_frame(FnGen *f)
{
    Gen *g = f->g;
    LLVMBasicBlockRef deep = new_block(f, "deep"), fine = new_block(f, "");
    LLVMValueRef full = NATIVE(f, vm_n_enter, f->self);
    LLVMBuildCondBr(g->b, LLVMBuildICmp(g->b, LLVMIntNE, full, const_i32(f, 0), ""), deep, fine);
    LLVMPositionBuilderAtEnd(g->b, deep);
    LLVMBuildRet(g->b, NATIVE0(f, vm_n_throw_deep));
    go_on_in(f, fine);
}

// Without calls of script functions it needs so little stack that what is held back will do.
static bool calls_script(const BcProto *p)
{
    for (uint32_t at = 0; at < p->code.len; at += bc_op_length(p, p->code.items + at)) {
        switch (BC_OP(p->code.items[at])) {
        case OP_CALL: case OP_CALLG: case OP_CALLM: case OP_CALLA: case OP_CALLX: return true;
        case OP_CALLB:
            if (mdh_builtins[p->code.items[at + 1]].flags & MDH_B_CALLS) return true;
            break;
        default: break;
        }
    }
    return p->nregs > 64;
}

static bool generate_plainly(FnGen *f, uint32_t w)
{
    if (op_arith(f, w) || op_data(f, w) || op_flow(f, w) || op_call(f, w)) return true;
    return gen_fail(f->g, "the native compiler does not know %s", bc_op_name(BC_OP(w)));
}

static bool generate_instruction(FnGen *f)
{
    uint32_t w = f->words[f->at];
    debug_line(f, f->p->lines.items[f->at]);
    if (f->g->program->frames)
        NATIVE(f, vm_n_at, fn_code(f, f->plan->index), const_i32(f, f->at));
    if (!is_typed(f)) return generate_plainly(f, w);
    Type after[256];
    Step step;
    memcpy(after, f->types, f->p->nregs * sizeof *after);
    infer_step(f->m->infer, f->inf, after, f->at, &step);
    for (uint32_t i = 0; i < step.n_guards; i++) guard(f, &step.guards[i]);
    if (!op_typed(f, w, &step) && !generate_plainly(f, w)) return false;
    if (!f->ended) settle(f, after);
    return true;
}

// The copy for what is known and guessed.
static bool generate_typed(FnGen *f)
{
    const BcProto *p = f->p;
    for (f->at = 0; f->at < p->code.len; f->at += bc_op_length(p, f->words + f->at)) {
        if (f->blocks[f->at]) {
            if (!f->ended) branch(f, edge(f, f->at));
            go_on_in(f, f->blocks[f->at]);
            if (!f->inf->in[f->at]) { // nothing leads here
                LLVMBuildUnreachable(f->g->b);
                f->ended = true;
                continue;
            }
            memcpy(f->types, f->inf->in[f->at], p->nregs * sizeof *f->types);
        }
        if (!f->ended && !generate_instruction(f)) return false;
    }
    if (!f->ended) LLVMBuildUnreachable(f->g->b);
    return true;
}

// From there on until the code is straight no more, or has been emitted already.
static bool generate_plain_from(FnGen *f, uint32_t at)
{
    const BcProto *p = f->p;
    go_on_in(f, f->plain_blocks[at]);
    for (f->at = at; f->at < p->code.len; f->at += bc_op_length(p, f->words + f->at)) {
        bool leads = f->at != at && (f->blocks[f->at] || f->plain_blocks[f->at]);
        if (leads) {
            branch(f, plain_block(f, f->at));
            return true;
        }
        if (!generate_instruction(f)) return false;
        if (f->ended) return true;
    }
    LLVMBuildUnreachable(f->g->b);
    f->ended = true;
    return true;
}

static bool generate_plain(FnGen *f)
{
    const BcProto *p = f->p;
    bool *done = arena_alloc_array(f->g->arena, p->code.len + 1, sizeof *done);
    if (!done) return gen_fail(f->g, "out of memory");
    f->plain = true;
    for (uint32_t r = 0; r < 256; r++) f->types[r] = type_value(0);
    while (f->more_plain) {
        f->more_plain = false;
        for (uint32_t at = 0; at < p->code.len; at++) {
            if (!f->plain_blocks[at] || done[at]) continue;
            done[at] = true;
            if (!generate_plain_from(f, at)) return false;
        }
    }
    return true;
}

static bool generate_body(FnGen *f)
{
    Gen *g = f->g;
    f->fn = f->plan->body;
    f->t = LLVMGetParam(f->fn, 0);
    f->self = LLVMGetParam(f->fn, 1);
    f->entry = new_block(f, "");
    LLVMBasicBlockRef start = new_block(f, "start");
    LLVMPositionBuilderAtEnd(g->b, start);
    if (!make_blocks(f)) return false;
    debug_function(f);
    f->window_type = LLVMArrayType2(g->i64, window_words(f->p));
    f->window = alloca_at_entry(f, f->window_type);
    store_arguments(f);
    if (calls_script(f->p)) check_depth(f);
    else if (f->inf) inline_leaf(f);
    if (g->program->frames) push_frame(f);
    if (f->inf) {
        LLVMBuildBr(g->b, f->blocks[0]);
        f->ended = true;
    } else {
        branch(f, plain_block(f, 0));
    }
    if ((f->inf && !generate_typed(f)) || !generate_plain(f)) return false;
    LLVMPositionBuilderAtEnd(g->b, f->entry);
    LLVMBuildBr(g->b, start);
    LLVMSetCurrentDebugLocation2(g->b, NULL);
    return true;
}

static FnGen function_start(ModGen *mg, const FnPlan *plan)
{
    FnGen f = {.g = mg->g, .m = mg, .plan = plan, .p = plan->p,
               .words = plan->p->code.items};
    if (mg->infer && !mg->infer->fns[plan->index].off) f.inf = &mg->infer->fns[plan->index];
    return f;
}

bool function_generate(ModGen *mg, FnPlan *plan)
{
    FnGen f = function_start(mg, plan);
    if (!generate_body(&f)) return false;
    generate_entry(&f);
    return true;
}

bool function_copy(ModGen *mg, FnPlan *plan)
{
    FnGen f = function_start(mg, plan);
    LLVMSetLinkage(plan->body, LLVMAvailableExternallyLinkage);
    return generate_body(&f);
}
