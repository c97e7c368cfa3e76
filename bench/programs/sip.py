# SPDX-License-Identifier: MIT
REQUEST = "\r\n".join([
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
]) + "\r\n\r\n"


def parse(text):
    rows = text.split("\r\n")
    start = rows[0].split(" ")
    headers, vias = {}, []
    for i in range(1, len(rows)):
        row = rows[i]
        if row == "":
            break
        colon = row.find(":")
        name = row[:colon].lower()
        value = row[colon + 1:].strip()
        if name == "via":
            vias.append(value)
        else:
            headers[name] = value
    return {"method": start[0], "uri": start[1], "headers": headers, "vias": vias}


def param(value, name):
    at = value.find(";" + name + "=")
    if at < 0:
        return ""
    rest = value[at + len(name) + 2:]
    end = rest.find(";")
    return rest if end < 0 else rest[:end]


def answer(m, n):
    out = ["SIP/2.0 200 OK"]
    for via in m["vias"]:
        out.append("Via: " + via)
    out.append("To: " + m["headers"]["to"] + ";tag=" + str(n))
    out.append("From: " + m["headers"]["from"])
    out.append("Call-ID: " + m["headers"]["call-id"])
    out.append("CSeq: " + m["headers"]["cseq"])
    out.append("Content-Length: 0\r\n\r\n")
    return "\r\n".join(out)


def main():
    total = 0
    for i in range(60000):
        m = parse(REQUEST)
        branch = param(m["vias"][0], "branch")
        tag = param(m["headers"]["from"], "tag")
        cseq = int(m["headers"]["cseq"].split(" ")[0])
        reply = answer(m, i)
        total = (total + len(branch) + len(tag) + cseq + len(reply) + len(m["headers"])) % 1000003
    print(total)


main()
