// SPDX-License-Identifier: MIT
const REQUEST = [
    "INVITE sip:bob@example.test SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds;rport",
    "Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKnashds8",
    "Max-Forwards: 70",
    "To: Bob <sip:bob@example.test>",
    "From: Alice <sip:alice@example.test>;tag=1928301774",
    "Call-ID: a84b4c76e66710@192.0.2.1",
    "CSeq: 314159 INVITE",
    "Contact: <sip:alice@192.0.2.1:5060;transport=udp>",
    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY",
    "Supported: replaces, timer",
    "User-Agent: bench/1.0",
    "Content-Type: application/sdp",
    "Content-Length: 0"
].join("\r\n") + "\r\n\r\n";

function parse(text) {
    const rows = text.split("\r\n");
    const start = rows[0].split(" ");
    const headers = new Map(), vias = [];
    for (let i = 1; i < rows.length; i++) {
        const row = rows[i];
        if (row === "") break;
        const colon = row.indexOf(":");
        const name = row.slice(0, colon).toLowerCase();
        const value = row.slice(colon + 1).trim();
        if (name === "via") vias.push(value); else headers.set(name, value);
    }
    return { method: start[0], uri: start[1], headers, vias };
}

function param(value, name) {
    const at = value.indexOf(";" + name + "=");
    if (at < 0) return "";
    const rest = value.slice(at + name.length + 2);
    const end = rest.indexOf(";");
    return end < 0 ? rest : rest.slice(0, end);
}

function answer(m, n) {
    const out = ["SIP/2.0 200 OK"];
    for (const via of m.vias) out.push("Via: " + via);
    out.push("To: " + m.headers.get("to") + ";tag=" + n);
    out.push("From: " + m.headers.get("from"));
    out.push("Call-ID: " + m.headers.get("call-id"));
    out.push("CSeq: " + m.headers.get("cseq"));
    out.push("Content-Length: 0\r\n\r\n");
    return out.join("\r\n");
}

function main() {
    let sum = 0;
    for (let i = 0; i < 60000; i++) {
        const m = parse(REQUEST);
        const branch = param(m.vias[0], "branch");
        const tag = param(m.headers.get("from"), "tag");
        const cseq = parseInt(m.headers.get("cseq").split(" ")[0], 10);
        const reply = answer(m, i);
        sum = (sum + branch.length + tag.length + cseq + reply.length + m.headers.size) % 1000003;
    }
    console.log(sum);
}
main();
