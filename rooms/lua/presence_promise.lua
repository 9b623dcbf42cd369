-- Promise places of a room with a limit to people who are on their way in, as far as there are any.
--
-- KEYS  1 people    hash  <user> -> how many nodes have them here (presence_change.lua)
--       2 promised  sorted set  <node>:<user> -> engine milliseconds at which the promise lapses
-- ARGV  1 node      2 capacity    3 milliseconds a promise lasts
--       then users
-- Returns those who are in already or have a promise now, in order.
--
-- Idempotent: a promise that was made is made again. A promise ends when the person's seat is told or given up
-- (presence_change.lua), when it is taken back, or when it lapses.

local people, promised = KEYS[1], KEYS[2]
local node, capacity, lasts = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

redis.call('ZREMRANGEBYSCORE', promised, '-inf', now)
local taken = redis.call('HLEN', people) + redis.call('ZCARD', promised)
local granted = {}
for place = 4, #ARGV do
  local user = ARGV[place]
  local name = node .. ':' .. user
  local here = redis.call('HEXISTS', people, user) == 1
  local held = not here and redis.call('ZSCORE', promised, name)
  if not here and (held or taken < capacity) then
    if not held then taken = taken + 1 end
    redis.call('ZADD', promised, now + lasts, name)
    here = true
  end
  if here then granted[#granted + 1] = user end
end
redis.call('PEXPIRE', promised, lasts)
return granted
