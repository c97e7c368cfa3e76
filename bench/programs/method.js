// SPDX-License-Identifier: MIT
class Counter {
    constructor(n) { this.n = n; }
    add(by) {
        this.n = (this.n + by) % 1000003;
        return this.n;
    }
    value() { return this.n; }
}

class Skipper extends Counter {
    add(by) {
        this.n = (this.n + by * 2) % 1000003;
        return this.n;
    }
}

function main() {
    const a = new Counter(1), b = new Skipper(2);
    let sum = 0;
    for (let i = 0; i < 4000000; i++) {
        a.add(i);
        b.add(i);
        sum = (sum + a.value() + b.value()) % 1000003;
    }
    console.log(sum);
}
main();
