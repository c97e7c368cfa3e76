// SPDX-License-Identifier: MIT
function counter(start) {
    let n = start;
    return (by) => {
        n = (n + by) % 1000003;
        return n;
    };
}

const compose = (f, g) => (x) => f(g(x));

function main() {
    let sum = 0;
    for (let i = 0; i < 1000000; i++) {
        const c = counter(i);
        for (let j = 0; j < 10; j++) sum = (sum + c(j)) % 1000003;
    }
    const inc = (x) => x + 1;
    const f = compose(inc, compose(inc, inc));
    let x = 0;
    for (let i = 0; i < 2000000; i++) x = f(x) % 1000003;
    console.log(sum + x);
}
main();
