// SPDX-License-Identifier: MIT
// Vectors of RFC 1321 §A.5, FIPS 180-4's examples, RFC 2202, RFC 4231, RFC 7616 §3.9.2.
#include <stdio.h>
#include <string.h>

#include "runtime/sec/digest.h"
#include "tests/unit/harness.h"

static const char *hex(const uint8_t *p, size_t n)
{
    static char text[2 * DIGEST_MAX + 1];
    for (size_t i = 0; i < n; i++) snprintf(text + 2 * i, 3, "%02x", p[i]);
    return text;
}

static const char *digest_hex(DigestKind kind, const char *text)
{
    uint8_t out[DIGEST_MAX];
    return digest(kind, slice_from_cstr(text), out) ? "(error)"
                                                    : hex(out, digest_len(kind));
}

static const char *hmac_hex(DigestKind kind, Slice key, Slice data)
{
    uint8_t out[DIGEST_MAX];
    return digest_hmac(kind, key, data, out) ? "(error)" : hex(out, digest_len(kind));
}

TEST(names)
{
    DigestKind kind;
    for (int i = 0; i < DIGEST_KINDS; i++) {
        CHECK(digest_find(slice_from_cstr(digest_name((DigestKind)i)), &kind));
        CHECK_EQ(kind, i);
    }
    CHECK(digest_find(SLICE_LIT("SHA-512-256"), &kind) && kind == DIGEST_SHA512_256);
    CHECK(digest_find(SLICE_LIT("SHA512/256"), &kind) && kind == DIGEST_SHA512_256);
    CHECK(digest_find(SLICE_LIT("SHA-256"), &kind) && kind == DIGEST_SHA256);
    CHECK(!digest_find(SLICE_LIT("sha3"), &kind));
    CHECK(!digest_find(SLICE_NONE, &kind));
}

TEST(md5_rfc1321)
{
    static const char *const rows[][2] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
         "d174ab98d277d9f5a5611c2c9f419d9f"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57edf4a22be3c955ac49da2e2107b67a"},
    };
    for (size_t i = 0; i < countof(rows); i++)
        CHECK_STR(digest_hex(DIGEST_MD5, rows[i][0]), rows[i][1]);
}

TEST(sha_fips_180)
{
    CHECK_STR(digest_hex(DIGEST_SHA1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK_STR(digest_hex(DIGEST_SHA256, "abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK_STR(digest_hex(DIGEST_SHA384, "abc"),
              "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
              "8086072ba1e7cc2358baeca134c825a7");
    CHECK_STR(digest_hex(DIGEST_SHA512, "abc"),
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    CHECK_STR(digest_hex(DIGEST_SHA512_256, "abc"),
              "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
}

// The digest authentication of RFC 7616 §3.9.2: SHA-512-256 where the user name is hashed too.
TEST(sha512_256_rfc7616)
{
    CHECK_STR(digest_hex(DIGEST_SHA512_256, "J\xc3\xa4s\xc3\xb8n Doe:api@example.org"),
              "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b");
}

// RFC 7616 §3.9.1: A1, A2 and the response with SHA-256 and MD5.
TEST(digest_authentication_rfc7616)
{
    char a1[80], text[400];
    static const struct {
        DigestKind kind;
        const char *response;
    } rows[] = {
        {DIGEST_MD5, "8ca523f5e9506fed4657c9700eebdbec"},
        {DIGEST_SHA256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        snprintf(a1, sizeof a1, "%s",
                 digest_hex(rows[i].kind, "Mufasa:http-auth@example.org:Circle of Life"));
        snprintf(text, sizeof text,
                 "%s:7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v:00000001:"
                 "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ:auth:%s",
                 a1, digest_hex(rows[i].kind, "GET:/dir/index.html"));
        CHECK_STR(digest_hex(rows[i].kind, text), rows[i].response);
    }
}

TEST(hmac_rfc2202)
{
    char many[80];
    memset(many, 0x0b, sizeof many);
    Slice jefe = SLICE_LIT("Jefe"), what = SLICE_LIT("what do ya want for nothing?");
    CHECK_STR(hmac_hex(DIGEST_MD5, slice_make(many, 16), SLICE_LIT("Hi There")),
              "9294727a3638bb1c13f48ef8158bfc9d");
    CHECK_STR(hmac_hex(DIGEST_MD5, jefe, what), "750c783e6ab0b503eaa86e310a5db738");
    CHECK_STR(hmac_hex(DIGEST_SHA1, slice_make(many, 20), SLICE_LIT("Hi There")),
              "b617318655057264e28bc0b6fb378c8ef146be00");
    CHECK_STR(hmac_hex(DIGEST_SHA1, jefe, what),
              "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    memset(many, 0xaa, sizeof many);
    Slice longer = SLICE_LIT("Test Using Larger Than Block-Size Key - Hash Key First");
    CHECK_STR(hmac_hex(DIGEST_MD5, slice_make(many, 80), longer),
              "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
    CHECK_STR(hmac_hex(DIGEST_SHA1, slice_make(many, 80), longer),
              "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(hmac_rfc4231)
{
    char key[131];
    memset(key, 0x0b, sizeof key);
    Slice hi = SLICE_LIT("Hi There");
    CHECK_STR(hmac_hex(DIGEST_SHA256, slice_make(key, 20), hi),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK_STR(hmac_hex(DIGEST_SHA384, slice_make(key, 20), hi),
              "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
              "faea9ea9076ede7f4af152e8b2fa9cb6");
    CHECK_STR(hmac_hex(DIGEST_SHA512, slice_make(key, 20), hi),
              "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
              "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
    memset(key, 0xaa, sizeof key);
    Slice longer = SLICE_LIT("Test Using Larger Than Block-Size Key - Hash Key First");
    CHECK_STR(hmac_hex(DIGEST_SHA256, slice_make(key, 131), longer),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    CHECK_STR(hmac_hex(DIGEST_SHA512, slice_make(key, 131), longer),
              "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
              "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

TEST(empty_key_and_data)
{
    CHECK_STR(hmac_hex(DIGEST_SHA256, SLICE_NONE, SLICE_NONE),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(equal_in_constant_time)
{
    CHECK(secure_equal(SLICE_NONE, SLICE_LIT("")));
    CHECK(secure_equal(SLICE_LIT("abc"), SLICE_LIT("abc")));
    CHECK(!secure_equal(SLICE_LIT("abc"), SLICE_LIT("abd")));
    CHECK(!secure_equal(SLICE_LIT("abc"), SLICE_LIT("ab")));
}
