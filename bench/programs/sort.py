# SPDX-License-Identifier: MIT
from functools import cmp_to_key


def main():
    xs = []
    x = 42
    for _ in range(1000000):
        x = x * 16807 % 2147483647
        xs.append(x)
    xs.sort(key=cmp_to_key(lambda a, b: a - b))
    total = 0
    for i in range(1000):
        total = (total * 31 + xs[i * 1000]) % 1000003
    print(total)


main()
