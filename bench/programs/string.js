// SPDX-License-Identifier: MIT
function main() {
    const parts = [];
    for (let i = 0; i < 1000000; i++) {
        parts.push("k" + i + "=" + (i * 7 % 1000) + ";");
    }
    const text = parts.join("");
    let sum = 0;
    for (let i = 0; i < 1000; i++) sum = (sum * 31 + text.charCodeAt(i * 997)) % 1000003;
    let grown = "";
    for (let i = 0; i < 2000; i++) grown = grown + "ab";
    console.log(`${text.length} ${sum} ${grown.length}`);
}
main();
