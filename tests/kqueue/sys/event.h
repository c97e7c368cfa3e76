// SPDX-License-Identifier: MIT
// Declarations of kqueue as macOS and the BSDs document them (kqueue(2)), so that
// runtime/loop/select_kqueue.c can be compiled, though not linked, where there is none.
#ifndef MDH_TESTS_KQUEUE_SYS_EVENT_H
#define MDH_TESTS_KQUEUE_SYS_EVENT_H

#include <stdint.h>
#include <time.h>

struct kevent {
    uintptr_t ident;
    int16_t filter;
    uint16_t flags;
    uint32_t fflags;
    intptr_t data;
    void *udata;
};

#define EVFILT_READ  (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_USER  (-10)

#define EV_ADD    0x0001
#define EV_DELETE 0x0002
#define EV_CLEAR  0x0020
#define EV_ERROR  0x4000
#define EV_EOF    0x8000

#define NOTE_TRIGGER 0x01000000

#define EV_SET(event, id, filt, fl, ffl, dat, ud)                                          \
    (*(event) = (struct kevent){(id), (int16_t)(filt), (uint16_t)(fl), (ffl), (dat), (ud)})

int kqueue(void);
int kevent(int kq, const struct kevent *changes, int nchanges, struct kevent *events, int nevents,
           const struct timespec *timeout);

#endif
