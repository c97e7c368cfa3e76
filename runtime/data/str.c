// SPDX-License-Identifier: MIT
// Strings. Text up to SMALL octets lies behind its MdhStr in one pointer-free object. Longer
// text lies in an MdhStrBuf that several MdhBigStr may show parts of: slices, and the steps of
// a loop that appends.
//
// Appending. `s = s + x` wants to be cheap, but `s` is immutable and may be shared between
// threads. A buffer's `used` says how many of its octets belong to some string; those are never
// written again. If `s` ends exactly at `used` and there is room, whoever moves `used` from the
// end of s to the end of the result by compare-and-swap owns the octets between and may write
// them; the result is a new header over the same buffer. Losers copy. Doubling the capacity
// makes the loop linear.
//
// Lazily known facts (hash, character count, ASCII-ness, the index of characters) are written by
// whoever computes them first, or twice with the same result: `aux` before the flag that says
// it is valid.
#include "base/siphash.h"
#include "base/utf8.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"

#define SMALL         256 // octets kept in the object itself
#define VIEW_FRACTION 16  // a slice keeps alive at most this many times its own length
#define INDEX_STEP    64

// Making --------------------------------------------------------------------------------------

static MdhStr *new_small(MdhThread *t, size_t n)
{
    MdhStr *s = mdh_new_atomic(t, sizeof *s + n);
    if (!s) return NULL;
    *s = (MdhStr){{MDH_TAG_STRING, 0, 0, 0}, (uint32_t)n, 0, (const char *)(s + 1)};
    return s;
}

static MdhStrBuf *new_buf(MdhThread *t, size_t cap)
{
    if (cap > MDH_MAX_OBJECT_BYTES) return NULL;
    MdhStrBuf *buf = mdh_new_atomic(t, sizeof *buf + cap);
    if (!buf) return NULL;
    buf->h = (MdhObj){MDH_TAG_BUFFER, 0, 0, 0};
    buf->used = 0;
    buf->cap = (uint32_t)cap;
    return buf;
}

static MdhBigStr *new_big(MdhThread *t, MdhStrBuf *buf, const char *data, size_t n)
{
    MdhBigStr *s = mdh_new(t, sizeof *s);
    if (!s) return NULL;
    s->s = (MdhStr){{MDH_TAG_STRING, 0, MDH_STR_BIG, 0}, (uint32_t)n, 0, data};
    s->buf = buf;
    return s;
}

// A string of n octets whose text *text the caller fills before anybody else sees it. `room`
// octets more are kept free behind long text.
static MdhValue new_text(MdhThread *t, size_t n, size_t room, char **text)
{
    if (n <= SMALL) {
        MdhStr *s = new_small(t, n);
        if (!s) return mdh_throw_oom(t, sizeof *s + n);
        *text = (char *)(s + 1);
        return mdh_from_ptr(s);
    }
    if (n > MDH_MAX_OBJECT_BYTES) return mdh_throw_oom(t, n);
    if (room > MDH_MAX_OBJECT_BYTES - n) room = MDH_MAX_OBJECT_BYTES - n;
    MdhStrBuf *buf = new_buf(t, n + room);
    MdhBigStr *s = buf ? new_big(t, buf, buf->data, n) : NULL;
    if (!s) return mdh_throw_oom(t, n + room);
    buf->used = (uint32_t)n;
    *text = buf->data;
    return mdh_from_ptr(s);
}

MdhValue mdh_str_new(MdhThread *t, const char *p, size_t n)
{
    if (n <= 1) {
        if (n == 0) return mdh_str_empty;
        if ((unsigned char)*p < 128) return mdh_from_ptr(&mdh_str_ascii[(unsigned char)*p]);
    }
    char *text;
    MdhValue v = new_text(t, n, 0, &text);
    if (!mdh_is_exc(v)) memcpy(text, p, n);
    return v;
}

MdhValue mdh_str_blank(MdhThread *t, size_t n, char **text)
{
    return new_text(t, n, 0, text);
}

MdhValue mdh_str_c(MdhThread *t, const char *cstr)
{
    return mdh_str_new(t, cstr, strlen(cstr));
}

MdhValue mdh_str_from_cp(MdhThread *t, uint32_t cp)
{
    char text[4];
    return mdh_str_new(t, text, utf8_encode(cp, text));
}

// What is known of text --------------------------------------------------------------------

static void learn(MdhStr *s, bool ascii, uint32_t nchars)
{
    __atomic_store_n(&s->h.aux, nchars, __ATOMIC_RELAXED);
    uint16_t flags = MDH_STR_SCANNED | (ascii ? MDH_STR_ASCII : 0);
    __atomic_fetch_or(&s->h.flags, flags, __ATOMIC_RELEASE);
}

void mdh_str_learn(MdhValue v, bool ascii, uint32_t nchars)
{
    learn(mdh_str(v), ascii, nchars);
}

static unsigned known(const MdhStr *s)
{
    return __atomic_load_n(&s->h.flags, __ATOMIC_ACQUIRE);
}

static void scan(MdhStr *s)
{
    if (utf8_is_ascii(s->data, s->len)) learn(s, true, s->len);
    else learn(s, false, (uint32_t)utf8_count(s->data, s->len));
}

uint32_t mdh_str_nchars(MdhValue v)
{
    MdhStr *s = mdh_str(v);
    if (!(known(s) & MDH_STR_SCANNED)) scan(s);
    return __atomic_load_n(&s->h.aux, __ATOMIC_RELAXED);
}

bool mdh_str_is_ascii(MdhValue v)
{
    MdhStr *s = mdh_str(v);
    unsigned flags = known(s);
    if (!(flags & MDH_STR_SCANNED)) {
        scan(s);
        flags = known(s);
    }
    return flags & MDH_STR_ASCII;
}

uint32_t mdh_str_hash(MdhValue v)
{
    MdhStr *s = mdh_str(v);
    uint32_t h = __atomic_load_n(&s->hash, __ATOMIC_RELAXED);
    if (MDH_LIKELY(h)) return h;
    h = hash_bytes(s->data, s->len);
    if (!h) h = 1;
    __atomic_store_n(&s->hash, h, __ATOMIC_RELAXED);
    return h;
}

// Positions ------------------------------------------------------------------------------

static uint32_t *build_index(MdhThread *t, const MdhStr *s)
{
    size_t n = mdh_str_nchars(mdh_from_ptr(s)) / INDEX_STEP + 1;
    uint32_t *index = mdh_new_atomic(t, n * sizeof *index);
    if (!index) return NULL;
    size_t at = 0;
    for (size_t k = 0; k < n; k++) {
        index[k] = (uint32_t)at;
        at += utf8_offset(s->data + at, s->len - at, INDEX_STEP);
    }
    return index;
}

static const uint32_t *index_of(MdhBigStr *s)
{
    uint32_t *index = MDH_PTR_LOAD(&s->index);
    MdhThread *t = index ? NULL : mdh_thread_self();
    if (t) {
        index = build_index(t, &s->s);
        if (index) MDH_PTR_PUBLISH(&s->index, index);
    }
    return index; // NULL: no memory, then positions are counted from the start
}

// The octet offset of the character `back` places before the end.
static uint32_t offset_from_end(const MdhStr *s, uint32_t back)
{
    uint32_t at = s->len;
    while (back-- > 0 && at > 0) {
        at--;
        while (at > 0 && ((unsigned char)s->data[at] & 0xC0) == 0x80) at--;
    }
    return at;
}

// Near an end the characters are counted from there: a text that a loop shortens bit by bit must
// not get an index at each step.
uint32_t mdh_str_offset(MdhValue v, uint32_t i)
{
    if (mdh_str_is_ascii(v)) return i;
    MdhStr *s = mdh_str(v);
    uint32_t n = mdh_str_nchars(v);
    if (n - i <= INDEX_STEP) return offset_from_end(s, n - i);
    size_t at = 0;
    if ((known(s) & MDH_STR_BIG) && i >= INDEX_STEP) {
        const uint32_t *index = index_of((MdhBigStr *)s);
        if (index) {
            at = index[i / INDEX_STEP];
            i %= INDEX_STEP;
        }
    }
    return (uint32_t)(at + utf8_offset(s->data + at, s->len - at, i));
}

MdhValue mdh_str_char(MdhThread *t, MdhValue v, uint32_t i)
{
    const MdhStr *s = mdh_str(v);
    if (mdh_str_is_ascii(v)) return mdh_from_ptr(&mdh_str_ascii[s->data[i] & 127]);
    uint32_t from = mdh_str_offset(v, i);
    uint32_t n = (uint32_t)utf8_offset(s->data + from, s->len - from, 1);
    return mdh_str_new(t, s->data + from, n);
}

// Parts -----------------------------------------------------------------------------------

// What is known of a string holds for its parts too, if it is all ASCII.
static MdhValue part_learns(MdhValue v, const MdhStr *whole)
{
    if (mdh_is_exc(v) || !(known(whole) & MDH_STR_ASCII)) return v;
    MdhStr *s = mdh_str(v);
    if (!(s->h.flags & MDH_STR_SCANNED)) { // a new one: nobody else sees it yet
        s->h.aux = s->len;
        s->h.flags |= MDH_STR_SCANNED | MDH_STR_ASCII;
    }
    return v;
}

static MdhValue view(MdhThread *t, const MdhBigStr *whole, uint32_t from, uint32_t n)
{
    MdhBigStr *s = new_big(t, whole->buf, whole->s.data + from, n);
    return s ? mdh_from_ptr(s) : mdh_throw_oom(t, sizeof *s);
}

MdhValue mdh_str_sub(MdhThread *t, MdhValue v, uint32_t from, uint32_t to)
{
    const MdhStr *s = mdh_str(v);
    uint32_t n = to - from;
    if (n == s->len) return v;
    if (n > SMALL && (known(s) & MDH_STR_BIG)) {
        const MdhBigStr *big = (const MdhBigStr *)s;
        if ((uint64_t)n * VIEW_FRACTION >= big->buf->cap)
            return part_learns(view(t, big, from, n), s);
    }
    return part_learns(mdh_str_new(t, s->data + from, n), s);
}

MdhValue mdh_str_sub_chars(MdhThread *t, MdhValue v, int64_t from, int64_t to)
{
    if (to <= from) return mdh_str_empty;
    uint32_t start = mdh_str_offset(v, (uint32_t)from);
    MdhValue part = mdh_str_sub(t, v, start, mdh_str_offset(v, (uint32_t)to));
    if (mdh_is_exc(part)) return part;
    MdhStr *s = mdh_str(part);
    uint32_t n = (uint32_t)(to - from);
    if (!(known(s) & MDH_STR_SCANNED)) learn(s, n == s->len, n);
    return part;
}

MdhValue mdh_str_detach(MdhThread *t, MdhValue v)
{
    const MdhStr *s = mdh_str(v);
    if (!(known(s) & MDH_STR_BIG)) return v;
    if (s->len >= ((const MdhBigStr *)s)->buf->cap / 2) return v;
    return part_learns(mdh_str_new(t, s->data, s->len), s);
}

// Joining ---------------------------------------------------------------------------------

// Text to be appended, with what is known of it.
typedef struct Piece {
    const char *data;
    uint32_t len, nchars;
    unsigned flags;
} Piece;

// `a` with b's text behind it in the same buffer, or ABSENT when the tail is not free.
static MdhValue append_in_place(MdhThread *t, const MdhBigStr *a, const Piece *b)
{
    MdhStrBuf *buf = a->buf;
    uint32_t end = (uint32_t)(a->s.data - buf->data) + a->s.len;
    if (buf->cap - end < b->len || __atomic_load_n(&buf->used, __ATOMIC_RELAXED) != end)
        return MDH_ABSENT;
    MdhBigStr *s = new_big(t, buf, a->s.data, a->s.len + b->len);
    if (!s) return mdh_throw_oom(t, sizeof *s);
    if (!__atomic_compare_exchange_n(&buf->used, &end, end + b->len, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return MDH_ABSENT;
    memcpy(buf->data + end, b->data, b->len);
    return mdh_from_ptr(s);
}

static void joined_learns(MdhValue v, const MdhStr *a, const Piece *b)
{
    unsigned both = known(a) & b->flags;
    if (!(both & MDH_STR_SCANNED)) return;
    MdhStr *s = mdh_str(v);
    s->h.aux = a->h.aux + b->nchars;
    s->h.flags |= both & (MDH_STR_SCANNED | MDH_STR_ASCII);
}

static MdhValue append(MdhThread *t, const MdhStr *a, const Piece *b)
{
    size_t n = (size_t)a->len + b->len;
    MdhValue v = MDH_ABSENT;
    if (known(a) & MDH_STR_BIG) v = append_in_place(t, (const MdhBigStr *)a, b);
    if (mdh_is_absent(v)) {
        char *text;
        v = new_text(t, n, n < 65536 ? n : n / 2, &text);
        if (mdh_is_exc(v)) return v;
        memcpy(text, a->data, a->len);
        memcpy(text + a->len, b->data, b->len);
    }
    if (!mdh_is_exc(v)) joined_learns(v, a, b);
    return v;
}

MdhValue mdh_str_concat(MdhThread *t, MdhValue va, MdhValue vb)
{
    const MdhStr *a = mdh_str(va), *b = mdh_str(vb);
    if (b->len == 0) return va;
    if (a->len == 0) return vb;
    // What is known of a long text that grows is kept.
    if ((known(a) & MDH_STR_SCANNED) && !(known(b) & MDH_STR_SCANNED)) scan(mdh_str(vb));
    unsigned flags = known(b);
    return append(t, a, &(Piece){b->data, b->len, b->h.aux, flags});
}

MdhValue mdh_str_append_ascii(MdhThread *t, MdhValue s, const char *p, size_t n)
{
    if (n == 0) return s;
    if (mdh_str(s)->len == 0) return mdh_str_new(t, p, n);
    if (n > MDH_MAX_OBJECT_BYTES) return mdh_throw_oom(t, n);
    uint32_t len = (uint32_t)n;
    return append(t, mdh_str(s), &(Piece){p, len, len, MDH_STR_SCANNED | MDH_STR_ASCII});
}

MdhValue mdh_str_repeat(MdhThread *t, MdhValue v, int64_t count)
{
    const MdhStr *s = mdh_str(v);
    if (count <= 0 || s->len == 0) return mdh_str_empty;
    if (count == 1) return v;
    uint64_t n;
    if (__builtin_mul_overflow((uint64_t)count, s->len, &n)) n = UINT64_MAX;
    char *text;
    MdhValue result = new_text(t, n, 0, &text);
    if (mdh_is_exc(result)) return result;
    memcpy(text, s->data, s->len);
    for (size_t done = s->len; done < n;) {
        size_t step = done < n - done ? done : n - done;
        memcpy(text + done, text, step);
        done += step;
    }
    return part_learns(result, s);
}

// Comparing -------------------------------------------------------------------------------

bool mdh_str_eq(MdhValue va, MdhValue vb)
{
    const MdhStr *a = mdh_str(va), *b = mdh_str(vb);
    if (a == b) return true;
    if (a->len != b->len) return false;
    if (known(a) & known(b) & MDH_STR_INTERNED) return false;
    uint32_t ha = __atomic_load_n(&a->hash, __ATOMIC_RELAXED);
    uint32_t hb = __atomic_load_n(&b->hash, __ATOMIC_RELAXED);
    if (ha && hb && ha != hb) return false;
    return memcmp(a->data, b->data, a->len) == 0;
}

int mdh_str_cmp(MdhValue a, MdhValue b)
{
    return slice_compare(mdh_str_slice(a), mdh_str_slice(b));
}

bool mdh_str_is(MdhValue v, const char *text)
{
    return slice_eq_cstr(mdh_str_slice(v), text);
}
