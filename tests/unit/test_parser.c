// SPDX-License-Identifier: MIT

#include "lang/syntax/syntax.h"

#include "lang/syntax/ast_dump.h"
#include "tests/unit/harness.h"

static Buf out;

// The dumps of all statements, one a line, or the first error as "line:column code
// message".
static const char *parsed(const char *source)
{
    Arena *arena = arena_new();
    DiagList diags;
    diag_init(&diags, 0);
    buf_deinit(&out);
    buf_init(&out, 1 << 24);
    SyntaxTree *tree = syntax_parse(arena, slice_from_cstr(source), "t.braw", &diags);
    for (uint32_t i = 0; tree && !diags.len && i < tree->program->list.len; i++) {
        if (i) buf_putc(&out, '\n');
        ast_dump_node(tree->program->list.items[i], &out);
    }
    if (diags.len) {
        const Diag *d = &diags.items[0];
        buf_printf(&out, "%u:%u %s %s", d->line, d->column, d->code, d->message);
    }
    diag_deinit(&diags);
    arena_free(arena);
    return out.data;
}

// All errors as "line:column ", in order; hints after a `!` when asked for.
static const char *places(const char *source, bool with_hints)
{
    Arena *arena = arena_new();
    DiagList diags;
    diag_init(&diags, 0);
    buf_deinit(&out);
    buf_init(&out, 1 << 20);
    syntax_parse(arena, slice_from_cstr(source), "t.braw", &diags);
    for (uint32_t i = 0; i < diags.len; i++) {
        const Diag *d = &diags.items[i];
        buf_printf(&out, "%u:%u ", d->line, d->column);
        if (with_hints) buf_printf(&out, "!%s ", d->hint ? d->hint : "");
    }
    diag_deinit(&diags);
    arena_free(arena);
    return out.data;
}

typedef struct {
    const char *source, *want;
} Case;

static void check_cases(const Case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        test_check_str(parsed(cases[i].source), cases[i].want, cases[i].source, __FILE__,
                       __LINE__);
    buf_deinit(&out);
}

#define CHECK_CASES(cases) check_cases((cases), countof(cases))

TEST(parser_precedence)
{
    static const Case cases[] = {
        {"a or b an c == d < e + f * -g",
         "(expr_stmt (or (ident a) (an (ident b) (binary == (ident c) (binary < (ident d) "
         "(binary + (ident e) (binary * (ident f) (negate (ident g)))))))))"},
        {"1 - 2 - 3", "(expr_stmt (binary - (binary - (int 1) (int 2)) (int 3)))"},
        {"a < b < c", "(expr_stmt (binary < (binary < (ident a) (ident b)) (ident c)))"},
        {"a = b = c", "(expr_stmt (assign (ident a) (assign (ident b) (ident c))))"},
        {"a.b[0] += 1",
         "(expr_stmt (compound + (index (property (ident a) b) (int 0)) (int 1)))"},
        {"a %= 2", "(expr_stmt (compound % (ident a) (int 2)))"},
        {"a |> f |> g(1)",
         "(expr_stmt (pipe (pipe (ident a) (ident f)) (call (ident g) (int 1))))"},
        {"5 |> |x| x * 2 |> |x| x + 1",
         "(expr_stmt (pipe (int 5) (lambda [x] (pipe (binary * (ident x) (int 2)) (lambda "
         "[x] (binary + (ident x) (int 1)))))))"},
        {"x = gin a than b ither gin c than d ither e",
         "(expr_stmt (assign (ident x) (ternary (ident a) (ident b) (ternary (ident c) "
         "(ident d) (ident e)))))"},
        {"-a.b(1)", "(expr_stmt (negate (call (property (ident a) b) (int 1))))"},
        {"speir \"a\" + b", "(expr_stmt (speir (binary + (string \"a\") (ident b))))"},
        {"1 + gin a than b ither c",
         "1:5 E0202 Yer code's a richt guddle! Parser gave up at "
         "line 1: Unexpected token: gin"},
    };
    CHECK_CASES(cases);
}

TEST(parser_nae_is_operator_or_literal)
{
    static const Case cases[] = {
        {"nae", "(expr_stmt (bool nae))"},
        {"nae a == b", "(expr_stmt (binary == (not (ident a)) (ident b)))"},
        {"nae nae aye", "(expr_stmt (not (not (bool aye))))"},
        {"f(nae)", "(expr_stmt (call (ident f) (bool nae)))"},
        {"nae == x", "(expr_stmt (binary == (bool nae) (ident x)))"},
        {"nae -1", "(expr_stmt (not (negate (int 1))))"},
        {"!nae", "(expr_stmt (not (bool nae)))"},
        {"nae \n x", "(expr_stmt (bool nae))\n(expr_stmt (ident x))"},
        {"nae f\"x\"", "1:5 E0201 Haud yer wheesht! Unexpected 'f\"x\"' at line 1 - ah wis "
                       "expectin' newline or ';'"},
    };
    CHECK_CASES(cases);
}

TEST(parser_ranges)
{
    static const Case cases[] = {
        {"1..n+1", "(expr_stmt (range (int 1) (binary + (ident n) (int 1))))"},
        {"0..=len(x) == y", "(expr_stmt (binary == (range inclusive (int 0) (call (ident "
                            "len) (ident x))) (ident "
                            "y)))"},
        {"-1..3", "(expr_stmt (negate (range (int 1) (int 3))))"},
        {"(-1)..3", "(expr_stmt (range (group (negate (int 1))) (int 3)))"},
        {"len(x)..n", "(expr_stmt (range (call (ident len) (ident x)) (ident n)))"},
        {"a.b..c[0]",
         "(expr_stmt (range (property (ident a) b) (index (ident c) (int 0))))"},
        {"2 * 1..3 * 2",
         "(expr_stmt (binary * (int 2) (range (int 1) (binary * (int 3) (int 2)))))"},
    };
    CHECK_CASES(cases);
}

TEST(parser_braces_in_expressions)
{
    static const Case cases[] = {
        {"x = {}", "(expr_stmt (assign (ident x) (dict)))"},
        {"x = { a: 1, \"b\": 2, }",
         "(expr_stmt (assign (ident x) (dict (ident a) (int 1) (string \"b\") (int 2))))"},
        {"x = {\n\n f(y)\n.z[1:2] : 1 }", "(expr_stmt (assign (ident x) (dict (slice "
                                          "(property (call (ident f) (ident y)) z) "
                                          "(int 1) (int 2) -) (int 1))))"},
        {"x = { y }",
         "(expr_stmt (assign (ident x) (block_expr\n  (expr_stmt (ident y)))))"},
        {"x = { gie {1: 2} }",
         "(expr_stmt (assign (ident x) (block_expr\n  (gie (dict (int 1) (int 2))))))"},
        {"x = { f(a: 1) }", "(expr_stmt (assign (ident x) (block_expr\n  (expr_stmt (call "
                            "(ident f) (kwarg a (int 1)))))))"},
        {"{ x }", "(block\n  (expr_stmt (ident x)))"},
        {"{ a: 1 }",
         "1:4 E0201 Haud yer wheesht! Unexpected ':' at line 1 - ah wis expectin' "
         "newline or ';'"},
        {"|x| { \"k\": x }", "(expr_stmt (lambda [x] (dict (string \"k\") (ident x))))"},
        {"|x| { }", "(expr_stmt (lambda [x] (block)))"},
        {"|x| { gie x }(3)",
         "(expr_stmt (call (lambda [x] (block\n  (gie (ident x)))) (int 3)))"},
    };
    CHECK_CASES(cases);
}

TEST(parser_lambdas)
{
    static const Case cases[] = {
        {"|| 1", "(expr_stmt (lambda [] (int 1)))"},
        {"|_, x| x = y", "(expr_stmt (lambda [_ x] (assign (ident x) (ident y))))"},
        {"f(|a| a, |b| b)", "(expr_stmt (call (ident f) (lambda [a] (ident a)) (lambda [b] "
                            "(ident b))))"},
        {"|x| |y| x", "(expr_stmt (lambda [x] (lambda [y] (ident x))))"},
        {"|x = 1| x", "1:4 E0201 Haud yer wheesht! Unexpected '=' at line 1 - ah wis "
                      "expectin' |"},
        {"|thing| 1", "1:2 E0201 Haud yer wheesht! Unexpected 'thing' at line 1 - ah wis "
                      "expectin' parameter name"},
    };
    CHECK_CASES(cases);
}

TEST(parser_newlines)
{
    static const Case cases[] = {
        {"a\n-b", "(expr_stmt (ident a))\n(expr_stmt (negate (ident b)))"},
        {"a\n(b)", "(expr_stmt (ident a))\n(expr_stmt (group (ident b)))"},
        {"a\n[b]", "(expr_stmt (ident a))\n(expr_stmt (list (ident b)))"},
        {"a +\n\n # c\n b", "(expr_stmt (binary + (ident a) (ident b)))"},
        {"ken x =\n 1", "(ken x (int 1))"},
        {"f(\n a,\n b\n)", "(expr_stmt (call (ident f) (ident a) (ident b)))"},
        {"(\na\n+ b\n)", "(expr_stmt (group (binary + (ident a) (ident b))))"},
        {"f(|x| {\n x\n y\n})",
         "(expr_stmt (call (ident f) (lambda [x] (block\n  (expr_stmt "
         "(ident x))\n  (expr_stmt (ident y))))))"},
        {"xs\n # c\n |> f\n |>\n g\n .h()\n .i",
         "(expr_stmt (pipe (pipe (ident xs) (ident f)) (property (call (property (ident g) "
         "h)) "
         "i)))"},
        {"x = 1 ken y = 2 gin z {}", "(expr_stmt (assign (ident x) (int 1)))\n(ken y (int "
                                     "2))\n(gin (ident z) (block))"},
        {"x; ; y",
         "1:4 E0202 Yer code's a richt guddle! Parser gave up at line 1: Unexpected "
         "token: ;"},
        {"x;\n\n y;", "(expr_stmt (ident x))\n(expr_stmt (ident y))"},
        {"ken x =\n", "1:8 E0202 Yer code's a richt guddle! Parser gave up at line 1: "
                      "Unexpected token: newline"},
        {"gin a {}\n\nither gin b {}\nither\n{}",
         "(gin (ident a) (block) (ident b) (block) (block))"},
    };
    CHECK_CASES(cases);
}

TEST(parser_statements)
{
    static const Case cases[] = {
        {"ken [a, _, ...r, z,] = x",
         "(ken_list (pat_bind a) (pat_wild) (pat_rest r) (pat_bind z) (ident x))"},
        {"ken _ = 1 ken x", "(ken _ (int 1))\n(ken x -)"},
        {"dae f(a, b = 1, ...r) { }", "(dae f [a b=(int 1) ...r] (block))"},
        {"kin A fae B { dae init() {} }", "(kin A B\n  (dae init [] (block)))"},
        {"thing P { a, b\n c }", "(thing P a b c)"},
        {"fetch 'a\\n' tae b", "(fetch \"a\\\\n\" b)"},
        {"fer _ in x {} fer k, v in d {}",
         "(fer _ - (ident x) (block))\n(fer k v (ident d) (block))"},
        {"{ gie } { gie; } { gie x }", "(block\n  (gie))\n(block\n  (gie))\n(block\n  (gie "
                                       "(ident x)))"},
        {"hae_a_bash {} gin_it_gangs_wrang e {} at_the_hinner_en {}",
         "(try (block) e (block) (block))"},
        {"hae_a_bash {}\nat_the_hinner_en\n{}", "(try (block) - - (block))"},
        {"hae_a_bash {}\ngin_it_gangs_wrang _ {}\nat_the_hinner_en = 3",
         "(try (block) _ (block) -)\n(expr_stmt (assign (ident at_the_hinner_en) (int "
         "3)))"},
        {"mak_siccar a, b mak_siccar c d", "(mak_siccar (ident a) (ident b))\n(mak_siccar "
                                           "(ident c) -)\n(expr_stmt (ident d))"},
        {"log_whisper a, b, c", "(log whisper (ident a) (ident b) (ident c))"},
        {"hurl x", "(hurl (ident x))"},
    };
    CHECK_CASES(cases);
}

TEST(parser_calls)
{
    static const Case cases[] = {
        {"auld.f(1, ...xs, k: 2)",
         "(expr_stmt (call (property (ident auld) f) (int 1) (spread "
         "(ident xs)) (kwarg k (int 2))))"},
        {"f(x = 2)", "(expr_stmt (call (ident f) (assign (ident x) (int 2))))"},
        {"f(k: 1, 2)",
         "1:9 E0208 Yer code's a richt guddle! Parser gave up at line 1: Plain "
         "arguments cannae come efter named anes"},
        {"f(1,)",
         "1:5 E0202 Yer code's a richt guddle! Parser gave up at line 1: Unexpected "
         "token: )"},
        {"x[::-1] x",
         "1:9 E0201 Haud yer wheesht! Unexpected 'x' at line 1 - ah wis expectin' "
         "newline or ';'"},
        {"x[:]", "(expr_stmt (slice (ident x) - - -))"},
        {"x[1::2]", "(expr_stmt (slice (ident x) (int 1) - (int 2)))"},
    };
    CHECK_CASES(cases);
}

TEST(parser_keek)
{
    static const Case cases[] = {
        {"keek x { whan 1 -> a whan 1..n+1, -2.5 -> b whan _ -> { c } }",
         "(keek (ident x) (whan (pat_value (int 1)) (ident a)) (whan (pat_range 1 (binary "
         "+ "
         "(ident n) (int 1))) (pat_value (float -2.5)) (ident b)) (whan (pat_wild) "
         "(block\n  "
         "(expr_stmt (ident c)))))"},
        {"keek x { whan y gin y > 3 -> brak whan \"a\\n\" -> gie }",
         "(keek (ident x) (whan (pat_bind y) (guard (binary > (ident y) (int 3))) (brak)) "
         "(whan (pat_value (string \"a\\n\")) (gie)))"},
        {"keek x { whan [a, [_], ...r] -> a whan {\"k\": 1, m} -> m }",
         "(keek (ident x) (whan (pat_list (pat_bind a) (pat_list (pat_wild)) (pat_rest r)) "
         "(ident a)) (whan (pat_dict \"k\" (pat_value (int 1)) \"m\" (pat_bind m)) (ident "
         "m)))"},
        {"y = keek x { whan 1 -> {\"a\": 2} whan 2 -> { gie 3 } whan _ -> 4 }",
         "(expr_stmt (assign (ident y) (keek expr (ident x) (whan (pat_value (int 1)) "
         "(dict "
         "(string \"a\") (int 2))) (whan (pat_value (int 2)) (block_expr\n  (gie (int "
         "3)))) "
         "(whan (pat_wild) (int 4)))))"},
        {"keek x { whan + -> 1 }",
         "1:15 E0204 Yer code's a richt guddle! Parser gave up at "
         "line 1: Expected pattern, got +"},
        {"keek x { whan -y -> 1 }",
         "1:16 E0204 Yer code's a richt guddle! Parser gave up at "
         "line 1: Expected number after '-' in pattern, got y"},
        {"keek x { whan [...a, ...b] -> 1 }",
         "1:22 E0206 Yer code's a richt guddle! Parser gave up at line 1: Ye can only hae "
         "ane "
         "rest pattern (...) in a destructure"},
        {"keek x { 1 -> 2 }",
         "1:10 E0201 Haud yer wheesht! Unexpected '1' at line 1 - ah wis "
         "expectin' whan"},
    };
    CHECK_CASES(cases);
}

TEST(parser_strings)
{
    static const Case cases[] = {
        {"'\\n\\t\\r\\\\\\\"\\'\\q'", "(expr_stmt (string \"\\n\\t\\r\\\\\\\"'\\\\q\"))"},
        {"'\\x41\\X42\\x4g\\x'", "(expr_stmt (string \"AB\\\\x4g\\\\x\"))"},
        {"'\\u0041\\u{1F3F4}\\u{}\\u12\\u{110000}\\ud800'",
         "(expr_stmt (string \"A🏴\\\\u{}\\\\u12\\\\u{110000}\\\\ud800\"))"},
        {"f\"a{{b}}c}\"", "(expr_stmt (fstring \"a{b}c}\"))"},
        {"f\"{x}{y + 1}z\"",
         "(expr_stmt (fstring (ident x) (binary + (ident y) (int 1)) \"z\"))"},
        {"f\"{d['k']} {f(\\\"}{\\\")}\"",
         "1:16 E0102 Och! Ah dinnae ken whit '\"' is at line 1, column 16"},
        {"f\"{x\"", "1:1 E0210 Yer code's a richt guddle! Parser gave up at line 1: This "
                    "f-string has a { that is never closed"},
        {"f\"{f(\\\"a\\\", \\\"\\\\n\\\")}\"",
         "(expr_stmt (fstring (call (ident f) (string \"a\") (string \"\\n\"))))"},
        {"f'{\"q\"}\\u{41}\\\\{x}'",
         "(expr_stmt (fstring (string \"q\") \"A\\\\\" (ident x)))"},
        {"f\"{x:.2f} {n:08x} {s:<20} {é:é^3}\"",
         "1:28 E0101 Och! Ah dinnae ken whit 'é' is at line 1, column 28"},
        {"f\"{x:.2f} {n:08x} {s:<20} {e:é^3}\"",
         "(expr_stmt (fstring (ident x) (format precision=2 type=f) \" \" (ident n) "
         "(format "
         "zero width=8 type=x) \" \" (ident s) (format align=< width=20) \" \" (ident e) "
         "(format fill=é align=^ width=3)))"},
        {"f\"{x[1:2]:>3} {f(a: 1):d}\"",
         "(expr_stmt (fstring (slice (ident x) (int 1) (int 2) -) (format align=> width=3) "
         "\" "
         "\" (call (ident f) (kwarg a (int 1))) (format type=d)))"},
        {"f\"{x:zz}\"",
         "1:5 E0209 Yer code's a richt guddle! Parser gave up at line 1: Cannae "
         "read the format 'zz'"},
        {"f\"{x:9999999}\"",
         "1:5 E0209 Yer code's a richt guddle! Parser gave up at line 1: "
         "Cannae read the format '9999999'"},
        {"f\"{x y}\"", "1:6 E0201 Haud yer wheesht! Unexpected 'y' at line 1 - ah wis "
                       "expectin' }"},
        {"f\"{}\"",
         "1:4 E0202 Yer code's a richt guddle! Parser gave up at line 1: Unexpected "
         "token: }"},
        {"f\"{\\\"\\\" @}\"",
         "1:9 E0101 Och! Ah dinnae ken whit '@' is at line 1, column 9"},
    };
    CHECK_CASES(cases);
}

TEST(parser_bytes_literal)
{
    Arena *arena = arena_new();
    DiagList diags;
    diag_init(&diags, 0);
    SyntaxTree *tree =
        syntax_parse(arena, SLICE_LIT("b\"\\x80\\x00t\\n\""), "t.braw", &diags);
    REQUIRE(tree && !diags.len);
    const AstNode *node = tree->program->list.items[0]->operand;
    CHECK_EQ(node->kind, AST_BYTES);
    CHECK_MEM(node->string.value.ptr, node->string.value.len, "\x80\0t\n");
    diag_deinit(&diags);
    arena_free(arena);
}

TEST(parser_errors)
{
    static const Case cases[] = {
        {"blether )", "1:9 E0202 Yer code's a richt guddle! Parser gave up at line 1: "
                      "Unexpected token: )"},
        {"ken 5 = 2",
         "1:5 E0201 Haud yer wheesht! Unexpected '5' at line 1 - ah wis expectin' "
         "variable name"},
        {"ken nil", "1:5 E0201 Haud yer wheesht! Unexpected 'naething' at line 1 - ah wis "
                    "expectin' variable name"},
        {"1 = 2", "1:3 E0203 Yer code's a richt guddle! Parser gave up at line 1: Invalid "
                  "assignment target"},
        {"x[1:2] = 3",
         "1:8 E0203 Yer code's a richt guddle! Parser gave up at line 1: Invalid "
         "assignment target"},
        {"f() += 1",
         "1:5 E0203 Yer code's a richt guddle! Parser gave up at line 1: Invalid "
         "compound assignment target"},
        {"ken [...a, ...b] = x", "1:12 E0206 Yer code's a richt guddle! Parser gave up at "
                                 "line 1: Ye can only hae ane rest pattern (...) in a "
                                 "destructure"},
        {"dae f(a = 1, b) {}",
         "1:14 E0207 Yer code's a richt guddle! Parser gave up at line "
         "1: Och! Params wi'oot defaults cannae come efter params wi' "
         "defaults"},
        {"dae f(...a, b) {}",
         "1:13 E0207 Yer code's a richt guddle! Parser gave up at line 1: "
         "Och! The rest parameter (...) maun come last"},
        {"kin A { x }", "1:9 E0205 Yer code's a richt guddle! Parser gave up at line 1: "
                        "Expected method definition in class"},
        {"x.in", "1:3 E0201 Haud yer wheesht! Unexpected 'in' at line 1 - ah wis expectin' "
                 "property name"},
        {"hae_a_bash {}\nx",
         "2:1 E0201 Haud yer wheesht! Unexpected 'x' at line 2 - ah wis "
         "expectin' gin_it_gangs_wrang"},
        {"dae f() {\n",
         "2:1 E0201 Haud yer wheesht! Unexpected 'end of file' at line 2 - ah "
         "wis expectin' }"},
        {"is", "1:1 E0202 Yer code's a richt guddle! Parser gave up at line 1: Unexpected "
               "token: is"},
        {"mak_siccar(a, b)",
         "1:13 E0201 Haud yer wheesht! Unexpected ',' at line 1 - ah wis "
         "expectin' )"},
    };
    CHECK_CASES(cases);
}

TEST(parser_recovers_at_statements)
{
    CHECK_STR(
        places("ken = 1\ngin x {\n y z\n ken = 2\n}\nkin A {\n 1\n dae f() { = }\n}\nx)",
               false),
        "1:5 3:4 4:6 7:2 8:12 10:2 ");
    CHECK_STR(places("keek x {\n whan + -> 1\n whan 1 -> )\n whan 2 -> 3\n}\n)", false),
              "2:7 3:12 6:1 ");
    CHECK_STR(places("f(1 2\nken = 3", false), "1:5 2:5 ");
    CHECK_STR(places("f({\n x y\n}, |z| {\n ) \n})\nken 4", false), "2:4 4:2 6:5 ");
    buf_deinit(&out);
}

TEST(parser_hints)
{
    CHECK_STR(places("if x > 3 {\n}", true), "1:4 !did ye mean 'gin' insteid o 'if'? ");
    CHECK_STR(places("x and y", true), "1:3 !did ye mean 'an' insteid o 'and'? ");
    CHECK_STR(places("blehter \"x\"", true),
              "1:9 !did ye mean 'blether' insteid o 'blehter'? ");
    CHECK_STR(places("f(1))", true), "1:5 !Check yer brackets: this ')' closes naething ");
    CHECK_STR(places("x = (1", true),
              "1:7 !Check yer brackets: the '(' at line 1 is never closed ");
    CHECK_STR(places("ken dae = 1", true), "1:5 !'dae' is a keyword, it cannae be a name ");
    buf_deinit(&out);
}

TEST(parser_docs)
{
    Arena *arena = arena_new();
    DiagList diags;
    diag_init(&diags, 0);
    Slice source =
        SLICE_LIT("##! Head.\n##! More.\n\n## One.\n##  Two.\ndae f() {}\n\n## far\n\n"
                  "ken x = 1\nkin A {\n    ## In.\n    dae m() {}\n}\n");
    SyntaxTree *tree = syntax_parse(arena, source, "t.braw", &diags);
    REQUIRE(tree && !diags.len && tree->program->list.len == 3);
    AstNode **items = tree->program->list.items;
    CHECK_MEM(tree->module_doc.ptr, tree->module_doc.len, "Head.\nMore.");
    const Slice *doc = items[0]->function->doc;
    REQUIRE(doc != NULL);
    CHECK_MEM(doc->ptr, doc->len, "One.\n Two.");
    CHECK(items[1]->ken.doc == NULL);
    doc = items[2]->kin.methods.items[0]->function->doc;
    REQUIRE(doc != NULL);
    CHECK_MEM(doc->ptr, doc->len, "In.");
    diag_deinit(&diags);
    arena_free(arena);
}

TEST(parser_spans_and_lines)
{
    Arena *arena = arena_new();
    DiagList diags;
    diag_init(&diags, 0);
    Slice source = SLICE_LIT("x =\n  a\n    .b +\n  f(\"é\", f\"{\\\"\\\" + yy}\")");
    SyntaxTree *tree = syntax_parse(arena, source, "t.braw", &diags);
    REQUIRE(tree && !diags.len);
    const AstNode *assign = tree->program->list.items[0]->operand;
    const AstNode *add = assign->assign.value;
    CHECK_EQ(assign->op_line, 1);
    CHECK_EQ(add->op_line, 3);
    CHECK_EQ(add->span.line, 2);
    CHECK_EQ(add->span.offset, 6);
    CHECK_EQ(add->span.end_offset, source.len);
    CHECK_EQ(add->binary.left->op_line, 3);
    const AstNode *fstring = add->binary.right->call.args.items[1];
    CHECK_EQ(fstring->span.column, 10);
    const AstNode *sum = fstring->fstring.parts[0].expr;
    const AstNode *yy = sum->binary.right;
    CHECK_MEM(source.ptr + yy->span.offset, yy->span.end_offset - yy->span.offset, "yy");
    CHECK_EQ(yy->span.line, 4);
    CHECK_EQ(yy->span.column, 20);
    diag_deinit(&diags);
    arena_free(arena);
}

// `open` n times, a 1, `close` n times.
static const char *nested(const char *open, const char *close, int n)
{
    Buf source;
    buf_init(&source, 1 << 24);
    for (int i = 0; i < n; i++) buf_puts(&source, open);
    buf_puts(&source, "1");
    for (int i = 0; i < n; i++) buf_puts(&source, close);
    const char *result = parsed(source.data);
    buf_deinit(&source);
    return result;
}

static bool is_too_deep(const char *result)
{
    return strstr(result, " E0212 ") != NULL;
}

TEST(parser_depth_has_a_limit)
{
    CHECK(!is_too_deep(nested("(", ")", 1000)));
    CHECK(is_too_deep(nested("(", ")", 1100)));
    CHECK(is_too_deep(nested("x = {", "}", 100000)));
    CHECK(is_too_deep(nested("f(|x| [", "])", 100000)));
    CHECK(is_too_deep(nested("-", "", 100000)));
    CHECK(is_too_deep(nested("gin a than b ither ", "", 100000)) ==
          false); // an if statement
    CHECK(is_too_deep(nested("y = gin a than b ither ", "", 100000)));
    CHECK(!is_too_deep(nested("1 + ", "", 2900)));
    CHECK(is_too_deep(nested("1 + ", "", 100000)));
    CHECK(is_too_deep(nested("keek x { whan [", "", 100000)) == false);
    buf_deinit(&out);
}

static const char everything[] =
    "##! m\n## d\ndae f(a, b = 1, ...r) { gie a }\nken [x, ...y] = [1, 2.5, ...z]\n"
    "kin A fae B { dae m() { gie masel.x[1:2] } }\nthing P { a, b }\nfetch \"q\" tae q\n"
    "blether f\"{x:>3}{f(\\\"k\\\")}\\u{41}\" + b\"\\x00\" + \"\\n\"\n"
    "keek x { whan 1..2, [a, ...b] gin c -> d whan {\"k\": v, w} -> { } }\n"
    "fer i in 0..3 { x.y += |a| { \"k\": a } }\nlog_roar a, {1: 2}\nmak_siccar nae x, "
    "1_0.5\n"
    "hae_a_bash { hurl x } gin_it_gangs_wrang e { } at_the_hinner_en { }\n"
    "gin a { } ither { }\nx = gin a than b ither c |> f(k: 1)\n)\n";

// 0: no tree and no error, 1: a clean failure, 2: parsed.
static int parse_with(Arena *arena)
{
    DiagList diags;
    diag_init(&diags, 0);
    SyntaxTree *tree = syntax_parse(arena, slice_from_cstr(everything), "t.braw", &diags);
    int result = tree ? 2 : diags.n_errors > 0;
    diag_deinit(&diags);
    return result;
}

TEST(parser_survives_a_full_arena)
{
    int result = 1;
    for (size_t limit = 16; result == 1; limit += 48) {
        Arena *arena = arena_new_limited(limit);
        REQUIRE(arena != NULL);
        result = parse_with(arena);
        arena_free(arena);
        CHECK(result != 0);
    }
    CHECK_EQ(result, 2);
}

TEST(parser_survives_failing_allocations)
{
    bool has_failed = true;
    for (long n = 0; has_failed; n++) {
        test_fail_alloc_after(n);
        Arena *arena = arena_new();
        int result = arena ? parse_with(arena) : 1;
        has_failed = test_alloc_failed();
        test_fail_alloc_after(-1);
        CHECK(result != 0);
        arena_free(arena);
    }
}
