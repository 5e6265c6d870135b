-- Takes the lease if it is free, renews it if it is ours, and shows what else is new.
-- KEYS: lease, token, present, poll.
-- ARGV: our name, the lease's milliseconds, the token's milliseconds, the last byte of the present to show,
-- whether a free lease may be taken.
-- Answers: whether the lease is ours, its token, its milliseconds left, the present's length (1 if something
-- else is there), its beginning, the poll.

-- The text under a key; false if there is none, or something that is not ours to understand.
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
  -- Larger than any token before, also if this server has forgotten them.
  local last = tonumber(string.match(text(KEYS[2], 0, 63) or '', '^%d+$') or '0')
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  -- A number that no clock can have made is not ours.
  if last > now * 2 then last = 0 end
  token = string.format('%.0f', math.max(last + 1, now))
  redis.call('SET', KEYS[2], token, 'PX', ARGV[3])
  redis.call('SET', KEYS[1], token .. ' ' .. ARGV[1], 'PX', ARGV[2])
  left = ARGV[2]
end
local length = redis.pcall('STRLEN', KEYS[3])
if type(length) ~= 'number' then length = 1 end
return { ours, token, left, length, text(KEYS[3], 0, ARGV[4]), text(KEYS[4], 0, 4095) }
