-- Keep something somebody wrote, apart from everything else, once per id and for a day at most.
-- KEYS  1 words of the request or session (hash id → "place\nJSON")
-- ARGV  1 id  2 JSON  3 how long (ms)  4 how many are kept at most  5 "1": over what was kept under this id
-- returns its place, from 1; 0: so many are kept already
local kept = redis.call('HGET', KEYS[1], ARGV[1])
local place = kept and tonumber(string.match(kept, '^%d+'))
if place and ARGV[5] ~= '1' then return place end
if not place then
  local others = redis.call('HVALS', KEYS[1])
  if #others >= tonumber(ARGV[4]) then return 0 end
  place = 1  -- behind whatever is there: of those before, some may have been given already
  for _, other in ipairs(others) do place = math.max(place, tonumber(string.match(other, '^%d+')) + 1) end
end
redis.call('HSET', KEYS[1], ARGV[1], place .. '\n' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3], 'NX')
return place
