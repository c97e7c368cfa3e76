// SPDX-License-Identifier: MIT
// Sorting. Always stable, always into a new list, on a copy taken at the start: a comparator may
// do what it likes to the original.
//
//   all integers, or all floats that are neither zero nor NaN: radix sort of 64-bit keys; equal
//       keys are the same number, so stability shows in nothing
//   all strings: merge sort of {first 8 octets, string}, most comparisons end at the octets
//   anything else, or a comparator: merge sort that spends as few comparisons as it can, since
//       one may be a call into script. Natural runs are found (a descending one is reversed),
//       short ones are filled up to 32..64 by binary insertion, and runs are merged in the order
//       of "Nearly-Optimal Mergesorts" (Munro and Wild 2018): a run boundary has the level of the
//       first bit in which the middles of its two runs, as fractions of n, differ.
//
// During a comparator every value lies in one of two scanned arrays, so the collector sees it.
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/list_priv.h"
#include "runtime/data/str.h"

// Radix ----------------------------------------------------------------------------------

#define SIGN_BIT (UINT64_C(1) << 63)

static void insertion_sort_u64(uint64_t *a, uint64_t n)
{
    for (uint64_t i = 1; i < n; i++) {
        uint64_t x = a[i], j = i;
        for (; j > 0 && a[j - 1] > x; j--) a[j] = a[j - 1];
        a[j] = x;
    }
}

// One pass by the digit at `shift`. `count` holds how many keys have each digit.
static void radix_pass(const uint64_t *from, uint64_t *to, uint64_t n, int shift,
                       const uint32_t count[256])
{
    uint64_t *at[256], *p = to;
    for (int d = 0; d < 256; d++) {
        at[d] = p;
        p += count[d];
    }
    for (uint64_t i = 0; i < n; i++) *at[from[i] >> shift & 255]++ = from[i];
}

// Least digit first, skipping digits that are the same in all keys. tmp has room for n too.
static void sort_u64(uint64_t *a, uint64_t *tmp, uint64_t n)
{
    static const int digits = 8;
    uint32_t count[8][256] = {{0}};
    if (n <= 64) {
        insertion_sort_u64(a, n);
        return;
    }
    bool sorted = true;
    for (uint64_t i = 0; i < n; i++) {
        sorted &= i == 0 || a[i - 1] <= a[i];
        for (int d = 0; d < digits; d++) count[d][a[i] >> 8 * d & 255]++;
    }
    if (sorted) return;
    uint64_t *from = a, *to = tmp;
    for (int d = 0; d < digits; d++) {
        if (count[d][a[0] >> 8 * d & 255] == n) continue;
        radix_pass(from, to, n, 8 * d, count[d]);
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != a) memcpy(a, from, n * sizeof *a);
}

static uint64_t *scratch_words(MdhThread *t, uint64_t n)
{
    uint64_t *tmp = mdh_new_atomic(t, n * sizeof *tmp);
    if (!tmp) mdh_throw_oom(t, n * sizeof *tmp);
    return tmp;
}

static bool sort_signed(MdhThread *t, uint64_t *a, uint64_t n)
{
    uint64_t *tmp = scratch_words(t, n);
    if (!tmp) return false;
    for (uint64_t i = 0; i < n; i++) a[i] ^= SIGN_BIT;
    sort_u64(a, tmp, n);
    for (uint64_t i = 0; i < n; i++) a[i] ^= SIGN_BIT;
    return true;
}

// Doubles as unsigned words in the same order: negative ones have all bits turned.
static uint64_t double_to_key(double d)
{
    uint64_t w;
    memcpy(&w, &d, 8);
    return w & SIGN_BIT ? ~w : w | SIGN_BIT;
}

static double key_to_double(uint64_t key)
{
    uint64_t w = key & SIGN_BIT ? key & ~SIGN_BIT : ~key;
    double d;
    memcpy(&d, &w, 8);
    return d;
}

static bool sort_flonums(MdhThread *t, MdhValue *a, uint64_t n)
{
    uint64_t *keys = scratch_words(t, n), *tmp = scratch_words(t, n);
    if (!keys || !tmp) return false;
    for (uint64_t i = 0; i < n; i++) keys[i] = double_to_key(mdh_flonum(a[i]));
    sort_u64(keys, tmp, n);
    for (uint64_t i = 0; i < n; i++) a[i] = mdh_float(t, key_to_double(keys[i]));
    return true;
}

// Strings --------------------------------------------------------------------------------

typedef struct StrKey {
    uint64_t prefix; // first 8 octets, big-endian, padded with zeros
    MdhValue v;
} StrKey;

static StrKey str_key(MdhValue v)
{
    const MdhStr *s = mdh_str(v);
    unsigned char first[8] = {0};
    memcpy(first, s->data, s->len < 8 ? s->len : 8);
    uint64_t p = 0;
    for (int i = 0; i < 8; i++) p = p << 8 | first[i];
    return (StrKey){p, v};
}

static bool str_before(const StrKey *a, const StrKey *b)
{
    if (a->prefix != b->prefix) return a->prefix < b->prefix;
    return a->v.bits != b->v.bits && mdh_str_cmp(a->v, b->v) < 0;
}

static void insertion_sort_str(StrKey *a, uint64_t n)
{
    for (uint64_t i = 1; i < n; i++) {
        StrKey x = a[i];
        uint64_t j = i;
        for (; j > 0 && str_before(&x, &a[j - 1]); j--) a[j] = a[j - 1];
        a[j] = x;
    }
}

static void merge_str(const StrKey *a, uint64_t na, const StrKey *b, uint64_t nb,
                      StrKey *to)
{
    const StrKey *a_end = a + na, *b_end = b + nb;
    if (!str_before(b, a_end - 1)) { // in order already
        memcpy(to, a, na * sizeof *a);
        memcpy(to + na, b, nb * sizeof *b);
        return;
    }
    while (a < a_end && b < b_end) *to++ = str_before(b, a) ? *b++ : *a++;
    memcpy(to, a, (size_t)(a_end - a) * sizeof *a);
    memcpy(to + (a_end - a), b, (size_t)(b_end - b) * sizeof *b);
}

// Top down, so that each merge works on what is still in the cache. Sorts a[0..n) into `to`;
// both hold the same keys at the start.
static void sort_str_keys(StrKey *a, StrKey *to, uint64_t n)
{
    if (n <= 12) {
        insertion_sort_str(to, n);
        return;
    }
    uint64_t half = n / 2;
    sort_str_keys(to, a, half);
    sort_str_keys(to + half, a + half, n - half);
    merge_str(a, half, a + half, n - half, to);
}

static bool sort_strings(MdhThread *t, MdhValue *a, uint64_t n)
{
    // The values stay in `a` until the end: the scratch needs no scanning.
    StrKey *x = (StrKey *)scratch_words(t, 2 * n);
    StrKey *y = x ? (StrKey *)scratch_words(t, 2 * n) : NULL;
    if (!y) return false;
    for (uint64_t i = 0; i < n; i++) x[i] = y[i] = str_key(a[i]);
    sort_str_keys(x, y, n);
    for (uint64_t i = 0; i < n; i++) a[i] = y[i].v;
    return true;
}

// Merge sort of values -------------------------------------------------------------------

#define MAX_RUNS 72 // levels strictly increase along the stack and are at most 64

typedef struct Run {
    uint64_t start, len;
    int level; // of the boundary to the run after it
} Run;

typedef struct Sorter {
    MdhThread *t;
    MdhValue cmp; // ABSENT: mdh_order
    MdhValue *a, *tmp;
    uint64_t n;
    Run runs[MAX_RUNS];
    int nruns;
} Sorter;

// Must x stand before y? 1, 0, or -1 when the comparator threw. Ties answer 0.
static int before(const Sorter *s, MdhValue x, MdhValue y)
{
    if (mdh_is_absent(s->cmp)) return mdh_order(x, y) < 0;
    MdhValue r = mdh_call2(s->t, s->cmp, x, y);
    if (mdh_is_fixint(r)) return (int64_t)r.bits < 0;
    if (mdh_is_exc(r)) return -1;
    if (mdh_is_number(r)) return mdh_number_as_double(r) < 0;
    return mdh_truthy(r);
}

static void reverse_values(MdhValue *a, uint64_t n)
{
    for (uint64_t i = 0, j = n; i + 1 < j; i++) {
        MdhValue x = a[i];
        a[i] = a[--j];
        a[j] = x;
    }
}

// The length of the run at `start`, made ascending. 0 when the comparator threw.
static uint64_t natural_run(Sorter *s, uint64_t start)
{
    MdhValue *a = s->a;
    uint64_t i = start + 1;
    if (i >= s->n) return 1;
    int first = before(s, a[i], a[start]), r = first;
    for (i++; i < s->n && r == first && r >= 0; i++) {
        r = before(s, a[i], a[i - 1]);
        if (r != first) break;
    }
    if (r < 0) return 0;
    if (first) reverse_values(a + start, i - start);
    return i - start;
}

// Values that have no order among themselves stop each other: in a short list each walks left
// only past those it comes before, as a reader would do it by hand.
#define BY_HAND 20

static void insert_by_hand(const Sorter *s, uint64_t sorted)
{
    MdhValue *a = s->a;
    for (; sorted < s->n; sorted++) {
        MdhValue x = a[sorted];
        uint64_t at = sorted;
        for (; at > 0 && mdh_order(x, a[at - 1]) < 0; at--) a[at] = a[at - 1];
        a[at] = x;
    }
}

// Puts a[start + sorted .. start + len) one by one into their places.
static bool insert_rest(Sorter *s, uint64_t start, uint64_t sorted, uint64_t len)
{
    MdhValue *a = s->a + start;
    for (; sorted < len; sorted++) {
        MdhValue x = a[sorted];
        uint64_t lo = 0, hi = sorted;
        while (lo < hi) {
            uint64_t mid = lo + (hi - lo) / 2;
            int r = before(s, x, a[mid]);
            if (r < 0) return false;
            if (r) hi = mid;
            else lo = mid + 1;
        }
        memmove(a + lo + 1, a + lo, (sorted - lo) * sizeof *a);
        a[lo] = x;
    }
    return true;
}

// The left run is the shorter: it moves to tmp, the result grows from the left.
static bool merge_from_left(Sorter *s, MdhValue *a, uint64_t na, uint64_t nb)
{
    MdhValue *l = s->tmp, *l_end = l + na, *r = a + na, *r_end = r + nb, *to = a;
    memcpy(l, a, na * sizeof *a);
    while (l < l_end && r < r_end) {
        int right_first = before(s, *r, *l);
        if (right_first < 0) return false;
        *to++ = right_first ? *r++ : *l++;
    }
    memcpy(to, l, (size_t)(l_end - l) * sizeof *a);
    return true;
}

// The right run is the shorter: it moves to tmp, the result grows from the right.
static bool merge_from_right(Sorter *s, MdhValue *a, uint64_t na, uint64_t nb)
{
    MdhValue *l = a + na, *r = s->tmp + nb, *to = a + na + nb;
    memcpy(s->tmp, l, nb * sizeof *a);
    while (l > a && r > s->tmp) {
        int right_first = before(s, r[-1], l[-1]);
        if (right_first < 0) return false;
        *--to = right_first ? *--l : *--r;
    }
    memcpy(a, s->tmp, (size_t)(r - s->tmp) * sizeof *a);
    return true;
}

// Merges the two topmost runs.
static bool merge_top(Sorter *s)
{
    Run *x = &s->runs[s->nruns - 2], *y = x + 1;
    MdhValue *a = s->a + x->start;
    uint64_t na = x->len, nb = y->len;
    x->len += nb;
    x->level = y->level;
    s->nruns--;
    int overlap = before(s, a[na], a[na - 1]);
    if (overlap <= 0) return overlap == 0;
    return na <= nb ? merge_from_left(s, a, na, nb) : merge_from_right(s, a, na, nb);
}

// The level of the boundary between two neighbouring runs: how many leading bits their middles
// have in common, as fractions of n.
static int boundary_level(uint64_t n, const Run *x, uint64_t next_len)
{
    uint64_t left = 2 * x->start + x->len, right = left + x->len + next_len;
    int level = 0; // bits of left / 2n and right / 2n, one after the other
    for (; level < 64; level++) {
        bool l = left >= n, r = right >= n;
        if (l != r) break;
        left = (left - (l ? n : 0)) * 2;
        right = (right - (r ? n : 0)) * 2;
    }
    return level;
}

static uint64_t min_run(uint64_t n)
{
    uint64_t odd = 0;
    for (; n >= 64; n /= 2) odd |= n & 1;
    return n + odd;
}

static bool merge_sort(Sorter *s)
{
    uint64_t least = min_run(s->n);
    for (uint64_t at = 0; at < s->n;) {
        uint64_t left = s->n - at, len = natural_run(s, at);
        uint64_t want = least < left ? least : left;
        if (len == 0) return false;
        if (s->n <= BY_HAND && mdh_is_absent(s->cmp)) {
            insert_by_hand(s, len);
            return true;
        }
        if (len < want) {
            if (!insert_rest(s, at, len, want)) return false;
            len = want;
        }
        if (s->nruns > 0) {
            Run *top = &s->runs[s->nruns - 1];
            int level = boundary_level(s->n, top, len);
            while (s->nruns > 1 && s->runs[s->nruns - 2].level > level)
                if (!merge_top(s)) return false;
            s->runs[s->nruns - 1].level = level;
        }
        s->runs[s->nruns++] = (Run){at, len, 0};
        at += len;
    }
    while (s->nruns > 1)
        if (!merge_top(s)) return false;
    return true;
}

static bool sort_generic(MdhThread *t, MdhValue *a, uint64_t n, MdhValue cmp)
{
    Sorter s = {.t = t, .cmp = cmp, .a = a, .n = n};
    size_t bytes = (n / 2 + 1) * sizeof *a;
    s.tmp = mdh_new(t, bytes);
    if (!s.tmp) {
        mdh_throw_oom(t, bytes);
        return false;
    }
    return merge_sort(&s);
}

// Which way? ------------------------------------------------------------------------------

// What all values are: one of the kinds below, or ALL_SORTS.
enum { ALL_INTS, ALL_FLOATS, ALL_STRINGS, ALL_SORTS };

static int sort_of(MdhValue v)
{
    if (mdh_is_fixint(v)) return ALL_INTS;
    if (mdh_is_flonum(v)) return ALL_FLOATS; // both zeros are boxed, a NaN may not be
    return mdh_is_str(v) ? ALL_STRINGS : ALL_SORTS;
}

static int sort_of_all(const MdhValue *a, uint64_t n)
{
    int sort = sort_of(a[0]);
    for (uint64_t i = 0; i < n && sort != ALL_SORTS; i++)
        if (sort_of(a[i]) != sort ||
            (sort == ALL_FLOATS && mdh_flonum(a[i]) != mdh_flonum(a[i])))
            return ALL_SORTS;
    return sort;
}

static bool sort_values(MdhThread *t, MdhValue *a, uint64_t n, MdhValue cmp)
{
    if (n < 2) return true;
    switch (mdh_is_absent(cmp) ? sort_of_all(a, n) : ALL_SORTS) {
    case ALL_INTS:
        return sort_signed(t, &a->bits,
                           n); // tagged words are in the order of their integers
    case ALL_FLOATS: return sort_flonums(t, a, n);
    case ALL_STRINGS: return sort_strings(t, a, n);
    default: return sort_generic(t, a, n, cmp);
    }
}

MdhValue mdh_list_sort(MdhThread *t, MdhValue list, MdhValue cmp)
{
    const MdhListBuf *b = mdh_list_buf(list);
    uint64_t n = mdh_listbuf_len(b);
    bool ints = b->h.flags == MDH_LIST_I64 && mdh_is_absent(cmp);
    if (n == 0) return mdh_list_new(t, 0);
    MdhListBuf *fresh = mdh_listbuf_new(t, ints ? MDH_LIST_I64 : MDH_LIST_VALUES, n);
    if (!fresh || !mdh_listbuf_append(t, fresh, b, 0, n)) return MDH_EXC;
    n = fresh->n;
    bool ok = ints ? sort_signed(t, (uint64_t *)list_i64s(fresh), n)
                   : sort_values(t, fresh->items, n, cmp);
    return ok ? mdh_list_from_buf(t, fresh) : MDH_EXC;
}
