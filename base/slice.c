// SPDX-License-Identifier: MIT

#define _GNU_SOURCE // memmem, which glibc implements in linear time (two-way)
#include "base/slice.h"

#include "base/siphash.h"

// memchr goes over text in big steps, memmem octet by octet. So the needle's first octet is looked
// for; where it is frequent this would be slow, and after some vain hits memmem does the rest.
size_t slice_find_from(Slice s, Slice needle, size_t from)
{
    if (from > s.len) return SLICE_NOT_FOUND;
    if (needle.len == 0) return from;
    if (needle.len > s.len - from) return SLICE_NOT_FOUND;
    const char *at = s.ptr + from, *last = s.ptr + s.len - needle.len;
    for (int vain = 0; vain < 16; vain++, at++) {
        if (at > last) return SLICE_NOT_FOUND;
        at = memchr(at, needle.ptr[0], (size_t)(last - at) + 1);
        if (!at) return SLICE_NOT_FOUND;
        if (memcmp(at, needle.ptr, needle.len) == 0) return (size_t)(at - s.ptr);
    }
    if (at > last) return SLICE_NOT_FOUND;
    at = memmem(at, (size_t)(s.ptr + s.len - at), needle.ptr, needle.len);
    return at ? (size_t)(at - s.ptr) : SLICE_NOT_FOUND;
}

// Arithmetic modulo the Mersenne prime 2^61 - 1, for the rolling hash below.
#define RK_PRIME (((uint64_t)1 << 61) - 1)

__extension__ typedef unsigned __int128 Wide;

static uint64_t rk_mul_add(uint64_t a, uint64_t b, uint64_t c)
{
    Wide x = (Wide)a * b + c;
    uint64_t sum = (uint64_t)(x & RK_PRIME) + (uint64_t)(x >> 61);
    return sum >= RK_PRIME ? sum - RK_PRIME : sum;
}

// Hopping over forward hits would be quadratic on overlapping patterns, so this walks the
// text once from its end with a rolling (Rabin-Karp) hash and compares only where hashes
// agree. The base is drawn once per process and the modulus is prime, so that nobody can
// write a text full of false agreements.
size_t slice_rfind(Slice s, Slice needle)
{
    const size_t n = needle.len;
    if (n > s.len) return SLICE_NOT_FOUND;
    if (n == 0) return s.len;

    const uint64_t base = (hash_bytes64("slice_rfind", 11) % (RK_PRIME - 512)) + 256;
    uint64_t want = 0, have = 0, top = 1; // top = base^(n-1)
    for (size_t i = 0; i < n; i++) {
        want = rk_mul_add(want, base, (unsigned char)needle.ptr[n - 1 - i]);
        have = rk_mul_add(have, base, (unsigned char)s.ptr[s.len - 1 - i]);
        if (i) top = rk_mul_add(top, base, 0);
    }
    for (size_t at = s.len - n;; at--) {
        if (have == want && memcmp(s.ptr + at, needle.ptr, n) == 0) return at;
        if (at == 0) return SLICE_NOT_FOUND;
        uint64_t gone = rk_mul_add(top, (unsigned char)s.ptr[at + n - 1], 0);
        have = have >= gone ? have - gone : have + RK_PRIME - gone;
        have = rk_mul_add(have, base, (unsigned char)s.ptr[at - 1]);
    }
}

static unsigned char ascii_lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

bool slice_eq_nocase(Slice a, Slice b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++) {
        if (ascii_lower((unsigned char)a.ptr[i]) != ascii_lower((unsigned char)b.ptr[i])) {
            return false;
        }
    }
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Slice slice_trim(Slice s)
{
    while (s.len && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len && is_blank(s.ptr[s.len - 1])) s.len--;
    return s;
}
