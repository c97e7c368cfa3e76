// SPDX-License-Identifier: MIT
// The unit-test harness. TEST(name) { … } registers itself; link one or more test files
// with harness.c, which has main. Each test runs in its own process with a limit of 10 s;
// checks print both operands and the test goes on, so one run shows every failure. The last
// line is `N passed, N failed`.
//
//     program            run all            program -l      list
//     program NAME…      only those whose name contains one of the words
//     program -n NAME…   the same in this process, for a debugger

#ifndef MDH_TESTS_UNIT_HARNESS_H
#define MDH_TESTS_UNIT_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct TestCase {
    const char *name;
    const char *file;
    void (*run)(void);
    struct TestCase *next;
} TestCase;

void test_register(TestCase *test);
void test_check(bool ok, const char *expr, const char *file, int line);
void test_check_i64(int64_t a, int64_t b, const char *ea, const char *eb, const char *file,
                    int line);
void test_check_f64(double a, double b, const char *ea, const char *eb, const char *file,
                    int line);
void test_check_str(const char *a, const char *b, const char *ea, const char *file,
                    int line);
void test_check_mem(const void *a, size_t na, const void *b, size_t nb, const char *ea,
                    const char *file, int line);
_Noreturn void test_stop(void);
bool test_has_failed(void);

// Failing allocator: the allocation after `n` more of them, and every later one, gives
// NULL; n < 0 ends it. Reaches malloc, calloc and realloc called from the code under test
// (not libc's own).
void test_fail_alloc_after(long n);
bool test_alloc_failed(void); // since the last test_fail_alloc_after

#define TEST(id)                                                                           \
    static void test_##id(void);                                                           \
    __attribute__((constructor)) static void test_register_##id(void)                      \
    {                                                                                      \
        static TestCase test = {#id, __FILE__, test_##id, NULL};                           \
        test_register(&test);                                                              \
    }                                                                                      \
    static void test_##id(void)

#define CHECK(cond) test_check((cond), #cond, __FILE__, __LINE__)

// Integers (compared as int64_t).
#define CHECK_EQ(a, b)                                                                     \
    test_check_i64((int64_t)(a), (int64_t)(b), #a, #b, __FILE__, __LINE__)

// Doubles, bit for bit except that any NaN equals any NaN.
#define CHECK_F64(a, b) test_check_f64((a), (b), #a, #b, __FILE__, __LINE__)

// NUL-terminated strings; NULL equals only NULL.
#define CHECK_STR(a, b) test_check_str((a), (b), #a, __FILE__, __LINE__)

// Octets: pointer and length against a literal.
#define CHECK_MEM(p, n, lit)                                                               \
    test_check_mem((p), (n), "" lit, sizeof(lit) - 1, #p, __FILE__, __LINE__)

// A check without which the rest of the test makes no sense.
#define REQUIRE(cond)                                                                      \
    do {                                                                                   \
        bool require_ok_ = (cond);                                                         \
        test_check(require_ok_, #cond, __FILE__, __LINE__);                                \
        if (!require_ok_) test_stop();                                                     \
    } while (0)

#endif
