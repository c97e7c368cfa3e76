// SPDX-License-Identifier: MIT

#include "base/num.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/harness.h"

static void check_i64(const char *text, int radix, NumStatus want, int64_t value)
{
    int64_t got = 77;
    NumStatus status = num_parse_i64(slice_from_cstr(text), radix, &got);
    CHECK_EQ(status, want);
    CHECK_EQ(got, want == NUM_OK ? value : 77); // untouched on failure
}

TEST(num_parse_integers)
{
    check_i64("0", 10, NUM_OK, 0);
    check_i64("-0", 10, NUM_OK, 0);
    check_i64("+42", 10, NUM_OK, 42);
    check_i64("9223372036854775807", 10, NUM_OK, INT64_MAX);
    check_i64("9223372036854775808", 10, NUM_OVERFLOW, 0);
    check_i64("-9223372036854775808", 10, NUM_OK, INT64_MIN);
    check_i64("-9223372036854775809", 10, NUM_OVERFLOW, 0);
    check_i64("99999999999999999999999999", 10, NUM_OVERFLOW, 0);
    check_i64("00000000000000000000000000001", 10, NUM_OK, 1);
    check_i64("99999999999999999999999x", 10, NUM_INVALID, 0);
    check_i64("", 10, NUM_INVALID, 0);
    check_i64("-", 10, NUM_INVALID, 0);
    check_i64("--1", 10, NUM_INVALID, 0);
    check_i64(" 1", 10, NUM_INVALID, 0);
    check_i64("1 ", 10, NUM_INVALID, 0);
    check_i64("12a", 10, NUM_INVALID, 0);
}

TEST(num_parse_radixes)
{
    check_i64("ff", 16, NUM_OK, 255);
    check_i64("-FF", 16, NUM_OK, -255);
    check_i64("7fffffffffffffff", 16, NUM_OK, INT64_MAX);
    check_i64("8000000000000000", 16, NUM_OVERFLOW, 0);
    check_i64("1010", 2, NUM_OK, 10);
    check_i64("12", 2, NUM_INVALID, 0);
    check_i64("zz", 36, NUM_OK, 1295);
    check_i64("8", 8, NUM_INVALID, 0);
    uint64_t u = 0;
    CHECK_EQ(num_parse_u64(SLICE_LIT("18446744073709551615"), 10, &u), NUM_OK);
    CHECK_EQ(u, UINT64_MAX);
    CHECK_EQ(num_parse_u64(SLICE_LIT("18446744073709551616"), 10, &u), NUM_OVERFLOW);
    CHECK_EQ(num_parse_u64(SLICE_LIT("-1"), 10, &u), NUM_INVALID);
}

TEST(num_format_integers)
{
    static const int64_t values[] = {
        0, 1, -1, 9, 10, 99, 100, -100, 12345, -98765432101234, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < countof(values); i++) {
        char got[NUM_I64_MAX], want[32];
        size_t len = num_format_i64(values[i], got);
        CHECK_EQ(snprintf(want, sizeof want, "%lld", (long long)values[i]), len);
        CHECK_STR(got, want);
    }
    char text[NUM_RADIX_MAX];
    num_format_u64_radix(255, 16, false, text);
    CHECK_STR(text, "ff");
    num_format_u64_radix(UINT64_MAX, 2, false, text);
    CHECK_EQ(strlen(text), 64);
    num_format_u64_radix(0, 8, false, text);
    CHECK_STR(text, "0");
    num_format_u64_radix(48879, 16, true, text);
    CHECK_STR(text, "BEEF");
}

static void check_double(const char *text, NumStatus want, double value)
{
    double got = 77;
    CHECK_EQ(num_parse_double(slice_from_cstr(text), &got), want);
    CHECK_F64(got, want == NUM_OK ? value : 77);
}

TEST(num_parse_doubles)
{
    check_double("1", NUM_OK, 1);
    check_double("-1.5e3", NUM_OK, -1500);
    check_double(".5", NUM_OK, 0.5);
    check_double("5.", NUM_OK, 5);
    check_double("1e400", NUM_OK, (double)INFINITY);
    check_double("-1e-400", NUM_OK, -0.0);
    check_double("inf", NUM_OK, (double)INFINITY);
    check_double("-Infinity", NUM_OK, -(double)INFINITY);
    check_double("NaN", NUM_OK, (double)NAN);
    check_double("", NUM_INVALID, 0);
    check_double(".", NUM_INVALID, 0);
    check_double("1e", NUM_INVALID, 0);
    check_double("0x10", NUM_INVALID, 0);
    check_double(" 1", NUM_INVALID, 0);
    check_double("1,5", NUM_INVALID, 0);
    check_double("infx", NUM_INVALID, 0);
}

TEST(num_parse_very_long_double)
{
    char text[1000];
    memset(text, '0', sizeof text);
    text[0] = '1';
    text[1] = '.';
    text[999] = '1';
    double got = 0;
    CHECK_EQ(num_parse_double(slice_make(text, sizeof text), &got), NUM_OK);
    CHECK_F64(got, 1.0);
    test_fail_alloc_after(0);
    NumStatus status = num_parse_double(slice_make(text, sizeof text), &got);
    test_fail_alloc_after(-1);
    CHECK_EQ(status, NUM_NOMEM);
}

TEST(num_double_prefix_stops_where_the_number_does)
{
    CHECK_EQ(num_double_prefix(SLICE_LIT("12.5abc")), 4);
    CHECK_EQ(num_double_prefix(SLICE_LIT("1e+")), 1);
    CHECK_EQ(num_double_prefix(SLICE_LIT("1e+5,")), 4);
    CHECK_EQ(num_double_prefix(SLICE_LIT("-.5")), 3);
    CHECK_EQ(num_double_prefix(SLICE_LIT("-.")), 0);
    CHECK_EQ(num_double_prefix(SLICE_LIT("abc")), 0);
}

static void check_text(double value, const char *want)
{
    char got[NUM_DOUBLE_MAX];
    CHECK_EQ(num_format_double(value, got), strlen(want));
    CHECK_STR(got, want);
}

TEST(num_format_doubles)
{
    check_text(3.0, "3");
    check_text(10.5, "10.5");
    check_text(0.1 + 0.2, "0.3");
    check_text(3.141592653589793, "3.141592653589793");
    check_text(1e20, "1e+20");
    check_text(1e15, "1e+15");
    check_text(999999999999999.0, "999999999999999");
    check_text(-0.0, "-0");
    check_text(0.0, "0");
    check_text((double)NAN, "NaN");
    check_text((double)INFINITY, "inf");
    check_text(-(double)INFINITY, "-inf");
    check_text(1.0 / 3.0, "0.3333333333333333");
    check_text(1e-7, "1e-07");
    check_text(DBL_MAX, "1.79769313486232e+308"); // neither 15 nor 16 digits read back
    check_text(-123456789.125, "-123456789.125");
}

TEST(num_format_shortest_reads_back)
{
    char text[NUM_DOUBLE_MAX];
    num_format_shortest(0.1 + 0.2, text);
    CHECK_STR(text, "0.30000000000000004");
    num_format_shortest(0.1, text);
    CHECK_STR(text, "0.1");
    num_format_shortest(5e-324, text);
    CHECK_STR(text, "5e-324");
    num_format_shortest(DBL_MAX, text);
    CHECK_STR(text, "1.7976931348623157e+308");
    uint64_t bits = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        double value, back = 0;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        size_t len = num_format_shortest(value, text);
        CHECK_EQ(num_parse_double(slice_make(text, len), &back), NUM_OK);
        CHECK_F64(back, value);
    }
}
