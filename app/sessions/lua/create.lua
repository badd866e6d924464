#!lua
-- Begin a log, unless its key is known or its holder has too many sessions.
-- ARGV: id, token of this call, first event, bound or '', then pairs of fields of the head.

local id, token, line, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local given = {}
for i = 5, #ARGV, 2 do given[ARGV[i]] = ARGV[i + 1] end

local made_by = redis.call('HGET', head_key(id), 'made_by')
-- Sent a second time, because the answer to the first was lost.
if made_by == token then return answer({ 'made', id, head(id) }) end
if given.name then
  local known = redis.call('HGET', PREFIX .. 'names', given.name)
  if known then
    if redis.call('HGET', head_key(known), 'fingerprint') ~= given.fingerprint then
      return answer({ 'reused' })
    end
    return answer({ 'known', known, head(known) })
  end
end
if made_by then return answer({ 'taken' }) end
local held = tonumber(redis.call('HGET', PREFIX .. 'held', holder(given.key)) or '0')
if most ~= '' and held >= tonumber(most) then return answer({ 'too many' }) end

local at = now()
local number = redis.call('INCR', PREFIX .. 'number')
redis.call('XADD', log_key(id), '0-1', 'at', at, 'by', token, 'event', line)
redis.call('HSET', head_key(id), 'number', number, 'status', 'queued', 'sequence', 1,
  'created_at', at, 'updated_at', at, 'made_by', token, unpack(ARGV, 5))
for _, list in ipairs(lists(given.tenant, given.batch)) do
  redis.call('ZADD', list, number, id)
end
for _, list in ipairs(lists_by_status('queued', given.tenant, given.batch)) do
  redis.call('ZADD', list, number, id)
end
redis.call('HINCRBY', PREFIX .. 'held', holder(given.key), 1)
if given.name then redis.call('HSET', PREFIX .. 'names', given.name, id) end
if given.batch then redis.call('ZREM', PREFIX .. 'batches-without-sessions', given.batch) end
return answer({ 'made', id, head(id) })
