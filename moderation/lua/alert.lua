-- Remember up to which level moderators were told, so that each level is told once while it lasts.
-- KEYS  1 the level (string)
-- ARGV  1 level   2 milliseconds until it would be told again
-- returns 1 when this is more than was told, else 0
if tonumber(ARGV[1]) <= tonumber(redis.call('GET', KEYS[1]) or '0') then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
