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

static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotl(v[1], 13) ^ v[0];
    v[0] = rotl(v[0], 32);
    v[2] += v[3];
    v[3] = rotl(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotl(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotl(v[1], 17) ^ v[2];
    v[2] = rotl(v[2], 32);
}

static inline uint64_t load_le64(const unsigned char *p)
{
    uint64_t x;
    memcpy(&x, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    return x;
}

uint64_t siphash13(const uint64_t key[2], const void *data, size_t n)
{
    const unsigned char *p = data;
    uint64_t v[4] = {
        key[0] ^ 0x736f6d6570736575u,
        key[1] ^ 0x646f72616e646f6du,
        key[0] ^ 0x6c7967656e657261u,
        key[1] ^ 0x7465646279746573u,
    };
    uint64_t tail = (uint64_t)n << 56;

    for (; n >= 8; p += 8, n -= 8) {
        uint64_t m = load_le64(p);
        v[3] ^= m;
        sip_round(v);
        v[0] ^= m;
    }
    for (size_t i = 0; i < n; i++) tail |= (uint64_t)p[i] << (8 * i);
    v[3] ^= tail;
    sip_round(v);
    v[0] ^= tail;

    v[2] ^= 0xff;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
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
