#!lua flags=no-writes
-- Count the sessions of some lists. ARGV: tenant that a batch must have or '', the lists.

local counts = {}
for i = 2, #ARGV do
  counts[#counts + 1] = of_tenant(ARGV[i], ARGV[1]) and redis.call('ZCARD', ARGV[i]) or 0
end
return answer(counts)
