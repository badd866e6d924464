#!lua flags=no-writes
-- Give sessions of a list, newest first.
-- ARGV: list, tenant that a batch must have or '', score to begin with, at most how many.
-- Gives {number, id, head} for each.

local list, tenant = ARGV[1], ARGV[2]
if not of_tenant(list, tenant) then return answer({}) end
local found = redis.call('ZRANGE', list, ARGV[3], '-inf', 'BYSCORE', 'REV',
  'LIMIT', 0, ARGV[4], 'WITHSCORES')
local rows = {}
for i = 1, #found, 2 do
  rows[#rows + 1] = { found[i + 1], found[i], head(found[i]) }
end
return answer(rows)
