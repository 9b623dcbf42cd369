-- Write rows as they stand after a step, with what falls due of them, their places in the lists and what is owed, if
-- nothing the step has looked at was moved meanwhile: all of it, or nothing.
-- KEYS  1 clock  2 due  3 owed  4 doing  5 mark of this write (string)  then lists, outs and rows
-- ARGV  1 witness of the clock  2 deadline, of the engine's own time: a write that lay
--       in a socket while the engine stood still is late, whatever the pairs' clock says  3 who writes  4 lease on what is owed (ms)  5 how long the mark is kept
--       (ms)  6 lists  7 outs  8 rows  9 effects  10 bells (how many there are of each), then
--       for each row: the revision it was read at ("0" there was none), the row ("" as it is, "-" deleted), what it is
--       called among the due times ("" it has no place there), when it is due ("" never), its list (0 none), its score in
--       it ("" out of it)
--       for each effect: its out, the effect;  for each bell: what is to be looked at, at once
-- returns {now}, "written" | "moved" | "late". Asked again with the same mark: "written"
-- include: pair_clock
local now, real = tick(KEYS[1], ARGV[1])
if redis.call('EXISTS', KEYS[5]) == 1 then return {{ms(now)}, 'written'} end
if real > tonumber(ARGV[2]) then return {{ms(now)}, 'late'} end
local lists, outs, rows = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local first_out, first_row = 5 + lists, 5 + lists + outs
for i = 1, rows do
  if (redis.call('HGET', KEYS[first_row + i], 'rev') or '0') ~= ARGV[10 + (i - 1) * 6 + 1] then
    return {{ms(now)}, 'moved'}
  end
end

for i = 1, rows do
  local key, arg = KEYS[first_row + i], 10 + (i - 1) * 6
  local row, member, due, list, score = ARGV[arg + 2], ARGV[arg + 3], ARGV[arg + 4], ARGV[arg + 5], ARGV[arg + 6]
  if row ~= '' then
    if row == '-' then
      redis.call('DEL', key)
    else
      redis.call('HSET', key, 'rev', tonumber(ARGV[arg + 1]) + 1, 'row', row)
    end
    if member ~= '' then
      if due ~= '' then redis.call('ZADD', KEYS[2], due, member) else redis.call('ZREM', KEYS[2], member) end
    end
    if list ~= '0' then
      local id = string.match(key, '^[^}]*}:row:[^:]*:(.*)$')
      if score ~= '' then redis.call('ZADD', KEYS[5 + list], score, id) else redis.call('ZREM', KEYS[5 + list], id) end
    end
  end
end

local arg = 10 + rows * 6
for _ = 1, tonumber(ARGV[9]) do
  redis.call('RPUSH', KEYS[first_out + ARGV[arg + 1]], ARGV[arg + 2])
  arg = arg + 2
end
for i = 1, outs do -- who wrote does it, unless somebody is at it already
  local target = string.match(KEYS[first_out + i], '^[^}]*}:out:(.*)$')
  local free = redis.call('ZSCORE', KEYS[3], target)
  if not free or tonumber(free) <= now then
    redis.call('ZADD', KEYS[3], now + tonumber(ARGV[4]), target)
    redis.call('HSET', KEYS[4], target, ARGV[3])
  end
end
for i = 1, tonumber(ARGV[10]) do redis.call('ZADD', KEYS[2], ms(now), ARGV[arg + i]) end
redis.call('SET', KEYS[5], '1', 'PX', ARGV[5])
return {{ms(now)}, 'written'}
