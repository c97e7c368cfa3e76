// SPDX-License-Identifier: MIT
// What a function does when its registers run out: surplus variables live in a room, an array in
// one register, and temporaries are put aside while a deep expression is evaluated. Ordinary
// functions get none of this.
#include "lang/bytecode/compiler.h"

// ---- the room -----------------------------------------------------------------------------

void room_begin(FnState *fs)
{
    fs->room = -1;
    if (fs->func->n_vars <= LOCAL_REGS / 2) return;
    fs->room = new_reg(fs, NULL);
    EMIT(fs, ROOM, fs->room, 0, 0);
    fs->room_word = emit(fs, 0);
    fs->nlocals = fs->free;
}

void room_end(FnState *fs)
{
    if (fs->room >= 0 && !fs->c->failed) fs->p->code.items[fs->room_word] = fs->n_surplus;
}

bool goes_to_room(const FnState *fs, const Var *v)
{
    return v->place == VAR_LOCAL && v->reg < 0 && fs->room >= 0 && fs->free >= LOCAL_REGS;
}

void place_var(FnState *fs, Var *v)
{
    v->surplus = goes_to_room(fs, v);
    v->reg = v->surplus ? (int)fs->n_surplus++ : new_reg(fs, NULL);
    // A place is part of a captured-variable word.
    if (fs->n_surplus > 0xffff) fail_at(fs, NULL, "E0312", "Ower mony variables in ane function");
}

void load_surplus(FnState *fs, const Var *v, int dst)
{
    EMIT(fs, GETROOM, dst, fs->room, 0);
    emit(fs, (uint32_t)v->reg);
    if (v->in_cell) EMIT(fs, GETCELL, dst, dst, 0);
}

void store_surplus(FnState *fs, const Var *v, int src)
{
    if (!v->in_cell) {
        EMIT(fs, SETROOM, fs->room, src, 0);
        emit(fs, (uint32_t)v->reg);
        return;
    }
    int cell = new_reg(fs, NULL);
    EMIT(fs, GETROOM, cell, fs->room, 0);
    emit(fs, (uint32_t)v->reg);
    EMIT(fs, SETCELL, cell, src, 0);
    fs->free = cell;
}

// ---- temporaries --------------------------------------------------------------------------

bool must_stash(const FnState *fs, const AstNode *n)
{
    return fs->free >= STASH_AT && fs->free - fs->nlocals >= STASH_MIN && n->height > 1;
}

// The registers from nlocals on hold values of the expressions around `n`. Nothing that `n` does
// can look at them: a way out of it leads to a statement, whose registers lie below.
void stashed_expr(FnState *fs, const AstNode *n, int dst)
{
    int free = fs->free, base = fs->nlocals;
    EMIT(fs, STASH, base, free - base, 0);
    fs->free = base + 1;
    expr_fresh(fs, n);
    EMIT(fs, UNSTASH, dst, base, 0);
    fs->free = free;
}
