-- SPDX-License-Identifier: MIT
-- LuaJIT's quickest: an array of octets by ffi, doubles for the 32-bit words.
local ffi, bit = require("ffi"), require("bit")

local function main()
    local b = ffi.new("uint8_t[1200]")
    local rshift, band = bit.rshift, bit.band
    local function w16(at, v)
        b[at] = rshift(v, 8)
        b[at + 1] = band(v, 255)
    end
    local function w32(at, v)
        w16(at, math.floor(v / 65536))
        w16(at + 2, v % 65536)
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
        local version = rshift(b[off], 6)
        local pt = band(b[off + 1], 127)
        local seq = b[off + 2] * 256 + b[off + 3]
        local ts = b[off + 4] * 16777216 + b[off + 5] * 65536 + b[off + 6] * 256 + b[off + 7]
        local ssrc = b[off + 8] * 16777216 + b[off + 9] * 65536 + b[off + 10] * 256 + b[off + 11]
        sum = (sum + version + pt + seq + ts + ssrc) % 1000003
        w16(off + 2, (seq + 1) % 65536)
        w32(off + 4, (ts + 160) % 4294967296)
    end
    print(sum)
end
main()
