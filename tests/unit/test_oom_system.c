// SPDX-License-Identifier: MIT
// Builtins of JSON, regex, bytes, files, system, time and log when memory runs out: every
// allocation of every call fails in turn, each time as the catchable error, and the same call
// works afterwards.
#include "runtime/data/dict.h"
#include "tests/unit/call_builtin.h"

enum { MAX_ARGS = 4, MAX_ALLOCATIONS = 400 };

static void sweep(const char *name, size_t argc, const MdhValue *args)
{
    MdhThread *t = the_thread();
    for (uint64_t k = 1; k < MAX_ALLOCATIONS; k++) {
        mdh_gc_fail_after(k);
        MdhValue v = call_builtin(name, argc, args);
        bool reached = !mdh_gc_fail_pending();
        mdh_gc_fail_after(0);
        if (mdh_is_exc(v)) {
            MdhValue text = mdh_show(t, mdh_take_error(t));
            Slice got = mdh_str_slice(text);
            // An error of its own may come after an allocation that it can do without.
            if (reached && !slice_contains(got, SLICE_LIT("Nae memory left"))) {
                char line[200];
                snprintf(line, sizeof line, "%s, %d: %.*s", name, (int)k, SLICE_ARG(got));
                CHECK_STR(line, "Nae memory left");
            }
        }
        CHECK_EQ(t->data_depth, 0);
        if (!reached) return;
    }
    CHECK_STR(name, "(never done)");
}

#define SWEEP(name, ...) sweep(name, COUNT(__VA_ARGS__), VALUES(__VA_ARGS__))

static MdhValue D(const char *json)
{
    return CALL("json_parse", S(json));
}

static MdhValue long_text(void)
{
    return mdh_str_repeat(the_thread(), S("haggis 42, neeps 7; é "), 30);
}

TEST(json)
{
    SWEEP("json_parse",
          S("{\"a\": [1, 2.5e300, \"some longer text\", {}], \"b\\n\": null}"));
    SWEEP("json_stringify", D("{\"a\": [1, 2.5e300, \"x\"], \"b\": {}}"));
    SWEEP("json_pretty", CALL("creel", L(I(1), S("x"))));
}

TEST(regex)
{
    SWEEP("regex_match", long_text(), S("(\\d+)"));
    SWEEP("regex_match_all", long_text(), S("(\\d+)"));
    SWEEP("regex_groups", long_text(), S("(\\w+) (\\d+)"));
    SWEEP("regex_replace", long_text(), S("(\\d+)"), S("<$1>"));
    SWEEP("regex_split", long_text(), S("[,;] *"));
    SWEEP("regex_test", S("x"), S("(bad"));
}

TEST(bytes)
{
    MdhValue b = CALL("bytes", I(600));
    SWEEP("bytes", I(300));
    SWEEP("bytes_from_string", long_text());
    SWEEP("bytes_from_list", L(I(1), I(2)));
    SWEEP("bytes_slice", b, I(10), I(500));
    SWEEP("bytes_view", b, I(10), I(500));
    SWEEP("bytes_append", CALL("bytes", I(3)), b);
    SWEEP("bytes_set", b, I(1), I(2)); // a slice shares it: the write copies
    SWEEP("bytes_concat", b, b);
    SWEEP("bytes_hex", b);
    SWEEP("bytes_unhex", S("00ff 1234"));
    SWEEP("bytes_to_list", b);
    SWEEP("bytes_to_string", b, S("latin1"));
    SWEEP("bytes_to_string", CALL("bytes_unhex", S("41ff")), S("utf-8"), S("replace"));
    SWEEP("bytes_read_i64be", CALL("bytes_unhex", S("7fffffffffffffff")), I(0));
    SWEEP("bytes_get", b, I(9999));
}

TEST(files_and_system)
{
    SWEEP("read_file", S("/nae/sic/file"));
    SWEEP("read_lines", S("/etc/passwd"));
    SWEEP("read_file_bytes", S("/etc/passwd"));
    SWEEP("list_dir", S("/"));
    SWEEP("path_join", long_text(), S("b"));
    SWEEP("scrieve", S("/dev/null"), D("[1, {\"a\": 2}]"));
    SWEEP("env_get", S("PATH"));
    SWEEP("env_set", S("MDH_TEST_OOM"), D("[1, 2]"));
    sweep("env_all", 0, NULL);
    sweep("args", 0, NULL);
    sweep("cwd", 0, NULL);
    sweep("uuid", 0, NULL);
    sweep("stacktrace", 0, NULL);
    SWEEP("shell", S("echo hullo there this is a longer text"));
}

TEST(time_and_log)
{
    sweep("date_now", 0, NULL);
    SWEEP("date_format", I(0), S("%A, %d %B %Y, a longer text"));
    SWEEP("date_parse", S("nae date"), S("%F"));
    SWEEP("braw_date", I(0));
    SWEEP("log_init",
          D("{\"sinks\": [{\"kind\": \"memory\", \"max\": 5}], \"level\": \"whisper\"}"));
    CHECK_CALL("naething", "log_init",
               D("{\"sinks\": [{\"kind\": \"memory\", \"max\": 5}]}"));
    for (int i = 0; i < 15; i++)
        SWEEP("log_event", S("roar"), D("[1, 2]"), D("{\"a\": [1]}"), S("target"));
    CHECK_CALL("naething", "log_init",
               D("{\"format\": \"json\", \"sinks\": [{\"kind\": \"file\", \"path\": "
                 "\"/dev/null\"}]}"));
    SWEEP("log_event", S("roar"), D("[1, 2]"), D("{\"a\": [1]}"), S("target"));
    SWEEP("log_span", S("name"), S("roar"));
    SWEEP("log_set_filter", S("loud"));
    sweep("log_get_filter", 0, NULL);
    sweep("log_records", 0, NULL);
}
