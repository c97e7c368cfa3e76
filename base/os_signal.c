// SPDX-License-Identifier: MIT
// Ctrl-C and a request to end. Normally they end the process as they always do, after the last
// words; a prompt keeps Ctrl-C: then it leaves a mark, and a wait of the main thread that it
// breaks looks at the mark before it goes on. A signal that comes just before the wait
// begins is noticed when the wait ends; a second Ctrl-C breaks it.
#include "base/os.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

static void (*say_last_words)(void);
static pthread_t main_thread;
static int kept, mark;

// Default action first: a second signal ends a process that is stuck in its last words.
static void end_process(int number)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigemptyset(&usual.sa_mask);
    sigaction(number, &usual, NULL);
    if (say_last_words) say_last_words();
    raise(number);
}

static void on_signal(int number)
{
    int saved = errno;
    if (number != SIGINT || !__atomic_load_n(&kept, __ATOMIC_RELAXED)) {
        end_process(number);
    } else if (!pthread_equal(pthread_self(), main_thread)) {
        pthread_kill(main_thread, number); // whose wait it is to break
    } else {
        __atomic_store_n(&mark, 1, __ATOMIC_RELAXED);
    }
    errno = saved;
}

// What the parent has told us to ignore stays ignored. No SA_RESTART: waits shall notice.
static void handle(int number)
{
    struct sigaction was, act = {.sa_handler = on_signal, .sa_flags = SA_NODEFER};
    sigemptyset(&act.sa_mask);
    if (sigaction(number, NULL, &was) == 0 && was.sa_handler == SIG_DFL)
        sigaction(number, &act, NULL);
}

void os_signals_init(void (*last_words)(void))
{
    main_thread = pthread_self();
    say_last_words = last_words;
    handle(SIGINT);
    handle(SIGTERM);
}

void os_interrupt_keep(bool on)
{
    __atomic_store_n(&mark, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&kept, on, __ATOMIC_RELAXED);
}

bool os_interrupt_is_kept(void)
{
    return __atomic_load_n(&kept, __ATOMIC_RELAXED) &&
           pthread_equal(pthread_self(), main_thread);
}

bool os_interrupted(void)
{
    return __atomic_load_n(&mark, __ATOMIC_RELAXED) &&
           pthread_equal(pthread_self(), main_thread);
}
