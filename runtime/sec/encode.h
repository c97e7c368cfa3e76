// SPDX-License-Identifier: MIT
// Octets in other clothes: base64 (RFC 4648 §4, §5) and the CRC-32 of ISO 3309 that zlib, Ethernet
// and STUN's FINGERPRINT use (RFC 8489 §14.7). Thread-safe.
#ifndef MDH_SEC_ENCODE_H
#define MDH_SEC_ENCODE_H

#include "base/slice.h"

typedef enum Base64Kind {
    BASE64_STANDARD, // + and /, padded with = to whole groups
    BASE64_URL,      // - and _, without padding
} Base64Kind;

#define BASE64_OK SIZE_MAX

// Octets of the text for n octets.
size_t base64_encoded_len(Base64Kind kind, size_t n);
void base64_encode(Base64Kind kind, Slice data, char *out);
// Decodes into `out`, which has room for 3 octets per 4 of the text (rounded up), and sets *n.
// Strict (RFC 4648 §3): only letters of the alphabet, no blanks, the bits left over are zero;
// padding must be there for BASE64_STANDARD, for BASE64_URL it may be. Gives BASE64_OK or the
// offset in the text of what is wrong; its length when the end comes too early.
size_t base64_decode(Base64Kind kind, Slice text, uint8_t *out, size_t *n);

// The CRC of `data` after octets that gave `crc` (0: nothing before).
uint32_t crc32_add(uint32_t crc, Slice data);

#endif
