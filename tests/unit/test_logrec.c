// SPDX-License-Identifier: MIT
#include "runtime/sys/logrec.h"

#include <stdlib.h>
#include <unistd.h>

#include "runtime/data/dict.h"
#include "runtime/sys/out.h"
#include "tests/unit/call_builtin.h"

static MdhValue D(const char *json)
{
    return CALL("json_parse", S(json));
}

// The configuration of a JSON text whose sink number 0 gets the function `fn`, unless ABSENT.
static MdhValue with_fn(const char *json, MdhValue fn)
{
    MdhValue config = D(json);
    MdhValue sinks = mdh_dict_get_c(config, "sinks");
    if (!mdh_is_absent(fn))
        mdh_dict_put_c(the_thread(), mdh_list_get(the_thread(), sinks, 0), "fn", fn);
    return config;
}

// What a statement writes to standard output by a stdout sink.
static const char *logged(int level, int nextras, const MdhValue *v)
{
    static char text[4096];
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    mdh_out_redirect(ends[1]);
    MdhValue result = mdh_log_statement(the_thread(), level, nextras, v, "src/x.braw", 7);
    mdh_out_flush();
    close(ends[1]);
    ssize_t n = read(ends[0], text, sizeof text - 1);
    close(ends[0]);
    text[n < 0 ? 0 : n] = 0;
    if (mdh_is_exc(result)) {
        MdhValue e = mdh_take_error(the_thread());
        snprintf(text, sizeof text, "%.*s", SLICE_ARG(mdh_str_slice(e)));
    }
    return text;
}

#define LOGGED(level, ...) logged(level, (int)COUNT(__VA_ARGS__) - 1, VALUES(__VA_ARGS__))

TEST(levels)
{
    CHECK_CALL("naething", "set_log_level", S("HOLLER"));
    CHECK_STR(shown("get_log_level", 0, NULL), "2");
    CHECK_CALL("naething", "set_log_level", I(5));
    CHECK_STR(shown("get_log_level", 0, NULL), "5");
    CHECK_CALL(
        JINGS
        "Invalid log level 'loud'. Use: wheesht, roar, holler, blether, mutter, or whisper",
        "set_log_level", S("loud"));
    CHECK_CALL(JINGS "Invalid log level 6. Use 0-5", "set_log_level", I(6));
    CHECK_CALL(JINGS "Invalid log level -1. Use 0-5", "set_log_level", I(-1));
    CHECK_CALL(JINGS "set_log_level() expects a string or integer", "set_log_level",
               MDH_AYE);
    CHECK_STR(shown("log_init", 0, NULL), "naething");
    CHECK_STR(shown("get_log_level", 0, NULL), "3");
}

TEST(filters)
{
    CHECK_STR(shown("log_get_filter", 0, NULL), "");
    CHECK_CALL("naething", "log_set_filter", S("holler, sip=whisper ,sip.tx=roar"));
    CHECK_STR(shown("log_get_filter", 0, NULL), "holler, sip=whisper ,sip.tx=roar");
    CHECK_STR(shown("get_log_level", 0, NULL), "2");
    CHECK_CALL("aye", "log_enabled", S("whisper"), S("sip.parser"));
    CHECK_CALL("nae", "log_enabled", S("holler"), S("sip.tx.client"));
    CHECK_CALL("aye", "log_enabled", I(1), S("sip.tx"));
    CHECK_CALL("nae", "log_enabled", S("blether"), S("media"));
    CHECK_CALL("aye", "log_enabled", S("holler"), S("media"));
    CHECK_CALL(JINGS "log_set_filter() Invalid log level 'loud'", "log_set_filter",
               S("roar,x=loud"));
    CHECK_STR(shown("get_log_level", 0, NULL), "2");
    CHECK_CALL("aye", "log_enabled", S("whisper"), S("sip"));
    CHECK_CALL(JINGS "log_set_filter() expects a string", "log_set_filter", I(1));
    CHECK_CALL("naething", "log_set_filter", S(""));
    CHECK_CALL("nae", "log_enabled", S("whisper"), S("sip"));
}

TEST(the_environment_sets_the_start)
{
    setenv("MDH_LOG", "roar,a=mutter", 1);
    setenv("MDH_LOG_LEVEL", "whisper", 1);
    CHECK_STR(shown("log_init", 0, NULL), "naething");
    CHECK_STR(shown("get_log_level", 0, NULL), "1");
    CHECK_CALL("aye", "log_enabled", S("mutter"), S("ab"));
    unsetenv("MDH_LOG");
    CHECK_STR(shown("log_init", 0, NULL), "naething");
    CHECK_STR(shown("get_log_level", 0, NULL), "5");
    setenv("MDH_LOG", "nonsense", 1);
    CHECK_STR(shown("log_init", 0, NULL), "naething");
    CHECK_STR(shown("get_log_level", 0, NULL), "3");
}

TEST(extras_of_statements)
{
    CHECK_CALL("naething", "log_init",
               D("{\"format\": \"compact\", \"sinks\": [{\"kind\": \"stdout\"}]}"));
    CHECK_STR(LOGGED(3, S("hullo")), "[BLETHER] hullo\n");
    CHECK_STR(LOGGED(4, S("hullo")), "");
    CHECK_STR(LOGGED(1, I(42), D("{\"a\": 1, \"b\": [2]}")), "[ROAR] 42 a=1 b=[2]\n");
    CHECK_STR(LOGGED(2, S("x"), D("{}"), S("t")), "[HOLLER] x\n");
    CHECK(strstr(LOGGED(2, S("x"), I(1)),
                 "log_* expects a dict or string for the extra argument"));
    CHECK(strstr(LOGGED(5, S("x"), I(1)), "That's pure mince! Type error"));
    CHECK(strstr(LOGGED(2, S("x"), S("a"), S("b")),
                 "log_* expects fields as a dict when passing two extras"));
    CHECK(strstr(LOGGED(2, S("x"), D("{}"), I(1)), "log_* expects target as a string"));
}

TEST(text_lines)
{
    CHECK_CALL("naething", "log_init",
               D("{\"timestamps\": false, \"sinks\": [{\"kind\": \"stdout\"}]}"));
    char want[200];
    snprintf(want, sizeof want, "[ROAR   ] [thread:%04llu] x.braw src/x.braw:7 | och k=v\n",
             (unsigned long long)the_thread()->id);
    CHECK_STR(LOGGED(1, S("och"), D("{\"k\": \"v\"}")), want);
    CHECK(strstr(LOGGED(1, S("och"), S("sip")), "] sip src/x.braw:7 | och\n"));
    CHECK(strstr(LOGGED(1, S("a\x1b[2J\rb\r\nc")), "| a\\x1b[2J\\x0db\r\nc\n"));
    CHECK_CALL("naething", "log_init", D("{\"sinks\": [{\"kind\": \"stdout\"}]}"));
    const char *line = LOGGED(3, S("x"));
    CHECK_EQ(line[10], '2'); // the year
    CHECK_EQ(line[14], '-');
    CHECK_EQ(line[29], '.');
}

TEST(json_lines)
{
    CHECK_CALL("naething", "log_init",
               D("{\"format\": \"json\", \"timestamps\": false, \"sinks\": [{\"kind\": "
                 "\"stdout\"}]}"));
    MdhValue span = CALL("log_span", S("call"));
    CHECK_CALL("naething", "log_span_enter", span);
    CHECK_STR(
        LOGGED(1, S("say \"x\""), D("{\"n\": 1}"), S("sip")),
        "{\"level\": \"roar\", \"target\": \"sip\", \"file\": \"src/x.braw\", \"line\": 7, "
        "\"msg\": \"say \\\"x\\\"\", \"fields\": {\"n\": 1}, \"span\": [\"call\"]}\n");
    CHECK_CALL("naething", "log_span_exit", span);
}

TEST(memory_keeps_the_last)
{
    CHECK_CALL("naething", "log_init",
               D("{\"sinks\": [{\"kind\": \"memory\", \"max\": 3}]}"));
    for (int i = 0; i < 100; i++)
        mdh_log_statement(the_thread(), 3, 0, VALUES(I(i)), "f", 1);
    MdhValue records = call_builtin("log_records", 0, NULL);
    CHECK_EQ(mdh_list_len(records), 3);
    MdhValue last = mdh_list_get(the_thread(), records, 2);
    CHECK(mdh_str_is(mdh_dict_get_c(last, "message"), "99"));
    CHECK(mdh_str_is(mdh_dict_get_c(last, "level"), "blether"));
    CHECK(mdh_str_is(mdh_dict_get_c(last, "target"), "f"));
}

static const MdhFnInfo info = {
    .name = "sink", .file = "x.braw", .line = 1, .nparams = 1, .nrequired = 1};
static int called;

static MdhValue sink(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn;
    called++;
    CHECK_EQ(argc, 1);
    CHECK(mdh_str_is(mdh_dict_get_c(argv[0], "message"), "x"));
    // a record of its own does not come back
    return mdh_log_statement(t, 1, 0, VALUES(S("inner")), "f", 1);
}

static MdhValue throwing(MdhThread *t, MdhFn *fn, int argc, const MdhValue *argv)
{
    (void)fn, (void)argc, (void)argv;
    return mdh_throw_native(t, "och");
}

static MdhValue function(MdhEntry entry)
{
    MdhFn *fn = mdh_new(the_thread(), sizeof *fn);
    REQUIRE(fn);
    fn->h.tag = MDH_TAG_FUNCTION;
    fn->entry = entry;
    fn->info = &info;
    return mdh_from_ptr(fn);
}

TEST(callbacks)
{
    const char *config = "{\"sinks\": [{\"kind\": \"callback\"}]}";
    CHECK_CALL("naething", "log_init", with_fn(config, function(sink)));
    mdh_gc_collect();
    CHECK(mdh_is_naething(mdh_log_statement(the_thread(), 1, 0, VALUES(S("x")), "f", 1)));
    CHECK_EQ(called, 1);
    CHECK_CALL("naething", "log_init", with_fn(config, function(throwing)));
    CHECK(strstr(LOGGED(1, S("x")), "och"));
}

TEST(bad_configurations)
{
    static const char *const bad[][2] = {
        {"{\"filter\": 1}", "log_init() filter must be a string"},
        {"{\"filter\": \"loud\"}", "log_init() Invalid log level 'loud'"},
        {"{\"level\": \"loud\"}", "Invalid log level 'loud'"},
        {"{\"format\": 1}", "log_init() format must be a string"},
        {"{\"format\": \"xml\"}", "log_init() format must be text, json, or compact"},
        {"{\"color\": 1}", "log_init() color must be a bool"},
        {"{\"timestamps\": 1}", "log_init() timestamps must be a bool"},
        {"{\"sinks\": 1}", "log_init() sinks must be a list"},
        {"{\"sinks\": [1]}", "log_init() sink specs must be dicts"},
        {"{\"sinks\": [{}]}", "log_init() sink kind must be a string"},
        {"{\"sinks\": [{\"kind\": \"file\"}]}",
         "log_init() file sink requires string path"},
        {"{\"sinks\": [{\"kind\": \"file\", \"path\": \"x\", \"append\": 1}]}",
         "log_init() file append must be bool"},
        {"{\"sinks\": [{\"kind\": \"file\", \"path\": \"/nae/sic/dir/x\"}]}",
         "Couldnae open '/nae/sic/dir/x' fer writin'"},
        {"{\"sinks\": [{\"kind\": \"memory\", \"max\": \"x\"}]}",
         "log_init() memory max must be integer"},
        {"{\"sinks\": [{\"kind\": \"callback\"}]}", "log_init() callback sink requires fn"},
        {"{\"sinks\": [{\"kind\": \"syslog\"}]}", "Unknown log sink kind 'syslog'"},
    };
    for (size_t i = 0; i < countof(bad); i++)
        if (!strstr(SHOWN("log_init", D(bad[i][0])), bad[i][1]))
            CHECK_STR(SHOWN("log_init", D(bad[i][0])), bad[i][1]);
    CHECK_CALL(JINGS "log_init() expects a dict", "log_init", I(1));
    CHECK_STR(shown("get_log_level", 0, NULL), "3");
}

TEST(files)
{
    char path[] = "/tmp/mdh_test_log_XXXXXX", config[300], text[100];
    int fd = mkstemp(path);
    REQUIRE(fd >= 0);
    snprintf(config, sizeof config,
             "{\"format\": \"compact\", \"color\": true, \"sinks\": [{\"kind\": \"file\", "
             "\"path\": \"%s\"}]}",
             path);
    CHECK_CALL("naething", "log_init", D(config));
    mdh_log_statement(the_thread(), 1, 0, VALUES(S("ane")), "f", 1);
    CHECK_CALL("naething", "log_init", D(config)); // appends
    mdh_log_statement(the_thread(), 1, 0, VALUES(S("twa")), "f", 1);
    ssize_t n = read(fd, text, sizeof text);
    CHECK_MEM(text, (size_t)(n < 0 ? 0 : n), "[ROAR] ane\n[ROAR] twa\n");
    close(fd);
    unlink(path);
}

TEST(spans)
{
    MdhValue a = CALL("log_span", S("a")),
             b = CALL("log_span", S("b"), S("mutter"), D("{\"k\": 1}"), S("sip"));
    CHECK_CALL("log_span", "whit_kind", a);
    CHECK(strstr(SHOWN("tae_string", a), "<native log_span"));
    CHECK_STR(shown("log_span_current", 0, NULL), "naething");
    CHECK(
        strstr(SHOWN("log_span_exit", a), "log_span_exit() called with nae active spans"));
    CHECK_CALL("naething", "log_span_enter", a);
    CHECK_CALL("naething", "log_span_enter", b);
    CHECK(mdh_same(call_builtin("log_span_current", 0, NULL), b));
    CHECK(strstr(SHOWN("log_span_exit", a), "log_span_exit() got a mismatched span"));
    CHECK_CALL("naething", "log_init",
               D("{\"format\": \"compact\", \"sinks\": [{\"kind\": \"stdout\"}]}"));
    CHECK_STR(LOGGED(1, S("x"), D("{\"f\": 2}")), "[ROAR] x f=2 span=a>b\n");
    CHECK_CALL("naething", "log_span_exit", b);
    CHECK_CALL("naething", "log_span_exit", a);
    CHECK(strstr(SHOWN("log_span_enter", I(1)),
                 "log_span_enter() expects a log span handle"));
    CHECK(strstr(SHOWN("log_span_in", a, function(throwing)), "och"));
    CHECK_STR(shown("log_span_current", 0, NULL), "naething");
    CHECK_CALL("mutter", "tae_string", mdh_log_span_part(the_thread(), b, MDH_SPAN_LEVEL));
}
