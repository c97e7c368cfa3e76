// SPDX-License-Identifier: MIT
// Methods are found through the object's class. The objects come from a call that is not inlined,
// as in a program that does not know their classes when it is compiled.
#include <stdio.h>
#include <stdlib.h>

typedef struct Counter Counter;
typedef struct Class {
    long (*add)(Counter *self, long by);
    long (*value)(Counter *self);
} Class;
struct Counter {
    const Class *cls;
    long n;
};

static long add(Counter *self, long by)
{
    self->n = (self->n + by) % 1000003;
    return self->n;
}
static long add_twice(Counter *self, long by)
{
    self->n = (self->n + by * 2) % 1000003;
    return self->n;
}
static long value(Counter *self)
{
    return self->n;
}

static const Class classes[] = {{add, value}, {add_twice, value}};

static __attribute__((noinline, noclone)) Counter *make(const Class *cls, long n)
{
    Counter *c = malloc(sizeof *c);
    if (!c) abort();
    *c = (Counter){cls, n};
    return c;
}

int main(void)
{
    Counter *a = make(&classes[0], 1), *b = make(&classes[1], 2);
    long sum = 0;
    for (long i = 0; i < 4000000; i++) {
        a->cls->add(a, i);
        b->cls->add(b, i);
        sum = (sum + a->cls->value(a) + b->cls->value(b)) % 1000003;
    }
    printf("%ld\n", sum);
    free(a);
    free(b);
}
