// SPDX-License-Identifier: MIT
// Regular expressions: RE2-like syntax (no look-around, no back-references) over UTF-8 text.
// Compiled patterns are cached for the process; all functions may be called from any thread.
#ifndef MDH_DATA_REGEX_H
#define MDH_DATA_REGEX_H

#include "base/slice.h"
#include "runtime/core/thread.h"

// A use of a compiled pattern over one text. Octets of the text must not move while it lives.
typedef struct MdhRegex {
    void *code, *match, *limits; // the library's; limits may be NULL
    int slot;                    // in the cache, or -1: ours alone
    Slice text;
    uint32_t ngroups;     // without the whole match
    size_t next;          // where the walk goes on
    size_t last_end;      // of the last match walked over, or (size_t)-1
    uint64_t deadline_ns; // of the whole walk
    uint32_t searches;
} MdhRegex;

// Compiles (or finds) the pattern for a walk over `text`, a string. False when it threw:
// "Invalid regex '<p>': <reason>". Close it then no more.
bool mdh_regex_open(MdhThread *t, MdhRegex *re, MdhValue text, MdhValue pattern);
void mdh_regex_close(MdhRegex *re);

// The next match of a walk from the left: 1 found, 0 no more, -1 threw (too much work). Matches
// do not overlap; an empty one is not taken directly behind the one before.
int mdh_regex_next(MdhThread *t, MdhRegex *re);

// A group of the match just found; 0 is the whole match. SLICE_NONE when it took no part.
Slice mdh_regex_group(const MdhRegex *re, uint32_t group);
// Octet offsets of the whole match.
size_t mdh_regex_start(const MdhRegex *re);
size_t mdh_regex_end(const MdhRegex *re);
// The number of a group by its name or number, or -1.
int mdh_regex_group_index(const MdhRegex *re, Slice name);

#endif
