// SPDX-License-Identifier: MIT
// A signal for the process is taken by any thread that does not block it, and only when all do
// does it wait for a signalfd. Threads of the runtime block the watched ones, but there are
// others (of libraries, or started before). So a handler is set too: whoever takes the signal
// blocks it for itself from then on and sends it to the process again. After at most one
// such round per thread it lies where the signalfd finds it.
//
// One table for the process says which loop has which signal; its lock is the outermost one.
#define _GNU_SOURCE
#include "runtime/loop/signal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/log.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict.h"
#include "runtime/data/str.h"
#include "runtime/loop/loop_priv.h"

static const struct {
    const char *name;
    int number;
} known[LOOP_SIGNALS] = {{"TERM", SIGTERM},
                         {"INT", SIGINT},
                         {"HUP", SIGHUP},
                         {"USR1", SIGUSR1},
                         {"USR2", SIGUSR2}};

// What a loop that has signals has.
typedef struct Receiver {
    MdhLoopTask task;
    MdhLoop *loop;
    int fd;
    sigset_t set;
    uint32_t n;
} Receiver;

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static Receiver *owner[LOOP_SIGNALS];
static struct sigaction before[LOOP_SIGNALS];

int mdh_signal_of(Slice name)
{
    if (slice_starts_with(name, SLICE_LIT("SIG"))) name = slice_from(name, 3);
    for (int i = 0; i < LOOP_SIGNALS; i++)
        if (slice_eq_cstr(name, known[i].name)) return i;
    return -1;
}

static void pass_on(int number, siginfo_t *info, void *context)
{
    int saved = errno;
    (void)info;
    sigaddset(&((ucontext_t *)context)->uc_sigmask, number);
    kill(getpid(), number);
    errno = saved;
}

// Events -------------------------------------------------------------------------------------

static int signal_of_number(uint32_t number)
{
    for (int i = 0; i < LOOP_SIGNALS; i++)
        if ((uint32_t)known[i].number == number) return i;
    return -1;
}

static MdhValue signal_event(MdhThread *t, MdhLoop *l, const LoopSource *s)
{
    MdhValue name = mdh_str_c(t, known[s->events].name), now = mdh_float(t, loop_ms(s->now_ns));
    MdhValue keys[] = {loop_word(l, W_KIND), s->kind, loop_word(l, W_CALLBACK),
                       loop_word(l, W_NOW)};
    MdhValue values[] = {s->kind, name, s->fn, now};
    if (mdh_is_exc(name) || mdh_is_exc(now)) return MDH_EXC;
    return mdh_dict_of(t, countof(keys), keys, values);
}

// On the loop's thread. One signal at a time, as long as there are any: the callback may end the
// watch, and with it the receiver.
static MdhValue receive(MdhThread *t, MdhLoop *l, MdhLoopTask *task, uint32_t events)
{
    struct signalfd_siginfo info;
    int fd = ((Receiver *)(void *)task)->fd;
    (void)t, (void)events;
    for (;;) {
        ssize_t n = read(fd, &info, sizeof info);
        if (n < 0 && errno == EINTR) continue;
        if (n != sizeof info) return MDH_NAETHING;
        int i = signal_of_number(info.ssi_signo);
        MdhValue fn = i < 0 ? MDH_ABSENT : MDH_SLOT_LOAD(&l->roots->signal_fns[i]);
        if (mdh_is_absent(fn)) continue;
        LoopSource source = {.kind = loop_word(l, W_SIGNAL_KEY),
                             .sock = MDH_ABSENT,
                             .fn = fn,
                             .event = MDH_ABSENT,
                             .make = signal_event,
                             .events = (uint32_t)i};
        loop_deliver(l, &source);
        return MDH_NAETHING;
    }
}

// Watching -----------------------------------------------------------------------------------

static Receiver *receiver_of(const MdhLoop *l)
{
    for (int i = 0; i < LOOP_SIGNALS; i++)
        if (owner[i] && owner[i]->loop == l) return owner[i];
    return NULL;
}

static Receiver *new_receiver(MdhLoop *l)
{
    Receiver *r = mdh_raw_realloc(NULL, sizeof *r);
    if (!r) return NULL;
    memset(r, 0, sizeof *r);
    r->task.run = receive;
    r->loop = l;
    r->fd = -1;
    sigemptyset(&r->set);
    return r;
}

static void free_receiver(Receiver *r)
{
    if (r->fd >= 0) {
        mdh_loop_watch_fd(r->loop, r->fd, 0, NULL);
        close(r->fd);
    }
    mdh_raw_free(r);
}

// 0, or the errno.
static int set_descriptor(Receiver *r)
{
    int fd = signalfd(r->fd, &r->set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) return errno;
    if (r->fd >= 0) return 0;
    r->fd = fd;
    return mdh_loop_watch_fd(r->loop, fd, SEL_READ, &r->task);
}

static void set_mask(int how, int number)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(how, &set, NULL);
}

static void release_signal(int i)
{
    Receiver *r = owner[i];
    owner[i] = NULL;
    sigdelset(&r->set, known[i].number);
    sigaction(known[i].number, &before[i], NULL);
    set_mask(SIG_UNBLOCK, known[i].number);
    MDH_SLOT_STORE(&r->loop->roots->signal_fns[i], MDH_ABSENT);
    if (--r->n == 0) free_receiver(r);
    else (void)set_descriptor(r); // narrows what it takes: cannot fail
}

// A signal that nobody has. 0, or the errno.
static int acquire(MdhLoop *l, int i, MdhValue fn)
{
    Receiver *r = receiver_of(l);
    if (!r) r = new_receiver(l);
    if (!r) return ENOMEM;
    struct sigaction act = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigemptyset(&act.sa_mask);
    MDH_SLOT_STORE(&l->roots->signal_fns[i], fn);
    sigaddset(&r->set, known[i].number);
    set_mask(SIG_BLOCK, known[i].number);
    sigaction(known[i].number, &act, &before[i]);
    owner[i] = r;
    r->n++;
    int err = set_descriptor(r);
    if (err) release_signal(i);
    return err;
}

bool mdh_loop_signal_watch(MdhThread *t, MdhLoop *l, int signal, MdhValue fn)
{
    char text[128];
    int err = 0;
    pthread_mutex_lock(&table_lock);
    bool is_mine = owner[signal] && owner[signal]->loop == l;
    if (is_mine) MDH_SLOT_STORE(&l->roots->signal_fns[signal], fn);
    else if (owner[signal]) err = EBUSY;
    else err = acquire(l, signal, fn);
    pthread_mutex_unlock(&table_lock);
    if (err == ENOMEM) mdh_throw_oom(t, sizeof(Receiver));
    else if (err == EBUSY)
        mdh_throw_native(t, "Anither event loop is awready watchin' fer signal %s",
                         known[signal].name);
    else if (err)
        mdh_throw_native(t, "Cannae watch fer signal %s: %s", known[signal].name,
                         err_errno_text(err, text, sizeof text));
    return !err;
}

bool mdh_loop_signal_unwatch(MdhLoop *l, int signal)
{
    pthread_mutex_lock(&table_lock);
    bool is_mine = owner[signal] && owner[signal]->loop == l;
    if (is_mine) release_signal(signal);
    pthread_mutex_unlock(&table_lock);
    return is_mine;
}

void signal_drop_all(MdhLoop *l)
{
    for (int i = 0; i < LOOP_SIGNALS; i++) mdh_loop_signal_unwatch(l, i);
}
