#!lua
-- Remember a batch; one that is known stays as it is. ARGV: id, tenant, total.

local id, tenant = ARGV[1], ARGV[2]
if redis.call('EXISTS', batch_key(id)) == 0 then
  local at = now()
  redis.call('HSET', batch_key(id), 'tenant', tenant, 'total', ARGV[3], 'created_at', at)
  redis.call('ZADD', PREFIX .. 'batches:' .. tenant, redis.call('INCR', PREFIX .. 'number'), id)
  if redis.call('EXISTS', PREFIX .. 'of-batch:' .. id) == 0 then
    redis.call('ZADD', PREFIX .. 'batches-without-sessions', at, id)
  end
end
return answer(redis.call('HMGET', batch_key(id), 'tenant', 'total', 'created_at'))
