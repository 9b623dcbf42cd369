-- Take what has fallen due, and what is owed and nobody is at, for as long as the lease: whoever takes it and dies is
-- followed by another.
-- KEYS  1 clock  2 due  3 owed  4 doing
-- ARGV  1 witness of the clock  2 lease (ms)  3 how many of each at most  4 who takes it
-- returns {now, end of the lease, when the next falls due ("" nothing does)}, {what fell due…}, {targets…}
-- include: pair_clock
local now = tick(KEYS[1], ARGV[1])
local till = ms(now + tonumber(ARGV[2]))
local members = redis.call('ZRANGE', KEYS[2], '-inf', ms(now), 'BYSCORE', 'LIMIT', 0, ARGV[3])
for _, member in ipairs(members) do redis.call('ZADD', KEYS[2], till, member) end
local targets = redis.call('ZRANGE', KEYS[3], '-inf', ms(now), 'BYSCORE', 'LIMIT', 0, ARGV[3])
for _, target in ipairs(targets) do
  redis.call('ZADD', KEYS[3], till, target)
  redis.call('HSET', KEYS[4], target, ARGV[4])
end
local next = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
return {{ms(now), till, next[2] and ms(tonumber(next[2])) or ''}, members, targets}
