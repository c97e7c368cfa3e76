// SPDX-License-Identifier: MIT
function main() {
    const xs = [];
    let x = 42;
    for (let i = 0; i < 1000000; i++) {
        x = x * 16807 % 2147483647;
        xs.push(x);
    }
    xs.sort((a, b) => a - b);
    let sum = 0;
    for (let i = 0; i < 1000; i++) sum = (sum * 31 + xs[i * 1000]) % 1000003;
    console.log(sum);
}
main();
