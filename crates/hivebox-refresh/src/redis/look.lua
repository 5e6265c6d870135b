-- Takes the lease if it is free, renews it if it is ours, and reads the head of the present and the poll.
-- KEYS: lease, token, present, poll.
-- ARGV: our name, the lease's lifetime in ms, the token's expiry in ms, the index of the last byte of the head,
-- whether to take a free lease.
-- Returns: whether the lease is ours, its token, its remaining ms, the length of the present (1 if the key holds
-- another type), the head of the present, the poll.

-- The text under a key; false if it is empty, missing, or of another type.
local function text(key, from, to)
  local value = redis.pcall('GETRANGE', key, from, to)
  return type(value) == 'string' and value ~= '' and value
end

local token, holder = string.match(text(KEYS[1], 0, 63) or '', '^(%d+) (%x+)$')
local left = redis.call('PTTL', KEYS[1])
local ours = 1
if holder == ARGV[1] and left > 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
elseif holder and left > 0 then
  ours = 0
elseif ARGV[5] == '0' then
  ours, token, left = 0, 0, 0
else
  -- Larger than any earlier token, even if this server lost them.
  local last = tonumber(string.match(text(KEYS[2], 0, 63) or '', '^%d+$') or '0')
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  -- Another program wrote a number this far ahead of the clock.
  if last > now * 2 then last = 0 end
  token = string.format('%.0f', math.max(last + 1, now))
  redis.call('SET', KEYS[2], token, 'PX', ARGV[3])
  redis.call('SET', KEYS[1], token .. ' ' .. ARGV[1], 'PX', ARGV[2])
  left = ARGV[2]
end
local length = redis.pcall('STRLEN', KEYS[3])
if type(length) ~= 'number' then length = 1 end
return { ours, token, left, length, text(KEYS[3], 0, ARGV[4]), text(KEYS[4], 0, 4095) }
