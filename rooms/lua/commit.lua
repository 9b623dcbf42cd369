-- Append one event once, and publish it.
-- KEYS  as in log.lua
-- ARGV  1 channel  2 id  3 kind  4 author  5 body  6 outcome  7 dedupe window (ms)  8 fresh epoch (used only when
--       the room has no meta)  9 minimum gap of this person (ms, 0 none, negative: not even in an
--       eased room)  10 deadline (engine ms, 0 none)
--       and for an amendment: 11 "edit" | "redact"  12 target id  13 amended body
-- returns "k epoch seq tag at" | "r epoch seq tag at\n<outcome>" it is there already | "late" |
--         "too_soon <ms>" | "closed" the room is shut to the author (but to what takes words back) | "not_found" the
--         target is gone, or was taken back
-- include: log
local id = ARGV[2]
local kept = known(id)
if kept then return 'r ' .. kept end
local now, tail = engine_now(), tail_or(ARGV[8])
local shut = ARGV[11] ~= 'redact' and is_shut(tail.shut, ARGV[4], now)
if shut then return shut end
local slow = pace(ARGV[3], ARGV[4], tonumber(ARGV[9]), tail.eased, now)
local no = refusal(now, ARGV[4], slow, tonumber(ARGV[10]))
if no then return no end
local e = {id = id, kind = ARGV[3], author = ARGV[4], at = now, body = ARGV[5], outcome = ARGV[6],
           keep = tonumber(ARGV[7])}
if ARGV[11] then
  local seq = redis.call('HGET', IDS, ARGV[12])
  local target = seq and row(seq)
  -- What was taken back stays so, also for one who looked just before it was.
  if not target or string.match(target.who, '^%S+ redacted ') then return 'not_found' end
  e.target = ARGV[12]
  if ARGV[11] == 'edit' then e.amended = ARGV[13] end
end
local place = append(tail, e)
if slow > 0 then redis.call('SET', SLOW .. e.author, '1', 'NX', 'PX', slow) end
return 'k ' .. place .. ' ' .. now
