-- SPDX-License-Identifier: MIT
local function build(depth)
    if depth == 0 then return { false, false } end
    return { build(depth - 1), build(depth - 1) }
end

local function count(tree)
    if not tree[1] then return 1 end
    return 1 + count(tree[1]) + count(tree[2])
end

local function main()
    local kept = build(16)
    local sum = 0
    local depth = 4
    while depth <= 16 do
        local rounds = 2 ^ (16 - depth + 2)
        for _ = 1, rounds do sum = (sum + count(build(depth))) % 1000003 end
        depth = depth + 4
    end
    print(sum .. " " .. count(kept))
end
main()
