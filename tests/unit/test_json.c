// SPDX-License-Identifier: MIT
#include "runtime/data/json.h"

#include <math.h>
#include <stdlib.h>

#include "runtime/data/dict.h"
#include "tests/unit/call_builtin.h"

#define PARSE json_parse_shown
static const char *json_parse_shown(const char *text)
{
    return SHOWN("json_parse", S(text));
}

// Text to value to text.
static const char *round_trip(const char *text)
{
    MdhValue v = CALL("json_parse", S(text));
    return mdh_is_exc(v) ? "(error)" : SHOWN("json_stringify", v);
}

TEST(scalars)
{
    CHECK_STR(PARSE("1"), "1");
    CHECK_STR(PARSE("-0"), "0");
    CHECK_STR(PARSE(" \t\r\n 42 \n"), "42");
    CHECK_STR(PARSE("1.5"), "1.5");
    CHECK_STR(PARSE("1."), "1");
    CHECK_STR(PARSE("1e3"), "1000");
    CHECK_STR(PARSE("-1E-2"), "-0.01");
    CHECK_STR(PARSE("true"), "aye");
    CHECK_STR(PARSE("false"), "nae");
    CHECK_STR(PARSE("null"), "naething");
    CHECK_STR(PARSE("\"\""), "");
    CHECK_STR(PARSE("9223372036854775807"), "9223372036854775807");
    CHECK_STR(PARSE("-9223372036854775808"), "-9223372036854775808");
    CHECK(mdh_is_float(CALL("json_parse", S("1.0"))));
    CHECK(mdh_is_int(CALL("json_parse", S("1"))));
}

TEST(strings)
{
    CHECK_STR(PARSE("\"a\\n\\t\\r\\\"\\\\\\/b\""), "a\n\t\r\"\\/b");
    CHECK_STR(PARSE("\"\\u0041\\u00e9\\u20AC\""), "Aé€");
    CHECK_STR(PARSE("\"\\q\\b\""), "qb");
    CHECK_STR(PARSE("\"x\\ud83d\\ude00y\""), "xy");
    CHECK_STR(PARSE("\"x\\u00zzy\""), "xy");
    CHECK_STR(PARSE("\"é€\""), "é€");
    CHECK_STR(PARSE("\"a\nb\""), "a\nb");
}

TEST(containers)
{
    CHECK_STR(PARSE("[]"), "[]");
    CHECK_STR(PARSE("[ ]"), "[]");
    CHECK_STR(PARSE("{ }"), "{}");
    CHECK_STR(PARSE("[1, [2, []], \"x\"]"), "[1, [2, []], x]");
    CHECK_STR(PARSE("{\"b\": 1, \"a\": {\"c\": null}}"),
              "{\"b\": 1, \"a\": {\"c\": naething}}");
    CHECK_STR(PARSE("{\"a\":1,\"b\":2,\"a\":3}"), "{\"a\": 3, \"b\": 2}");
    CHECK_STR(PARSE("[1] trailing"), "[1]");
}

TEST(errors)
{
    CHECK_STR(PARSE(""), JINGS "Empty JSON string");
    CHECK_STR(PARSE("  \n"), JINGS "Empty JSON string");
    CHECK_STR(PARSE("@"), JINGS "Unexpected character '@' in JSON");
    CHECK_STR(PARSE("é"), JINGS "Unexpected character 'é' in JSON");
    CHECK_STR(PARSE("{\"a\":"), JINGS "Unexpected end of JSON");
    CHECK_STR(PARSE("{1: 2}"), JINGS "Expected string key in JSON object");
    CHECK_STR(PARSE("{\"a\" 1}"), JINGS "Expected ':' in JSON object");
    CHECK_STR(PARSE("{\"a\": 1"), JINGS "Unterminated JSON object");
    CHECK_STR(PARSE("[1"), JINGS "Unterminated JSON array");
    CHECK_STR(PARSE("\"abc"), JINGS "Unterminated JSON string");
    CHECK_STR(PARSE("{\"a\": 1; }"), JINGS "Expected '}' or ',' in JSON object, got ';'");
    CHECK_STR(PARSE("[1 2]"), JINGS "Expected ']' or ',' in JSON array, got '2'");
    CHECK_STR(PARSE("1e"), JINGS "Invalid number: 1e");
    CHECK_STR(PARSE("-"), JINGS "Invalid integer: -");
    CHECK_STR(PARSE("99999999999999999999"), JINGS "Invalid integer: 99999999999999999999");
    CHECK_STR(PARSE("trux"), JINGS "Invalid JSON value 'true'");
    CHECK_STR(PARSE("nul"), JINGS "Invalid JSON value 'null'");
    CHECK_STR(PARSE("\"\\u12"), JINGS "Invalid unicode escape");
    CHECK_STR(PARSE("\"\\"), JINGS "Unterminated string escape");
    CHECK_CALL(JINGS "json_parse() expects a string, ya numpty!", "json_parse", I(1));
}

// `depth` opening brackets, the same number of closing ones.
static char *nested(int depth)
{
    char *text = malloc((size_t)depth * 2 + 1);
    REQUIRE(text);
    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    text[depth * 2] = 0;
    return text;
}

TEST(depth_is_limited)
{
    char *deep = nested(1000), *deeper = nested(1001), *huge = nested(1000000);
    MdhValue v = CALL("json_parse", S(deep));
    CHECK(!mdh_is_exc(v));
    CHECK_STR(SHOWN("json_stringify", v), deep);
    CHECK(strstr(PARSE(deeper), "Stack's fair puggled"));
    CHECK(strstr(PARSE(huge), "Stack's fair puggled"));
    CHECK_EQ(the_thread()->data_depth, 0);
    CHECK(strstr(SHOWN("json_stringify", L(v)), "Stack's fair puggled"));
    CHECK_EQ(the_thread()->data_depth, 0);
    free(deep);
    free(deeper);
    free(huge);
}

TEST(a_list_that_holds_itself_is_a_stack_error)
{
    MdhValue l = L(I(1));
    REQUIRE(mdh_list_push(the_thread(), l, l));
    CHECK(strstr(SHOWN("json_stringify", l), "Stack's fair puggled"));
}

TEST(writing)
{
    CHECK_STR(round_trip("{\"a\":[1,2.5,true,null],\"b\":\"x\"}"),
              "{\"a\": [1, 2.5, true, null], \"b\": \"x\"}");
    CHECK_CALL("\"\\\"\\\\\\n\\t\\r\\u0001\\u007f é\"", "json_stringify",
               S("\"\\\n\t\r\x01\x7f é"));
    CHECK_CALL("null", "json_stringify", F(NAN));
    CHECK_CALL("null", "json_stringify", F(-INFINITY));
    CHECK_CALL("3", "json_stringify", F(3.0));
    CHECK_CALL("0.1", "json_stringify", F(0.1));
    CHECK_CALL("0.30000000000000004", "json_stringify", F(0.1 + 0.2));
    CHECK_CALL("\"bytes[2]\"", "json_stringify", CALL("bytes", I(2)));
    MdhValue d = mdh_dict_new(the_thread(), 0);
    REQUIRE(mdh_dict_put(the_thread(), d, I(1), MDH_AYE));
    REQUIRE(mdh_dict_put(the_thread(), d, MDH_NAETHING, MDH_NAE));
    CHECK_CALL("{\"1\": true, \"naething\": false}", "json_stringify", d);
}

TEST(pretty)
{
    MdhValue v = CALL("json_parse", S("{\"a\": [1, {}], \"b\": []}"));
    CHECK_CALL("{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}", "json_pretty", v);
    CHECK_CALL("[]", "json_stringify_pretty", CALL("json_parse", S("[]")));
}

TEST(same_keys_share_their_string)
{
    MdhValue v = CALL("json_parse", S("[{\"caller\": 1}, {\"caller\": 2}]"));
    MdhValue keys[2];
    for (uint64_t i = 0; i < 2; i++) {
        MdhDictIter it;
        MdhValue val;
        mdh_dict_iter(mdh_list_get(the_thread(), v, i), &it);
        REQUIRE(mdh_dict_next(&it, &keys[i], &val));
    }
    CHECK(mdh_same(keys[0], keys[1]));
}

TEST(no_memory_is_an_error)
{
    MdhValue text =
        S("{\"key\": [1, \"a longer text that isnae shared\", {\"b\": 2.5e300}]}");
    the_thread();
    for (uint64_t k = 1; k < 200; k++) {
        mdh_gc_fail_after(k);
        MdhValue v = CALL("json_parse", text);
        mdh_gc_fail_after(0);
        if (!mdh_is_exc(v)) return;
        mdh_take_error(the_thread());
    }
    CHECK(!"it never succeeded");
}
