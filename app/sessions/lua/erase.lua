#!lua flags=allow-oom
-- Forget an ended session. ARGV: id.

local ended_at = redis.call('HGET', head_key(ARGV[1]), 'ended_at')
if not ended_at then
  return answer(redis.call('EXISTS', head_key(ARGV[1])) == 1 and 'unfinished' or 'unknown')
end
forget(ARGV[1])
return answer('done')
