-- Declare a node dead and become the one who removes its people.
--
-- KEYS  1 lease   2 dead   3 rooms   4 reaper (who is at it)
-- ARGV  1 milliseconds the mark is kept   2 milliseconds the claim holds
-- Returns the rooms to clean, or nil: it is alive after all, or another node is at it.

if redis.call('EXISTS', KEYS[1]) == 1 then return false end
if not redis.call('SET', KEYS[4], '1', 'NX', 'PX', ARGV[2]) then return false end
redis.call('SET', KEYS[2], '1', 'PX', ARGV[1])
return redis.call('SMEMBERS', KEYS[3])
