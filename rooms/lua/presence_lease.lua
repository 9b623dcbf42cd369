-- Renew a node's lease, unless it was declared dead meanwhile.
--
-- KEYS  1 lease   2 dead (mark of the reaper)   3 rooms (set: where the node has people)
-- ARGV  1 milliseconds the lease lives
-- Returns how many rooms the engine knows of, or -1: declared dead, take a new id.
--
-- A lease that only lapsed (a pause of the engine lapses all of them) is simply taken again.

if redis.call('EXISTS', KEYS[2]) == 1 then return -1 end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
return redis.call('SCARD', KEYS[3])
