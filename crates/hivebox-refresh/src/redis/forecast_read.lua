-- Reads the forecasts of cells, but none that is too large.
-- KEYS: the forecast of each cell. ARGV: the most bytes of one.
-- Returns each forecast: false if it is missing, and empty if it is too large or of another type.
local most = tonumber(ARGV[1])
local reply = {}
for at = 1, #KEYS do
  local value = redis.pcall('GETRANGE', KEYS[at], 0, most)
  if type(value) ~= 'string' or #value > most then
    reply[at] = ''
  else
    reply[at] = value ~= '' and value
  end
end
return reply
