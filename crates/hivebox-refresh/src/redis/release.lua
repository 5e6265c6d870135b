-- Releases the lease if it is ours, and notifies the other replicas.
-- KEYS: lease. ARGV: our name, the channel.
local lease = redis.pcall('GET', KEYS[1])
if type(lease) == 'string' and string.match(lease, '^%d+ (%x+)$') == ARGV[1] then
  redis.call('DEL', KEYS[1])
  redis.call('PUBLISH', ARGV[2], 'released')
end
return 1
