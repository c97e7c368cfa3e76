// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>

#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "tests/unit/rt.h"

#define TYPE   "That's pure mince! Type error at line 7: "
#define MUCKLE "Wheesht! Yer number's too muckle at line 7 - it's overflowed!"
#define ZERO   "Ye numpty! Tryin' tae divide by zero at line 7"

static MdhValue I(int64_t i)
{
    return mdh_int(rt(), i);
}

static MdhValue F(double d)
{
    return mdh_float(rt(), d);
}

static MdhValue list_of_chars(const char *text)
{
    MdhValue list = mdh_list_new(rt(), 0);
    for (; *text; text++) mdh_list_push(rt(), list, mdh_str_new(rt(), text, 1));
    return list;
}

TEST(addition)
{
    MdhThread *t = rt();
    CHECK_SHOWN(__mdh_op_add(t, I(2), I(3)), "5");
    CHECK_SHOWN(__mdh_op_add(t, I(MDH_INT_MAX63), I(1)), "4611686018427387904");
    CHECK_SHOWN(__mdh_op_add(t, I(MDH_INT_MAX63 + 1), I(-1)), "4611686018427387903");
    CHECK(mdh_is_fixint(__mdh_op_add(t, I(MDH_INT_MAX63 + 1), I(-1))));
    CHECK_SHOWN(__mdh_op_add(t, I(INT64_MAX), I(1)), MUCKLE);
    CHECK_SHOWN(__mdh_op_add(t, I(1), F(0.5)), "1.5");
    CHECK_SHOWN(__mdh_op_add(t, F(0.1), F(0.2)), "0.3");
    CHECK_SHOWN(__mdh_op_add(t, MDH_AYE, I(1)), "2");
    CHECK_SHOWN(__mdh_op_add(t, MDH_AYE, MDH_AYE), "2");
    CHECK_SHOWN(__mdh_op_add(t, rt_str("a"), I(1)), "a1");
    CHECK_SHOWN(__mdh_op_add(t, I(1), rt_str("a")), "1a");
    CHECK_SHOWN(__mdh_op_add(t, rt_str("a"), mdh_list_of_ints(t, 1, 2)), "a[1, 2]");
    CHECK_SHOWN(__mdh_op_add(t, mdh_list_of_ints(t, 1, 2), list_of_chars("a")),
                "[1, 2, a]");
    CHECK_SHOWN(__mdh_op_add(t, mdh_bytes_new(t, 3), mdh_bytes_new(t, 4)), "bytes[7]");
    CHECK_SHOWN(__mdh_op_add(t, I(1), MDH_NAETHING),
                TYPE "Cannae add integer an' naething");
    CHECK_SHOWN(__mdh_op_add(t, mdh_dict_new(t, 0), I(1)),
                TYPE "Cannae add dict an' integer");
}

TEST(the_other_operators)
{
    MdhThread *t = rt();
    CHECK_SHOWN(__mdh_op_sub(t, I(2), I(3)), "-1");
    CHECK_SHOWN(__mdh_op_sub(t, I(INT64_MIN), I(1)), MUCKLE);
    CHECK_SHOWN(__mdh_op_sub(t, rt_str("a"), I(1)),
                TYPE "Cannae subtract integer fae string");
    CHECK_SHOWN(__mdh_op_mul(t, I(3037000499), I(3037000499)), "9223372030926249001");
    CHECK_SHOWN(__mdh_op_mul(t, I(MDH_INT_MAX63 + 1), I(-2)), "-9223372036854775808");
    CHECK_SHOWN(__mdh_op_mul(t, I(MDH_INT_MAX63 + 1), I(2)), MUCKLE);
    CHECK_SHOWN(__mdh_op_mul(t, rt_str("ab"), I(2)), "abab");
    CHECK_SHOWN(__mdh_op_mul(t, I(2), rt_str("ab")), "abab");
    CHECK_SHOWN(__mdh_op_mul(t, rt_str("ab"), I(-1)),
                TYPE "Repeat count must be non-negative");
    CHECK_SHOWN(__mdh_op_mul(t, rt_str("a"), rt_str("b")),
                TYPE "Cannae multiply string by string");
    CHECK_SHOWN(__mdh_op_div(t, I(7), I(2)), "3");
    CHECK_SHOWN(__mdh_op_div(t, I(-7), I(2)), "-3");
    CHECK_SHOWN(__mdh_op_div(t, I(7), F(2)), "3.5");
    CHECK_SHOWN(__mdh_op_div(t, I(7), I(0)), ZERO);
    CHECK_SHOWN(__mdh_op_div(t, F(7), F(-0.0)), ZERO);
    CHECK_SHOWN(__mdh_op_div(t, I(1), MDH_NAE), ZERO);
    CHECK_SHOWN(__mdh_op_div(t, I(INT64_MIN), I(-1)), MUCKLE);
    CHECK_SHOWN(__mdh_op_div(t, I(1), rt_str("a")), TYPE "Cannae divide integer by string");
    CHECK_SHOWN(__mdh_op_mod(t, I(-7), I(3)), "-1");
    CHECK_SHOWN(__mdh_op_mod(t, I(7), I(-3)), "1");
    CHECK_SHOWN(__mdh_op_mod(t, I(INT64_MIN), I(-1)), "0");
    CHECK_SHOWN(__mdh_op_mod(t, F(-7.5), I(2)), "-1.5");
    CHECK_SHOWN(__mdh_op_mod(t, I(7), I(0)), ZERO);
    CHECK_SHOWN(__mdh_op_mod(t, F(7.5), I(0)), ZERO);
    CHECK_SHOWN(__mdh_op_mod(t, F(7.5), F(0)), "NaN");
    CHECK_SHOWN(__mdh_op_neg(t, I(5)), "-5");
    CHECK_SHOWN(__mdh_op_neg(t, F(0)), "-0");
    CHECK_SHOWN(__mdh_op_neg(t, I(INT64_MIN)), MUCKLE);
    CHECK_SHOWN(__mdh_op_neg(t, rt_str("a")), TYPE "Cannae negate a string");
}

static bool equal(MdhValue a, MdhValue b)
{
    bool same = false;
    CHECK(mdh_equal(rt(), a, b, &same));
    return same;
}

TEST(equality)
{
    MdhThread *t = rt();
    CHECK(equal(I(1), F(1.0)) && equal(F(1.0), I(1)));
    CHECK(equal(I(0), F(-0.0)) && equal(F(0.0), F(-0.0)));
    CHECK(equal(I(INT64_MAX), I(INT64_MAX)));
    CHECK(!equal(I(INT64_MAX), F(9223372036854775807.0)));
    CHECK(equal(I(INT64_MIN), F(-9223372036854775808.0)));
    CHECK(!equal(I(9007199254740993), F(9007199254740992.0)));
    CHECK(!equal(F(NAN), F(NAN)));
    CHECK(!equal(rt_str("1"), I(1)) && !equal(MDH_AYE, I(1)) &&
          !equal(MDH_NAETHING, MDH_NAE));
    CHECK(equal(MDH_NAETHING, MDH_NAETHING) && equal(MDH_AYE, MDH_AYE));
    CHECK(equal(mdh_list_of_ints(t, 1, 3), mdh_list_of_ints(t, 1, 3)));
    CHECK(!equal(mdh_list_of_ints(t, 1, 3), mdh_list_of_ints(t, 1, 4)));
    CHECK(!equal(mdh_list_of_ints(t, 1, 3), mdh_list_of_ints(t, 2, 3)));
    CHECK(equal(list_of_chars("abc"), list_of_chars("abc")));
    CHECK(equal(mdh_bytes_from(t, "ab", 2), mdh_bytes_from(t, "ab", 2)));
    MdhValue d = mdh_dict_new(t, 0);
    CHECK(equal(d, d) && !equal(d, mdh_dict_new(t, 0)));
}

TEST(equality_of_endless_lists_throws)
{
    MdhThread *t = rt();
    MdhValue a = mdh_list_new(t, 0), b = mdh_list_new(t, 0);
    bool same;
    mdh_list_push(t, a, a);
    mdh_list_push(t, b, b);
    CHECK(!mdh_equal(t, a, b, &same));
    CHECK(strncmp(rt_text(MDH_EXC), "Stack's fair puggled!", 21) == 0);
    CHECK_EQ(t->data_depth, 0);
}

TEST(keys)
{
    CHECK(mdh_key_same(I(1), I(1)) && !mdh_key_same(I(1), F(1.0)));
    CHECK(!mdh_key_same(F(0.0), F(-0.0)));
    CHECK(mdh_key_same(F(1e300), F(1e300)));
    CHECK_EQ(mdh_key_hash(F(1e300)), mdh_key_hash(F(1e300)));
    CHECK(mdh_key_same(F(NAN), F(NAN)));
    CHECK(mdh_key_same(I(INT64_MAX), I(INT64_MAX)));
    CHECK_EQ(mdh_key_hash(I(INT64_MAX)), mdh_key_hash(I(INT64_MAX)));
    CHECK(mdh_key_same(rt_str("key"), mdh_str_intern_c("key")));
    CHECK_EQ(mdh_key_hash(rt_str("key")), mdh_key_hash(mdh_str_intern_c("key")));
    CHECK(!mdh_key_same(rt_str("1"), I(1)));
    CHECK(!mdh_key_same(mdh_list_of_ints(rt(), 1, 1), mdh_list_of_ints(rt(), 1, 1)));
}

TEST(order)
{
    MdhThread *t = rt();
    CHECK_SHOWN(__mdh_op_lt(t, I(1), F(1.5)), "aye");
    CHECK_SHOWN(__mdh_op_le(t, F(NAN), I(1)), "nae");
    CHECK_SHOWN(__mdh_op_ge(t, F(NAN), F(NAN)), "nae");
    CHECK_SHOWN(__mdh_op_gt(t, I(INT64_MAX), F(9223372036854775807.0)), "nae");
    CHECK_SHOWN(__mdh_op_lt(t, I(INT64_MAX), F(9223372036854775807.0)), "aye");
    CHECK_SHOWN(__mdh_op_gt(t, F(INFINITY), I(INT64_MAX)), "aye");
    CHECK_SHOWN(__mdh_op_lt(t, rt_str("z"), rt_str("é")), "aye");
    CHECK_SHOWN(__mdh_op_lt(t, MDH_NAE, MDH_AYE), "aye");
    CHECK_SHOWN(__mdh_op_ge(t, MDH_AYE, I(1)), "aye");
    CHECK_SHOWN(__mdh_op_lt(t, rt_str("a"), I(1)),
                TYPE "Cannae compare string wi' integer");
    CHECK_SHOWN(__mdh_op_ge(t, MDH_NAETHING, I(1)),
                TYPE "Cannae compare naething wi' integer");
    CHECK_EQ(mdh_order(I(1), F(1.5)), -1);
    CHECK_EQ(mdh_order(rt_str("a"), I(1)), 0);
    CHECK(mdh_order(rt_str("b"), rt_str("a")) > 0);
}

TEST(indexing)
{
    MdhThread *t = rt();
    MdhValue list = mdh_list_of_ints(t, 10, 3), d = mdh_dict_new(t, 0);
    mdh_dict_put(t, d, rt_str("k"), MDH_NAETHING);
    CHECK_SHOWN(__mdh_op_index(t, list, I(-1)), "12");
    CHECK_SHOWN(__mdh_op_index(t, list, I(3)),
                "Hoachin'! Index 3 is oot o' bounds (size is 3) at line 7");
    CHECK_SHOWN(__mdh_op_index(t, list, I(-4)),
                "Hoachin'! Index -4 is oot o' bounds (size is 3) at line 7");
    CHECK_SHOWN(
        __mdh_op_index(t, list, I(INT64_MIN)),
        "Hoachin'! Index -9223372036854775808 is oot o' bounds (size is 3) at line 7");
    CHECK_SHOWN(__mdh_op_index(t, rt_str("añb"), I(-2)), "ñ");
    CHECK_SHOWN(__mdh_op_index(t, mdh_bytes_from(t, "\xff", 1), I(0)), "255");
    CHECK_SHOWN(__mdh_op_index(t, d, rt_str("k")), "naething");
    CHECK_SHOWN(__mdh_op_index(t, d, I(4)),
                "Awa' an bile yer heid! '4' hasnae been defined yet at line 7");
    CHECK_SHOWN(__mdh_op_index(t, list, F(0)), TYPE "Cannae index a list wi' a float");
    CHECK_SHOWN(__mdh_op_index(t, I(1), I(0)), TYPE "Cannae index a integer wi' a integer");
    CHECK_SHOWN(__mdh_op_set_index(t, list, I(-3), I(9)), "9");
    CHECK_SHOWN(list, "[9, 11, 12]");
    CHECK_SHOWN(__mdh_op_set_index(t, list, I(3), I(9)),
                "Hoachin'! Index 3 is oot o' bounds (size is 3) at line 7");
    CHECK_SHOWN(__mdh_op_set_index(t, rt_str("a"), I(0), I(9)),
                TYPE "Cannae set index on a string wi' a integer");
    MdhValue b = mdh_bytes_new(t, 2);
    CHECK_SHOWN(__mdh_op_set_index(t, b, I(-1), I(255)), "255");
    CHECK(mdh_is_exc(__mdh_op_set_index(t, b, I(0), I(256))));
    CHECK(mdh_is_exc(__mdh_op_set_index(t, b, I(0), F(1))));
    CHECK_SHOWN(__mdh_op_set_index(t, b, I(2), I(1)),
                "Hoachin'! Index 2 is oot o' bounds (size is 2) at line 7");
}

TEST(properties)
{
    MdhThread *t = rt();
    MdhValue d = mdh_dict_new(t, 0), name = mdh_str_intern_c("name");
    uint64_t ic = 0;
    CHECK_SHOWN(__mdh_op_get_prop(t, d, name, &ic),
                "Awa' an bile yer heid! 'name' hasnae been defined yet at line 7");
    CHECK_SHOWN(__mdh_op_set_prop(t, d, name, I(5), NULL), "5");
    CHECK_SHOWN(__mdh_op_get_prop(t, d, name, &ic), "5");
    CHECK_SHOWN(__mdh_op_get_prop(t, d, name, NULL), "5");
    CHECK_SHOWN(__mdh_op_get_prop(t, I(1), name, &ic),
                TYPE "Cannae access property 'name' on a integer");
    CHECK_SHOWN(__mdh_op_set_prop(t, I(1), name, I(1), &ic),
                TYPE "Cannae set property 'name' on a integer");
}

static MdhValue slice(MdhValue v, const char *spec)
{
    MdhValue part[3] = {MDH_ABSENT, MDH_ABSENT, MDH_ABSENT};
    for (int i = 0; *spec; spec++) {
        if (*spec == ':') i++;
        else if (*spec == '-' || (*spec >= '0' && *spec <= '9')) {
            char *end;
            part[i] = I(strtoll(spec, &end, 10));
            spec = end - 1;
        }
    }
    return __mdh_op_slice(rt(), v, part[0], part[1], part[2]);
}

TEST(slices)
{
    MdhValue five = mdh_list_of_ints(rt(), 1, 5), s = rt_str("aéîo");
    CHECK_SHOWN(slice(five, "1:3"), "[2, 3]");
    CHECK_SHOWN(slice(five, "::-1"), "[5, 4, 3, 2, 1]");
    CHECK_SHOWN(slice(five, "5::-1"), "[5, 4, 3, 2, 1]");
    CHECK_SHOWN(slice(five, "99::-2"), "[4, 2]");
    CHECK_SHOWN(slice(five, "::2"), "[1, 3, 5]");
    CHECK_SHOWN(slice(five, "-2:"), "[4, 5]");
    CHECK_SHOWN(slice(five, ":-2"), "[1, 2, 3]");
    CHECK_SHOWN(slice(five, "3:1"), "[]");
    CHECK_SHOWN(slice(five, "3:1:-1"), "[4, 3]");
    CHECK_SHOWN(slice(five, "-99:99"), "[1, 2, 3, 4, 5]");
    CHECK_SHOWN(slice(five, "::9223372036854775807"), "[1]");
    CHECK_SHOWN(slice(five, "::-9223372036854775807"), "[5]");
    CHECK_SHOWN(slice(s, "1:3"), "éî");
    CHECK_SHOWN(slice(s, "::-1"), "oîéa");
    CHECK_SHOWN(slice(s, "9::-1"), "oîéa");
    CHECK_SHOWN(slice(rt_str("hello"), "::2"), "hlo");
    CHECK_SHOWN(slice(mdh_bytes_new(rt(), 10), "2:5"), "bytes[3]");
    CHECK_SHOWN(slice(mdh_bytes_new(rt(), 10), "::3"), "bytes[4]");
    CHECK_SHOWN(slice(mdh_list_new(rt(), 0), "::-1"), "[]");
    CHECK_SHOWN(slice(mdh_str_empty, "::-1"), "");
    CHECK_SHOWN(slice(five, "::0"), TYPE "Slice step cannae be zero, ya dafty!");
    CHECK_SHOWN(slice(I(5), "::1"), TYPE "Cannae slice a integer, ya numpty!");
    CHECK_SHOWN(__mdh_op_slice(rt(), five, rt_str("a"), MDH_ABSENT, MDH_ABSENT),
                TYPE "Slice start must be an integer");
    CHECK_SHOWN(__mdh_op_slice(rt(), five, MDH_ABSENT, MDH_NAETHING, MDH_ABSENT),
                TYPE "Slice end must be an integer");
    CHECK_SHOWN(__mdh_op_slice(rt(), five, MDH_ABSENT, MDH_ABSENT, F(1)),
                TYPE "Slice step must be an integer");
}

TEST(ranges)
{
    MdhThread *t = rt();
    CHECK_SHOWN(__mdh_op_range(t, I(1), I(4), false), "[1, 2, 3]");
    CHECK_SHOWN(__mdh_op_range(t, I(1), I(4), true), "[1, 2, 3, 4]");
    CHECK_SHOWN(__mdh_op_range(t, I(4), I(4), false), "[]");
    CHECK_SHOWN(__mdh_op_range(t, I(4), I(4), true), "[4]");
    CHECK_SHOWN(__mdh_op_range(t, I(5), I(4), true), "[]");
    CHECK_SHOWN(__mdh_op_range(t, F(-1.9), F(1.9), true), "[-1, 0, 1]");
    CHECK_SHOWN(__mdh_op_range(t, rt_str("a"), I(1), true),
                TYPE "Range bounds must be integers");
    CHECK_SHOWN(
        __mdh_op_range(t, I(INT64_MIN), I(INT64_MAX), true),
        "Jings! Something went awfy wrang: Nae memory left fer 9223372036854775807 bytes");
}

TEST(spreading)
{
    MdhThread *t = rt();
    MdhValue list = mdh_list_of_ints(t, 1, 1);
    CHECK_SHOWN(__mdh_op_spread(t, list, mdh_list_of_ints(t, 2, 2), true), "[1, 2, 3]");
    CHECK_SHOWN(__mdh_op_spread(t, list, rt_str("aé"), false), "[1, 2, 3, a, é]");
    CHECK_SHOWN(__mdh_op_spread(t, list, rt_str("a"), true),
                TYPE "Cannae skail (spread) somethin' that isnae a list in function call!");
    CHECK_SHOWN(__mdh_op_spread(t, list, I(1), false),
                TYPE "Cannae skail (spread) somethin' that isnae a list or string!");
}

TEST(printed_forms)
{
    MdhThread *t = rt();
    MdhValue d = mdh_dict_new(t, 0), c = mdh_creel_new(t, 0), list = list_of_chars("a");
    mdh_dict_put(t, d, I(1), rt_str("x"));
    mdh_dict_put(t, d, MDH_AYE, MDH_NAETHING);
    mdh_creel_add(t, c, I(10));
    mdh_creel_add(t, c, I(9));
    mdh_list_push(t, list, list_of_chars("b"));
    CHECK_SHOWN(d, "{\"1\": x, \"aye\": naething}");
    CHECK_SHOWN(c, "creel{\"10\", \"9\"}");
    CHECK_SHOWN(list, "[a, [b]]");
    CHECK_SHOWN(mdh_list_new(t, 0), "[]");
    CHECK_SHOWN(mdh_dict_new(t, 0), "{}");
    CHECK_SHOWN(mdh_creel_new(t, 0), "creel{}");
    CHECK_SHOWN(mdh_bytes_new(t, 5), "bytes[5]");
    CHECK_SHOWN(F(1e20), "1e+20");
    CHECK_SHOWN(F(-0.0), "-0");
    CHECK_SHOWN(F(-INFINITY), "-inf");
    CHECK_SHOWN(I(INT64_MIN), "-9223372036854775808");
    mdh_list_push(t, list, list);
    CHECK_SHOWN(list, "[a, [b], [...]]");
    mdh_dict_put(t, d, I(1), d);
    CHECK_SHOWN(d, "{\"1\": {...}, \"aye\": naething}");
}

// Width and precision 0 stand for "left out".
static const char *formatted(MdhValue v, MdhFormatSpec spec)
{
    if (!spec.width) spec.width = -1;
    if (!spec.precision) spec.precision = -1;
    return rt_text(mdh_format_value(rt(), v, &spec));
}

#define CHECK_FORMAT(v, text, ...)                                                         \
    CHECK_STR(formatted(v, (MdhFormatSpec){__VA_ARGS__}), text)

TEST(formats)
{
    CHECK_FORMAT(I(42), "00042", .type = 'd', .zero = true, .width = 5);
    CHECK_FORMAT(I(-42), "-0042", .zero = true, .width = 5);
    CHECK_FORMAT(I(255), "000000ff", .type = 'x', .zero = true, .width = 8);
    CHECK_FORMAT(I(255), "0XFF", .type = 'X', .alternate = true);
    CHECK_FORMAT(I(-5), "-0b0101", .type = 'b', .alternate = true, .zero = true,
                 .width = 7);
    CHECK_FORMAT(I(8), "10", .type = 'o');
    CHECK_FORMAT(I(INT64_MIN), "-8000000000000000", .type = 'x');
    CHECK_FORMAT(I(7), "+7", .sign = '+');
    CHECK_FORMAT(I(7), " 7", .sign = ' ');
    CHECK_FORMAT(I(7), "...7", .fill = ".", .align = '>', .width = 4);
    CHECK_FORMAT(I(7), "7.00", .type = 'f', .precision = 2);
    CHECK_FORMAT(F(3.14159), "3.14", .type = 'f', .precision = 2);
    CHECK_FORMAT(F(12345.678), "1.23e+04", .type = 'e', .precision = 2);
    CHECK_FORMAT(F(0.5), "0.5", .type = 'g');
    CHECK_FORMAT(F(0.5), "  0.5", .width = 5);
    CHECK_FORMAT(F(3.14159), "3.1", .precision = 2);
    CHECK_FORMAT(F(-1.5), "-001.5", .zero = true, .width = 6);
    CHECK_FORMAT(F(INFINITY), "   inf", .type = 'f', .width = 6);
    CHECK_FORMAT(F(NAN), "NaN", .type = 'f');
    CHECK_FORMAT(rt_str("ab"), "ab   ", .width = 5);
    CHECK_FORMAT(rt_str("ab"), "  ab  ", .width = 6, .align = '^');
    CHECK_FORMAT(rt_str("x"), "--x--", .width = 5, .align = '^', .fill = "-");
    CHECK_FORMAT(rt_str("é"), "→→é", .width = 3, .align = '>', .fill = "→");
    CHECK_FORMAT(rt_str("aéîo"), "aé", .precision = 2, .type = 's');
    CHECK_FORMAT(MDH_AYE, "aye ", .width = 4);
    CHECK_FORMAT(rt_str("a"), TYPE "Cannae format a string wi' 'd'", .type = 'd');
    CHECK_FORMAT(F(1.5), TYPE "Cannae format a float wi' 'x'", .type = 'x');
    CHECK_FORMAT(MDH_NAETHING, TYPE "Cannae format a naething wi' 'f'", .type = 'f');
}
