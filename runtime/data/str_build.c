// SPDX-License-Identifier: MIT
// The string builder. Text starts in the builder itself and moves to raw memory when it
// outgrows that; errors are sticky, so that callers write straight through and ask at the end.
#include <stdarg.h>
#include <stdio.h>

#include "base/num.h"
#include "base/utf8.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"

void mdh_sb_init(MdhSb *sb)
{
    sb->data = sb->inline_data;
    sb->len = 0;
    sb->cap = sizeof sb->inline_data;
    sb->failed = false;
}

void mdh_sb_deinit(MdhSb *sb)
{
    if (sb->data != sb->inline_data) mdh_raw_free(sb->data);
    mdh_sb_init(sb);
}

// Room for n more octets, or false and failed.
static bool grow(MdhSb *sb, size_t n)
{
    if (sb->failed) return false;
    if (n > MDH_MAX_OBJECT_BYTES || sb->len + n > MDH_MAX_OBJECT_BYTES) {
        sb->failed = true;
        return false;
    }
    size_t cap = sb->cap * 2;
    while (cap < sb->len + n) cap *= 2;
    bool was_inline = sb->data == sb->inline_data;
    char *bigger = mdh_raw_realloc(was_inline ? NULL : sb->data, cap);
    if (!bigger) {
        sb->failed = true;
        return false;
    }
    if (was_inline) memcpy(bigger, sb->inline_data, sb->len);
    sb->data = bigger;
    sb->cap = cap;
    return true;
}

static bool has_room(MdhSb *sb, size_t n)
{
    return MDH_LIKELY(n <= sb->cap - sb->len) ? !sb->failed : grow(sb, n);
}

void mdh_sb_put(MdhSb *sb, const char *p, size_t n)
{
    if (!n || !has_room(sb, n)) return;
    memcpy(sb->data + sb->len, p, n);
    sb->len += n;
}

void mdh_sb_puts(MdhSb *sb, const char *cstr)
{
    mdh_sb_put(sb, cstr, strlen(cstr));
}

void mdh_sb_put_str(MdhSb *sb, MdhValue s)
{
    mdh_sb_put(sb, mdh_str(s)->data, mdh_str(s)->len);
}

void mdh_sb_put_int(MdhSb *sb, int64_t i)
{
    char text[NUM_I64_MAX];
    mdh_sb_put(sb, text, num_format_i64(i, text));
}

// Most floats in programs are short decimals. If some r / 10^k with r below 10^15 is this float,
// the text of r with k decimals is what the general way would find in many more steps: fifteen
// digits survive the way through a double, so rounding the float to fifteen gives r back. Both
// r and 10^k are exact, and a division rounds correctly, so the test is exact.
static bool short_decimal(double a, uint64_t *r, unsigned *k)
{
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    for (*k = 0; *k < countof(powers); ++*k) {
        double scaled = a * powers[*k];
        if (scaled >= 1e15) return false;
        *r = (uint64_t)(scaled + 0.5);
        if (*r < UINT64_C(1000000000000000) && (double)*r / powers[*k] == a) return true;
    }
    return false;
}

static size_t put_decimal(bool negative, uint64_t r, unsigned k, char *out)
{
    char digits[24];
    size_t at = sizeof digits;
    for (unsigned i = 0; i <= k || r; i++, r /= 10) {
        if (i == k && k) digits[--at] = '.';
        digits[--at] = (char)('0' + r % 10);
    }
    if (negative) digits[--at] = '-';
    memcpy(out, digits + at, sizeof digits - at);
    return sizeof digits - at;
}

size_t mdh_float_text(double d, char *out)
{
    uint64_t r;
    unsigned k;
    double a = d < 0 ? -d : d;
    if (a >= 1e-4 && a < 1e15 && short_decimal(a, &r, &k))
        return put_decimal(d < 0, r, k, out);
    return num_format_double(d, out);
}

void mdh_sb_put_float(MdhSb *sb, double d)
{
    char text[NUM_DOUBLE_MAX];
    mdh_sb_put(sb, text, mdh_float_text(d, text));
}

void mdh_sb_put_cp(MdhSb *sb, uint32_t cp)
{
    char text[4];
    mdh_sb_put(sb, text, utf8_encode(cp, text));
}

void mdh_sb_printf(MdhSb *sb, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    if (n < 0) sb->failed = true;
    else if (has_room(sb, (size_t)n + 1)) {
        vsnprintf(sb->data + sb->len, (size_t)n + 1, fmt, again);
        sb->len += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

MdhValue mdh_sb_finish(MdhThread *t, MdhSb *sb)
{
    MdhValue v =
        sb->failed ? mdh_throw_oom(t, sb->cap * 2) : mdh_str_new(t, sb->data, sb->len);
    mdh_sb_deinit(sb);
    return v;
}
