-- Give a room without a meta its first epoch.
-- KEYS  as in log.lua
-- ARGV  1 channel  2 fresh epoch
-- returns the room's epoch
-- include: log
local tail = tail_or(ARGV[2])
if tail.minted then
  redis.call('HSET', META, 'epoch', tail.epoch, 'seq', 0, 'tag', '', 'head', 1)
  redis.call('DEL', LOG, IDS, OVERLAY)
end
return tail.epoch
