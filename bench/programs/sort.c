// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;
    return x < y ? -1 : x > y;
}

int main(void)
{
    size_t n = 1000000;
    long *xs = malloc(n * sizeof *xs), x = 42, sum = 0;
    if (!xs) return 1;
    for (size_t i = 0; i < n; i++) xs[i] = x = x * 16807 % 2147483647;
    qsort(xs, n, sizeof *xs, by_value);
    for (size_t i = 0; i < 1000; i++) sum = (sum * 31 + xs[i * 1000]) % 1000003;
    printf("%ld\n", sum);
    free(xs);
}
