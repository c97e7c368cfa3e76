// SPDX-License-Identifier: MIT
function build(depth) {
    if (depth === 0) return [null, null];
    return [build(depth - 1), build(depth - 1)];
}

function count(tree) {
    if (tree[0] === null) return 1;
    return 1 + count(tree[0]) + count(tree[1]);
}

function main() {
    const kept = build(16);
    let sum = 0;
    for (let depth = 4; depth <= 16; depth += 4) {
        const rounds = 1 << (16 - depth + 2);
        for (let i = 0; i < rounds; i++) sum = (sum + count(build(depth))) % 1000003;
    }
    console.log(`${sum} ${count(kept)}`);
}
main();
