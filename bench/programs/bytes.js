// SPDX-License-Identifier: MIT
function main() {
    const b = new DataView(new ArrayBuffer(1200));
    for (let i = 0; i < 100; i++) {
        const off = i * 12;
        b.setUint8(off, 128);
        b.setUint8(off + 1, i % 128);
        b.setUint16(off + 2, i * 7);
        b.setUint32(off + 4, i * 100000);
        b.setUint32(off + 8, 3735928559 - i);
    }
    let sum = 0;
    for (let i = 0; i < 5000000; i++) {
        const off = i % 100 * 12;
        const version = b.getUint8(off) >> 6;
        const pt = b.getUint8(off + 1) & 127;
        const seq = b.getUint16(off + 2);
        const ts = b.getUint32(off + 4);
        const ssrc = b.getUint32(off + 8);
        sum = (sum + version + pt + seq + ts + ssrc) % 1000003;
        b.setUint16(off + 2, (seq + 1) % 65536);
        b.setUint32(off + 4, (ts + 160) % 4294967296);
    }
    console.log(sum);
}
main();
