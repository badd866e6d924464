"""What Redis does in one go for the accounts of a key. Times are microseconds since 1970."""

COUNTED = 0
MINUTE_IS_USED_UP = 1
DAY_IS_USED_UP = 2
MORE_THAN_A_MINUTE = 3

# A list of `at:count`, oldest first, and the sum of its counts, so that a request costs no
# more the more there are. Keys: the list, the sum, tokens by day. Arguments: now (0: Redis's
# clock), count, length of a minute, most in a minute, most tokens in a day (-1: no bound).
# Gives what was found and, with it, when it was counted or how long to wait.
BEGIN = """
local now, count, minute = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local most, tokens = tonumber(ARGV[4]), tonumber(ARGV[5])
if now == 0 then
  local clock = redis.call('TIME')
  now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
end
if tokens >= 0 then
  local length = 86400000000
  local day = string.format('%.0f', math.floor(now / length))
  if tonumber(redis.call('HGET', KEYS[3], day) or '0') >= tokens then
    return {2, length - now % length}
  end
end
if most < 0 then return {0, now} end
if count > most then return {3, 0} end
local total = tonumber(redis.call('GET', KEYS[2]) or '0')
while true do
  local first = redis.call('LINDEX', KEYS[1], 0)
  if not first then
    total = 0
    break
  end
  local at, size = string.match(first, '(%d+):(%d+)')
  if tonumber(at) > now - minute then break end
  redis.call('LPOP', KEYS[1])
  total = total - tonumber(size)
end
local needed, wait = total + count - most, 0
if needed > 0 then
  for _, entry in ipairs(redis.call('LRANGE', KEYS[1], 0, needed - 1)) do
    local at, size = string.match(entry, '(%d+):(%d+)')
    wait = tonumber(at) + minute - now
    needed = needed - tonumber(size)
    if needed <= 0 then break end
  end
else
  redis.call('RPUSH', KEYS[1], string.format('%.0f:%.0f', now, count))
  total = total + count
end
redis.call('SET', KEYS[2], string.format('%.0f', total))
redis.call('PEXPIRE', KEYS[1], math.ceil(minute / 1000))
redis.call('PEXPIRE', KEYS[2], math.ceil(minute / 1000))
if wait > 0 then return {1, wait} end
return {0, now}
"""

# Keys: the list, the sum. Arguments: when it was counted, and how many.
GIVE_BACK = """
if redis.call('LREM', KEYS[1], -1, ARGV[1] .. ':' .. ARGV[2]) == 1 then
  redis.call('DECRBY', KEYS[2], ARGV[2])
end
"""

# Keys: tokens by day. Arguments: the day, the tokens. Forgets all days but this and the last.
SPEND = """
redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
for _, day in ipairs(redis.call('HKEYS', KEYS[1])) do
  if tonumber(day) < tonumber(ARGV[1]) - 1 then redis.call('HDEL', KEYS[1], day) end
end
redis.call('EXPIRE', KEYS[1], 3 * 86400)
"""

# Keys: the key. Arguments: when it was seen. Makes no key that is not there.
USE = """
if redis.call('EXISTS', KEYS[1]) == 1 then
  local known = tonumber(redis.call('HGET', KEYS[1], 'used_at') or '0')
  if tonumber(ARGV[1]) > known then redis.call('HSET', KEYS[1], 'used_at', ARGV[1]) end
end
"""
