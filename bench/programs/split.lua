-- SPDX-License-Identifier: MIT
-- Lua has no split: gmatch over the runs between the blanks is its quickest.
local function main()
    local words_in = {}
    local x = 42
    for i = 1, 300000 do
        x = x * 16807 % 2147483647
        words_in[i] = "w" .. (x % 5000)
    end
    local text = table.concat(words_in, " ")
    local count, size = 0, 0
    for round = 0, 5 do
        local ws, n = {}, 0
        for w in text:gmatch("[^ ]+") do
            n = n + 1
            ws[n] = w
        end
        count = count + #ws
        for i = 1, #ws do size = size + #ws[i] end
        text = table.concat(ws, round % 2 == 0 and "," or " ")
        text = text:gsub(",", " ")
    end
    print(count .. " " .. size .. " " .. #text)
end
main()
