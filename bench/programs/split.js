// SPDX-License-Identifier: MIT
function main() {
    const wordsIn = [];
    let x = 42;
    for (let i = 0; i < 300000; i++) {
        x = x * 16807 % 2147483647;
        wordsIn.push("w" + (x % 5000));
    }
    let text = wordsIn.join(" ");
    let count = 0, size = 0;
    for (let round = 0; round < 6; round++) {
        const ws = text.split(" ");
        count += ws.length;
        for (const w of ws) size += w.length;
        text = ws.join(round % 2 === 0 ? "," : " ");
        text = text.replaceAll(",", " ");
    }
    console.log(`${count} ${size} ${text.length}`);
}
main();
