# SPDX-License-Identifier: MIT
def main():
    d = {}
    x = 42
    for _ in range(1000000):
        x = x * 16807 % 2147483647
        k = x % 700001 * 1009
        d[k] = d.get(k, 0) + 1
    most = 0
    for i in range(700001):
        n = d.get(i * 1009, 0)
        if n > most:
            most = n
    s = {}
    for i in range(300000):
        s["user" + str(i % 50000)] = i
    total = 0
    for i in range(50000):
        total = (total + s["user" + str(i)]) % 1000003
    print(f"{len(d)} {most} {total}")


main()
