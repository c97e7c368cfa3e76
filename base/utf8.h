// SPDX-License-Identifier: MIT
// UTF-8 and the little of Unicode that the language needs. No locale, no allocation. Every
// function accepts any octets; offsets are octets, positions are code points.

#ifndef MDH_BASE_UTF8_H
#define MDH_BASE_UTF8_H

#include "base/common.h"

#define UTF8_REPLACEMENT 0xFFFDu // what an invalid sequence reads as
#define UTF8_MAX         0x10FFFFu
#define UTF8_INVALID     ((size_t)-1)

// Decodes the code point at p[0 .. n), n > 0, and stores how many octets it took (1..4). An
// invalid or truncated sequence reads as U+FFFD and takes its longest valid beginning, at
// least one octet.
uint32_t utf8_decode(const char *p, size_t n, size_t *used);

// As utf8_decode but -1 for an invalid sequence.
int32_t utf8_decode_strict(const char *p, size_t n, size_t *used);

// Writes 1..4 octets and returns how many; a surrogate or a too large number is written as
// U+FFFD.
size_t utf8_encode(uint32_t code_point, char out[4]);

// True for 0..0x10FFFF without surrogates.
bool utf8_is_scalar(uint32_t code_point);

bool utf8_is_ascii(const char *p, size_t n);
bool utf8_is_valid(const char *p, size_t n);

// Offset of the first invalid octet, or UTF8_INVALID when all is valid.
size_t utf8_first_invalid(const char *p, size_t n);

// Code points in valid UTF-8 (octets that are not continuation octets).
size_t utf8_count(const char *p, size_t n);

// Octet offset of code point number `nth` in valid UTF-8; n when there are not that many.
size_t utf8_offset(const char *p, size_t n, size_t nth);

// Octets of the sequence that starts with `lead` in valid UTF-8.
static inline size_t utf8_len_of_lead(unsigned char lead)
{
    return lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

// Simple (one to one) case mapping: ASCII, Latin-1, Latin Extended-A/B/Additional, Greek,
// Cyrillic, Armenian, fullwidth. Anything else maps to itself.
uint32_t utf8_to_upper(uint32_t code_point);
uint32_t utf8_to_lower(uint32_t code_point);

// Room for a full case mapping of one code point (three code points of up to 4 octets).
#define UTF8_CASE_MAX 12

// Full upper-case mapping as UTF-8 (sharp s gives "SS"); returns the octets written.
size_t utf8_put_upper(uint32_t code_point, char out[UTF8_CASE_MAX]);
size_t utf8_put_lower(uint32_t code_point, char out[UTF8_CASE_MAX]);

bool utf8_is_upper(uint32_t code_point);
bool utf8_is_lower(uint32_t code_point);
bool utf8_is_alpha(uint32_t code_point);
bool utf8_is_digit(uint32_t code_point); // any decimal digit or other number
bool utf8_is_space(uint32_t code_point); // the White_Space property

#endif
