#!lua flags=no-writes
-- Say where sessions stand. ARGV: ids. Gives a head for each, without fields where there is none.

local heads = {}
for i, id in ipairs(ARGV) do heads[i] = head(id) end
return answer(heads)
