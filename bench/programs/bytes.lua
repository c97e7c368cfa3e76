-- SPDX-License-Identifier: MIT
-- A plain table of octets: string.pack and unpack need a new string a header and were slower here.
local function main()
    local b = {}
    local function w16(at, v)
        b[at] = v >> 8
        b[at + 1] = v & 255
    end
    local function w32(at, v)
        w16(at, v >> 16)
        w16(at + 2, v & 65535)
    end
    for i = 0, 99 do
        local off = i * 12
        b[off] = 128
        b[off + 1] = i % 128
        w16(off + 2, i * 7)
        w32(off + 4, i * 100000)
        w32(off + 8, 3735928559 - i)
    end
    local sum = 0
    for i = 0, 5000000 - 1 do
        local off = i % 100 * 12
        local version = b[off] >> 6
        local pt = b[off + 1] & 127
        local seq = b[off + 2] << 8 | b[off + 3]
        local ts = b[off + 4] << 24 | b[off + 5] << 16 | b[off + 6] << 8 | b[off + 7]
        local ssrc = b[off + 8] << 24 | b[off + 9] << 16 | b[off + 10] << 8 | b[off + 11]
        sum = (sum + version + pt + seq + ts + ssrc) % 1000003
        seq = (seq + 1) % 65536
        b[off + 2] = seq >> 8
        b[off + 3] = seq & 255
        ts = (ts + 160) % 4294967296
        b[off + 4] = ts >> 24
        b[off + 5] = ts >> 16 & 255
        b[off + 6] = ts >> 8 & 255
        b[off + 7] = ts & 255
    end
    print(sum)
end
main()
