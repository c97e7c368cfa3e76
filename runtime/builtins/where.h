// SPDX-License-Identifier: MIT
// Where the program is: what the frames of a thread say.
#ifndef MDH_BUILTINS_WHERE_H
#define MDH_BUILTINS_WHERE_H

#include "runtime/core/thread.h"

// The line a frame is at; ip is behind the first word, at least, of the instruction.
static inline uint32_t mdh_frame_line(const MdhFrame *f)
{
    const MdhFnInfo *info = f->fn->info;
    if (!info->lines || !f->ip || f->ip <= info->code || f->ip > info->code + info->ncode)
        return info->line;
    return info->lines[f->ip - 1 - info->code];
}

// The innermost frame of script, or NULL.
static inline const MdhFrame *mdh_frame_top(const MdhThread *t)
{
    return t->fp && t->fp->fn ? t->fp : NULL;
}

#endif
