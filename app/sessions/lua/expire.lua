#!lua flags=allow-oom
-- Forget sessions that ended before a moment, and batches that never got a session.
-- ARGV: the moment, at most how many sessions.

local empty = redis.call('ZRANGE', PREFIX .. 'batches-without-sessions',
  '-inf', '(' .. ARGV[1], 'BYSCORE', 'LIMIT', 0, 1000)
for _, batch in ipairs(empty) do
  redis.call('ZREM', PREFIX .. 'batches-without-sessions', batch)
  forget_batch(batch)
end
local ended = redis.call('ZRANGE', PREFIX .. 'ended',
  '-inf', '(' .. ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ended) do forget(id) end
return answer(#ended)
