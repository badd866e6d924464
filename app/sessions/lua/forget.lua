-- Remove an ended session and all that belongs to it.

local function forget_batch(batch)
  local owner = redis.call('HGET', batch_key(batch), 'tenant')
  if owner then redis.call('ZREM', PREFIX .. 'batches:' .. owner, batch) end
  redis.call('UNLINK', batch_key(batch))
end

local function forget(id)
  local was = redis.call('HMGET', head_key(id), 'status', 'tenant', 'batch', 'name')
  local status, tenant, batch, name = was[1], was[2], was[3], was[4]
  redis.call('UNLINK', head_key(id), log_key(id))
  redis.call('ZREM', PREFIX .. 'ended', id)
  redis.call('ZREM', PREFIX .. 'notices', id)
  for _, list in ipairs(lists(tenant, batch)) do redis.call('ZREM', list, id) end
  for _, list in ipairs(lists_by_status(status, tenant, batch)) do redis.call('ZREM', list, id) end
  if name then redis.call('HDEL', PREFIX .. 'names', name) end
  if batch and redis.call('EXISTS', PREFIX .. 'of-batch:' .. batch) == 0 then
    forget_batch(batch)
  end
end
