-- Say who is here through one node and who of the team is on shift there; have those looked at who came, left or lapsed.
-- KEYS  1 clock  2 here (sorted set node:user by lease)  3 nodes (sorted set)  4 swept (string)  5 shift (hash)  6 due
-- ARGV  1 witness of the clock  2 node  3 lease (ms)  4 lease on shift (ms)  5 "1" in the call that ends a round of them
--       6 how many are here  7 how many have left for good, then these;  then pairs: who is on shift, JSON
-- returns {now}, how many leases of this node there are
-- When leases were not looked through for long (the engine was away, or every node was), nobody could renew: everybody
-- gets a whole lease more, and nobody lapses.
-- include: pair_clock
local now = tick(KEYS[1], ARGV[1])
local node, lease = ARGV[2], tonumber(ARGV[3])
local swept = tonumber(redis.call('GET', KEYS[4]) or nil)
if not swept or now - swept > lease / 2 then
  for _, member in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    redis.call('ZADD', KEYS[2], ms(now + lease), member)
  end
  for _, other in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do redis.call('ZADD', KEYS[3], ms(now), other) end
end
redis.call('SET', KEYS[4], ms(now))
redis.call('ZADD', KEYS[3], ms(now), node)

local function look(user) redis.call('ZADD', KEYS[6], ms(now), 'look:' .. user) end

local here, left = tonumber(ARGV[6]), tonumber(ARGV[7])
for place = 8, 7 + here do
  if redis.call('ZADD', KEYS[2], ms(now + lease), node .. ':' .. ARGV[place]) == 1 then look(ARGV[place]) end
end
for place = 8 + here, 7 + here + left do
  if redis.call('ZREM', KEYS[2], node .. ':' .. ARGV[place]) == 1 then look(ARGV[place]) end
end
for _, member in ipairs(redis.call('ZRANGE', KEYS[2], '-inf', ms(now), 'BYSCORE', 'LIMIT', 0, 500)) do
  redis.call('ZREM', KEYS[2], member)
  look(string.match(member, '^[^:]*:(.*)$'))
end
-- A node of which no lease is left by now is no node any more.
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', ms(now - 10 * lease))

if ARGV[5] == '1' then
  local on = {}
  for place = 8 + here + left, #ARGV, 2 do
    local field = node .. ':' .. ARGV[place]
    on[field] = true
    redis.call('HSET', KEYS[5], field, ms(now + tonumber(ARGV[4])) .. ' ' .. ARGV[place + 1])
  end
  local kept = redis.call('HGETALL', KEYS[5])
  for place = 1, #kept, 2 do
    local till = tonumber(string.match(kept[place + 1], '^%d+'))
    local ours = string.sub(kept[place], 1, #node + 1) == node .. ':'
    if till <= now or (ours and not on[kept[place]]) then redis.call('HDEL', KEYS[5], kept[place]) end
  end
end
return {{ms(now)}, here}
