# SPDX-License-Identifier: MIT
def main():
    parts = []
    for i in range(1000000):
        parts.append("k" + str(i) + "=" + str(i * 7 % 1000) + ";")
    text = "".join(parts)
    total = 0
    for i in range(1000):
        total = (total * 31 + ord(text[i * 997])) % 1000003
    grown = ""
    for _ in range(2000):
        grown = grown + "ab"
    print(f"{len(text)} {total} {len(grown)}")


main()
