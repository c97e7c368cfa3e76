// SPDX-License-Identifier: MIT
// Encoding and counting. The case tables and classes are in utf8_case.c.

#include "base/utf8.h"

#include <string.h>

#define HIGH_BITS 0x8080808080808080u

static uint64_t load_word(const char *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

bool utf8_is_scalar(uint32_t cp)
{
    return cp <= UTF8_MAX && (cp < 0xD800 || cp > 0xDFFF);
}

// The valid second octets differ for four leads (RFC 3629 §4): that is what keeps out
// overlong forms, surrogates, and numbers above U+10FFFF. Longest valid beginning: Unicode
// §3.9, "maximal subpart".
int32_t utf8_decode_strict(const char *text, size_t n, size_t *used)
{
    const unsigned char *p = (const unsigned char *)text;
    unsigned lead = p[0];
    *used = 1;
    if (lead < 0x80) return (int32_t)lead;
    if (lead < 0xC2 || lead > 0xF4) return -1;

    size_t len = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    uint32_t cp = lead & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if (i >= n || p[i] < low || p[i] > high) {
            *used = i;
            return -1;
        }
        cp = cp << 6 | (p[i] & 0x3F);
        low = 0x80;
        high = 0xBF;
    }
    *used = len;
    return (int32_t)cp;
}

uint32_t utf8_decode(const char *p, size_t n, size_t *used)
{
    int32_t cp = utf8_decode_strict(p, n, used);
    return cp < 0 ? UTF8_REPLACEMENT : (uint32_t)cp;
}

size_t utf8_encode(uint32_t cp, char out[4])
{
    if (!utf8_is_scalar(cp)) cp = UTF8_REPLACEMENT;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

bool utf8_is_ascii(const char *p, size_t n)
{
    for (; n >= 32; p += 32, n -= 32) {
        uint64_t any =
            load_word(p) | load_word(p + 8) | load_word(p + 16) | load_word(p + 24);
        if (any & HIGH_BITS) return false;
    }
    for (; n >= 8; p += 8, n -= 8) {
        if (load_word(p) & HIGH_BITS) return false;
    }
    for (; n; p++, n--) {
        if (*p & 0x80) return false;
    }
    return true;
}

size_t utf8_first_invalid(const char *p, size_t n)
{
    size_t at = 0;
    while (at < n) {
        if (n - at >= 8 && !(load_word(p + at) & HIGH_BITS)) {
            at += 8;
            continue;
        }
        size_t used;
        if (utf8_decode_strict(p + at, n - at, &used) < 0) return at;
        at += used;
    }
    return UTF8_INVALID;
}

bool utf8_is_valid(const char *p, size_t n)
{
    return utf8_first_invalid(p, n) == UTF8_INVALID;
}

// Continuation octets in a word: high bit set, next bit clear. The multiplication adds up
// the eight flags.
static size_t count_continuations(uint64_t w)
{
    uint64_t flags = (w >> 7) & (~w >> 6) & 0x0101010101010101u;
    return (size_t)(flags * 0x0101010101010101u >> 56);
}

size_t utf8_count(const char *p, size_t n)
{
    size_t count = n;
    for (; n >= 8; p += 8, n -= 8) count -= count_continuations(load_word(p));
    for (; n; p++, n--) count -= (*p & 0xC0) == 0x80;
    return count;
}

size_t utf8_offset(const char *p, size_t n, size_t nth)
{
    size_t at = 0;
    // Whole words while the target lies beyond them: nth counts the starts still to be
    // passed.
    while (n - at >= 8) {
        size_t starts = 8 - count_continuations(load_word(p + at));
        if (starts > nth) break;
        nth -= starts;
        at += 8;
    }
    for (; at < n; at++) {
        if ((p[at] & 0xC0) == 0x80) continue;
        if (nth == 0) break;
        nth--;
    }
    return at;
}
