# SPDX-License-Identifier: MIT
def build(depth):
    if depth == 0:
        return [None, None]
    return [build(depth - 1), build(depth - 1)]


def count(tree):
    if tree[0] is None:
        return 1
    return 1 + count(tree[0]) + count(tree[1])


def main():
    kept = build(16)
    total = 0
    depth = 4
    while depth <= 16:
        for _ in range(1 << (16 - depth + 2)):
            total = (total + count(build(depth))) % 1000003
        depth += 4
    print(f"{total} {count(kept)}")


main()
