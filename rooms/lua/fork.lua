-- Admit that the log has forked: compare the epoch and set a new one. The sequence goes on.
-- KEYS  as in log.lua
-- ARGV  1 channel  2 old epoch  3 new epoch
-- returns the room's epoch now, "" when it has no meta
-- include: log
local epoch = redis.call('HGET', META, 'epoch')
if epoch ~= ARGV[2] then return epoch or '' end
local forked, kept = {ARGV[2]}, redis.call('HGET', META, 'forked') or ''
for old in string.gmatch(kept, '%S+') do
  if #forked < 8 then forked[#forked + 1] = old end
end
redis.call('HSET', META, 'epoch', ARGV[3], 'forked', table.concat(forked, ' '))
redis.call('SPUBLISH', CHANNEL, 'f ' .. ARGV[2] .. ' ' .. ARGV[3] .. '\n')
return ARGV[3]
