// SPDX-License-Identifier: MIT
// The allocator that fails on demand, put between our code and libc by the linker's --wrap: it
// sees every allocation of ours, none of libc's own. Where the collector is Boehm's, which takes
// its memory from the system, it is put before that too (MDH_FAIL_COLLECTOR). From the
// environment:
//
//   MDH_FAIL_ALLOC=k    allocation k (from 0) fails; with a + behind it, all later ones too; with
//                       a %, each k-th
//   MDH_FAIL_MARK=path  this file is made when one fails, so that who runs us knows when to stop
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "base/slice.h"

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t bytes);
void *__real_realloc(void *p, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *p, size_t bytes);

static _Atomic uint64_t made;
static uint64_t fail_at = UINT64_MAX;
static bool and_later, each_kth;

__attribute__((constructor)) static void read_environment(void)
{
    Slice text = slice_from_cstr(getenv("MDH_FAIL_ALLOC"));
    and_later = text.len && text.ptr[text.len - 1] == '+';
    each_kth = text.len && text.ptr[text.len - 1] == '%';
    text.len -= and_later || each_kth;
    if (!text.len || num_parse_u64(text, 10, &fail_at) != NUM_OK) fail_at = UINT64_MAX;
    atomic_store(&made, 0);
}

static bool must_fail(void)
{
    uint64_t k = atomic_fetch_add_explicit(&made, 1, memory_order_relaxed);
    if (each_kth && fail_at && k) return k % fail_at == 0;
    if (k < fail_at || (k > fail_at && !and_later)) return false;
    const char *mark = getenv("MDH_FAIL_MARK");
    int fd = k == fail_at && mark ? open(mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600) : -1;
    if (fd >= 0) close(fd);
    return true;
}

void *__wrap_malloc(size_t bytes)
{
    return must_fail() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t n, size_t bytes)
{
    return must_fail() ? NULL : __real_calloc(n, bytes);
}

void *__wrap_realloc(void *p, size_t bytes)
{
    return must_fail() ? NULL : __real_realloc(p, bytes);
}

#ifdef MDH_FAIL_COLLECTOR
#include "runtime/mem/mem.h"

bool __real_mdh_mem_hook(void);
void __real_mdh_mem_configure(void);
bool __wrap_mdh_mem_hook(void);
void __wrap_mdh_mem_configure(void);

bool __wrap_mdh_mem_hook(void)
{
    return !must_fail() && __real_mdh_mem_hook();
}

// Every allocation asks the hook, none comes from a thread's own lists.
void __wrap_mdh_mem_configure(void)
{
    __real_mdh_mem_configure();
    mdh_mem_hooked = fail_at != UINT64_MAX;
}
#endif
