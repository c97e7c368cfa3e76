// SPDX-License-Identifier: MIT
// A closure is a function pointer and what it holds, on the heap.
#include <stdio.h>
#include <stdlib.h>

typedef struct Fn Fn;
struct Fn {
    long (*call)(Fn *self, long x);
    long n;
    Fn *f, *g;
};

static long count(Fn *self, long by)
{
    return self->n = (self->n + by) % 1000003;
}
static long increment(Fn *self, long x)
{
    (void)self;
    return x + 1;
}
static long composed(Fn *self, long x)
{
    return self->f->call(self->f, self->g->call(self->g, x));
}

static Fn *make(long (*call)(Fn *, long), long n, Fn *f, Fn *g)
{
    Fn *fn = malloc(sizeof *fn);
    if (!fn) abort();
    *fn = (Fn){call, n, f, g};
    return fn;
}

int main(void)
{
    long sum = 0, x = 0;
    for (long i = 0; i < 1000000; i++) {
        Fn *c = make(count, i, NULL, NULL);
        for (long j = 0; j < 10; j++) sum = (sum + c->call(c, j)) % 1000003;
        free(c);
    }
    Fn *inc = make(increment, 0, NULL, NULL);
    Fn *two = make(composed, 0, inc, inc), *f = make(composed, 0, inc, two);
    for (long i = 0; i < 2000000; i++) x = f->call(f, x) % 1000003;
    printf("%ld\n", sum + x);
    free(inc);
    free(two);
    free(f);
}
