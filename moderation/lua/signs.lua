-- Add what the creep shield saw, and give back all that still counts.
-- KEYS  1 the person's signs (sorted set: "probe partner at room" by at)
-- ARGV  1 forget those from before this moment   2 keep at most so many   3 milliseconds to keep   4 … sign, at, sign, at
-- returns the signs, oldest first
for place = 4, #ARGV, 2 do
  redis.call('ZADD', KEYS[1], ARGV[place + 1], ARGV[place])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[2]))
if #ARGV > 3 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return redis.call('ZRANGE', KEYS[1], 0, -1)
