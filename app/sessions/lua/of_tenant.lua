-- Say whether the sessions of a list are those of a tenant; '' is any. Asked of batches alone,
-- and all sessions of a batch are of one tenant: so the first one tells.

local function of_tenant(list, tenant)
  if tenant == '' then return true end
  local first = redis.call('ZRANGE', list, 0, 0)[1]
  return first and '=' .. redis.call('HGET', head_key(first), 'tenant') == tenant
end
