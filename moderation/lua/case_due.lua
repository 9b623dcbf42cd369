-- Take what has fallen due, for as long as the lease: a node that takes it and dies is followed by another.
-- KEYS  1 due times
-- ARGV  1 lease, milliseconds  2 how many at most
-- returns {now (engine ms), id…}
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local ids = redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[2])
local found = {string.format('%.0f', now)}
for _, id in ipairs(ids) do
  redis.call('ZADD', KEYS[1], now + tonumber(ARGV[1]), id)
  found[#found + 1] = id
end
return found
