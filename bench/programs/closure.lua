-- SPDX-License-Identifier: MIT
local function counter(start)
    local n = start
    return function(by)
        n = (n + by) % 1000003
        return n
    end
end

local function compose(f, g)
    return function(x) return f(g(x)) end
end

local function main()
    local sum = 0
    for i = 0, 1000000 - 1 do
        local c = counter(i)
        for j = 0, 9 do sum = (sum + c(j)) % 1000003 end
    end
    local function inc(x) return x + 1 end
    local f = compose(inc, compose(inc, inc))
    local x = 0
    for _ = 1, 2000000 do x = f(x) % 1000003 end
    print(sum + x)
end
main()
