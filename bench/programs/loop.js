// SPDX-License-Identifier: MIT
function main() {
    let s = 0;
    for (let i = 0; i < 20000000; i++) {
        s = (s + i * 3) % 1000003;
    }
    let x = 1, n = 0;
    while (n < 5000000) {
        if (x % 2 === 0) x = x + n; else x = x * 3 + 1;
        x = x % 1000003;
        n++;
    }
    console.log(s + x);
}
main();
