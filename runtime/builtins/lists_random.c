// SPDX-License-Identifier: MIT
// Chance: random order and random items, from the thread's generator.
#include "abi/abi.h"
#include "runtime/builtins/lists.h"
#include "runtime/core/rng.h"

// A new list of `n` items of different positions in random order (n = all: a shuffle). The
// first n steps of Fisher and Yates' shuffle, on a copy of plain values nobody else knows.
static MdhValue drawn(MdhThread *t, MdhValue list, uint64_t n)
{
    MdhValue out = mdh_list_new(t, mdh_list_len(list));
    if (mdh_is_exc(out) || !mdh_list_extend(t, out, list)) return MDH_EXC;
    uint64_t len = mdh_list_len(out);
    if (n > len) n = len;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t j = i + mdh_rng_below(t, len - i);
        MdhValue x = mdh_list_get(t, out, i), y = mdh_list_get(t, out, j);
        if (mdh_is_exc(x) || mdh_is_exc(y)) return MDH_EXC;
        if (!mdh_list_set(t, out, i, y) || !mdh_list_set(t, out, j, x)) return MDH_EXC;
    }
    return n == len ? out : mdh_list_slice(t, out, 0, n);
}

static MdhValue one_of(MdhThread *t, MdhValue list)
{
    const MdhListBuf *b = mdh_list_buf(list);
    uint64_t n = mdh_listbuf_len(b);
    if (n == 0) return MDH_NAETHING;
    MdhValue v = mdh_listbuf_get(t, b, mdh_rng_below(t, n));
    return mdh_is_absent(v) ? MDH_NAETHING : v; // another thread took it away
}

MdhValue __mdh_shuffle(MdhThread *t, int argc, const MdhArgs_shuffle *a)
{
    (void)argc;
    return drawn(t, a->items, UINT64_MAX);
}

MdhValue __mdh_bampot_mode(MdhThread *t, int argc, const MdhArgs_bampot_mode *a)
{
    (void)argc;
    return drawn(t, a->items, UINT64_MAX);
}

MdhValue __mdh_sample(MdhThread *t, int argc, const MdhArgs_sample *a)
{
    (void)argc;
    int64_t n = mdh_int_of(a->n);
    return drawn(t, a->items, n > 0 ? (uint64_t)n : 0);
}

MdhValue __mdh_dram(MdhThread *t, int argc, const MdhArgs_dram *a)
{
    (void)argc;
    return one_of(t, a->items);
}

MdhValue __mdh_random_choice(MdhThread *t, int argc, const MdhArgs_random_choice *a)
{
    (void)argc;
    return one_of(t, a->items);
}
