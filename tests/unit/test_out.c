// SPDX-License-Identifier: MIT
#ifndef _GNU_SOURCE
#define _GNU_SOURCE // F_SETPIPE_SZ
#endif
#include "runtime/sys/out.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/common.h"
#include "tests/unit/harness.h"

static int read_end;

static void open_pipe(void)
{
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    read_end = ends[0];
    mdh_out_redirect(ends[1]);
}

static ssize_t waiting(char *text, size_t size)
{
    ssize_t n = read(read_end, text, size);
    return n < 0 ? 0 : n;
}

TEST(nothing_is_written_before_a_flush)
{
    char text[100];
    open_pipe();
    mdh_out_write("braw\n", 5);
    CHECK_EQ(waiting(text, sizeof text), 0);
    CHECK(mdh_out_flush());
    ssize_t n = waiting(text, sizeof text);
    CHECK_MEM(text, (size_t)n, "braw\n");
}

TEST(a_full_buffer_is_written)
{
    static char piece[1000], text[2 * MDH_OUT_CAP];
    open_pipe();
    memset(piece, 'x', sizeof piece);
    for (int i = 0; i < 66; i++) mdh_out_write(piece, sizeof piece);
    CHECK_EQ(waiting(text, sizeof text), 65000);
    mdh_out_flush();
    CHECK_EQ(waiting(text, sizeof text), 1000);
}

TEST(what_is_longer_than_the_buffer_keeps_its_place)
{
    static char big[MDH_OUT_CAP + 1], text[1 << 20];
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    mdh_out_redirect(ends[1]);
    memset(big, 'b', sizeof big);
    mdh_out_write("a", 1);
    mdh_out_write(big, sizeof big);
    mdh_out_write("c", 1);
    mdh_out_flush();
    CHECK_EQ(read(ends[0], text, sizeof text), MDH_OUT_CAP + 3);
    CHECK_EQ(text[0], 'a');
    CHECK_EQ(text[1], 'b');
    CHECK_EQ(text[MDH_OUT_CAP + 2], 'c');
}

TEST(a_closed_reader_is_only_a_failure)
{
    open_pipe();
    close(read_end);
    mdh_out_write("x", 1);
    CHECK(!mdh_out_flush());
    mdh_out_write("y", 1);
    CHECK(!mdh_out_flush());
}

TEST(a_closed_standard_output_is_only_a_failure)
{
    close(1);
    mdh_out_redirect(1);
    mdh_out_write("x", 1);
    CHECK(!mdh_out_flush());
}

TEST(the_rest_is_written_at_exit)
{
    char text[100];
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (!child) {
        mdh_out_redirect(ends[1]);
        mdh_out_write("late", 4);
        exit(0);
    }
    waitpid(child, NULL, 0);
    CHECK_EQ(read(ends[0], text, sizeof text), 4);
}

static void *write_lines(void *arg)
{
    for (int i = 0; i < 2000; i++) mdh_out_write(arg, 20);
    return NULL;
}

TEST(pieces_of_threads_do_not_mix)
{
    static char text[1 << 20];
    char lines[4][21] = {"aaaaaaaaaaaaaaaaaaa\n", "bbbbbbbbbbbbbbbbbbb\n",
                         "ccccccccccccccccccc\n", "ddddddddddddddddddd\n"};
    pthread_t threads[4];
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    REQUIRE(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) > 0);
    mdh_out_redirect(ends[1]);
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, write_lines, lines[i]);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    mdh_out_flush();
    close(ends[1]);
    ssize_t got = 0, n;
    mdh_out_redirect(2);
    while ((n = read(ends[0], text + got, sizeof text - (size_t)got)) > 0) got += n;
    CHECK_EQ(got, 4 * 2000 * 20);
    for (ssize_t i = 0; i < got; i += 20)
        if (memcmp(text + i, lines[text[i] - 'a'], 20)) CHECK(!"mixed");
}
