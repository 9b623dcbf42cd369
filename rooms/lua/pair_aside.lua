-- Put the oldest of what is owed to a target aside, to a target of its own: what is behind it goes on.
-- KEYS  1 clock  2 owed  3 doing  4 out of the target  5 out of its own
-- ARGV  1 witness of the clock  2 how long it rests (ms)  3 target  4 its own  5 the effect's id
-- returns {now}, 1 or 0: it is not the oldest any more
-- include: pair_clock
local now = tick(KEYS[1], ARGV[1])
local head = redis.call('LINDEX', KEYS[4], 0)
if not head or string.match(head, '^[^\n]*') ~= ARGV[5] then return {{ms(now)}, 0} end
redis.call('RPUSH', KEYS[5], head)
redis.call('LPOP', KEYS[4])
redis.call('ZADD', KEYS[2], ms(now + tonumber(ARGV[2])), ARGV[4])
if redis.call('LLEN', KEYS[4]) == 0 then
  redis.call('ZREM', KEYS[2], ARGV[3])
else
  redis.call('ZADD', KEYS[2], ms(now), ARGV[3])
end
redis.call('HDEL', KEYS[3], ARGV[3])
return {{ms(now)}, 1}
