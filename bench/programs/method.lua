-- SPDX-License-Identifier: MIT
local Counter = {}
Counter.__index = Counter
function Counter.new(n) return setmetatable({ n = n }, Counter) end
function Counter:add(by)
    self.n = (self.n + by) % 1000003
    return self.n
end
function Counter:value() return self.n end

local Skipper = setmetatable({}, Counter)
Skipper.__index = Skipper
function Skipper.new(n) return setmetatable({ n = n }, Skipper) end
function Skipper:add(by)
    self.n = (self.n + by * 2) % 1000003
    return self.n
end

local function main()
    local a, b = Counter.new(1), Skipper.new(2)
    local sum = 0
    for i = 0, 4000000 - 1 do
        a:add(i)
        b:add(i)
        sum = (sum + a:value() + b:value()) % 1000003
    end
    print(sum)
end
main()
