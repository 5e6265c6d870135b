-- Claims cells before the source is asked about them, as far as the budget goes.
-- KEYS: what is spent, then the claim of each cell.
-- ARGV: now and the lifetime of a claim in ms, the longest claim in ms, whether to ignore answers that should be
-- there, and the limits of a day, an hour and a minute (-1: none).
-- Returns: places spent in the last day, then three numbers for each cell: what to do (1: ask, 2: another replica
-- asks, 3: there should be an answer, 4: the cell rests, 5: the budget is spent), until when in ms, failures in a row.

local now, lifetime, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local lengths = { 86400000, 3600000, 60000 }
local indexes, counts, befores = {}, {}, {}
local room, today = math.huge, 0

-- The text under a key; empty if it is missing or of another type.
local function text(key, most)
  local value = redis.pcall('GETRANGE', key, 0, most)
  return type(value) == 'string' and value or ''
end

local was_spent = {}
for number in string.gmatch(text(KEYS[1], 255), '%d+') do table.insert(was_spent, tonumber(number)) end

-- As in forecast/spending.rs: for each length a sliding window of two counts.
for at = 1, 3 do
  local length = lengths[at]
  local index = math.floor(now / length)
  local first = 3 * at - 2
  local was, count, before = was_spent[first] or 0, was_spent[first + 1] or 0, was_spent[first + 2] or 0
  if index == was + 1 then
    count, before = 0, count
  elseif was == index + 1 then
    -- The clock of another replica is a little ahead.
    index = was
  elseif index ~= was then
    count, before = 0, 0
  end
  local left = math.max(0, math.min(length, length * (index + 1) - now))
  local spent = count + math.ceil(before * left / length)
  if at == 1 then today = spent end
  local limit = tonumber(ARGV[4 + at])
  if limit >= 0 then room = math.min(room, limit - spent) end
  indexes[at], counts[at], befores[at] = index, count, before
end

local reply, taken = { 0 }, 0
for at = 2, #KEYS do
  local till, failures, state = string.match(text(KEYS[at], 63), '^(%d+) (%d+) ([adr])$')
  till, failures = tonumber(till or 0), tonumber(failures or 0)
  local holds = till > now and till <= now + longest
  local code = 1
  if holds and state == 'a' then
    code = 2
  elseif holds and state == 'd' and ARGV[4] == '0' then
    code = 3
  elseif holds and state == 'r' then
    code = 4
  elseif room < 1 then
    code = 5
  else
    room, taken = room - 1, taken + 1
    till = now + lifetime
    redis.call('SET', KEYS[at], string.format('%.0f %.0f a', till, failures), 'PX', ARGV[3])
  end
  table.insert(reply, code)
  table.insert(reply, till)
  table.insert(reply, failures)
end
if taken > 0 then
  local spent = {}
  for at = 1, 3 do
    table.insert(spent, string.format('%.0f %.0f %.0f', indexes[at], counts[at] + taken, befores[at]))
  end
  redis.call('SET', KEYS[1], table.concat(spent, ' '), 'PX', 2 * lengths[1])
end
reply[1] = today + taken
return reply
