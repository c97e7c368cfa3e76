// SPDX-License-Identifier: MIT
// Taking a text apart into a list, and putting a list together into a text.
#include <sys/stat.h>

#include "abi/abi.h"
#include "base/os.h"
#include "runtime/builtins/strings.h"
#include "runtime/core/ops.h"
#include "runtime/data/text.h"

#define MOST_WALKED_TWICE 4096

// Every character, with an empty string before and after: what lies between empty separators.
static MdhValue split_everywhere(MdhThread *t, MdhValue v)
{
    Slice s = mdh_str_slice(v);
    MdhValue out = mdh_list_new(t, (uint64_t)mdh_str_nchars(v) + 2);
    if (mdh_is_exc(out) || !mdh_list_push(t, out, mdh_str_empty)) return MDH_EXC;
    for (size_t at = 0, next; at < s.len; at = next) {
        next = mdh_text_next(s, at);
        if (!mdh_text_push(t, out, v, at, next)) return MDH_EXC;
    }
    return mdh_list_push(t, out, mdh_str_empty) ? out : MDH_EXC;
}

// How many pieces there will be, when that is cheap to know; a first guess otherwise.
static uint64_t count_pieces(Slice s, Slice sep)
{
    uint64_t n = 1;
    if (sep.len != 1) return 4;
    for (size_t at = 0; at < s.len; at++) n += s.ptr[at] == sep.ptr[0];
    return n;
}

static MdhValue split(MdhThread *t, MdhValue v, Slice sep)
{
    Slice s = mdh_str_slice(v);
    if (sep.len == 0) return split_everywhere(t, v);
    MdhValue out = mdh_list_new(t, count_pieces(s, sep));
    if (mdh_is_exc(out)) return out;
    size_t from = 0;
    for (;;) {
        size_t hit = sep.len == 1 ? slice_find_char(slice_from(s, from), sep.ptr[0])
                                  : slice_find_from(s, sep, from);
        if (hit == SLICE_NOT_FOUND) break;
        if (sep.len == 1) hit += from;
        if (!mdh_text_push(t, out, v, from, hit)) return MDH_EXC;
        from = hit + sep.len;
    }
    return mdh_text_push(t, out, v, from, s.len) ? out : MDH_EXC;
}

MdhValue __mdh_split(MdhThread *t, int argc, const MdhArgs_split *a)
{
    (void)argc;
    return split(t, a->s, mdh_str_slice(a->sep));
}

MdhValue __mdh_split_lines(MdhThread *t, int argc, const MdhArgs_split_lines *a)
{
    (void)argc;
    return split(t, a->s, SLICE_LIT("\n"));
}

// Joining strings: their lengths are added first, so that the result is written in its place (of
// so many that they leave the cache in between, a second walk would cost more than that saves).
// Another thread may change the list between the two walks: the second one takes nothing for
// granted, and gives ABSENT where the text is not what the first one found.
static size_t joined_len(const MdhListBuf *buf, uint64_t n, Slice sep)
{
    size_t len = sep.len * (n - 1);
    if (buf->h.flags != MDH_LIST_VALUES) return 0;
    for (uint64_t i = 0; i < n; i++) {
        MdhValue item = MDH_SLOT_LOAD(&buf->items[i]);
        if (!mdh_is_str(item)) return 0;
        len += mdh_str(item)->len;
    }
    return len;
}

typedef struct Writer {
    char *at, *end;
    uint64_t nchars;
    unsigned flags;
} Writer;

static bool write_str(Writer *w, const MdhStr *s)
{
    if (s->len > (size_t)(w->end - w->at)) return false;
    memcpy(w->at, s->data, s->len);
    w->at += s->len;
    w->flags &= __atomic_load_n(&s->h.flags, __ATOMIC_ACQUIRE);
    w->nchars += __atomic_load_n(&s->h.aux, __ATOMIC_RELAXED);
    return true;
}

static MdhValue join_strings(MdhThread *t, const MdhListBuf *buf, uint64_t n, MdhValue sep)
{
    if (n == 0 || n > MOST_WALKED_TWICE) return MDH_ABSENT;
    size_t len = joined_len(buf, n, mdh_str_slice(sep));
    if (len < 2 || len > MDH_MAX_OBJECT_BYTES) return MDH_ABSENT;
    Writer w = {.flags = MDH_STR_SCANNED | MDH_STR_ASCII};
    MdhValue v = mdh_str_blank(t, len, &w.at);
    if (mdh_is_exc(v)) return v;
    w.end = w.at + len;
    for (uint64_t i = 0; i < n; i++) {
        MdhValue item = MDH_SLOT_LOAD(&buf->items[i]);
        if (!mdh_is_str(item) || (i && !write_str(&w, mdh_str(sep))) ||
            !write_str(&w, mdh_str(item)))
            return MDH_ABSENT;
    }
    if (w.at != w.end) return MDH_ABSENT;
    if (w.flags & MDH_STR_SCANNED)
        mdh_str_learn(v, w.flags & MDH_STR_ASCII, (uint32_t)w.nchars);
    return v;
}

static MdhValue join_anything(MdhThread *t, const MdhListBuf *buf, uint64_t n, Slice sep)
{
    MdhSb sb;
    mdh_sb_init(&sb);
    for (uint64_t i = 0; i < n && !sb.failed; i++) {
        MdhValue item = mdh_listbuf_get(t, buf, i);
        if (i) mdh_sb_put(&sb, sep.ptr, sep.len);
        if (mdh_is_str(item)) {
            mdh_sb_put_str(&sb, item);
        } else if (mdh_is_exc(item) ||
                   !mdh_show_into(t, &sb, mdh_is_absent(item) ? MDH_NAETHING : item)) {
            mdh_sb_deinit(&sb);
            return MDH_EXC;
        }
    }
    return mdh_sb_finish(t, &sb);
}

MdhValue __mdh_join(MdhThread *t, int argc, const MdhArgs_join *a)
{
    (void)argc;
    const MdhListBuf *buf = mdh_list_buf(a->items);
    uint64_t n = mdh_listbuf_len(buf);
    MdhValue v = join_strings(t, buf, n, a->sep);
    return mdh_is_absent(v) ? join_anything(t, buf, n, mdh_str_slice(a->sep)) : v;
}

// Lines -----------------------------------------------------------------------------------

static bool push_lines(MdhThread *t, MdhValue out, MdhValue v)
{
    Slice s = mdh_str_slice(v);
    for (size_t from = 0; from < s.len;) {
        size_t hit = slice_find_char(slice_from(s, from), '\n');
        size_t next = hit == SLICE_NOT_FOUND ? s.len : from + hit + 1;
        size_t end = hit == SLICE_NOT_FOUND ? s.len : from + hit;
        if (end < next && end > from && s.ptr[end - 1] == '\r') end--;
        if (!mdh_text_push(t, out, v, from, end)) return false;
        from = next;
    }
    return true;
}

// The contents of the regular file that `name` names; ABSENT when it names none.
static MdhValue file_of_name(MdhThread *t, Slice name)
{
    char path[4096];
    struct stat st;
    if (name.len == 0 || name.len >= sizeof path) return MDH_ABSENT;
    if (slice_find_char(name, '\n') != SLICE_NOT_FOUND || memchr(name.ptr, 0, name.len))
        return MDH_ABSENT;
    memcpy(path, name.ptr, name.len);
    path[name.len] = 0;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) return MDH_ABSENT;
    Buf text;
    buf_init(&text, MDH_MAX_OBJECT_BYTES);
    MdhErr err = os_read_file(path, MDH_MAX_OBJECT_BYTES, &text, NULL);
    MdhValue v = err == MDH_OK ? mdh_text_lossy(t, text.data, text.len) : MDH_ABSENT;
    buf_deinit(&text);
    return v;
}

MdhValue __mdh_lines(MdhThread *t, int argc, const MdhArgs_lines *a)
{
    (void)argc;
    MdhValue text = file_of_name(t, mdh_str_slice(a->s));
    if (mdh_is_exc(text)) return text;
    if (mdh_is_absent(text)) text = a->s;
    MdhValue out = mdh_list_new(t, 8);
    return !mdh_is_exc(out) && push_lines(t, out, text) ? out : MDH_EXC;
}

// Words, characters, pieces ---------------------------------------------------------------

MdhValue __mdh_words(MdhThread *t, int argc, const MdhArgs_words *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s);
    size_t at = 0, from, to;
    MdhValue out = mdh_list_new(t, 8);
    if (mdh_is_exc(out)) return out;
    while (mdh_text_next_word(s, &at, &from, &to))
        if (!mdh_text_push(t, out, a->s, from, to)) return MDH_EXC;
    return out;
}

MdhValue __mdh_chars(MdhThread *t, int argc, const MdhArgs_chars *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s);
    MdhValue out = mdh_list_new(t, mdh_str_nchars(a->s));
    if (mdh_is_exc(out)) return out;
    for (size_t at = 0, next; at < s.len; at = next) {
        next = mdh_text_next(s, at);
        if (!mdh_text_push(t, out, a->s, at, next)) return MDH_EXC;
    }
    return out;
}

// Octet offset `n` characters after `at`; s.len when there are not so many.
static size_t skip_chars(Slice s, size_t at, int64_t n, bool ascii)
{
    if (ascii) return (uint64_t)n < s.len - at ? at + (size_t)n : s.len;
    for (; n > 0 && at < s.len; n--) at = mdh_text_next(s, at);
    return at;
}

MdhValue __mdh_skelp(MdhThread *t, int argc, const MdhArgs_skelp *a)
{
    (void)argc;
    int64_t n = mdh_int_of(a->n);
    Slice s = mdh_str_slice(a->s);
    if (n <= 0) return mdh_throw_native(t, "skelp() size must be positive");
    bool ascii = mdh_str_is_ascii(a->s);
    MdhValue out = mdh_list_new(t, 0);
    if (mdh_is_exc(out)) return out;
    for (size_t at = 0, next; at < s.len; at = next) {
        next = skip_chars(s, at, n, ascii);
        if (!mdh_text_push(t, out, a->s, at, next)) return MDH_EXC;
    }
    return out;
}

MdhValue __mdh_window(MdhThread *t, int argc, const MdhArgs_window *a)
{
    (void)argc;
    int64_t n = mdh_int_of(a->n);
    Slice s = mdh_str_slice(a->s);
    if (n <= 0) return mdh_throw_native(t, "window() size must be positive");
    MdhValue out = mdh_list_new(t, 0);
    if (mdh_is_exc(out) || n > (int64_t)mdh_str_nchars(a->s)) return out;
    size_t from = 0, to = skip_chars(s, 0, n, mdh_str_is_ascii(a->s));
    for (;;) {
        if (!mdh_text_push(t, out, a->s, from, to)) return MDH_EXC;
        if (to >= s.len) return out;
        from = mdh_text_next(s, from);
        to = mdh_text_next(s, to);
    }
}

MdhValue __mdh_window_list(MdhThread *t, int argc, const MdhArgs_window_list *a)
{
    (void)argc;
    int64_t n = mdh_int_of(a->n);
    uint64_t len = mdh_list_len(a->items);
    if (n <= 0) return mdh_throw_native(t, "window() size must be positive");
    MdhValue out = mdh_list_new(t, 0);
    for (uint64_t from = 0; !mdh_is_exc(out) && (uint64_t)n <= len - from; from++) {
        MdhValue piece = mdh_list_slice(t, a->items, from, from + (uint64_t)n);
        if (mdh_is_exc(piece) || !mdh_list_push(t, out, piece)) return MDH_EXC;
    }
    return out;
}
