// SPDX-License-Identifier: MIT
// Numbers to text and back, without locale and without unbounded copies.

#ifndef MDH_BASE_NUM_H
#define MDH_BASE_NUM_H

#include "base/common.h"
#include "base/slice.h"

typedef enum {
    NUM_OK = 0,
    NUM_INVALID,  // not a number of the form asked for, or empty
    NUM_OVERFLOW, // right form, but does not fit in 64 bits
    NUM_NOMEM,    // a literal of absurd length could not be copied
} NumStatus;

#define NUM_I64_MAX    21 // "-9223372036854775808" and a NUL
#define NUM_RADIX_MAX  66 // sign, 64 binary digits and a NUL
#define NUM_DOUBLE_MAX 32 // any text made by the double formatters and a NUL

// The whole slice as a decimal (or radix 2..36) integer with optional sign; no blanks, no
// prefix. *out is written only when NUM_OK.
MDH_NODISCARD NumStatus num_parse_i64(Slice text, int radix, int64_t *out);

// The whole slice as an unsigned integer without sign.
MDH_NODISCARD NumStatus num_parse_u64(Slice text, int radix, uint64_t *out);

// The whole slice as a decimal floating-point number: digits with optional sign, point,
// exponent ("1", "-1.5e3", ".5", "5."), or "inf", "infinity", "nan" in any case. Not
// hexadecimal, no blanks. Out of range gives an infinity or zero, as IEEE rounding says.
MDH_NODISCARD NumStatus num_parse_double(Slice text, double *out);

// The number a text begins with: how many octets of the slice form a decimal floating-point
// number (0 when none).
size_t num_double_prefix(Slice text);

// All formatters write a NUL and return the length without it.
size_t num_format_i64(int64_t value, char out[NUM_I64_MAX]);
size_t num_format_u64_radix(uint64_t value, int radix, bool upper, char out[NUM_RADIX_MAX]);

// The language's text of a float: `%.15g`, or `%.16g` when only that reads back to the same
// number, else the `%.15g` text; NaN, inf, -inf; no ".0" on integral values; -0.0 is "-0".
size_t num_format_double(double value, char out[NUM_DOUBLE_MAX]);

// The shortest `%g` text that reads back to exactly the same number (JSON).
size_t num_format_shortest(double value, char out[NUM_DOUBLE_MAX]);

#endif
