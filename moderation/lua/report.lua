-- Keep one report about a person, once, and forget the old ones; beyond the limit, the oldest.
-- KEYS  1 reports about the person (hash)
-- ARGV  1 id   2 the report, JSON   3 forget those from before this moment   4 milliseconds to keep   5 at most so many
-- returns 1 when it is new (else 0), then every report that is kept, the newest first
local fresh = redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
local all, rows = redis.call('HGETALL', KEYS[1]), {}
for place = 1, #all, 2 do
  rows[#rows + 1] = {id = all[place], at = cjson.decode(all[place + 1]).at, row = all[place + 1]}
end
table.sort(rows, function(one, other)
  if one.at ~= other.at then return one.at > other.at end
  return one.id > other.id
end)
local kept = {}
for _, each in ipairs(rows) do
  -- What was told just now stays, even where a faster clock has filled the rest.
  local mine = each.id == ARGV[1]
  if each.at >= tonumber(ARGV[3]) and (mine or #kept < tonumber(ARGV[5])) then
    kept[#kept + 1] = each.row
  else
    redis.call('HDEL', KEYS[1], each.id)
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {fresh, unpack(kept)}
