// SPDX-License-Identifier: MIT
// The interpreter under libFuzzer. Its commentary hook, which sees every instruction, is replaced
// (--wrap): it counts them, and marks each pair of source lines in counters that libFuzzer reads as
// coverage. So the fuzzer sees the branches of .braw code, not only those of the interpreter.
#include "fuzz/wire/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lang/driver/driver.h"
#include "lang/vm/vm_priv.h"
#include "runtime/core/throw.h"
#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/data/str.h"
#include "runtime/mem/gc.h"

// Nothing is freed under the plain collector, and the modules cannot be loaded twice: the process
// ends in good order when it holds this much, and who runs it starts it again (tests/run_all.py).
#define MOST_HEAP ((uint64_t)400 << 20)
#define N_COUNTERS 32768

__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t counters[N_COUNTERS];

static uint64_t steps;
static MdhThread *thread;

void __wrap_vm_trace_step(MdhThread *t, const VmCode *code, const uint32_t *ip,
                          const MdhValue *r);

void __wrap_vm_trace_step(MdhThread *t, const VmCode *code, const uint32_t *ip,
                          const MdhValue *r)
{
    static uint32_t last;
    (void)t, (void)r;
    steps++;
    if (code->module == vm_base) return;
    // The file by its length: the numbers must be the same in the next process.
    uint32_t here = code->info.lines[ip - code->info.code] * 31 +
                    (uint32_t)strlen(code->info.file) * 2654435761u;
    if (here == last) return;
    uint8_t *c = &counters[(here ^ (last >> 1)) % N_COUNTERS];
    if (*c < 255) ++*c;
    last = here;
}

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "wire: %s\n", what);
    abort();
}

static _Noreturn void threw(const char *what)
{
    vm_trace = 0;
    report_error(thread);
    give_up(what);
}

static MdhValue load(const char *name)
{
    static const VmModule importer = {.dir = MDH_FUZZ_WIRE_DIR, .world = VM_WORLD_USER};
    static char program[] = "fuzz", *argv[] = {program, NULL};
    char path[64];
    thread = drv_start(1, argv);
    if (!thread) give_up("the interpreter does not start");
    snprintf(path, sizeof path, "check_%s", name);
    MdhValue module = drv_fetch(thread, &importer, mdh_str_c(thread, path));
    if (mdh_is_exc(module)) threw("the checks do not load");
    MdhValue fn = mdh_dict_get_c(module, "check");
    if (mdh_is_absent(fn)) give_up("no function `check`");
    vm_trace = 1;
    return fn;
}

void wire_check(const char *name, const uint8_t *data, size_t size, uint64_t fixed,
                uint64_t per_octet)
{
    static MdhValue fn;
    MdhGcStats stats;
    if (size > WIRE_MAX_INPUT) return;
    if (!thread) fn = load(name);
    MdhValue octets = mdh_bytes_from(thread, data, size);
    if (mdh_is_exc(octets)) give_up("out of memory");
    steps = 0;
    if (mdh_is_exc(mdh_call1(thread, fn, octets))) threw("a check failed");
    if (steps > fixed + per_octet * size) {
        fprintf(stderr, "wire: %llu instructions for %zu octets\n", (unsigned long long)steps,
                size);
        give_up("too much work");
    }
    mdh_gc_stats(&stats);
    if (stats.heap_bytes > MOST_HEAP) _exit(0);
}
