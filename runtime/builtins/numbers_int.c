// SPDX-License-Identifier: MIT
// Whole numbers: divisors, powers, primes. Results that do not fit 64 bits are errors.
#include <math.h>

#include "abi/abi.h"
#include "runtime/core/throw.h"

__extension__ typedef unsigned __int128 U128;

static uint64_t magnitude(int64_t i)
{
    return i < 0 ? -(uint64_t)i : (uint64_t)i;
}

static MdhValue unsigned_result(MdhThread *t, uint64_t u)
{
    if (u > INT64_MAX) return mdh_throw_error(t, MDH_E_OVERFLOW);
    return mdh_int(t, (int64_t)u);
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

MdhValue __mdh_gcd(MdhThread *t, int argc, const MdhArgs_gcd *a)
{
    (void)argc;
    return unsigned_result(t,
                           gcd(magnitude(mdh_int_of(a->a)), magnitude(mdh_int_of(a->b))));
}

MdhValue __mdh_lcm(MdhThread *t, int argc, const MdhArgs_lcm *a)
{
    (void)argc;
    uint64_t x = magnitude(mdh_int_of(a->a)), y = magnitude(mdh_int_of(a->b)), result;
    if (x == 0 || y == 0) return mdh_fix(0);
    if (__builtin_mul_overflow(x / gcd(x, y), y, &result))
        return mdh_throw_error(t, MDH_E_OVERFLOW);
    return unsigned_result(t, result);
}

MdhValue __mdh_factorial(MdhThread *t, int argc, const MdhArgs_factorial *a)
{
    (void)argc;
    int64_t n = mdh_int_of(a->n), result = 1;
    if (n < 0) return mdh_throw_native(t, "Cannae calculate factorial o' negative number!");
    if (n > 20) return mdh_throw_native(t, "Factorial too big! Max is 20");
    for (int64_t i = 2; i <= n; i++) result *= i;
    return mdh_int(t, result);
}

// By repeated squaring. The last square is not needed, so it may not overflow either.
static bool int_pow(int64_t base, uint64_t exponent, int64_t *result)
{
    int64_t power = 1;
    for (;;) {
        if ((exponent & 1) && __builtin_mul_overflow(power, base, &power)) return false;
        exponent >>= 1;
        if (!exponent) break;
        if (__builtin_mul_overflow(base, base, &base)) return false;
    }
    *result = power;
    return true;
}

MdhValue __mdh_pooer(MdhThread *t, int argc, const MdhArgs_pooer *a)
{
    (void)argc;
    int64_t result;
    if (!mdh_is_int(a->a) || !mdh_is_int(a->b) || mdh_int_of(a->b) < 0)
        return mdh_float(t, pow(mdh_number_as_double(a->a), mdh_number_as_double(a->b)));
    if (!int_pow(mdh_int_of(a->a), (uint64_t)mdh_int_of(a->b), &result))
        return mdh_throw_error(t, MDH_E_OVERFLOW);
    return mdh_int(t, result);
}

MdhValue __mdh_is_even(MdhThread *t, int argc, const MdhArgs_is_even *a)
{
    (void)t, (void)argc;
    return mdh_bool(!(mdh_int_of(a->n) & 1));
}

MdhValue __mdh_is_odd(MdhThread *t, int argc, const MdhArgs_is_odd *a)
{
    (void)t, (void)argc;
    return mdh_bool(mdh_int_of(a->n) & 1);
}

// Primes ----------------------------------------------------------------------------------

static uint64_t mul_mod(uint64_t a, uint64_t b, uint64_t m)
{
    return (uint64_t)((U128)a * b % m);
}

static uint64_t pow_mod(uint64_t base, uint64_t exponent, uint64_t m)
{
    uint64_t power = 1;
    for (base %= m; exponent; exponent >>= 1) {
        if (exponent & 1) power = mul_mod(power, base, m);
        base = mul_mod(base, base, m);
    }
    return power;
}

// Miller and Rabin: whether odd n = d * 2^s + 1 looks prime to the witness w.
static bool passes(uint64_t n, uint64_t d, int s, uint64_t w)
{
    uint64_t x = pow_mod(w, d, n);
    if (x == 1 || x == n - 1) return true;
    while (--s > 0) {
        x = mul_mod(x, x, n);
        if (x == n - 1) return true;
    }
    return false;
}

// The first twelve primes as witnesses decide every n below 3.3e24 (Sorenson and Webster).
static bool is_prime(uint64_t n)
{
    static const uint8_t primes[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    if (n < 2) return false;
    for (size_t i = 0; i < countof(primes); i++)
        if (n % primes[i] == 0) return n == primes[i];
    int s = __builtin_ctzll(n - 1);
    for (size_t i = 0; i < countof(primes); i++)
        if (!passes(n, (n - 1) >> s, s, primes[i])) return false;
    return true;
}

MdhValue __mdh_is_prime(MdhThread *t, int argc, const MdhArgs_is_prime *a)
{
    (void)t, (void)argc;
    int64_t n = mdh_int_of(a->n);
    return mdh_bool(n > 1 && is_prime((uint64_t)n));
}
