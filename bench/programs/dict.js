// SPDX-License-Identifier: MIT
function main() {
    const d = new Map();
    let x = 42;
    for (let i = 0; i < 1000000; i++) {
        x = x * 16807 % 2147483647;
        const k = x % 700001 * 1009;
        d.set(k, (d.get(k) ?? 0) + 1);
    }
    let most = 0;
    for (let i = 0; i < 700001; i++) {
        const n = d.get(i * 1009) ?? 0;
        if (n > most) most = n;
    }
    const s = new Map();
    for (let i = 0; i < 300000; i++) s.set("user" + (i % 50000), i);
    let sum = 0;
    for (let i = 0; i < 50000; i++) sum = (sum + s.get("user" + i)) % 1000003;
    console.log(`${d.size} ${most} ${sum}`);
}
main();
