-- Cross off what was done, from the oldest on, as far as it is still there; what is left stays ours for a lease.
-- KEYS  1 clock  2 owed  3 doing  4 out of the target
-- ARGV  1 witness of the clock  2 lease (ms)  3 who did it  4 target  5… ids, oldest first
-- returns {now}, how many are left
-- include: pair_clock
local now = tick(KEYS[1], ARGV[1])
for place = 5, #ARGV do
  local head = redis.call('LINDEX', KEYS[4], 0)
  if not head then break end
  if string.match(head, '^[^\n]*') == ARGV[place] then redis.call('LPOP', KEYS[4]) end
end
local left = redis.call('LLEN', KEYS[4])
if left == 0 then
  redis.call('ZREM', KEYS[2], ARGV[4])
  redis.call('HDEL', KEYS[3], ARGV[4])
elseif redis.call('HGET', KEYS[3], ARGV[4]) == ARGV[3] then
  redis.call('ZADD', KEYS[2], ms(now + tonumber(ARGV[2])), ARGV[4])
end
return {{ms(now)}, left}
