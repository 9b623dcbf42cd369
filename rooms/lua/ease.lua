-- Make a room slower for a while, once: the gap and the mark that it is eased are written together or not at all.
-- KEYS  1 the mark (string)  2 the room's meta
-- ARGV  1 "until gap" (engine ms, ms)  2 how long it lasts (ms)
-- returns 1, or 0: it is eased already
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[2], 'eased', ARGV[1])
redis.call('SET', KEYS[1], '1', 'PX', ARGV[2])
return 1
