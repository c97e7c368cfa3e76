-- SPDX-License-Identifier: MIT
local function main()
    local parts = {}
    for i = 0, 1000000 - 1 do
        parts[#parts + 1] = "k" .. i .. "=" .. (i * 7 % 1000) .. ";"
    end
    local text = table.concat(parts)
    local sum = 0
    for i = 0, 999 do sum = (sum * 31 + text:byte(i * 997 + 1)) % 1000003 end
    local grown = ""
    for _ = 1, 2000 do grown = grown .. "ab" end
    print(#text .. " " .. sum .. " " .. #grown)
end
main()
