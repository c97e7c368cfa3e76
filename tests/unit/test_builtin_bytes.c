// SPDX-License-Identifier: MIT
#include <math.h>

#include "runtime/data/bytes.h"
#include "tests/unit/call_builtin.h"

static MdhValue B(const char *hex)
{
    return CALL("bytes_unhex", S(hex));
}

static const char *hex(MdhValue b)
{
    return mdh_is_exc(b) ? "(error)" : SHOWN("bytes_hex", b);
}

#define CHECK_HEX(b, text) CHECK_STR(hex(b), text)

TEST(making)
{
    CHECK_CALL("bytes[4]", "bytes", I(4));
    CHECK_CALL("bytes[0]", "bytes_new", I(-5));
    CHECK_CALL("bytes[2]", "bytes", F(2.9));
    CHECK_HEX(CALL("bytes", I(2), I(171)), "abab");
    CHECK_CALL(JINGS "bytes() expects an integer size", "bytes", S("4"));
    CHECK_CALL(JINGS "bytes() expects an integer size", "bytes", F(NAN));
    CHECK_CALL(JINGS "bytes() expects an integer size", "bytes", F(INFINITY));
    CHECK(strstr(SHOWN("bytes", I(INT64_C(1) << 60)), "Nae memory left fer"));
    CHECK(strstr(SHOWN("bytes", I(INT64_MAX)), "Nae memory left fer"));
    CHECK_HEX(CALL("bytes_from_string", S("Aé")), "41c3a9");
    CHECK_HEX(CALL("bytes_from_string", I(12)), "3132");
    CHECK_HEX(CALL("bytes_from_string", B("00ff")), "00ff");
    CHECK_HEX(CALL("bytes_from_list", L(I(0), I(255), F(3.0))), "00ff03");
    CHECK_HEX(CALL("bytes_from_list", L(I(1), I(2))), "0102");
    CHECK_CALL(JINGS "bytes_from_list() value must be between 0 and 255", "bytes_from_list",
               L(I(256)));
    CHECK_CALL(JINGS "bytes_from_list() value must be between 0 and 255", "bytes_from_list",
               L(S("a")));
    CHECK_HEX(CALL("bytes_concat", B("01"), B(""), B("0203")), "010203");
    CHECK_HEX(call_builtin("bytes_concat", 0, NULL), "");
}

TEST(indexes)
{
    MdhValue b = B("010203");
    CHECK_CALL("3", "bytes_get", b, I(-1));
    CHECK_CALL("1", "bytes_get", b, I(-3));
    CHECK_CALL(JINGS "bytes_get() index oot o' bounds: 3 (length 3)", "bytes_get", b, I(3));
    CHECK_CALL(JINGS "bytes_get() index oot o' bounds: -4 (length 3)", "bytes_get", b,
               I(-4));
    CHECK(strstr(SHOWN("bytes_get", b, I(INT64_MAX)), "index oot o' bounds"));
    CHECK(strstr(SHOWN("bytes_get", b, I(INT64_MIN)), "index oot o' bounds"));
    CHECK_CALL(JINGS "bytes_get() expects integer index", "bytes_get", b, F(1.0));
    CHECK_CALL(JINGS "bytes_get() expects bytes", "bytes_get", S("a"), I(0));
    CHECK(mdh_same(CALL("bytes_set", b, I(0), F(42.0)), b));
    CHECK_HEX(b, "2a0203");
    CHECK_CALL(JINGS "bytes_set() value must be between 0 and 255", "bytes_set", b, I(99),
               I(256));
    CHECK_CALL(JINGS "bytes_set() value must be between 0 and 255", "bytes_set", b, I(0),
               F(NAN));
    CHECK_CALL(JINGS "bytes_set() index oot o' bounds: 99 (length 3)", "bytes_set", b,
               I(99), I(1));
    CHECK_CALL(JINGS "bytes_set() expects integer value", "bytes_set", b, I(0), S("x"));
}

TEST(slices_are_copies_by_behaviour)
{
    MdhValue b = B("01020304");
    MdhValue s = CALL("bytes_slice", b, I(1), I(3));
    CHECK_HEX(s, "0203");
    CALL("bytes_set", s, I(0), I(255));
    CHECK_HEX(b, "01020304");
    CALL("bytes_set", b, I(2), I(0));
    CHECK_HEX(s, "ff03");
    CHECK_HEX(CALL("bytes_slice", b, I(-2), I(99)), "0004");
    CHECK_HEX(CALL("bytes_slice", b, I(-99), I(1)), "01");
    CHECK_HEX(CALL("bytes_slice", b, I(9), I(20)), "");
    CHECK_HEX(CALL("bytes_slice", b, I(3), I(1)), "");
    CHECK_HEX(CALL("bytes_slice", b, I(3)), "04");
    CHECK_HEX(CALL("bytes_slice", b, I(INT64_MIN), I(INT64_MAX)), "01020004");
    CHECK_CALL(JINGS "bytes_slice() expects integer start", "bytes_slice", b, F(1.0), I(2));
    CHECK_CALL(JINGS "bytes_slice() expects integer end", "bytes_slice", b, I(1), S("2"));
}

TEST(views_share)
{
    MdhValue b = B("01020304");
    MdhValue v = CALL("bytes_view", b, I(1), I(3));
    CALL("bytes_set", v, I(0), I(255));
    CHECK_HEX(b, "01ff0304");
    CALL("bytes_set", b, I(2), I(170));
    CHECK_HEX(v, "ffaa");
}

TEST(appending_copying_filling)
{
    MdhValue b = B("0102");
    CHECK(mdh_same(CALL("bytes_append", b, B("03")), b));
    CHECK_HEX(b, "010203");
    CHECK_HEX(CALL("bytes_append", b, b), "010203010203");
    CHECK_CALL(JINGS "bytes_append() expects bytes", "bytes_append", b, S("x"));
    MdhValue d = CALL("bytes", I(4));
    CHECK_HEX(CALL("bytes_copy", d, I(1), B("aabb")), "00aabb00");
    CHECK_HEX(CALL("bytes_copy", d, I(0), B("aabbcc"), I(1), I(2)), "bbaabb00");
    CHECK_HEX(CALL("bytes_copy", d, I(1), d, I(0), I(3)), "bbbbaabb");
    CHECK_HEX(CALL("bytes_copy", d, I(4), B("")), "bbbbaabb");
    CHECK(strstr(SHOWN("bytes_copy", d, I(3), B("aabb")), "bytes_copy() out o' bounds"));
    CHECK(strstr(SHOWN("bytes_copy", d, I(-1), B("aa")), "bytes_copy() out o' bounds"));
    CHECK(strstr(SHOWN("bytes_copy", d, I(5), B("")), "bytes_copy() out o' bounds"));
    CHECK(strstr(SHOWN("bytes_copy", d, I(0), B("aa"), I(0), I(2)),
                 "bytes_copy() out o' bounds"));
    CHECK(strstr(SHOWN("bytes_copy", d, I(INT64_MAX), B("aa")),
                 "bytes_copy() out o' bounds"));
    CHECK_HEX(CALL("bytes_fill", d, I(7), I(1), I(-1)), "bb0707bb");
    CHECK_HEX(CALL("bytes_fill", d, I(0)), "00000000");
    CHECK(strstr(SHOWN("bytes_fill", d, I(300)), "value must be between 0 and 255"));
}

TEST(finding_and_comparing)
{
    MdhValue b = B("0d0a0d0a41");
    CHECK_CALL("0", "bytes_find", b, S("\r\n"));
    CHECK_CALL("2", "bytes_find", b, S("\r\n"), I(1));
    CHECK_CALL("4", "bytes_find", b, I(65));
    CHECK_CALL("-1", "bytes_find", b, B("ff"));
    CHECK_CALL("5", "bytes_find", b, B(""), I(99));
    CHECK_CALL("4", "bytes_find", b, S("A"), I(-1));
    CHECK_CALL("aye", "bytes_equal_ct", B("0102"), B("0102"));
    CHECK_CALL("nae", "bytes_equal_ct", B("0102"), B("0103"));
    CHECK_CALL("nae", "bytes_equal_ct", B("01"), B("0103"));
    CHECK_CALL("aye", "bytes_equal_ct", B(""), B(""));
}

TEST(text)
{
    CHECK_CALL("Aé", "bytes_to_string", B("41c3a9"));
    CHECK_CALL(JINGS "bytes_to_string() octet 255 at offset 1 isnae utf-8",
               "bytes_to_string", B("41ff"));
    CHECK_CALL("A\xEF\xBF\xBD"
               "B",
               "bytes_to_string", B("41ff42"), S("utf-8"), S("replace"));
    CHECK_CALL("Aé", "bytes_to_string", B("41e9"), S("Latin1"));
    CHECK_CALL("A", "bytes_to_string", B("41"), S("ascii"));
    CHECK_CALL(JINGS "bytes_to_string() octet 233 at offset 1 isnae ascii",
               "bytes_to_string", B("41e9"), S("ascii"));
    CHECK_CALL("A\xEF\xBF\xBD", "bytes_to_string", B("41e9"), S("ascii"), S("replace"));
    CHECK(strstr(SHOWN("bytes_to_string", B(""), S("ebcdic")), "encoding must be"));
    CHECK(strstr(SHOWN("bytes_to_string", B(""), S("utf-8"), S("x")), "mode must be"));
    CHECK_EQ(mdh_str(CALL("bytes_to_string", B("410042")))->len, 3);
    CHECK_CALL("[0, 255]", "bytes_to_list", B("00ff"));
    CHECK_CALL("00:ff", "bytes_hex", B("00FF"), S(":"));
    CHECK_HEX(B(" 0a:0B\t0c\n"), "0a0b0c");
    CHECK(strstr(SHOWN("bytes_unhex", S("0")), "expects pairs o' hex digits"));
    CHECK(strstr(SHOWN("bytes_unhex", S("0 1")), "expects pairs o' hex digits"));
    CHECK(strstr(SHOWN("bytes_unhex", S("zz")), "expects pairs o' hex digits"));
}

TEST(reading_integers)
{
    MdhValue b = B("80ff7f01020304ff");
    CHECK_CALL("128", "bytes_read_u8", b, I(0));
    CHECK_CALL("-128", "bytes_read_i8", b, I(0));
    CHECK_CALL("515", "bytes_read_u16be", B("01020304"), I(1));
    CHECK_CALL("770", "bytes_read_u16le", B("01020304"), I(1));
    CHECK_CALL("-32513", "bytes_read_i16be", b, I(0));
    CHECK_CALL("-1", "bytes_read_i24be", B("ffffff"), I(0));
    CHECK_CALL("8388607", "bytes_read_i24be", B("7fffff"), I(0));
    CHECK_CALL("4294967295", "bytes_read_u32be", B("ffffffff"), I(0));
    CHECK_CALL("-1", "bytes_read_i32le", B("ffffffff"), I(0));
    CHECK_CALL("9223372036854775807", "bytes_read_u64be", B("7fffffffffffffff"), I(0));
    CHECK(strstr(SHOWN("bytes_read_u64be", B("8000000000000000"), I(0)), "overflowed"));
    CHECK_CALL("-9223372036854775808", "bytes_read_i64be", B("8000000000000000"), I(0));
    CHECK_CALL("1", "bytes_read_u64le", B("0100000000000000"), I(0));
}

TEST(bounds_of_integers)
{
    MdhValue b = B("010203");
    CHECK_CALL(JINGS "bytes_read_u32be() out o' bounds: 4 octets at offset 0 (length 3)",
               "bytes_read_u32be", b, I(0));
    CHECK_CALL(JINGS "bytes_read_u16be() out o' bounds: 2 octets at offset 2 (length 3)",
               "bytes_read_u16be", b, I(2));
    const int64_t bad[] = {-1, 3, 4, INT64_MAX, INT64_MAX - 1, INT64_MIN};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(
            strstr(SHOWN("bytes_read_u8", b, I(bad[i])), "bytes_read_u8() out o' bounds"));
        CHECK(strstr(SHOWN("bytes_write_u16be", b, I(bad[i]), I(1)),
                     "bytes_write_u16be() out o' bounds"));
        CHECK(strstr(SHOWN("bytes_write_u64le", b, I(bad[i]), I(1)), "out o' bounds"));
    }
    CHECK_CALL(JINGS "bytes_read_u16be() expects integer offset", "bytes_read_u16be", b,
               F(0.0));
    CHECK_CALL(JINGS "bytes_read_u16be() expects bytes", "bytes_read_u16be", S("ab"), I(0));
}

TEST(writing_integers)
{
    MdhValue b = CALL("bytes", I(4));
    CHECK(mdh_same(CALL("bytes_write_u16be", b, I(1), F(258.0)), b));
    CHECK_HEX(b, "00010200");
    CHECK_HEX(CALL("bytes_write_i24le", b, I(0), I(-2)), "feffff00");
    CHECK_CALL(JINGS "bytes_write_u16be() value out o' range", "bytes_write_u16be", b, I(0),
               I(65536));
    CHECK(strstr(SHOWN("bytes_write_u32be", b, I(99), I(-1)), "value out o' range"));
    CHECK(strstr(SHOWN("bytes_write_i8", b, I(0), I(128)), "value out o' range"));
    CHECK(strstr(SHOWN("bytes_write_u32be", b, I(0), F(INFINITY)), "value out o' range"));
    CHECK(strstr(SHOWN("bytes_write_u64be", CALL("bytes", I(8)), I(0), I(-1)),
                 "value out o' range"));
    CHECK_CALL(JINGS "bytes_write_u8() expects integer value", "bytes_write_u8", b, I(0),
               S("x"));
    CHECK_HEX(CALL("bytes_write_i64be", CALL("bytes", I(8)), I(0), I(INT64_MIN)),
              "8000000000000000");
    CHECK_HEX(CALL("bytes_write_u32be_wrap", b, I(0), I(-1)), "ffffffff");
    CHECK_HEX(CALL("bytes_write_u16be_wrap", b, I(0), I(65536 + 7)), "0007ffff");
    CHECK_HEX(CALL("bytes_write_u8_wrap", b, I(3), I(256)), "0007ff00");
    CHECK_CALL("1", "u16_add", I(65535), I(2));
    CHECK_CALL("0", "u32_add", I(4294967295), I(1));
    CHECK_CALL("4294967295", "u32_add", I(0), I(-1));
}
