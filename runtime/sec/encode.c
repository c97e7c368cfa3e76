// SPDX-License-Identifier: MIT
#include "runtime/sec/encode.h"

// Base64 ---------------------------------------------------------------------------------------

static const char letters[2][65] = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
};

size_t base64_encoded_len(Base64Kind kind, size_t n)
{
    size_t groups = n / 3, left = n % 3;
    if (!left) return groups * 4;
    return groups * 4 + (kind == BASE64_STANDARD ? 4 : left + 1);
}

void base64_encode(Base64Kind kind, Slice data, char *out)
{
    const char *letter = letters[kind];
    const uint8_t *p = (const uint8_t *)data.ptr;
    size_t left = data.len;
    for (; left >= 3; left -= 3, p += 3) {
        *out++ = letter[p[0] >> 2];
        *out++ = letter[(p[0] & 3) << 4 | p[1] >> 4];
        *out++ = letter[(p[1] & 15) << 2 | p[2] >> 6];
        *out++ = letter[p[2] & 63];
    }
    if (!left) return;
    unsigned second = left == 2 ? p[1] : 0;
    *out++ = letter[p[0] >> 2];
    *out++ = letter[(p[0] & 3) << 4 | second >> 4];
    if (left == 2) *out++ = letter[(second & 15) << 2];
    if (kind != BASE64_STANDARD) return;
    *out++ = '=';
    if (left == 1) *out = '=';
}

// The value of a letter, -1 when it is none.
static int sextet(Base64Kind kind, char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == letters[kind][62]) return 62;
    return c == letters[kind][63] ? 63 : -1;
}

// The part without padding, if the padding is as it must be; else *wrong is set.
static Slice strip_padding(Base64Kind kind, Slice text, size_t *wrong)
{
    size_t n = text.len;
    while (n && text.len - n < 2 && text.ptr[n - 1] == '=') n--;
    bool is_padded = n < text.len;
    if (is_padded || kind == BASE64_STANDARD) {
        if (text.len % 4) *wrong = text.len;
        // "ab==" and "abc=" only
        if (is_padded && text.len % 4 == 0 && n % 4 < 2) *wrong = n;
    }
    return slice_sub(text, 0, n);
}

size_t base64_decode(Base64Kind kind, Slice text, uint8_t *out, size_t *n)
{
    size_t wrong = BASE64_OK;
    Slice s = strip_padding(kind, text, &wrong);
    uint32_t bits = 0;
    unsigned held = 0;
    *n = 0;
    for (size_t i = 0; i < s.len; i++) {
        int v = sextet(kind, s.ptr[i]);
        if (v < 0) return i;
        bits = (bits << 6 | (uint32_t)v) & 0xffff;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out[(*n)++] = (uint8_t)(bits >> held);
    }
    if (wrong != BASE64_OK) return wrong;
    if (s.len % 4 == 1) return text.len;
    return bits & ((1u << held) - 1) ? s.len - 1 : BASE64_OK;
}

// CRC-32 ---------------------------------------------------------------------------------------

#define POLYNOMIAL 0xedb88320u // reflected

static uint32_t crc_table[256];

__attribute__((constructor)) static void fill_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++) c = c & 1 ? c >> 1 ^ POLYNOMIAL : c >> 1;
        crc_table[i] = c;
    }
}

uint32_t crc32_add(uint32_t crc, Slice data)
{
    crc = ~crc;
    for (size_t i = 0; i < data.len; i++)
        crc = crc_table[(crc ^ (uint8_t)data.ptr[i]) & 255] ^ crc >> 8;
    return ~crc;
}
