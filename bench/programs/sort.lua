-- SPDX-License-Identifier: MIT
local function main()
    local xs = {}
    local x = 42
    for i = 1, 1000000 do
        x = x * 16807 % 2147483647
        xs[i] = x
    end
    table.sort(xs, function(a, b) return a < b end)
    local sum = 0
    for i = 0, 999 do sum = (sum * 31 + xs[i * 1000 + 1]) % 1000003 end
    print(sum)
end
main()
