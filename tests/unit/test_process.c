// SPDX-License-Identifier: MIT
#include "runtime/sys/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/sys/in.h"
#include "tests/unit/rt.h"

typedef struct Ran {
    Buf out, err;
    int status, code;
} Ran;

static Ran *shell(const char *command)
{
    static Ran r;
    buf_init(&r.out, 1 << 24);
    buf_init(&r.err, 1 << 24);
    r.status = -99;
    r.code = mdh_shell_run(command, &r.out, &r.err, &r.status);
    return &r;
}

TEST(output_and_error_are_apart)
{
    Ran *r = shell("echo one; echo two >&2; exit 3");
    CHECK_EQ(r->code, 0);
    CHECK_EQ(r->status, 3);
    CHECK_STR(r->out.data, "one\n");
    CHECK_STR(r->err.data, "two\n");
}

TEST(both_may_be_long)
{
    Ran *r =
        shell("i=0; while [ $i -lt 3000 ]; do printf '%0100d' 1; printf '%0100d' 2 >&2; "
              "i=$((i+1)); done");
    CHECK_EQ(r->status, 0);
    CHECK_EQ(r->out.len, 300000);
    CHECK_EQ(r->err.len, 300000);
}

TEST(a_signal_is_minus_one)
{
    CHECK_EQ(shell("kill -9 $$")->status, -1);
}

TEST(standard_input_is_empty)
{
    CHECK_STR(shell("cat; echo end")->out.data, "end\n");
}

TEST(the_child_has_the_usual_signals)
{
    mdh_ignore_sigpipe();
    CHECK_STR(shell("kill -PIPE $$; echo alive")->out.data, "");
    CHECK_EQ(shell("kill -PIPE $$")->status, -1);
}

TEST(another_shell)
{
    setenv("MDH_SHELL", "/nae/sic/shell", 1);
    CHECK(shell("true")->code != 0);
    setenv("MDH_SHELL", "/bin/echo", 1);
    CHECK_STR(shell("braw")->out.data, "-c braw\n");
}

TEST(descriptors_are_closed)
{
    int before = open("/dev/null", O_RDONLY);
    for (int i = 0; i < 20; i++) shell("true");
    setenv("MDH_SHELL", "/nae/sic/shell", 1);
    for (int i = 0; i < 20; i++) shell("true");
    int after = open("/dev/null", O_RDONLY);
    CHECK_EQ(after, before + 1);
}

static void input(const char *text)
{
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    REQUIRE(write(ends[1], text, strlen(text)) == (ssize_t)strlen(text));
    close(ends[1]);
    dup2(ends[0], 0);
}

TEST(lines_of_standard_input)
{
    input("  hullo \t\r\n\nfå\xff\nlast");
    CHECK_SHOWN(mdh_read_line(rt(), SLICE_NONE), "hullo");
    CHECK_SHOWN(mdh_read_line(rt(), SLICE_NONE), "");
    CHECK_SHOWN(mdh_read_line(rt(), SLICE_NONE), "få\xEF\xBF\xBD");
    CHECK_SHOWN(mdh_read_line(rt(), SLICE_NONE), "last");
    CHECK_SHOWN(mdh_read_line(rt(), SLICE_NONE), "");
    CHECK_SHOWN(mdh_read_line(rt(), SLICE_NONE), "");
}

TEST(no_key_without_a_terminal)
{
    char key[8];
    input("x");
    CHECK_EQ(mdh_read_key(key), 0);
}
