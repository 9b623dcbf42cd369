-- Keep one report about a person, once, and forget the old ones.
-- KEYS  1 reports about the person (hash)
-- ARGV  1 id   2 the report, JSON   3 forget those from before this moment   4 milliseconds to keep   5 at most so many
-- returns 1 when it is new (else 0), then every report that is kept
local fresh = redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
local rows, kept = redis.call('HGETALL', KEYS[1]), {}
local count = #rows / 2
for place = 1, #rows, 2 do
  local old = cjson.decode(rows[place + 1]).at < tonumber(ARGV[3])
  if old or (rows[place] ~= ARGV[1] and count > tonumber(ARGV[5])) then
    redis.call('HDEL', KEYS[1], rows[place])
    count = count - 1
  else
    kept[#kept + 1] = rows[place + 1]
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {fresh, unpack(kept)}
