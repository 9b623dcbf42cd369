-- Read rows as they stand in one moment, who is here, and who of the team is on shift.
-- KEYS  1 clock  2 here (sorted set node:user by lease)  3 nodes (sorted set)  4 shift (hash)  5… rows
-- ARGV  1 witness of the clock  2… people asked about
-- returns {now, the engine's own time, who is on shift as "until JSON"…}, {rev, row, rev, row…} ("0", "" where there is none), {1 or 0 for each of
--         the people}
-- include: pair_clock
local now, real = tick(KEYS[1], ARGV[1])
local rows, here = {}, {}
for place = 5, #KEYS do
  local kept = redis.call('HMGET', KEYS[place], 'rev', 'row')
  rows[#rows + 1] = kept[1] or '0'
  rows[#rows + 1] = kept[2] or ''
end
if #ARGV > 1 then
  local nodes = redis.call('ZRANGE', KEYS[3], 0, -1)
  for place = 2, #ARGV do
    local there = 0
    for _, node in ipairs(nodes) do
      -- A lease counts until pair_here.lua has ended it: after an outage it is over, and nobody is gone.
      if redis.call('ZSCORE', KEYS[2], node .. ':' .. ARGV[place]) then there = 1 end
    end
    here[#here + 1] = there
  end
end
return {{ms(now), ms(real), unpack(redis.call('HVALS', KEYS[4]))}, rows, here}
