// SPDX-License-Identifier: MIT
// What the files of the loop share. Functions named _nolock want the loop's lock held.
#ifndef MDH_LOOP_LOOP_PRIV_H
#define MDH_LOOP_LOOP_PRIV_H

#include <pthread.h>

#include "base/os.h"
#include "base/vec.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/wheel.h"
#include "runtime/net/socket.h"

// Keys and kinds of event dicts, as interned strings in LoopRoots. X(id, text)
#define LOOP_WORDS(X)                                                                      \
    X(KIND, "kind")                                                                        \
    X(SOCK, "sock")                                                                        \
    X(CALLBACK, "callback") X(READABLE, "readable") X(WRITABLE, "writable") X(NOW, "now")  \
        X(ID, "id") X(TIMER_ID, "timer_id") X(DUE_AT, "due_at") X(SIGNAL_KEY, "signal")    \
            X(READ, "read") X(WRITE, "write") X(ERROR, "error") X(HUP, "hup")              \
                X(TIMER, "timer") X(POST, "post") X(STOP, "stop") X(EVENT, "event")        \
                    X(NAME, "name") X(WHERE, "where") X(TRACE, "trace") X(CODE, "code")    \
                        X(CHAN, "chan") X(VALUE, "value") X(CLOSED, "closed")
enum {
#define X(id, text) W_##id,
    LOOP_WORDS(X)
#undef X
        W_COUNT
};

#define LOOP_SIGNALS 5

// Memory of a loop that the collector scans: LoopRoots first, chained to the chunks behind it, that
// nothing else which is scanned points at. The handle keeps LoopRoots; without a handle of that
// kind the anchor does.
typedef struct LoopMem {
    struct LoopMem *next;
    uint64_t unused; // chunks begin where objects do
} LoopMem;

typedef struct LoopRoots {
    LoopMem *chunks;
    MdhValue words[W_COUNT];
    MdhValue on_error;
    MdhValue signal_fns[LOOP_SIGNALS];
    MdhLoopPart *parts;
} LoopRoots;

typedef struct LoopPost {
    MdhValue fn, event; // event ABSENT: one is made
} LoopPost;

// Watches lie in chunks that never move. A watch of a program's socket keeps the
// handle pinned, so its descriptor cannot be closed, nor its number come back, while it is
// watched. It is found by its token (generation << 32 | place), by its socket's closing hook,
// and by descriptor.
#define WATCH_CHUNK 128u
#define WATCH_NONE  UINT32_MAX

typedef struct Watch {
    MdhValue sock, on_read, on_write;
    SocketHook hook; // on the socket
    Socket *socket;  // of `sock`, pinned
    MdhLoop *loop;
    MdhLoopTask *task; // of the runtime's own descriptor, else NULL
    uint64_t serial;   // order of registration
    int fd;
    uint32_t at, generation, next_free;
    uint32_t interest;
    bool is_live;
    bool is_parked;            // out of the selector for a while, see run.c
    bool told_error, told_hup; // those that last
} Watch;

struct MdhLoop {
    pthread_mutex_t lock; // of what follows
    pthread_mutex_t
        watch_lock; // orders watching and unwatching; taken before a socket's lock,
                    // which is taken before `lock`
    uint32_t refs;  // atomic
    LoopRoots *roots;
    LoopRoots **anchor; // a root of the collector; NULL: the handle keeps `roots`
    Selector *selector;
    MdhThread *owner; // who runs it
    uint32_t depth;   // how often, one within the other
    bool is_stopped;  // atomic, written under the lock
    bool is_shut;
    bool is_woken;           // the sleeper has been told
    bool is_counted;         // the sleeper waits for other threads only, see run.c
    bool is_given_up;        // and there is none that could do anything
    uint64_t sleep_until_ns; // of the thread that waits; 0: none does
    uint64_t lag_ns;
    uint32_t holds;

    VEC(Watch *) watch_chunks;
    VEC(uint32_t) by_fd;  // place + 1 of the live watch
    VEC(uint64_t) parked; // tokens
    uint32_t free_watch, n_watches;
    uint64_t n_serials, parked_until_ns;

    Wheel wheel;
    VEC(MdhValue *) timer_fns; // beside the wheel's chunks

    LoopPost *posts; // a ring
    uint32_t posts_cap, posts_first, n_posts, max_posts;
    MdhLoopTask *first_task, **last_task;
    struct Turn *turn; // of the thread that runs it, the innermost
    MdhLoop *next, **at; // all open loops
};

MDH_INLINE MdhValue loop_word(const MdhLoop *l, int w)
{
    return l->roots->words[w];
}

// Scanned and zeroed, alive as long as the loop's handle; at least 256 octets. NULL: no memory.
void *loop_memory_nolock(MdhLoop *l, size_t bytes);
// Milliseconds on the clock that programs see.
double loop_ms(uint64_t ns);
// The thread that waits shall look again. `by_ns`: only when it would wait longer than that.
void loop_wake_nolock(MdhLoop *l, uint64_t by_ns);
// The thread that waits in the loop counts, or no longer counts, as blocked (mdh_thread_counts).
void loop_count_nolock(MdhLoop *l, bool on);

// watch.c
Watch *watch_of_token_nolock(MdhLoop *l, uint64_t token); // NULL: it is no more
uint64_t watch_token(const Watch *w);
void watch_park(MdhLoop *l, uint64_t token, uint64_t until_ns);
void watch_unpark_nolock(MdhLoop *l, uint64_t now_ns);
void watch_drop_all(MdhLoop *l);

// timers.c
typedef struct LoopTimer {
    uint64_t id, due_us;
    MdhValue fn;
} LoopTimer;
// The next timer that is due: a periodic one is started again, any other is gone.
bool timer_next_nolock(MdhLoop *l, uint64_t now_us, LoopTimer *out);
void timer_drop_all(MdhLoop *l);

// report.c: whose callback it is, and what its event is made of: only where somebody wants to see
// it, so that a callback without parameters costs no dict, and is called when there is no memory.
typedef struct LoopSource LoopSource;
struct LoopSource {
    MdhValue kind, sock; // sock ABSENT: none
    uint64_t timer_id;   // 0: none
    MdhValue fn, event;  // event ABSENT: not made yet
    MdhValue (*make)(MdhThread *t, MdhLoop *l, const LoopSource *s);
    uint64_t now_ns, due_us;
    uint32_t events;
    MdhValue value; // of a channel
    bool is_closed;
};
// The error that waits in `t` was thrown by a callback.
void loop_report_error(MdhThread *t, MdhLoop *l, const LoopSource *source);
void loop_report_lag(MdhThread *t, const LoopSource *source, uint64_t took_ns);
// run.c: calls its callback, or gathers its event; now_ns is filled in. Only from `run` of a task.
// False: deliver no more in this turn.
bool loop_deliver(MdhLoop *l, LoopSource *source);

// signal.c
void signal_drop_all(MdhLoop *l);

#endif
