#!lua
-- Take the notice that is due longest. ARGV: microseconds of the lease.

local at = now()
local id = redis.call('ZRANGE', PREFIX .. 'notices', '-inf', at, 'BYSCORE', 'LIMIT', 0, 1)[1]
if not id then return answer({}) end
redis.call('ZADD', PREFIX .. 'notices', string.format('%.0f', at + ARGV[1]), id)
return answer({ id, redis.call('HINCRBY', head_key(id), 'tries', 1) - 1 })
