// SPDX-License-Identifier: MIT
function main() {
    const n = 5000000;
    const prime = new Array(n).fill(true);
    let count = 0, sum = 0;
    for (let i = 2; i < n; i++) {
        if (prime[i]) {
            count++;
            sum = (sum + i) % 1000003;
            for (let j = i * i; j < n; j += i) prime[j] = false;
        }
    }
    console.log(`${count} ${sum}`);
}
main();
