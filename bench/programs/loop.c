// SPDX-License-Identifier: MIT
#include <stdio.h>

int main(void)
{
    long s = 0, x = 1, n = 0;
    for (long i = 0; i < 20000000; i++) s = (s + i * 3) % 1000003;
    while (n < 5000000) {
        if (x % 2 == 0) x = x + n;
        else x = x * 3 + 1;
        x = x % 1000003;
        n++;
    }
    printf("%ld\n", s + x);
}
