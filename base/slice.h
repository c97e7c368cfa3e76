// SPDX-License-Identifier: MIT
// Slice: a borrowed run of octets {ptr, len}. Not NUL-terminated, never owns; the owner of
// the octets must outlive it. All functions accept an empty slice whatever its pointer.

#ifndef MDH_BASE_SLICE_H
#define MDH_BASE_SLICE_H

#include <string.h>

#include "base/common.h"

typedef struct {
    const char *ptr;
    size_t len;
} Slice;

#define SLICE_LIT(text) ((Slice){("" text), sizeof(text) - 1})
#define SLICE_NONE      ((Slice){NULL, 0})
#define SLICE_NOT_FOUND ((size_t)-1)

// For printf: printf("%.*s", SLICE_ARG(s)). The length is cut at INT_MAX.
#define SLICE_ARG(s)                                                                       \
    (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), ((s).ptr ? (s).ptr : "")

static inline Slice slice_make(const void *ptr, size_t len)
{
    return (Slice){(const char *)ptr, len};
}

static inline Slice slice_from_cstr(const char *text)
{
    return (Slice){text, text ? strlen(text) : 0};
}

static inline bool slice_eq(Slice a, Slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool slice_eq_cstr(Slice a, const char *text)
{
    return slice_eq(a, slice_from_cstr(text));
}

// The part [start, end), both cut to the slice's length; empty when end <= start.
static inline Slice slice_sub(Slice s, size_t start, size_t end)
{
    if (end > s.len) end = s.len;
    if (start >= end)
        return (Slice){s.len ? s.ptr + (start < s.len ? start : s.len) : s.ptr, 0};
    return (Slice){s.ptr + start, end - start};
}

// Everything from `start` on.
static inline Slice slice_from(Slice s, size_t start)
{
    return slice_sub(s, start, s.len);
}

static inline bool slice_starts_with(Slice s, Slice prefix)
{
    return s.len >= prefix.len &&
           (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool slice_ends_with(Slice s, Slice suffix)
{
    return s.len >= suffix.len && (suffix.len == 0 || memcmp(s.ptr + (s.len - suffix.len),
                                                             suffix.ptr, suffix.len) == 0);
}

// Index of the first octet `c`, or SLICE_NOT_FOUND.
static inline size_t slice_find_char(Slice s, char c)
{
    const char *hit = s.len ? memchr(s.ptr, (unsigned char)c, s.len) : NULL;
    return hit ? (size_t)(hit - s.ptr) : SLICE_NOT_FOUND;
}

// Less than 0, 0, more than 0, by octets, a prefix before the longer one.
static inline int slice_compare(Slice a, Slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (order) return order;
    return (a.len > b.len) - (a.len < b.len);
}

// Index of the first occurrence of `needle` at or after `from`, or SLICE_NOT_FOUND. An
// empty needle is found at `from` when from <= s.len. Linear in the length of `s` whatever
// the contents.
size_t slice_find_from(Slice s, Slice needle, size_t from);

// Index of the last occurrence of `needle`, or SLICE_NOT_FOUND. An empty needle is found at
// s.len.
size_t slice_rfind(Slice s, Slice needle);

// Equal when ASCII letters differ only in case.
bool slice_eq_nocase(Slice a, Slice b);

// The slice without ASCII blanks (space, tab, CR, LF, VT, FF) at both ends.
Slice slice_trim(Slice s);

static inline size_t slice_find(Slice s, Slice needle)
{
    return slice_find_from(s, needle, 0);
}

static inline bool slice_contains(Slice s, Slice needle)
{
    return slice_find_from(s, needle, 0) != SLICE_NOT_FOUND;
}

#endif
