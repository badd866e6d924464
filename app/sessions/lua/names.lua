-- What every script knows. Names of keys are made here and in `redis_rows.py`, nowhere else.
-- Times are microseconds since 1970 in UTC, by the clock of the server.

local PREFIX = KEYS[1]
local HEAD = {
  'status', 'sequence', 'created_at', 'updated_at', 'tenant', 'key', 'lane', 'batch', 'label'
}

local function now()
  local time = redis.call('TIME')
  return string.format('%.0f', time[1] * 1000000 + time[2])
end

local function head_key(id) return PREFIX .. 'head:' .. id end
local function log_key(id) return PREFIX .. 'log:' .. id end
local function batch_key(id) return PREFIX .. 'batch:' .. id end

-- Sessions by number: all of them, those of a tenant, those of a batch.
local function lists(tenant, batch)
  local of = { PREFIX .. 'all', PREFIX .. 'tenant:' .. tenant }
  if batch then of[3] = PREFIX .. 'of-batch:' .. batch end
  return of
end

-- The same, of one status. The status comes first: it holds no colon.
local function lists_by_status(status, tenant, batch)
  local of = {
    PREFIX .. 'all-by-status:' .. status,
    PREFIX .. 'tenant-by-status:' .. status .. ':' .. tenant,
  }
  if batch then of[3] = PREFIX .. 'of-batch-by-status:' .. status .. ':' .. batch end
  return of
end

-- Sessions asked for without an API key are counted together.
local function holder(key) return key and '=' .. key or '' end

local function head(id) return redis.call('HMGET', head_key(id), unpack(HEAD)) end

-- Answers are one JSON text each: clients take many little values apart slowly.
local function answer(value)
  -- It takes an empty table for an object.
  if type(value) == 'table' and next(value) == nil then return '[]' end
  return cjson.encode(value)
end
