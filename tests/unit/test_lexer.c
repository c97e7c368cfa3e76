// SPDX-License-Identifier: MIT

#include "lang/syntax/lexer.h"

#include "base/buf.h"
#include "lang/syntax/syntax.h"
#include "lang/syntax/token_dump.h"
#include "tests/unit/harness.h"

static Buf out;

// The kinds of all tokens, in a row.
static const char *kinds(const char *source)
{
    Arena *arena = arena_new();
    DiagList diags;
    diag_init(&diags, 0);
    buf_deinit(&out);
    buf_init(&out, 1 << 20);
    SyntaxTree *tree = syntax_parse(arena, slice_from_cstr(source), "t.braw", &diags);
    for (uint32_t i = 0; tree && i < tree->n_tokens; i++)
        buf_printf(&out, "%s%s", i ? " " : "",
                   token_kind_name((TokenKind)tree->tokens[i].kind));
    diag_deinit(&diags);
    arena_free(arena);
    return out.data;
}

// The message of the first error, "" when there is none.
static const char *first_error(Slice source)
{
    Arena *arena = arena_new();
    DiagList diags;
    diag_init(&diags, 0);
    buf_deinit(&out);
    buf_init(&out, 1 << 20);
    syntax_parse(arena, source, "t.braw", &diags);
    if (diags.len) buf_printf(&out, "%s %s", diags.items[0].code, diags.items[0].message);
    diag_deinit(&diags);
    arena_free(arena);
    return out.data;
}

#define ERROR_OF(lit) first_error(SLICE_LIT(lit))

TEST(lexer_operators_take_the_longest_match)
{
    CHECK_STR(kinds("+ - * / % = == != < <= > >= !"),
              "PLUS MINUS STAR SLASH PERCENT EQ EQ_EQ BANG_EQ LT LE GT GE BANG EOF");
    CHECK_STR(kinds("+= -= *= /= %="), "PLUS_EQ MINUS_EQ STAR_EQ SLASH_EQ PERCENT_EQ EOF");
    CHECK_STR(kinds("... ..= .. . |> | || -> _ : ;"),
              "ELLIPSIS DOT_DOT_EQ DOT_DOT DOT PIPE BAR BAR BAR ARROW UNDERSCORE COLON "
              "SEMICOLON EOF");
}

TEST(lexer_spellings_of_one_keyword_are_one_token)
{
    CHECK_STR(kinds("haud haud_yer_wheesht gang_on"), "HAUD HAUD HAUD EOF");
    CHECK_STR(kinds("naething nil nowt"), "NAETHING NAETHING NAETHING EOF");
    CHECK_STR(kinds("auld super init awa Ken kens _x __x__ at_the_hinner_en"),
              "IDENT IDENT IDENT IDENT IDENT IDENT IDENT IDENT IDENT EOF");
}

TEST(lexer_numbers)
{
    CHECK_STR(kinds("1..5"), "INT DOT_DOT INT EOF");
    CHECK_STR(kinds("1.5..3"), "FLOAT DOT_DOT INT EOF");
    CHECK_STR(kinds("1e5 1.5e-3 1E+2 1e x 2.e"),
              "FLOAT FLOAT FLOAT INT IDENT IDENT INT DOT IDENT EOF");
    CHECK_STR(kinds("0xff_ff 0b1_0 0o17 1_000.000_1"), "INT INT INT FLOAT EOF");
    CHECK_STR(kinds("1_ 1__0"), "INT UNDERSCORE INT IDENT EOF");
    CHECK_STR(ERROR_OF("0b12"),
              "E0103 Och! Ah dinnae ken whit '0b12' is at line 1, column 1");
    CHECK_STR(ERROR_OF("x = 0xg"),
              "E0103 Och! Ah dinnae ken whit '0xg' is at line 1, column 5");
    CHECK_STR(ERROR_OF("9223372036854775807"), "");
    CHECK_STR(ERROR_OF("9223372036854775808"),
              "E0103 Och! Ah dinnae ken whit '9223372036854775808' is at line 1, column 1");
}

TEST(lexer_int_values)
{
    int64_t v = 0;
    CHECK(lex_int_value(SLICE_LIT("0xFFff"), &v) && v == 65535);
    CHECK(lex_int_value(SLICE_LIT("0b101"), &v) && v == 5);
    CHECK(lex_int_value(SLICE_LIT("0o17"), &v) && v == 15);
    CHECK(lex_int_value(SLICE_LIT("1_000"), &v) && v == 1000);
    CHECK(lex_int_value(SLICE_LIT("007"), &v) && v == 7);
    CHECK(lex_int_value(SLICE_LIT("0x7fffffffffffffff"), &v) && v == INT64_MAX);
    CHECK(!lex_int_value(SLICE_LIT("0x8000000000000000"), &v));
    CHECK(!lex_int_value(SLICE_LIT("99999999999999999999999"), &v));
}

TEST(lexer_strings)
{
    CHECK_STR(kinds("\"a\\\"b\" 'it\\'s' f\"{x}\" f'x' b\"x\" b'x' xf\"y\""),
              "STRING STRING FSTRING FSTRING BYTES BYTES IDENT STRING EOF");
    CHECK_STR(kinds("\"two\nlines\""), "STRING EOF");
    CHECK_STR(kinds("\"# no comment\" # one\n// two\nx"),
              "STRING NEWLINE NEWLINE IDENT EOF");
    CHECK_STR(ERROR_OF("blether \"abc"),
              "E0102 Och! Ah dinnae ken whit '\"abc' is at line 1, column 9");
    CHECK_STR(ERROR_OF("'a\\\nb'"),
              "E0102 Och! Ah dinnae ken whit ''a\\' is at line 1, column 1");
}

TEST(lexer_names_the_first_bad_character)
{
    CHECK_STR(ERROR_OF("ken x = \"é\" @@"),
              "E0101 Och! Ah dinnae ken whit '@' is at line 1, column 13");
    CHECK_STR(ERROR_OF("\n  é"),
              "E0101 Och! Ah dinnae ken whit 'é' is at line 2, column 3");
    CHECK_STR(ERROR_OF("x\0y"),
              "E0101 Och! Ah dinnae ken whit '\\0' is at line 1, column 2");
    CHECK_STR(ERROR_OF("a & b"),
              "E0101 Och! Ah dinnae ken whit '&' is at line 1, column 3");
}

TEST(lexer_errors_come_before_syntax_errors)
{
    CHECK_STR(ERROR_OF("ken = 3\nx = $"),
              "E0101 Och! Ah dinnae ken whit '$' is at line 2, column 5");
}

TEST(lexer_wants_utf8)
{
    CHECK_STR(ERROR_OF("x = \"\xff\""),
              "E0104 Och! Ah dinnae ken whit '\\xff' is at line 1, column 6");
    CHECK_STR(ERROR_OF("x\n# \xc3"),
              "E0104 Och! Ah dinnae ken whit '\\xc3' is at line 2, column 3");
    CHECK_STR(ERROR_OF("\xEF\xBB\xBF"
                       "blether 1"),
              "");
}

TEST(lexer_pairs_brackets)
{
    static const struct {
        const char *source;
        uint32_t index, match;
    } cases[] = {
        {"( [ ] )", 0, 3}, {"( [ ] )", 1, 2},   {"{ ( }", 1, 0},       {"{ ( }", 0, 2},
        {"( { ) }", 0, 0}, {"( { ) }", 1, 3},   {"( [ )", 0, 2},       {"( [ )", 1, 0},
        {"} ( )", 1, 2},   {"[ ( ] ) ]", 0, 2}, {"{ { } ( ) }", 0, 5},
    };
    for (size_t i = 0; i < countof(cases); i++) {
        Arena *arena = arena_new();
        DiagList diags;
        diag_init(&diags, 0);
        SyntaxTree *tree =
            syntax_parse(arena, slice_from_cstr(cases[i].source), "t.braw", &diags);
        REQUIRE(tree != NULL);
        CHECK_EQ(tree->tokens[cases[i].index].match, cases[i].match);
        diag_deinit(&diags);
        arena_free(arena);
    }
}

TEST(lexer_keeps_comments)
{
    Arena *arena = arena_new();
    DiagList diags;
    diag_init(&diags, 0);
    Slice source = SLICE_LIT("##! head\nx # tail  \n  ## doc\n#### banner\n//\ny");
    SyntaxTree *tree = syntax_parse(arena, source, "t.braw", &diags);
    REQUIRE(tree && tree->n_comments == 5);
    static const struct {
        CommentKind kind;
        uint32_t len, line, column, next;
        bool own;
    } want[] = {{COMMENT_MODULE_DOC, 8, 1, 1, 0, true},
                {COMMENT_PLAIN, 6, 2, 3, 2, false},
                {COMMENT_DOC, 6, 3, 3, 3, true},
                {COMMENT_PLAIN, 11, 4, 1, 4, true},
                {COMMENT_PLAIN, 2, 5, 1, 5, true}};
    for (size_t i = 0; i < countof(want); i++) {
        const Comment *c = &tree->comments[i];
        CHECK_EQ(c->kind, want[i].kind);
        CHECK_EQ(c->len, want[i].len);
        CHECK_EQ(c->line, want[i].line);
        CHECK_EQ(c->column, want[i].column);
        CHECK_EQ(c->next_token, want[i].next);
        CHECK_EQ(c->has_own_line, want[i].own);
    }
    CHECK_MEM(tree->module_doc.ptr, tree->module_doc.len, "head");
    diag_deinit(&diags);
    arena_free(arena);
}

TEST(lexer_dump)
{
    Arena *arena = arena_new();
    DiagList diags;
    diag_init(&diags, 0);
    SyntaxTree *tree = syntax_parse(arena, SLICE_LIT("hae_a_bash 1\n"), "t.braw", &diags);
    REQUIRE(tree != NULL);
    buf_init(&out, 1 << 20);
    token_dump(tree, &out);
    CHECK(slice_contains(buf_view(&out),
                         SLICE_LIT("   1: 1  HaeABash             \"hae_a_bash\"\n"
                                   "   1:12  Int                  \"1\"\n"
                                   "   1:13  Newline              \"\\n\"\n"
                                   "   2: 1  Eof                  \"\"\n")));
    CHECK(slice_ends_with(buf_view(&out), SLICE_LIT("Total: 4 tokens\n")));
    buf_deinit(&out);
    diag_deinit(&diags);
    arena_free(arena);
}

TEST(lexer_scots_for_english)
{
    CHECK_STR(token_scots_for(SLICE_LIT("while")), "whiles");
    CHECK_STR(token_scots_for(SLICE_LIT("blehter")), "blether");
    CHECK_STR(token_scots_for(SLICE_LIT("blethr")), "blether");
    CHECK_STR(token_scots_for(SLICE_LIT("x")), NULL);
    CHECK_STR(token_scots_for(SLICE_LIT("server")), NULL);
}
