# SPDX-License-Identifier: MIT
def counter(start):
    n = start

    def step(by):
        nonlocal n
        n = (n + by) % 1000003
        return n
    return step


def compose(f, g):
    return lambda x: f(g(x))


def main():
    total = 0
    for i in range(1000000):
        c = counter(i)
        for j in range(10):
            total = (total + c(j)) % 1000003

    def inc(x):
        return x + 1
    f = compose(inc, compose(inc, inc))
    x = 0
    for _ in range(2000000):
        x = f(x) % 1000003
    print(total + x)


main()
