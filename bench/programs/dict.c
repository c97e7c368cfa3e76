// SPDX-License-Identifier: MIT
// Hash tables with linear probing that double when they are two thirds full, one for integers and
// one for strings that it copies.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Ints {
    size_t cap, n;
    struct { long key, val; } *at; // key -1: free
} Ints;

static void *zeroed(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p) abort();
    return p;
}

static void ints_init(Ints *d, size_t cap)
{
    *d = (Ints){cap, 0, zeroed(cap, sizeof *d->at)};
    for (size_t i = 0; i < cap; i++) d->at[i].key = -1;
}

static size_t ints_find(const Ints *d, long key)
{
    size_t i = (uint64_t)key * UINT64_C(0x9e3779b97f4a7c15) >> 20 & (d->cap - 1);
    while (d->at[i].key != key && d->at[i].key != -1) i = (i + 1) & (d->cap - 1);
    return i;
}

static long ints_get(const Ints *d, long key, long fallback)
{
    size_t i = ints_find(d, key);
    return d->at[i].key == key ? d->at[i].val : fallback;
}

static void ints_put(Ints *d, long key, long val)
{
    size_t i = ints_find(d, key);
    if (d->at[i].key == key) {
        d->at[i].val = val;
        return;
    }
    d->at[i].key = key;
    d->at[i].val = val;
    if (++d->n * 3 < d->cap * 2) return;
    Ints old = *d;
    ints_init(d, old.cap * 2);
    for (i = 0; i < old.cap; i++)
        if (old.at[i].key != -1) ints_put(d, old.at[i].key, old.at[i].val);
    free(old.at);
}

typedef struct Texts {
    size_t cap, n;
    struct { char *key; long val; } *at; // key NULL: free
} Texts;

static size_t texts_find(const Texts *d, const char *key)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (const char *p = key; *p; p++) h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    size_t i = h & (d->cap - 1);
    while (d->at[i].key && strcmp(d->at[i].key, key) != 0) i = (i + 1) & (d->cap - 1);
    return i;
}

static void texts_put(Texts *d, const char *key, long val)
{
    size_t i = texts_find(d, key);
    if (!d->at[i].key) {
        d->at[i].key = strdup(key);
        if (!d->at[i].key) abort();
        d->n++;
    }
    d->at[i].val = val;
    if (d->n * 3 < d->cap * 2) return;
    Texts old = *d;
    *d = (Texts){old.cap * 2, old.n, zeroed(old.cap * 2, sizeof *d->at)};
    for (i = 0; i < old.cap; i++) {
        if (!old.at[i].key) continue;
        size_t to = texts_find(d, old.at[i].key);
        d->at[to].key = old.at[i].key;
        d->at[to].val = old.at[i].val;
    }
    free(old.at);
}

int main(void)
{
    Ints d;
    ints_init(&d, 8);
    long x = 42, most = 0, sum = 0;
    for (int i = 0; i < 1000000; i++) {
        x = x * 16807 % 2147483647;
        long k = x % 700001 * 1009;
        ints_put(&d, k, ints_get(&d, k, 0) + 1);
    }
    for (long i = 0; i < 700001; i++) {
        long n = ints_get(&d, i * 1009, 0);
        if (n > most) most = n;
    }
    Texts s = {8, 0, zeroed(8, sizeof *s.at)};
    char key[32];
    for (long i = 0; i < 300000; i++) {
        snprintf(key, sizeof key, "user%ld", i % 50000);
        texts_put(&s, key, i);
    }
    for (long i = 0; i < 50000; i++) {
        snprintf(key, sizeof key, "user%ld", i);
        sum = (sum + s.at[texts_find(&s, key)].val) % 1000003;
    }
    printf("%zu %ld %ld\n", d.n, most, sum);
    for (size_t i = 0; i < s.cap; i++) free(s.at[i].key);
    free(s.at);
    free(d.at);
}
