// SPDX-License-Identifier: MIT
// The handful of macros every file may use: attributes, array length, debug assertion.

#ifndef MDH_BASE_COMMON_H
#define MDH_BASE_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define countof(array) (sizeof(array) / sizeof((array)[0]))

#define MDH_LIKELY(x)    __builtin_expect(!!(x), 1)
#define MDH_UNLIKELY(x)  __builtin_expect(!!(x), 0)
#define MDH_NODISCARD    __attribute__((warn_unused_result))
#define MDH_NORETURN     __attribute__((noreturn))
#define MDH_NOINLINE     __attribute__((noinline))
#define MDH_COLD         __attribute__((cold, noinline))
#define MDH_UNUSED       __attribute__((unused))
#define MDH_FALLTHROUGH  __attribute__((fallthrough))
#define MDH_PRINTF(f, a) __attribute__((format(printf, f, a)))

// A broken invariant is our bug: debug builds stop at once and say where; release builds
// let the compiler see nothing at all (the condition must have no side effect).
#ifdef MDH_DEBUG
#define MDH_ASSERT(cond)                                                                   \
    ((cond) ? (void)0 : mdh_assert_failed(#cond, __FILE__, __LINE__, __func__))
#else
#define MDH_ASSERT(cond) ((void)sizeof(!(cond)))
#endif

// A place the program cannot get to, whatever the input.
#ifdef MDH_DEBUG
#define MDH_UNREACHABLE() mdh_assert_failed("unreachable", __FILE__, __LINE__, __func__)
#else
#define MDH_UNREACHABLE() __builtin_unreachable()
#endif

// Prints the broken condition and aborts.
MDH_NORETURN MDH_COLD void mdh_assert_failed(const char *cond, const char *file, int line,
                                             const char *func);

#endif
