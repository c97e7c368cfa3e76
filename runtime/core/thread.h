// SPDX-License-Identifier: MIT
// The thread record: everything a script thread owns. It is passed to every runtime call, lives
// in uncollectable memory, and all collector roots of a thread hang off it.
#ifndef MDH_CORE_THREAD_H
#define MDH_CORE_THREAD_H

#include "runtime/core/fn.h"
#include "runtime/core/value.h"
#include "runtime/mem/gc.h"

// One call on the heap stack of the interpreter. A frame is complete before `fp` points at it: the
// collector may look at any moment. The live part of the value stack ends at
// base + info->nregs of the innermost frame (plus MDH_MAX_PARAMS words of slack).
typedef struct MdhFrame {
    MdhFn *fn;            // NULL: the bottom
    MdhValue *base;       // register 0; base[-1] is the callee and receives the result
    const uint32_t *ip;   // saved before anything that may throw or look at the stack
    uint64_t kind;        // 0 = called from bytecode; 1 = entered from C
} MdhFrame;

// One line of an error's trace.
typedef struct MdhTraceEntry {
    const char *fn_name;  // static or in the image: lives as long as the process
    const char *file;
    uint32_t line;
} MdhTraceEntry;

#define MDH_TRACE_MAX 32

struct MdhThread {
    // interpreter state; `fp` is the innermost frame
    MdhFrame *fp;
    MdhFrame *frames, *frames_end;
    MdhValue *stack, *stack_end;
    MdhValue *native_top;  // first word above what C code has pushed for its own calls, or NULL

    // the error that waits while MDH_EXC travels; exc_line_at is the octet offset in the text
    // where the line number is still to be put, or -1
    MdhValue exc;
    int32_t exc_line_at;
    bool exc_hurled;       // by `hurl`: the report says "Hurled at line N: ..."
    uint32_t exc_line;
    const char *exc_file;
    MdhTraceEntry trace[MDH_TRACE_MAX];
    uint32_t ntrace, ntrace_dropped;
    MdhValue oom_text;     // preallocated

    uint32_t depth;        // nested re-entries from the runtime into script (limit 200)
    uint32_t data_depth;   // nesting while printing, comparing, stringifying (limit 1000)
    bool exiting;          // `exit` was called: unwind without running catch or finally
    int exit_status;

    MdhGcCache gc;
    uint64_t rng[4];
    uint64_t id;
    const char *name;
    MdhThread *next;       // all threads, for the collector
    MdhValue log_spans;    // innermost first, see builtins/log
    void *vm;              // lang/vm private
    void *c_stack_base;
    char *c_stack_limit;   // below this address mdh_call throws the stack error
    struct MdhParker *parker; // conc private: how this thread waits, made when it first does
    MdhValue task;         // conc private: the handle, once there is one
    MdhValue exc_thread;   // name of the thread that threw the waiting error, if another
    bool is_uncounted;     // no longer in mdh_thread_counts, though its record still lives
};

// Zeroed and scanned / pointer-free and undefined; NULL when there is no memory.
MDH_INLINE void *mdh_new(MdhThread *t, size_t bytes) { return mdh_gc_alloc(&t->gc, bytes); }
MDH_INLINE void *mdh_new_atomic(MdhThread *t, size_t bytes)
{
    return mdh_gc_alloc_atomic(&t->gc, bytes);
}

#define MDH_MAX_REENTRY 200
#define MDH_MAX_DATA_DEPTH 1000

// What the first thread reserves for the interpreter's values; others take no more either. Native
// programs, which need none, set it before the first record is made.
extern size_t mdh_value_stack_bytes;
// Called on the OS thread that the record is for, which becomes known to the collector. The first
// one gets the main thread's big stack. NULL when out of memory.
MdhThread *mdh_thread_new(const char *name);
// Called on the same OS thread, which must not touch the heap afterwards.
void mdh_thread_free(MdhThread *t);
// The calling OS thread's record, for places that have no `t` (finalisers, library callbacks).
MdhThread *mdh_thread_self(void);
// Process-wide start: collector, interned strings, static values. Idempotent.
bool mdh_runtime_init(void);
// Forgets everything (plain back end, between fuzz inputs and golden programs). No thread record
// or value may be used afterwards; start again with mdh_runtime_init.
void mdh_runtime_reset(void);
// The first thread's record in a list linked by `next` (the collector walks it, world stopped).
extern MdhThread *mdh_threads;
// How many thread records there are, in the upper half (and in the making, and threads of the
// runtime itself that may wake one), and how many of those threads wait for something that only
// another one can do, in the lower. Atomic.
extern uint64_t mdh_thread_counts;
#define MDH_COUNT_THREAD (UINT64_C(1) << 32)
MDH_INLINE bool mdh_thread_is_alone(void)
{
    return __atomic_load_n(&mdh_thread_counts, __ATOMIC_SEQ_CST) >> 32 <= 1;
}
MDH_INLINE bool mdh_threads_are_blocked(void)
{
    uint64_t counts = __atomic_load_n(&mdh_thread_counts, __ATOMIC_SEQ_CST);
    return counts && counts >> 32 == (uint32_t)counts;
}
// The thread is about to end: it counts no more. mdh_thread_free does the same by itself.
void mdh_thread_uncount(MdhThread *t);
// Calls `visit` for each record, newest first, until it gives false. No thread ends meanwhile.
void mdh_threads_visit(bool (*visit)(MdhThread *t, void *ctx), void *ctx);

#endif
