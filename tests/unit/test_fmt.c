// SPDX-License-Identifier: MIT

#include "tools/fmt/fmt.h"

#include "tests/unit/harness.h"

static Buf out, again;

// The formatted source; "(error)" when it has errors, "(unstable)" when formatting it again
// differs.
static const char *formatted(const char *source)
{
    DiagList diags;
    diag_init(&diags, 0);
    buf_deinit(&out);
    buf_deinit(&again);
    buf_init(&out, 1 << 20);
    buf_init(&again, 1 << 20);
    const char *result = "(error)";
    if (fmt_source(slice_from_cstr(source), "t.braw", &out, &diags)) {
        bool ok = fmt_source(buf_view(&out), "t.braw", &again, &diags);
        result = ok && slice_eq(buf_view(&out), buf_view(&again)) ? out.data : "(unstable)";
    }
    diag_deinit(&diags);
    return result;
}

typedef struct {
    const char *source, *want;
} Case;

static void check_cases(const Case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        test_check_str(formatted(cases[i].source), cases[i].want, cases[i].source, __FILE__,
                       __LINE__);
    buf_deinit(&out);
    buf_deinit(&again);
}

#define CHECK_CASES(cases) check_cases((cases), countof(cases))

TEST(fmt_blanks)
{
    static const Case cases[] = {
        {"ken   x=1", "ken x = 1\n"},
        {"", ""},
        {"\n\n  \n", ""},
        {"x=a+b*-c-!d", "x = a + b * -c - !d\n"},
        {"f ( a,b , ...c,k :1 )", "f(a, b, ...c, k: 1)\n"},
        {"x [ 1 : - 2 ] [ : : -1 ]", "x[1:-2][::-1]\n"},
        {"{}\nx={ 'a' :1,b:[ 2,3 ] , }", "{}\nx = {'a': 1, b: [2, 3],}\n"},
        {"fer i in 0 .. n+1{}", "fer i in 0..n + 1 {}\n"},
        {"y=|a,b|a|>f", "y = |a, b| a |> f\n"},
        {"y=||  1", "y = || 1\n"},
        {"nil; nowt;naething", "nil\nnowt\nnaething\n"},
        {"a . b ( ) . c", "a.b().c\n"},
        {"x=nae(a)", "x = nae (a)\n"},
        {"blether f\"{ x }\"+\"a\\tb\"", "blether f\"{ x }\" + \"a\\tb\"\n"},
    };
    CHECK_CASES(cases);
}

TEST(fmt_statements_get_lines)
{
    static const Case cases[] = {
        {"ken a = 1 ken b = 2; a", "ken a = 1\nken b = 2\na\n"},
        {"gin x{y}ither gin z\n{}\nither{w}",
         "gin x {\n    y\n} ither gin z {} ither {\n    w\n}\n"},
        {"whiles x\n{ brak }", "whiles x {\n    brak\n}\n"},
        {"hae_a_bash{a}\n\ngin_it_gangs_wrang e\n{b}at_the_hinner_en{c}",
         "hae_a_bash {\n    a\n} gin_it_gangs_wrang e {\n    b\n} at_the_hinner_en {\n    "
         "c\n}\n"},
        {"keek x{whan 1->a whan -2 gin b->{c}\nwhan _->\nd}",
         "keek x {\n    whan 1 -> a\n    whan -2 gin b -> { c }\n    whan _ -> d\n}\n"},
        {"dae f(a,b=1){gie a}dae g(){}\nx",
         "dae f(a, b = 1) {\n    gie a\n}\n\ndae g() {}\n\nx\n"},
        {"kin A fae B{dae a(){}dae b(){}}x",
         "kin A fae B {\n    dae a() {}\n\n    dae b() {}\n}\n\nx\n"},
        {"thing P{a,b}thing Q{a\nb}", "thing P { a, b }\nthing Q {\n    a\n    b\n}\n"},
        {"\n\na\n\n\n\nb\n\ngin x {\n\n c\n\n}", "a\n\nb\n\ngin x {\n    c\n}\n"},
        {"{ a; { b } }", "{\n    a\n    {\n        b\n    }\n}\n"},
    };
    CHECK_CASES(cases);
}

TEST(fmt_line_breaks_in_expressions_stay)
{
    static const Case cases[] = {
        {"x=[\n1,\n  2\n]", "x = [\n    1,\n    2\n]\n"},
        {"f(|x|{\ngie x\n},|y|{ gie y })", "f(|x| {\n    gie x\n}, |y| { gie y })\n"},
        {"ken q=|x|{a;b}", "ken q = |x| {\n    a\n    b\n}\n"},
        {"xs\n|>f\n.g(1,\n2)\nb", "xs\n    |> f\n    .g(1,\n        2)\nb\n"},
        {"a=b+\nc", "a = b +\n    c\n"},
        {"d={\n\"a\":{\n\"b\":[\n1]}}",
         "d = {\n    \"a\": {\n        \"b\": [\n            1]}}\n"},
        {"gin a an\nb {\nc }", "gin a an\n    b {\n    c\n}\n"},
        {"x = \"two\n  lines\"", "x = \"two\n  lines\"\n"},
    };
    CHECK_CASES(cases);
}

TEST(fmt_comments_stay)
{
    static const Case cases[] = {
        {"#! x\n#a\nx  # b\n\n\n//c", "#! x\n#a\nx  # b\n\n//c\n"},
        {"dae f(){#a\n}#b\n#c\nx", "dae f() {  #a\n}  #b\n\n#c\nx\n"},
        {"gin x # a\n{ y } # b\n# c\nither { z\n # d\n}",
         "gin x {  # a\n    y\n} ither {  # b\n    # c\n    z\n    # d\n}\n"},
        {"x = [ # a\n1, # b\n# c\n2 ]", "x = [  # a\n    1,  # b\n    # c\n    2]\n"},
        {"a + # b\nc", "a +  # b\n    c\n"},
        {"keek x { whan 1 -> # a\n{ b } whan 2 -> # c\nd }",
         "keek x {\n    whan 1 -> {  # a\n        b\n    }\n    whan 2 ->  # c\n        "
         "d\n}\n"},
        {"xs\n# a\n|> f", "xs\n    # a\n    |> f\n"},
        {"kin A {\n## d\ndae f() {}\n# e\n}",
         "kin A {\n    ## d\n    dae f() {}\n\n    # e\n}\n"},
    };
    CHECK_CASES(cases);
}

TEST(fmt_refuses_errors)
{
    CHECK_STR(formatted("ken = 1"), "(error)");
    CHECK_EQ(out.len, 0);
    CHECK_STR(formatted("x = \xff"), "(error)");
    buf_deinit(&out);
    buf_deinit(&again);
}

TEST(fmt_survives_failing_allocations)
{
    bool has_failed = true;
    for (long n = 0; has_failed; n++) {
        Buf made;
        DiagList diags;
        diag_init(&diags, 0);
        buf_init(&made, 1 << 20);
        test_fail_alloc_after(n);
        Slice source = SLICE_LIT("gin x # a\n{ f(|x| {\n y }) }\nkeek a { whan 1 -> [2] }");
        bool ok = fmt_source(source, "t.braw", &made, &diags);
        has_failed = test_alloc_failed();
        test_fail_alloc_after(-1);
        CHECK(ok || has_failed);
        diag_deinit(&diags);
        buf_deinit(&made);
    }
}
