-- SPDX-License-Identifier: MIT
local function main()
    local s = 0
    for i = 0, 20000000 - 1 do
        s = (s + i * 3) % 1000003
    end
    local x, n = 1, 0
    while n < 5000000 do
        if x % 2 == 0 then x = x + n else x = x * 3 + 1 end
        x = x % 1000003
        n = n + 1
    end
    print(s + x)
end
main()
