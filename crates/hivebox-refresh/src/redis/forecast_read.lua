-- Reads the forecasts of cells, but none that is too large.
-- KEYS: the forecast of each cell. ARGV: the most bytes of one.
-- Returns each forecast, or false.
local most = tonumber(ARGV[1])
local reply = {}
for at = 1, #KEYS do
  local value = redis.pcall('GETRANGE', KEYS[at], 0, most)
  reply[at] = type(value) == 'string' and value ~= '' and #value <= most and value
end
return reply
