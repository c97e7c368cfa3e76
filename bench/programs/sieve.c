// SPDX-License-Identifier: MIT
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    long n = 5000000, count = 0, sum = 0;
    bool *prime = malloc((size_t)n);
    if (!prime) return 1;
    memset(prime, 1, (size_t)n);
    for (long i = 2; i < n; i++) {
        if (!prime[i]) continue;
        count++;
        sum = (sum + i) % 1000003;
        for (long j = i * i; j < n; j += i) prime[j] = false;
    }
    printf("%ld %ld\n", count, sum);
    free(prime);
}
