#!lua flags=no-writes
-- Give the session begun under a name. ARGV: name, fingerprint.

local id = redis.call('HGET', PREFIX .. 'names', ARGV[1])
if not id then return answer({}) end
if redis.call('HGET', head_key(id), 'fingerprint') ~= ARGV[2] then return answer({ 'reused' }) end
return answer({ 'known', id, head(id) })
