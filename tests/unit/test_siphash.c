// SPDX-License-Identifier: MIT

#include "base/siphash.h"

#include "tests/unit/harness.h"

// A second, plain writing of the definition (one octet at a time, c = 1, d = 3), to compare with.
static uint64_t slow_rotl(uint64_t x, int b)
{
    return (x << b) | (x >> (64 - b));
}

static void slow_round(uint64_t *v0, uint64_t *v1, uint64_t *v2, uint64_t *v3)
{
    *v0 += *v1;
    *v2 += *v3;
    *v1 = slow_rotl(*v1, 13);
    *v3 = slow_rotl(*v3, 16);
    *v1 ^= *v0;
    *v3 ^= *v2;
    *v0 = slow_rotl(*v0, 32);
    *v2 += *v1;
    *v0 += *v3;
    *v1 = slow_rotl(*v1, 17);
    *v3 = slow_rotl(*v3, 21);
    *v1 ^= *v2;
    *v3 ^= *v0;
    *v2 = slow_rotl(*v2, 32);
}

static uint64_t slow_sip(int c, int d, const uint64_t key[2], const unsigned char *p,
                         size_t n)
{
    uint64_t v0 = key[0] ^ 0x736f6d6570736575u, v1 = key[1] ^ 0x646f72616e646f6du;
    uint64_t v2 = key[0] ^ 0x6c7967656e657261u, v3 = key[1] ^ 0x7465646279746573u;
    size_t words = n / 8 + 1;
    for (size_t w = 0; w < words; w++) {
        uint64_t m = 0;
        for (size_t i = 0; i < 8; i++) {
            size_t at = w * 8 + i;
            uint64_t octet = at < n ? p[at] : (w == words - 1 && i == 7 ? n & 0xff : 0);
            m |= octet << (8 * i);
        }
        v3 ^= m;
        for (int i = 0; i < c; i++) slow_round(&v0, &v1, &v2, &v3);
        v0 ^= m;
    }
    v2 ^= 0xff;
    for (int i = 0; i < d; i++) slow_round(&v0, &v1, &v2, &v3);
    return v0 ^ v1 ^ v2 ^ v3;
}

static const uint64_t paper_key[2] = {0x0706050403020100u, 0x0f0e0d0c0b0a0908u};

// The plain writing is right: the value that the paper gives for SipHash-2-4 of 00..0e.
TEST(siphash_reference_agrees_with_the_paper)
{
    unsigned char text[15];
    for (size_t i = 0; i < sizeof text; i++) text[i] = (unsigned char)i;
    CHECK_EQ(slow_sip(2, 4, paper_key, text, sizeof text), 0xa129ca6149be45e5u);
}

TEST(siphash13_agrees_with_the_plain_writing)
{
    unsigned char text[80];
    for (size_t i = 0; i < sizeof text; i++) text[i] = (unsigned char)(i * 37 + 11);
    for (size_t n = 0; n <= sizeof text; n++) {
        CHECK_EQ(siphash13(paper_key, text, n), slow_sip(1, 3, paper_key, text, n));
    }
}

TEST(hash_is_stable_within_a_process_and_spreads)
{
    CHECK_EQ(hash_bytes("abc", 3), hash_bytes("abc", 3));
    CHECK(hash_bytes64("abc", 3) != hash_bytes64("abd", 3));
    CHECK(hash_bytes64("", 0) != hash_bytes64("\0", 1));
    CHECK_EQ(hash_u64(42), hash_u64(42));
    static uint8_t seen[1 << 10];
    int filled = 0;
    for (uint64_t i = 0; i < 4096; i++) {
        uint32_t at = hash_u64(i << 12) & (countof(seen) - 1);
        filled += !seen[at];
        seen[at] = 1;
    }
    CHECK(filled > 980); // 4 per bucket on average leave about 18 empty
}
