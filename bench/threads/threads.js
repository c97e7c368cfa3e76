// SPDX-License-Identifier: MIT
// Workers share nothing: each has an engine of its own, and messages are copied.
const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");

function free(from, to) {
    let s = 0;
    for (let i = from; i < to; i++) s = (s + i * 31 % 1009) % 1000003;
    return s;
}

function alloc(from, to) {
    let s = 0;
    for (let round = from; round < to; round++) {
        const d = new Map();
        for (let i = 0; i < 1000; i++) d.set("key" + (round + i) % 1500, i);
        s = (s + [...d.keys()].join(",").length + d.size) % 1000003;
    }
    return s;
}

function stream(n) {
    let sum = 0;
    const sender = new Worker(__filename, { workerData: { kind: "send", to: n } });
    sender.on("message", (v) => { sum = (sum + v) % 1000003; });
    sender.on("exit", () => console.log(sum));
}

function shareOut(kind, total, n) {
    let left = n, sum = 0;
    for (let i = 0; i < n; i++) {
        const share = { kind, from: Math.floor(total * i / n), to: Math.floor(total * (i + 1) / n) };
        new Worker(__filename, { workerData: share }).on("message", (s) => {
            sum = (sum + s) % 1000003;
            if (--left === 0) console.log(sum);
        });
    }
}

if (isMainThread) {
    const [kind, n] = [process.argv[2], Number(process.argv[3])];
    if (kind === "free") shareOut(kind, 100000000, n);
    if (kind === "alloc") shareOut(kind, 5000, n);
    if (kind === "stream") stream(n);
} else {
    const { kind, from, to } = workerData;
    if (kind === "free") parentPort.postMessage(free(from, to));
    if (kind === "alloc") parentPort.postMessage(alloc(from, to));
    if (kind === "send") for (let i = 0; i < to; i++) parentPort.postMessage(i);
}
