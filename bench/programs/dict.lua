-- SPDX-License-Identifier: MIT
local function main()
    local d, size = {}, 0
    local x = 42
    for _ = 1, 1000000 do
        x = x * 16807 % 2147483647
        local k = x % 700001 * 1009
        local n = d[k]
        if not n then size = size + 1 end
        d[k] = (n or 0) + 1
    end
    local most = 0
    for i = 0, 700000 do
        local n = d[i * 1009] or 0
        if n > most then most = n end
    end
    local s = {}
    for i = 0, 300000 - 1 do s["user" .. (i % 50000)] = i end
    local sum = 0
    for i = 0, 50000 - 1 do sum = (sum + s["user" .. i]) % 1000003 end
    print(size .. " " .. most .. " " .. sum)
end
main()
