// SPDX-License-Identifier: MIT
#include "abi/abi.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "tests/unit/rt.h"

// An entry that checks arity like a back end and gives what it was called with, as a list.
static MdhValue echo(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    const MdhFnInfo *info = fn->info;
    int n = argc - info->is_method;
    if (n < info->nrequired || (n > info->nparams && !info->has_rest))
        return mdh_throw_error(t, MDH_E_ARITY, rt_str(info->name), (int64_t)info->nparams,
                               (int64_t)n);
    return mdh_list_of(t, (uint64_t)argc, argv);
}

static const MdhFnInfo plain2 = {.name = "two", .nparams = 2, .nrequired = 2};
static const MdhFnInfo method2 = {
    .name = "meth", .nparams = 2, .nrequired = 1, .is_method = true};
static const MdhFnInfo method_rest = {
    .name = "rest", .nparams = 1, .nrequired = 1, .is_method = true, .has_rest = true};

static MdhValue args[400];

static MdhValue call(MdhValue fn, int argc)
{
    for (int i = 0; i < argc; i++) args[i] = mdh_fix(i + 1);
    return mdh_call(rt(), fn, argc, args);
}

static MdhValue call_method(MdhValue fn, int argc, bool strict)
{
    for (int i = 0; i < argc; i++) args[i] = mdh_fix(i + 1);
    return mdh_call_method(rt(), fn, rt_str("me"), argc, args, strict);
}

TEST(functions_get_their_arguments)
{
    MdhValue fn = rt_fn(&plain2, echo);
    CHECK_SHOWN(call(fn, 2), "[1, 2]");
    CHECK_SHOWN(call(fn, 3), "Yer bum's oot the windae! Function 'two' expects 2 arguments "
                             "but ye gave it 3 at line 7");
    CHECK_SHOWN(fn, "<dae two>");
    CHECK_EQ(rt()->depth, 0);
}

TEST(methods_are_lenient_unless_told)
{
    MdhValue fn = rt_fn(&method2, echo);
    CHECK_SHOWN(call_method(fn, 1, false), "[me, 1]");
    CHECK_SHOWN(call_method(fn, 2, false), "[me, 1, 2]");
    CHECK_SHOWN(call_method(fn, 9, false), "[me, 1, 2]");
    CHECK_SHOWN(call_method(fn, 0, false), "[me, naething]");
    CHECK_SHOWN(call_method(fn, 2, true), "[me, 1, 2]");
    CHECK(mdh_is_exc(call_method(fn, 0, true)));
    CHECK(mdh_is_exc(call_method(fn, 3, true)));
    MdhValue rest = rt_fn(&method_rest, echo);
    CHECK_SHOWN(call_method(rest, 4, false), "[me, 1, 2, 3, 4]");
    MdhValue many = call_method(rest, 400, false);
    CHECK_EQ(mdh_list_len(many), 401);
    CHECK_SHOWN(mdh_list_get(rt(), many, 400), "400");
    mdh_take_error(rt());
}

TEST(a_fetched_method_has_no_masel)
{
    MdhValue list = call(rt_fn(&method2, echo), 2);
    CHECK(mdh_is_list(list));
    CHECK(mdh_is_absent(mdh_list_get(rt(), list, 0)));
    CHECK_EQ(mdh_list_len(list), 3);
}

TEST(functions_that_are_no_methods_take_no_masel)
{
    MdhValue fn = rt_fn(&plain2, echo);
    CHECK_SHOWN(call_method(fn, 2, false), "[1, 2]");
    CHECK_SHOWN(call_method(fn, 1, false), "[1, naething]");
    CHECK_SHOWN(call_method(fn, 3, false), "[1, 2]");
}

static MdhValue set_x(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc;
    return mdh_instance_set(t, argv[0], mdh_str_intern_c("x"), argv[1], NULL) ? mdh_fix(99)
                                                                              : MDH_EXC;
}

TEST(calling_a_class_makes_an_instance)
{
    static const MdhFnInfo init_info = {
        .name = "init", .nparams = 1, .nrequired = 1, .is_method = true};
    MdhThread *t = rt();
    MdhValue init = rt_fn(&init_info, set_x), name = mdh_str_intern_c("init");
    MdhValue cls = mdh_class_new(t, mdh_str_intern_c("C"), NULL, 1, &name, &init, 1);
    MdhValue obj = call(cls, 3);
    CHECK_SHOWN(obj, "<C instance>");
    CHECK_SHOWN(mdh_instance_get(t, obj, mdh_str_intern_c("x"), NULL), "1");
    obj = call(cls, 0);
    CHECK_SHOWN(mdh_instance_get(t, obj, mdh_str_intern_c("x"), NULL), "naething");
    MdhValue bare = mdh_class_new(t, mdh_str_intern_c("B"), NULL, 0, NULL, NULL, 0);
    CHECK_SHOWN(call(bare, 5), "<B instance>");
    CHECK_SHOWN(bare, "<kin B>");
}

TEST(operator_methods_are_asked_on_the_left)
{
    static const MdhFnInfo plus_info = {
        .name = "__pit_thegither__", .nparams = 1, .nrequired = 1, .is_method = true};
    MdhThread *t = rt();
    MdhValue plus = rt_fn(&plus_info, echo), name = mdh_str_intern_c("__pit_thegither__");
    MdhValue cls = mdh_class_new(t, mdh_str_intern_c("C"), NULL, 1, &name, &plus, 0);
    MdhValue obj = call(cls, 0);
    CHECK_SHOWN(__mdh_op_add(t, obj, mdh_fix(5)), "[<C instance>, 5]");
    CHECK_SHOWN(__mdh_op_add(t, obj, rt_str("s")), "[<C instance>, s]");
    CHECK_SHOWN(__mdh_op_add(t, rt_str("s"), obj), "s<C instance>");
    CHECK_SHOWN(
        __mdh_op_sub(t, obj, mdh_fix(1)),
        "That's pure mince! Type error at line 7: Cannae subtract integer fae instance");
    CHECK_SHOWN(__mdh_op_eq(t, obj, obj), "aye");
}

TEST(a_struct_takes_exactly_its_fields)
{
    MdhValue fields[2] = {mdh_str_intern_c("a"), mdh_str_intern_c("b")};
    MdhValue s = mdh_struct_new(rt(), mdh_str_intern_c("S"), 2, fields);
    CHECK_SHOWN(call(s, 2), "{\"a\": 1, \"b\": 2}");
    CHECK_SHOWN(call(s, 1), "Yer bum's oot the windae! Function 'S' expects 2 arguments "
                            "but ye gave it 1 at line 7");
    CHECK_SHOWN(s, "<thing S>");
}

TEST(what_isnae_callable)
{
    CHECK_SHOWN(call(mdh_fix(5), 0),
                "Whit's aw this aboot? '5' isnae a function at line 7");
    CHECK(!mdh_is_callable(rt_str("f")));
    CHECK(mdh_is_callable(rt_fn(&plain2, echo)));
}

static MdhValue again(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    return mdh_call(t, mdh_from_ptr(fn), argc, argv);
}

TEST(re_entry_is_limited)
{
    CHECK_SHOWN(call(rt_fn(&plain2, again), 2),
                "Stack's fair puggled! Too many nested calls at line 7 - yer recursion's "
                "gone radge!");
    CHECK_EQ(rt()->depth, 0);
}

static MdhValue builtin(const char *name)
{
    MdhNativeFn *fn = mdh_new(rt(), sizeof *fn);
    fn->h = (MdhObj){MDH_TAG_NATIVE_FUNCTION, 0, 0, 0};
    fn->row = mdh_builtin_find(name, strlen(name));
    REQUIRE(fn->row);
    return mdh_from_ptr(fn);
}

TEST(builtins_check_arity_and_kinds)
{
    MdhThread *t = rt();
    MdhValue len = builtin("len"), s = rt_str("añ");
    CHECK_SHOWN(len, "<native dae len>");
    CHECK_SHOWN(mdh_call1(t, len, s), "3");
    CHECK_SHOWN(mdh_call2(t, len, s, s), "Yer bum's oot the windae! Function 'len' expects "
                                         "1 arguments but ye gave it 2 at line 7");
    CHECK_SHOWN(mdh_call1(t, len, mdh_fix(1)),
                "Jings! Something went awfy wrang: len() expects a string, list, dict, "
                "creel, or bytes");
    CHECK_EQ(mdh_max_params(len), 1);
    CHECK(mdh_is_exc(call(len, 300)));
    mdh_take_error(t);
}
