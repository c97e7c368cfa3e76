// SPDX-License-Identifier: MIT
// The corners of the builtins of lists, dicts and creels and of the higher-order ones: empty
// input, ends, other kinds, callbacks that throw or change the list.
#include "runtime/data/dict.h"
#include "tests/unit/call_builtin.h"

#define E() mdh_list_new(the_thread(), 0)

static MdhValue callback(MdhEntry entry, uint8_t nparams)
{
    static MdhFnInfo infos[64];
    static unsigned n;
    MdhFnInfo *info = &infos[n++ % 64];
    *info = (MdhFnInfo){.name = "f", .file = "", .nparams = nparams, .nrequired = nparams};
    MdhFn *fn = mdh_new(the_thread(), sizeof *fn);
    fn->h.tag = MDH_TAG_FUNCTION;
    fn->entry = entry;
    fn->info = info;
    return mdh_from_ptr(fn);
}

static MdhValue dict_of(MdhValue k1, MdhValue v1, MdhValue k2, MdhValue v2)
{
    MdhValue d = mdh_dict_new(the_thread(), 0);
    mdh_dict_put(the_thread(), d, k1, v1);
    mdh_dict_put(the_thread(), d, k2, v2);
    return d;
}

TEST(ends_of_lists_and_strings)
{
    CHECK_CALL("1", "heid", L(I(1), I(2)));
    CHECK_CALL("é", "heid", S("éa"));
    CHECK_CALL("€", "bum", S("a€"));
    CHECK_CALL(JINGS "Cannae get heid o' empty list!", "heid", E());
    CHECK_CALL(JINGS "Cannae get bum o' empty string!", "bum", S(""));
    CHECK_CALL(JINGS "heid() expects a list or string", "heid", I(1));
    CHECK_CALL("[]", "tail", E());
    CHECK_CALL("[]", "tail", L(I(1)));
    CHECK_CALL("", "tail", S(""));
    CHECK_CALL("bé", "tail", S("€bé"));
    CHECK_CALL(JINGS "Cannae yank fae an empty list!", "yank", E());
    CHECK_CALL(JINGS "yank() expects a list", "yank", S("x"));
    CHECK_CALL(JINGS "shove() expects a list as first argument", "shove", S("x"), I(1));
}

TEST(parts_are_cut_to_what_there_is)
{
    MdhValue l = L(I(1), I(2), I(3));
    CHECK_CALL("[1, 2]", "scran", l, I(-5), I(2));
    CHECK_CALL("[]", "scran", l, I(2), I(1));
    CHECK_CALL("[2, 3]", "scran", l, I(1), I(INT64_MAX));
    CHECK_CALL("éa", "scran", S("aéab"), I(1), I(3));
    CHECK_CALL("", "scran", S("abc"), I(5), I(9));
    CHECK_CALL("ab", "scran", S("abc"), I(2));
    CHECK_CALL("3", "scran", l);
    CHECK_CALL("c", "scran", S("abc"));
    CHECK_CALL(JINGS "scran() needs integer indices", "scran", l, F(1.5), I(2));
    CHECK_CALL("[3]", "slice", l, I(-1));
    CHECK_CALL("[1, 2]", "slice", l, I(0), I(-1));
    CHECK_CALL("bc", "slice", S("abc"), I(1));
    CHECK_CALL("[]", "tak", l, I(-1));
    CHECK_CALL("[1, 2, 3]", "tak", l, I(9));
    CHECK_CALL("[1, 2, 3]", "drap", l, I(-1));
    CHECK_CALL("[]", "drap", l, I(9));
    CHECK_CALL(JINGS "tak() needs a list and an integer", "tak", l, S("1"));
}

TEST(joining_and_turning)
{
    MdhValue l = L(I(1), I(2), I(3));
    CHECK_CALL("ab", "slap", S("a"), S("b"));
    CHECK_CALL(JINGS "slap() expects two lists or two strings", "slap", S("a"), l);
    CHECK_CALL(JINGS "slap() expects two lists or two strings", "slap", l, S("a"));
    CHECK_CALL("€éa", "reverse", S("aé€"));
    CHECK_CALL("[]", "reverse", E());
    CHECK_CALL("[3, 1, 2]", "birl", l, I(-1));
    CHECK_CALL("[1, 2, 3]", "birl", l, I(3));
    CHECK_CALL("[]", "birl", E(), I(7));
    CHECK_CALL("[3, 1, 2]", "birl", l, I(INT64_MIN + 1));
    CHECK_CALL(JINGS "birl needs a rotation count", "birl", l, S("x"));
    CHECK_CALL("[[1, a]]", "zip", L(I(1), I(2)), L(S("a")));
    CHECK_CALL("[1, a, 2, 3]", "fankle", l, L(S("a")));
    CHECK_CALL("[a, 1, 2, 3]", "interleave", L(S("a")), l);
    CHECK_CALL("[1, 2, 3]", "fankle", L(I(1), L(I(2), L(I(3)))));
    CHECK_CALL("{\"1\": x, \"2\": z, \"3\": z}", "ceilidh",
               dict_of(I(1), S("x"), I(2), S("y")), dict_of(I(2), S("z"), I(3), S("z")));
    CHECK_CALL(JINGS "ceilidh needs two lists", "ceilidh", l, I(2));
    CHECK_CALL("[1, 2, [3]]", "flatten", L(I(1), L(I(2), L(I(3)))));
    CHECK_CALL("[-2, -1, 0]", "range", F(-2.9), I(1));
    CHECK_CALL("[]", "range", I(1), I(1));
    CHECK(strstr(SHOWN("range", I(INT64_MIN), I(INT64_MAX)), "Nae memory") != NULL);
    CHECK_CALL("[]", "mony", I(1), I(-1));
    CHECK(strstr(SHOWN("mony", I(1), I(INT64_MAX)), "Nae memory") != NULL);
}

TEST(a_list_inside_itself_ends)
{
    MdhValue l = L(I(1));
    CALL("shove", l, l);
    CHECK(strncmp(SHOWN("sclaff", l), "Stack's fair puggled!", 21) == 0);
    CHECK_EQ(the_thread()->data_depth, 0);
    CHECK_CALL("1", "heid", CALL("flatten", l));
    CHECK_EQ(mdh_list_len(CALL("append", l, l)), 4);
}

TEST(looking_for_things)
{
    MdhValue l = L(I(1), S("a"), L(I(2)), MDH_NAETHING, I(1));
    CHECK_CALL("aye", "contains", l, F(1.0));
    CHECK_CALL("aye", "contains", l, L(I(2)));
    CHECK_CALL("nae", "contains", l, MDH_NAE);
    CHECK_CALL("aye", "contains", S("haggis"), S(""));
    CHECK_CALL(JINGS "contains() on string expects a string needle", "contains", S("a"),
               I(1));
    CHECK_CALL(JINGS "contains() expects a list, string, or dict", "contains", I(1), I(1));
    CHECK_CALL("2", "index_of", l, L(F(2.0)));
    CHECK_CALL("2", "index_of", S("éa"), S("a"));
    CHECK_CALL("-1", "index_of", S("abc"), S("x"));
    CHECK_CALL(JINGS "index_of() needs a string/list and a value", "index_of", S("a"),
               I(1));
    CHECK_CALL("[0, 4]", "indices_o", l, I(1));
    CHECK_CALL("[0, 2]", "indices_o", S("aaaa"), S("aa"));
    CHECK_CALL(JINGS "Cannae search fer an empty string, ya numpty!", "indices_o", S("a"),
               S(""));
    CHECK_CALL("2", "coont", l, I(1));
    CHECK_CALL("2", "coont", S("aaaa"), S("aa"));
    CHECK_CALL("5", "coont", l);
    CHECK_CALL("3", "coont", S("aé"));
    CHECK_CALL(JINGS "coont() on string needs a string tae count", "coont", S("a"), I(1));
    CHECK_CALL("aye", "clarty", S("haggis"));
    CHECK_CALL("nae", "clarty", S("neéps"));
    CHECK_CALL("aye", "drookit", L(I(1), F(1.0)));
    CHECK_CALL("aye", "drookit", L(L(I(1)), L(I(1))));
    CHECK_CALL("7", "stoater", L(I(2), F(99.0), I(7), S("x")));
    CHECK_CALL("ccc", "stoater", L(S("a"), S("ccc"), S("bb")));
    CHECK_CALL(JINGS "Cannae find a stoater in an empty list!", "stoater", E());
}

TEST(cutting_and_changing)
{
    MdhValue l = L(I(1), I(2), I(3));
    CHECK_CALL("[[1, 2, 3]]", "chunks", l, I(INT64_MAX));
    CHECK_CALL("[]", "chunks", E(), I(2));
    CHECK_CALL(JINGS "chunks() size must be positive", "chunks", l, I(0));
    CHECK_CALL(JINGS "grup() needs a positive chunk size", "grup", l, I(-1));
    CHECK_CALL(JINGS "grup() needs an integer size", "grup", l, S("2"));
    CHECK_CALL("[[1, 2], [3]]", "pair_up", l);
    CHECK_CALL("[[1, 1], [a], [1]]", "grup_runs", L(I(1), F(1.0), S("a"), I(1)));
    CHECK_CALL("[[2], [1, 3]]", "split_by", l, S("even"));
    CHECK_CALL(JINGS
               "Unknown predicate 'braw'. Try: even, odd, positive, negative, truthy, nil, "
               "string, number",
               "split_by", l, S("braw"));
    CHECK_CALL("[1, 2, 3, x]", "chynge", l, I(3), S("x"));
    CHECK_CALL("[1, 2, x, 3]", "chynge", l, I(-1), S("x"));
    CHECK_CALL("[x]", "chynge", E(), I(0), S("x"));
    CHECK_CALL(JINGS "Index 4 oot o' bounds fer list o' length 3", "chynge", l, I(4), I(0));
    CHECK_CALL(JINGS "Index -4 oot o' bounds fer list o' length 3", "dicht", l, I(-4));
    CHECK_CALL(JINGS "chynge() needs an integer index", "chynge", l, S("x"), I(0));
    CHECK_CALL("bonbon", "chynge", S("banban"), S("a"), S("o"));
    CHECK_CALL("[1, 2]", "dicht", l, I(-1));
    CHECK_CALL("[0, nae]", "redd_up", L(MDH_NAETHING, I(0), MDH_NAE, MDH_NAETHING));
    CHECK_CALL("[1, 1, a, [1], 2]", "uniq",
               L(I(1), F(1.0), S("a"), L(I(1)), S("a"), L(F(1.0)), I(1), I(2)));
    CHECK_CALL("[1, a, 2]", "unique", L(F(1.0), S("a"), I(1), I(2), F(2.0)));
    CHECK_CALL("[0]", "unique", L(F(0.0), F(-0.0), I(0)));
    CHECK_CALL("[]", "clear", l);
    CHECK_EQ(mdh_list_len(l), 0);
    CHECK_CALL("{}", "clear", dict_of(I(1), I(2), I(3), I(4)));
}

TEST(chance_loses_nothing)
{
    MdhThread *t = the_thread();
    MdhValue l = mdh_list_of_ints(t, 0, 100);
    CHECK(mdh_str_eq(mdh_show(t, CALL("sort", CALL("shuffle", l))), mdh_show(t, l)));
    CHECK_EQ(mdh_list_len(CALL("unique", CALL("sample", l, I(40)))), 40);
    CHECK_EQ(mdh_list_len(CALL("sample", l, I(400))), 100);
    CHECK_EQ(mdh_list_len(CALL("sample", l, I(-1))), 0);
    CHECK_CALL("naething", "dram", E());
    CHECK_CALL("[]", "bampot_mode", E());
    for (int i = 0; i < 1000; i++)
        CHECK(mdh_int_of(CALL("random_choice", l)) < 100 && mdh_list_len(l) == 100);
}

// Higher-order ---------------------------------------------------------------------------

static MdhValue the_list;

static MdhValue doubles(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc;
    return mdh_int(t, mdh_int_of(argv[0]) * 2);
}

static MdhValue is_above_one(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)t, (void)fn, (void)argc;
    return mdh_bool(mdh_int_of(argv[0]) > 1);
}

static MdhValue adds(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc;
    return __mdh_op_add(t, argv[0], argv[1]);
}

static MdhValue throws_at_two(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn;
    for (int i = 0; i < argc; i++)
        if (mdh_same(argv[i], mdh_fix(2))) return mdh_throw(t, mdh_str_c(t, "twa!"));
    return MDH_NAE;
}

// Empties and refills the list it is called on.
static MdhValue meddles(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc;
    mdh_list_pop(t, the_list);
    mdh_list_pop(t, the_list);
    mdh_list_push(t, the_list, S("new"));
    mdh_list_set(t, the_list, 0, S("other"));
    return argv[0];
}

TEST(mapping_sieving_folding)
{
    MdhValue l = L(I(1), I(2), I(3)), f = callback(doubles, 1),
             p = callback(is_above_one, 1);
    MdhValue add = callback(adds, 2);
    CHECK_CALL("[2, 4, 6]", "gaun", l, f);
    CHECK_CALL("[2, 4, 6]", "ilk", l, f);
    CHECK_CALL("[2, 4, 6]", "graith", f, l);
    CHECK_CALL("[2, 3]", "sieve", l, p);
    CHECK_CALL("6", "tumble", l, I(0), add);
    CHECK_CALL("16", "tumble", l, add, I(10));
    CHECK_CALL("16", "tumble", add, l, I(10));
    CHECK_CALL("a123", "reduce", l, add, S("a"));
    CHECK_CALL("[[2, 3], [1]]", "pairt_by", l, p);
    CHECK_CALL("{\"nae\": [1], \"aye\": [2, 3]}", "grup_up", l, p);
    CHECK_CALL("[11, 22]", "zipwith", add, L(I(1), I(2)), L(I(10), I(20), I(30)));
    CHECK_CALL("naething", "ilkane", l, f);
    CHECK_CALL("naething", "ilkane", l, add); // item and position
    CHECK_CALL("naething", "ilkane", dict_of(I(1), I(2), I(3), I(4)), add);
}

TEST(searching_with_a_function)
{
    MdhValue l = L(I(1), I(2), I(3)), p = callback(is_above_one, 1);
    CHECK_CALL("2", "hunt", l, p);
    CHECK_CALL("naething", "hunt", E(), p);
    CHECK_CALL("1", "hunt", l, I(2));
    CHECK_CALL("1", "hunt", S("abc"), S("bc"));
    CHECK_CALL("-1", "find", S("abc"), S("x"));
    CHECK_CALL("1", "fin_index", l, p);
    CHECK_CALL("-1", "fin_index", L(I(0)), p);
    CHECK_CALL("aye", "ony", l, p);
    CHECK_CALL("nae", "aw", l, p);
    CHECK_CALL("aye", "aw", E(), p);
    CHECK_CALL("nae", "ony", L(I(0), MDH_NAETHING));
    CHECK_CALL("aye", "aw", L(I(1), S("a")));
    CHECK_CALL(
        "That's pure mince! Type error at line 0: hunt() expects a list as first argument",
        "hunt", I(1), p);
}

TEST(what_a_callback_throws_comes_out)
{
    MdhValue l = L(I(1), I(2), I(3)), f = callback(throws_at_two, 1);
    MdhValue f2 = callback(throws_at_two, 2);
    static const char *const names[] = {"gaun",     "ilk",     "sieve",     "hunt",
                                        "ony",      "ilkane",  "fin_index", "grup_up",
                                        "pairt_by", "split_by"};
    for (size_t i = 0; i < countof(names); i++) CHECK_CALL("twa!", names[i], l, f);
    CHECK_CALL("twa!", "tumble", l, I(0), f2);
    CHECK_CALL("twa!", "sort", l, f2);
    CHECK_CALL("twa!", "zipwith", f2, l, l);
    CHECK_EQ(the_thread()->depth, 0);
}

TEST(a_callback_may_change_the_list)
{
    MdhValue f = callback(meddles, 1);
    static const char *const names[] = {"gaun", "ilk", "sieve"};
    for (size_t i = 0; i < countof(names); i++) {
        the_list = L(I(1), I(2), I(3), I(4));
        CHECK_CALL("[1, 2, 3, 4]", names[i], the_list, f);
    }
}

// Dicts and creels -----------------------------------------------------------------------

TEST(dict_builtins)
{
    MdhValue d = dict_of(S("a"), I(1), I(2), S("b"));
    CHECK_CALL("[a, 2]", "keys", d);
    CHECK_CALL("[1, b]", "values", d);
    CHECK_CALL("[[a, 1], [2, b]]", "items", d);
    CHECK_CALL(JINGS "keys() expects a dict", "keys", I(1));
    CHECK_CALL("{\"1\": 2}", "fae_pairs", L(L(I(1), I(2), I(3)), L(I(4)), I(5)));
    CHECK_CALL("aye", "dict_has", d, I(2));
    CHECK_CALL("nae", "dict_has", d, F(2.0));
    CHECK_CALL("naething", "dict_get", d, S("x"));
    CHECK_CALL("0", "get", d, S("x"), I(0));
    CHECK_CALL(JINGS "dict_get() needs a dictionary", "get", I(1), S("x"));
    CHECK_CALL("{\"a\": 1, \"2\": z, \"3\": 4}", "dict_merge", d,
               dict_of(I(2), S("z"), I(3), I(4)));
    CHECK_CALL("{\"2\": b}", "dict_remove", d, S("a"));
    CHECK_CALL("{\"a\": 1, \"2\": b}", "dict_remove", d, S("x"));
    CHECK_CALL("{\"1\": a, \"b\": 2}", "dict_invert", d);
    CHECK_EQ(mdh_dict_len(d), 2);
}

TEST(creel_builtins)
{
    MdhValue a = CALL("creel", L(I(10), I(9), I(10))), b = CALL("creel", L(I(9), S("x")));
    CHECK_CALL("creel{\"10\", \"9\"}", "creel", a);
    CHECK_CALL(JINGS "creel() needs a list tae make a set fae", "creel", I(1));
    CHECK_CALL("creel{\"10\", \"9\", \"x\"}", "creels_thegither", a, b);
    CHECK_CALL("creel{\"9\"}", "creels_baith", a, b);
    CHECK_CALL("creel{\"10\"}", "creels_differ", a, b);
    CHECK_CALL("nae", "is_subset", a, b);
    CHECK_CALL("aye", "is_subset", call_builtin("empty_creel", 0, NULL), b);
    CHECK_CALL("aye", "is_superset", a, CALL("creel", L(I(9))));
    CHECK_CALL("nae", "is_disjoint", a, b);
    CHECK_CALL("[1, 1, 10, 9]", "creel_tae_list",
               CALL("creel", L(I(9), S("1"), I(10), I(1))));
    CHECK_CALL("creel{\"10\"}", "heave_oot", a, I(9));
    CHECK_CALL("creel{\"10\"}", "heave_oot", a, I(9));
    CHECK_CALL("creel{\"10\", \"7\"}", "toss_in", a, I(7));
    CHECK_CALL(JINGS "toss_in() needs a creel (set)", "toss_in", I(1), I(1));
}
