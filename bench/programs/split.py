# SPDX-License-Identifier: MIT
def main():
    words_in = []
    x = 42
    for _ in range(300000):
        x = x * 16807 % 2147483647
        words_in.append("w" + str(x % 5000))
    text = " ".join(words_in)
    count = size = 0
    for rnd in range(6):
        ws = text.split(" ")
        count += len(ws)
        for w in ws:
            size += len(w)
        text = ("," if rnd % 2 == 0 else " ").join(ws)
        text = text.replace(",", " ")
    print(f"{count} {size} {len(text)}")


main()
