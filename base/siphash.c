// SPDX-License-Identifier: MIT
// SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): one round
// per word, three to finish. Enough against collision floods, and fast on the short keys of
// dicts.

#include "base/siphash.h"

#include <pthread.h>
#include <string.h>

#include "base/os.h"

static uint64_t process_key[2];
static uint64_t integer_key;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static bool key_ready; // read relaxed on the hot path, published by release

static void draw_key(void)
{
    uint64_t drawn[3];
    os_random(drawn, sizeof drawn);
    process_key[0] = drawn[0];
    process_key[1] = drawn[1];
    integer_key = drawn[2];
    __atomic_store_n(&key_ready, true, __ATOMIC_RELEASE);
}

void hash_init(void)
{
    pthread_once(&key_once, draw_key);
}

static inline void need_key(void)
{
    if (MDH_UNLIKELY(!__atomic_load_n(&key_ready, __ATOMIC_ACQUIRE))) hash_init();
}

static inline uint64_t rotl(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

typedef struct {
    uint64_t v0, v1, v2, v3;
} SipState;

static inline SipState sip_round(SipState s)
{
    s.v0 += s.v1;
    s.v1 = rotl(s.v1, 13) ^ s.v0;
    s.v0 = rotl(s.v0, 32);
    s.v2 += s.v3;
    s.v3 = rotl(s.v3, 16) ^ s.v2;
    s.v0 += s.v3;
    s.v3 = rotl(s.v3, 21) ^ s.v0;
    s.v2 += s.v1;
    s.v1 = rotl(s.v1, 17) ^ s.v2;
    s.v2 = rotl(s.v2, 32);
    return s;
}

static inline SipState sip_absorb(SipState s, uint64_t m)
{
    s.v3 ^= m;
    s = sip_round(s);
    s.v0 ^= m;
    return s;
}

static inline uint64_t load_le(const unsigned char *p, size_t n)
{
    uint64_t x = 0;
    memcpy(&x, p, n);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    return x;
}

// The last n < 8 octets as a number, by two loads that overlap instead of a loop.
static inline uint64_t load_tail(const unsigned char *p, size_t n)
{
    if (n >= 4) return load_le(p, 4) | load_le(p + n - 4, 4) << (8 * (n - 4));
    if (n == 0) return 0;
    return load_le(p, 1) | load_le(p + n / 2, 1) << (8 * (n / 2)) |
           load_le(p + n - 1, 1) << (8 * (n - 1));
}

uint64_t siphash13(const uint64_t key[2], const void *data, size_t n)
{
    const unsigned char *p = data;
    SipState s = {
        key[0] ^ 0x736f6d6570736575u,
        key[1] ^ 0x646f72616e646f6du,
        key[0] ^ 0x6c7967656e657261u,
        key[1] ^ 0x7465646279746573u,
    };
    uint64_t length = (uint64_t)n << 56;
    for (; n >= 8; p += 8, n -= 8) s = sip_absorb(s, load_le(p, 8));
    s = sip_absorb(s, length | load_tail(p, n));
    s.v2 ^= 0xff;
    s = sip_round(sip_round(sip_round(s)));
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

uint64_t hash_bytes64(const void *p, size_t n)
{
    need_key();
    return siphash13(process_key, p, n);
}

// Two multiply-xorshift steps over x ^ key. Not a PRF, but without the key nobody can aim
// at a bucket, and timing a hash table is no oracle for a 64-bit key at network distance.
uint32_t hash_u64(uint64_t x)
{
    need_key();
    x ^= integer_key;
    x = (x ^ x >> 32) * 0x9fb21c651e98df25u;
    x = (x ^ x >> 29) * (process_key[0] | 1);
    return (uint32_t)(x >> 32);
}
