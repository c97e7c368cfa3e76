// SPDX-License-Identifier: MIT

#include "base/log.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/harness.h"

static int saved_stderr = -1;
static int pipe_ends[2];

static void catch_stderr(void)
{
    REQUIRE(pipe(pipe_ends) == 0);
    saved_stderr = dup(STDERR_FILENO);
    dup2(pipe_ends[1], STDERR_FILENO);
}

static size_t caught(char *out, size_t size)
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    close(pipe_ends[1]);
    ssize_t got = read(pipe_ends[0], out, size - 1);
    close(pipe_ends[0]);
    size_t len = got > 0 ? (size_t)got : 0;
    out[len] = '\0';
    return len;
}

TEST(log_writes_one_escaped_line)
{
    char text[8192];
    catch_stderr();
    log_line(LOG_WARN, "sys", "leaked %s\n\033[2J", "socket");
    caught(text, sizeof text);
    CHECK_STR(text, "mdhavers warn: sys: leaked socket\\x0a\\x1b[2J\n");
}

TEST(log_level_filters)
{
    char text[8192];
    CHECK_EQ(log_level(), LOG_WARN);
    catch_stderr();
    log_line(LOG_INFO, "sys", "no");
    log_set_level(LOG_DEBUG);
    log_line(LOG_DEBUG, "sys", "yes");
    caught(text, sizeof text);
    CHECK_STR(text, "mdhavers debug: sys: yes\n");
}

TEST(log_long_lines_are_cut)
{
    char text[16384];
    static char big[9000];
    memset(big, '\1', sizeof big - 1);
    catch_stderr();
    log_line(LOG_ERROR, "sys", "%s", big);
    size_t len = caught(text, sizeof text);
    CHECK(len > 1000 && len <= 4096);
    CHECK_EQ(text[len - 1], '\n');
}
