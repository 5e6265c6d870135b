-- Records what came of questions about cells.
-- KEYS: for each cell its claim and its forecast.
-- ARGV: the expiry of forecasts in ms, the expiry of claims in ms, then for each cell its claim and its forecast;
-- an empty forecast leaves the last one.
for at = 1, #KEYS, 2 do
  redis.call('SET', KEYS[at], ARGV[at + 2], 'PX', ARGV[2])
  if ARGV[at + 3] ~= '' then
    redis.call('SET', KEYS[at + 1], ARGV[at + 3], 'PX', ARGV[1])
  end
end
return 1
