// SPDX-License-Identifier: MIT
// Strings: immutable UTF-8 with a length, a cached keyed hash and, once known, the character
// count. Short text lies in the object itself; long text in a buffer that several strings may
// share (slices over 256 octets are views; s + x appends into the free tail of the buffer after
// claiming it with one compare-and-swap). Published octets are never rewritten.
#ifndef MDH_DATA_STR_H
#define MDH_DATA_STR_H

#include "base/slice.h"
#include "runtime/core/thread.h"

enum {
    MDH_STR_ASCII = 1,       // every octet < 0x80
    MDH_STR_SCANNED = 2,     // ASCII and aux (the character count) are known
    MDH_STR_INTERNED = 4,    // the only string of this text among interned ones
    MDH_STR_BIG = 8,         // is an MdhBigStr
};

typedef struct MdhStr {
    MdhObj h;                // aux: number of characters, when MDH_STR_SCANNED
    uint32_t len;            // octets
    uint32_t hash;           // 0: not computed yet
    const char *data;        // not NUL-terminated
} MdhStr;

typedef struct MdhStrBuf {   // pointer-free
    MdhObj h;                // MDH_TAG_BUFFER
    uint32_t used, cap;      // `used` only grows, by compare-and-swap
    char data[];
} MdhStrBuf;

typedef struct MdhBigStr {
    MdhStr s;
    MdhStrBuf *buf;          // keeps the octets alive
    uint32_t *index;         // octet offset of every 64th character, built on first use
} MdhBigStr;

MDH_INLINE MdhStr *mdh_str(MdhValue v) { return (MdhStr *)mdh_ptr(v); }
// Other threads may learn more about a string meanwhile, beside what is asked.
MDH_INLINE bool mdh_str_is_interned(const MdhStr *s)
{
    return __atomic_load_n(&s->h.flags, __ATOMIC_RELAXED) & MDH_STR_INTERNED;
}
MDH_INLINE Slice mdh_str_slice(MdhValue v)
{
    const MdhStr *s = mdh_str(v);
    return (Slice){s->data, s->len};
}

// All return a string value or MDH_EXC (out of memory, or over MDH_MAX_OBJECT_BYTES).
MdhValue mdh_str_new(MdhThread *t, const char *p, size_t n); // copies
MdhValue mdh_str_c(MdhThread *t, const char *cstr);
// A string of n octets, n > 1, whose *text the caller writes before anybody else sees it; and,
// then, what the caller knows of the text.
MdhValue mdh_str_blank(MdhThread *t, size_t n, char **text);
void mdh_str_learn(MdhValue s, bool ascii, uint32_t nchars);
// THE string of this text: interned ones are equal only when they are the same. Lives for ever,
// so only for text of the program (names, literals), never for text from outside.
MdhValue mdh_str_intern(MdhThread *t, const char *p, size_t n);
// The same from C text; ABSENT when there is no memory. For places without a thread.
MdhValue mdh_str_intern_c(const char *cstr);
// For short keys read from data (JSON, headers): the interned string if the program has one of
// this text, so that cached lookups hit; else a shared recent one; else a new one. Bounded.
MdhValue mdh_str_key(MdhThread *t, const char *p, size_t n);
// The same text without holding on to a much longer one that it is a slice of: before storing it
// where it will stay.
MdhValue mdh_str_detach(MdhThread *t, MdhValue s);
MdhValue mdh_str_concat(MdhThread *t, MdhValue a, MdhValue b);
// s followed by n octets of ASCII text.
MdhValue mdh_str_append_ascii(MdhThread *t, MdhValue s, const char *p, size_t n);
MdhValue mdh_str_sub(MdhThread *t, MdhValue s, uint32_t from, uint32_t to); // octet offsets
// Characters from <= to, both in range.
MdhValue mdh_str_sub_chars(MdhThread *t, MdhValue s, int64_t from, int64_t to);
MdhValue mdh_str_char(MdhThread *t, MdhValue s, uint32_t i); // i-th character, in range
MdhValue mdh_str_from_cp(MdhThread *t, uint32_t cp);
uint32_t mdh_str_nchars(MdhValue s);
uint32_t mdh_str_offset(MdhValue s, uint32_t i);             // octet offset of character i <= n
bool mdh_str_is_ascii(MdhValue s);
uint32_t mdh_str_hash(MdhValue s);
bool mdh_str_eq(MdhValue a, MdhValue b);
int mdh_str_cmp(MdhValue a, MdhValue b);                     // by octets = by code point
bool mdh_str_is(MdhValue s, const char *text);
MdhValue mdh_str_repeat(MdhThread *t, MdhValue s, int64_t n);
// The empty string (static), and the 128 strings of one ASCII character.
extern MdhValue mdh_str_empty;
extern MdhStr mdh_str_ascii[128];
bool mdh_str_setup(void);   // by mdh_runtime_init
void mdh_str_reset(void);   // forgets interned strings: before mdh_gc_reset

// A builder: text grows in an off-heap buffer, then becomes one string. `mdh_sb_finish` gives
// the string (or MDH_EXC) and releases the builder; `mdh_sb_deinit` throws the text away.
typedef struct MdhSb {
    char *data;
    size_t len, cap;
    bool failed;             // out of memory or over the limit: finish throws
    char inline_data[232];
} MdhSb;

// The printed form of a float; `out` has room for 32 octets. Returns the length.
size_t mdh_float_text(double d, char *out);

void mdh_sb_init(MdhSb *sb);
void mdh_sb_put(MdhSb *sb, const char *p, size_t n);
MDH_INLINE void mdh_sb_putc(MdhSb *sb, char c) { mdh_sb_put(sb, &c, 1); }
void mdh_sb_puts(MdhSb *sb, const char *cstr);
void mdh_sb_put_str(MdhSb *sb, MdhValue s);
void mdh_sb_put_int(MdhSb *sb, int64_t i);
void mdh_sb_put_float(MdhSb *sb, double d);
void mdh_sb_put_cp(MdhSb *sb, uint32_t cp);
void mdh_sb_printf(MdhSb *sb, const char *fmt, ...) MDH_PRINTF(2, 3);
MdhValue mdh_sb_finish(MdhThread *t, MdhSb *sb);
void mdh_sb_deinit(MdhSb *sb);

#endif
