// SPDX-License-Identifier: MIT
// Words are strings of their own, as the other languages make them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *room(size_t n)
{
    void *p = malloc(n);
    if (!p) abort();
    return p;
}

static char *joined(char **words, size_t n, char sep)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++) len += strlen(words[i]) + 1;
    char *text = room(len + 1), *at = text;
    for (size_t i = 0; i < n; i++) {
        size_t k = strlen(words[i]);
        memcpy(at, words[i], k);
        at += k;
        if (i + 1 < n) *at++ = sep;
    }
    *at = 0;
    return text;
}

static char **split(const char *text, size_t *n)
{
    size_t cap = 16;
    char **words = room(cap * sizeof *words);
    for (*n = 0;;) {
        const char *end = strchr(text, ' ');
        size_t k = end ? (size_t)(end - text) : strlen(text);
        if (*n == cap && !(words = realloc(words, (cap *= 2) * sizeof *words))) abort();
        char *word = room(k + 1);
        memcpy(word, text, k);
        word[k] = 0;
        words[(*n)++] = word;
        if (!end) return words;
        text = end + 1;
    }
}

static void drop(char **words, size_t n)
{
    for (size_t i = 0; i < n; i++) free(words[i]);
    free(words);
}

static char *spaced(const char *text)
{
    char *copy = strdup(text);
    if (!copy) abort();
    for (char *p = copy; (p = strchr(p, ',')); p++) *p = ' ';
    return copy;
}

int main(void)
{
    size_t n = 300000, count = 0, size = 0;
    char **words = room(n * sizeof *words);
    long x = 42;
    for (size_t i = 0; i < n; i++) {
        x = x * 16807 % 2147483647;
        words[i] = room(16);
        snprintf(words[i], 16, "w%ld", x % 5000);
    }
    char *text = joined(words, n, ' ');
    drop(words, n);
    for (int round = 0; round < 6; round++) {
        char **ws = split(text, &n);
        count += n;
        for (size_t i = 0; i < n; i++) size += strlen(ws[i]);
        free(text);
        char *out = joined(ws, n, round % 2 == 0 ? ',' : ' ');
        drop(ws, n);
        text = spaced(out);
        free(out);
    }
    printf("%zu %zu %zu\n", count, size, strlen(text));
    free(text);
}
