#!lua flags=no-writes
-- Give a tenant's batches, newest first. ARGV: tenant, score to begin with, at most how many.
-- Gives {number, id, {tenant, total, time}} for each.

local found = redis.call('ZRANGE', PREFIX .. 'batches:' .. ARGV[1], ARGV[2], '-inf',
  'BYSCORE', 'REV', 'LIMIT', 0, ARGV[3], 'WITHSCORES')
local rows = {}
for i = 1, #found, 2 do
  rows[#rows + 1] = {
    found[i + 1], found[i],
    redis.call('HMGET', batch_key(found[i]), 'tenant', 'total', 'created_at'),
  }
end
return answer(rows)
