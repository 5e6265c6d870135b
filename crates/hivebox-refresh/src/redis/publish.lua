-- Publishes a poll and, if given, a present, provided that the lease is still ours with the same token.
-- KEYS: lease, present, poll.
-- ARGV: our value of the lease key, the expiry in ms, the channel, the poll, optionally the present.
-- Returns whether it was published.
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[5] then
  redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[2])
end
redis.call('SET', KEYS[3], ARGV[4], 'PX', ARGV[2])
redis.call('PUBLISH', ARGV[3], 'published')
return 1
