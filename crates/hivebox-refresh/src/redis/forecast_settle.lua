-- Records what came of questions about cells.
-- KEYS: the pause of the source, then for each cell its claim and its forecast.
-- ARGV: the expiry of forecasts in ms, the expiry of claims in ms, until when the source wants a pause and for how long
-- in ms (0: none), then for each cell its claim and its forecast; an empty forecast leaves the last one.
local pause = redis.pcall('GETRANGE', KEYS[1], 0, 31)
pause = type(pause) == 'string' and tonumber(string.match(pause, '^%d+$') or 0) or 0
local until_at = tonumber(ARGV[3])
-- One that is far longer was written by a clock that was wrong.
local is_longer = until_at > pause or pause > until_at + 86400000
if tonumber(ARGV[4]) > 0 and is_longer then
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
end
for at = 2, #KEYS, 2 do
  redis.call('SET', KEYS[at], ARGV[at + 3], 'PX', ARGV[2])
  if ARGV[at + 4] ~= '' then
    redis.call('SET', KEYS[at + 1], ARGV[at + 4], 'PX', ARGV[1])
  end
end
return 1
