// SPDX-License-Identifier: MIT
// Message digests (RFC 1321, FIPS 180-4) and HMAC (RFC 2104) on OpenSSL. MD5 and SHA-1 are here
// because SIP, STUN and RTP ask for them (RFC 7616, RFC 8489), not because they are sound.
// Thread-safe.
#ifndef MDH_SEC_DIGEST_H
#define MDH_SEC_DIGEST_H

#include "base/err.h"
#include "base/slice.h"

typedef enum DigestKind {
    DIGEST_MD5,
    DIGEST_SHA1,
    DIGEST_SHA256,
    DIGEST_SHA384,
    DIGEST_SHA512,
    DIGEST_SHA512_256,
    DIGEST_KINDS
} DigestKind;

#define DIGEST_MAX 64 // octets of the longest digest

// By name in any case: "md5", "sha1", "sha256", "sha512-256", also "sha-256" and "sha512/256".
// False when there is none such.
bool digest_find(Slice name, DigestKind *out);
const char *digest_name(DigestKind kind); // "sha256"
size_t digest_len(DigestKind kind);

// Writes digest_len(kind) octets. MDH_ERR_NOMEM, or MDH_ERR_UNSUPPORTED when the installed OpenSSL
// has been told not to offer this digest.
MDH_NODISCARD MdhErr digest(DigestKind kind, Slice data, uint8_t out[DIGEST_MAX]);
MDH_NODISCARD MdhErr digest_hmac(DigestKind kind, Slice key, Slice data,
                                 uint8_t out[DIGEST_MAX]);

// Whether the octets are the same, in a time that depends on the lengths only.
bool secure_equal(Slice a, Slice b);

#endif
