// SPDX-License-Identifier: MIT
class Body {
    constructor(x, y, z, vx, vy, vz, mass) {
        this.x = x; this.y = y; this.z = z;
        this.vx = vx; this.vy = vy; this.vz = vz;
        this.mass = mass;
    }
}

function advance(bodies, dt) {
    const n = bodies.length;
    for (let i = 0; i < n; i++) {
        const a = bodies[i];
        for (let j = i + 1; j < n; j++) {
            const b = bodies[j];
            const dx = a.x - b.x;
            const dy = a.y - b.y;
            const dz = a.z - b.z;
            const d2 = dx * dx + dy * dy + dz * dz;
            const mag = dt / (d2 * Math.sqrt(d2));
            const bm = b.mass * mag;
            const am = a.mass * mag;
            a.vx = a.vx - dx * bm;
            a.vy = a.vy - dy * bm;
            a.vz = a.vz - dz * bm;
            b.vx = b.vx + dx * am;
            b.vy = b.vy + dy * am;
            b.vz = b.vz + dz * am;
        }
    }
    for (const b of bodies) {
        b.x = b.x + dt * b.vx;
        b.y = b.y + dt * b.vy;
        b.z = b.z + dt * b.vz;
    }
}

function energy(bodies) {
    let e = 0.0;
    const n = bodies.length;
    for (let i = 0; i < n; i++) {
        const a = bodies[i];
        e = e + 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz);
        for (let j = i + 1; j < n; j++) {
            const b = bodies[j];
            const dx = a.x - b.x;
            const dy = a.y - b.y;
            const dz = a.z - b.z;
            e = e - a.mass * b.mass / Math.sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    return e;
}

function main() {
    const bodies = [
        new Body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.47841760435743),
        new Body(4.841431442464721, -1.1603200440274284, -0.10362204447112311, 0.6063263929958321, 2.81198684491626, -0.02521836165988763, 0.03769367487038949),
        new Body(8.34336671824458, 4.124798564124305, -0.4035234171143214, -1.0107743461787924, 1.8256623712304119, 0.008415761376584154, 0.011286326131968767),
        new Body(12.894369562139131, -15.111151401698631, -0.22330757889265573, 1.0827910064415354, 0.8687130181696082, -0.010832637401363636, 0.0017237240570597112),
        new Body(15.379697114850917, -25.919314609987964, 0.17925877295037118, 0.979090732243898, 0.5946989986476762, -0.034755955550407186, 0.0020336868699246304)
    ];
    for (let i = 0; i < 400000; i++) advance(bodies, 0.01);
    console.log(Math.floor(energy(bodies) * 1000000000.0));
}
main();
