# SPDX-License-Identifier: MIT
def main():
    n = 5000000
    prime = [True] * n
    count, total = 0, 0
    for i in range(2, n):
        if prime[i]:
            count += 1
            total = (total + i) % 1000003
            for j in range(i * i, n, i):
                prime[j] = False
    print(f"{count} {total}")


main()
