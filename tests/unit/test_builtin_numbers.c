// SPDX-License-Identifier: MIT
// The corners of the number builtins: the ends of 64 bits, NaN, mixed kinds, empty lists.
#include <math.h>

#include "runtime/core/throw.h" // what the test links with
#include "tests/unit/call_builtin.h"

TEST(conversion_tae_int)
{
    CHECK_CALL("42", "tae_int", S("+42"));
    CHECK_CALL("-9223372036854775808", "tae_int", S("-9223372036854775808"));
    CHECK_CALL("9223372036854775807", "tae_int", F(1e300));
    CHECK_CALL("-9223372036854775808", "tae_int", F(-INFINITY));
    CHECK_CALL("0", "tae_int", F(NAN));
    CHECK_CALL("-3", "int", F(-3.9));
    CHECK_CALL("1", "tae_int", MDH_AYE);
    CHECK_CALL(JINGS "Cannae turn ' 1' intae an integer", "tae_int", S(" 1"));
    CHECK_CALL(JINGS "Cannae turn '' intae an integer", "tae_int", S(""));
    CHECK_CALL(JINGS "Cannae turn '9223372036854775808' intae an integer", "tae_int",
               S("9223372036854775808"));
    CHECK_CALL(JINGS "Cannae turn list intae an integer", "tae_int", L(I(1)));
}

TEST(conversion_tae_float)
{
    CHECK_CALL("5", "tae_float", S("5."));
    CHECK_CALL("inf", "tae_float", S("inf"));
    CHECK_CALL("NaN", "tae_float", S("nan"));
    CHECK_CALL("-0", "tae_float", S("-0"));
    CHECK_CALL(JINGS "Cannae turn '1 ' intae a float", "tae_float", S("1 "));
    CHECK_CALL(JINGS "Cannae turn bool intae a float", "tae_float", MDH_AYE);
    CHECK_CALL("aye", "is_nummer", S("-1e5"));
    CHECK_CALL("nae", "is_nummer", S("1x"));
    CHECK_CALL("nae", "is_hale_nummer", F(1));
    CHECK_CALL("aye", "is_whole", S("-7"));
}

TEST(kinds)
{
    CHECK_CALL("integer", "whit_kind", I(INT64_MAX));
    CHECK_CALL("float", "whit_kind", F(0));
    CHECK_CALL("naething", "whit_kind", MDH_NAETHING);
    CHECK_CALL("bool", "whit_kind", MDH_NAE);
    CHECK_CALL("aye", "is_a", I(1), S("int"));
    CHECK_CALL("aye", "is_a", MDH_NAETHING, S("nil"));
    CHECK_CALL("nae", "is_a", I(1), S("range"));
    CHECK_CALL("[string] string o' 3 characters", "clype", S("éa"));
    CHECK_CALL("[float] float: 1.5", "clype", F(1.5));
    CHECK_CALL("Och, ya scunner! Expected list but got naething", "scunner_check",
               MDH_NAETHING, S("list"));
    CHECK_CALL(JINGS "len() expects a string, list, dict, creel, or bytes", "len", I(1));
    CHECK_CALL("aye", "is_toom", MDH_NAETHING);
}

TEST(deep_copy_closes_circles)
{
    MdhThread *t = the_thread();
    MdhValue inner = L(I(1)), outer = L(inner, inner);
    REQUIRE(mdh_list_push(t, outer, outer));
    MdhValue copy = CALL("deep_copy", outer);
    CHECK_EQ(mdh_list_len(copy), 3);
    CHECK(mdh_same(mdh_list_get(t, copy, 2), copy));
    CHECK(mdh_same(mdh_list_get(t, copy, 0), mdh_list_get(t, copy, 1)));
    CHECK(!mdh_same(mdh_list_get(t, copy, 0), inner));
    MdhValue tower = L(I(1));
    for (int i = 0; i < 2000; i++) tower = L(tower);
    CHECK(strncmp(SHOWN("deep_copy", tower), "Stack's fair puggled", 20) == 0);
    CHECK_EQ(t->data_depth, 0);
}

TEST(integers_are_checked)
{
    CHECK_OVERFLOW("abs", I(INT64_MIN));
    CHECK_OVERFLOW("gcd", I(INT64_MIN), I(0));
    CHECK_OVERFLOW("lcm", I(INT64_MAX), I(INT64_MAX - 1));
    CHECK_OVERFLOW("pooer", I(2), I(63));
    CHECK_OVERFLOW("sumaw", L(I(INT64_MAX), I(1)));
    CHECK_OVERFLOW("product", L(I(INT64_MAX), I(2)));
    CHECK_CALL("-9223372036854775808", "pooer", I(-2), I(63));
    CHECK_CALL("4611686018427387904", "pooer", I(2), I(62));
    CHECK_CALL("1", "pooer", I(-1), I(INT64_MAX - 1));
    CHECK_CALL("0.25", "pooer", I(2), I(-2));
    CHECK_CALL("9223372036854775807", "sumaw", L(I(INT64_MAX), I(1), I(-1)));
    CHECK_CALL("0", "product", L(I(INT64_MAX), I(2), I(0)));
    CHECK_CALL("1", "gcd", I(INT64_MIN), I(INT64_MAX));
    CHECK_CALL("2432902008176640000", "factorial", I(20));
    CHECK_CALL(JINGS "Factorial too big! Max is 20", "factorial", I(21));
}

TEST(rounding_gives_integers)
{
    CHECK_CALL("3", "round", F(2.5));
    CHECK_CALL("-3", "round", F(-2.5));
    CHECK_CALL("9223372036854775807", "ceil", F(1e19));
    CHECK_CALL("0", "floor", F(NAN));
    CHECK_CALL("integer", "whit_kind", CALL("floor", F(2.5)));
    CHECK_CALL("0", "sign", F(NAN));
    CHECK_CALL("NaN", "sqrt", I(-1));
    CHECK_CALL("1024", "pow", I(2), I(10));
    CHECK_CALL("float", "whit_kind", CALL("pow", I(2), I(10)));
    CHECK_CALL(JINGS "sqrt() expects a number", "sqrt", S("4"));
}

TEST(mixed_kinds_are_numeric)
{
    CHECK_CALL("1", "min", I(1), F(2.5));
    CHECK_CALL("float", "whit_kind", CALL("min", I(1), F(2.5)));
    CHECK_CALL("integer", "whit_kind", CALL("max", I(1), I(2)));
    CHECK_CALL("9223372036854775807", "max", I(INT64_MAX), I(INT64_MAX - 1));
    CHECK_CALL("2.5", "clamp", I(9), I(0), F(2.5));
    CHECK_CALL("5", "clamp", I(9), I(10), I(5));
    CHECK_CALL(JINGS "max() expects two numbers of the same type", "max", I(1), S("2"));
    CHECK_CALL("3.5", "sumaw", L(I(1), F(2.5)));
}

TEST(primes)
{
    CHECK_CALL("aye", "is_prime", I(2));
    CHECK_CALL("nae", "is_prime", I(-7));
    CHECK_CALL("nae", "is_prime", I(561));
    CHECK_CALL("nae", "is_prime", I(1369)); // 37 * 37
    CHECK_CALL("aye", "is_prime", I(INT64_C(9223372036854775783)));
    CHECK_CALL("nae", "is_prime", I(INT64_MAX));
    int n = 0;
    for (int i = 0; i < 10000; i++) n += mdh_same(CALL("is_prime", I(i)), MDH_AYE);
    CHECK_EQ(n, 1229);
}

TEST(aggregates)
{
    MdhValue empty = mdh_list_new(the_thread(), 0);
    CHECK_CALL("0", "sumaw", empty);
    CHECK_CALL("1", "product", empty);
    CHECK_CALL(JINGS "Cannae calculate average o' empty list!", "average", empty);
    CHECK_CALL(JINGS "Cannae calculate median o' empty list!", "median", empty);
    CHECK_CALL(JINGS "Cannae find minimum o' empty list!", "minaw", empty);
    CHECK_CALL(JINGS "Cannae find maximum o' empty list!", "maxaw", empty);
    CHECK_CALL(JINGS "Cannae get range o' empty list!", "range_o", empty);
    CHECK_CALL(JINGS "sumaw() expects a list of numbers", "sumaw", L(I(1), S("2")));
    CHECK_CALL(JINGS "median() cannae handle NaN", "median", L(F(1), F(NAN)));
    CHECK_CALL("2.5", "median", L(I(4), I(1), I(3), I(2)));
    CHECK_CALL("1.5", "average", L(I(1), I(2)));
    CHECK_CALL(JINGS "minaw() needs a list o' comparable numbers", "minaw", L(I(1), F(2)));
    CHECK_CALL("-1", "wee", L(I(3), I(-1)));
    CHECK_CALL("3", "muckle", L(I(3), I(-1)));
    CHECK_CALL("b", "muckle", S("a"), S("b"));
    CHECK_CALL("a", "wee", S("b"), S("a"));
}

TEST(bits_are_two_complement)
{
    CHECK_CALL("-9223372036854775808", "bit_shove_left", I(1), I(63));
    CHECK_CALL("-1", "bit_shove_right", I(INT64_MIN), I(63));
    CHECK_CALL(JINGS "Shift amount must be 0-63, ya numpty!", "shl", I(1), I(64));
    CHECK_CALL(JINGS "Shift amount must be 0-63, ya numpty!", "shr", I(1), I(-1));
    CHECK_CALL("ffffffffffffffff", "tae_hex", I(-1));
    CHECK_CALL("-1", "fae_hex", S("ffffffffffffffff"));
    CHECK_CALL("-255", "fae_hex", S("-ff"));
    CHECK_CALL("5", "fae_binary", S("0B101"));
    CHECK_CALL(JINGS "Cannae parse '12' as binary", "fae_binary", S("12"));
    CHECK_CALL(JINGS "Cannae parse '0x' as hex", "fae_hex", S("0x"));
    CHECK_CALL("63", "bit_coont", I(INT64_MAX));
}

TEST(random_numbers_stay_in_range)
{
    int64_t low = 0, high = 0;
    for (int i = 0; i < 2000; i++) {
        int64_t x = mdh_int_of(CALL("random_int", I(-2), I(2)));
        if (x < low) low = x;
        if (x > high) high = x;
        CHECK(mdh_int_of(CALL("jammy", I(0), I(3))) < 3);
    }
    CHECK_EQ(low, -2);
    CHECK_EQ(high, 2);
    CHECK(mdh_is_int(CALL("random_int", I(INT64_MIN), I(INT64_MAX))));
    CHECK_CALL(JINGS "jammy() needs min < max, ya numpty!", "jammy", I(3), I(3));
    CHECK_CALL(JINGS "random_int() min must be <= max", "random_int", I(3), I(2));
    CHECK(mdh_is_float(call_builtin("rand", 0, NULL)));
    CHECK_CALL("4", "rand", I(4), I(4));
}
