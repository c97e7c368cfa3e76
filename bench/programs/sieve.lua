-- SPDX-License-Identifier: MIT
local function main()
    local n = 5000000
    local prime = {}
    for i = 0, n - 1 do prime[i] = true end
    local count, sum = 0, 0
    for i = 2, n - 1 do
        if prime[i] then
            count = count + 1
            sum = (sum + i) % 1000003
            for j = i * i, n - 1, i do prime[j] = false end
        end
    end
    print(count .. " " .. sum)
end
main()
