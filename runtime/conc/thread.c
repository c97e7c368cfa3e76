// SPDX-License-Identifier: MIT
// The life of a script thread.
//
// What a new thread needs until it has a record of its own lies in a ThreadStart, a root: the
// handle and the name in C. The record then keeps the handle alive, and the start stays until
// the end, for the name. All threads are detached as far as the system is concerned, so one that
// nobody joins leaves nothing; `n_ending` lets the end of the program wait until the last of them
// have done their tidying up.
//
// A thread for which there is no memory to give it a record still ends properly: it touches its
// handle, which its start keeps alive, but allocates and frees nothing.
//
// A thread between its creation and its record is counted as a hold, so that nobody who waits for
// it meanwhile is taken for hopeless.
#include "runtime/conc/thread.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "abi/abi.h"
#include "base/log.h"
#include "runtime/core/lock.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/list.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"
#include "runtime/sys/out.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STACK_BYTES ((size_t)32 << 20) // their frames are several times as big
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STACK_BYTES ((size_t)32 << 20)
#endif
#endif
#ifndef STACK_BYTES
#define STACK_BYTES ((size_t)8 << 20)
#endif

#define HELD_BACK      ((size_t)1 << 20)
#define NAME_MAX_BYTES 64
#define FAILED_MAX     64 // threads whose errors wait for somebody to join them

size_t mdh_thread_stack_bytes = STACK_BYTES;
void (*mdh_thread_report)(MdhThread *t);

typedef struct Task {
    MdhNative native;
    pthread_mutex_t lock; // of what follows
    MdhWaitQueue joiners;
    bool is_done, is_joined, is_detached, has_failed;
    bool is_waited_for; // somebody is in the middle of joining
    bool never_began;   // for want of memory; it has failed then, but has no error
    MdhValue result;    // or the kept error
    MdhValue name;
    MdhValue fn, args; // until it begins
    const char *file;  // where it was spawned
    uint32_t line;
    MdhThread *thread; // while it runs
    uint64_t runner;   // its number, atomic; 0: it does not run
    struct Task *next; // in the list of those that failed
} Task;

typedef struct ThreadStart { // a root
    Task *task;
    size_t stack_bytes;
    struct ThreadStart *next; // of those that never began
    char name[NAME_MAX_BYTES + 1];
} ThreadStart;

// What the whole process knows of its threads.
static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t tidied = PTHREAD_COND_INITIALIZER;
static uint32_t n_joinable;           // run and are not detached
static uint32_t n_running, n_tidying; // run; have ended, as far as programs can see
static MdhWaitQueue enders;           // the main thread at its end
static Task *failed;                  // nobody has joined them yet; registered as a root
static uint32_t n_failed;
static ThreadStart *never_began; // to be freed by a thread that may
static uint64_t last_id = 1;     // the main thread's

static const MdhNativeType thread_type = {.kind = "thread"};

static Task *task_of(MdhThread *t, MdhValue v)
{
    if (mdh_has_tag(v, MDH_TAG_NATIVE) && ((MdhNative *)mdh_ptr(v))->type == &thread_type)
        return mdh_ptr(v);
    mdh_throw_native(t, "Unknown %s handle", thread_type.kind);
    return NULL;
}

static Task *new_task(MdhThread *t, uint64_t id)
{
    Task *task = mdh_new(t, sizeof *task);
    if (!task) {
        mdh_throw_oom(t, sizeof *task);
        return NULL;
    }
    task->native.h.tag = MDH_TAG_NATIVE;
    task->native.type = &thread_type;
    task->native.id = id;
    task->native.data = MDH_NAETHING;
    task->name = task->result = MDH_NAETHING;
    pthread_mutex_init(&task->lock, NULL);
    return task;
}

static void note_place(Task *task, const MdhThread *t)
{
    const MdhFrame *f = t->fp;
    if (!f || !f->fn) return;
    const MdhFnInfo *info = f->fn->info;
    task->file = info->file;
    task->line = info->line;
    if (info->lines && f->ip > info->code && f->ip <= info->code + info->ncode)
        task->line = info->lines[f->ip - 1 - info->code];
}

// Errors nobody asked for ------------------------------------------------------------------------

static void report(MdhThread *t)
{
    if (mdh_thread_report) {
        mdh_thread_report(t);
        return;
    }
    MdhValue text = mdh_show(t, mdh_take_error(t));
    if (mdh_is_exc(text)) text = mdh_take_error(t);
    if (!mdh_is_str(text)) return;
    Slice s = mdh_str_slice(text);
    log_line(LOG_ERROR, "thread", "%s: %.*s", t->name, (int)s.len, s.ptr);
}

static MdhValue throw_never_began(MdhThread *t, int err)
{
    char text[128];
    return mdh_throw_native(t, "Cannae start anither thread: %s",
                            err_errno_text(err, text, sizeof text));
}

static void report_task(MdhThread *t, const Task *task)
{
    if (task->never_began) throw_never_began(t, ENOMEM);
    else mdh_throw_kept(t, task->result);
    report(t);
}

static Task *drop_oldest_nolock(void)
{
    Task **at = &failed;
    while ((*at)->next) at = &(*at)->next;
    Task *oldest = *at;
    MDH_PTR_PUBLISH(at, NULL);
    n_failed--;
    return oldest;
}

static void add_failed_nolock(Task *task)
{
    task->next = failed;
    MDH_PTR_PUBLISH(&failed, task);
    n_failed++;
}

// Its error waits for somebody to join it, or for the end of the program; too many are told of
// at once.
static void remember_failed(MdhThread *t, Task *task)
{
    pthread_mutex_lock(&all_lock);
    Task *oldest = n_failed >= FAILED_MAX ? drop_oldest_nolock() : NULL;
    add_failed_nolock(task);
    pthread_mutex_unlock(&all_lock);
    if (oldest) report_task(t, oldest);
}

// False when it is no longer in the list: it has been reported.
static bool forget_failed(Task *task)
{
    pthread_mutex_lock(&all_lock);
    Task **at = &failed;
    while (*at && *at != task) at = &(*at)->next;
    bool found = *at;
    if (found) {
        MDH_PTR_PUBLISH(at, task->next);
        n_failed--;
    }
    pthread_mutex_unlock(&all_lock);
    return found;
}

static Task *take_failed(void)
{
    pthread_mutex_lock(&all_lock);
    Task *oldest = failed ? drop_oldest_nolock() : NULL;
    pthread_mutex_unlock(&all_lock);
    return oldest;
}

// Running ----------------------------------------------------------------------------------------

// The arguments as they are when the thread begins, in memory that nobody else changes.
static MdhValue call_with_list(MdhThread *t, MdhValue fn, MdhValue args)
{
    uint64_t n;
    if (mdh_is_naething(args)) return mdh_call(t, fn, 0, NULL);
    const MdhListBuf *b = mdh_list_freeze(args, &n);
    if (n == 0) return mdh_call(t, fn, 0, NULL);
    if (n > MDH_MAX_OBJECT_BYTES / sizeof(MdhValue)) return mdh_throw_oom(t, n * 8);
    MdhValue *argv = mdh_new(t, n * sizeof *argv);
    if (!argv) return mdh_throw_oom(t, n * sizeof *argv);
    for (uint64_t i = 0; i < n; i++) {
        argv[i] = mdh_listbuf_get(t, b, i);
        if (mdh_is_exc(argv[i])) return MDH_EXC;
    }
    return mdh_call(t, fn, (int)n, argv);
}

// The error that waits gets the thread's name and where it was spawned.
static MdhValue keep_error(MdhThread *t, const Task *task)
{
    if (task->file) mdh_throw_at(t, "<thread>", task->file, task->line);
    t->exc_thread = task->name;
    return mdh_keep_error(t);
}

static MdhValue run(MdhThread *t, Task *task)
{
    MdhValue fn = task->fn, args = task->args;
    task->fn = task->args = MDH_ABSENT; // what only they reach may go
    return call_with_list(t, fn, args);
}

typedef struct Ending {
    Task *task;
    MdhValue result;
    bool has_failed, never_began, is_detached;
} Ending;

// Detaching and ending meet in the task's lock: whichever comes second reports the error.
static void settle(void *ctx)
{
    Ending *e = ctx;
    Task *task = e->task;
    pthread_mutex_lock(&task->lock);
    task->result = e->result;
    task->has_failed = e->has_failed;
    task->never_began = e->never_began;
    task->is_done = true;
    task->thread = NULL;
    __atomic_store_n(&task->runner, 0, __ATOMIC_RELAXED);
    e->is_detached = task->is_detached;
    mdh_wake_all(&task->joiners);
    pthread_mutex_unlock(&task->lock);
    pthread_mutex_lock(&all_lock);
    n_running--;
    n_tidying++;
    if (!e->is_detached && --n_joinable == 0) mdh_wake_all(&enders);
    pthread_mutex_unlock(&all_lock);
}

static bool is_detached(Task *task)
{
    pthread_mutex_lock(&task->lock);
    bool is = task->is_detached;
    pthread_mutex_unlock(&task->lock);
    return is;
}

// In the list of the failed before anybody can see that it is done, so that who joins takes it
// out again.
static void finish(MdhThread *t, Task *task, MdhValue v)
{
    Ending e = {.task = task, .result = v, .has_failed = mdh_is_exc(v)};
    if (e.has_failed) {
        e.result = task->result = keep_error(t, task);
        if (is_detached(task)) report_task(t, task);
        else remember_failed(t, task);
    }
    mdh_wait_thread_ends(t, settle, &e);
    // It was detached between the two.
    if (e.has_failed && e.is_detached && forget_failed(task)) report_task(t, task);
}

static void count_tidied(void)
{
    pthread_mutex_lock(&all_lock);
    if (--n_tidying == 0) pthread_cond_broadcast(&tidied);
    pthread_mutex_unlock(&all_lock);
}

static void *end_without_record(ThreadStart *start)
{
    Task *task = start->task;
    Ending e = {.task = task, .result = MDH_NAETHING, .has_failed = true, .never_began = true};
    pthread_mutex_lock(&all_lock);
    add_failed_nolock(task);
    start->next = never_began;
    never_began = start;
    pthread_mutex_unlock(&all_lock);
    settle(&e);
    mdh_wait_unhold();
    count_tidied();
    return NULL;
}

static void free_never_began(void)
{
    pthread_mutex_lock(&all_lock);
    ThreadStart *start = never_began;
    never_began = NULL;
    pthread_mutex_unlock(&all_lock);
    while (start) {
        ThreadStart *next = start->next;
        mdh_gc_free_root(start);
        start = next;
    }
}

// What is left is for code that does not look at the limit, and for catch and finally blocks.
static size_t stack_usable(size_t bytes)
{
    size_t held_back = bytes / 4 < HELD_BACK ? bytes / 4 : HELD_BACK;
    return bytes - held_back;
}

static void *thread_main(void *arg)
{
    ThreadStart *start = arg;
    MdhThread *t = mdh_thread_new(start->name);
    if (t && !mdh_wait_reserve(t)) {
        mdh_thread_free(t);
        t = NULL;
    }
    if (!t) return end_without_record(start);
    t->c_stack_limit = (char *)t->c_stack_base - stack_usable(start->stack_bytes);
    Task *task = start->task;
    t->task = mdh_from_ptr(task);
    pthread_mutex_lock(&task->lock);
    task->thread = t;
    __atomic_store_n(&task->runner, t->id, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&task->lock);
    mdh_wait_unhold();
    MdhValue v = run(t, task);
    if (t->exiting) mdh_process_end(t->exit_status);
    finish(t, task, v);
    mdh_gc_free_root(start);
    mdh_thread_free(t);
    count_tidied();
    return NULL;
}

// Starting ---------------------------------------------------------------------------------------

static void fill_name(char *out, Slice name)
{
    size_t n = name.len < NAME_MAX_BYTES ? name.len : NAME_MAX_BYTES;
    while (n < name.len && n > 0 && ((unsigned char)name.ptr[n] & 0xC0) == 0x80) n--;
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char)name.ptr[i] < 32 || name.ptr[i] == 127 ? '?' : name.ptr[i];
    out[n] = 0;
}

static bool name_task(MdhThread *t, Task *task, MdhValue name, ThreadStart *start)
{
    Buf made;
    buf_init(&made, NAME_MAX_BYTES);
    if (mdh_is_str(name)) {
        fill_name(start->name, mdh_str_slice(name));
    } else {
        buf_printf(&made, "thread-%llu", (unsigned long long)task->native.id);
        fill_name(start->name, buf_view(&made));
        buf_deinit(&made);
        name = mdh_str_c(t, start->name);
        if (mdh_is_exc(name)) return false;
    }
    task->name = name;
    return true;
}

// Signals are for the main thread, but for those that the collector stops the world with, and
// those that mean a bug of ours.
static void block_signals(sigset_t *before)
{
    static const int bugs[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
    sigset_t most;
    sigfillset(&most);
    for (size_t i = 0; i < countof(bugs); i++) sigdelset(&most, bugs[i]);
    for (int signal = 1; signal < SIGRTMAX; signal++)
        if (mdh_gc_uses_signal(signal)) sigdelset(&most, signal);
    pthread_sigmask(SIG_BLOCK, &most, before);
}

static int create(ThreadStart *start)
{
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t before;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    int err = pthread_attr_setstacksize(&attr, start->stack_bytes);
    block_signals(&before);
    if (!err) err = pthread_create(&thread, &attr, thread_main, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return err;
}

static void count_started(int by)
{
    pthread_mutex_lock(&all_lock);
    n_joinable += (uint32_t)by;
    n_running += (uint32_t)by;
    pthread_mutex_unlock(&all_lock);
}

// Only one thread exists as long as this has not been done: from now on byte locks are taken.
static void become_many(void)
{
    mdh_gc_add_root(&failed, &failed + 1);
    __atomic_store_n(&mdh_many_threads, true, __ATOMIC_SEQ_CST);
}

// A list of its own, so that the caller may go on with the one it gave.
static bool take_args(MdhThread *t, Task *task, MdhValue args)
{
    task->args = mdh_is_list(args) ? mdh_list_copy(t, args) : MDH_NAETHING;
    return !mdh_is_exc(task->args);
}

MdhValue mdh_thread_spawn(MdhThread *t, MdhValue fn, MdhValue args, MdhValue name)
{
    Task *task = new_task(t, __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED));
    ThreadStart *start = task ? mdh_gc_alloc_root(sizeof *start) : NULL;
    if (!start) return task ? mdh_throw_oom(t, sizeof *start) : MDH_EXC;
    start->task = task;
    start->stack_bytes = mdh_thread_stack_bytes;
    task->fn = fn;
    note_place(task, t);
    if (!take_args(t, task, args) || !name_task(t, task, name, start)) {
        mdh_gc_free_root(start);
        return MDH_EXC;
    }
    if (!mdh_wait_reserve(t)) {
        mdh_gc_free_root(start);
        return mdh_throw_oom(t, sizeof *t);
    }
    free_never_began();
    if (!__atomic_load_n(&mdh_many_threads, __ATOMIC_RELAXED)) become_many();
    mdh_wait_hold();
    count_started(1);
    int err = create(start);
    if (!err) return mdh_from_ptr(task);
    count_started(-1);
    mdh_wait_unhold();
    mdh_gc_free_root(start);
    return throw_never_began(t, err);
}

// Joining ----------------------------------------------------------------------------------------

static void describe(const void *obj, Buf *out)
{
    const Task *task = obj;
    if (!mdh_is_str(task->name)) return;
    buf_puts(out, " ");
    buf_put_slice(out, mdh_str_slice(task->name));
}

static uint64_t runner(const void *obj)
{
    return __atomic_load_n(&((const Task *)obj)->runner, __ATOMIC_RELAXED);
}

// Why the thread cannot be joined, or NULL.
static const char *why_not_nolock(const MdhThread *t, const Task *task)
{
    if (task->thread == t) return "cannot join the thread that calls it";
    if (task->is_detached) return "cannot join detached thread";
    if (task->is_joined) return "cannot join a thread twice";
    if (task->is_waited_for) return "cannot join a thread that anither is awready joinin'";
    return NULL;
}

// The lock is held and released.
static MdhValue take_result_unlock(MdhThread *t, Task *task)
{
    MdhValue v = task->result;
    bool has_failed = task->has_failed;
    task->is_joined = true;
    task->result = MDH_NAETHING;
    pthread_mutex_unlock(&task->lock);
    if (!has_failed) return v;
    forget_failed(task);
    return task->never_began ? throw_never_began(t, ENOMEM) : mdh_throw_kept(t, v);
}

static MdhWaitResult await_nolock(MdhThread *t, Task *task, uint64_t deadline_ns)
{
    MdhWaitInfo what = {
        .kind = thread_type.kind, .obj = task, .describe = describe, .holder = runner};
    MdhWaitResult r = MDH_WAIT_WOKEN;
    task->is_waited_for = true;
    while (!task->is_done && r == MDH_WAIT_WOKEN)
        r = mdh_wait_on(t, &task->joiners, &task->lock, deadline_ns, &what);
    task->is_waited_for = false;
    return task->is_done && r == MDH_WAIT_TIMED_OUT ? MDH_WAIT_WOKEN : r;
}

MdhValue mdh_thread_join(MdhThread *t, MdhValue thread, uint64_t deadline_ns, bool *timed_out)
{
    Task *task = task_of(t, thread);
    if (!task) return MDH_EXC;
    pthread_mutex_lock(&task->lock);
    const char *why_not = why_not_nolock(t, task);
    MdhWaitResult r = why_not ? MDH_WAIT_WOKEN : await_nolock(t, task, deadline_ns);
    if (!why_not && task->is_detached) why_not = "cannot join detached thread"; // meanwhile
    if (!why_not && r == MDH_WAIT_WOKEN) return take_result_unlock(t, task);
    pthread_mutex_unlock(&task->lock);
    if (r == MDH_WAIT_DEADLOCK) return MDH_EXC;
    if (why_not) return mdh_throw_native(t, "%s() %s", mdh_builtins[MDH_B_ID_thread_join].name,
                                         why_not);
    *timed_out = true;
    return MDH_NAETHING;
}

bool mdh_thread_detach(MdhThread *t, MdhValue thread)
{
    Task *task = task_of(t, thread);
    if (!task) return false;
    pthread_mutex_lock(&task->lock);
    bool was = task->is_detached, is_joined = task->is_joined, is_done = task->is_done;
    bool has_failed = task->has_failed;
    task->is_detached = true;
    mdh_wake_all(&task->joiners);
    if (!was && !is_done) {
        pthread_mutex_lock(&all_lock);
        if (--n_joinable == 0) mdh_wake_all(&enders);
        pthread_mutex_unlock(&all_lock);
    }
    pthread_mutex_unlock(&task->lock);
    if (!was && !is_joined && is_done && has_failed && forget_failed(task))
        report_task(t, task);
    return true;
}

// Asking -----------------------------------------------------------------------------------------

MdhValue mdh_thread_current(MdhThread *t)
{
    if (!mdh_is_absent(t->task)) return t->task;
    Task *task =
        new_task(t, t->id == 1 ? 1 : __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED));
    if (!task) return MDH_EXC;
    task->name = mdh_str_c(t, t->name);
    if (mdh_is_exc(task->name)) return MDH_EXC;
    task->thread = t;
    task->is_detached = true;
    t->task = mdh_from_ptr(task);
    return t->task;
}

MdhValue mdh_thread_name(MdhThread *t, MdhValue thread)
{
    Task *task = task_of(t, thread);
    return task ? task->name : MDH_EXC;
}

bool mdh_thread_is_running(MdhThread *t, MdhValue thread, bool *running)
{
    Task *task = task_of(t, thread);
    if (!task) return false;
    pthread_mutex_lock(&task->lock);
    *running = !task->is_done;
    pthread_mutex_unlock(&task->lock);
    return true;
}

// The end of the program -------------------------------------------------------------------------

static bool await_all(MdhThread *t)
{
    static const MdhWaitInfo what = {.kind = "the end o the ither threads"};
    MdhWaitResult r = MDH_WAIT_WOKEN;
    pthread_mutex_lock(&all_lock);
    while (n_joinable > 0 && r == MDH_WAIT_WOKEN)
        r = mdh_wait_on(t, &enders, &all_lock, OS_NEVER, &what);
    pthread_mutex_unlock(&all_lock);
    return r == MDH_WAIT_WOKEN;
}

bool mdh_threads_finish(MdhThread *t)
{
    bool ok = await_all(t);
    if (!ok) report(t);
    for (Task *task; (task = take_failed()) != NULL; ok = false) report_task(t, task);
    return ok;
}

bool mdh_threads_remain(void)
{
    pthread_mutex_lock(&all_lock);
    while (n_tidying > 0) pthread_cond_wait(&tidied, &all_lock);
    bool remain = n_running > 0;
    pthread_mutex_unlock(&all_lock);
    return remain;
}

void mdh_process_end(int status)
{
    mdh_out_flush_at_end();
    _exit(status & 255);
}
