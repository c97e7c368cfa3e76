// SPDX-License-Identifier: MIT
// Kinds of register contents and the arithmetic of integer ranges.
#include "abi/layout.h"
#include "lang/aot/infer.h"

__extension__ typedef __int128 Wide;

Type type_value(uint32_t node)
{
    return (Type){.kind = TYPE_VALUE, .node = node};
}

Type type_int(int64_t lo, int64_t hi)
{
    return (Type){.kind = TYPE_INT, .lo = lo, .hi = hi};
}

Type type_float(void)
{
    return (Type){.kind = TYPE_FLOAT};
}

bool fits_63(const Type *t)
{
    return t->lo >= MDH_INT_MIN63 && t->hi <= MDH_INT_MAX63;
}

// ---- results of operators --------------------------------------------------------------------

static Type clipped(Wide lo, Wide hi, bool *fits)
{
    *fits = lo >= INT64_MIN && hi <= INT64_MAX;
    return type_int(lo < INT64_MIN ? INT64_MIN : (int64_t)lo,
                    hi > INT64_MAX ? INT64_MAX : (int64_t)hi);
}

static Type product(const Type *a, const Type *b, bool *fits)
{
    Wide corners[] = {(Wide)a->lo * b->lo, (Wide)a->lo * b->hi,
                          (Wide)a->hi * b->lo, (Wide)a->hi * b->hi};
    Wide lo = corners[0], hi = corners[0];
    for (int i = 1; i < 4; i++) {
        if (corners[i] < lo) lo = corners[i];
        if (corners[i] > hi) hi = corners[i];
    }
    return clipped(lo, hi, fits);
}

// A remainder has the sign of the dividend and is smaller than the divisor.
static Type remainder_of(const Type *a, const Type *b)
{
    Wide most = b->hi, least = -(Wide)b->lo;
    Wide size = (most > least ? most : least) - 1;
    Wide hi = a->hi < 0 ? 0 : a->hi, lo = a->lo > 0 ? 0 : a->lo;
    if (size < 0) size = 0;
    if (hi > size) hi = size;
    if (lo < -size) lo = -size;
    return type_int((int64_t)lo, (int64_t)hi);
}

static Type quotient(const Type *a, const Type *b, bool *fits)
{
    *fits = true;
    if (b->lo > 0) return type_int(a->lo < 0 ? a->lo / b->lo : 0, a->hi > 0 ? a->hi / b->lo : 0);
    *fits = a->lo > INT64_MIN;
    Wide lo = a->lo, hi = a->hi, most = -lo > hi ? -lo : hi;
    return clipped(-most, most, &(bool){false});
}

Type range_of(Opcode family, const Type *a, const Type *b, bool *fits)
{
    *fits = true;
    switch (family) {
    case OP_ADD: return clipped((Wide)a->lo + b->lo, (Wide)a->hi + b->hi, fits);
    case OP_SUB: return clipped((Wide)a->lo - b->hi, (Wide)a->hi - b->lo, fits);
    case OP_MUL: return product(a, b, fits);
    case OP_DIV: return quotient(a, b, fits);
    default: return remainder_of(a, b);
    }
}

// ---- meeting ---------------------------------------------------------------------------------

static int64_t wider_low(int64_t lo)
{
    return lo >= 0 ? 0 : lo >= MDH_INT_MIN63 ? MDH_INT_MIN63 : INT64_MIN;
}

static int64_t wider_high(int64_t hi)
{
    return hi <= 0 ? 0 : hi <= MDH_INT_MAX63 ? MDH_INT_MAX63 : INT64_MAX;
}

static bool meet_ints(Type *into, const Type *from, bool widen)
{
    bool lower = from->lo < into->lo, higher = from->hi > into->hi;
    if (lower) into->lo = widen ? wider_low(from->lo) : from->lo;
    if (higher) into->hi = widen ? wider_high(from->hi) : from->hi;
    bool unsynced = into->synced && !from->synced;
    if (unsynced) into->synced = false;
    return lower || higher || unsynced;
}

bool type_meet(Type *into, const Type *from, bool widen)
{
    if (from->kind == TYPE_NONE) return false;
    if (into->kind == TYPE_NONE) {
        *into = *from;
        return true;
    }
    if (into->kind != from->kind) {
        bool changed = into->kind != TYPE_VALUE || into->what != WHAT_ANY || into->shape;
        uint32_t node = into->kind == TYPE_VALUE ? into->node : from->node;
        *into = type_value(node);
        return changed;
    }
    if (into->kind == TYPE_INT) return meet_ints(into, from, widen);
    if (into->kind == TYPE_FLOAT) {
        bool changed = into->synced && !from->synced;
        into->synced &= from->synced;
        return changed;
    }
    bool differs = into->what != from->what || into->ref != from->ref;
    bool changed = into->shape && into->shape != from->shape;
    if (changed) into->shape = 0;
    if (!differs || into->what == WHAT_ANY) return changed;
    into->what = WHAT_ANY;
    into->ref = into->global = 0;
    return true;
}
