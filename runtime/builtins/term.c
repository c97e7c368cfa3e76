// SPDX-License-Identifier: MIT
#include <sys/ioctl.h>

#include "abi/abi.h"
#include "runtime/data/str.h"
#include "runtime/sys/in.h"

MdhValue __mdh_get_key(MdhThread *t, int argc, const MdhArgs_get_key *a)
{
    (void)argc, (void)a;
    char key[8];
    size_t n = mdh_read_key(key);
    return mdh_str_new(t, key, n);
}

// The size of the terminal on standard output, error or input.
static bool term_size(struct winsize *size)
{
    static const int fds[] = {1, 2, 0};
    for (size_t i = 0; i < countof(fds); i++)
        if (!ioctl(fds[i], TIOCGWINSZ, size)) return true;
    return false;
}

MdhValue __mdh_term_width(MdhThread *t, int argc, const MdhArgs_term_width *a)
{
    (void)t, (void)argc, (void)a;
    struct winsize size;
    return mdh_fix(term_size(&size) && size.ws_col ? size.ws_col : 80);
}

MdhValue __mdh_term_height(MdhThread *t, int argc, const MdhArgs_term_height *a)
{
    (void)t, (void)argc, (void)a;
    struct winsize size;
    return mdh_fix(term_size(&size) && size.ws_row ? size.ws_row : 24);
}
