// SPDX-License-Identifier: MIT
// The pieces are kept as strings of their own, then joined, as the other languages do.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    size_t n = 1000000, len = 0, grown_len = 0;
    char **parts = malloc(n * sizeof *parts);
    if (!parts) return 1;
    for (size_t i = 0; i < n; i++) {
        char piece[48];
        int k = snprintf(piece, sizeof piece, "k%zu=%zu;", i, i * 7 % 1000);
        parts[i] = malloc((size_t)k + 1);
        if (!parts[i]) return 1;
        memcpy(parts[i], piece, (size_t)k + 1);
        len += (size_t)k;
    }
    char *text = malloc(len + 1), *at = text;
    if (!text) return 1;
    for (size_t i = 0; i < n; i++) {
        size_t k = strlen(parts[i]);
        memcpy(at, parts[i], k);
        at += k;
        free(parts[i]);
    }
    free(parts);
    long sum = 0;
    for (size_t i = 0; i < 1000; i++) sum = (sum * 31 + text[i * 997]) % 1000003;
    char *grown = NULL;
    for (int i = 0; i < 2000; i++) {
        grown = realloc(grown, grown_len + 2);
        if (!grown) return 1;
        memcpy(grown + grown_len, "ab", 2);
        grown_len += 2;
    }
    printf("%zu %ld %zu\n", len, sum, grown_len);
    free(grown);
    free(text);
}
