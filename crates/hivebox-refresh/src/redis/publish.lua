-- Publishes a poll and perhaps a present, if the lease is still ours by the same token.
-- KEYS: lease, present, poll.
-- ARGV: our tenure as the lease has it, the expiry in milliseconds, the channel, the poll, perhaps the present.
-- Answers whether it was published.
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[5] then
  redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[2])
end
redis.call('SET', KEYS[3], ARGV[4], 'PX', ARGV[2])
redis.call('PUBLISH', ARGV[3], 'published')
return 1
