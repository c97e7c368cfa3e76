// SPDX-License-Identifier: MIT
// Emitting words, constants and jumps. A jump's offset stands in a word of its own and counts
// from the word after it, so no function is too long for its jumps.
#include <string.h>

#include "base/siphash.h"
#include "lang/bytecode/compiler.h"

void fail_at(FnState *fs, const AstNode *n, const char *code, const char *message)
{
    DiagSpot spot = {fs->c->file, fs->c->source, n ? n->span.line : fs->line,
                     n ? n->span.column : 1, 1};
    if (!fs->c->failed) diag_add(fs->c->diags, DIAG_ERROR, code, spot, "%s", message);
    fs->c->failed = true;
}

static void out_of_memory(FnState *fs)
{
    fail_at(fs, NULL, "E0301", "Nae memory left fer compilin'");
}

uint32_t here(const FnState *fs)
{
    return fs->p->code.len;
}

void at_line(FnState *fs, uint32_t line)
{
    if (line) fs->line = line;
}

uint32_t emit(FnState *fs, uint32_t word)
{
    if (!avec_push(fs->c->arena, &fs->p->code, word) ||
        !avec_push(fs->c->arena, &fs->p->lines, fs->line))
        out_of_memory(fs);
    return fs->p->code.len - 1;
}

void emit_bx(FnState *fs, Opcode op, int a, uint32_t bx)
{
    emit(fs, (uint32_t)op | (uint32_t)(uint8_t)a << 8 | (bx & 0xffff) << 16);
}

void emit_jump(FnState *fs, JumpList *list)
{
    uint32_t at = emit(fs, 0);
    if (!avec_push(fs->c->scratch, &list->at, at)) out_of_memory(fs);
}

void emit_jmp(FnState *fs, JumpList *list)
{
    EMIT(fs, JMP, 0, 0, 0);
    emit_jump(fs, list);
}

void patch_to(FnState *fs, JumpList *list, uint32_t target)
{
    if (fs->c->failed) return;
    for (uint32_t i = 0; i < list->at.len; i++) {
        uint32_t at = list->at.items[i];
        fs->p->code.items[at] = target - (at + 1);
    }
    list->at.len = 0;
}

void patch_here(FnState *fs, JumpList *list)
{
    patch_to(fs, list, here(fs));
}

void emit_back(FnState *fs, uint32_t target)
{
    uint32_t at = here(fs);
    emit(fs, (uint32_t)((int64_t)target - (int64_t)(at + 1)));
}

// ---- constants ----------------------------------------------------------------------------

static uint32_t const_hash(const BcConst *k)
{
    if (k->kind == BC_STR || k->kind == BC_BYTES)
        return hash_bytes(k->s.ptr, k->s.len) + (uint32_t)k->kind;
    uint64_t bits = (uint64_t)k->i;
    if (k->kind == BC_FLOAT) memcpy(&bits, &k->d, 8);
    return (uint32_t)(bits * UINT64_C(0x9E3779B97F4A7C15) >> 32) + (uint32_t)k->kind;
}

static bool const_same(const BcConst *a, const BcConst *b)
{
    if (a->kind != b->kind) return false;
    if (a->kind == BC_INT) return a->i == b->i;
    if (a->kind == BC_FLOAT) return memcmp(&a->d, &b->d, sizeof a->d) == 0;
    return slice_eq(a->s, b->s);
}

// Runs put equal constants side by side: the index knows the first of each.
static void const_index(FnState *fs, uint32_t i)
{
    const BcConst *items = fs->p->consts.items;
    uint32_t mask = fs->consts.cap - 1, s = const_hash(&items[i]) & mask;
    for (; fs->consts.slots[s]; s = (s + 1) & mask)
        if (const_same(&items[fs->consts.slots[s] - 1], &items[i])) return;
    fs->consts.slots[s] = i + 1;
}

// Room in the index for twice the constants that there are.
static bool const_rehash(FnState *fs)
{
    uint32_t cap = fs->consts.cap ? fs->consts.cap * 2 : 16;
    while (cap <= fs->p->consts.len * 2) cap *= 2;
    uint32_t *slots = arena_alloc_array(fs->c->scratch, cap, sizeof *slots);
    if (!slots) return false;
    fs->consts.slots = slots;
    fs->consts.cap = cap;
    for (uint32_t i = 0; i < fs->p->consts.len; i++) const_index(fs, i);
    return true;
}

static uint32_t const_append(FnState *fs, BcConst k)
{
    if (k.kind == BC_STR || k.kind == BC_BYTES) k.s = arena_slice_dup(fs->c->arena, k.s);
    if (!avec_push(fs->c->arena, &fs->p->consts, k)) {
        out_of_memory(fs);
        return 0;
    }
    return fs->p->consts.len - 1;
}

static uint32_t const_add(FnState *fs, BcConst k)
{
    if (fs->p->consts.len * 2 >= fs->consts.cap && !const_rehash(fs)) {
        out_of_memory(fs);
        return 0;
    }
    uint32_t s = const_hash(&k) & (fs->consts.cap - 1);
    while (fs->consts.slots[s]) {
        uint32_t i = fs->consts.slots[s] - 1;
        if (const_same(&fs->p->consts.items[i], &k)) return i;
        s = (s + 1) & (fs->consts.cap - 1);
    }
    uint32_t i = const_append(fs, k);
    fs->consts.slots[s] = i + 1;
    return i;
}

uint32_t const_str(FnState *fs, Slice s)
{
    return const_add(fs, (BcConst){.kind = BC_STR, .s = s});
}

uint32_t const_bytes(FnState *fs, Slice s)
{
    return const_add(fs, (BcConst){.kind = BC_BYTES, .s = s});
}

uint32_t const_int(FnState *fs, int64_t i)
{
    return const_add(fs, (BcConst){.kind = BC_INT, .i = i});
}

uint32_t const_float(FnState *fs, double d)
{
    return const_add(fs, (BcConst){.kind = BC_FLOAT, .d = d});
}

uint32_t const_run(FnState *fs, const Slice *names, uint32_t n)
{
    uint32_t first = fs->p->consts.len;
    for (uint32_t i = 0; i < n; i++) const_append(fs, (BcConst){.kind = BC_STR, .s = names[i]});
    // Runs are not shared; keep the index big enough for them all the same.
    if (fs->p->consts.len * 2 >= fs->consts.cap && !const_rehash(fs)) out_of_memory(fs);
    return first;
}

uint32_t new_cache(FnState *fs, Slice name)
{
    uint32_t k = const_str(fs, name);
    if (!avec_push(fs->c->arena, &fs->p->ic_names, k)) out_of_memory(fs);
    return fs->p->ic_names.len - 1;
}

void emit_const(FnState *fs, int dst, uint32_t k)
{
    if (k <= 0xffff) {
        emit_bx(fs, OP_LOADK, dst, k);
        return;
    }
    EMIT(fs, LOADKX, dst, 0, 0);
    emit(fs, k);
}

void emit_int(FnState *fs, int dst, int64_t i)
{
    if (i >= INT16_MIN && i <= INT16_MAX) emit_bx(fs, OP_LOADI, dst, (uint32_t)(uint16_t)i);
    else emit_const(fs, dst, const_int(fs, i));
}

int new_reg(FnState *fs, const AstNode *n)
{
    if (fs->free >= MAX_REGS) {
        fail_at(fs, n, "E0312",
                "Ower mony variables an' values at aince in ane function - split it intae "
                "smaller anes");
        return 0;
    }
    int r = fs->free++;
    if (fs->free > fs->p->nregs) fs->p->nregs = (uint16_t)fs->free;
    return r;
}

void emit_move(FnState *fs, int dst, int src)
{
    if (dst != src) EMIT(fs, MOVE, dst, src, 0);
}
