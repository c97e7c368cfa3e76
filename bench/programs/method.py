# SPDX-License-Identifier: MIT
class Counter:
    def __init__(self, n):
        self.n = n

    def add(self, by):
        self.n = (self.n + by) % 1000003
        return self.n

    def value(self):
        return self.n


class Skipper(Counter):
    def add(self, by):
        self.n = (self.n + by * 2) % 1000003
        return self.n


def main():
    a, b = Counter(1), Skipper(2)
    total = 0
    for i in range(4000000):
        a.add(i)
        b.add(i)
        total = (total + a.value() + b.value()) % 1000003
    print(total)


main()
