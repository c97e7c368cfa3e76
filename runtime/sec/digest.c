// SPDX-License-Identifier: MIT
#include "runtime/sec/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>

#include "base/os.h"

#define BLOCK_MAX 128 // octets of the longest block

static const struct {
    const char *name, *other_name, *openssl_name;
    uint8_t len, block;
} kinds[DIGEST_KINDS] = {
    {"md5", "md-5", "MD5", 16, 64},
    {"sha1", "sha-1", "SHA1", 20, 64},
    {"sha256", "sha-256", "SHA256", 32, 64},
    {"sha384", "sha-384", "SHA384", 48, 128},
    {"sha512", "sha-512", "SHA512", 64, 128},
    {"sha512-256", "sha-512-256", "SHA512-256", 32, 128},
};

// Looking an algorithm up takes longer than digesting a packet, so it is done once.
static EVP_MD *fetched[DIGEST_KINDS];
static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;

static void fetch_all(void)
{
    for (int i = 0; i < DIGEST_KINDS; i++)
        fetched[i] = EVP_MD_fetch(NULL, kinds[i].openssl_name, NULL);
}

static const EVP_MD *md_of(DigestKind kind)
{
    pthread_once(&fetch_once, fetch_all);
    return fetched[kind];
}

bool digest_find(Slice name, DigestKind *out)
{
    for (int i = 0; i < DIGEST_KINDS; i++) {
        if (!slice_eq_nocase(name, slice_from_cstr(kinds[i].name)) &&
            !slice_eq_nocase(name, slice_from_cstr(kinds[i].other_name)))
            continue;
        *out = (DigestKind)i;
        return true;
    }
    if (!slice_eq_nocase(name, SLICE_LIT("sha512/256"))) return false;
    *out = DIGEST_SHA512_256;
    return true;
}

const char *digest_name(DigestKind kind)
{
    return kinds[kind].name;
}

size_t digest_len(DigestKind kind)
{
    return kinds[kind].len;
}

// The digest of a followed by b.
static MdhErr digest_two(DigestKind kind, Slice a, Slice b, uint8_t *out)
{
    const EVP_MD *md = md_of(kind);
    if (!md) return MDH_ERR_UNSUPPORTED;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!ctx) return MDH_ERR_NOMEM;
    bool ok = EVP_DigestInit_ex2(ctx, md, NULL) && EVP_DigestUpdate(ctx, a.ptr, a.len) &&
              EVP_DigestUpdate(ctx, b.ptr, b.len) && EVP_DigestFinal_ex(ctx, out, NULL);
    EVP_MD_CTX_free(ctx);
    return ok ? MDH_OK : MDH_ERR_NOMEM;
}

MdhErr digest(DigestKind kind, Slice data, uint8_t out[DIGEST_MAX])
{
    return digest_two(kind, data, SLICE_NONE, out);
}

// H(key ^ opad, H(key ^ ipad, data)), the key brought to one block first (RFC 2104 §2).
MdhErr digest_hmac(DigestKind kind, Slice key, Slice data, uint8_t out[DIGEST_MAX])
{
    uint8_t inner[BLOCK_MAX] = {0}, outer[BLOCK_MAX];
    size_t block = kinds[kind].block;
    MdhErr err = MDH_OK;
    if (key.len > block) err = digest(kind, key, inner);
    else if (key.len) memcpy(inner, key.ptr, key.len);
    for (size_t i = 0; i < block; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    if (!err) err = digest_two(kind, slice_make(inner, block), data, out);
    if (!err)
        err = digest_two(kind, slice_make(outer, block), slice_make(out, kinds[kind].len),
                         out);
    os_wipe(inner, sizeof inner);
    os_wipe(outer, sizeof outer);
    return err;
}

bool secure_equal(Slice a, Slice b)
{
    return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0);
}
