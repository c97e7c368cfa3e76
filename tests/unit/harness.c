// SPDX-License-Identifier: MIT

#define _GNU_SOURCE
#include "tests/unit/harness.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_S 10

static TestCase *all_tests;
static int failed_checks;

void test_register(TestCase *test)
{
    // Constructors run in an order of the linker's choosing; names put the list in order.
    TestCase **at = &all_tests;
    while (*at && strcmp((*at)->file, test->file) < 0) at = &(*at)->next;
    while (*at && strcmp((*at)->file, test->file) == 0 &&
           strcmp((*at)->name, test->name) < 0) {
        at = &(*at)->next;
    }
    test->next = *at;
    *at = test;
}

bool test_has_failed(void)
{
    return failed_checks > 0;
}

void test_stop(void)
{
    exit(test_has_failed() ? 1 : 0);
}

void test_check(bool ok, const char *expr, const char *file, int line)
{
    if (ok) return;
    failed_checks++;
    printf("  %s:%d: %s\n", file, line, expr);
}

void test_check_i64(int64_t a, int64_t b, const char *ea, const char *eb, const char *file,
                    int line)
{
    if (a == b) return;
    failed_checks++;
    printf("  %s:%d: %s == %s: %" PRId64 " (0x%" PRIx64 ") against %" PRId64 " (0x%" PRIx64
           ")\n",
           file, line, ea, eb, a, (uint64_t)a, b, (uint64_t)b);
}

void test_check_f64(double a, double b, const char *ea, const char *eb, const char *file,
                    int line)
{
    if ((isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0) return;
    failed_checks++;
    printf("  %s:%d: %s == %s: %.17g against %.17g\n", file, line, ea, eb, a, b);
}

void test_check_str(const char *a, const char *b, const char *ea, const char *file,
                    int line)
{
    if (a == b || (a && b && strcmp(a, b) == 0)) return;
    failed_checks++;
    printf("  %s:%d: %s:\n    got      \"%s\"\n    expected \"%s\"\n", file, line, ea,
           a ? a : "(NULL)", b ? b : "(NULL)");
}

static void print_octets(const char *title, const unsigned char *p, size_t n)
{
    printf("    %s (%zu) ", title, n);
    for (size_t i = 0; i < n && i < 200; i++) {
        if (p[i] >= 0x20 && p[i] < 0x7f) putchar(p[i]);
        else printf("\\x%02x", p[i]);
    }
    putchar('\n');
}

void test_check_mem(const void *a, size_t na, const void *b, size_t nb, const char *ea,
                    const char *file, int line)
{
    if (na == nb && (na == 0 || memcmp(a, b, na) == 0)) return;
    failed_checks++;
    printf("  %s:%d: %s:\n", file, line, ea);
    print_octets("got     ", a, na);
    print_octets("expected", b, nb);
}

// The linker sends the allocator calls of the code under test here (--wrap,
// tests/unit/CMakeLists.txt). Tests of memory shortage are single-threaded.
static atomic_long allocs_left = -1; // code under test may have threads
static atomic_bool alloc_failed;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);

void test_fail_alloc_after(long n)
{
    allocs_left = n;
    alloc_failed = false;
}

bool test_alloc_failed(void)
{
    return alloc_failed;
}

static bool refuse(void)
{
    long left = allocs_left;
    while (left > 0 && !atomic_compare_exchange_weak(&allocs_left, &left, left - 1)) {}
    if (left != 0) return false;
    alloc_failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return refuse() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuse() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return refuse() ? NULL : __real_realloc(p, size);
}

static void run_here(const TestCase *test)
{
    failed_checks = 0;
    test_fail_alloc_after(-1);
    test->run();
    test_fail_alloc_after(-1);
}

// What a finished child's status means, or NULL when it passed.
static const char *verdict(int status, int limit_s)
{
    static char text[80];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return NULL;
    if (WIFEXITED(status)) {
        snprintf(text, sizeof text, "exit status %d", WEXITSTATUS(status));
    } else if (WTERMSIG(status) == SIGALRM) {
        snprintf(text, sizeof text, "still running after %d s", limit_s);
    } else {
        snprintf(text, sizeof text, "killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    }
    return text;
}

static bool run_apart(const TestCase *test, int limit_s)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm((unsigned)limit_s);
        run_here(test);
        exit(test_has_failed() ? 1 : 0); // exit, not _exit: the leak checker looks at exit
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        perror("  fork");
        return false;
    }
    const char *why = verdict(status, limit_s);
    if (why) printf("FAIL %s (%s): %s\n", test->name, test->file, why);
    return !why;
}

static bool is_wanted(const TestCase *test, char **words)
{
    if (!*words) return true;
    for (; *words; words++) {
        if (strstr(test->name, *words) || strstr(test->file, *words)) return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    bool list = argc > 1 && strcmp(argv[1], "-l") == 0;
    bool here = argc > 1 && strcmp(argv[1], "-n") == 0;
    char **words = argv + 1 + (list || here);
    const char *limit_text = getenv("MDH_TEST_LIMIT_S"); // for slow builds
    int limit_s = limit_text ? (int)strtol(limit_text, NULL, 10) : LIMIT_S;
    int passed = 0, failed = 0;

    for (const TestCase *test = all_tests; test; test = test->next) {
        if (!is_wanted(test, words)) continue;
        if (list) {
            printf("%s (%s)\n", test->name, test->file);
            continue;
        }
        bool ok;
        if (here) {
            run_here(test);
            ok = !test_has_failed();
        } else {
            ok = run_apart(test, limit_s);
        }
        if (ok) passed++;
        else failed++;
    }
    if (!list) printf("%d passed, %d failed\n", passed, failed);
    return failed || (!list && passed == 0) ? 1 : 0;
}
