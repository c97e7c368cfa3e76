// SPDX-License-Identifier: MIT
#include "runtime/data/text.h"

#include "base/utf8.h"
#include "runtime/data/str.h"

MdhValue mdh_text_lossy(MdhThread *t, const char *p, size_t n)
{
    size_t good = utf8_first_invalid(p, n);
    if (good == UTF8_INVALID) return mdh_str_new(t, p, n);
    MdhSb sb;
    mdh_sb_init(&sb);
    while (n) {
        mdh_sb_put(&sb, p, good);
        p += good;
        n -= good;
        if (!n) break;
        size_t bad;
        mdh_sb_put_cp(&sb, utf8_decode(p, n, &bad));
        p += bad;
        n -= bad;
        // Only the next stretch is looked at, so that the whole stays linear.
        good = 0;
        while (good < n) {
            size_t step;
            if (utf8_decode_strict(p + good, n - good, &step) < 0) break;
            good += step;
        }
    }
    return mdh_sb_finish(t, &sb);
}

Slice mdh_text_trim(Slice s)
{
    size_t step;
    while (s.len && utf8_is_space(utf8_decode(s.ptr, s.len, &step)))
        s = slice_from(s, step);
    while (s.len) {
        size_t last = s.len - 1;
        while (last && ((unsigned char)s.ptr[last] & 0xC0) == 0x80) last--;
        if (!utf8_is_space(utf8_decode(s.ptr + last, s.len - last, &step))) break;
        s.len = last;
    }
    return s;
}
