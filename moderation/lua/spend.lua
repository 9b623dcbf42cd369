-- Use one of a daily limit; the same thing again costs nothing.
-- KEYS  1 what was used (sorted set)
-- ARGV  1 id   2 now   3 how long one counts, milliseconds   4 the limit
-- returns 1 when there was one left (or it was used before), else 0
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. string.format('%.0f', tonumber(ARGV[2]) - tonumber(ARGV[3])))
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 1 end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
