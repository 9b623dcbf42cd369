-- Let somebody, or everybody, write no more in a room. Once shut it stays so.
-- KEYS  1 the room's meta
-- ARGV  1 a person, or "*" for everybody
-- returns 1, or 0: it was shut to them before
local shut = redis.call('HGET', KEYS[1], 'shut') or ' '
if string.find(shut, ' ' .. ARGV[1] .. ' ', 1, true) then return 0 end
redis.call('HSET', KEYS[1], 'shut', shut .. ARGV[1] .. ' ')
return 1
