// SPDX-License-Identifier: MIT
// The C library's strtod and printf do the rounding; the process never sets LC_NUMERIC, so
// they speak the C locale.

#include "base/num.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The value of a digit in the largest radix, or 99.
static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9') return (unsigned)(c - '0');
    char low = (char)(c | 32);
    if (low >= 'a' && low <= 'z') return (unsigned)(low - 'a') + 10;
    return 99;
}

NumStatus num_parse_u64(Slice text, int radix, uint64_t *out)
{
    uint64_t value = 0;
    bool overflow = false;
    if (text.len == 0) return NUM_INVALID;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = digit_value(text.ptr[i]);
        if (digit >= (unsigned)radix) return NUM_INVALID;
        uint64_t next;
        if (__builtin_mul_overflow(value, (uint64_t)radix, &next) ||
            __builtin_add_overflow(next, digit, &next)) {
            overflow = true; // go on: the rest may not even be digits
        } else {
            value = next;
        }
    }
    if (overflow) return NUM_OVERFLOW;
    *out = value;
    return NUM_OK;
}

NumStatus num_parse_i64(Slice text, int radix, int64_t *out)
{
    bool negative = text.len && text.ptr[0] == '-';
    if (negative || (text.len && text.ptr[0] == '+')) text = slice_from(text, 1);

    uint64_t magnitude;
    NumStatus status = num_parse_u64(text, radix, &magnitude);
    if (status) return status;
    if (magnitude > (uint64_t)INT64_MAX + negative) return NUM_OVERFLOW;
    *out = (int64_t)(negative ? 0 - magnitude : magnitude);
    return NUM_OK;
}

static size_t count_digits(Slice s, size_t at)
{
    size_t start = at;
    while (at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9') at++;
    return at - start;
}

static size_t exponent_len(Slice s, size_t at)
{
    if (at >= s.len || (s.ptr[at] | 32) != 'e') return 0;
    size_t sign = at + 1 < s.len && (s.ptr[at + 1] == '+' || s.ptr[at + 1] == '-');
    size_t digits = count_digits(s, at + 1 + sign);
    return digits ? 1 + sign + digits : 0;
}

size_t num_double_prefix(Slice s)
{
    size_t at = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+');
    size_t whole = count_digits(s, at);
    size_t end = at + whole, fraction = 0;
    if (end < s.len && s.ptr[end] == '.') {
        fraction = count_digits(s, end + 1);
        if (whole || fraction) end += 1 + fraction;
    }
    if (!whole && !fraction) return 0;
    return end + exponent_len(s, end);
}

// "inf", "infinity", "nan", each with an optional sign.
static bool parse_special(Slice s, double *out)
{
    double sign = 1.0;
    if (s.len && (s.ptr[0] == '-' || s.ptr[0] == '+')) {
        if (s.ptr[0] == '-') sign = -1.0;
        s = slice_from(s, 1);
    }
    if (slice_eq_nocase(s, SLICE_LIT("inf")) || slice_eq_nocase(s, SLICE_LIT("infinity"))) {
        *out = sign * (double)INFINITY;
        return true;
    }
    if (!slice_eq_nocase(s, SLICE_LIT("nan"))) return false;
    *out = (double)NAN;
    return true;
}

NumStatus num_parse_double(Slice text, double *out)
{
    if (text.len == 0) return NUM_INVALID;
    if (num_double_prefix(text) != text.len) {
        return parse_special(text, out) ? NUM_OK : NUM_INVALID;
    }
    // strtod wants a NUL; the slice has none.
    char small[128];
    char *copy = text.len < sizeof small ? small : malloc(text.len + 1);
    if (!copy) return NUM_NOMEM;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *out = strtod(copy, NULL);
    if (copy != small) free(copy);
    return NUM_OK;
}

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324252627"
                                  "28293031323334353637383940414243444546"
                                  "47484950515253545556575859606162636465666768697071727374"
                                  "75767778798081828384858687888990919293"
                                  "949596979899";

size_t num_format_i64(int64_t value, char out[NUM_I64_MAX])
{
    char text[NUM_I64_MAX];
    char *at = text + sizeof text;
    uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    while (v >= 100) {
        at -= 2;
        memcpy(at, digit_pairs + v % 100 * 2, 2);
        v /= 100;
    }
    if (v >= 10) {
        at -= 2;
        memcpy(at, digit_pairs + v * 2, 2);
    } else {
        *--at = (char)('0' + v);
    }
    if (value < 0) *--at = '-';
    size_t len = (size_t)(text + sizeof text - at);
    memcpy(out, at, len);
    out[len] = '\0';
    return len;
}

size_t num_format_u64_radix(uint64_t value, int radix, bool upper, char out[NUM_RADIX_MAX])
{
    const char *digits = upper ? "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               : "0123456789abcdefghijklmnopqrstuvwxyz";
    char text[NUM_RADIX_MAX];
    char *at = text + sizeof text;
    do {
        *--at = digits[value % (uint64_t)radix];
        value /= (uint64_t)radix;
    } while (value);
    size_t len = (size_t)(text + sizeof text - at);
    memcpy(out, at, len);
    out[len] = '\0';
    return len;
}

// NaN and the infinities; 0 when `value` is an ordinary number.
static size_t format_special(double value, char *out)
{
    if (isfinite(value)) return 0;
    const char *text = isnan(value) ? "NaN" : value < 0 ? "-inf" : "inf";
    size_t len = strlen(text);
    memcpy(out, text, len + 1);
    return len;
}

// Integral values that %.15g would print as plain digits: no need to ask printf. -0.0 is
// not one of them.
static bool as_small_integer(double value, int64_t *out)
{
    if (!(value > -1e15 && value < 1e15)) return false;
    int64_t whole = (int64_t)value;
    if ((double)whole != value || (whole == 0 && signbit(value))) return false;
    *out = whole;
    return true;
}

static size_t format_digits(double value, int digits, char out[NUM_DOUBLE_MAX])
{
    int len = snprintf(out, NUM_DOUBLE_MAX, "%.*g", digits, value);
    return len > 0 ? (size_t)len : 0;
}

static bool reads_back(const char *text, double value)
{
    return strtod(text, NULL) == value;
}

size_t num_format_double(double value, char out[NUM_DOUBLE_MAX])
{
    int64_t whole;
    if (as_small_integer(value, &whole)) return num_format_i64(whole, out);
    size_t len = format_special(value, out);
    if (len) return len;

    len = format_digits(value, 15, out);
    if (reads_back(out, value)) return len;
    char longer[NUM_DOUBLE_MAX];
    size_t longer_len = format_digits(value, 16, longer);
    if (!reads_back(longer, value)) return len;
    memcpy(out, longer, longer_len + 1);
    return longer_len;
}

size_t num_format_shortest(double value, char out[NUM_DOUBLE_MAX])
{
    int64_t whole;
    if (as_small_integer(value, &whole)) return num_format_i64(whole, out);
    size_t len = format_special(value, out);
    // Any 15 digits survive the way through a normal double, so 15 is either right (%g
    // drops zeros) or too short. Subnormal numbers have fewer digits to begin with.
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; len == 0; digits++) {
        size_t made = format_digits(value, digits, out);
        if (digits == 17 || reads_back(out, value)) len = made;
    }
    return len;
}
