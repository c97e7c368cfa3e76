-- SPDX-License-Identifier: MIT
local REQUEST = table.concat({
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
}, "\r\n") .. "\r\n\r\n"

local find, sub, lower, match = string.find, string.sub, string.lower, string.match

local function parse(text)
    local line_end = find(text, "\r\n", 1, true)
    local method, uri = match(sub(text, 1, line_end - 1), "^(%S+) (%S+)")
    local headers, vias, count = {}, {}, 0
    local at = line_end + 2
    while true do
        line_end = find(text, "\r\n", at, true)
        if line_end == at then break end
        local row = sub(text, at, line_end - 1)
        at = line_end + 2
        local colon = find(row, ":", 1, true)
        local name = lower(sub(row, 1, colon - 1))
        local value = match(row, "^%s*(.-)%s*$", colon + 1)
        if name == "via" then
            vias[#vias + 1] = value
        else
            if not headers[name] then count = count + 1 end
            headers[name] = value
        end
    end
    return { method = method, uri = uri, headers = headers, vias = vias, count = count }
end

local function param(value, name)
    local at = find(value, ";" .. name .. "=", 1, true)
    if not at then return "" end
    local rest = sub(value, at + #name + 2)
    local stop = find(rest, ";", 1, true)
    return stop and sub(rest, 1, stop - 1) or rest
end

local function answer(m, n)
    local out = { "SIP/2.0 200 OK" }
    for i = 1, #m.vias do out[#out + 1] = "Via: " .. m.vias[i] end
    out[#out + 1] = "To: " .. m.headers["to"] .. ";tag=" .. n
    out[#out + 1] = "From: " .. m.headers["from"]
    out[#out + 1] = "Call-ID: " .. m.headers["call-id"]
    out[#out + 1] = "CSeq: " .. m.headers["cseq"]
    out[#out + 1] = "Content-Length: 0\r\n\r\n"
    return table.concat(out, "\r\n")
end

local function main()
    local sum = 0
    for i = 0, 60000 - 1 do
        local m = parse(REQUEST)
        local branch = param(m.vias[1], "branch")
        local tag = param(m.headers["from"], "tag")
        local cseq = tonumber(match(m.headers["cseq"], "^%S+"))
        local reply = answer(m, i)
        sum = (sum + #branch + #tag + cseq + #reply + m.count) % 1000003
    end
    print(sum)
end
main()
