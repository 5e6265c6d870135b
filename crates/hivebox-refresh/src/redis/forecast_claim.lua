-- Claims cells before the source is asked about them, as far as the budget goes.
-- KEYS: what is spent, the pause of the source, then the claim of each cell.
-- ARGV: now, the lifetime of a claim, the longest rest and the longest claim in ms, whether to ignore answers that
-- should be there, the limits of a day, an hour and a minute (-1: none), then for each of them what the replica knows
-- to be spent: the index of a window, its count, and that of the window before.
-- Returns: places spent in the last day; three numbers for each limit, as above; then three for each cell: what to do
-- (1: ask, 2: another replica asks, 3: there should be an answer, 4: the cell rests, 5: the budget is spent, 6: the
-- source has a pause), until when in ms, failures in a row.

local now, lifetime, longest_rest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local longest = { a = lifetime + 300000, d = tonumber(ARGV[4]), r = longest_rest }
local lengths = { 86400000, 3600000, 60000 }
local counts = {}
local room, today, learned = math.huge, 0, false
-- The clocks of replicas differ, so the budget goes by that of Redis.
local time = redis.call('TIME')
local clock = time[1] * 1000 + math.floor(time[2] / 1000)

-- The text under a key; empty if it is missing or of another type.
local function text(key, most)
  local value = redis.pcall('GETRANGE', key, 0, most)
  return type(value) == 'string' and value or ''
end

-- What is spent in the window with this index and in the one before, by three numbers about a window.
local function as_of(index, length, numbers, first)
  local was, count, before = numbers[first] or 0, numbers[first + 1] or 0, numbers[first + 2] or 0
  local lead = was * length - clock
  -- A little ahead, since clocks differ and are set back: what was counted counts on.
  if was == index or (was > index and lead <= 86400000) then return count, before end
  if was == index - 1 then return 0, count end
  return 0, 0
end

local was_spent, known = {}, {}
for number in string.gmatch(text(KEYS[1], 255), '%d+') do table.insert(was_spent, tonumber(number)) end
for at = 9, 17 do table.insert(known, tonumber(ARGV[at])) end

-- As in forecast/spending.rs: for each length a sliding window of two counts. If Redis has lost what was spent, the
-- replicas still know.
for at = 1, 3 do
  local length = lengths[at]
  local index = math.floor(clock / length)
  local count, before = as_of(index, length, was_spent, 3 * at - 2)
  local known_count, known_before = as_of(index, length, known, 3 * at - 2)
  learned = learned or known_count > count or known_before > before
  count, before = math.max(count, known_count), math.max(before, known_before)
  local spent = count + math.ceil(before * (length * (index + 1) - clock) / length)
  if at == 1 then today = spent end
  local limit = tonumber(ARGV[5 + at])
  if limit >= 0 then room = math.min(room, limit - spent) end
  counts[3 * at - 2], counts[3 * at - 1], counts[3 * at] = index, count, before
end

local pause = tonumber(string.match(text(KEYS[2], 31), '^%d+$') or 0)
local claims, taken = {}, 0
for at = 3, #KEYS do
  local till, failures, state = string.match(text(KEYS[at], 63), '^(%d+) (%d+) ([adr])$')
  till, failures = tonumber(till or 0), tonumber(failures or 0)
  -- What lasts too long was written by a clock that was wrong.
  local holds = state and till > now and till <= now + longest[state]
  local code = 1
  if holds and state == 'a' then
    code = 2
  elseif holds and state == 'd' and ARGV[5] == '0' then
    code = 3
  elseif holds and state == 'r' then
    code = 4
  elseif pause > now and pause <= now + longest.d then
    code, till = 6, pause
  elseif room < 1 then
    code = 5
  else
    room, taken = room - 1, taken + 1
    till = now + lifetime
    redis.call('SET', KEYS[at], string.format('%.0f %.0f a', till, failures), 'PX', ARGV[4])
  end
  table.insert(claims, code)
  table.insert(claims, till)
  table.insert(claims, failures)
end
for at = 2, 8, 3 do counts[at] = counts[at] + taken end
if taken > 0 or learned then
  local spent = {}
  for at = 1, 9 do spent[at] = string.format('%.0f', counts[at]) end
  redis.call('SET', KEYS[1], table.concat(spent, ' '), 'PX', 2 * lengths[1])
end
local reply = { today + taken }
for at = 1, 9 do table.insert(reply, counts[at]) end
for at = 1, #claims do table.insert(reply, claims[at]) end
return reply
