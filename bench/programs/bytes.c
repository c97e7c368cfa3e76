// SPDX-License-Identifier: MIT
#include <stdint.h>
#include <stdio.h>

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}
static uint32_t get16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}
static uint32_t get32(const uint8_t *p)
{
    return get16(p) << 16 | get16(p + 2);
}

int main(void)
{
    static uint8_t b[1200];
    for (uint32_t i = 0; i < 100; i++) {
        uint8_t *p = b + i * 12;
        p[0] = 128;
        p[1] = (uint8_t)(i % 128);
        put16(p + 2, i * 7);
        put32(p + 4, i * 100000);
        put32(p + 8, 3735928559u - i);
    }
    long sum = 0;
    for (uint32_t i = 0; i < 5000000; i++) {
        uint8_t *p = b + i % 100 * 12;
        uint32_t version = p[0] >> 6, pt = p[1] & 127, seq = get16(p + 2), ts = get32(p + 4);
        sum = (sum + version + pt + seq + ts + get32(p + 8)) % 1000003;
        put16(p + 2, seq + 1);
        put32(p + 4, ts + 160);
    }
    printf("%ld\n", sum);
}
