// SPDX-License-Identifier: MIT
// Case mapping and character classes by binary search over ranges; ASCII never gets there.
// The tables hold all of Unicode in about 20 KB, because runs of neighbours, or of every
// other code point, share a row.

#include "base/utf8.h"

#include <string.h>

typedef struct {
    uint32_t first, last;
} UniRange;

typedef struct {
    uint32_t first, last, stride;
} UniStride;

typedef struct {
    uint32_t first, last;
    int32_t stride, delta;
} UniDelta;

typedef struct {
    uint32_t from;
    uint32_t to[3]; // unused ones are 0
} UniSpecial;

#include "base/unicode_tables.h"

// The number of the last row whose first field (a uint32_t at the row's start) is <= cp, or
// -1.
static ptrdiff_t row_of(const void *table, size_t rows, size_t row_size, uint32_t cp)
{
    size_t low = 0, high = rows;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        uint32_t first;
        memcpy(&first, (const char *)table + mid * row_size, sizeof first);
        if (first <= cp) low = mid + 1;
        else high = mid;
    }
    return (ptrdiff_t)low - 1;
}

#define ROW_OF(table, cp) row_of((table), countof(table), sizeof *(table), (cp))

static uint32_t map_delta(const UniDelta *row, uint32_t cp)
{
    if (cp > row->last || (cp - row->first) % (uint32_t)row->stride != 0) return cp;
    return (uint32_t)((int32_t)cp + row->delta);
}

uint32_t utf8_to_upper(uint32_t cp)
{
    if (cp < 0x80) return cp >= 'a' && cp <= 'z' ? cp - 32 : cp;
    ptrdiff_t row = ROW_OF(uni_to_upper, cp);
    return row < 0 ? cp : map_delta(&uni_to_upper[row], cp);
}

uint32_t utf8_to_lower(uint32_t cp)
{
    if (cp < 0x80) return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
    ptrdiff_t row = ROW_OF(uni_to_lower, cp);
    return row < 0 ? cp : map_delta(&uni_to_lower[row], cp);
}

static size_t put_special(const UniSpecial *special, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < countof(special->to) && special->to[i]; i++) {
        n += utf8_encode(special->to[i], out + n);
    }
    return n;
}

size_t utf8_put_upper(uint32_t cp, char out[UTF8_CASE_MAX])
{
    ptrdiff_t row = cp < 0x80 ? -1 : ROW_OF(uni_special_upper, cp);
    if (row >= 0 && uni_special_upper[row].from == cp) {
        return put_special(&uni_special_upper[row], out);
    }
    return utf8_encode(utf8_to_upper(cp), out);
}

size_t utf8_put_lower(uint32_t cp, char out[UTF8_CASE_MAX])
{
    ptrdiff_t row = cp < 0x80 ? -1 : ROW_OF(uni_special_lower, cp);
    if (row >= 0 && uni_special_lower[row].from == cp) {
        return put_special(&uni_special_lower[row], out);
    }
    return utf8_encode(utf8_to_lower(cp), out);
}

static bool in_stride(const UniStride *row, uint32_t cp)
{
    return cp <= row->last && (cp - row->first) % row->stride == 0;
}

bool utf8_is_upper(uint32_t cp)
{
    if (cp < 0x80) return cp >= 'A' && cp <= 'Z';
    ptrdiff_t row = ROW_OF(uni_upper, cp);
    return row >= 0 && in_stride(&uni_upper[row], cp);
}

bool utf8_is_lower(uint32_t cp)
{
    if (cp < 0x80) return cp >= 'a' && cp <= 'z';
    ptrdiff_t row = ROW_OF(uni_lower, cp);
    return row >= 0 && in_stride(&uni_lower[row], cp);
}

bool utf8_is_alpha(uint32_t cp)
{
    if (cp < 0x80) return (cp | 32) >= 'a' && (cp | 32) <= 'z';
    ptrdiff_t row = ROW_OF(uni_alpha, cp);
    return row >= 0 && cp <= uni_alpha[row].last;
}

bool utf8_is_digit(uint32_t cp)
{
    if (cp < 0x80) return cp >= '0' && cp <= '9';
    ptrdiff_t row = ROW_OF(uni_number, cp);
    return row >= 0 && cp <= uni_number[row].last;
}

bool utf8_is_space(uint32_t cp)
{
    if (cp < 0x80) return cp == ' ' || (cp >= '\t' && cp <= '\r');
    return cp == 0x85 || cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) ||
           cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F || cp == 0x3000;
}
