# SPDX-License-Identifier: MIT
def main():
    s = 0
    for i in range(20000000):
        s = (s + i * 3) % 1000003
    x, n = 1, 0
    while n < 5000000:
        if x % 2 == 0:
            x = x + n
        else:
            x = x * 3 + 1
        x = x % 1000003
        n += 1
    print(s + x)


main()
