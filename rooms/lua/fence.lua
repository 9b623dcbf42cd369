-- For a moment, let somebody, or everybody, write nothing in a room: an end of theirs is being written (words.py).
-- KEYS  1 the room's meta
-- ARGV  1 mark of the write  2 how long (ms), 0: it was not written after all  then each: a person, or "*"
-- returns 1
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local shut = redis.call('HGET', KEYS[1], 'shut') or ' '
local kept = ' '
for one in string.gmatch(shut, '%S+') do -- what is over goes with the next
  local till, mark = string.match(one, '=(%d+)=(%S+)$')
  if not till or (tonumber(till) > now and mark ~= ARGV[1]) then kept = kept .. one .. ' ' end
end
for place = 3, #ARGV do
  if ARGV[2] ~= '0' then
    kept = kept .. ARGV[place] .. '=' .. string.format('%d', now + tonumber(ARGV[2])) .. '=' .. ARGV[1] .. ' '
  end
end
if kept ~= ' ' then redis.call('HSET', KEYS[1], 'shut', kept) else redis.call('HDEL', KEYS[1], 'shut') end
return 1
