-- Take what is owed to one target, unless somebody else is at it.
-- KEYS  1 clock  2 owed  3 doing  4 out of the target
-- ARGV  1 witness of the clock  2 lease (ms)  3 who takes it  4 target  5 how many at most
-- returns {now}, {"id\nJSON"…} oldest first
-- include: pair_clock
local now = tick(KEYS[1], ARGV[1])
local free = redis.call('ZSCORE', KEYS[2], ARGV[4])
if not free then return {{ms(now)}, {}} end
if tonumber(free) > now and redis.call('HGET', KEYS[3], ARGV[4]) ~= ARGV[3] then return {{ms(now)}, {}} end
redis.call('ZADD', KEYS[2], ms(now + tonumber(ARGV[2])), ARGV[4])
redis.call('HSET', KEYS[3], ARGV[4], ARGV[3])
return {{ms(now)}, redis.call('LRANGE', KEYS[4], 0, tonumber(ARGV[5]) - 1)}
