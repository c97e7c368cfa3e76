// SPDX-License-Identifier: MIT
// A pattern (the first line) and a text (the rest) from one input. Beyond not
// crashing: matches lie in the text in order, do not overlap and end on characters.

#include <stdlib.h>

#include "runtime/core/throw.h"
#include "runtime/data/regex.h"
#include "runtime/data/str.h"
#include "runtime/data/text.h"

#define RESET_EVERY 200
#define MAX_MATCHES 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok) abort();
}

static MdhThread *thread(void)
{
    static MdhThread *t;
    static int uses;
    if (t && ++uses < RESET_EVERY) return t;
    if (t) mdh_runtime_reset();
    uses = 0;
    require(mdh_runtime_init());
    t = mdh_thread_new("fuzz");
    require(t != NULL);
    return t;
}

static bool is_boundary(Slice s, size_t at)
{
    return at == s.len || ((unsigned char)s.ptr[at] & 0xC0) != 0x80;
}

static void walk(MdhThread *t, MdhRegex *re)
{
    size_t last = 0;
    int found = 0;
    for (int i = 0; i < MAX_MATCHES && (found = mdh_regex_next(t, re)) > 0; i++) {
        size_t from = mdh_regex_start(re), to = mdh_regex_end(re);
        require(from >= last && to >= from && to <= re->text.len);
        require(is_boundary(re->text, from) && is_boundary(re->text, to));
        for (uint32_t g = 0; g <= re->ngroups; g++) {
            Slice s = mdh_regex_group(re, g);
            if (s.ptr) require(s.ptr + s.len <= re->text.ptr + re->text.len);
        }
        last = to;
    }
    if (found < 0) mdh_take_error(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MdhThread *t = thread();
    Slice all = {(const char *)data, size};
    size_t line = slice_find_char(all, '\n');
    if (line == SLICE_NOT_FOUND || line > 200 || size > 2000) return 0;
    MdhValue pattern = mdh_text_lossy(t, all.ptr, line);
    MdhValue text = mdh_text_lossy(t, all.ptr + line + 1, size - line - 1);
    require(!mdh_is_exc(pattern) && !mdh_is_exc(text));
    MdhRegex re;
    if (!mdh_regex_open(t, &re, text, pattern)) {
        require(mdh_is_str(mdh_take_error(t)));
        return 0;
    }
    walk(t, &re);
    mdh_regex_close(&re);
    return 0;
}
