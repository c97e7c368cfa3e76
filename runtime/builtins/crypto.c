// SPDX-License-Identifier: MIT
#include "base/os.h"
#include "runtime/builtins/name.h"
#include "runtime/core/throw.h"
#include "runtime/data/bytes.h"
#include "runtime/data/str.h"
#include "runtime/sec/digest.h"
#include "runtime/sec/encode.h"

// The octets of bytes, or of a text.
static Slice octets(MdhValue v)
{
    return mdh_tag(v) == MDH_TAG_STRING ? mdh_str_slice(v) : mdh_bytes_slice_of(v);
}

MdhValue __mdh_random_bytes(MdhThread *t, int argc, const MdhArgs_random_bytes *a)
{
    (void)argc;
    int64_t n = mdh_int_of(a->n);
    if (n < 0)
        return mdh_throw_native(t, "%s() size cannae be negative", MDH_NAME(random_bytes));
    MdhValue b = mdh_bytes_new(t, (uint64_t)n);
    if (!mdh_is_exc(b)) os_random(mdh_bytes_window(b)->data, (size_t)n);
    return b;
}

// Digests --------------------------------------------------------------------------------------

static bool find_hash(MdhThread *t, const char *builtin, MdhValue name, DigestKind *kind)
{
    if (digest_find(mdh_str_slice(name), kind)) return true;
    mdh_throw_native(t, "%s() disnae ken the hash '%v'", builtin, name);
    return false;
}

static MdhValue give_digest(MdhThread *t, const char *builtin, DigestKind kind, MdhErr err,
                            const uint8_t *octets_of_it)
{
    if (err == MDH_ERR_NOMEM) return mdh_throw_oom(t, DIGEST_MAX);
    if (err)
        return mdh_throw_native(t, "%s() disnae ken the hash '%s'", builtin,
                                digest_name(kind));
    return mdh_bytes_from(t, octets_of_it, digest_len(kind));
}

MdhValue __mdh_hash(MdhThread *t, int argc, const MdhArgs_hash *a)
{
    (void)argc;
    DigestKind kind;
    uint8_t out[DIGEST_MAX];
    if (!find_hash(t, MDH_NAME(hash), a->name, &kind)) return MDH_EXC;
    MdhErr err = digest(kind, octets(a->data), out);
    return give_digest(t, MDH_NAME(hash), kind, err, out);
}

MdhValue __mdh_hmac(MdhThread *t, int argc, const MdhArgs_hmac *a)
{
    (void)argc;
    DigestKind kind;
    uint8_t out[DIGEST_MAX];
    if (!find_hash(t, MDH_NAME(hmac), a->name, &kind)) return MDH_EXC;
    MdhErr err = digest_hmac(kind, octets(a->key), octets(a->data), out);
    return give_digest(t, MDH_NAME(hmac), kind, err, out);
}

MdhValue __mdh_secure_equal(MdhThread *t, int argc, const MdhArgs_secure_equal *a)
{
    (void)t, (void)argc;
    return mdh_bool(secure_equal(octets(a->x), octets(a->y)));
}

MdhValue __mdh_crc32(MdhThread *t, int argc, const MdhArgs_crc32 *a)
{
    (void)argc;
    int64_t crc = mdh_int_of(a->crc);
    if (crc < 0 || crc > UINT32_MAX)
        return mdh_throw_native(t, "%s() value out o' range", MDH_NAME(crc32));
    return mdh_fix(crc32_add((uint32_t)crc, octets(a->data)));
}

// Base64 ---------------------------------------------------------------------------------------

static bool find_alphabet(MdhThread *t, const char *builtin, MdhValue name,
                          Base64Kind *kind)
{
    *kind = mdh_str_is(name, "url") ? BASE64_URL : BASE64_STANDARD;
    if (*kind == BASE64_URL || mdh_str_is(name, "standard")) return true;
    mdh_throw_native(t, "%s() alphabet must be standard or url, no '%v'", builtin, name);
    return false;
}

MdhValue __mdh_base64_encode(MdhThread *t, int argc, const MdhArgs_base64_encode *a)
{
    (void)argc;
    Base64Kind kind;
    if (!find_alphabet(t, MDH_NAME(base64_encode), a->alphabet, &kind)) return MDH_EXC;
    Slice data = octets(a->data);
    size_t n = base64_encoded_len(kind, data.len);
    Buf text;
    buf_init(&text, n + 1);
    char *out = buf_reserve(&text, n);
    if (out) {
        base64_encode(kind, data, out);
        buf_commit(&text, n);
    }
    MdhValue s = out ? mdh_str_new(t, text.data, n) : mdh_throw_oom(t, n);
    buf_deinit(&text);
    return s;
}

MdhValue __mdh_base64_decode(MdhThread *t, int argc, const MdhArgs_base64_decode *a)
{
    (void)argc;
    Base64Kind kind;
    size_t n;
    if (!find_alphabet(t, MDH_NAME(base64_decode), a->alphabet, &kind)) return MDH_EXC;
    Slice text = mdh_str_slice(a->text);
    MdhValue b = mdh_bytes_new(t, text.len / 4 * 3 + 3);
    if (mdh_is_exc(b)) return b;
    size_t wrong = base64_decode(kind, text, mdh_bytes_window(b)->data, &n);
    if (wrong != BASE64_OK)
        return mdh_throw_native(t, "%s() that isnae base64 (offset %d)",
                                MDH_NAME(base64_decode), (int64_t)wrong);
    return mdh_bytes_resize(t, b, n) ? b : MDH_EXC;
}
