#!lua
-- Add events to a log, each if the log is where its writer believes it to be.
-- ARGV: id, then for each event two: expected number, token, status after it, whether that is
-- an outcome, and claim (0 if it is lost already) as JSON; and the event.
-- Gives the head, and for each event {1, its number, its time} or {0, the last number}.

local id = ARGV[1]
local was = redis.call('HMGET', head_key(id),
  'number', 'status', 'sequence', 'tenant', 'batch', 'key', 'ended_at', 'webhook')
if not was[1] then return answer({}) end
local number, old_status, tenant, batch = was[1], was[2], was[4], was[5]
local status, sequence, ended = old_status, tonumber(was[3]), was[7]
local at, added, lost, results = now(), 0, {}, {}

-- An event that was sent before: the connection broke ahead of the answer.
local function known(number_of_event, token)
  if number_of_event > sequence then return nil end
  local entry = redis.call('XRANGE', log_key(id), '0-' .. number_of_event, '0-' .. number_of_event)
  if entry[1] and entry[1][2][4] == token then return entry[1][2][2] end
  return nil
end

for i = 2, #ARGV, 2 do
  local expected, token, after, ends, claim = unpack(cjson.decode(ARGV[i]))
  if expected == sequence and not ended and claim ~= 0 and not lost[claim] then
    -- Redis itself refuses an id at or below the last one.
    redis.call('XADD', log_key(id), '0-' .. (sequence + 1),
      'at', at, 'by', token, 'event', ARGV[i + 1])
    sequence, added, status, ended = sequence + 1, added + 1, after, ends
    results[#results + 1] = { 1, sequence, at }
  else
    local before = known(expected + 1, token)
    if before then
      results[#results + 1] = { 1, expected + 1, before }
    else
      lost[claim] = true
      results[#results + 1] = { 0, sequence }
    end
  end
end

if added > 0 then
  redis.call('HSET', head_key(id), 'sequence', sequence, 'status', status, 'updated_at', at)
  if status ~= old_status then
    for _, list in ipairs(lists_by_status(old_status, tenant, batch)) do
      redis.call('ZREM', list, id)
    end
    for _, list in ipairs(lists_by_status(status, tenant, batch)) do
      redis.call('ZADD', list, number, id)
    end
  end
  if ended then
    redis.call('HSET', head_key(id), 'ended_at', at)
    redis.call('ZADD', PREFIX .. 'ended', at, id)
    if redis.call('HINCRBY', PREFIX .. 'held', holder(was[6]), -1) <= 0 then
      redis.call('HDEL', PREFIX .. 'held', holder(was[6]))
    end
    if was[8] then redis.call('ZADD', PREFIX .. 'notices', at, id) end
  end
end
local is = head(id)
if added > 0 then redis.call('PUBLISH', PREFIX .. 'news:' .. id, cjson.encode(is)) end
return answer({ is, results })
