// SPDX-License-Identifier: MIT
// Limits and test hooks of the allocator, the same for both back ends.
//
//   MDH_MAX_HEAP=512m      the most the heap may hold; k, m, g. Default 80 % of the memory
//                          that this process may use.
//   MDH_STRESS=gc          collect at allocations whose distance grows by 3 % each time, at
//                          most 500 of them a program: every one at first, rarely later.
//   MDH_STRESS=gc-every    collect at every allocation (slow: soak tests only).
//
// Several words of MDH_STRESS are separated by commas; those of others are ignored here.
#include <stdlib.h>

#include "base/num.h"
#include "base/os.h"
#include "base/slice.h"
#include "runtime/mem/mem.h"

#define STRESS_COLLECTIONS 500
#define MIN_HEAP           ((uint64_t)4 << 20)

bool mdh_mem_hooked;

static uint64_t heap_limit;
static bool stress, stress_every;
static uint64_t stress_count, stress_next = 1, stress_done;
static double stress_step = 1;
static uint64_t fail_in; // 0: no failure is due

static uint64_t unit_of(char c)
{
    switch (c | 0x20) {
    case 'k': return UINT64_C(1) << 10;
    case 'm': return UINT64_C(1) << 20;
    case 'g': return UINT64_C(1) << 30;
    default: return 1;
    }
}

static uint64_t parse_size(Slice text)
{
    uint64_t n, bytes;
    uint64_t unit = text.len ? unit_of(text.ptr[text.len - 1]) : 1;
    if (unit != 1) text.len--;
    if (num_parse_u64(text, 10, &n) != NUM_OK) return 0;
    return __builtin_mul_overflow(n, unit, &bytes) ? 0 : bytes;
}

static bool has_word(Slice list, Slice word)
{
    while (list.len) {
        size_t comma = slice_find_char(list, ',');
        Slice head = comma == SLICE_NOT_FOUND ? list : slice_sub(list, 0, comma);
        if (slice_eq(slice_trim(head), word)) return true;
        list = slice_from(list, head.len + 1);
    }
    return false;
}

void mdh_mem_configure(void)
{
    heap_limit = parse_size(slice_from_cstr(getenv("MDH_MAX_HEAP")));
    if (heap_limit == 0) heap_limit = os_memory_limit_bytes() / 5 * 4;
    if (heap_limit < MIN_HEAP) heap_limit = MIN_HEAP;

    Slice modes = slice_from_cstr(getenv("MDH_STRESS"));
    stress_every = has_word(modes, SLICE_LIT("gc-every"));
    stress = stress_every || has_word(modes, SLICE_LIT("gc"));
    mdh_mem_hooked = stress;
}

bool mdh_mem_stress_heap(void)
{
    return stress;
}

uint64_t mdh_gc_heap_limit(void)
{
    return heap_limit;
}

static void maybe_collect(void)
{
    uint64_t at = __atomic_add_fetch(&stress_count, 1, __ATOMIC_RELAXED);
    if (!stress_every) {
        if (at < stress_next || stress_done >= STRESS_COLLECTIONS) return;
        // Two threads may both pass here; then one collection is more, which harms nobody.
        stress_done++;
        stress_step *= 1.03;
        stress_next = at + (uint64_t)stress_step;
    }
    mdh_gc_collect();
}

static bool must_fail(void)
{
    uint64_t left = __atomic_load_n(&fail_in, __ATOMIC_RELAXED);
    return left && __atomic_sub_fetch(&fail_in, 1, __ATOMIC_RELAXED) == 0;
}

bool mdh_mem_hook(void)
{
    if (must_fail()) return false;
    if (stress) maybe_collect();
    return true;
}

void mdh_gc_fail_after(uint64_t k)
{
    mdh_mem_drop_caches();
    __atomic_store_n(&fail_in, k, __ATOMIC_RELAXED);
    __atomic_store_n(&mdh_mem_hooked, stress || k, __ATOMIC_RELAXED);
}

bool mdh_gc_fail_pending(void)
{
    return __atomic_load_n(&fail_in, __ATOMIC_RELAXED) != 0;
}

// Never collects: threads that the collector does not know allocate here too.
void *mdh_raw_realloc(void *p, size_t bytes)
{
    if (bytes > MDH_MEM_MOST || must_fail()) return NULL;
    return realloc(p, bytes ? bytes : 1);
}

void mdh_raw_free(void *p)
{
    free(p);
}
