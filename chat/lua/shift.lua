-- Say who of the team is there through this node, and hear whether anybody is through any.
-- KEYS  one sorted set per age band: node → until when it may be believed (engine ms)
-- ARGV  1 node  2 lease (ms)  then, for each band, "1" when somebody is on shift here
-- returns for each band how many other nodes say that somebody is
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local lease, others = tonumber(ARGV[2]), {}
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  if ARGV[2 + i] == '1' then
    redis.call('ZADD', key, now + lease, ARGV[1])
    redis.call('PEXPIRE', key, lease)
  else
    redis.call('ZREM', key, ARGV[1])
  end
  others[i] = redis.call('ZCARD', key) - (ARGV[2 + i] == '1' and 1 or 0)
end
return others
