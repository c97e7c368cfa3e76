// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>

typedef struct Tree {
    struct Tree *left, *right;
} Tree;

static Tree *build(int depth)
{
    Tree *t = malloc(sizeof *t);
    if (!t) abort();
    *t = depth == 0 ? (Tree){NULL, NULL} : (Tree){build(depth - 1), build(depth - 1)};
    return t;
}

static long count(const Tree *t)
{
    return t->left ? 1 + count(t->left) + count(t->right) : 1;
}

static void drop(Tree *t)
{
    if (t->left) {
        drop(t->left);
        drop(t->right);
    }
    free(t);
}

int main(void)
{
    Tree *kept = build(16);
    long sum = 0;
    for (int depth = 4; depth <= 16; depth += 4) {
        long rounds = 1L << (16 - depth + 2);
        for (long i = 0; i < rounds; i++) {
            Tree *t = build(depth);
            sum = (sum + count(t)) % 1000003;
            drop(t);
        }
    }
    printf("%ld %ld\n", sum, count(kept));
    drop(kept);
}
