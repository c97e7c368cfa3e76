// SPDX-License-Identifier: MIT
// Integers as 64 bits in two's complement, and their digits in bases 2, 8 and 16.
#include "abi/abi.h"
#include "base/num.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"

MdhValue __mdh_bit_an(MdhThread *t, int argc, const MdhArgs_bit_an *a)
{
    (void)argc;
    return mdh_int(t, mdh_int_of(a->a) & mdh_int_of(a->b));
}

MdhValue __mdh_bit_or(MdhThread *t, int argc, const MdhArgs_bit_or *a)
{
    (void)argc;
    return mdh_int(t, mdh_int_of(a->a) | mdh_int_of(a->b));
}

MdhValue __mdh_bit_xor(MdhThread *t, int argc, const MdhArgs_bit_xor *a)
{
    (void)argc;
    return mdh_int(t, mdh_int_of(a->a) ^ mdh_int_of(a->b));
}

MdhValue __mdh_bit_nae(MdhThread *t, int argc, const MdhArgs_bit_nae *a)
{
    (void)argc;
    return mdh_int(t, ~mdh_int_of(a->n));
}

MdhValue __mdh_bit_coont(MdhThread *t, int argc, const MdhArgs_bit_coont *a)
{
    (void)t, (void)argc;
    return mdh_fix(__builtin_popcountll((uint64_t)mdh_int_of(a->n)));
}

static bool is_shift(int64_t by)
{
    return by >= 0 && by <= 63;
}

MdhValue __mdh_bit_shove_left(MdhThread *t, int argc, const MdhArgs_bit_shove_left *a)
{
    (void)argc;
    int64_t by = mdh_int_of(a->by);
    if (!is_shift(by)) return mdh_throw_native(t, "Shift amount must be 0-63, ya numpty!");
    return mdh_int(t, (int64_t)((uint64_t)mdh_int_of(a->n) << by));
}

MdhValue __mdh_bit_shove_right(MdhThread *t, int argc, const MdhArgs_bit_shove_right *a)
{
    (void)argc;
    int64_t by = mdh_int_of(a->by);
    if (!is_shift(by)) return mdh_throw_native(t, "Shift amount must be 0-63, ya numpty!");
    return mdh_int(t, mdh_int_of(a->n) >> by);
}

// Digits ----------------------------------------------------------------------------------

static MdhValue digits(MdhThread *t, MdhValue n, int radix)
{
    char text[NUM_RADIX_MAX];
    size_t len = num_format_u64_radix((uint64_t)mdh_int_of(n), radix, false, text);
    return mdh_str_new(t, text, len);
}

MdhValue __mdh_tae_binary(MdhThread *t, int argc, const MdhArgs_tae_binary *a)
{
    (void)argc;
    return digits(t, a->n, 2);
}

MdhValue __mdh_tae_hex(MdhThread *t, int argc, const MdhArgs_tae_hex *a)
{
    (void)argc;
    return digits(t, a->n, 16);
}

MdhValue __mdh_tae_octal(MdhThread *t, int argc, const MdhArgs_tae_octal *a)
{
    (void)argc;
    return digits(t, a->n, 8);
}

// 64 digits of two's complement are read back too, so that what tae_hex writes is understood.
static bool parse_digits(Slice s, int radix, char mark, int64_t *out)
{
    uint64_t bits;
    if (s.len >= 2 && s.ptr[0] == '0' && (s.ptr[1] | 32) == mark) s = slice_from(s, 2);
    if (num_parse_i64(s, radix, out) == NUM_OK) return true;
    if (num_parse_u64(s, radix, &bits) != NUM_OK) return false;
    *out = (int64_t)bits;
    return true;
}

MdhValue __mdh_fae_binary(MdhThread *t, int argc, const MdhArgs_fae_binary *a)
{
    (void)argc;
    int64_t i;
    if (!parse_digits(mdh_str_slice(a->s), 2, 'b', &i))
        return mdh_throw_native(t, "Cannae parse '%v' as binary", a->s);
    return mdh_int(t, i);
}

MdhValue __mdh_fae_hex(MdhThread *t, int argc, const MdhArgs_fae_hex *a)
{
    (void)argc;
    int64_t i;
    if (!parse_digits(mdh_str_slice(a->s), 16, 'x', &i))
        return mdh_throw_native(t, "Cannae parse '%v' as hex", a->s);
    return mdh_int(t, i);
}
